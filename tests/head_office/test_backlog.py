"""A backlog is stored at once and posted later, in its order; the books end the same."""

import threading

import pytest

from head_office import recovery
from head_office.fencing import Declared, fence
from head_office.intake import POSTED_AT_ONCE, Intake
from head_office.postman import Postman
from head_office.report import report
from head_office.store import schema
from head_office.store_days import StoreDays
from pos_app.domain.events import DayOpened, MemberRegistered
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.refunds import lot_of
from pos_app.errors import Refused
from tests.head_office.restoring import backed_up
from tests.head_office.rig import TODAY, balances, member, open_till, rows_of, trial_balance
from tests.head_office.test_recovery import put_back
from tests.head_office.test_refunds import bring_back, close_day, open_day, sell

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


def test_a_fence_posts_first_what_was_said_in_time(office, till):
    sell_many(till)
    till.push()

    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))

    spent = 4 * len(range(0, MANY, 3))
    assert report(office)["events"] == {"posted": len(till.log)}
    assert report(office)["risk"] == {}
    assert balances(office, "m1") == {("available", "m1", ""): 10 * MANY - spent}


def test_a_day_is_neither_lost_nor_sealed_nor_not_trading_while_its_facts_wait(office, line, till):
    days = StoreDays(office)
    open_day(till)
    till.push()
    for _ in range(POSTED_AT_ONCE):
        till.sell()
    close_day(till)
    till.push(2)
    open_till(office, line)  # replaces it: nothing more comes of the older life

    assert [lane.status for lane in days.look("S01", TODAY).lanes] == ["open"]
    with pytest.raises(Refused, match=r"day\.backlog"):
        days.seal("S01", TODAY, "lin", "zhao")
    with pytest.raises(Refused, match=r"day\.backlog"):
        days.not_trading("S01", 1, TODAY, "lin")
    assert days.seal_due(0, "lin") == []

    post_all(office)

    assert [lane.status for lane in days.look("S01", TODAY).lanes] == ["closed"]
    assert days.seal("S01", TODAY, "lin").late == ()


def test_while_the_close_waits_the_right_to_take_back_is_still_the_sellers(office, till, second_till):
    open_day(till)
    sale, _ = sell(till)
    till.push()
    for _ in range(POSTED_AT_ONCE):
        till.sell()
    close_day(till)
    till.push(3)
    lot = lot_of(sale.sale_id, 1)

    waiting = second_till.rights("", 1, asset=Asset.REFUND, lot=lot)
    post_all(office)

    assert (waiting.code, [held.lane for held in waiting.held]) == ("rights.short", [1])
    assert second_till.rights("", 1, asset=Asset.REFUND, lot=lot).code == ""


def test_a_refund_waits_for_a_sale_that_waits_and_follows_it(office, till, second_till):
    sale, sold_as = sell(till, 1)
    for _ in range(POSTED_AT_ONCE):
        till.sell()
    till.push()
    second_till.say(bring_back(second_till, sale, sold_as))

    (status,) = second_till.push().statuses
    post_all(office)

    assert (status.status, status.code) == ("deferred", "event.waits")
    assert [row.code for row in rows_of(office, schema.posting) if row.kind == "sale_refunded"] == ["refund.no_right"]


def test_a_recovery_ends_only_when_what_is_here_is_posted(office, till):
    with put_back(office, backed_up(office), till) as restored:
        for _ in range(POSTED_AT_ONCE + 1):
            till.sell()
        till.hello()
        till.hello()
        till.push()
        open_till(restored, till.line)  # its life is superseded, and the new one has nothing to say

        assert report(restored)["recovery"]["ended_at_ms"] is None
        with pytest.raises(Refused, match=r"recovery\.busy"):
            recovery.end_by(restored, "Chen", "Liu")
        post_all(restored)

        assert report(restored)["recovery"]["ended_by"] == "itself"
