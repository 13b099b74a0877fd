"""Terminals of another age: the day of an older program is posted as it was then, one of a newer is kept."""

import json

import pytest

from head_office.store import schema
from pos_app.domain.events import SCHEMA_VERSION
from pos_app.sync.wire.upcast import VERSIONS_BACK
from tests.head_office.rig import balances, rows_of, trial_balance
from tests.sync.test_upcast import DATA, frozen


@pytest.mark.skipif(SCHEMA_VERSION - VERSIONS_BACK > 1, reason="version 1 is no longer read")
def test_a_day_of_a_version_1_till_is_posted_to_the_same_books(office, till):
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
