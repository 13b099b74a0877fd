"""Push: stored durably, posted exactly once, never stopped by one bad event."""

import pytest

from head_office.store import schema
from pos_app.domain.events import DayOpened, MemberRegistered
from pos_app.domain.ledger import Spend
from tests.head_office.rig import Refusal, balances, member, rows_of, trial_balance


def test_a_day_with_sales_is_posted_and_balances(office, till):
    till.say(DayOpened(1, 50_000))
    till.say(MemberRegistered(member(1)))
    till.sell(member_id="m1", earn=700)
    gid = till.next_origin()
    till.sell(paid_minor=5_000, member_id="m1", spends=(Spend("S01-1/1.1/3/grant1", 200),))

    answer = till.push()

    assert [status.status for status in answer.statuses] == ["posted"] * 4, answer.statuses
    assert answer.accepted_upto == 4
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
