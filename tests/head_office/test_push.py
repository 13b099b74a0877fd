"""Push: stored durably, posted exactly once, never stopped by one bad event."""

import random

import pytest
import sqlalchemy as sa

from head_office.intake import POSTED_AT_ONCE, Intake
from head_office.store import schema
from pos_app.domain.events import BasketVoided, DayOpened, MemberRegistered
from pos_app.domain.ledger import Spend
from pos_app.sync.wire.messages import PushAnswer
from tests.head_office.rig import Refusal, balances, member, rows_of, trial_balance


def test_a_day_with_sales_is_posted_and_balances(office, till):
    till.say(DayOpened(1, 50_000))
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=700)
    gid = till.next_origin()
    till.sell(paid_minor=5_000, member_id="m1", spends=(Spend("S01-1/1.1/3/grant1", 200),))

    answer = till.push()

    assert [status.status for status in answer.statuses] == ["posted"] * 4, answer.statuses
    assert (answer.accepted_upto, answer.stable_upto) == (4, 0)  # no copy exists off this machine yet
    assert set(trial_balance(office).values()) == {0}
    assert balances(office, "m1") == {("escrow", "m1", "S01-1/1.1"): 500}
    assert gid.seq == 4


def test_sending_a_batch_again_changes_nothing(office, till):
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=700)
    till.push()
    before = balances(office)

    answer = till.push()

    assert [status.status for status in answer.statuses] == ["duplicate"] * 2
    assert balances(office) == before
    assert len(rows_of(office, schema.inbox)) == 2


def test_a_gap_is_refused_and_stores_nothing(office, till):
    for _ in range(3):
        till.sell()

    with pytest.raises(Refusal) as refused:
        till.push(2)

    assert (refused.value.status, refused.value.code) == (409, "push.gap")
    assert rows_of(office, schema.inbox) == []


def test_another_event_at_a_known_place_is_a_fork_and_says_so(office, till):
    till.sell()
    till.sell()
    till.push()
    twin = till.log[:1]
    till.log[:] = twin
    till.sell(paid_minor=777)

    with pytest.raises(Refusal) as refused:
        till.push()

    assert (refused.value.status, refused.value.code) == (409, "push.fork")


def test_a_batch_that_follows_another_history_is_a_fork(office, till):
    till.sell()
    till.push()
    till.log[:] = []
    till.sell(paid_minor=777)
    till.sell()

    with pytest.raises(Refusal) as refused:
        till.push(2)

    assert refused.value.code == "push.fork"


@pytest.mark.parametrize("seed", range(6))
def test_cut_doubled_and_reordered_batches_leave_the_same_books(office, till, seed):
    chance = random.Random(seed)
    till.say(DayOpened(1, 50_000))
    till.say(MemberRegistered(member(1)))
    for _ in range(30):
        earned = till.log[-1].seq
        till.sell(member_id="m1", earn=100 + earned)
    accepted = 0
    while accepted < len(till.log):
        first = chance.randint(1, len(till.log))
        try:
            accepted = till.push(first, min(len(till.log), first + chance.randint(0, 9))).accepted_upto
        except Refusal as refusal:
            assert refusal.code == "push.gap"  # noqa: PT017 - gaps are what reordering makes
            continue

    posted = rows_of(office, schema.posting)
    earned = sum(range(102, 132))
    assert sorted(row.seq for row in posted) == list(range(1, 33))
    assert balances(office, "m1") == {("escrow", "m1", till.holder): earned}
    assert len({row.transfer_id for row in rows_of(office, schema.transfer)}) == 1 + 2 * 30
    assert set(trial_balance(office).values()) == {0}


def test_an_answer_that_got_lost_changes_nothing_when_asked_again(office, till):
    for _ in range(3):
        till.sell()
    first = till.push()
    till.hello()

    again = till.push()

    assert again.accepted_upto == first.accepted_upto == 3
    assert {status.status for status in again.statuses} == {"duplicate"}


def test_a_request_of_another_session_is_refused(office, line, till):
    till.sell()
    stale = till.batch(1, 1)
    till.hello()

    with pytest.raises(Refusal) as refused:
        till.ask("/v1/push", stale, PushAnswer)

    assert (refused.value.status, refused.value.code) == (401, "session.unknown")
    assert till.push().accepted_upto == 1


def test_too_many_events_are_refused_as_a_request(till):
    for _ in range(501):
        till.say(BasketVoided("s", 1, 1))

    with pytest.raises(Refusal) as refused:
        till.push()

    assert (refused.value.status, refused.value.code) == (413, "request.too_large")
    assert till.push(1, 500).accepted_upto == 500


def test_a_full_batch_is_stored_and_posted_with_few_statements(office, till):
    for n in range(POSTED_AT_ONCE):
        till.say(MemberRegistered(member(n)))
    till.push()
    for n in range(400):
        till.sell(member_id=f"m{n % POSTED_AT_ONCE}", earn=70)
    statements = []
    listen = sa.event.listen
    listen(office.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    answer = till.push(POSTED_AT_ONCE + 1)
    to_store = len(statements)
    _life_no, posted = Intake(office).post_waiting()

    assert {status.status for status in answer.statuses} == {"stored"}
    assert posted == POSTED_AT_ONCE
    assert to_store < 10, statements
    assert len(statements) - to_store < 43, statements[to_store:]
