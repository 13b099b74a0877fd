"""Fencing: the members of a till that is gone are made whole, and the merchant pays for what it spent all the same."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from head_office import lives
from head_office.acts import acts_path, read_acts
from head_office.fencing import Declared, exposures, fence
from head_office.office import open_office
from head_office.report import report
from head_office.store import schema
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.errors import Refused
from tests.head_office.offices import copied
from tests.head_office.rig import Line, Refusal, balances, found_chain, give, member, open_till, rows_of, trial_balance

GONE = Declared("S01-1", "Chen", "Liu", "stolen")


def test_the_exposure_is_what_the_life_holds_in_money(office, till, holding):
    (found,) = exposures(office, till.terminal_id)

    assert (found.status, found.held, found.members, found.last_seq) == ("live", {"POINTS": 300}, 1, 2)
    assert found.worth_minor == 300


def test_a_fence_makes_the_member_whole_at_once_and_tells_the_stores(office, line, till, holding):
    elsewhere = open_till(office, line, "S03")
    before = len(elsewhere.changes("store:S03"))

    fence(office, GONE)

    assert balances(office, "m1") == {("available", "m1", ""): 1_000}
    assert [row.remaining for row in rows_of(office, schema.grant)] == [0]
    assert rows_of(office, schema.life)[0].status == lives.FENCED
    told = elsewhere.changes("store:S03")[before:]
    assert json.loads(bytes(told[-1].body))["balance"]["held_elsewhere"] == []
    assert elsewhere.rights("m1", 1_000).code == ""
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize(("by", "confirmed_by", "reason"), [("Chen", " chen ", "x"), ("", "Liu", "x"), ("A", "B", " ")])
def test_one_person_alone_fences_nothing(office, till, holding, by, confirmed_by, reason):
    with pytest.raises(Refused, match=r"fence\.two_people"):
        fence(office, Declared(till.terminal_id, by, confirmed_by, reason))

    assert rows_of(office, schema.life)[0].status == lives.LIVE


def test_a_fence_is_final(office, till, holding):
    fence(office, GONE)

    with pytest.raises(Refused, match=r"fence\.done"):
        fence(office, GONE)


def test_nobody_fences_a_terminal_that_is_not_there(office):
    with pytest.raises(Refused, match=r"terminal\.unknown"):
        fence(office, GONE)


def test_what_a_fenced_life_spent_is_posted_in_full_at_the_merchants_risk(office, till, holding):
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(holding.gid, 200),))
    fence(office, GONE)

    till.hello()
    answer = till.push(3)

    assert [each.status for each in answer.statuses] == ["posted"]
    assert balances(office, "m1") == {("available", "m1", ""): 1_000}
    contra = balances(office, "S01")
    assert contra[("risk", "S01", "")] == -200
    assert contra[("points_redeemed", "S01", "")] == 200
    found = report(office)
    assert found["risk"] == {"POINTS": -200}
    assert (found["days"][0]["risk"], found["days"][0]["points_redeemed"]) == ({"POINTS": 200}, 200)
    assert found["fences"][0]["declared_by"] == "Chen"


def test_what_a_fenced_life_earned_is_the_members_and_its_releases_and_grants_move_nothing(office, till, holding):
    earned = till.sell(member_id="m1", earn=50).seq
    till.say(RightsReleased("m1", (Spend(holding.gid, 100),), "close"))
    (late,) = till.rights("m1", 40).grants
    till.say(GrantsInstalled((late,)))
    fence(office, GONE)
    till.hello()
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{earned}/grant1", 30),))
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(late.gid, 40),))

    answer = till.push(3)

    assert {each.status for each in answer.statuses} == {"posted"}
    assert balances(office, "m1") == {("available", "m1", ""): 1_050}
    assert balances(office, "S01")[("risk", "S01", "")] == -70
    assert set(trial_balance(office).values()) == {0}


def test_a_fenced_life_may_deliver_history_and_nothing_else(office, till, holding):
    till.hello()
    fence(office, GONE)
    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.push(1)

    said = till.hello()

    assert (said.command, bool(said.session)) == ("re_enrol", True)
    assert till.rights("m1", 10).code == "rights.not_live"
    for shard in ("global", "store:S01", f"terminal:{till.holder}"):
        with pytest.raises(Refusal, match=r"session\.unknown"):
            till.feed(shard)


def test_a_session_that_another_process_fenced_pulls_nothing_more(database_url, office, till, holding, clock, tmp_path):
    other = open_office(database_url, clock, tmp_path / "snapshots")
    fence(other, GONE)
    other.database.close()

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.feed("store:S01")
    assert till.rights("m1", 10).code == "rights.not_live"


def test_an_older_life_is_fenced_by_its_epoch_and_the_newer_one_trades_on(office, line, till, holding):
    newer = open_till(office, line)

    fence(office, Declared("S01-1", "Chen", "Liu", "disk died", "1.1"))

    assert [life.status for life in rows_of(office, schema.life)] == [lives.FENCED, lives.LIVE]
    assert newer.rights("m1", 300).code == ""


def test_a_replacement_sees_no_grant_of_the_life_before(office, line, till, holding):
    newer = open_till(office, line)

    seen = {change.entity_id for change in newer.changes(f"terminal:{newer.holder}")}
    assert holding.gid not in seen
    with pytest.raises(Refusal, match=r"feed\.shard"):
        newer.feed(f"terminal:{till.holder}")


def test_a_fork_keeps_its_rights_until_it_is_fenced(office, till, holding):
    till.hello(log=[])
    assert balances(office, "m1")[("escrow", "m1", till.holder)] == 300

    fence(office, GONE)

    assert balances(office, "m1") == {("available", "m1", ""): 1_000}
    assert till.hello(log=[]).session == ""
    assert rows_of(office, schema.life)[0].status == lives.FENCED


def test_a_fence_is_kept_outside_the_database(office, till, holding):
    fence(office, GONE)

    acts = list(read_acts(acts_path(office)))
    assert [(act.kind, act.act_id) for act in acts] == [("enrol", "enrol/S01-1/1.1"), ("fence", "fence/S01-1/1.1")]
    assert acts[1].body["declared"]["confirmed_by"] == "Liu"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    granted=st.integers(1, 1_000),
    steps=st.lists(st.tuples(st.sampled_from(["spend", "earn", "release", "push"]), st.integers(1, 400)), max_size=8),
    again=st.integers(0, 1_000),
)
def test_whatever_a_fenced_till_did_unseen_nothing_falls_below_zero(
    migrated_file, tmp_path_factory, granted, steps, again
):
    folder = tmp_path_factory.mktemp("fence")
    office = open_office(copied(migrated_file, folder), folder=folder / "snapshots")
    found_chain(office)
    line = Line(office)
    try:
        till, other = open_till(office, line), open_till(office, line, "S02")
        till.say(MemberRegistered(member(1, "S03")))
        till.push()
        give(office, "m1", 1_000)
        (grant,) = till.rights("m1", granted).grants
        till.say(GrantsInstalled((grant,)))
        left, minted, spent, unseen = {grant.gid: granted}, 1_000, 0, 0
        pushed = 1
        for step, amount in steps:
            gid = max(left, key=lambda each: left[each])
            take = min(amount, left[gid])
            if step == "earn":
                seq = till.sell(member_id="m1", earn=amount).seq
                left[f"{till.holder}/{seq}/grant1"] = amount
                minted += amount
            elif step == "push":
                till.push(pushed + 1) if pushed < len(till.log) else None
                pushed, unseen = len(till.log), 0
            elif take:
                left[gid] -= take
                if step == "spend":
                    till.sell(paid_minor=0, member_id="m1", spends=(Spend(gid, take),))
                    spent, unseen = spent + take, unseen + take
                else:
                    till.say(RightsReleased("m1", (Spend(gid, take),), "close"))
        fence(office, GONE)
        have = balances(office, "m1").get(("available", "m1", ""), 0)
        more = min(again, have)
        if more:
            (grant,) = other.rights("m1", more).grants
            other.say(GrantsInstalled((grant,)))
            other.sell(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, more),))
            other.push()
        till.hello()
        if pushed < len(till.log):
            answer = till.push(pushed + 1)
            assert {each.status for each in answer.statuses} == {"posted"}

        held = balances(office, "m1")
        assert all(amount > 0 for amount in held.values())
        assert sum(held.values()) == minted - (spent - unseen) - more
        assert report(office)["risk"].get("POINTS", 0) == -unseen
        assert set(trial_balance(office).values()) <= {0}
    finally:
        line.close()
        office.database.close()


def test_lots_keep_their_dates_through_a_fence(office, till, holding):
    give(office, "m1", 100, date(2026, 12, 31))
    till.rights("m1", 150)

    fence(office, GONE)

    lots = {row.dated: row.credit - row.debit for row in rows_of(office, schema.account) if row.kind == "available"}
    assert lots == {"2026-12-31": 100, "2027-12-31": 1_000}
