from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, Reduction
from pos_app.domain.campaigns import Benefit, BenefitKind, Step, What
from pos_app.domain.explaining import Goal, RuleName, Told, goals, names_of, rule_text, rules_of, weight_text
from pos_app.domain.in_force import Campaigns, InForce
from pos_app.domain.members import Tier
from pos_app.domain.pricing import price
from pos_app.services.words import price_words
from tests.till_kit import PROGRAMME, campaign, item

EVERYTHING = What(everything=True)
STEPS = Benefit(BenefitKind.MONEY_OFF, steps=(Step(20_000, 2_000), Step(30_000, 4_000)))
EACH = Benefit(BenefitKind.MONEY_OFF, steps=(Step(10_000, 500),), each=True)
BUY_THREE = Benefit(BenefitKind.BUY_GET, buy=3, get=1, off_bp=10_000)
SECOND_HALF = Benefit(BenefitKind.BUY_GET, buy=1, get=1, off_bp=5_000)
GIFT_FOR_TWO = Benefit(BenefitKind.GIFT, gift_item_id=9, get=1, buy=2)
GIFT = Benefit(BenefitKind.GIFT, gift_item_id=2, get=1, from_minor=30_000)


def rung(*prices_minor: int) -> Basket:
    basket = Basket("s1")
    for n, price_minor in enumerate(prices_minor, 1):
        basket = basket.with_item(item(n, price_minor))
    return basket


def nearly(basket: Basket, *benefits: Benefit, what: What = EVERYTHING) -> tuple[Goal, ...]:
    made = [campaign(n, benefit=benefit, what=what) for n, benefit in enumerate(benefits, 1)]
    return goals(basket, price(basket, PROGRAMME, None, InForce(Campaigns(made))), made)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (13_000, ()),  # more than a third is missing
        (14_000, (Goal("C1@1", 6_000, 2_000),)),
        (20_000, (Goal("C1@1", 10_000, 2_000),)),  # what the next step gives more
        (28_000, (Goal("C1@1", 2_000, 2_000),)),
        (30_000, ()),
    ],
)
def test_the_next_threshold_is_told_when_it_is_near(amount, expected):
    assert nearly(rung(amount), STEPS) == expected


def test_every_further_threshold_and_a_gift_are_goals_the_nearest_first():
    assert nearly(rung(28_000), EACH, GIFT) == (Goal("C1@1", 2_000, 500), Goal("C2@1", 2_000, 0))


def test_only_what_the_campaign_means_counts_towards_it():
    assert nearly(rung(19_000, 500), STEPS, what=What(items=(1,))) == (Goal("C1@1", 1_000, 2_000),)
    assert nearly(rung(500, 19_000), STEPS, what=What(items=(1,))) == ()


def test_what_was_taken_off_by_hand_brings_no_threshold_further_away():
    basket = rung(19_000).with_line_reduction(1, Reduction(minor=5_000, reason="x"))

    assert nearly(basket, STEPS) == (Goal("C1@1", 1_000, 2_000),)


@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=5))
def test_buying_what_is_missing_reaches_the_threshold(prices):
    basket = rung(*prices)
    for goal in nearly(basket, STEPS):
        made = [campaign(1, benefit=STEPS)]
        more = basket.with_item(item(99, goal.missing_minor))
        before, after = (price(each, PROGRAMME, None, InForce(Campaigns(made))) for each in (basket, more))

        assert after.campaign_saving_minor - before.campaign_saving_minor == goal.off_minor


@pytest.mark.parametrize(
    ("benefit", "quantity", "missing"),
    [
        (BUY_THREE, 1, None),  # less than half of it is there
        (BUY_THREE, 2, 2),
        (BUY_THREE, 3, 1),
        (BUY_THREE, 4, None),
        (BUY_THREE, 7, 1),
        (SECOND_HALF, 1, 1),
        (GIFT_FOR_TWO, 1, 1),
        (GIFT_FOR_TWO, 2, None),
        (GIFT_FOR_TWO, 3, None),
    ],
)
def test_pieces_that_are_missing_are_told_when_half_are_there(benefit, quantity, missing):
    goals = nearly(Basket("s1").with_item(item(1, 1_000), quantity), benefit)

    assert [(goal.pieces, goal.item_id) for goal in goals] == ([] if missing is None else [(missing, 1)])


def test_what_is_weighed_is_no_piece_of_it():
    basket = Basket("s1").with_item(item(1, 1_000)).with_piece(item(2, 1_000, weighed=True), weight_g=500)

    assert [goal.pieces for goal in nearly(basket, SECOND_HALF)] == [1]


@given(st.integers(1, 3), st.integers(1, 2), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_the_missing_pieces_and_no_fewer_bring_one_more_application(buy, get, quantities):
    benefit = Benefit(BenefitKind.BUY_GET, buy=buy, get=get, off_bp=5_000)
    basket = Basket("s1")
    for n, quantity in enumerate(quantities, 1):
        basket = basket.with_item(item(n, 1_000 * n), quantity)

    def applied(pieces: int) -> int:
        more = basket.with_item(item(len(quantities), 1_000 * len(quantities)), pieces) if pieces else basket
        uses = price(more, PROGRAMME, None, InForce(Campaigns([campaign(1, benefit=benefit)]))).uses
        return sum(use.times for use in uses)

    for goal in nearly(basket, benefit):
        assert applied(goal.pieces) == applied(0) + 1
        assert applied(goal.pieces - 1) == applied(0)


TOLD = Told(
    price_words(),
    {"C1@2": RuleName("C1@2", "会员日", "Member day"), "C2@1": RuleName("C2@1", "满减", "")},
    Reduction(minor=1, reason="damaged", approved_by="赵强"),
    Reduction(bp=1, reason="团购"),
)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("member_price@p1", "Member price"),
        ("tier_gold@p1", "Gold discount"),
        ("price_by_hand@p1", "Price set by hand (Damaged or near its date)"),
        ("reduction_by_hand@p1", "Discount by hand (Damaged or near its date)"),
        ("order_reduction_by_hand@p1", "Discount on the order (团购)"),
        ("earn@p1", "Points on our own brands"),
        ("C1@2", "Member day"),
        ("C2@1", "满减"),
        ("C3@1", "C3"),
    ],
)
def test_every_rule_has_words(rule, words):
    assert rule_text(rule, TOLD) == words


def test_a_campaign_speaks_the_language_in_force():
    chinese = replace(TOLD, words=replace(TOLD.words, in_chinese=True))

    assert rule_text("C1@2", chinese) == "会员日"


def test_weights_have_three_decimals():
    assert weight_text(5, "39.80", price_words()) == "0.005 kg × 39.80"
    assert weight_text(12_560, "1.00", price_words()) == "12.560 kg × 1.00"


def test_the_names_kept_are_those_that_priced_the_basket():
    made = [campaign(1), campaign(2, what=What(items=(99,)))]
    priced = price(rung(1_000), PROGRAMME, Tier.NORMAL, InForce(Campaigns(made)))

    assert names_of(rules_of(priced), made) == (RuleName("C1@1", "活动1", "Campaign 1"),)
