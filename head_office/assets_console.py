"""Commands about stored value, coupons and punch cards: give a member something, and print codes for paper."""

from datetime import date
from typing import Annotated

import typer

from head_office.books.issues import NOBODY, Issue, coupon_lot
from head_office.console import Url, opened
from head_office.issuing import ISSUABLE, issue
from head_office.store.database import DEFAULT_URL
from pos_app.domain.codes import coupon_code
from pos_app.domain.ledger import Asset
from pos_app.domain.punch_cards import lot_of
from pos_app.errors import Refused

commands = typer.Typer(help="Stored value, coupons, punch cards.", no_args_is_help=True)

MOST_PAPERS = 10_000  # at once
Lot = Annotated[str, typer.Option("--lot", help="Rule of the coupon, for example W30, or id of the punch card.")]
Name = Annotated[str, typer.Option("--name", help="Name of this giving: the same again gives nothing.")]


@commands.command("give")
def give_command(
    asset: Annotated[str, typer.Argument(help="|".join(ISSUABLE))],
    member_id: Annotated[str, typer.Argument(metavar="MEMBER")],
    amount: Annotated[int, typer.Argument(help="Minor units, uses or stamps.")],
    until: Annotated[str, typer.Argument(metavar="DATE", help="Last day to use it, for example 2026-12-31.")],
    name: Name,
    lot: Lot = "",
    db: Url = DEFAULT_URL,
) -> None:
    """Give a member stored value, a coupon (its code is printed) or stamps on a punch card; tills are told at once."""
    last_day = _day(until)
    if asset == Asset.PUNCH:
        lot = lot_of(lot, member_id)
    with opened(db) as office:
        if asset not in ISSUABLE:
            raise Refused("issue.malformed", asset=asset)
        if asset == Asset.COUPON:
            lot = coupon_lot(lot, name)
        given = issue(office, Issue(name, member_id, Asset(asset), amount, last_day, lot))
    typer.echo("given" if given else "given before")
    if asset == Asset.COUPON:
        typer.echo(coupon_code(lot))


@commands.command("paper")
def paper_command(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="Rule of the coupons, a bearer one.")],
    count: Annotated[int, typer.Argument(min=1, max=MOST_PAPERS, help="How many.")],
    until: Annotated[str, typer.Argument(metavar="DATE", help="Last day to use them, for example 2026-12-31.")],
    name: Name,
    db: Url = DEFAULT_URL,
) -> None:
    """Give coupons to nobody yet and print their codes, to be printed on paper: the first who shows one uses it."""
    last_day = _day(until)
    with opened(db) as office:
        for n in range(1, count + 1):
            lot = coupon_lot(rule_id, f"{name}/{n}")
            issue(office, Issue(lot, NOBODY, Asset.COUPON, 1, last_day, lot))
            typer.echo(coupon_code(lot))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(text) from error
