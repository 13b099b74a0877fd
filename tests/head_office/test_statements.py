"""A member's points opened up for a till: lots and papers of every store, for stores that know the member only."""

import pytest

from head_office.statements import PAGE
from pos_app.domain.events import MemberRegistered
from pos_app.domain.ledger import Spend
from tests.head_office.rig import Refusal, member, open_till


@pytest.fixture
def other(office, line):
    return open_till(office, line, "S02")


def code_of(ask, *values):
    with pytest.raises(Refusal) as error:
        ask(*values)
    return error.value.code


def test_papers_of_every_store_are_told_newest_first_with_their_place(till, other):
    till.say(MemberRegistered(member(1)))
    first = till.sell(member_id="m1", earn=500)
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{first.seq}/grant1", 200),))
    till.push()
    other.sell(member_id="m1", earn=70)
    other.push()

    answer = till.statement("m1")

    assert sorted(one.entry.points for one in answer.entries) == [-200, 70, 500]
    assert {(one.store_name, one.lane) for one in answer.entries} == {("江南西店", 1), ("东山口店", 1)}
    assert all(one.entry.at.staff_id == "" for one in answer.entries)
    assert sum(lot.points for lot in answer.lots) == 370
    assert [lot.until for lot in answer.lots] == sorted(lot.until for lot in answer.lots)
    assert other.statement("m1").entries == answer.entries


def test_whoever_is_not_in_the_stores_directory_is_nobody_there(till, other):
    till.say(MemberRegistered(member(1)))
    till.push()

    assert code_of(other.statement, "m1") == "member.unknown"
    assert code_of(till.statement, "nobody") == "member.unknown"


def test_a_long_history_comes_in_pages_that_miss_nothing_and_repeat_nothing(till):
    till.say(MemberRegistered(member(1)))
    for _ in range(PAGE + 3):
        till.sell(member_id="m1", earn=7)
    till.push()

    first = till.statement("m1")
    second = till.statement("m1", first.next_before)

    seqs = [one.entry.seq for one in (*first.entries, *second.entries)]
    assert (len(first.entries), len(second.entries), second.next_before) == (PAGE, 3, "")
    assert (len(set(seqs)), seqs) == (PAGE + 3, sorted(seqs, reverse=True))


@pytest.mark.parametrize("before", ["x", "2026-11-22/1", "2026-11-22/1/9999999999999999999999", "2026-11-22/1/1 or 1"])
def test_a_made_up_place_is_refused(till, before):
    till.say(MemberRegistered(member(1)))
    till.push()

    assert code_of(till.statement, "m1", before) == "request.malformed"
