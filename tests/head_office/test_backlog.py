"""A backlog is stored at once and posted later, in its order; the books end the same."""

import threading

import pytest

from head_office.intake import POSTED_AT_ONCE, Intake
from head_office.postman import Postman
from head_office.report import report
from pos_app.domain.events import DayOpened, MemberRegistered
from pos_app.domain.ledger import Spend
from tests.head_office.rig import balances, member, open_till, trial_balance

MANY = POSTED_AT_ONCE * 2 + 7


def sell_many(till):
    """A day in which each redemption spends what the sale before it earned."""
    till.say(DayOpened(1, 50_000))
    till.say(MemberRegistered(member(1)))
    for n in range(MANY):
        gid = f"{till.next_origin()}/grant1"
        till.sell(member_id="m1", earn=10)
        if n % 3 == 0:
            till.sell(paid_minor=5_000, member_id="m1", spends=(Spend(gid, 4),))


def post_all(office):
    """Post slice by slice; return the lives in the order of their turns."""
    turns, life_no, posted = [], 0, 1
    while posted:
        life_no, posted = Intake(office).post_waiting(life_no)
        if posted:
            turns.append(life_no)
    return turns


def test_a_backlog_is_acknowledged_before_it_is_posted(office, till):
    sell_many(till)

    answer = till.push()

    assert answer.accepted_upto == len(till.log)
    assert {status.status for status in answer.statuses} == {"stored"}
    assert report(office)["events"] == {"waiting": len(till.log)}
    assert balances(office) == {}


def test_what_waited_is_posted_as_if_it_had_come_in_small_batches(office, till):
    sell_many(till)
    till.push()

    turns = post_all(office)

    assert len(turns) == 3
    assert report(office)["events"] == {"posted": len(till.log)}
    spent = 4 * len(range(0, MANY, 3))
    assert balances(office, "m1") == {("escrow", "m1", "S01-1/1.1"): 10 * MANY - spent}
    assert set(trial_balance(office).values()) == {0}


def test_what_comes_while_a_backlog_waits_waits_behind_it(office, till):
    sell_many(till)
    till.push()
    till.sell(member_id="m1", earn=1)

    answer = till.push(len(till.log))

    assert [status.status for status in answer.statuses] == ["stored"]
    post_all(office)
    assert report(office)["events"] == {"posted": len(till.log)}


def test_a_backlog_that_was_changed_on_the_way_is_found_when_it_is_posted(office, till):
    sell_many(till)
    event = till.log[150]
    till.log[150] = type(event)(
        event.seq, event.kind, event.schema_version, event.body + b" ", event.prev_hash, event.hash
    )
    till.push()

    post_all(office)

    assert report(office)["events"] == {"posted": len(till.log) - 1, "quarantined": 1}


def test_lives_take_turns(office, till, second_till):
    for each in (till, second_till):
        for _ in range(MANY):
            each.sell()
        each.push()

    turns = post_all(office)

    assert len(turns) == 6
    assert turns[:2] != turns[1:3]
    assert sorted(turns[:2]) == sorted(turns[2:4]) == sorted(turns[4:])


def test_the_postman_posts_what_a_push_left_behind(office, till):
    sell_many(till)
    pause = threading.Event()

    with Postman(office):
        till.push()
        for _ in range(600):
            if "waiting" not in report(office)["events"]:
                break
            pause.wait(0.1)

    assert report(office)["events"] == {"posted": len(till.log)}


@pytest.fixture
def second_till(office, line):
    return open_till(office, line, "S02")
