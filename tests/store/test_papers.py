import pytest

from pos_app.domain.print_jobs import JobState, NewPrintJob
from pos_app.errors import Refused
from tests.till_kit import new_till, open_kit


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path)
    yield till
    till.close()


def job(subject="0001", task="paper", printer="receipt", reprint_no=0):
    return NewPrintJob(printer, task, "{}", 1, subject, reprint_no)


def append(till, *jobs):
    with till.store.unit() as unit:
        return [unit.papers.append(one) for one in jobs]


def mark(till, job_id, *states):
    for state in states:
        with till.store.unit() as unit:
            unit.papers.mark(job_id, state, "x")


def test_jobs_wait_in_the_order_they_came_each_printer_and_task_apart(till):
    first, drawer, other, second = append(till, job("a"), job("a", "drawer"), job("b", printer="kitchen"), job("c"))

    with till.store.view() as unit:
        assert unit.papers.next_waiting("receipt", "paper").job_id == first
        assert unit.papers.next_waiting("receipt", "drawer").job_id == drawer
        assert unit.papers.next_waiting("kitchen", "paper").job_id == other
        assert [one.job_id for one in unit.papers.in_state("receipt", JobState.QUEUED)] == [first, drawer, second]
        assert unit.papers.next_waiting("label", "paper") is None


def test_a_printed_job_waits_no_more_and_can_still_be_read(till):
    (job_id,) = append(till, job("a"))

    mark(till, job_id, JobState.SENDING, JobState.PRINTED)

    with till.store.view() as unit:
        assert unit.papers.next_waiting("receipt", "paper") is None
        assert unit.papers.job(job_id).state is JobState.PRINTED
        assert [one.job_id for one in unit.papers.in_state("receipt", JobState.PRINTED)] == [job_id]
        assert unit.papers.counts("receipt") == {}


def test_the_rules_of_the_queue_hold_in_the_store(till):
    (job_id,) = append(till, job("a"))
    mark(till, job_id, JobState.SENDING, JobState.UNCERTAIN)

    with pytest.raises(Refused) as error:
        mark(till, job_id, JobState.SENDING)

    assert error.value.code == "print.state"
    with till.store.view() as unit:
        assert unit.papers.counts("receipt") == {JobState.UNCERTAIN: 1}


def test_a_job_that_was_being_sent_is_found_so_after_a_restart(tmp_path):
    till = new_till(tmp_path)
    (job_id,) = append(till, job("a"))
    mark(till, job_id, JobState.SENDING)
    till.close()

    again = open_kit(tmp_path)

    with again.store.view() as unit:
        assert [one.job_id for one in unit.papers.in_state("receipt", JobState.SENDING)] == [job_id]
    again.close()


def test_waiting_jobs_are_found_without_reading_the_printed_ones(till):
    with till.store.view():
        conn = till.store._database.conn
        sql = "SELECT job_id FROM print_job WHERE printer = ? AND state = 'queued' AND task = ? AND state <> 'printed'"
        plan = conn.execute(f"EXPLAIN QUERY PLAN {sql} ORDER BY job_id LIMIT 1", ["receipt", "paper"]).fetchall()

    assert any("print_open" in row[3] for row in plan)
