from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.campaigns import Benefit, BenefitKind, Campaign, Part, Step, What, When, Who, added_up
from pos_app.domain.catalogue import Item
from pos_app.domain.members import CampaignUsed

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MILK = What(categories=("formula",))
SOUND = Campaign(
    "c1", 1, "奶粉九折", "10 % off formula", FIRST, LAST, MILK, Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000)
)
BENEFITS = (
    Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000),
    Benefit(BenefitKind.FIXED_PRICE, price_minor=9_900),
    Benefit(BenefitKind.BUNDLE, parts=(Part(MILK, 2), Part(What(items=(7,)))), price_minor=20_000),
    Benefit(BenefitKind.BUY_GET, buy=2, get=1, off_bp=10_000),
    Benefit(BenefitKind.MONEY_OFF, steps=(Step(20_000, 2_000), Step(50_000, 6_000))),
    Benefit(BenefitKind.MONEY_OFF, steps=(Step(10_000, 1_000),), each=True),
    Benefit(BenefitKind.GIFT, gift_item_id=7, get=1, from_minor=30_000),
    Benefit(BenefitKind.GIFT, gift_item_id=7, get=1, buy=3, each=True),
    Benefit(BenefitKind.POINTS_TIMES, times_bp=20_000),
    Benefit(BenefitKind.POINTS_PLUS, points=500, from_minor=20_000),
)


USES = st.lists(st.builds(CampaignUsed, st.sampled_from("abc"), st.integers(1, 9), st.dates(FIRST, LAST)))


@given(USES, USES)
def test_added_up_uses_are_one_for_each_campaign_however_often_they_are_added(first, second):
    found = added_up([*added_up(first), *added_up(second)])

    assert found == added_up([*second, *first])
    assert len({use.campaign_id for use in found}) == len(found)
    assert sum(use.times for use in found) == sum(use.times for use in [*first, *second])


@pytest.mark.parametrize("benefit", BENEFITS)
def test_every_kind_of_benefit_can_be_carried_out(benefit):
    assert replace(SOUND, benefit=benefit).problems(FIRST) == ()


@pytest.mark.parametrize("benefit", BENEFITS)
def test_a_campaign_survives_the_wire(benefit):
    campaign = replace(SOUND, benefit=benefit, who=Who(members=("m1",)), when=When((1, 7), (), 9, 12))

    assert msgspec.json.decode(msgspec.json.encode(campaign), type=Campaign) == campaign


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"campaign_id": ""}, "campaign_id"),
        ({"campaign_id": "c@1"}, "campaign_id"),
        ({"campaign_id": "tax"}, "campaign_id"),
        ({"campaign_id": "coupon_A"}, "campaign_id"),
        ({"name": " "}, "name"),
        ({"valid_to": date(2026, 10, 31)}, "valid_to"),
        ({"what": What()}, "what"),
        ({"what": What(everything=True, brands=("爱他美",))}, "what"),
        ({"what": What(items=(7,), except_items=(7,))}, "what"),
        ({"when": When(weekdays=(8,))}, "when"),
        ({"when": When(days_of_month=(0,))}, "when"),
        ({"when": When(hour_from=12, hour_to=12)}, "when"),
        ({"who": Who(months_from=7, months_to=6)}, "who"),
        ({"who": Who(months_from=-1)}, "who"),
        ({"who": Who(months_from=500)}, "who"),
        ({"cap_per_member": 0}, "cap_per_member"),
        ({"budget_per_till": -1}, "budget_per_till"),
    ],
)
def test_a_campaign_that_cannot_hold_is_named(changes, named):
    assert replace(SOUND, **changes).problems() == (named,)


def test_a_campaign_that_is_over_is_refused_by_whoever_asks_today():
    assert SOUND.problems(date(2026, 12, 1)) == ("valid_to",)


@pytest.mark.parametrize(
    ("benefit", "named"),
    [
        (Benefit(BenefitKind.PERCENT_OFF), "off_bp"),
        (Benefit(BenefitKind.PERCENT_OFF, off_bp=10_001), "off_bp"),
        (Benefit(BenefitKind.PERCENT_OFF, off_bp=-1), "off_bp"),
        (Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000, price_minor=900), "price_minor"),
        (Benefit(BenefitKind.FIXED_PRICE, price_minor=-1), "price_minor"),
        (Benefit(BenefitKind.BUNDLE, price_minor=900), "parts"),
        (Benefit(BenefitKind.BUNDLE, parts=(Part(MILK),), price_minor=900), "parts"),
        (Benefit(BenefitKind.BUNDLE, parts=(Part(What(), 2),), price_minor=900), "parts"),
        (Benefit(BenefitKind.BUY_GET, buy=0, get=1, off_bp=10_000), "buy"),
        (Benefit(BenefitKind.MONEY_OFF), "steps"),
        (Benefit(BenefitKind.MONEY_OFF, steps=(Step(100, 101),)), "steps"),
        (Benefit(BenefitKind.MONEY_OFF, steps=(Step(200, 20), Step(100, 30))), "steps"),
        (Benefit(BenefitKind.MONEY_OFF, steps=(Step(100, 20), Step(300, 30))), "steps"),
        (Benefit(BenefitKind.MONEY_OFF, steps=(Step(100, 10), Step(300, 30)), each=True), "steps"),
        (Benefit(BenefitKind.GIFT, gift_item_id=7, get=1), "buy"),
        (Benefit(BenefitKind.GIFT, gift_item_id=7, get=1, buy=2, from_minor=100), "buy"),
        (Benefit(BenefitKind.POINTS_TIMES, times_bp=10_000), "times_bp"),
        (Benefit(BenefitKind.POINTS_PLUS, points=-5), "points"),
        (Benefit(BenefitKind.POINTS_PLUS, points=5, each=True), "from_minor"),
    ],
)
def test_a_benefit_that_contradicts_itself_is_named(benefit, named):
    assert replace(SOUND, benefit=benefit).problems() == (f"benefit.{named}",)


@pytest.mark.parametrize(
    ("what", "is_meant"),
    [
        (What(), False),
        (What(everything=True), True),
        (What(everything=True, except_items=(1,)), False),
        (What(items=(1, 2)), True),
        (What(items=(2,)), False),
        (What(brands=("启赋",), categories=("formula",)), True),
        (What(brands=("启赋",), categories=("nappy",)), False),
        (What(own=True), False),
    ],
)
def test_which_items_are_meant(what, is_meant):
    item = Item(1, "6900000000001", "启赋 3 段", "", "", "", "启赋", "formula", 31_800)

    assert what.holds(item) is is_meant


MOST_STEPS = Benefit(BenefitKind.MONEY_OFF, steps=(Step(100, 100),))  # all of it


@pytest.mark.parametrize(
    "changes",
    [
        {"when": When((1, 7), (1, 31), 0, 24)},
        {"when": When(hour_from=23)},
        {"who": Who(months_from=0, months_to=0)},
        {"who": Who(months_to=12)},
        {"valid_to": FIRST},
        {"cap_per_member": 1, "budget_per_till": 0},
        {"benefit": replace(BENEFITS[0], off_bp=1)},
        {"benefit": replace(BENEFITS[0], off_bp=10_000)},
        {"benefit": replace(BENEFITS[1], price_minor=1)},
        {"benefit": Benefit(BenefitKind.BUY_GET, buy=1, get=1, off_bp=10_000)},
        {"benefit": Benefit(BenefitKind.BUNDLE, parts=(Part(MILK, 2),), price_minor=1)},
        {"benefit": MOST_STEPS},
        {"benefit": replace(BENEFITS[8], times_bp=10_001)},
    ],
)
def test_the_last_that_can_be_carried_out_is_no_problem(changes):
    assert replace(SOUND, **changes).problems(FIRST) == ()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"when": When((0,))}, "when"),
        ({"when": When((8,))}, "when"),
        ({"when": When((), (0,))}, "when"),
        ({"when": When((), (32,))}, "when"),
        ({"when": When(hour_from=12, hour_to=12)}, "when"),
        ({"when": When(hour_to=25)}, "when"),
        ({"when": When(hour_from=-1)}, "when"),
        ({"who": Who(months_from=5, months_to=4)}, "who"),
        ({"cap_per_member": 0}, "cap_per_member"),
        ({"budget_per_till": -1}, "budget_per_till"),
        ({"benefit": replace(BENEFITS[0], off_bp=0)}, "benefit.off_bp"),
        ({"benefit": replace(BENEFITS[0], off_bp=10_001)}, "benefit.off_bp"),
        ({"benefit": replace(BENEFITS[1], price_minor=0)}, "benefit.price_minor"),
        ({"benefit": replace(BENEFITS[1], price_minor=-1)}, "benefit.price_minor"),
        ({"benefit": replace(BENEFITS[3], buy=0)}, "benefit.buy"),
        ({"benefit": Benefit(BenefitKind.BUNDLE, parts=(Part(MILK),), price_minor=1)}, "benefit.parts"),
        ({"benefit": replace(MOST_STEPS, steps=(Step(100, 101),))}, "benefit.steps"),
        ({"benefit": replace(MOST_STEPS, steps=(Step(100, 0),))}, "benefit.steps"),
        ({"benefit": replace(BENEFITS[8], times_bp=10_000)}, "benefit.times_bp"),
    ],
)
def test_one_step_beyond_is_named(changes, named):
    assert replace(SOUND, **changes).problems(FIRST) == (named,)
