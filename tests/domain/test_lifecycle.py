from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.lifecycle import Life, LifeRules, Segment, Stage, life_of
from pos_app.domain.members import Month, TierFacts
from pos_app.domain.tiers import Bought, with_bought

TODAY = date(2026, 11, 23)
JOINED = date(2024, 3, 8)
RULES = LifeRules(
    new_days=30,
    active_days=90,
    lost_days=365,
    loyal_visits=8,
    window_months=12,
    recent_days=45,
    frequent_visits=4,
    valued_minor=150_000,
)
VISITS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200_000)), max_size=12)


def bought(days_ago: int, minor: int) -> Bought:
    return Bought(TODAY - timedelta(days=days_ago), minor)


def life(visits: list[Bought], today: date = TODAY, joined_on: date = JOINED) -> Life:
    facts = with_bought(TierFacts(), visits)
    return life_of(facts, joined_on, max((one.on for one in visits), default=None), RULES, today, "p7")


@pytest.mark.parametrize(
    ("joined_ago", "last_ago", "visits", "stage"),
    [
        (0, None, 0, Stage.NEW),
        (30, 30, 1, Stage.NEW),
        (31, 31, 1, Stage.ACTIVE),
        (500, 90, 1, Stage.ACTIVE),
        (500, 91, 1, Stage.DORMANT),
        (91, None, 0, Stage.DORMANT),
        (500, 365, 1, Stage.DORMANT),
        (500, 366, 1, Stage.LOST),
        (500, 90, 8, Stage.LOYAL),
        (10, 1, 8, Stage.LOYAL),
        (500, 91, 8, Stage.DORMANT),
    ],
)
def test_a_stage_follows_from_when_they_joined_and_came(joined_ago, last_ago, visits, stage):
    facts = TierFacts((Month(date(2026, 8, 1), 1_000, visits),)) if visits else TierFacts()
    last_on = None if last_ago is None else TODAY - timedelta(days=last_ago)

    assert life_of(facts, TODAY - timedelta(days=joined_ago), last_on, RULES, TODAY).stage is stage


@pytest.mark.parametrize(
    ("last_ago", "visits", "minor", "segment"),
    [
        (45, 4, 150_000, Segment.KEY_VALUE),
        (45, 3, 150_000, Segment.KEY_DEVELOP),
        (46, 4, 150_000, Segment.KEY_KEEP),
        (46, 3, 150_000, Segment.KEY_WIN_BACK),
        (45, 4, 149_999, Segment.PLAIN_VALUE),
        (45, 3, 149_999, Segment.PLAIN_DEVELOP),
        (46, 4, 149_999, Segment.PLAIN_KEEP),
        (46, 3, 149_999, Segment.PLAIN_WIN_BACK),
        (46, 0, 0, None),
    ],
)
def test_a_kind_is_how_lately_how_often_and_how_much(last_ago, visits, minor, segment):
    facts = TierFacts((Month(date(2026, 10, 1), minor, visits),))

    assert life_of(facts, JOINED, TODAY - timedelta(days=last_ago), RULES, TODAY).segment is segment


def test_what_lies_before_the_window_counts_for_nothing():
    facts = TierFacts((Month(date(2025, 11, 1), 900_000, 20), Month(date(2025, 12, 1), 100, 1)))

    found = life_of(facts, JOINED, TODAY, RULES, TODAY, "p7")

    assert (found.visits, found.spend_minor, found.rule) == (1, 100, "life@p7")


@given(VISITS, st.randoms())
def test_the_order_of_facts_says_nothing(visits, chance):
    facts = [bought(*one) for one in visits]
    shuffled = list(facts)
    chance.shuffle(shuffled)

    assert life(facts) == life(shuffled)


@given(VISITS, st.integers(1, 600))
def test_who_stays_away_only_falls_asleep(visits, days):
    order = [Stage.LOYAL, Stage.ACTIVE, Stage.DORMANT, Stage.LOST]
    facts = [bought(*one) for one in visits]

    before, after = life(facts).stage, life(facts, TODAY + timedelta(days=days)).stage

    assert order.index(before) <= order.index(after)


@given(VISITS, st.integers(0, 60), st.integers(0, 400))
def test_a_stage_lasts_until_the_day_it_says(visits, joined_ago, later):
    facts = [bought(*one) for one in visits]
    joined_on = TODAY - timedelta(days=joined_ago)
    found = life(facts, joined_on=joined_on)
    if found.until is None:
        assert found.stage is Stage.LOST
        return

    day = min(TODAY + timedelta(days=later), found.until)

    assert life(facts, day, joined_on).stage is found.stage or found.stage is Stage.LOYAL
    assert life(facts, found.until + timedelta(days=1), joined_on).stage is not found.stage


@given(VISITS, st.integers(1, 200_000))
def test_who_comes_today_is_awake_and_of_no_lesser_kind(visits, minor):
    before, after = life([bought(*one) for one in visits]), life([bought(*one) for one in [*visits, (0, minor)]])

    assert after.stage in {Stage.ACTIVE, Stage.LOYAL}
    assert after.segment is not None
    assert after.segment.name.endswith(("VALUE", "DEVELOP"))
    assert (after.visits, after.spend_minor) >= (before.visits, before.spend_minor)


@pytest.mark.parametrize("changes", [{"new_days": 0}, {"active_days": 365}, {"window_months": 0}, {"valued_minor": 0}])
def test_rules_that_leave_a_stage_out_are_refused(changes):
    assert RULES.is_sound()
    assert not replace(RULES, **changes).is_sound()
