"""The terminal's command line: run, enrol, deliver-old, export-log, restore, verify, demo, keymap."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from pos_app.errors import PosError
from pos_app.paths import terminal_paths

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The till: offline-first checkout and member desk.")


@app.command()
def run(
    *,
    demo: Annotated[bool, typer.Option(help="On a demo chain of its own, in ./var/demo.")] = False,
    training: Annotated[bool, typer.Option(help="The training till: nothing in it is real.")] = False,
) -> None:
    """Open the till."""
    if demo:
        from pos_app.demo.shop import run_demo_till  # noqa: PLC0415 - only the demo pays for it

        raise typer.Exit(run_demo_till(Path("var/demo")))
    from pos_app.bootstrap.program import Start  # noqa: PLC0415 - Qt loads only where a window opens
    from pos_app.bootstrap.program import run as run_till  # noqa: PLC0415

    raise typer.Exit(run_till(Start(terminal_paths()), in_training=training))


@app.command()
def enrol(
    code: Annotated[str, typer.Argument(help="The one-time code that head office gave out.")],
    url: Annotated[str, typer.Option(help="Where head office is.")] = "http://127.0.0.1:8765",
    authority: Annotated[Path | None, typer.Option(help="The chain's certificate, from head office.")] = None,
    fingerprint: Annotated[str, typer.Option(help="The fingerprint of that certificate, in place of the file.")] = "",
) -> None:
    """Make this machine a till of a store."""
    from pos_app.bootstrap.program import Start, Trust, enrol_till  # noqa: PLC0415

    with _spoken():
        identity = enrol_till(Start(terminal_paths()), url, code, Trust(authority, fingerprint))
        typer.echo(f"{identity.terminal_id} · {identity.store_name} · {identity.lane}")


@app.command()
def deliver_old() -> None:
    """Send what earlier lives of this till have not sent; a running till does it by itself."""
    from pos_app.bootstrap.program import Start  # noqa: PLC0415
    from pos_app.bootstrap.program import deliver_old as deliver  # noqa: PLC0415

    with _spoken():
        for life in deliver(Start(terminal_paths())):
            typer.echo(f"{life.epoch} · {life.sent} · {life.problem or 'ok'}")


@app.command("export-log")
def export_log(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none.")],
    database: Annotated[Path | None, typer.Option(help="Another till.db, or a database of lives/.")] = None,
    key: Annotated[str, typer.Option(help="The key that `head-office unwrap` printed.")] = "",
) -> None:
    """Write the whole log of a till's database to a file, for `head-office salvage`; the database stays as it is."""
    from pos_app.bootstrap.program import Start  # noqa: PLC0415
    from pos_app.bootstrap.program import export_log as export  # noqa: PLC0415

    with _spoken():
        done = export(Start(terminal_paths()), file, database, key)
        typer.echo(f"{done.terminal_id} · {done.epoch} · {done.events} · {'signed' if done.is_signed else 'unsigned'}")


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="The second copy of a till that is gone.")],
    file: Annotated[Path, typer.Argument(help="The file to write for `head-office salvage`; there must be none.")],
    key: Annotated[str, typer.Option(help="The key that `head-office unwrap` printed.")] = "",
) -> None:
    """At the till that took its place: bring back what the second copy of a dead till still has."""
    from pos_app.bootstrap.program import Start  # noqa: PLC0415
    from pos_app.bootstrap.program import restore as bring_back  # noqa: PLC0415

    with _spoken():
        done = bring_back(Start(terminal_paths()), copy, file, key)
        signed = "signed" if done.log.is_signed else "unsigned"
        typer.echo(f"{done.log.terminal_id} · {done.log.epoch} · {done.log.events} · {signed} · {done.held} on hold")


@app.command()
def verify(
    database: Annotated[Path | None, typer.Option(help="Another till.db, or a database of lives/.")] = None,
    key: Annotated[str, typer.Option(help="The key that `head-office unwrap` printed.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of words.")] = False,
) -> None:
    """Recompute the hash chain of every log on this machine; exit status 1 at the first broken link."""
    from pos_app.bootstrap import verify_words  # noqa: PLC0415
    from pos_app.bootstrap.program import Start, verify_logs  # noqa: PLC0415

    with _spoken():
        checked = verify_logs(Start(terminal_paths()), database, key)
        typer.echo(verify_words.as_json(checked) if as_json else verify_words.told(checked))
        raise typer.Exit(int(any(one.audit.problem is not None for one in checked)))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where pictures, papers and report.json go.")] = Path("demo-out"),
) -> None:
    """Play the demo shift through the real window and check every balance; exit status 1 if a check fails."""
    from pos_app.demo.shift import play  # noqa: PLC0415

    raise typer.Exit(play(out))


@app.command("member-code")
def member_code(
    card: Annotated[str, typer.Argument(help="Card number of a member of the demo chain.")] = "",
    *,
    demo: Annotated[bool, typer.Option(help="The member who came last, whoever it is.")] = False,
    once: Annotated[bool, typer.Option(help="Show the code of now and end.")] = False,
    folder: Annotated[Path, typer.Option(help="Where `run --demo` keeps its chain.")] = Path("var/demo"),
) -> None:
    """Show a member's changing code as their phone does: for the demo chain only."""
    from pos_app.bootstrap.program import SERVICE  # noqa: PLC0415
    from pos_app.bootstrap.world import SystemClock  # noqa: PLC0415
    from pos_app.demo import phone  # noqa: PLC0415
    from pos_app.sync.keystore import open_keystore  # noqa: PLC0415

    if bool(card) is demo:
        raise typer.BadParameter("a card number, or --demo")
    with _spoken(), suppress(KeyboardInterrupt):
        paths = phone.demo_till(folder)
        phone.show(phone.member_of(paths, open_keystore(paths.keys, SERVICE), card), once=once, clock=SystemClock())


@app.command()
def keymap() -> None:
    """Print the keys in force."""
    from pos_app.ui.keymap import load_keymap  # noqa: PLC0415

    with _spoken():
        for action, key in load_keymap().items():
            typer.echo(f"{key:12} {action.value}")


class _spoken:  # noqa: N801 - reads as a word in ``with``
    """Turn a deliberate error into one sentence and exit status 1."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say the sentence."""
        if isinstance(error, PosError):
            from pos_app.ui.messages import sentence  # noqa: PLC0415

            sys.stderr.write(f"{sentence(error)} [{error.code}]\n")
            raise typer.Exit(1) from error
