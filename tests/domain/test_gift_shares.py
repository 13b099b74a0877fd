"""Gifts and the goods that earned them: one price for both, and each piece comes back for its share of it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.campaigns import Benefit, BenefitKind, Campaign, Step, What
from pos_app.domain.coupons import TOKEN_DIGITS, CouponRule
from pos_app.domain.in_force import Campaigns, InForce
from pos_app.domain.members import Tier
from pos_app.domain.price_steps import lent
from pos_app.domain.pricing import price
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import share
from tests.domain.test_best_offers import PROGRAMME, baskets, published
from tests.domain.test_pricing import item

TODAY = date(2026, 11, 23)
HAT = 9
ALL = What(everything=True)
GIFT = Benefit(BenefitKind.GIFT, gift_item_id=HAT, get=1, from_minor=10_000)


def campaign(benefit: Benefit, what: What = ALL, campaign_id: str = "c") -> Campaign:
    return Campaign(campaign_id, 1, "活动", "", TODAY, TODAY, what, benefit)


def rung(*lines: tuple[int, int, int]) -> Basket:
    """Return a basket of ``(item, price, pieces)``."""
    made = [
        BasketLine(no, item(which, minor, earns=which != HAT), count)
        for no, (which, minor, count) in enumerate(lines, 1)
    ]
    return Basket("s", tuple(made), "m", 0, len(made) + 1)


def priced(basket: Basket, *campaigns: Campaign, programme: Programme = PROGRAMME):
    return price(basket, programme, Tier.NORMAL, InForce(Campaigns(campaigns)))


def test_a_gift_bears_its_share_of_what_earned_it_and_is_shown_for_nothing():
    milk, hat = priced(rung((1, 10_000, 1), (HAT, 3_000, 1)), campaign(GIFT)).lines

    assert (milk.net_minor, hat.net_minor) == (7_692, 2_308)
    assert (milk.shown_minor, hat.shown_minor) == (10_000, 0)
    assert (lent(milk.steps), lent(hat.steps)) == (2_308, -2_308)


def test_points_that_its_goods_earn_stand_on_a_gift_that_earns_none():
    basket = rung((1, 10_000, 1), (HAT, 3_000, 1))
    with_hat = priced(basket, campaign(GIFT))
    without = priced(replace(basket, lines=basket.lines[:1]), campaign(GIFT))
    milk, hat = with_hat.lines

    assert not hat.item.earns
    assert milk.earned_points + hat.earned_points == without.earned_points
    assert hat.earned_points == without.earned_points * hat.net_minor // 10_000 + 1  # the largest remainder


def test_two_gifts_for_one_thing_bear_equal_shares():
    other = Benefit(BenefitKind.GIFT, gift_item_id=8, get=1, from_minor=10_000)
    what = What(items=(1,))
    basket = rung((1, 10_000, 1), (HAT, 10_000, 1), (8, 10_000, 1))
    lines = priced(basket, campaign(GIFT, what, "a"), campaign(other, what, "b")).lines

    assert [line.net_minor for line in lines] == [3_334, 3_333, 3_333]


@pytest.mark.parametrize(("least", "nets"), [(0, [5_000, 0]), (5_000, [3_125, 1_875])])
def test_a_coupon_s_free_piece_is_paid_by_goods_only_where_it_needs_any(least, nets):
    rule = CouponRule("F1", "送帽子", free_item=HAT, min_minor=least)
    basket = replace(rung((1, 5_000, 1), (HAT, 3_000, 1)), coupon="F1" + "0" * TOKEN_DIGITS)

    assert [line.net_minor for line in priced(basket, programme=replace(PROGRAMME, coupons=(rule,))).lines] == nets


gifts = st.builds(
    lambda which, get, least, each: Benefit(BenefitKind.GIFT, gift_item_id=which, get=get, from_minor=least, each=each),
    st.integers(1, 6),
    st.integers(1, 2),
    st.integers(1, 4_000),
    st.booleans(),
)


@settings(max_examples=50)
@given(baskets(most=3), st.lists(gifts, min_size=1, max_size=2), published(1))
def test_a_share_moves_money_and_points_between_lines_and_changes_no_sum(basket, benefits, others):
    given_away = [campaign(benefit, campaign_id=f"g{no}") for no, benefit in enumerate(benefits)]
    found = priced(basket, *given_away, *others)

    assert sum(lent(line.steps) for line in found.lines) == 0
    assert sum(line.shown_minor for line in found.lines) == sum(line.net_minor for line in found.lines)
    for line in found.lines:
        assert line.net_minor >= 0
        assert 0 <= line.shown_minor <= line.list_minor
        assert sum(step.minor for step in line.steps) == line.list_minor - line.net_minor
    earning = sum(line.shown_minor for line in found.lines if line.item.earns and not line.redeemed_points)
    gained = sum(gain.points for line in found.lines for gain in line.gains if gain.rule.startswith("earn@"))
    assert gained == earning * PROGRAMME.earn_bp * PROGRAMME.points_per_unit // (100 * 10_000)


offers = st.one_of(
    st.builds(
        lambda least, each: Benefit(BenefitKind.GIFT, gift_item_id=HAT, get=1, from_minor=least, each=each),
        st.integers(1, 30_000),
        st.booleans(),
    ),
    st.builds(lambda buy: Benefit(BenefitKind.GIFT, gift_item_id=HAT, get=2, buy=buy), st.integers(1, 4)),
    st.builds(
        lambda least, bp: Benefit(BenefitKind.MONEY_OFF, steps=(Step(least, max(1, least * bp // 10_000)),)),
        st.integers(1, 30_000),
        st.integers(1, 10_000),
    ),
)


@given(st.data(), offers)
def test_goods_that_earned_an_offer_never_bring_back_more_than_their_share_of_what_was_paid(data, benefit):
    pieces = st.tuples(st.integers(1, 20_000), st.integers(1, 3))
    goods = data.draw(st.lists(pieces, min_size=1, max_size=4))
    free = benefit.get if benefit.kind is BenefitKind.GIFT else 1
    hat = data.draw(st.integers(1, 9_000))
    basket = rung(*((no, *each) for no, each in enumerate(goods, 1)), (HAT, hat, free))
    lines = priced(basket, campaign(benefit)).lines
    back = {line.line_no: data.draw(st.integers(0, line.quantity)) for line in lines}

    given_back = sum(share(line.net_minor, back[line.line_no], line.quantity, 0) for line in lines)
    worth = sum(line.unit_list_minor * back[line.line_no] for line in lines)
    paid, listed = sum(line.net_minor for line in lines), sum(line.list_minor for line in lines)

    rounded = 2 * len(lines) * listed
    assert worth * paid - rounded <= given_back * listed <= worth * paid + rounded
