from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.campaigns import Benefit, BenefitKind, Birthday, Campaign, Part, What, When, Who
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import KnownMember
from pos_app.domain.in_force import Campaigns, Customer, Moment, Used, customer_of, in_force
from pos_app.domain.lifecycle import Segment, Stage
from pos_app.domain.members import Child, Consent, Member, Month, Purpose, Tier, TierFacts
from pos_app.domain.programme import Programme

FRIDAY = date(2026, 11, 20)
NOW = Moment("S01", FRIDAY, 15)
ANNA = Customer("m1", Tier.GOLD, (6, 40), Segment.KEY_VALUE, Stage.LOYAL, 3, (11, 5))
SHOP = Campaign(
    "c1", 1, "全场九折", "", FRIDAY, FRIDAY, What(everything=True), Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000)
)
MILK = Item(1, "6900000000001", "奶粉", "", "", "", "启赋", "formula", 31_800)


def holds(campaign, customer=ANNA, moment=NOW, used=None):
    return bool(in_force(Campaigns([campaign]), customer, moment, used).campaigns)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"valid_from": date(2026, 11, 21), "valid_to": date(2026, 12, 1)}, False),
        ({"valid_from": date(2026, 11, 1), "valid_to": date(2026, 11, 19)}, False),
        ({"stores": ("S02",)}, False),
        ({"stores": ("S02", "S01")}, True),
        ({"when": When(weekdays=(5,))}, True),
        ({"when": When(weekdays=(6, 7))}, False),
        ({"when": When(days_of_month=(8, 20))}, True),
        ({"when": When(days_of_month=(21,))}, False),
        ({"when": When(hour_from=15, hour_to=16)}, True),
        ({"when": When(hour_from=9, hour_to=15)}, False),
        ({"who": Who(tiers=(Tier.GOLD, Tier.PLATINUM))}, True),
        ({"who": Who(tiers=(Tier.SILVER,))}, False),
        ({"who": Who(segments=(Segment.KEY_KEEP, Segment.KEY_VALUE))}, True),
        ({"who": Who(segments=(Segment.KEY_KEEP,))}, False),
        ({"who": Who(stages=(Stage.LOYAL,))}, True),
        ({"who": Who(stages=(Stage.LOST,))}, False),
        ({"who": Who(months_from=6, months_to=6)}, True),
        ({"who": Who(months_from=7, months_to=39)}, False),
        ({"who": Who(months_to=0)}, False),
        ({"who": Who(members=("m2", "m1"))}, True),
        ({"who": Who(members=("m2",))}, False),
        ({"who": Who(birthday=Birthday.CHILD)}, True),
        ({"who": Who(birthday=Birthday.MEMBER)}, False),
        ({"who": Who(tiers=(Tier.GOLD,), stages=(Stage.LOST,))}, False),
    ],
)
def test_a_campaign_holds_if_all_of_its_scopes_do(changes, expected):
    assert holds(replace(SHOP, **changes)) is expected


@pytest.mark.parametrize("changes", [{"who": Who(members_only=True)}, {"who": Who(months_to=5)}, {"cap_per_member": 1}])
def test_a_guest_gets_what_is_for_everybody(changes):
    assert holds(SHOP, None)
    assert not holds(replace(SHOP, **changes), None)


@pytest.mark.parametrize(
    ("cap", "budget", "used", "left"),
    [
        (3, None, Used(1, 50), 2),
        (None, 60, Used(9, 50), 10),
        (5, 52, Used(1, 50), 2),
        (None, None, Used(9, 9), None),
    ],
)
def test_what_is_left_is_the_less_of_cap_and_budget(cap, budget, used, left):
    campaign = replace(SHOP, cap_per_member=cap, budget_per_till=budget)

    assert in_force(Campaigns([campaign]), ANNA, NOW, {"c1": used}).left == (left,)


@pytest.mark.parametrize("used", [Used(2, 2), Used(9, 9)])
def test_what_is_used_up_does_not_hold(used):
    assert not holds(replace(SHOP, cap_per_member=2), used={"c1": used})


def test_the_higher_priority_applies_first_then_the_lower_name():
    campaigns = [
        replace(SHOP, campaign_id=name, priority=priority) for name, priority in (("b", 0), ("a", 0), ("z", 9))
    ]

    found = in_force(Campaigns(campaigns), ANNA, NOW).campaigns

    assert [campaign.campaign_id for campaign in found] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("what", "is_meant"),
    [
        (What(everything=True), True),
        (What(items=(1, 2)), True),
        (What(brands=("启赋",), categories=("nappy",)), False),
        (What(categories=("formula",), except_items=(1,)), False),
    ],
)
def test_an_item_finds_the_campaigns_that_mean_it(what, is_meant):
    assert in_force(Campaigns([replace(SHOP, what=what)]), ANNA, NOW).meaning(MILK) == ([0] if is_meant else [])


def test_a_bundle_means_the_items_of_its_parts():
    parts = (Part(What(items=(1,))), Part(What(brands=("别的",))))
    bundle = replace(SHOP, benefit=Benefit(BenefitKind.BUNDLE, parts=parts, price_minor=100))

    found = in_force(Campaigns([bundle]), ANNA, NOW)

    assert (found.meaning(MILK), found.parts(0, MILK)) == ([0], (0,))
    assert found.meaning(replace(MILK, item_id=2)) == []


@pytest.mark.parametrize(("agrees", "months"), [(True, (6,)), (False, ())])
def test_children_count_if_they_are_born_and_their_guardian_agrees(agrees, months):
    children = (Child("糖糖", date(2026, 5, 10), day_known=True), Child("", date(2027, 1, 1), expected=True))
    consent = Consent(Purpose.CHILD, agrees, "v3", 1, "E1", "screen")
    member = Member("m1", "", "", "", "", Tier.GOLD, "S01", FRIDAY, children, (consent,), birthday=date(1993, 3, 1))

    customer = customer_of(KnownMember(member, None, None, ()), Programme("p1", FRIDAY), FRIDAY)

    assert (customer.months, customer.birth_month, customer.stage) == (months, 3, Stage.NEW)


def test_stage_and_kind_follow_from_what_is_known_of_a_member():
    member = Member("m1", "", "", "", "", Tier.GOLD, "S01", date(2024, 3, 8))
    facts = TierFacts((Month(date(2026, 7, 1), 160_000, 4),))

    customer = customer_of(KnownMember(member, None, date(2026, 7, 30), (), (), facts), Programme("p1", FRIDAY), FRIDAY)

    assert (customer.stage, customer.segment) == (Stage.DORMANT, Segment.KEY_KEEP)


whats = st.builds(
    What,
    items=st.sampled_from([(), (), (1,), (2, 3)]),
    brands=st.sampled_from([(), (), ("启赋",), ("启赋", "别的")]),
    categories=st.sampled_from([(), (), ("formula",), ("nappy",)]),
    own=st.booleans(),
    everything=st.booleans(),
    except_items=st.sampled_from([(), (), (1,)]),
)
items = st.builds(
    lambda item_id, version, brand, category, earns: replace(
        MILK, item_id=item_id, version=version, brand=brand, category=category, earns=earns
    ),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from(["启赋", "别的"]),
    st.sampled_from(["formula", "nappy"]),
    st.booleans(),
)


@given(st.lists(whats, max_size=6), st.lists(whats, min_size=1, max_size=2), items)
def test_the_index_finds_exactly_the_campaigns_that_mean_an_item(meant, of_parts, item):
    bundle = Benefit(BenefitKind.BUNDLE, parts=tuple(map(Part, of_parts)), price_minor=1)
    campaigns = [replace(SHOP, campaign_id=f"c{no}", what=what) for no, what in enumerate(meant)]
    campaigns += [replace(SHOP, campaign_id="d", what=What(everything=True), benefit=bundle)]

    found = in_force(Campaigns(campaigns), ANNA, NOW)

    fits = tuple(no for no, what in enumerate(of_parts) if what.holds(item))
    expected = [no for no, what in enumerate(meant) if what.holds(item)] + ([len(meant)] if fits else [])
    assert found.meaning(item) == expected
    assert found.parts(len(meant), item) == fits
