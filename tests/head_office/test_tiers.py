"""Tiers at head office: from the facts of all tills in any order, by the night, told with their reason."""

from collections import Counter
from datetime import date

import msgspec
import pytest
from typer.testing import CliRunner

from head_office.cli import app
from head_office.merging import MergeDesk
from head_office.store import schema
from head_office.store.bulk import insert_rows
from head_office.tiers import TierDesk
from pos_app.domain.events import MemberRegistered, TierRaised
from pos_app.domain.members import MemberRecord, Month, Tier, TierChange, TierTerm
from pos_app.domain.programme import Programme, TierRule
from pos_app.domain.tiers import Reason
from tests.head_office.rig import TODAY, member, open_till, replace, rows_of
from tests.head_office.test_refunds import bring_back

RULES = (
    TierRule(Tier.NORMAL, 0),
    TierRule(Tier.SILVER, 200, spend_minor=20_000, grace_months=3),
    TierRule(Tier.GOLD, 500, spend_minor=100_000, grace_months=3),
    TierRule(Tier.PLATINUM, 800, years=10),
)
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def rules(office):
    programme = Programme("test", date(2020, 1, 1), tiers=RULES)
    row = {"rules_version": "test", "valid_from": "2020-01-01", "body": msgspec.json.encode(programme)}
    office.database.write(lambda connection: insert_rows(connection, schema.programme, [row]))


@pytest.fixture
def known(till):
    till.say(MemberRegistered(member(1)))
    till.push()
    return till


def told(till, who: str = "m1", store_id: str = "S01") -> MemberRecord:
    changes = [each for each in till.changes(f"store:{store_id}") if each.kind == "member" and each.entity_id == who]
    return msgspec.json.decode(changes[-1].body, type=MemberRecord)


def sell(till, minor: int, who: str = "m1", on: date | None = None, **more):
    sale, origin = replace(till.sale(paid_minor=minor, member_id=who), **more), till.next_origin()
    till.say(sale, on)
    return sale, origin


def test_the_sale_that_reaches_a_tier_raises_the_member_and_the_stores_hear_why(known):
    sell(known, 15_000)
    sell(known, 5_000)
    known.push(2)

    record = told(known)

    assert (record.member.tier, record.version) == (Tier.SILVER, 2)
    assert record.facts.months == (Month(NOVEMBER, 20_000, 1),)
    assert record.facts.changed == TierChange(TODAY, Tier.NORMAL, Reason.SPEND)


def test_a_member_who_bought_nothing_is_told_without_any_facts(known):
    assert b'"facts":{}' in bytes(known.changes("store:S01")[-1].body)


def test_what_comes_back_takes_its_spend_and_its_tier_back(known):
    sale, sold_as = sell(known, 20_000)
    known.say(bring_back(known, sale, sold_as))
    known.push(2)

    record = told(known)

    assert (record.member.tier, record.facts.months) == (Tier.NORMAL, ())


def test_what_comes_back_later_is_said_to_be_why(known):
    sale, sold_as = sell(known, 20_000)
    known.push(2)
    known.say(bring_back(known, sale, sold_as))
    known.push(3)

    assert told(known).facts.changed == TierChange(TODAY, Tier.SILVER, Reason.RETURNED)


def test_a_refund_counts_on_the_day_of_its_sale(office, known):
    sale, sold_as = sell(known, 30_000, on=date(2026, 10, 30))
    known.say(bring_back(known, sale, sold_as))
    known.push(2)

    assert [(row.business_date, row.spend_minor) for row in rows_of(office, schema.tier_day)] == [("2026-10-30", 0)]


def test_two_tills_count_together_whatever_comes_first(office, line, known):
    other = open_till(office, line, "S02")
    sell(other, 12_000)
    sell(known, 9_000)
    other.push()
    known.push(2)

    assert told(known).facts.months == told(other, store_id="S02").facts.months == (Month(NOVEMBER, 21_000, 1),)
    assert told(other, store_id="S02").member.tier is Tier.SILVER


def test_head_offices_count_wins_over_a_till_that_said_more(known):
    raised = TierRaised(Tier.GOLD, Tier.NORMAL, Reason.SPEND, 100_000, 4, 0, 12, None, "tier_gold@p1")
    sell(known, 20_000, raised=raised)
    known.push(2)

    record = told(known)

    assert record.member.tier is Tier.SILVER
    assert record.facts.changed == TierChange(TODAY, Tier.NORMAL, Reason.SPEND)


def test_a_tier_that_head_office_does_not_count_up_to_is_answered_with_its_reason(known):
    raised = TierRaised(Tier.SILVER, Tier.NORMAL, Reason.SPEND, 20_000, 4, 0, 12, None, "tier_silver@p1")
    sell(known, 5_000, raised=raised)
    known.push(2)

    record = told(known)

    assert (record.member.tier, record.facts.changed) == (Tier.NORMAL, TierChange(TODAY, Tier.SILVER, Reason.COUNTED))


def test_a_paid_membership_holds_until_its_day_and_goes_on_where_it_is_bought_again(office, line, clock, known):
    other = open_till(office, line, "S02")
    for till, n in ((known, 1), (other, 2)):
        sale = till.sale(paid_minor=19_900, member_id="m1")
        term = TierTerm(f"{till.next_origin()}/term1", Tier.GOLD, TODAY, 6)
        till.say(replace(sale, lines=(replace(sale.lines[0], term=term),)))
        till.push(3 - n)

    record = told(known)
    assert (record.member.tier, len(record.facts.terms), record.facts.months) == (Tier.GOLD, 2, ())

    clock.day = date(2027, 11, 22)
    assert TierDesk(office).restate().moves == Counter()
    clock.day = date(2027, 11, 23)
    assert TierDesk(office).restate().moves == {(Tier.GOLD, Tier.NORMAL): 1}
    assert told(known).facts.changed == TierChange(clock.day, Tier.GOLD, Reason.TERM_OVER)


def test_a_membership_that_is_given_back_is_gone(known):
    sale, sold_as = known.sale(paid_minor=19_900, member_id="m1"), known.next_origin()
    term = TierTerm(f"{sold_as}/term1", Tier.GOLD, TODAY, 12)
    sale = replace(sale, lines=(replace(sale.lines[0], term=term),))
    known.say(sale)
    known.push(2)
    assert told(known).member.tier is Tier.GOLD

    known.say(bring_back(known, sale, sold_as))
    known.push(3)

    assert (told(known).member.tier, told(known).facts.terms) == (Tier.NORMAL, ())


def test_a_history_of_three_years_rises_and_falls_on_the_days_that_the_rules_say(office, clock, known):
    for year, month_no, minor in ((2023, 12, 60_000), (2024, 3, 50_000), (2025, 9, 20_000)):
        sell(known, minor, on=date(year, month_no, 15))
    known.push(2)
    tiers = {}
    for year, month_no in [(2024, 5), (2024, 12), (2025, 2), (2025, 3), (2025, 5), (2025, 6), (2026, 11), (2026, 12)]:
        clock.day = date(year, month_no, 1)
        TierDesk(office).restate(everybody=True)
        tiers[year, month_no] = told(known).member.tier

    assert tiers == {
        (2024, 5): Tier.GOLD,  # 110,000 from June 2023 on
        (2024, 12): Tier.GOLD,  # the window left December 2023 behind: three months of grace
        (2025, 2): Tier.GOLD,
        (2025, 3): Tier.SILVER,  # grace over; 50,000 of March 2024 until February 2025 and its grace
        (2025, 5): Tier.SILVER,
        (2025, 6): Tier.NORMAL,
        (2026, 11): Tier.SILVER,  # 20,000 of September 2025 until August 2026 and three months
        (2026, 12): Tier.NORMAL,
    }


def test_a_night_looks_only_at_those_whom_time_may_have_changed(office, clock, known):
    known.say(MemberRegistered(member(2)))
    sell(known, 20_000)
    known.push(2)
    TierDesk(office).restate()

    clock.day = date(2028, 1, 31)
    assert TierDesk(office).restate().looked_at == 0
    clock.day = date(2028, 2, 1)
    assert TierDesk(office).preview().moves == {(Tier.SILVER, Tier.NORMAL): 1}
    done = TierDesk(office).restate()

    assert (done.looked_at, done.is_everybody) == (1, False)
    assert told(known).facts.changed == TierChange(clock.day, Tier.SILVER, Reason.LAPSED)
    assert TierDesk(office).restate().looked_at == 0


def test_nobody_is_told_again_of_what_did_not_change(office, clock, known):
    sell(known, 20_000)
    known.push(2)
    before = len(known.changes("store:S01"))

    clock.day = date(2027, 3, 1)
    TierDesk(office).restate(everybody=True)

    assert len(known.changes("store:S01")) == before


def test_new_rules_are_looked_at_for_everybody_and_can_be_tried_before(office, known):
    sell(known, 20_000)
    known.push(2)
    desk = TierDesk(office)
    desk.restate()
    stricter = Programme("stricter", TODAY, tiers=(TierRule(Tier.SILVER, 200, spend_minor=50_000),))

    assert desk.preview(rules=stricter).moves == {(Tier.SILVER, Tier.NORMAL): 1}
    assert told(known).member.tier is Tier.SILVER
    assert desk.preview().looked_at == 0


def test_years_of_membership_are_reached_by_time_alone(office, clock, known):
    clock.day = date(2036, 11, 22)
    TierDesk(office).restate()
    assert told(known).member.tier is Tier.NORMAL

    clock.day = date(2036, 11, 23)
    TierDesk(office).restate()

    assert told(known).member.tier is Tier.PLATINUM


def test_one_person_of_two_records_has_the_money_of_both_until_they_are_two_again(office, known):
    known.say(MemberRegistered(member(2)))
    sell(known, 12_000)
    sell(known, 9_000, "m2")
    known.push(2)

    MergeDesk(office).merge("m2", "m1", "boss")
    merged = told(known)
    sell(known, 80_000, "m2")
    known.push(5)
    richer = told(known)
    MergeDesk(office).unmerge("m2", "boss")

    assert (merged.member.tier, merged.facts.months) == (Tier.SILVER, (Month(NOVEMBER, 21_000, 2),))
    assert richer.member.tier is Tier.GOLD
    assert (told(known).member.tier, told(known, "m2").member.tier) == (Tier.NORMAL, Tier.SILVER)


def test_somebody_who_came_with_a_tier_keeps_it_for_a_year(office, clock, till):
    till.say(MemberRegistered(member(1, tier=Tier.GOLD)))
    sell(till, 500)
    till.push()
    assert told(till).member.tier is Tier.GOLD

    clock.day = date(2027, 11, 23)
    assert TierDesk(office).restate().moves == {(Tier.GOLD, Tier.NORMAL): 1}


def test_the_commands_show_a_night_and_run_it(database_url, office, clock, known):
    sell(known, 20_000)
    known.push(2)

    preview = CliRunner().invoke(app, ["tiers", "preview", "--everybody", "--db", database_url])
    done = CliRunner().invoke(app, ["tiers", "restate", "--db", database_url])

    assert preview.output.splitlines()[-1].split() == ["1", "all", "members", "looked", "at,", "0", "would", "change"]
    assert (done.exit_code, done.output.splitlines()[-1].split()[:3]) == (0, ["1", "all", "members"])
