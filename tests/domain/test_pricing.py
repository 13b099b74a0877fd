from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine, Reduction
from pos_app.domain.catalogue import Item
from pos_app.domain.members import Tier
from pos_app.domain.points import choosable, points_for, worth_minor
from pos_app.domain.price_steps import PriceStep
from pos_app.domain.pricing import fitting, open_minor, price
from pos_app.domain.programme import Programme, TierRule
from pos_app.errors import Damaged, Refused

TODAY = date(2026, 11, 20)
PROGRAMME = Programme("p1", TODAY)


def item(item_id: int = 1, price_minor: int = 10_000, member: int | None = None, **more: object) -> Item:
    return Item(item_id, f"69{item_id:011d}", f"商品{item_id}", "", "", "", "", "", price_minor, member, **more)


def basket(*lines: BasketLine, points: int = 0) -> Basket:
    return Basket("sale", lines, "member", points, len(lines) + 1)


def shop_basket() -> Basket:
    """The basket of the reference picture: six lines, one of them taken with points."""
    bought = [
        (31_800, 29_800, 2),
        (21_800, 19_800, 1),
        (13_900, 12_900, 1),
        (5_800, 5_200, 2),
        (4_500, None, 1),
        (2_980, None, 1),
    ]
    lines = [
        BasketLine(no, item(no, full, member, earns=True), quantity, redeemed=no == 6)
        for no, (full, member, quantity) in enumerate(bought, 1)
    ]
    return basket(*lines)


def test_the_basket_of_the_picture_costs_what_the_picture_shows():
    priced = price(shop_basket(), PROGRAMME, Tier.NORMAL)

    assert (priced.list_minor, priced.member_saving_minor) == (118_380, 8_200)
    assert (priced.redeemed_minor, priced.redeemed_points) == (2_980, 2_980)
    assert priced.due_minor == 107_200
    assert priced.earned_points == 7_504


def test_without_a_member_there_is_only_the_list_price_and_nothing_is_earned():
    priced = price(basket(BasketLine(1, item(member=8_000, earns=True))), PROGRAMME, None)

    assert (priced.due_minor, priced.member_saving_minor, priced.earned_points) == (10_000, 0, 0)
    assert priced.lines[0].rules == ()


@pytest.mark.parametrize(
    ("member_price", "tier", "unit", "rules"),
    [
        (9_600, Tier.GOLD, 9_500, ("tier_gold@p1",)),
        (9_400, Tier.GOLD, 9_400, ("member_price@p1",)),
        (9_500, Tier.GOLD, 9_500, ("member_price@p1",)),
        (None, Tier.PLATINUM, 9_200, ("tier_platinum@p1",)),
        (None, Tier.NORMAL, 10_000, ()),
        (12_000, Tier.NORMAL, 10_000, ()),  # a member price above the list price helps nobody
    ],
)
def test_the_lower_of_member_price_and_tier_discount_counts_and_is_named(member_price, tier, unit, rules):
    line = price(basket(BasketLine(1, item(member=member_price), 3)), PROGRAMME, tier).lines[0]

    assert (line.unit_net_minor, line.net_minor, line.rules) == (unit, 3 * unit, rules)


def test_a_discounted_piece_is_rounded_half_up():
    discounted = [price(basket(BasketLine(1, item(price_minor=minor))), PROGRAMME, Tier.GOLD) for minor in (10, 9, 11)]

    assert [priced.due_minor for priced in discounted] == [10, 9, 10]  # 9.5, 8.55, 10.45


def test_points_against_the_basket_are_shared_out_over_lines_that_are_paid():
    lines = (
        BasketLine(1, item(1, 10_000)),
        BasketLine(2, item(2, 5_000), redeemed=True),
        BasketLine(3, item(3, 5_000)),
    )

    priced = price(basket(*lines, points=1_000), PROGRAMME, Tier.NORMAL)

    assert [line.basket_points for line in priced.lines] == [667, 0, 333]
    assert [line.basket_points_minor for line in priced.lines] == [667, 0, 333]
    assert (priced.due_minor, priced.points) == (14_000, 6_000)


def test_only_the_programmes_own_items_earn_and_only_on_what_was_paid():
    lines = (BasketLine(1, item(1, 10_000, earns=True)), BasketLine(2, item(2, 10_000)))

    priced = price(basket(*lines, points=2_000), PROGRAMME, Tier.NORMAL)

    assert [line.earned_points for line in priced.lines] == [630, 0]
    assert priced.lines[0].rules == ("points@p1", "earn@p1")


def test_a_line_taken_with_points_says_so_and_earns_nothing():
    line = price(basket(BasketLine(1, item(earns=True), redeemed=True)), PROGRAMME, Tier.NORMAL).lines[0]

    assert (line.redeemed_points, line.paid_minor, line.earned_points) == (10_000, 0, 0)
    assert line.rules == ("redeem@p1",)


@pytest.mark.parametrize(
    ("points", "code", "facts"),
    [
        (50, "redeem.below_min", {"points": 50, "least": 100}),
        (150, "redeem.step", {"points": 150, "step": 100}),
        (5_100, "redeem.over_share", {"points": 5_100, "most": 5_000, "share_bp": 5_000}),
    ],
)
def test_points_outside_the_rules_are_refused(points, code, facts):
    with pytest.raises(Refused) as refused:
        price(basket(BasketLine(1, item()), points=points), PROGRAMME, Tier.NORMAL)

    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    "open_basket", [basket(BasketLine(1, item()), points=100), basket(BasketLine(1, item(), 1, True))]
)
def test_points_need_a_member(open_basket):
    with pytest.raises(Refused, match=r"redeem\.needs_member"):
        price(open_basket, PROGRAMME, None)


def test_an_item_that_may_not_be_redeemed_any_more_is_refused():
    with pytest.raises(Refused, match=r"redeem\.not_redeemable"):
        price(basket(BasketLine(1, item(redeemable=False), redeemed=True)), PROGRAMME, Tier.NORMAL)


@pytest.mark.parametrize("wrong", [item(price_minor=-1), item(member=-1)])
def test_a_negative_price_is_damage_and_not_a_discount(wrong):
    with pytest.raises(Damaged, match=r"item\.price"):
        price(basket(BasketLine(1, wrong)), PROGRAMME, Tier.NORMAL)


@pytest.mark.parametrize("discount_bp", [-1, 10_001])
def test_an_impossible_tier_is_damage(discount_bp):
    programme = Programme("p1", TODAY, tiers=(TierRule(Tier.GOLD, discount_bp),))

    with pytest.raises(Damaged, match=r"programme\.tier"):
        price(basket(BasketLine(1, item())), programme, Tier.GOLD)


def test_an_empty_basket_costs_nothing():
    priced = price(basket(), PROGRAMME, None)

    assert (priced.lines, priced.due_minor, priced.points) == ((), 0, 0)


def test_points_that_no_longer_fit_are_lowered_to_what_the_rules_allow():
    smaller = basket(BasketLine(1, item(price_minor=9_990)), points=8_000)

    fitted = fitting(smaller, PROGRAMME, Tier.NORMAL)

    assert fitted.points == 4_900
    assert price(fitted, PROGRAMME, Tier.NORMAL).due_minor == 5_090


@pytest.mark.parametrize("points", [0, 4_900])
def test_points_that_fit_stay(points):
    chosen = basket(BasketLine(1, item()), points=points)

    assert fitting(chosen, PROGRAMME, Tier.NORMAL) == chosen


def test_a_price_set_by_hand_stands_instead_of_member_price_and_tier():
    line = price(basket(BasketLine(1, item(member=8_000), 2, asked_minor=9_000)), PROGRAMME, Tier.GOLD).lines[0]

    assert (line.net_minor, line.steps) == (18_000, (PriceStep("price_by_hand@p1", 2_000),))


def test_what_is_taken_off_by_hand_comes_last_the_line_before_the_order():
    lines = (BasketLine(1, item(1, member=8_000), reduction=Reduction(bp=1_000)), BasketLine(2, item(2, 2_800)))

    priced = price(replace(basket(*lines), reduction=Reduction(minor=1_000)), PROGRAMME, Tier.NORMAL)

    assert priced.lines[0].steps == (
        PriceStep("member_price@p1", 2_000),
        PriceStep("reduction_by_hand@p1", 800),
        PriceStep("order_reduction_by_hand@p1", 720),
    )
    assert (priced.due_minor, priced.by_hand_minor, priced.member_saving_minor) == (9_000, 1_800, 2_000)


def test_what_is_taken_off_the_order_leaves_lines_taken_with_points_alone():
    lines = (BasketLine(1, item(1), redeemed=True), BasketLine(2, item(2)))

    priced = price(replace(basket(*lines), reduction=Reduction(bp=5_000)), PROGRAMME, Tier.NORMAL)

    assert (priced.redeemed_points, priced.due_minor) == (10_000, 5_000)


def test_weighed_goods_cost_their_weight_and_labelled_ones_what_the_label_says():
    pears = item(1, 1_990, 1_790)
    lines = (BasketLine(1, pears, weight_g=505), BasketLine(2, pears, label_minor=1_005))

    priced = price(basket(*lines), PROGRAMME, Tier.NORMAL)

    assert [line.list_minor for line in priced.lines] == [1_005, 1_005]
    assert [line.net_minor for line in priced.lines] == [904, 1_005]


items = st.builds(
    item,
    st.integers(1, 50),
    st.integers(0, 200_000),
    st.none() | st.integers(0, 200_000),
    earns=st.booleans(),
)
reductions = (
    st.none() | st.builds(Reduction, bp=st.integers(1, 10_000)) | st.builds(Reduction, minor=st.integers(1, 10**6))
)
rung_up = st.builds(BasketLine, st.just(1), items, st.integers(1, 999), st.booleans(), reduction=reductions)
asked_for = st.builds(BasketLine, st.just(1), items, st.integers(1, 999), asked_minor=st.integers(0, 300_000))
weighed = st.builds(BasketLine, st.just(1), items, weight_g=st.integers(1, 99_999), reduction=reductions)
labelled = st.builds(BasketLine, st.just(1), items, label_minor=st.integers(0, 10**6))
lines = rung_up | asked_for | weighed | labelled
tiers = st.builds(TierRule, st.just(Tier.GOLD), st.integers(0, 10_000), st.integers(0, 50_000))
programmes = st.builds(
    Programme,
    version=st.just("p1"),
    valid_from=st.just(TODAY),
    points_per_unit=st.sampled_from([1, 7, 50, 100, 333, 1_000]),
    earn_bp=st.integers(0, 10_000),
    redeem_min_points=st.integers(0, 500),
    redeem_step_points=st.integers(1, 100),
    redeem_max_share_bp=st.integers(0, 10_000),
    tiers=st.tuples(tiers),
)


@st.composite
def lawful(draw):
    """A basket whose points are within the rules, with its programme."""
    programme = draw(programmes)
    rung = tuple(draw(st.lists(lines, max_size=8)))
    plain = basket(*(replace(line, line_no=no) for no, line in enumerate(rung, 1)))
    plain = replace(plain, reduction=draw(reductions))
    choice = choosable(open_minor(price(plain, programme, Tier.GOLD)), draw(st.integers(0, 10**7)), programme)
    if choice.most == 0:
        return plain, programme
    steps = draw(st.integers(choice.least // choice.step, choice.most // choice.step))
    return plain.with_points(steps * choice.step), programme


@given(lawful())
def test_every_line_and_the_basket_add_up(case):
    chosen, programme = case

    priced = price(chosen, programme, Tier.GOLD)

    for line in priced.lines:
        assert line.net_minor == line.redeemed_minor + line.basket_points_minor + line.paid_minor
        assert line.net_minor >= 0
        assert sum(step.minor for step in line.steps) == line.list_minor - line.net_minor
        assert sum(gain.points for gain in line.gains) == line.earned_points
        assert min(line.redeemed_points, line.basket_points, line.paid_minor, line.earned_points) >= 0
    assert priced.due_minor == sum(line.paid_minor for line in priced.lines)
    assert priced.list_minor - priced.member_saving_minor - priced.by_hand_minor == (
        priced.redeemed_minor + priced.basket_points_minor + priced.due_minor
    )
    assert priced.basket_points == chosen.points


@given(lawful())
def test_points_are_never_created(case):
    chosen, programme = case

    priced = price(chosen, programme, Tier.GOLD)
    paid = sum(line.paid_minor for line in priced.lines if line.item.earns)

    assert worth_minor(priced.basket_points, programme) == priced.basket_points_minor
    assert all(worth_minor(line.redeemed_points, programme) >= line.redeemed_minor for line in priced.lines)
    assert priced.earned_points * 10**8 <= points_for(paid, programme) * programme.earn_bp * 50_000
    assert all(line.earned_points == 0 for line in priced.lines if not line.item.earns or line.paid_minor == 0)


@given(lawful(), st.integers(1, 10**6))
def test_points_that_are_fitted_are_always_lawful(case, more):
    chosen, programme = case

    price(fitting(chosen.with_points(chosen.points + more), programme, Tier.GOLD), programme, Tier.GOLD)


@given(lawful())
def test_a_member_never_pays_more_than_anybody_else(case):
    chosen, programme = case
    plain = basket(*(BasketLine(line.line_no, line.item, line.quantity) for line in chosen.lines))
    assume(plain.lines)

    assert price(plain, programme, Tier.GOLD).due_minor <= price(plain, programme, None).due_minor
