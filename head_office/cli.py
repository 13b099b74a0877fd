"""The command line of head office: serve, demo-data, enrol-code, set-price, snapshot, report."""

import json
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from head_office import recovery_key
from head_office.acts import keep
from head_office.app import create_app
from head_office.assets_console import commands as asset_commands
from head_office.authority import Authority, make
from head_office.campaigns_console import commands as campaign_commands
from head_office.catalogue import renew_card, set_price, set_tax
from head_office.clients import set_min_client
from head_office.console import Url, opened, spoken
from head_office.demo.load import is_loaded, load
from head_office.demo.people import MEMBERS
from head_office.enrolment import new_code
from head_office.fencing import exposures
from head_office.flags import close_by_hand, flags
from head_office.intake import Intake
from head_office.lives_console import commands as lives_commands
from head_office.lives_console import exposure_line
from head_office.merging import MergeDesk
from head_office.night import night
from head_office.office import Office
from head_office.report import report, summary
from head_office.revocation import revoke
from head_office.settling import SettleDesk
from head_office.snapshots import SnapshotDesk
from head_office.store.database import DEFAULT_URL
from head_office.store_days import StoreDays, lines
from head_office.tiers_console import commands as tier_commands
from pos_app.domain.catalogue import WHOLE_BP
from pos_app.domain.codes import staff_code
from pos_app.domain.ids import Origin
from pos_app.domain.money import amount_text
from pos_app.domain.settling import Decision
from pos_app.domain.tax import rate_text
from pos_app.errors import Damaged, Refused

DEFAULT_PORT = 8765

app = typer.Typer(help="Head office of a member programme.", no_args_is_help=True, add_completion=False)
app.registered_commands += lives_commands.registered_commands
app.add_typer(campaign_commands, name="campaigns")
app.add_typer(tier_commands, name="tiers")
app.add_typer(asset_commands, name="assets")

Store = Annotated[str, typer.Option("--store", help="Store, for example S01.")]
Day = Annotated[str, typer.Argument(metavar="DATE", help="Business date, for example 2026-11-23.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]
Keys = Annotated[Path | None, typer.Option("--keys", help="Folder of the authority; default: beside the database.")]
Folder = Annotated[Path | None, typer.Option("--folder", help="Where snapshot files are kept.")]


@app.command("night")
def night_command(db: Url = DEFAULT_URL) -> None:
    """Do what only time brings about: tiers, expiry, birthdays, gifts, coupons. Run it once the date has changed."""
    with opened(db) as office:
        for line in night(office):
            typer.echo(line)


@app.command()
def serve(
    db: Url = DEFAULT_URL,
    port: Annotated[int, typer.Option(help="TCP port.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    folder: Folder = None,
    *,
    tls: Annotated[bool, typer.Option("--tls", help="By https, with the certificate of ``authority``.")] = False,
    keys: Keys = None,
) -> None:
    """Serve terminals until stopped."""
    with opened(db, folder) as office:
        with suppress(Damaged):  # whoever acts next hears of a file that cannot be read; tills are served all the same
            keep(office)  # what was decided by a process that died before it could write the line
        Intake(office).replay_deferred()
        MergeDesk(office).settle_by_rule()
        settings: dict[str, Any] = {"host": host, "port": port, "log_level": "warning", "timeout_graceful_shutdown": 2}
        root = b""
        if tls:
            ours = _authority(office, keys)
            if not ours.exists:
                raise Refused("authority.none", folder=str(ours.folder))
            root = ours.root.read_bytes()
            settings |= {"ssl_certfile": str(ours.server), "ssl_keyfile": str(ours.server_key)}
        uvicorn.run(create_app(office, root), **settings)


@app.command()
def authority(
    db: Url = DEFAULT_URL,
    host: Annotated[list[str] | None, typer.Option(help="A name or address that tills use; may be repeated.")] = None,
    keys: Keys = None,
) -> None:
    """Make the chain's authority and head office's certificate; once made, the authority is kept."""
    with opened(db) as office:
        ours = _authority(office, keys)
        make(ours, tuple(host or ()))
        typer.echo(f"{ours.root}\n{ours.fingerprint}")


@app.command("enrol-code")
def enrol_code(
    store: Store,
    lane: Annotated[int, typer.Option("--lane", help="Lane, from 1.")],
    db: Url = DEFAULT_URL,
    keys: Keys = None,
) -> None:
    """Print a one-time code that enrols a terminal as this lane within 15 minutes; the fingerprint before it."""
    with opened(db) as office:
        ours = _authority(office, keys)
        if ours.exists:
            typer.echo(f"--fingerprint {ours.fingerprint}")
        typer.echo(new_code(office, store, lane))
        with suppress(Refused):  # a lane that was never enrolled leaves nothing behind
            for each in exposures(office, f"{store}-{lane}"):
                if each.held:
                    typer.echo(f"An older life keeps its rights until it is fenced: {exposure_line(each)}", err=True)


@app.command("revoke")
def revoke_command(
    terminal: Annotated[str, typer.Argument(help="Terminal, for example S01-2.")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    db: Url = DEFAULT_URL,
) -> None:
    """End trading with a terminal at its next contact; it may still deliver what it has."""
    with opened(db) as office:
        for epoch in revoke(office, terminal, _somebody(by), reason):
            typer.echo(f"{terminal} {epoch} revoked")


@app.command("recovery-key")
def recovery_key_command(
    out: Annotated[Path, typer.Option("--out", help="Where the private half is written, once. Keep it offline.")],
    db: Url = DEFAULT_URL,
) -> None:
    """Make the key pair that tills seal their database keys to; the database keeps the public half only."""
    with opened(db) as office:
        typer.echo(recovery_key.make(office, out).hex())


@app.command("unwrap")
def unwrap_command(
    file: Annotated[Path, typer.Argument(help="till.recovery of a till.")],
    key: Annotated[Path, typer.Option("--key", help="The private half of the recovery key.")],
) -> None:
    """Print the raw database key in a till's recovery file, in hex."""
    with spoken():
        typer.echo(recovery_key.unwrap(file, key).hex())


@app.command("demo-data")
def demo_data(
    db: Url = DEFAULT_URL,
    today: Annotated[str, typer.Option(help="The date that ages and histories are told from; default: today.")] = "",
    members: Annotated[int, typer.Option(help="How many members.", min=1, max=MEMBERS)] = MEMBERS,
) -> None:
    """Fill an empty head office with the demo chain; does nothing where there is a chain."""
    with opened(db) as office:
        if is_loaded(office.database):
            typer.echo("There is a chain already.")
            return
        try:
            day = date.fromisoformat(today) if today else office.clock.today()
        except ValueError as error:
            raise typer.BadParameter(today, param_hint="--today") from error
        loaded = load(office.database, day, members)
        typer.echo(
            f"{loaded.stores} stores, {loaded.items} items, {loaded.members} members, {loaded.staff} staff as of {day}."
        )


@app.command("staff-card")
def staff_card_command(
    staff: Annotated[str, typer.Argument(help="Who gets the card, as S01-01.")],
    db: Url = DEFAULT_URL,
) -> None:
    """Give somebody a new staff card and print what its QR holds; the card before is nobody's from then on."""
    with opened(db) as office:
        person = renew_card(office, staff)
        typer.echo(f"{person.name} · {staff_code(person.card)}")


@app.command("set-price")
def set_price_command(
    barcode: Annotated[str, typer.Argument(help="GTIN-13.")],
    price: Annotated[int, typer.Argument(help="List price in minor units (fen).", min=0)],
    member_price: Annotated[int | None, typer.Option(help="Member price in minor units; none: list price.")] = None,
    db: Url = DEFAULT_URL,
) -> None:
    """Change the price of an item; every till hears of it by the feed."""
    with opened(db) as office:
        item = set_price(office, barcode, price, member_price)
        typer.echo(f"{item.name} {item.spec}: {amount_text(item.price_minor)}, version {item.version}")


@app.command("set-tax")
def set_tax_command(
    barcode: Annotated[str, typer.Argument(help="GTIN-13.")],
    rate: Annotated[int, typer.Argument(help="Rate of tax in basis points: 1300 is 13 %.", min=0, max=WHOLE_BP)],
    db: Url = DEFAULT_URL,
    *,
    on_top: Annotated[bool, typer.Option("--on-top", help="The prices do not hold it.")] = False,
) -> None:
    """Change the rate of tax of an item; every till hears of it by the feed."""
    with opened(db) as office:
        item = set_tax(office, barcode, rate, included=not on_top)
        where = "inside the price" if item.tax_included else "on top of the price"
        typer.echo(f"{item.name} {item.spec}: {rate_text(item.tax_bp)} % {where}, version {item.version}")


@app.command()
def snapshot(store: Store, db: Url = DEFAULT_URL, folder: Folder = None) -> None:
    """Build the directory file of a store now, so that terminals find it ready; print its identity."""
    with opened(db, folder) as office:
        typer.echo(SnapshotDesk(office).build(store))


@app.command()
def candidates(
    db: Url = DEFAULT_URL,
    apart: Annotated[tuple[str, str], typer.Option(help="Two members that are two people.")] = ("", ""),
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
) -> None:
    """List members with one phone, who may be one person; or say of two that they are not."""
    with opened(db) as office:
        desk = MergeDesk(office)
        if all(apart):
            desk.keep_apart(*apart, _somebody(by))
        for pair in desk.candidates():
            typer.echo(f"{pair.member_id} {pair.other_id}")


@app.command()
def quarantine(db: Url = DEFAULT_URL) -> None:
    """List the events that are stored and not in the books, and what they wait for."""
    with opened(db) as office:
        for each in SettleDesk(office).waiting():
            where = f"{each.terminal_id} {each.epoch} {each.seq}"
            why = f"{each.status} {each.code} {each.depends_on}".strip()
            typer.echo(f"{where}: {each.kind} of {each.store_id} {each.business_date}, {why}")


@app.command("flags")
def flags_command(
    db: Url = DEFAULT_URL,
    close: Annotated[int, typer.Option("--close", help="A flag that was seen to, by its number.")] = 0,
    by: Annotated[str, typer.Option("--by", help="Who saw to it.")] = "",
) -> None:
    """List what waits for a person to look at; or close one of them."""
    with opened(db) as office:
        if close:
            close_by_hand(office, close, _somebody(by))
        for flag in flags(office):
            where = f"{flag.terminal_id} {flag.epoch} {flag.seq or ''}".strip()
            when = datetime.fromtimestamp(flag.at_ms / 1_000, UTC).isoformat(" ", "minutes")
            typer.echo(" ".join(f"{flag.flag_no} {when} {flag.code} {where} {flag.entity_id} {flag.detail}".split()))


@app.command("settle")
def settle_command(
    terminal: str,
    epoch: str,
    seq: int,
    decision: Annotated[str, typer.Option("--as", help="post: as it was said; void: as if it had not been.")],
    by: By,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    db: Url = DEFAULT_URL,
) -> None:
    """Decide on a quarantined event: suspense is emptied by new transfers, and what depended on it is posted."""
    if decision not in ("post", "void"):
        raise typer.BadParameter(decision, param_hint="--as")
    with opened(db) as office:
        chosen: Decision = "post" if decision == "post" else "void"
        SettleDesk(office).settle(Origin(terminal, epoch, seq), chosen, _somebody(by), note)
        typer.echo(f"{terminal} {epoch} {seq}: {decision}")


@app.command()
def day(store: str, on: Day, db: Url = DEFAULT_URL) -> None:
    """Print a store's day: lanes, what is missing, the sealed Z, what came late, and the restated figures."""
    with opened(db) as office:
        found = StoreDays(office).look(store, _date(on))
        for line in lines(found):
            typer.echo(line)
    if not found.adds_up:
        sys.exit(1)


@app.command("not-trading")
def not_trading(store: str, lane: int, on: Day, by: By, db: Url = DEFAULT_URL) -> None:
    """Declare that LANE of STORE did not open on that date."""
    with opened(db) as office:
        typer.echo(StoreDays(office).not_trading(store, lane, _date(on), _somebody(by)))


@app.command()
def seal(
    store: str,
    on: Day,
    by: By,
    approved_by: Annotated[str, typer.Option(help="A second person, where a lane is in alarm or lost.")] = "",
    db: Url = DEFAULT_URL,
) -> None:
    """Make a store's day final: what is posted to it later is listed as a late adjustment."""
    with opened(db) as office:
        for line in lines(StoreDays(office).seal(store, _date(on), _somebody(by), approved_by.strip())):
            typer.echo(line)


@app.command("seal-due")
def seal_due(
    by: By,
    days: Annotated[int, typer.Option(help="Days that a store's day has been complete.", min=0)] = 7,
    db: Url = DEFAULT_URL,
) -> None:
    """Make every day final that has been complete for so many days, without an alarm."""
    with opened(db) as office:
        for store_id, on in StoreDays(office).seal_due(days, _somebody(by)):
            typer.echo(f"{store_id} {on}")


@app.command()
def merge(loser: str, survivor: str, by: By, db: Url = DEFAULT_URL) -> None:
    """Make LOSER the same person as SURVIVOR: one balance, one record; what tills hold of either stays good."""
    with opened(db) as office:
        alias = MergeDesk(office).merge(loser, survivor, _somebody(by))
        typer.echo(f"{alias.loser} is {alias.survivor}: merge {alias.alias_no}")


@app.command()
def unmerge(loser: str, by: By, db: Url = DEFAULT_URL) -> None:
    """Let LOSER stand alone again, with as much of what the merge moved as is still there."""
    with opened(db) as office:
        undone = MergeDesk(office).unmerge(loser, _somebody(by))
        for name in sorted(undone.returned.keys() | undone.kept.keys()):
            typer.echo(f"{name}: {undone.returned.get(name, 0)} back, {undone.kept.get(name, 0)} spent meanwhile")


@app.command("min-client")
def min_client_command(
    protocol: Annotated[int, typer.Argument(help="The oldest protocol that gets new rights.", min=1)],
    db: Url = DEFAULT_URL,
) -> None:
    """Give no new rights to programs older than PROTOCOL; they still sell, push and close their day."""
    with opened(db) as office:
        set_min_client(office, protocol)


@app.command("report")
def report_command(
    *,
    db: Url = DEFAULT_URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
    every_member: Annotated[bool, typer.Option("--every-member", help="Also members no terminal touched.")] = False,
) -> None:
    """Print balances and totals; exit status 1 when the books do not balance."""
    with opened(db) as office:
        found = report(office, every_member=every_member)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for line in summary(found):
            typer.echo(line)
    if any(found["trial_balance"].values()):
        sys.exit(1)


def _date(text: str) -> date:
    """Return a date as typed; anything else is a usage error."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(text, param_hint="DATE") from error


def _somebody(by: str) -> str:
    """Return the name of who decides; an empty one is a usage error."""
    if not by.strip():
        raise typer.BadParameter("who decides?", param_hint="--by")
    return by.strip()


def _authority(office: Office, keys: Path | None) -> Authority:
    """Return the authority in ``keys``, or beside the files of this head office."""
    return Authority(keys or office.folder.with_suffix(".authority"))
