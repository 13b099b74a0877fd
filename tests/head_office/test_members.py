"""Members and calls: what the stores are told after their tills spoke."""

from datetime import timedelta

import msgspec
import pytest

from head_office.store import schema
from pos_app.domain.calls import Bought, Call, CallState, Outcome
from pos_app.domain.events import (
    CallRecorded,
    CardReplaced,
    ConsentChanged,
    MemberAmended,
    MemberRegistered,
    RightsReleased,
)
from pos_app.domain.ledger import Spend
from pos_app.domain.members import MAX_PURCHASES, Child, Consent, MemberRecord, Purpose
from tests.head_office.rig import TODAY, member, open_till, replace, rows_of


def records(till, store_id: str = "S01") -> list[MemberRecord]:
    """Return the member changes of a store, oldest first."""
    changes = till.changes(f"store:{store_id}")
    return [msgspec.json.decode(each.body, type=MemberRecord) for each in changes if each.kind == "member"]


def calls(till) -> list[Call]:
    return [msgspec.json.decode(each.body, type=Call) for each in till.changes("store:S01") if each.kind == "call"]


def test_a_new_member_is_told_to_the_store_that_signed_them_up(till):
    till.say(MemberRegistered(member(1)))
    till.push()

    (record,) = records(till)

    assert record.member == member(1)
    assert (record.version, record.balance.points, record.purchases) == (1, 0, ())
    assert record.balance.applied == {"S01-1": ("1.1", 1)}


def test_a_sale_updates_points_purchases_and_how_far_the_till_is_in_them(till):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=70, item_id=5)
    till.push()
    till.sell(member_id="m1", earn=30, item_id=6)
    till.push(3)

    newest = records(till)[-1]

    assert newest.balance.points == 100
    assert newest.balance.applied["S01-1"] == ("1.1", 3)
    assert [purchase.item_id for purchase in newest.purchases] == [6, 5]
    assert newest.last_visit_on == TODAY
    assert newest.version == 2


def test_only_the_newest_purchases_are_kept(till):
    till.say(MemberRegistered(member(1)))
    for n in range(MAX_PURCHASES + 5):
        till.sell(member_id="m1", item_id=n)
    till.push()

    assert len(records(till)[-1].purchases) == MAX_PURCHASES


def test_a_visit_ties_the_member_to_the_other_store_and_both_are_told(office, line, till):
    other = open_till(office, line, "S02")
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=70)
    till.push()

    other.sell(member_id="m1", earn=30)
    other.push()

    here, there = records(till)[-1], records(other, "S02")[-1]
    assert here.balance.points == there.balance.points == 100
    assert here.version == there.version == 2
    assert here.balance.held_elsewhere == there.balance.held_elsewhere
    assert [(held.store_name, held.store_name_en, held.lane, held.points) for held in here.balance.held_elsewhere] == [
        ("江南西店", "Jiangnan West", 1, 70),
        ("东山口店", "Dongshankou", 1, 30),
    ]
    assert [held.holder for held in here.balance.held_elsewhere] == ["S01-1/1.1", "S02-1/1.1"]
    assert list(there.balance.applied) == ["S02-1"]


def test_a_silent_holder_is_named_with_since_when(office, line, till, clock):
    other = open_till(office, line, "S02")
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=70)
    till.push()
    spoke_ms = clock.ms
    clock.ms += 3_600_000

    other.sell(member_id="m1")
    other.push()

    (held,) = records(other, "S02")[-1].balance.held_elsewhere
    assert (held.holder, held.silent_since_ms) == (till.holder, spoke_ms)


def test_points_that_move_to_one_lane_are_told_to_the_other_lanes_of_the_store(office, line, till):
    lane = open_till(office, line, lane=2)
    till.say(MemberRegistered(member(1, "S02")))
    sold = till.next_origin()
    till.sell(member_id="m1", earn=70)
    till.say(RightsReleased("m1", (Spend(sold.part("grant", 1), 70),), "close"))
    till.push()
    lane.rights("m1", 50)

    (held,) = records(till)[-1].balance.held_elsewhere

    assert (held.holder, held.lane, held.points) == (lane.holder, 2, 50)


def test_two_stores_signing_up_one_phone_are_both_kept_and_put_up_for_a_merge(office, line, till):
    other = open_till(office, line, "S02")
    till.say(MemberRegistered(member(1, phone="+8619900000001")))
    other.say(MemberRegistered(member(2, "S02", phone="+8619900000001")))
    till.push()
    other.push()

    (candidate,) = rows_of(office, schema.merge_candidate)
    assert (candidate.member_id, candidate.other_id, candidate.state) == ("m2", "m1", "open")
    assert len(rows_of(office, schema.member)) == 2


def test_two_in_one_batch_with_one_phone_are_put_up_too(office, till):
    till.say(MemberRegistered(member(1, phone="+8619900000001")))
    till.say(MemberRegistered(member(2, phone="+8619900000001")))
    till.push()

    assert [(each.member_id, each.other_id) for each in rows_of(office, schema.merge_candidate)] == [("m2", "m1")]


def test_registering_the_same_person_again_keeps_the_first(office, till):
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(replace(member(1), name="别人")))
    till.push()

    assert [flag.code for flag in rows_of(office, schema.flag)] == ["member.exists"]
    assert records(till)[-1].member.name == "会员1"


def test_a_withdrawn_consent_reaches_the_store(till):
    consent = Consent(Purpose.CALL, True, "v3", 1, "s1", "screen")
    till.say(MemberRegistered(replace(member(1), consents=(consent,))))
    till.say(ConsentChanged("m1", replace(consent, granted=False, at_ms=2)))
    till.push()

    assert not records(till)[-1].member.agrees_to(Purpose.CALL)


def test_points_spent_are_off_the_published_balance(till):
    till.say(MemberRegistered(member(1)))
    seq = till.sell(member_id="m1", earn=500).seq
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{seq}/grant1", 200),))
    till.push()

    assert records(till)[-1].balance.points == 300


def call(till) -> Call:
    origin = till.next_origin()
    bought = (Bought(1, "奶粉", 1, "formula"),)
    return Call(origin.part("call", 1), "CABC", "m1", "S01", TODAY, TODAY + timedelta(days=3), bought)


@pytest.fixture
def due(till):
    till.say(MemberRegistered(member(1)))
    made = call(till)
    till.say(replace(till.sale(member_id="m1"), calls=(made,)))
    till.push()
    return made


def test_a_sale_makes_its_call_due_at_the_store(till, due):
    assert calls(till) == [due]


@pytest.mark.parametrize(
    ("outcome", "days", "state"),
    [
        (Outcome.FINE, None, CallState.DONE),
        (Outcome.NO_ANSWER, 1, CallState.DUE),
        (Outcome.NO_ANSWER, None, CallState.DROPPED),
        (Outcome.LATER, 5, CallState.DUE),
    ],
)
def test_an_outcome_moves_the_call_on(till, due, outcome, days, state):
    next_due_on = None if days is None else TODAY + timedelta(days=days)
    till.say(CallRecorded(due.call_id, "m1", outcome, "水温 40℃", "", next_due_on))
    till.push(3)

    newest = calls(till)[-1]

    assert (newest.state, newest.outcome, newest.note) == (state, outcome, "水温 40℃")
    assert newest.due_on == (next_due_on or due.due_on)
    assert (newest.attempts, newest.version) == (1, 2)


def test_what_was_put_right_reaches_every_store_that_knows_the_member(office, line, till):
    other = open_till(office, line, "S02")
    till.say(MemberRegistered(member(1)))
    till.push()
    other.sell(member_id="m1")
    other.push()
    child = Child("糖糖", TODAY)

    till.say(MemberAmended("m1", name="陈女士", initials="cns", children=(child,), phone="+8619900000009"))
    till.push()

    for store_id, one in (("S01", till), ("S02", other)):
        who = records(one, store_id)[-1].member
        assert (who.name, who.initials, who.children, who.phone) == ("陈女士", "cns", (child,), "+8619900000009")
    assert [row.phone for row in rows_of(office, schema.member)] == ["+8619900000009"]


def test_what_an_amendment_leaves_open_stays(till):
    till.say(MemberRegistered(member(1)))
    till.say(MemberAmended("m1", phone="+8619900000009"))
    till.push()

    assert records(till)[-1].member == replace(member(1), phone="+8619900000009")


def test_a_phone_that_somebody_has_makes_a_candidate_for_a_merge(office, till):
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(member(2)))
    till.push()
    till.say(MemberAmended("m2", phone=member(1).phone))
    till.push()

    assert [(each.member_id, each.other_id) for each in rows_of(office, schema.merge_candidate)] == [("m2", "m1")]


def test_a_replaced_card_is_the_members_at_every_store_and_the_first_of_two_stands(office, till):
    till.say(MemberRegistered(member(1)))
    till.say(CardReplaced("m1", member(1).card_no, "000099990042", 2, "ab" * 32))
    till.say(CardReplaced("m1", member(1).card_no, "000099990139", 2, "cd" * 32))
    till.push()

    who = records(till)[-1].member
    assert (who.card_no, who.card_version, who.code_key) == ("000099990042", 2, "ab" * 32)
    assert [row.card_no for row in rows_of(office, schema.member)] == ["000099990042"]


def test_an_amendment_of_somebody_who_is_not_known_yet_waits_for_them(office, line, till):
    other = open_till(office, line, "S02")
    other.say(MemberAmended("m1", name="陈女士"))
    other.push()
    till.say(MemberRegistered(member(1)))
    till.push()

    assert records(till)[-1].member.name == "陈女士"
