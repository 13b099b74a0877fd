"""What a refund comes to: shown before the button is pressed, and said the same afterwards."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.money_back import SoFar, paid_with, so_far
from pos_app.domain.posting import Scene
from pos_app.domain.programme import Programme, Shortfall
from pos_app.domain.refund_quote import RefundQuote, work_out
from pos_app.domain.refunds import post_refund
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused
from tests.domain.test_refunds import DAY, LOT, RULES, sale_of, sales, sold

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


@dataclass
class Shop:
    """Sales, what came back of each, and what crossed the counter in both directions by kind and reference."""

    rules: Programme
    open: list[Sale] = field(default_factory=list)
    told: dict[str, list[SaleRefunded]] = field(default_factory=dict)
    paid: Counter[tuple[str, str]] = field(default_factory=Counter)
    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    deducted: int = 0

    def sell(self, sale: Sale) -> None:
        self.open.append(sale)
        self.told[sale.sale_id] = []
        self.paid.update(money(sale.tenders))

    def left(self, sale: Sale) -> dict[int, int]:
        gone = so_far(sale, self.told[sale.sale_id]).pieces
        pieces = {line.line_no: line.quantity - gone.get(line.line_no, 0) for line in sale.lines}
        return {no: count for no, count in pieces.items() if count}

    def take_back(self, sale: Sale, pieces: dict[int, int], points: int | None, new_minor: int) -> RefundQuote:
        """Take pieces back as a till does, and see head office post it."""
        told = self.told[sale.sale_id]
        before, n = so_far(sale, told), len(told)
        quote = work_out(sale, pieces, before, self.rules, points, new_minor=new_minor)
        who = (f"f{n}", f"n{n}", sale.sale_id, Origin("S01-1", "1.1", 1), sale.member_id)
        sums = (quote.lines, quote.tenders, quote.refund_minor, quote.rounding_minor)
        fact = SaleRefunded(
            *who, *sums, None, (), quote.earned_points - quote.deducted_points, (), "x",
            quote.deducted_points, quote.deducted_minor, quote.is_whole, by_tender=quote.by_tender,
        )  # fmt: skip
        scene = Scene(Origin("S01-1", "1.1", 2), "S01", DAY, {}, LOT)
        assert post_refund(fact, sale, scene, {}, before, at_risk=False) or not quote.refund_minor
        told.append(fact)
        self.given.update(money(quote.tenders))
        self.deducted += quote.deducted_minor
        return quote


def money(tenders: tuple[Tender, ...]) -> Counter[tuple[str, str]]:
    """Return what crossed the counter as money."""
    found: Counter[tuple[str, str]] = Counter()
    for tender in tenders:
        if tender.kind is not TenderKind.EXCHANGE:
            found[tender.kind.value, tender.reference] += tender.amount_minor
    return found


@given(st.data(), st.sampled_from([1, 10]))
def test_whatever_comes_back_in_parts_or_is_exchanged_gives_what_was_paid_and_never_more(data, coin):
    shop = Shop(replace(RULES, cash_rounding_minor=coin))
    shop.sell(data.draw(sales()))
    moves = 0
    while any(shop.left(sale) for sale in shop.open):
        sale = data.draw(st.sampled_from([sale for sale in shop.open if shop.left(sale)]))
        left = shop.left(sale)
        pieces = {no: data.draw(st.integers(0, count)) for no, count in left.items()}
        moves += 1
        if not any(pieces.values()) or moves > 12:
            pieces = left
        points = data.draw(st.sampled_from([None, 0, 20, 10_000]))
        new_minor = data.draw(st.sampled_from([0, 7, 333, 3_000])) if moves < 6 else 0
        quote = shop.take_back(sale, pieces, points, new_minor)
        if quote.exchange_minor:
            further(shop, quote, new_minor)
        assert all(shop.given[key] <= shop.paid[key] for key in shop.given)

    for sale in shop.open:
        back = so_far(sale, shop.told[sale.sale_id])
        whole = [tender.amount_minor for tender in paid_with(sale)]
        kept = [most - given for most, given in zip(whole, back.by_tender, strict=True)] if whole else []
        assert all(rest >= 0 for rest in kept)
        assert sum(kept) < coin
    assert shop.paid.total() - shop.given.total() - shop.deducted in range(len(shop.open) * (coin - 1) + 1)


def further(shop: Shop, quote: RefundQuote, new_minor: int) -> None:
    """Sell what the goods pay for; the rest is paid by another wallet."""
    n = len(shop.open)
    tenders = (Tender(TenderKind.EXCHANGE, quote.exchange_minor, reference="r"),)
    if new_minor > quote.exchange_minor:
        tenders += (Tender(TenderKind.ALIPAY, new_minor - quote.exchange_minor, reference=f"A{n}"),)
    sale = sale_of((sold(1, 2, new_minor, 0, 9),), tenders)
    shop.sell(replace(sale, sale_id=f"s{n}", behind=quote.behind))


def test_part_refunds_with_points_taken_from_the_money_come_to_what_was_paid_in_any_order():
    sale = sale_of((sold(1, 2, 6_670, 0, 40),), (Tender(TenderKind.CASH, 6_670),))
    for held in ((0, 400), (400, 0)):
        shop = Shop(replace(RULES, cash_rounding_minor=1))
        shop.sell(sale)
        for points in held:
            shop.take_back(sale, {1: 1}, points, 0)

        assert (shop.given.total(), shop.deducted) == (6_650, 20)
