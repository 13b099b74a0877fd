from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.advice import NODES, Advice, next_node, nodes_at
from pos_app.domain.ages import MonthAge
from pos_app.domain.calls import Bought, Call, CallState
from pos_app.domain.care import MOST_PROMPTS, coming, prompts, wanted
from pos_app.domain.catalogue import Item
from pos_app.domain.members import Child, Consent, Member, Purchase, Purpose, Tier

TODAY = date(2026, 11, 22)
YES = Consent(Purpose.CHILD, True, "v3", 1, "u1", "screen")
CHILD = Child("糖糖", date(2026, 5, 10))
MEMBER = Member("m1", "", "", "陈雨婷", "CYT", Tier.GOLD, "S01", TODAY, children=(CHILD,), consents=(YES,))


def item(item_id: int, name: str, advice: str, **more) -> Item:
    given = {"brand": "优伴", "spec": "900g", **more}
    return Item(item_id, "", name, "", "", category=advice, price_minor=1_000, advice=advice, **given)


FORMULA_1 = item(
    1, "奶粉1段", "formula", stage=1, months_from=0, months_to=6, pack_content=900, daily_use=70, content_unit="g"
)
FORMULA_2 = item(2, "奶粉2段", "formula", stage=2, months_from=6, months_to=12, pack_content=900, daily_use=70)
CEREAL = item(3, "高铁米粉", "cereal", months_from=4, months_to=24)
OWN_CEREAL = item(4, "自有米粉", "cereal", months_from=6, earns=True)
ITEMS = {each.item_id: each for each in (FORMULA_1, FORMULA_2, CEREAL, OWN_CEREAL)}
CALL = Call("c1", "C1", "m1", "S01", date(2026, 11, 19), TODAY, (Bought(9, "益生菌", 1, "probiotic"),))


def bought(item_id: int, days_ago: int, quantity: int = 1) -> Purchase:
    return Purchase(item_id, quantity, TODAY - timedelta(days_ago), "S01")


def codes(found) -> list[str]:
    return [prompt.code for prompt in found]


def test_the_member_of_the_picture_gets_run_out_follow_up_and_age():
    found = prompts(MEMBER, [bought(2, 20, 2)], ITEMS, [CALL], TODAY)

    assert codes(found) == ["care.run_out", "care.follow_up", "care.month_age"]
    assert (found[0].facts["days_left"], found[0].item_id) == (5, 2)
    assert found[0].facts["daily_use"] == 70
    assert found[1].call_id == "c1"
    assert found[1].facts["items"] == ("益生菌",)
    assert (found[2].facts["node"], found[2].facts["months"], found[2].item_id) == ("first_cereal", 6, 4)


def test_there_are_never_more_than_three():
    calls = [replace(CALL, call_id=f"c{n}") for n in range(9)]

    found = prompts(MEMBER, [bought(1, 10)], ITEMS, calls, TODAY)

    assert codes(found) == ["care.run_out", "care.follow_up", "care.stage_switch"]
    assert len(found) == MOST_PROMPTS


def test_a_stranger_to_the_shop_gets_no_prompt():
    assert prompts(replace(MEMBER, children=()), [], {}, [], TODAY) == ()


@pytest.mark.parametrize(("days_ago", "count"), [(5, 1), (4, 0), (33, 1), (34, 0)])
def test_a_run_out_is_told_from_a_week_before_to_three_weeks_after(days_ago, count):
    found = prompts(replace(MEMBER, children=()), [bought(1, days_ago)], ITEMS, [], TODAY)  # 12 days a tin

    assert len(found) == count


@pytest.mark.parametrize(
    "call",
    [replace(CALL, due_on=TODAY + timedelta(1)), replace(CALL, state=CallState.DONE)],
)
def test_a_call_that_is_not_due_is_not_told(call):
    assert prompts(replace(MEMBER, children=()), [], {}, [call], TODAY) == ()


def test_the_call_that_waits_longest_is_told_first():
    late = replace(CALL, call_id="c0", due_on=TODAY - timedelta(2))

    found = prompts(replace(MEMBER, children=()), [], {}, [CALL, late], TODAY)

    assert [(prompt.call_id, prompt.facts["days_late"]) for prompt in found] == [("c0", 2), ("c1", 0)]


def test_a_stage_that_ends_soon_names_the_next_of_the_brand():
    larger = replace(FORMULA_2, item_id=5, spec="1800g")
    other_brand = replace(FORMULA_2, item_id=6, brand="星麦")
    items = {**ITEMS, 5: larger, 6: other_brand}

    (switch,) = [p for p in prompts(MEMBER, [bought(1, 2)], items, [], TODAY) if p.code == "care.stage_switch"]

    assert switch.item_id == 2
    assert (switch.facts["stage"], switch.facts["next_stage"], switch.facts["on"]) == (1, 2, date(2026, 11, 10))


@pytest.mark.parametrize(
    ("member", "purchases", "items"),
    [
        (replace(MEMBER, children=(replace(CHILD, born_on=date(2026, 8, 1)),)), [bought(1, 2)], ITEMS),  # months away
        (replace(MEMBER, children=(replace(CHILD, expected=True),)), [bought(1, 2)], ITEMS),
        (replace(MEMBER, children=()), [bought(1, 2)], ITEMS),
        (MEMBER, [bought(1, 200)], ITEMS),
        (MEMBER, [bought(1, 30), bought(2, 2)], ITEMS),  # switched already
        (MEMBER, [bought(1, 2)], {1: FORMULA_1}),  # the brand has no next stage
        (MEMBER, [bought(1, 2)], {1: replace(FORMULA_1, months_to=None), 2: FORMULA_2}),
        (MEMBER, [bought(3, 2)], ITEMS),
    ],
)
def test_a_stage_switch_is_told_only_when_it_helps(member, purchases, items):
    assert "care.stage_switch" not in codes(prompts(member, purchases, items, [], TODAY))


def test_a_child_without_consent_is_never_spoken_of():
    member = replace(MEMBER, consents=(YES, replace(YES, granted=False, at_ms=2)))

    assert prompts(member, [bought(1, 2)], ITEMS, [], TODAY) == ()
    assert coming(member, [], ITEMS, TODAY) == ()
    assert wanted(member, [], ITEMS, TODAY) == frozenset()


def test_a_care_that_was_bought_lately_is_not_told_again():
    found = prompts(MEMBER, [bought(3, 30)], ITEMS, [], TODAY)

    assert [prompt.facts["node"] for prompt in found] == ["teething"]


def test_a_care_without_a_fitting_item_is_told_without_one():
    (first, *_) = prompts(MEMBER, [], {3: replace(CEREAL, months_from=8), 4: replace(CEREAL, months_to=5)}, [], TODAY)

    assert first.item_id is None
    assert "suggested" not in first.facts


def test_the_youngest_child_comes_first_and_a_kind_is_told_once():
    elder = Child("豆豆", date(2026, 6, 1))

    found = prompts(replace(MEMBER, children=(CHILD, elder)), [], ITEMS, [], TODAY)

    assert [(prompt.facts["child"], prompt.facts["node"]) for prompt in found] == [
        ("豆豆", "first_cereal"),
        ("豆豆", "teething"),
    ]


def test_an_expected_child_has_its_own_cares():
    bag = item(7, "待产包", "mother")
    unborn = Child("", TODAY + timedelta(20), expected=True)

    (found,) = prompts(replace(MEMBER, children=(unborn,)), [], {7: bag}, [], TODAY)

    assert (found.facts["node"], found.facts["expected"], found.item_id) == ("hospital_bag", True, 7)


def test_what_falls_due_next_is_the_run_out_and_the_next_age():
    found = coming(MEMBER, [bought(2, 5, 2)], ITEMS, TODAY)

    assert codes(found) == ["care.run_out", "care.node_ahead"]
    assert found[0].facts["days_left"] == 20
    assert (found[1].facts["node"], found[1].facts["on"]) == ("finger_food", date(2026, 12, 10))


def test_nothing_falls_due_next_for_who_needs_nothing():
    grown = replace(MEMBER, children=(Child("", date(2020, 1, 1)),))

    assert coming(grown, [bought(1, 60)], ITEMS, TODAY) == ()


def test_the_caller_reads_only_items_that_may_be_suggested():
    assert wanted(MEMBER, [bought(1, 2), bought(3, 2), bought(99, 1)], ITEMS, TODAY) == {"formula", "cereal", "toy"}


@pytest.mark.parametrize("months", range(48))
def test_every_age_up_to_four_years_has_a_care(months):
    assert nodes_at(MonthAge(months, 0))


def test_every_care_has_a_name_of_its_own_and_a_lawful_span():
    assert len({node.key for node in NODES}) == len(NODES)
    assert all(node.months_from <= node.months_to and node.advice in Advice for node in NODES)


def test_an_expected_child_has_no_next_age():
    assert next_node(MonthAge(1, 0, expected=True)) is None
