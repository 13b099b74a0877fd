"""Coupons by themselves: the days on which one holds, what can be published, and what a part of a sale gives back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.coupons import CouponRule, Occasion
from pos_app.domain.events import SaleLine
from pos_app.domain.members import Tier
from pos_app.domain.pricing import price
from pos_app.domain.refunds import refunded
from tests.till_kit import PROGRAMME, TODAY, item

LOT = "W" + "0" * 32
W = CouponRule("W", "券", off_minor=100)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60), st.integers(1, 400), st.integers(-500, 500))
def test_what_is_given_holds_for_its_days_from_its_first_on(given_on, after, valid, looked):
    rule = replace(W, valid_days=valid, after_days=after, occasion=Occasion.WELCOME)
    until, day = rule.given_until(given_on), given_on + timedelta(looked)

    holds = given_on <= day and rule.first_day(until) <= day <= rule.last_day(until)

    assert holds == (after <= looked < after + valid)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_rules_own_days_bound_those_of_its_coupons(day):
    rule = replace(W, valid_from=date(2026, 3, 1), valid_to=date(2026, 5, 31))

    assert rule.first_day(day) == date(2026, 3, 1)
    assert rule.last_day(day) == min(day, date(2026, 5, 31))


@pytest.mark.parametrize(
    "broken",
    [
        {"off_minor": 0},
        {"off_bp": 1_000},
        {"free_item": 3},
        {"off_minor": 0, "off_bp": 10_001},
        {"min_minor": -1},
        {"rule_id": "w30"},
        {"name": ""},
        {"valid_from": TODAY, "valid_to": TODAY - timedelta(1)},
        {"occasion": Occasion.WELCOME},
        {"occasion": Occasion.WIN_BACK, "valid_days": 14},
        {"occasion": Occasion.WELCOME, "valid_days": 14, "bearer": True},
        {"after_days": 3},
    ],
)
def test_what_nobody_could_carry_out_cannot_be_published(broken):
    assert W.is_sound()
    assert not replace(W, **broken).is_sound()


lines = st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 4)), min_size=1, max_size=4)
offs = st.one_of(
    st.builds(lambda off: replace(W, off_minor=off), st.integers(1, 9_000)),
    st.builds(lambda bp: replace(W, off_minor=0, off_bp=bp), st.integers(1, 10_000)),
)


@settings(max_examples=60)
@given(lines, offs, st.randoms(use_true_random=False))
def test_piece_by_piece_in_any_order_exactly_what_was_paid_comes_back(rung, rule, random):
    basket = Basket(
        "s",
        tuple(
            BasketLine(no, item(no, minor, member_price_minor=None), count) for no, (minor, count) in enumerate(rung, 1)
        ),
        "m",
        next_line_no=len(rung) + 1,
        coupon=LOT,
    )
    priced = price(basket, replace(PROGRAMME, coupons=(rule,)), Tier.NORMAL)
    sold = {
        line.line_no: SaleLine(line.line_no, 1, "", "x", line.quantity, line.list_minor, line.net_minor,
                               0, 0, 0, 0, line.paid_minor, 0, ())
        for line in priced.lines
    }  # fmt: skip
    pieces = [line.line_no for line in basket.lines for _ in range(line.quantity)]
    random.shuffle(pieces)

    back, gone = 0, dict.fromkeys(sold, 0)
    for no in pieces:
        back += refunded(sold[no], 1, gone[no]).paid_minor
        gone[no] += 1

    off = sum(step.minor for line in priced.lines for step in line.steps if rule.step(step.rule))
    assert back == priced.due_minor == priced.list_minor - off
