"""What head office's books take of a refund said by a till, and what they find wrong with it."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.events import RefundedLine, Sale, SaleLine, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.money_back import SoFar, money_back, shares, so_far
from pos_app.domain.posting import Scene
from pos_app.domain.programme import Programme
from pos_app.domain.punch_cards import Stamps
from pos_app.domain.punch_cards import lot_of as card_lot
from pos_app.domain.refunds import lot_of, post_refund, spent_back
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged

DAY = date(2026, 11, 23)
SOON, LATE = date(2026, 12, 31), date(2027, 12, 31)
HERE = Origin("S01-1", "1.1", 2)
LINE = SaleLine(1, 1, "1", "奶粉", 3, 1_000, 1_000, 0, 0, 90, 90, 910, 60, ())
CASH = Tender(TenderKind.CASH, 910)
SALE = Sale("s", "r", "m1", (LINE,), (CASH,), 910, 0, (Spend("a", 60), Spend("b", 30)), None, (), "p1")
LOTS = {"a": Grant("a", "m1", Asset.POINTS, 60, SOON), "b": Grant("b", "m1", Asset.POINTS, 30, LATE)}
WHOLE = RefundedLine(1, 3, 910, 90, 90, 60, 0)


def own(n: int, points: int, last_day: date, **changes: object) -> Grant:
    return replace(Grant(f"{HERE}/g{n}", "m1", Asset.POINTS, points, last_day), **changes)


def told(**changes: object) -> SaleRefunded:
    who = ("f1", "n1", "s", Origin("S01-1", "1.1", 1), "m1")
    money = (replace(CASH, given_minor=910),)
    plain = SaleRefunded(*who, (WHOLE,), money, 910, 0, None, (), 60, (), "x", by_tender=(910,))
    return replace(plain, **changes)


def posted(fact: SaleRefunded, sale: Sale = SALE, *grants: Grant, before: SoFar | None = None) -> Counter[str]:
    """Return what goes into every account that is named by its ledger, kind, owner and day."""
    scene = Scene(HERE, "S01", DAY, {grant.gid: grant for grant in grants}, LATE)
    books = Counter[str]()
    for each in post_refund(fact, sale, scene, LOTS, before or SoFar(), at_risk=False):
        books[f"{each.credit.ledger} {each.credit.kind} {each.credit.owner} {each.credit.dated}"] += each.amount
        books[f"{each.debit.ledger} {each.debit.kind} {each.debit.owner} {each.debit.dated}"] -= each.amount
    return books


@pytest.mark.parametrize(("lots", "kind"), [((own(1, 30, LATE), own(2, 60, SOON)), "escrow"), ((), "available")])
def test_points_come_back_with_the_last_days_they_had_to_the_till_or_to_head_office(lots, kind):
    books = posted(told(lots=lots))

    back = {key.split()[-1]: points for key, points in books.items() if key.startswith(f"POINTS {kind} m1")}
    assert back == {LATE.isoformat(): 30, SOON.isoformat(): 60}


@pytest.mark.parametrize(
    "lots",
    [
        (own(1, 90, LATE),),  # 60 of them ended sooner
        (own(1, 90, SOON), own(2, 0, SOON)),  # an empty lot
        (own(1, 89, SOON),),
        (own(1, 91, SOON),),
        (own(1, 60, SOON), own(1, 30, SOON)),  # one name twice
        (own(1, 90, SOON, gid="other/g1"),),
        (own(1, 90, SOON, member_id="m2"),),
        (own(1, 90, SOON, asset=Asset.VALUE),),
        (own(1, 90, SOON, lot="x"),),
    ],
)
def test_points_come_back_to_their_member_all_of_them_and_no_longer_lived(lots):
    with pytest.raises(Damaged, match=r"refund\.points"):
        posted(told(lots=lots))


def test_only_points_can_be_taken_back_for_points():
    value = Grant("v", "m1", Asset.VALUE, 100, LATE)

    with pytest.raises(Damaged, match=r"refund\.points"):
        posted(told(taken_back=(Spend("v", 60),), owed_points=0), SALE, value)


def test_no_tender_gives_back_more_than_refunds_before_have_left_of_it():
    before = SoFar(Counter({1: 1}), Counter({1: 303}), 303, 0, (303,), 30)
    line = RefundedLine(1, 2, 607, 60, 60, 40, 1)
    notes = (Tender(TenderKind.CASH, 607, given_minor=607),)
    fact = told(lines=(line,), tenders=notes, refund_minor=607, by_tender=(607,), owed_points=40)

    assert posted(fact, before=before)
    with pytest.raises(Damaged, match=r"refund\.unbalanced"):
        posted(fact, before=replace(before, by_tender=(304,)))


@pytest.mark.parametrize("wrong", [{"deducted_minor": 3}, {"refund_minor": 909}, {"rounding_minor": -1}])
def test_a_refund_of_before_that_says_nothing_by_tender_must_balance_too(wrong):
    assert posted(told(by_tender=()))
    with pytest.raises(Damaged, match=r"refund\.unbalanced"):
        posted(told(by_tender=(), **wrong))


@pytest.mark.parametrize(
    ("spends", "is_right"),
    [
        ((Spend("r1", 3),), True),
        ((Spend("r1", 1), Spend("r2", 2)), True),
        ((Spend("r1", 2),), False),
        ((Spend("r1", 3), Spend("r2", 1)), False),
        ((Spend("other", 3),), False),
    ],
)
def test_a_refund_uses_up_exactly_the_rights_of_its_lines(spends, is_right):
    lot, other = lot_of("s", 1), lot_of("s", 2)
    rights = [Grant(gid, "m1", Asset.REFUND, 3, LATE, lot=lot) for gid in ("r1", "r2")]
    rights.append(Grant("other", "m1", Asset.REFUND, 3, LATE, lot=other))

    if is_right:
        assert posted(told(spends=spends), SALE, *rights)
    else:
        with pytest.raises(Damaged, match=r"refund\.rights"):
            posted(told(spends=spends), SALE, *rights)


@pytest.mark.parametrize(
    ("here", "owed", "is_right"), [(4, 0, True), (3, 1, True), (0, 4, True), (3, 0, False), (4, 1, False)]
)
def test_a_refund_takes_exactly_the_stamps_of_its_lines_from_here_or_as_a_debt(here, owed, is_right):
    stamps = (Stamps("NAPPY", 4),)
    sale = replace(SALE, lines=(replace(LINE, stamps=stamps),))
    fact = told(
        lines=(replace(WHOLE, stamps=stamps),),
        unstamped=(Spend("p", here),) if here else (),
        owed_stamps=(Stamps("NAPPY", owed),) if owed else (),
    )
    card = Grant("p", "m1", Asset.PUNCH, 9, LATE, lot=card_lot("NAPPY", "m1"))

    if is_right:
        assert posted(fact, sale, card)
    else:
        with pytest.raises(Damaged, match=r"refund\.stamps"):
            posted(fact, sale, card)


def test_stamps_come_back_with_what_they_gave_and_coupons_with_the_whole_sale():
    free = replace(LINE, line_no=2, quantity=1, reward=Stamps("NAPPY", 10))
    spends = (Spend("card", 10), Spend("other", 10), Spend("coupon", 1))
    sale = replace(SALE, lines=(LINE, free), spends=spends)
    card = Grant("card", "m1", Asset.PUNCH, 10, LATE, lot=card_lot("NAPPY", "m1"))
    other = Grant("other", "m1", Asset.PUNCH, 10, LATE, lot=card_lot("WIPES", "m1"))
    coupon = Grant("coupon", "m1", Asset.COUPON, 1, LATE, lot="W" + "0" * 32)
    lots = {grant.gid: grant for grant in (card, other, coupon)}
    gift = RefundedLine(2, 1, 0, 0, 0, 0, 0)

    assert spent_back(sale, (WHOLE,), lots, is_whole=False) == ()
    assert spent_back(sale, (gift,), lots, is_whole=False) == ((card, 10),)
    assert spent_back(sale, (WHOLE, gift), lots, is_whole=True) == ((card, 10), (other, 10), (coupon, 1))


def test_what_refunds_took_back_adds_up_and_those_of_before_gave_in_proportion():
    wallet = Tender(TenderKind.WECHAT, 455)
    sale = replace(SALE, tenders=(replace(CASH, amount_minor=455), wallet))
    first = told(lines=(RefundedLine(1, 1, 303, 30, 30, 20, 0),), refund_minor=303, tenders=(wallet,), by_tender=())
    second = replace(first, by_tender=(100, 203))

    both = so_far(sale, [replace(first, tenders=(replace(wallet, amount_minor=303),)), second])

    assert both.points == 60
    assert (both.pieces, both.paid_minor, both.refund_minor) == ({1: 2}, {1: 606}, 606)
    assert both.by_tender == (152 + 100, 151 + 203)  # 303 of the first in equal parts, ties to the earlier


def test_for_cash_card_and_wallet_come_back_in_cash_but_stored_value_never():
    tenders = tuple(Tender(kind, 300) for kind in (TenderKind.WECHAT, TenderKind.CARD, TenderKind.VALUE))
    sale = replace(SALE, tenders=tenders, due_minor=900)

    back = money_back(sale, shares(sale, 900, SoFar()), Programme("p1", DAY), in_cash=True).tenders

    assert {tender.kind: tender.amount_minor for tender in back} == {TenderKind.CASH: 600, TenderKind.VALUE: 300}
