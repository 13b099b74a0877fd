"""Rights: granted once, never more than there is, from the lot that expires first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import msgspec
import pytest

from head_office import floats
from head_office.books.holders import Wanted
from head_office.books.issues import Issue
from head_office.issuing import issue
from head_office.recalls import recall_by_hand
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.members import HeldElsewhere, Tier
from pos_app.domain.releases import Recall
from pos_app.errors import Refused
from tests.head_office.rig import (
    LOT,
    Refusal,
    balances,
    give,
    member,
    open_till,
    publish_rules,
    rows_of,
    trial_balance,
)

SOON = date(2026, 12, 31)
GONE = date(2025, 12, 31)


@pytest.fixture
def joined(office, till):
    """A member whose points head office holds alone: their home store is another one."""
    till.say(MemberRegistered(member(1, "S03")))
    till.push()
    return "m1"


def test_the_exact_amount_is_granted_soonest_to_expire_first(office, till, joined):
    give(office, joined, 300, LOT)
    give(office, joined, 200, SOON)
    give(office, joined, 999, GONE)

    answer = till.rights(joined, 350)

    assert [(grant.amount, grant.expires_on) for grant in answer.grants] == [(200, SOON), (150, LOT)]
    assert answer.available == 150
    assert balances(office, joined) == {("available", joined, ""): 150 + 999, ("escrow", joined, till.holder): 350}


def test_the_grant_also_comes_by_the_terminals_feed(office, till, joined):
    give(office, joined, 300)

    answer = till.rights(joined, 300)

    items = till.changes(f"terminal:{till.holder}")
    assert [msgspec.json.decode(item.body, type=Grant) for item in items] == answer.grants


def test_asking_again_with_the_same_number_gives_the_first_answer(office, till, joined):
    give(office, joined, 300)
    first = till.rights(joined, 200, request_no=7)

    again = till.rights(joined, 200, request_no=7)

    assert again.grants == first.grants
    assert balances(office, joined)[("escrow", joined, till.holder)] == 200


def test_more_than_there_is_is_not_granted_at_all(office, till, joined):
    give(office, joined, 300)

    answer = till.rights(joined, 301)

    assert (answer.grants, answer.code, answer.available) == ([], "rights.short", 300)


def test_somebody_unknown_gets_nothing(till):
    assert till.rights("nobody", 1).code == "rights.member_unknown"


def test_a_terminal_holds_no_more_than_its_cap(office, till, joined):
    publish_rules(office, terminal_outstanding_cap_minor=500)
    give(office, joined, 10_000)
    till.rights(joined, 400)

    assert till.rights(joined, 101).code == "rights.cap"
    assert till.rights(joined, 100).code == ""


@pytest.mark.parametrize("amount", [0, -1, 2**60])
def test_an_impossible_amount_is_malformed(till, amount):
    with pytest.raises(Refusal, match=r"request\.malformed"):
        till.rights("m1", amount)


def test_a_grant_is_spent_and_the_rest_handed_back(office, till, joined):
    give(office, joined, 300)
    (grant,) = till.rights(joined, 300).grants
    till.say(GrantsInstalled((grant,)))
    till.sell(paid_minor=0, member_id=joined, spends=(Spend(grant.gid, 120),))
    till.say(RightsReleased(joined, (Spend(grant.gid, 180),), "close"))

    answer = till.push(2)

    assert {status.status for status in answer.statuses} == {"posted"}
    assert balances(office, joined) == {("available", joined, ""): 180}
    assert [row.remaining for row in rows_of(office, schema.grant)] == [0]


def test_terminals_asking_at_once_never_get_more_than_there_is(office, line, joined):
    tills = [open_till(office, line, store, lane) for store in ("S01", "S02") for lane in (2, 3)]
    give(office, joined, 1_000)

    with ThreadPoolExecutor(len(tills)) as pool:
        answers = [answer for found in pool.map(_ask_often, tills) for answer in found]

    granted = sum(grant.amount for answer in answers for grant in answer.grants)
    assert granted == 990  # thirty requests fit into 1,000
    assert sum(balances(office, joined).values()) == 1_000
    assert set(trial_balance(office).values()) == {0}


def _ask_often(till):
    return [till.rights("m1", 33) for _ in range(15)]


def test_a_homecoming_till_is_given_the_usual_redemption_of_recent_visitors(office, till):
    for n, tier in ((1, Tier.NORMAL), (2, Tier.GOLD)):
        till.say(MemberRegistered(member(n, "S01", tier)))
        till.sell(member_id=f"m{n}")
        give(office, f"m{n}", 50_000)
    till.push()

    till.hello()

    held = {key[1]: points for key, points in balances(office).items() if key[2] == till.holder}
    assert held == {"m1": floats.USUAL_POINTS[Tier.NORMAL], "m2": floats.USUAL_POINTS[Tier.GOLD]}


def test_the_float_is_not_given_twice_and_refilled_when_half_is_gone(office, till):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1")
    give(office, "m1", 10_000)
    till.push()
    till.hello()
    till.hello()
    (grant,) = [row for row in rows_of(office, schema.grant) if row.source == "float"]
    assert grant.amount == 1_000

    till.sell(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, 600),))
    till.push(3)

    assert balances(office, "m1") == {("escrow", "m1", till.holder): 1_000, ("available", "m1", ""): 8_400}


def test_lanes_of_a_store_share_what_a_member_has(office, line, till):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1")
    give(office, "m1", 900)
    till.push()
    second = open_till(office, line, "S01", 2)
    till.hello()

    second.hello()

    held = balances(office, "m1")
    assert held[("escrow", "m1", till.holder)] == held[("escrow", "m1", second.holder)] == 450


def test_the_float_leaves_a_quarter_of_the_terminals_cap_to_whoever_asks(office, till):
    publish_rules(office, terminal_outstanding_cap_minor=2_400)
    for n in range(5):
        till.say(MemberRegistered(member(n)))
        till.sell(member_id=f"m{n}")
        give(office, f"m{n}", 5_000)
    till.push()

    till.hello()

    assert sum(row.remaining for row in rows_of(office, schema.grant)) == 1_800
    assert till.rights("m4", 600).code == ""


def test_the_usual_redemption_is_learned_from_the_newest_ones(office):
    rows = [
        {"member_id": "m", "tier": "normal", "store_id": "S01", "business_date": "2026-11-23", "points": 100 * n}
        for n in range(1, 41)
    ]
    office.database.write(lambda connection: insert_rows(connection, schema.redemption, rows))

    with office.database.read() as connection:
        assert floats.usual_points(connection, Tier.NORMAL) == 3_600
        assert floats.usual_points(connection, Tier.SILVER) == floats.USUAL_POINTS[Tier.SILVER]


def recalls(till):
    """Return the recalls that head office sent a till: their ids and what they ask for."""
    items = [item for item in till.changes(f"terminal:{till.holder}") if item.kind == "recall"]
    return [msgspec.json.decode(item.body, type=Recall) for item in items]


def hold(office, till, who: str, points: int) -> Grant:
    """Have a till hold points of somebody, from nowhere."""
    give(office, who, points)
    (grant,) = till.rights(who, points).grants
    return grant


def test_a_short_asker_hears_who_holds_the_rest_and_those_are_asked_for_it(office, line, till, joined):
    asker = open_till(office, line, "S02")
    grant = hold(office, till, joined, 750)
    give(office, joined, 100)

    answer = asker.rights(joined, 500)

    assert (answer.code, answer.available) == ("rights.short", 100)
    assert answer.held == [HeldElsewhere("江南西店", 750, None, 1, "Jiangnan West", till.holder)]
    assert [(each.member_id, each.asset, each.lot) for each in recalls(till)] == [(joined, Asset.POINTS, "")]
    till.say(GrantsInstalled((grant,)))
    till.say(RightsReleased(joined, (Spend(grant.gid, 750),), "recall"))
    till.push(2)
    assert sum(grant.amount for grant in asker.rights(joined, 500).grants) == 500


def test_a_repeated_question_recalls_once_and_is_answered_the_same(office, line, till, joined):
    asker = open_till(office, line, "S02")
    hold(office, till, joined, 750)

    first, again = (asker.rights(joined, 500, request_no=5) for _ in range(2))

    assert again.held == first.held
    assert len(recalls(till)) == 1


def test_nobody_is_asked_who_holds_nothing_or_is_the_asker(office, line, till, joined):
    other = open_till(office, line, "S02")
    hold(office, till, joined, 750)

    assert till.rights(joined, 1).held == []
    assert recalls(till) == recalls(other) == []


def test_a_life_that_has_ended_is_named_but_not_asked(office, line, till, joined):
    asker = open_till(office, line, "S02")
    hold(office, till, joined, 750)
    shard = f"terminal:{till.holder}"
    open_till(office, line, "S01", 1)  # takes the place of the first

    answer = asker.rights(joined, 500)

    assert [held.points for held in answer.held] == [750]
    assert [row.kind for row in rows_of(office, schema.feed) if row.shard == shard] == ["grant"]


def test_a_silent_holder_is_named_with_the_moment_it_was_last_heard(office, line, till, joined, clock):
    asker = open_till(office, line, "S02")
    hold(office, till, joined, 750)
    heard_ms = clock.ms
    clock.ms += 3_600_000

    assert [held.silent_since_ms for held in asker.rights(joined, 500).held] == [heard_ms]


def test_an_operator_recalls_what_tills_hold(office, till, joined):
    hold(office, till, joined, 750)

    asked = recall_by_hand(office, Wanted(joined))

    assert [held.points for held in asked] == [750]
    assert len(recalls(till)) == 1
    with pytest.raises(Refused, match=r"recall\.nobody"):
        recall_by_hand(office, Wanted("nobody"))


def test_one_request_is_worth_no_more_than_the_rules_allow(office, till, joined):
    publish_rules(office, request_cap_minor=300)
    give(office, joined, 10_000)

    assert till.rights(joined, 301).code == "rights.request_cap"
    assert till.rights(joined, 300).code == ""


def test_a_store_that_is_not_theirs_holds_a_quarter_of_those_who_came_lately(office, line, till, clock):
    guest = open_till(office, line, "S02")
    till.say(MemberRegistered(member(1)))
    till.push()
    guest.sell(member_id="m1")
    guest.push()
    give(office, "m1", 1_200)

    guest.hello()

    assert balances(office, "m1")[("escrow", "m1", guest.holder)] == 300
    till.say(RightsReleased("m1", (), "idle"))
    clock.day += timedelta(days=floats.GUEST_DAYS + 1)
    late = open_till(office, line, "S02", 2)
    late.hello()
    assert ("escrow", "m1", late.holder) not in balances(office, "m1")


def test_stored_value_is_in_the_float_too_and_counts_as_money(office, till):
    publish_rules(office, terminal_outstanding_cap_minor=40_000, offline_value_cap_minor=20_000)
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1")
    till.push()
    give(office, "m1", 50_000)
    issue(office, Issue("v", "m1", Asset.VALUE, 60_000, LOT))
    issue(office, Issue("g", "m1", Asset.GIFT, 60_000, LOT))

    till.hello()

    held = {row.asset: row.remaining for row in rows_of(office, schema.grant)}
    # 1,000 points are worth 1,000; the gift gets what is left of three quarters of 40,000
    assert held == {"points": 1_000, "value": 20_000, "gift": 9_000}
