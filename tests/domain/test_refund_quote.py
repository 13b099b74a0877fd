"""What a refund comes to: shown before the button is pressed, and said the same afterwards."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.programme import Shortfall
from pos_app.domain.refund_quote import work_out
from pos_app.domain.refunds import SoFar, so_far
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused
from tests.domain.test_refunds import RULES, returns, sale_of, sales, sold

CARD = Tender(TenderKind.CARD, 1_000, reference="T1")
OWE = replace(RULES, refund_shortfall=Shortfall.OWE)


def one_line(earned: int = 70, points: int = 0, tender: Tender = CARD):
    return sale_of((sold(1, 1, 1_000, points, earned),), (tender,))


def test_points_that_are_there_are_taken_and_no_money_is_kept():
    quote = work_out(one_line(), {1: 1}, SoFar(), RULES, 100)

    assert (quote.given_minor, quote.deducted_points, quote.short_points) == (1_000, 0, 0)
    assert (quote.points_before, quote.points_after) == (100, 30)
    assert quote.tenders == (CARD,)  # to the card that it came from


def test_what_is_short_is_deducted_from_the_money():
    quote = work_out(one_line(), {1: 1}, SoFar(), RULES, 20)

    assert (quote.deducted_points, quote.deducted_minor, quote.given_minor) == (50, 50, 950)
    assert (quote.points_after, quote.short_points) == (0, 0)


def test_or_owed_as_the_store_has_published():
    quote = work_out(one_line(), {1: 1}, SoFar(), OWE, 20)

    assert (quote.deducted_points, quote.given_minor, quote.short_points, quote.points_after) == (0, 1_000, 50, 0)


def test_what_the_money_cannot_pay_for_is_owed():
    quote = work_out(sale_of((sold(1, 1, 30, 0, 70),), (Tender(TenderKind.CARD, 30),)), {1: 1}, SoFar(), RULES, 0)

    assert (quote.deducted_points, quote.deducted_minor, quote.given_minor, quote.short_points) == (30, 30, 0, 40)


def test_points_that_come_back_pay_first():
    quote = work_out(one_line(points=60), {1: 1}, SoFar(), RULES, 0)

    assert (quote.points_back, quote.deducted_points, quote.points_after) == (60, 10, 0)


def test_cash_is_rounded_down_after_a_deduction():
    quote = work_out(one_line(33, tender=Tender(TenderKind.CASH, 1_000)), {1: 1}, SoFar(), RULES, 0)

    assert (quote.deducted_minor, quote.cash_minor, quote.rounding_minor) == (33, 960, -7)


def test_new_goods_are_paid_for_with_the_returned_ones():
    more = work_out(one_line(0), {1: 1}, SoFar(), RULES, None, new_minor=1_500)
    less = work_out(one_line(0), {1: 1}, SoFar(), RULES, None, new_minor=400)

    assert (more.tenders, more.given_minor) == ((Tender(TenderKind.EXCHANGE, 1_000),), 0)
    assert less.tenders == (Tender(TenderKind.EXCHANGE, 400), replace(CARD, amount_minor=600))


def test_card_and_wallet_come_back_in_cash_only_where_the_rules_say_so():
    with pytest.raises(Refused, match=r"refund\.not_in_cash"):
        work_out(one_line(), {1: 1}, SoFar(), RULES, 100, in_cash=True)

    quote = work_out(one_line(), {1: 1}, SoFar(), replace(RULES, refund_in_cash=True), 100, in_cash=True)

    assert quote.cash_minor == 1_000


def test_a_whole_sale_is_known_to_be_whole_wherever_it_is_brought():
    quote = work_out(one_line(), {1: 1}, None, RULES, 100)

    assert quote.is_whole
    assert quote.lines[0].before == 0
    assert not work_out(sale_of((sold(1, 2, 1_000),), (CARD,)), {1: 1}, SoFar(), RULES, None).is_whole


@pytest.mark.parametrize(("pieces", "code"), [({}, "refund.nothing"), ({1: 0}, "refund.nothing"), ({9: 1}, "no_line")])
def test_what_is_not_a_refund_is_refused(pieces, code):
    with pytest.raises(Refused, match=code):
        work_out(one_line(), pieces, SoFar(), RULES, None)


@given(st.data())
def test_every_quote_balances_and_gives_no_more_than_there_is(data):
    sale = data.draw(sales())
    pieces = {line.line_no: data.draw(st.integers(0, line.quantity)) for line in sale.lines}
    pieces[1] = max(1, pieces[1])
    before = data.draw(st.sampled_from([None, SoFar()]))
    points = data.draw(st.none() | st.integers(0, 300))
    new_minor = data.draw(st.integers(0, 3_000))

    quote = work_out(sale, pieces, before, RULES, points, new_minor=new_minor)

    tendered = sum(tender.amount_minor for tender in quote.tenders)
    assert tendered == quote.refund_minor + quote.rounding_minor - quote.deducted_minor
    assert quote.rounding_minor <= 0
    assert quote.exchange_minor <= new_minor
    assert all(tender.amount_minor > 0 for tender in quote.tenders)
    assert quote.cash_minor % RULES.cash_rounding_minor == 0
    if points is not None:
        owed = quote.earned_points - quote.points_back - points
        assert quote.deducted_points + quote.short_points == max(0, owed)


@given(st.data())
def test_a_sale_and_its_refunds_and_exchanges_come_to_what_was_really_paid(data):
    sale = data.draw(sales())
    steps = data.draw(returns(sale))
    paid = sale.due_minor + sale.rounding_minor
    told: list[SaleRefunded] = []
    for pieces in steps:
        new_minor = data.draw(st.sampled_from([0, 0, 7, 333, 3_000]))
        points = data.draw(st.sampled_from([None, 0, 10_000]))
        before = so_far(told)
        quote = work_out(sale, pieces, before, RULES, points, new_minor=new_minor)
        assert quote.rounding_minor + min(0, before.rounding_minor) <= 0  # or head office would keep it aside
        money = (quote.tenders, quote.refund_minor, quote.rounding_minor, None, (), 0, (), "x")
        told.append(
            SaleRefunded(
                "r",
                "R",
                sale.sale_id,
                Origin("T1", "1.1", 1),
                "m1",
                quote.lines,
                *money,
                quote.deducted_points,
                quote.deducted_minor,
            )
        )
        back = sum(tender.amount_minor for fact in told for tender in fact.tenders)
        assert back + sum(fact.deducted_minor for fact in told) <= paid

    back = sum(tender.amount_minor for fact in told for tender in fact.tenders)
    kept = paid - back - sum(fact.deducted_minor for fact in told)
    parts = sum(len(fact.tenders) for fact in told) + len(told)
    assert 0 <= kept <= parts * RULES.cash_rounding_minor
    if not any(fact.deducted_minor or (fact.tenders[:1] and fact.tenders[0].kind == "exchange") for fact in told):
        assert kept == 0
