"""Terminals of another age: the day of an older program is posted as it was then, one of a newer is kept."""

import json

import pytest

from head_office.clients import set_min_client
from head_office.store import schema
from pos_app.domain.events import SCHEMA_VERSION, DayOpened, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.sync.wire.messages import PROTOCOL_VERSION
from pos_app.sync.wire.upcast import VERSIONS_BACK
from tests.head_office.rig import FakeTill, balances, be_restored, member, rows_of, trial_balance
from tests.head_office.test_days import close_of, sold_day
from tests.sync.test_upcast import DATA, frozen


@pytest.mark.skipif(SCHEMA_VERSION - VERSIONS_BACK > 1, reason="version 1 is no longer read")
def test_a_day_of_a_version_1_till_is_posted_to_the_same_books(office, till):
    be_restored(office)  # which is why it does not know the day's grant
    for body in frozen(1):
        till.say_raw(body)

    answer = till.push()

    assert {status.status for status in answer.statuses} == {"posted"}
    assert rows_of(office, schema.flag) == []
    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
    assert balances(office, "m1") == {("available", "m1", ""): 400, ("escrow", "m1", till.holder): 3_496}
    assert set(trial_balance(office).values()) == {0}


def test_the_chain_of_version_1_is_computed_as_it_was_then(till):
    hashes = [row["hash"] for row in json.loads((DATA / "events_v1.json").read_text("utf-8"))]

    assert [till.say_raw(body).hash.hex() for body in frozen(1)] == hashes


@pytest.mark.parametrize(
    ("version", "expected"),
    [(SCHEMA_VERSION + 1, ("deferred", "event.unknown")), (0, ("quarantined", "event.too_old"))],
)
def test_a_version_out_of_reach_is_kept_and_the_stream_goes_on(till, version, expected):
    body = json.loads(frozen(1)[0])
    till.say_raw(json.dumps(body | {"v": version}).encode())
    till.sell()

    first, second = till.push().statuses

    assert (first.status, first.code) == expected
    assert second.status == "posted"


def outdate(office, till: FakeTill) -> None:
    """Let head office ask for a newer program than the till's, and the till come back."""
    set_min_client(office, PROTOCOL_VERSION + 1)
    till.hello()


def with_points(till: FakeTill) -> FakeTill:
    """Let a member join, earn, and head office hold the points."""
    till.say(MemberRegistered(member(1)))
    earned = till.sell(member_id="m1", earn=300)
    till.say(RightsReleased("m1", (Spend(f"{till.holder}/{earned.seq}/grant1", 300),), "idle"))
    till.push()
    return till


def test_a_program_that_is_too_old_gets_no_new_rights_and_says_why(office, till):
    outdate(office, with_points(till))

    answer = till.rights("m1", 100)

    assert (answer.grants, answer.code) == ([], "rights.client_old")
    assert balances(office, "m1") == {("available", "m1", ""): 300}


def test_a_program_that_is_too_old_gets_no_float_either(office, till):
    outdate(office, till)

    with_points(till)
    till.hello()

    assert till.changes(till.shards[-1]) == []
    assert balances(office, "m1") == {("available", "m1", ""): 300}


def test_a_program_that_is_too_old_still_pushes_closes_its_day_and_hears_the_news(office, till):
    outdate(office, till)
    till.say(close_of(till, sold_day(till)))

    answer = till.push()

    assert {status.status for status in answer.statuses} == {"posted"}
    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
    assert "member" in {change.kind for change in till.changes("store:S01")}


def test_a_program_that_was_updated_gets_rights_again(office, till):
    outdate(office, with_points(till))
    till.protocol = PROTOCOL_VERSION + 1

    said = till.hello()

    assert said.min_client == PROTOCOL_VERSION + 1
    assert sum(change.kind == "grant" for change in till.changes(till.shards[-1])) == 1


def test_a_program_of_the_future_is_served(till):
    till.protocol = PROTOCOL_VERSION + 5

    assert till.hello().command == "go"
    till.say(DayOpened(1, 0))
    assert till.push().statuses[0].status == "posted"
