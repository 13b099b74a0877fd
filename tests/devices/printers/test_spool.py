"""The durable queue: printed once, never silently twice, whatever happens between two steps."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.devices.base import DeviceState
from pos_app.devices.drawer import Drawer
from pos_app.devices.printers.mechanism import Mechanism
from pos_app.devices.printers.render import PROFILES
from pos_app.devices.printers.simulated import SimulatedTransport
from pos_app.devices.printers.spool import LOOK_S, RETRY_S, Spool, SpoolWorker
from pos_app.domain.paper import Paper, Text
from pos_app.domain.paper_json import to_json
from pos_app.domain.print_jobs import JobState, NewPrintJob, PrintJob, may_become
from pos_app.errors import Refused, Unavailable

PROFILE = PROFILES["80mm"]
NOW_MS = 1_795_000_000_000


class Killed(BaseException):
    """The program was killed here."""


class MemoryQueue:
    """The queue's contract in memory: refuses what the rules forbid, and fails on demand like a full disk."""

    def __init__(self):
        self.jobs = {}
        self.full_after = None  # marks that still succeed before the disk is full
        self.marks = []
        self.kill_at = None  # the points, before and after each change, that are still lived through

    def live(self):
        if self.kill_at is not None:
            self.kill_at -= 1
            if self.kill_at < 0:
                self.kill_at = None
                raise Killed

    def append(self, job):
        job_id = len(self.jobs) + 1
        self.jobs[job_id] = PrintJob(job_id, job)
        return job_id

    def next_waiting(self, printer, task):
        waiting = self.in_state(printer, JobState.QUEUED)
        return next((job for job in waiting if job.job.task == task), None)

    def in_state(self, printer, state):
        return [job for job in self.jobs.values() if job.job.printer == printer and job.state is state]

    def mark(self, job_id, state, detail=""):
        if self.full_after == 0:
            raise Unavailable("store.full")
        if self.full_after is not None:
            self.full_after -= 1
        self.live()
        old = self.jobs[job_id]
        assert may_become(old.state, state), (old.state, state)
        self.jobs[job_id] = PrintJob(job_id, old.job, state, detail)
        self.marks.append((job_id, state))
        self.live()

    def counts(self, printer):
        return {state: len(self.in_state(printer, state)) for state in JobState}

    def states(self):
        return [job.state.value for job in self.jobs.values()]


class Bench:
    """A spool on a simulated printer."""

    def __init__(self):
        self.queue = MemoryQueue()
        self.mechanism = Mechanism(PROFILE.dots)
        self.said = []
        self.now_ms = NOW_MS
        self.restart()

    def restart(self):
        """Start the program again: a new spool on what the queue and the printer hold."""
        transport = SimulatedTransport(self.mechanism)
        self.spool = Spool("receipt", self.queue, transport, PROFILE, self.said.append, self.tick)

    def tick(self):
        self.now_ms += 1
        return self.now_ms

    def want(self, text):
        paper = to_json(Paper("receipt", text, (Text(text),)))
        return self.queue.append(NewPrintJob("receipt", "paper", paper, self.now_ms, subject=text))

    def kick(self):
        return Drawer("receipt", self.queue, lambda: None, self.tick).open("sale")

    def papers(self):
        return [" ".join(line.strip() for line in paper.lines() if line) for paper in self.mechanism.papers]

    def run(self, most=50):
        """Step until there is nothing to do now."""
        for _ in range(most):
            wait_s = self.spool.step()
            if wait_s > 0:
                return wait_s
        raise AssertionError("the spool never rests")


@pytest.fixture
def bench():
    return Bench()


def test_jobs_are_printed_in_order_once(bench):
    for text in "ABC":
        bench.want(text)

    bench.run()

    assert bench.papers() == ["A", "B", "C"]
    assert bench.queue.states() == ["printed"] * 3


def test_a_job_is_durably_sending_before_its_first_byte(bench):
    bench.want("A")
    bench.queue.full_after = 0

    with pytest.raises(Unavailable):
        bench.run()

    assert bench.queue.states() == ["queued"]
    assert bench.papers() == []


@pytest.mark.parametrize("fault", ["unplugged", "paper_out", "cover_open", "offline", "mute", "nonsense"])
def test_a_job_waits_for_the_printer_and_is_printed_when_it_is_back(bench, fault):
    bench.want("A")
    bench.mechanism.set_fault(fault)
    wait_s = bench.run()

    bench.mechanism.repair()
    bench.run()

    assert wait_s == RETRY_S[0]
    assert bench.papers() == ["A"]
    assert bench.queue.states() == ["printed"]


def test_tries_are_made_less_and_less_often(bench):
    bench.want("A")
    bench.mechanism.set_fault("offline")

    waits = [bench.spool.step() for _ in range(7)]

    assert waits == [*RETRY_S, RETRY_S[-1], RETRY_S[-1]]


def test_the_state_tells_what_is_wrong_and_how_many_wait(bench):
    bench.mechanism.set_fault("paper_out")
    bench.want("A")
    bench.want("B")
    bench.run()

    bench.mechanism.repair()
    bench.run()

    assert (bench.said[0].state, bench.said[0].detail, bench.said[0].waiting) == (
        DeviceState.ERROR,
        "printer.paper_out",
        2,
    )
    assert (bench.said[-1].state, bench.said[-1].detail, bench.said[-1].waiting) == (DeviceState.RUNNING, "", 0)


def test_an_idle_printer_is_asked_how_it_is(bench):
    assert bench.run() == LOOK_S
    bench.mechanism.set_fault("cover_open")

    bench.run()

    assert [state.detail for state in bench.said] == ["", "printer.cover_open"]


@pytest.mark.parametrize("fault", ["reset_after", "cut_after", "paper_ends_after"])
def test_a_job_cut_off_in_the_middle_is_uncertain_and_never_sent_again(bench, fault):
    bench.want("A")
    bench.mechanism.set_fault(fault, after=8)
    bench.run()

    bench.mechanism.repair()
    bench.restart()
    bench.run()

    assert bench.queue.states() == ["uncertain"]
    assert bench.queue.marks.count((1, JobState.SENDING)) == 1


def test_an_uncertain_job_does_not_hold_up_the_next(bench):
    bench.want("A")
    bench.want("B")
    bench.mechanism.set_fault("cut_after", after=8)

    bench.run()

    assert bench.queue.states() == ["uncertain", "printed"]
    assert bench.papers()[-1] == "B"


def test_what_was_being_sent_when_the_program_died_is_uncertain(bench):
    job_id = bench.want("A")
    bench.queue.mark(job_id, JobState.SENDING)

    bench.restart()
    bench.run()

    assert bench.queue.states() == ["uncertain"]
    assert bench.papers() == []


def test_an_outcome_that_the_disk_did_not_take_is_stored_later_and_nothing_printed_twice(bench):
    bench.want("A")
    bench.queue.full_after = 1
    with pytest.raises(Unavailable):
        bench.run()

    bench.queue.full_after = None
    bench.run()

    assert bench.queue.states() == ["printed"]
    assert bench.papers() == ["A"]


def test_a_person_who_holds_the_paper_ends_the_doubt(bench):
    job_id = bench.want("A")
    bench.mechanism.set_fault("cut_after", after=8)
    bench.run()

    bench.spool.came_out(job_id)

    assert bench.queue.states() == ["printed"]


def test_printing_again_is_marked_and_counted(bench):
    job_id = bench.want("A")
    bench.mechanism.set_fault("cut_after", after=2)
    bench.run()

    again = bench.spool.print_again(job_id, "补打 1", NOW_MS + 5)
    bench.run()

    assert bench.queue.states() == ["failed", "printed"]
    assert bench.queue.jobs[again].job.reprint_no == 1
    assert "补打 1" in bench.papers()[-1]


def test_only_uncertain_jobs_can_be_settled_by_a_person(bench):
    job_id = bench.want("A")
    bench.run()

    with pytest.raises(Refused) as refusal:
        bench.spool.print_again(job_id, "补打 1", NOW_MS)

    assert refusal.value.code == "printer.not_uncertain"


def test_a_paper_that_cannot_be_read_is_put_aside_and_the_next_is_printed(bench, expect_log):
    expect_log("printer.unprintable")
    bench.queue.append(NewPrintJob("receipt", "paper", "{broken", NOW_MS))
    bench.want("B")

    bench.run()

    assert bench.queue.states() == ["failed", "printed"]
    assert bench.papers() == ["B"]


def test_the_drawer_opens_once(bench):
    bench.kick()

    bench.run()

    assert bench.mechanism.pulses == [2]
    assert bench.queue.states() == ["printed"]


def test_the_drawer_does_not_wait_behind_paper(bench):
    bench.want("A")
    bench.kick()

    bench.spool.step()

    assert bench.mechanism.pulses == [2]
    assert bench.papers() == []


@pytest.mark.parametrize("fault", ["unplugged", "offline", "paper_out"])
def test_a_drawer_that_cannot_open_now_stays_shut_later(bench, fault):
    bench.mechanism.set_fault(fault)
    bench.kick()
    bench.run()

    bench.mechanism.repair()
    bench.run()

    assert bench.mechanism.pulses == []
    assert bench.queue.states() == ["failed"]


def test_a_drawer_asked_for_before_a_crash_stays_shut_after_it(bench):
    bench.kick()

    bench.restart()
    bench.run()

    assert bench.mechanism.pulses == []


def test_a_drawer_asked_for_long_ago_stays_shut(bench):
    bench.run()
    bench.kick()
    bench.now_ms += 60_000

    bench.run()

    assert bench.mechanism.pulses == []


FAULTS = st.sampled_from(["", "offline", "paper_out", "cut_after", "reset_after", "paper_ends_after", "mute", "crash"])


@given(st.lists(st.tuples(FAULTS, st.integers(0, 60)), max_size=8))
def test_no_paper_comes_out_twice_and_none_is_lost_without_a_question(history):
    bench = Bench()
    for number, (fault, at) in enumerate(history):
        bench.want(f"paper{number}")
        if fault == "crash":
            bench.restart()
        elif fault:
            bench.mechanism.set_fault(fault, after=at)
        bench.run()
        bench.mechanism.repair()
    bench.restart()
    bench.run()

    whole = [text for text in bench.papers() if text.startswith("paper")]
    certain = [f"paper{job_id - 1}" for job_id, job in bench.queue.jobs.items() if job.state is JobState.PRINTED]
    assert set(bench.queue.states()) <= {"printed", "uncertain"}
    for text in certain:
        assert sum(text in paper.split() for paper in whole) == 1


@given(st.lists(st.integers(0, 12), max_size=6), st.sampled_from(["", "cut_after", "reset_after"]))
def test_killed_anywhere_it_prints_once_or_asks(kills, fault):
    bench = Bench()
    for number in range(4):
        bench.want(f"paper{number}")
    bench.kick()
    if fault:
        bench.mechanism.set_fault(fault, after=30)
    for kill in [*kills, None]:
        bench.queue.kill_at = kill
        try:
            bench.run()
        except Killed:
            bench.restart()

    printed = [word for paper in bench.papers() for word in paper.split()]
    assert set(bench.queue.states()) <= {"printed", "uncertain", "failed"}
    assert len(bench.mechanism.pulses) <= 1
    assert all(printed.count(f"paper{number}") <= 1 for number in range(4))
    for job in bench.queue.jobs.values():
        if job.job.task == "paper" and job.state is JobState.PRINTED:
            assert printed.count(job.job.subject) == 1


def wait_for(claim, seconds=5.0):
    """Wait for another thread."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.005)):
        if claim():
            return True
        pause.wait(0.005)
    return False


def test_the_worker_prints_when_woken_and_stops_at_once(bench):
    worker = SpoolWorker(bench.spool)
    worker.start()
    assert wait_for(lambda: bench.said and bench.said[-1].state is DeviceState.RUNNING)

    bench.want("A")
    worker.wake()
    printed = wait_for(lambda: bench.papers() == ["A"])
    worker.stop()

    assert printed
    assert worker.join(2.0)
    assert bench.said[0].state is DeviceState.STARTING
    assert bench.said[-1].state is DeviceState.STOPPED


def test_the_worker_survives_a_full_disk(bench, expect_log):
    expect_log("printer.queue")
    bench.want("A")
    bench.queue.full_after = 0
    worker = SpoolWorker(bench.spool)
    worker.start()
    assert wait_for(lambda: any(state.detail == "store.full" for state in bench.said))

    bench.queue.full_after = None
    worker.wake()

    assert wait_for(lambda: bench.papers() == ["A"])
    worker.stop()
    assert worker.join(2.0)


def test_a_jam_at_one_printer_does_not_hold_another(bench):
    slips = Mechanism(PROFILE.dots)
    other = Spool("slips", bench.queue, SimulatedTransport(slips), PROFILE, bench.said.append, lambda: NOW_MS)
    bench.mechanism.set_fault("jammed")
    bench.want("A")
    bench.queue.append(NewPrintJob("slips", "paper", to_json(Paper("slip", "B", (Text("B"),))), NOW_MS))

    bench.run()
    while other.step() == 0:
        pass

    assert [paper.lines() for paper in slips.papers] == [["B"]]
    assert bench.queue.states() == ["queued", "printed"]
