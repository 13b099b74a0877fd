"""Commands about stored value, coupons and punch cards: give a member something, and parts of gifts that are due."""

import hashlib
from datetime import date
from typing import Annotated

import typer

from head_office.console import Url, opened
from head_office.issuing import ISSUABLE, Issue, issue
from head_office.promises import keep_promises
from head_office.store.database import DEFAULT_URL
from pos_app.domain.codes import coupon_code
from pos_app.domain.coupons import TOKEN_DIGITS
from pos_app.domain.ledger import Asset
from pos_app.errors import Refused

commands = typer.Typer(help="Stored value, coupons, punch cards.", no_args_is_help=True)

Lot = Annotated[str, typer.Option("--lot", help="Rule of the coupon, for example W30, or name of the punch card.")]
Name = Annotated[str, typer.Option("--name", help="Name of this giving: the same again gives nothing.")]


@commands.command("give")
def give_command(
    asset: Annotated[str, typer.Argument(help="|".join(ISSUABLE))],
    member_id: Annotated[str, typer.Argument(metavar="MEMBER")],
    amount: Annotated[int, typer.Argument(help="Minor units, uses or punches.")],
    until: Annotated[str, typer.Argument(metavar="DATE", help="Last day to use it, for example 2026-12-31.")],
    name: Name,
    lot: Lot = "",
    db: Url = DEFAULT_URL,
) -> None:
    """Give a member stored value, a coupon (its code is printed) or a punch card; tills are told at once."""
    try:
        last_day = date.fromisoformat(until)
    except ValueError as error:
        raise typer.BadParameter(until) from error
    with opened(db) as office:
        if asset not in ISSUABLE:
            raise Refused("issue.malformed", asset=asset)
        if asset == Asset.COUPON:
            lot += hashlib.sha256(name.encode()).hexdigest()[:TOKEN_DIGITS].upper()
        given = issue(office, Issue(name, member_id, Asset(asset), amount, last_day, lot))
    typer.echo("given" if given else "given before")
    if asset == Asset.COUPON:
        typer.echo(coupon_code(lot))


@commands.command("gifts")
def gifts_command(db: Url = DEFAULT_URL) -> None:
    """Give members the parts of their gifts that are due; run it every night after the date changes."""
    with opened(db) as office:
        typer.echo(f"{keep_promises(office):,} gifts were due")
