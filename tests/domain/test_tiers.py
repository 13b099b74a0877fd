from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import RefundedLine, Sale, SaleLine
from pos_app.domain.members import Month, Tier, TierFacts, TierTerm
from pos_app.domain.programme import Programme, TierRule
from pos_app.domain.tiers import (
    RANK,
    Bought,
    Reason,
    counting_back,
    kept_months,
    lasts_until,
    looked_at_again_on,
    standing,
    united,
    why_lower,
    with_bought,
    with_terms,
)

TODAY = date(2026, 11, 23)
JOINED = date(2024, 3, 8)
RULES = Programme(
    "p7",
    date(2026, 1, 1),
    tiers=(
        TierRule(Tier.NORMAL, 0),
        TierRule(Tier.SILVER, 200, spend_minor=200_000, visits=12, grace_months=3),
        TierRule(Tier.GOLD, 500, spend_minor=500_000, years=5, grace_months=3),
        TierRule(Tier.PLATINUM, 800, spend_minor=1_200_000, window_months=6, grace_months=1),
    ),
)
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
BOUGHT = st.lists(st.builds(Bought, DAYS, st.integers(1, 400_000)), max_size=20)


def month(text: str, spend_minor: int, visits: int = 1) -> Month:
    return Month(date.fromisoformat(f"{text}-01"), spend_minor, visits)


def facts(*months: Month, terms: tuple[TierTerm, ...] = ()) -> TierFacts:
    return TierFacts(months, terms)


def tier_on(known: TierFacts, today: date, joined_on: date = JOINED) -> Tier:
    return standing(known, joined_on, RULES, today).tier


def test_nothing_bought_is_the_lowest_tier_with_its_way_to_the_next():
    found = standing(TierFacts(), JOINED, RULES, TODAY)

    assert (found.tier, found.reason, found.kept_until, found.years) == (Tier.NORMAL, Reason.JOINED, None, 2)
    assert found.next is not None
    assert (found.next.tier, found.next.missing_minor, found.next.share_bp) == (Tier.SILVER, 200_000, 0)


def test_a_member_is_told_what_is_missing_to_the_next_tier():
    found = standing(facts(month("2026-11", 268_000), month("2026-01", 200_000)), JOINED, RULES, TODAY)

    assert (found.tier, found.reason, found.spend_minor) == (Tier.SILVER, Reason.SPEND, 468_000)
    assert found.next is not None
    assert (found.next.tier, found.next.missing_minor, found.next.share_bp) == (Tier.GOLD, 32_000, 9_360)


def test_money_counts_in_the_months_of_the_window_and_the_tier_stays_for_the_grace_after():
    known = facts(month("2025-12", 500_000))

    assert tier_on(known, date(2026, 11, 30)) is Tier.GOLD  # the twelfth month
    assert standing(known, JOINED, RULES, TODAY).kept_until == date(2027, 2, 28)
    assert tier_on(known, date(2027, 2, 28)) is Tier.GOLD
    assert tier_on(known, date(2027, 3, 1)) is Tier.NORMAL


def test_while_only_the_grace_keeps_a_tier_it_is_said_what_would_renew_it():
    found = standing(facts(month("2025-11", 450_000), month("2026-10", 60_000)), JOINED, RULES, TODAY)

    assert (found.tier, found.kept_until) == (Tier.GOLD, date(2027, 1, 31))
    assert found.keep is not None
    assert (found.keep.tier, found.keep.missing_minor) == (Tier.GOLD, 440_000)


def test_visits_are_another_way():
    found = standing(facts(month("2026-11", 9_000, 5), month("2026-10", 9_000, 7)), JOINED, RULES, TODAY)

    assert (found.tier, found.reason, found.visits) == (Tier.SILVER, Reason.VISITS, 12)


def test_the_way_that_is_furthest_along_is_told():
    found = standing(facts(month("2026-11", 9_000, 9)), JOINED, RULES, TODAY)

    assert found.next is not None
    assert (found.next.missing_minor, found.next.missing_visits, found.next.share_bp) == (0, 3, 7_500)


def test_years_of_membership_are_a_way_without_an_end():
    found = standing(TierFacts(), date(2021, 11, 23), RULES, TODAY)

    assert (found.tier, found.reason, found.kept_until, found.years) == (Tier.GOLD, Reason.YEARS, None, 5)
    assert tier_on(TierFacts(), TODAY, date(2021, 11, 24)) is Tier.NORMAL


def test_a_bought_term_holds_to_its_last_day_and_goes_on_where_it_is_bought_again():
    first = TierTerm("s1/1", Tier.GOLD, date(2026, 1, 31), 1)
    again = TierTerm("s2/1", Tier.GOLD, date(2026, 2, 10), 1)

    assert tier_on(facts(terms=(first,)), date(2026, 2, 27)) is Tier.GOLD
    assert tier_on(facts(terms=(first,)), date(2026, 2, 28)) is Tier.NORMAL
    assert lasts_until((again, first), Tier.GOLD, date(2026, 2, 10)) == date(2026, 3, 27)
    assert standing(facts(terms=(again, first)), JOINED, RULES, date(2026, 3, 27)).reason is Reason.BOUGHT


def test_a_term_survives_that_the_spending_no_longer_reaches_it():
    known = facts(month("2025-01", 600_000), terms=(TierTerm("t", Tier.SILVER, date(2026, 9, 1), 12),))

    found = standing(known, JOINED, RULES, TODAY)

    assert (found.tier, found.reason, found.kept_until) == (Tier.SILVER, Reason.BOUGHT, date(2027, 8, 31))


def test_the_highest_tier_counts_and_names_its_rule():
    known = facts(month("2026-11", 600_000), terms=(TierTerm("t", Tier.SILVER, TODAY, 12, False),))

    assert standing(known, JOINED, RULES, TODAY).rule == "tier_gold@p7"


def test_a_member_without_rules_is_in_the_lowest_tier():
    found = standing(facts(month("2026-11", 10**9)), JOINED, replace(RULES, tiers=()), TODAY)

    assert (found.tier, found.next) == (Tier.NORMAL, None)


def test_what_lowered_a_tier_is_told():
    bought = facts(month("2026-11", 500_000))
    termed = facts(terms=(TierTerm("t", Tier.GOLD, date(2026, 1, 1), 1),))

    assert why_lower(Tier.GOLD, bought, JOINED, RULES, TODAY) is Reason.RETURNED
    assert why_lower(Tier.GOLD, bought, JOINED, RULES, date(2029, 1, 1)) is Reason.LAPSED
    assert why_lower(Tier.GOLD, termed, JOINED, RULES, TODAY) is Reason.TERM_OVER


def test_a_day_that_head_office_has_counted_is_no_further_visit():
    known = facts(month("2026-11", 10_000, 1))

    told = with_bought(known, [Bought(TODAY, 500), Bought(TODAY, 700)], counted_until=TODAY)
    new = with_bought(known, [Bought(TODAY, 500), Bought(TODAY, 700)], counted_until=TODAY - timedelta(days=1))

    assert (told.months, new.months) == ((month("2026-11", 11_200, 1),), (month("2026-11", 11_200, 2),))


@pytest.mark.parametrize(
    ("joined_on", "again_on"), [(JOINED, date(2027, 3, 1)), (date(2021, 12, 1), date(2026, 12, 1))]
)
def test_head_office_need_not_look_before_time_can_change_anything(joined_on, again_on):
    known = facts(month("2025-12", 500_000 if joined_on == JOINED else 250_000))

    assert looked_at_again_on(known, joined_on, RULES, TODAY) == again_on


@given(BOUGHT, st.builds(Bought, DAYS, st.integers(0, 400_000)), DAYS)
def test_buying_more_never_lowers_a_tier(bought, more, today):
    before, after = with_bought(TierFacts(), bought), with_bought(TierFacts(), [*bought, more])

    assert RANK[tier_on(after, today)] >= RANK[tier_on(before, today)]


@given(BOUGHT, DAYS, st.integers(0, 1_500))
def test_nobody_is_lowered_before_the_day_that_was_told(bought, today, days):
    known = with_bought(TierFacts(), bought)
    told = standing(known, JOINED, RULES, today)
    later = today + timedelta(days=days)

    if told.kept_until is None or later <= told.kept_until:
        assert RANK[tier_on(known, later)] >= RANK[told.tier]


@given(BOUGHT, DAYS)
def test_a_tier_lasts_for_its_grace_after_the_window_last_reached_it(bought, today):
    known = with_bought(TierFacts(), bought)
    gold = RULES.tier_rule(Tier.GOLD)

    for back in range(gold.grace_months + 1):
        then = _months_before(today, back)
        window = [_months_before(then, n) for n in range(gold.window_months)]
        spent = sum(one.spend_minor for one in known.months if one.month in window)
        if spent >= gold.spend_minor:
            assert RANK[tier_on(known, today)] >= RANK[Tier.GOLD]


@given(st.data(), BOUGHT, DAYS)
def test_the_order_of_facts_does_not_matter_nor_where_they_were_counted(data, bought, today):
    shuffled = data.draw(st.permutations(bought))
    cut = data.draw(st.integers(0, len(bought)))
    days = {one.on for one in shuffled[:cut]} & {one.on for one in shuffled[cut:]}

    whole = with_bought(TierFacts(), bought)
    parts = with_bought(with_bought(TierFacts(), shuffled[:cut]), shuffled[cut:])

    assert with_bought(TierFacts(), shuffled) == whole
    assert [one.spend_minor for one in parts.months] == [one.spend_minor for one in whole.months]
    if not days:
        assert standing(parts, JOINED, RULES, today) == standing(whole, JOINED, RULES, today)


@given(BOUGHT, st.data(), DAYS)
def test_what_comes_back_takes_what_it_had_earned_with_it(bought, data, today):
    back = data.draw(st.lists(st.sampled_from(bought), unique_by=id)) if bought else []
    kept = list(bought)
    for one in back:
        kept.remove(one)

    returned = with_bought(TierFacts(), [*bought, *(Bought(one.on, -one.minor) for one in back)])

    assert returned == with_bought(TierFacts(), kept)


@given(BOUGHT, DAYS, st.integers(0, 1_500))
def test_between_two_looks_nothing_changes(bought, today, days):
    known = with_terms(with_bought(TierFacts(), bought), [TierTerm("t", Tier.SILVER, date(2025, 6, 1), 12)])
    again = looked_at_again_on(known, JOINED, RULES, today)
    later = today + timedelta(days=days)

    if again is None or later < again:
        assert tier_on(known, later) == tier_on(known, today)


@given(BOUGHT, BOUGHT, DAYS)
def test_one_person_of_two_records_has_the_money_of_both(mine, theirs, today):
    one, other = with_bought(TierFacts(), mine), with_bought(TierFacts(), theirs)

    together = united(one, [other])

    assert sum(each.spend_minor for each in together.months) == sum(each.minor for each in [*mine, *theirs])
    assert RANK[tier_on(together, today)] >= max(RANK[tier_on(one, today)], RANK[tier_on(other, today)])


@given(BOUGHT, DAYS)
def test_older_months_than_the_rules_can_ask_for_change_nothing(bought, today):
    known = with_bought(TierFacts(), bought)
    oldest = _months_before(today, kept_months(RULES) - 1)

    newer = replace(known, months=tuple(one for one in known.months if one.month >= oldest))

    assert standing(newer, JOINED, RULES, today) == standing(known, JOINED, RULES, today)


def _months_before(day: date, months: int) -> date:
    year, month_0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month_0 + 1, 1)


def test_facts_are_kept_for_the_longest_window_and_its_grace():
    rules = Programme("p8", date(2026, 1, 1), tiers=(TierRule(Tier.SILVER, 0, spend_minor=1, window_months=24),))

    assert kept_months(rules) == 24
    assert kept_months(replace(rules, tiers=(replace(rules.tiers[0], grace_months=5),))) == 29


def test_who_reached_a_tier_by_money_alone_is_not_in_its_grace():
    now = facts(month("2026-11", 200_000))
    before = facts(month("2025-11", 200_000))

    assert standing(now, JOINED, RULES, TODAY).keep is None
    grace = standing(before, JOINED, RULES, TODAY)
    assert (grace.tier, grace.keep.missing_minor) == (Tier.SILVER, 200_000)


def test_a_tier_that_counts_visits_only_tells_visits_and_one_that_counts_money_never_less_than_nothing():
    by_visits = replace(RULES, tiers=(TierRule(Tier.SILVER, 0, visits=10),))
    by_money = replace(RULES, tiers=(TierRule(Tier.SILVER, 0, spend_minor=1_000),))

    first = standing(facts(), JOINED, by_visits, TODAY).next
    assert (first.missing_visits, first.missing_minor, first.share_bp) == (10, 0, 0)
    returned = standing(facts(month("2026-11", -500)), JOINED, by_money, TODAY).next
    assert (returned.missing_minor, returned.share_bp) == (1_500, 0)


def test_what_comes_back_of_a_line_that_the_sale_does_not_have_had_counted_nothing():
    sold = SaleLine(1, 1, "", "", 2, 500, 500, 0, 0, 0, 0, 500, 0, ())
    sale = Sale("s", "r", "m1", (sold,), (), 500, 0, (), None, (), "p7")
    back = [RefundedLine(no, 1, 250, 0, 0, 0, 0) for no in (1, 9)]

    assert counting_back(sale, back) == (250, {})
