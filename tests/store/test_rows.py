"""What was read of ``till.db`` is kept, and never longer than it is true."""

import pytest

from tests.till_kit import grant, member, new_till

ANNA = member(1)


class ChangedMind(Exception):
    """A transaction is given up."""


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path)
    yield till
    till.close()


@pytest.fixture
def statements(till):
    heard = []
    till.store._database.conn.set_trace_callback(heard.append)
    return heard


def noted(till):
    with till.store.view() as unit:
        return unit.till.note("n")


def give_up(till):
    with till.store.unit() as unit:
        unit.till.remember("n", 2)
        unit.holdings.install([grant(1, ANNA, 300)])
        assert unit.till.note("n") == 2
        assert unit.holdings.of(ANNA.member_id)
        raise ChangedMind


def test_what_nobody_has_changed_is_read_once(till, statements):
    for _ in range(5):
        noted(till)

    assert len([each for each in statements if each.startswith("SELECT")]) == 1


def test_what_a_transaction_writes_it_reads_itself_and_so_does_the_next(till):
    seen = []
    for n in (1, 2):
        with till.store.unit() as unit:
            seen.append(unit.till.note("n"))
            unit.till.remember("n", n)
            seen.append(unit.till.note("n"))

    assert seen == [None, 1, 1, 2]
    assert noted(till) == 2


def test_what_was_given_up_was_never_read(till):
    with till.store.unit() as unit:
        unit.till.remember("n", 1)
    with pytest.raises(ChangedMind):
        give_up(till)

    with till.store.view() as unit:
        assert unit.holdings.of(ANNA.member_id) == []
    assert noted(till) == 1
