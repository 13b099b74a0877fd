"""Punch cards: what stamps, what is free, how long stamps last, and that a refund takes exactly its own back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Reduction
from pos_app.domain.events import SaleLine
from pos_app.domain.ledger import Asset, Grant, Holding, Spend
from pos_app.domain.members import Tier
from pos_app.domain.price_steps import Discount, PriceStep
from pos_app.domain.pricing import price
from pos_app.domain.programme import Programme
from pos_app.domain.punch_cards import (
    Piece,
    PunchCard,
    Stamps,
    in_all,
    last_days,
    lot_of,
    on_card,
    stamped,
    take,
    taken_of,
    without,
)
from pos_app.domain.refunds import refunded
from pos_app.errors import Refused
from tests.till_kit import item

TODAY, NOW_MS = date(2026, 11, 23), 1_000
NAPPY, WIPES = item(1, 8_900), item(2, 2_980, category="wipes")
CARD = PunchCard("NAPPY", "尿裤卡", needed=10, items=(1,))
RULES = Programme("p1", TODAY, punch_cards=(CARD,), earn_bp=700)


def stamps(gid: str, left: int, last: date = date(2027, 11, 23), card: str = "NAPPY") -> Holding:
    return Holding(Grant(gid, "m1", Asset.PUNCH, max(1, left), last, lot=lot_of(card, "m1")), left)


def test_what_is_paid_stamps_and_nothing_else():
    lines = [Piece(NAPPY, 3, is_paid=True), Piece(WIPES, 2, is_paid=True), Piece(NAPPY, 1, is_paid=False)]

    assert stamped(lines, [CARD]) == ((Stamps("NAPPY", 3),), (), ())


def test_a_limit_of_the_sale_is_filled_line_by_line():
    card = replace(CARD, stamps_each=2, most_a_sale=5)

    assert stamped([Piece(NAPPY, 2, is_paid=True)] * 2, [card]) == ((Stamps("NAPPY", 4),), (Stamps("NAPPY", 1),))


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=6), st.integers(1, 3), st.integers(0, 30))
def test_stamps_of_all_lines_are_those_of_the_paid_pieces_up_to_the_limit(lines, each, most):
    card = replace(CARD, stamps_each=each, most_a_sale=most)
    given_ = stamped([Piece(NAPPY, count, is_paid=paid) for count, paid in lines], [card])

    due = each * sum(count for count, paid in lines if paid)
    assert in_all(given_).get("NAPPY", 0) == (min(due, most) if most else due)


def test_a_card_ends_with_its_first_stamp_and_what_goes_beyond_begins_a_new_one():
    first = date(2026, 12, 1)

    assert last_days({first: 7}, 5, CARD, TODAY) == {first: 3, TODAY + timedelta(days=365): 2}
    assert last_days({first: 10}, 1, CARD, TODAY) == {TODAY + timedelta(days=365): 1}
    assert last_days({}, 12, CARD, TODAY) == {TODAY + timedelta(days=365): 12}


DAYS = st.dictionaries(st.dates(TODAY, TODAY + timedelta(days=400)), st.integers(1, 9), max_size=4)


@given(DAYS, st.integers(0, 40))
def test_every_stamp_has_a_last_day_and_none_ends_before_the_card_it_fills(have, count):
    ends = last_days(have, count, CARD, TODAY)

    assert sum(ends.values()) == count
    assert all(day >= TODAY and stamps_ > 0 for day, stamps_ in ends.items())
    assert set(ends) <= {TODAY + timedelta(days=CARD.valid_days), max(have, default=TODAY)}


@given(DAYS, st.integers(0, 40))
def test_spending_takes_the_soonest_to_end(have, used):
    left = without(have, used)

    assert sum(left.values()) == max(0, sum(have.values()) - used)
    assert not left or all(day >= min(left) for day in left)
    assert all(left.get(day, 0) == count for day, count in have.items() if left and day > min(left))


def test_stamps_are_taken_of_one_card_the_soonest_to_end_first_or_the_sales_own():
    held = [stamps("b", 5), stamps("a", 5, date(2026, 12, 1)), stamps("c", 9, card="OTHER")]
    usable = on_card(held, "NAPPY", TODAY, NOW_MS)

    assert take(usable, 7) == (Spend("a", 5), Spend("b", 2))
    assert take(usable, 7, ["b"]) == (Spend("b", 5), Spend("a", 2))
    assert take(usable, 99) == (Spend("a", 5), Spend("b", 5))
    assert on_card(held, "NAPPY", date(2027, 11, 24), NOW_MS) == []


@given(st.integers(1, 30), st.integers(0, 60), st.data())
def test_parts_of_a_line_take_back_exactly_its_stamps_in_any_order(sold, count, data):
    line = SaleLine(1, 1, "", "", sold, 0, 0, 0, 0, 0, 0, 0, 0, (), stamps=(Stamps("NAPPY", count),))
    back, before = 0, 0
    while before < sold:
        pieces = data.draw(st.integers(1, sold - before))
        back += in_all((refunded(line, pieces, before).stamps,)).get("NAPPY", 0)
        before += pieces

    assert back == count


def basket(*quantities: int) -> Basket:
    made = Basket("s", member_id="m1")
    for quantity, what in zip(quantities, (NAPPY, WIPES), strict=False):
        made = made.with_item(what, quantity)
    return made


def test_the_free_piece_is_a_line_of_its_own_that_costs_and_earns_nothing():
    made = basket(3, 1).with_reward(1, "NAPPY")
    paid, wipes, free = price(made, RULES, Tier.GOLD).lines

    assert [(line.quantity, line.net_minor) for line in (paid, free)] == [(2, 16_910), (1, 0)]
    assert free.steps == (PriceStep("punch_NAPPY@p1", 8_900),)
    assert (free.earned_points, Discount.of(free.steps[0].rule)) == (0, Discount.PUNCH)
    assert wipes.quantity == 1


@given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 3_000))
def test_a_free_piece_changes_no_other_line(nappies, wipes, off_bp):
    made = basket(nappies, *([wipes] if wipes else []))
    if off_bp:
        made = made.with_reduction(Reduction(bp=off_bp, reason="老客"))
    plain = price(made, RULES, Tier.NORMAL)
    given_ = price(made.with_reward(1, "NAPPY"), RULES, Tier.NORMAL)

    assert given_.list_minor == plain.list_minor
    assert sum(line.net_minor for line in given_.lines if line.item == NAPPY) <= sum(
        line.net_minor for line in plain.lines if line.item == NAPPY
    )
    assert abs(given_.due_minor - (plain.due_minor - 8_900 * (10_000 - off_bp) // 10_000)) <= 1


def test_what_is_free_stays_one_piece_that_nothing_else_prices():
    made = basket(1).with_reward(1, "NAPPY")

    for work, code in (
        (lambda: made.with_quantity(1, 2), "punch.one_piece"),
        (lambda: made.with_price(1, 100), "punch.is_free"),
        (lambda: made.with_line_reduction(1, Reduction(bp=100, reason="老客")), "punch.is_free"),
        (lambda: made.with_redeemed(1, redeemed=True), "punch.is_free"),
        (lambda: basket(1).with_redeemed(1, redeemed=True).with_reward(1, "NAPPY"), "punch.other_price"),
        (lambda: price(replace(made, member_id=None), RULES, None), "punch.needs_member"),
    ):
        with pytest.raises(Refused) as refused:
            work()
        assert refused.value.code == code
    assert [line.quantity for line in made.with_item(NAPPY).lines] == [1, 1]
    assert not made.with_member("m2").lines[0].punch_card


def test_a_card_that_nobody_could_stamp_or_that_gives_for_nothing_is_not_published():
    assert CARD.is_sound()
    for wrong in (
        {"items": ()},
        {"needed": 0},
        {"card_id": "a@b"},
        {"valid_days": 0},
        {"stamps_each": 0},
        {"most_minor": -1},
        {"name": ""},
    ):
        assert not replace(CARD, **wrong).is_sound(), wrong
    assert "punch_cards" in replace(RULES, punch_cards=(CARD, CARD)).problems()


def test_what_is_free_may_be_named_and_may_have_a_price_at_most():
    assert CARD.gives(NAPPY, 8_900)
    assert not replace(CARD, rewards=(2,)).gives(NAPPY, 8_900)
    assert replace(CARD, rewards=(2,)).gives(WIPES, 2_980)
    assert not replace(CARD, most_minor=8_899).gives(NAPPY, 8_900)
    assert replace(CARD, most_minor=8_900).gives(NAPPY, 8_900)


@pytest.mark.parametrize(
    "scope", [{"items": (2,)}, {"items": (), "brands": (WIPES.brand,)}, {"items": (), "categories": ("wipes",)}]
)
def test_items_brands_or_categories_make_a_card_each_by_itself(scope):
    card = replace(CARD, **scope)

    assert card.is_sound()
    assert card.is_stamped_by(WIPES)
    assert card.is_stamped_by(NAPPY) == ("brands" in scope and NAPPY.brand == WIPES.brand)


def test_only_stamps_among_what_a_sale_spent_are_told_by_card():
    points = Grant("p", "m1", Asset.POINTS, 9, TODAY)
    card = stamps("a", 9).grant

    spends = (Spend("a", 2), Spend("a", 3), Spend("p", 4), Spend("nobody's", 5))
    assert taken_of(spends, (card, points)) == {"NAPPY": 5}
