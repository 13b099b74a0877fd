"""Commands about terminals that are gone and databases that were put back: exposure, fence, restored, salvage."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from head_office import again, fencing, recovery
from head_office import salvage as salvaging
from head_office.acts import Replayed, acts_path, keep
from head_office.console import Url, opened
from head_office.fencing import Declared, Exposure
from head_office.office import Office
from head_office.recovery import Restore
from head_office.store.database import DEFAULT_URL
from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.money import amount_text

commands = typer.Typer()

Terminal = Annotated[str, typer.Argument(help="Terminal, for example S01-1.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]
ConfirmedBy = Annotated[str, typer.Option("--confirmed-by", help="Who has checked it; somebody else.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")]


@commands.command()
def exposure(terminal: Terminal, db: Url = DEFAULT_URL) -> None:
    """Print what each life of a terminal holds: what its loss can cost."""
    with opened(db) as office:
        for each in fencing.exposures(office, terminal):
            typer.echo(exposure_line(each))


@commands.command()
def fence(
    terminal: Terminal,
    by: By,
    confirmed_by: ConfirmedBy,
    reason: Reason,
    epoch: Annotated[str, typer.Option("--epoch", help="Which life; default: the newest.")] = "",
    db: Url = DEFAULT_URL,
) -> None:
    """Take back, for good, the rights of a terminal that will never report again. Look at its exposure first."""
    with opened(db) as office:
        typer.echo(exposure_line(fencing.fence(office, Declared(terminal, by, confirmed_by, reason, epoch))))


@commands.command()
def restored(
    reason: Reason,
    point: Annotated[str, typer.Option("--point", help="How old the backup is, in words.")] = "",
    acts: Annotated[Path | None, typer.Option("--acts", help="The file of head office's acts, if it was kept.")] = None,
    db: Url = DEFAULT_URL,
) -> None:
    """Say that this database was put back from a backup. Run it before head office serves again."""
    with opened(db) as office:
        file = acts or acts_path(office)
        typer.echo(announce(office, reason, point, file if file is not None and file.exists() else None))


@commands.command("end-recovery")
def end_recovery(by: By, confirmed_by: ConfirmedBy, db: Url = DEFAULT_URL) -> None:
    """Stop waiting for terminals that did not report since the restore; what is short is the merchant's loss."""
    with opened(db) as office:
        recovery.end_by(office, by, confirmed_by)


@commands.command("acts-again")
def acts_again(db: Url = DEFAULT_URL) -> None:
    """Try again what people decided before a restore and could not be done until tills had reported."""
    with opened(db) as office:
        done = again.after_recovery(office)
        typer.echo("Head office recovers: wait." if done is None else acts_line(done))


@commands.command()
def salvage(
    file: Annotated[Path, typer.Argument(help="A log that `pos-app export-log` wrote.")],
    by: By,
    db: Url = DEFAULT_URL,
) -> None:
    """Post what an old disk says and head office does not have. Again is as good as once."""
    with opened(db) as office:
        done = salvaging.salvage(office, file, by)
        signed = "signed by its device" if done.is_signed else f"unsigned: {by} answers for it"
        typer.echo(f"{done.terminal_id} {done.epoch}: {done.new} new of {done.events} events, {signed}")
        if done.waiting:
            typer.echo(f"{done.waiting} events wait for the head office that is running")


def announce(office: Office, reason: str, point: str, acts: Path | None) -> str:
    """Begin a new incarnation and do again what ``acts`` knows; return what happened in a line."""
    restore = Restore(recovery.ANNOUNCED, reason, restored_to=point)
    made, done = office.database.write(lambda connection: again.become(office, connection, restore, acts))
    office.become(made)
    mark(CommitPoint.RESTORE_BEGUN_BEFORE_LINE)
    keep(office)
    return f"incarnation {office.identity.incarnation_no}; {acts_line(done) if acts else 'no acts'}"


def acts_line(done: Replayed) -> str:
    """Return for people what a replay came to."""
    lines = [f"{done.done} acts done again"]
    for word, names in (("waiting", done.waiting), ("unknown", done.unknown)):
        lines += [f"{len(names)} {word}: {' '.join(names)}"] if names else []
    return ", ".join(lines)


def exposure_line(found: Exposure) -> str:
    """Return an exposure for people."""
    held = " ".join(f"{ledger} {amount}" for ledger, amount in found.held.items()) or "nothing"
    heard = datetime.fromtimestamp(found.last_heard_ms / 1_000, UTC).isoformat() if found.last_heard_ms else "never"
    whose = f"of {found.members} owners, worth {amount_text(found.worth_minor)}"
    known = f"log known to {found.last_seq}, heard {heard}"
    return f"{found.terminal_id} {found.epoch} {found.status}: holds {held} {whose}; {known}"
