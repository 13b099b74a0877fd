"""Refunds: whatever is brought back in whatever parts and order, nothing appears and nothing is lost."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.allocation import allot
from pos_app.domain.events import RefundedLine, Sale, SaleLine, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Spend
from pos_app.domain.money_back import MoneyBack, SoFar, lots_back, money_back, shares, so_far
from pos_app.domain.posting import EARNED, REDEEMED, ROUNDING, SALES, SETTLEMENT, TENDER, Account, Scene
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import (
    REFUND,
    REMAINDER,
    RETURNS,
    post_refund,
    refunded,
    share,
)
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged, Refused

DAY = date(2026, 11, 23)
LOT = date(2027, 12, 31)
RULES = Programme("p1", DAY)
KINDS = (TenderKind.CASH, TenderKind.WECHAT, TenderKind.CARD, TenderKind.VALUE, TenderKind.GIFT)


def sold(no: int = 1, pieces: int = 3, paid: int = 1_000, points: int = 0, earned: int = 0) -> SaleLine:
    return SaleLine(no, no, "1", "x", pieces, paid, paid + points, 0, 0, points, points, paid, earned, ())


def sale_of(lines: tuple[SaleLine, ...], tenders: tuple[Tender, ...], rounding: int = 0) -> Sale:
    due = sum(line.paid_minor for line in lines)
    return Sale("s", "r", "m1", lines, tenders, due, rounding, (), None, (), "p1")


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Correct sales: several lines and tenders, points spent and earned, cash rounded off."""
    lines = tuple(
        sold(
            no,
            draw(st.integers(1, 5)),
            draw(st.integers(0, 2_000)),
            draw(st.integers(0, 700)),
            draw(st.integers(0, 99)),
        )
        for no in range(1, draw(st.integers(1, 4)) + 1)
    )
    due = sum(line.paid_minor for line in lines)
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True))
    parts = list(allot(due, [draw(st.integers(1, 9)) for _ in kinds]))
    rounding = 0
    if TenderKind.CASH in kinds:
        at = kinds.index(TenderKind.CASH)
        rounding = -(parts[at] % RULES.cash_rounding_minor)
        parts[at] += rounding
    return sale_of(lines, tuple(Tender(kind, part) for kind, part in zip(kinds, parts, strict=True)), rounding)


@st.composite
def returns(draw: st.DrawFn, sale: Sale) -> list[dict[int, int]]:
    """Split all pieces of a sale into refunds, in any order: for each the pieces by line."""
    pieces = [line.line_no for line in sale.lines for _ in range(line.quantity)]
    mixed = draw(st.permutations(pieces))
    refunds: list[dict[int, int]] = []
    while mixed:
        size = draw(st.integers(1, len(mixed)))
        refunds.append(dict(Counter(mixed[:size])))
        mixed = mixed[size:]
    return refunds


def give_back(sale: Sale, worth: int, before: SoFar | None = None) -> MoneyBack:
    """Return the money that goes back for goods, nothing kept of it."""
    return money_back(sale, shares(sale, worth, before), RULES)


def refund(sale: Sale, pieces: dict[int, int], before: SoFar, n: int, *, known: bool) -> SaleRefunded:
    """Return the refund that a till says that knows what came back before, or does not."""
    lines = tuple(
        refunded(line, pieces[line.line_no], before.pieces.get(line.line_no, 0) if known else None)
        for line in sale.lines
        if line.line_no in pieces
    )
    worth = sum(line.paid_minor for line in lines)
    back = give_back(sale, worth, before if known else None)
    rounding = sum(back.by_tender) - worth
    earned = sum(line.earned_points for line in lines)
    who = (f"f{n}", f"n{n}", sale.sale_id, Origin("S01-1", "1.1", 1), sale.member_id)
    return SaleRefunded(*who, lines, back.tenders, worth, rounding, None, (), earned, (), "x", by_tender=back.by_tender)


def all_back(sale: Sale, parts: list[dict[int, int]], known: list[bool]) -> tuple[list[SaleRefunded], Counter[str]]:
    """Return the refunds of all parts, and what head office's books have of them by kind of account."""
    told: list[SaleRefunded] = []
    books: Counter[str] = Counter()
    for n, (pieces, is_known) in enumerate(zip(parts, known, strict=True)):
        before = so_far(sale, told)
        fact = refund(sale, pieces, before, n, known=is_known)
        scene = Scene(Origin("S01-1", "1.1", n + 2), "S01", DAY, {}, LOT)
        for each in post_refund(fact, sale, scene, {}, before, at_risk=False):
            books[_name(each.credit)] += each.amount
            books[_name(each.debit)] -= each.amount
        told.append(fact)
    return told, books


def _name(account: Account) -> str:
    return f"{account.ledger} {account.kind}"


def by_kind(tenders: list[Tender]) -> Counter[str]:
    found: Counter[str] = Counter()
    for tender in tenders:
        found[tender.kind] += tender.amount_minor
    return found


@given(st.data())
def test_parts_in_any_order_come_to_what_one_refund_of_everything_comes_to(data):
    sale = data.draw(sales())
    parts = data.draw(returns(sale))

    told, books = all_back(sale, parts, [True] * len(parts))

    assert sum(fact.refund_minor for fact in told) == sale.due_minor
    assert sum(fact.rounding_minor for fact in told) == sale.rounding_minor
    assert by_kind([each for fact in told for each in fact.tenders]) == +by_kind(list(sale.tenders))
    points = sum(line.points for fact in told for line in fact.lines)
    assert points == sum(line.basket_points for line in sale.lines)
    assert sum(fact.owed_points for fact in told) == sum(line.earned_points for line in sale.lines)
    worth = sum(line.basket_points_minor for line in sale.lines)
    assert -books["MONEY:CNY " + RETURNS] == sale.due_minor + worth
    assert books["MONEY:CNY " + SETTLEMENT] == worth
    assert books["MONEY:CNY " + ROUNDING] == -sale.rounding_minor
    assert not any(total for name, total in books.items() if REMAINDER in name)


@given(st.data())
def test_where_what_came_before_is_not_known_never_more_than_was_paid_comes_back_and_the_rest_is_in_the_books(data):
    sale = data.draw(sales())
    parts = data.draw(returns(sale))
    known = [data.draw(st.booleans()) for _ in parts]

    told, books = all_back(sale, parts, known)

    given_back = by_kind([each for fact in told for each in fact.tenders])
    assert all(amount <= by_kind(list(sale.tenders))[kind] for kind, amount in given_back.items())
    lines = Counter[int]()
    for line in (line for fact in told for line in fact.lines):
        lines[line.line_no] += line.paid_minor
    assert all(lines[line.line_no] <= line.paid_minor for line in sale.lines)
    kept = sale.due_minor - sum(lines.values())
    kept += sum(line.basket_points_minor for line in sale.lines)
    kept -= sum(line.points_minor for fact in told for line in fact.lines)
    assert books["MONEY:CNY " + REMAINDER] == kept >= 0
    points = sum(line.basket_points for line in sale.lines)
    earned = sum(line.earned_points for line in sale.lines)
    assert books["POINTS " + REDEEMED] == -points
    assert books["POINTS " + EARNED] == earned
    returned = sum(line.points for fact in told for line in fact.lines)
    taken = sum(line.earned_points for fact in told for line in fact.lines)
    assert books["POINTS " + REMAINDER] == (points - returned) - (earned - taken)
    assert sum(total for name, total in books.items() if name.startswith(REFUND)) == 0


@given(st.data())
def test_any_order_of_the_same_parts_ends_the_same(data):
    sale = data.draw(sales())
    parts = data.draw(returns(sale))
    other = data.draw(st.permutations(parts))

    told, books = all_back(sale, parts, [True] * len(parts))
    again, other_books = all_back(sale, list(other), [True] * len(parts))

    assert so_far(sale, told) == so_far(sale, again)
    assert +books == +other_books


@given(st.integers(0, 10**9), st.integers(1, 50), st.data())
def test_a_share_that_knows_what_came_before_is_never_less_than_one_that_does_not(total, of, data):
    before = data.draw(st.integers(0, of - 1))
    pieces = data.draw(st.integers(1, of - before))

    assert 0 <= share(total, pieces, of) <= share(total, pieces, of, before) <= total


def test_three_refunds_of_one_piece_give_back_what_one_of_three_does():
    line = sold(pieces=3, paid=1_000)

    assert [refunded(line, 1, before).paid_minor for before in (0, 1, 2)] == [333, 333, 334]
    assert [refunded(line, 1).paid_minor for _ in range(3)] == [333, 333, 333]


def test_cash_that_was_rounded_off_a_part_comes_back_with_the_last():
    sale = sale_of((sold(pieces=3, paid=1_000),), (Tender(TenderKind.CASH, 1_000),))

    assert [given_by(refund(sale, {1: 1}, before, 0, known=True)) for before in _thirds(sale)] == [330, 330, 340]


def _thirds(sale: Sale) -> list[SoFar]:
    """Return what came back before the first, the second and the third of three pieces."""
    told: list[SaleRefunded] = []
    for n in range(2):
        told.append(refund(sale, {1: 1}, so_far(sale, told), n, known=True))
    return [so_far(sale, told[:n]) for n in range(3)]


def given_by(fact: SaleRefunded) -> int:
    return sum(tender.amount_minor for tender in fact.tenders)


def test_what_was_rounded_off_the_sale_is_taken_off_what_comes_back_last():
    lines = (sold(1, 1, 500), sold(2, 1, 505))
    sale = sale_of(lines, (Tender(TenderKind.CASH, 1_000),), -5)

    first = refund(sale, {1: 1}, SoFar(), 0, known=True)
    last = refund(sale, {2: 1}, so_far(sale, [first]), 1, known=True)

    assert (given_by(first), given_by(last), last.rounding_minor) == (500, 500, -5)
    assert give_back(sale, 505).by_tender == (500,)  # nobody knows what else comes: it is taken off now


def test_goods_that_were_paid_for_with_goods_come_back_as_those_had_been_paid():
    wallet = Tender(TenderKind.WECHAT, 1_000, reference="W1")
    sale = sale_of((sold(1, 1, 1_000),), (Tender(TenderKind.EXCHANGE, 1_000),))

    assert give_back(replace(sale, behind=(wallet,)), 1_000, SoFar()).tenders == (wallet,)
    assert give_back(sale, 1_000, SoFar()).tenders == (Tender(TenderKind.CASH, 1_000, given_minor=1_000),)  # of before


def test_points_come_back_into_the_lots_they_were_spent_from_the_last_to_end_first():
    spent = [Spend("soon", 4_900), Spend("late", 100)]

    assert [lots_back(spent, amount, before) for amount, before in ((60, 0), (60, 60), (4_880, 120))] == [
        (Spend("late", 60),),
        (Spend("late", 40), Spend("soon", 20)),
        (Spend("soon", 4_880),),
    ]


def test_a_sale_that_cost_nothing_gives_no_money_back():
    sale = sale_of((sold(1, 1, 0, points=300),), ())

    assert give_back(sale, 0, SoFar()) == MoneyBack()


@pytest.mark.parametrize(("quantity", "before"), [(0, 0), (4, 0), (2, 2), (1, 3), (1, -1), (4, None)])
def test_no_more_pieces_than_were_sold(quantity, before):
    with pytest.raises(Refused, match=r"refund\.quantity"):
        refunded(sold(pieces=3), quantity, before)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lines": (RefundedLine(1, 1, 334, 0, 0, 0, 0),)}, "refund.amount"),  # more than the first is worth
        ({"lines": (RefundedLine(1, 1, 334, 0, 0, 0, 2),)}, "refund.amount"),  # two that nobody has heard of
        ({"rounding_minor": 7, "refund_minor": 333}, "refund.unbalanced"),
        ({"deducted_minor": -1}, "amount.range"),
        ({"deducted_minor": 3}, "refund.unbalanced"),
    ],
)
def test_head_office_finds_what_is_wrong(change, code):
    sale = sale_of((sold(pieces=3, paid=1_000),), (Tender(TenderKind.CARD, 1_000),))
    fact = replace(refund(sale, {1: 1}, SoFar(), 0, known=True), **change)
    scene = Scene(Origin("S01-1", "1.1", 2), "S01", DAY, {}, LOT)

    with pytest.raises(Damaged, match=code):
        post_refund(fact, sale, scene, {}, at_risk=False)


def test_more_rounding_than_earlier_refunds_left_is_found():
    sale = sale_of((sold(pieces=3, paid=1_000),), (Tender(TenderKind.CASH, 1_000),))
    fact = refund(sale, {1: 2}, SoFar(), 0, known=True)
    notes = (Tender(TenderKind.CASH, 670, given_minor=670),)
    more = replace(fact, tenders=notes, rounding_minor=4, by_tender=(670,))
    scene = Scene(Origin("S01-1", "1.1", 2), "S01", DAY, {}, LOT)

    with pytest.raises(Damaged, match=r"refund\.unbalanced"):
        post_refund(more, sale, scene, {}, at_risk=False)
    assert post_refund(more, sale, scene, {}, SoFar(rounding_minor=-4), at_risk=False)


def test_points_that_were_spent_are_paid_for_with_money():
    sale = sale_of((sold(pieces=1, paid=1_000, earned=70),), (Tender(TenderKind.CARD, 1_000),))
    whole = refund(sale, {1: 1}, SoFar(), 0, known=True)
    fact = replace(
        whole, owed_points=20, deducted_points=50, deducted_minor=50, tenders=(Tender(TenderKind.CARD, 950),)
    )
    scene = Scene(Origin("S01-1", "1.1", 2), "S01", DAY, {}, LOT)
    books: Counter[str] = Counter()

    for each in post_refund(fact, sale, scene, {}, at_risk=False):
        books[_name(each.credit)] += each.amount
        books[_name(each.debit)] -= each.amount

    assert books["POINTS points_paid_for"] == -50
    assert books["POINTS " + EARNED] == 70
    assert books["MONEY:CNY " + SETTLEMENT] == 50
    assert books["MONEY:CNY " + TENDER + "card"] == 950
    assert books["MONEY:CNY " + RETURNS] == -1_000
    assert books["MONEY:CNY " + SALES] == 0
