"""Durable print queue with exactly-once intent: a job is durably ``sending`` before its first byte leaves.

The rules are those of ``pos_app.domain.print_jobs``. ``Spool.step`` is the whole machine and has no thread of its own;
``SpoolWorker`` runs it on one thread for each printer, so that a jam at one printer does not hold another.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.commit_points import CommitPoint, mark
from pos_app.devices.base import Delivery, DeviceState, DeviceStatus, Outcome, Transport
from pos_app.devices.printers.render import PrinterProfile, drawer_pulse, render
from pos_app.domain.paper import marked
from pos_app.domain.paper_json import from_json, to_json
from pos_app.domain.print_jobs import JobState, JobTask, NewPrintJob, PrintJob, after_crash
from pos_app.errors import Damaged, PosError, Refused, Unavailable

log = logging.getLogger(__name__)

RETRY_S = (1.0, 2.0, 4.0, 8.0, 15.0)  # waits between tries while the printer is not ready; the last one repeats
STALE_PULSE_MS = 20_000  # a drawer opens within this time of the request or not at all
LOOK_S = 15.0  # how often an idle printer is asked how it is


class PrintQueue(Protocol):
    """The durable side of the spool; the terminal keeps it in its database.

    Called from the spool's threads, each call blocks until its change is durable (an implementation hops to the
    lane that owns the connection). Raises Unavailable ``store.*`` when the disk does not take the change.
    """

    def append(self, job: NewPrintJob) -> int:
        """Store a job as ``queued`` and return its id; ids grow in printing order."""
        ...

    def next_waiting(self, printer: str, task: JobTask) -> PrintJob | None:
        """Return the oldest ``queued`` job of this printer and task, or None."""
        ...

    def in_state(self, printer: str, state: JobState) -> list[PrintJob]:
        """Return this printer's jobs in ``state``, oldest first, at most 500."""
        ...

    def mark(self, job_id: int, state: JobState, detail: str = "") -> None:
        """Store the job's new state and the code of what happened; durable on return."""
        ...

    def counts(self, printer: str) -> Mapping[JobState, int]:
        """Return how many jobs of this printer are in each state; printed ones may be left out."""
        ...


@dataclass(frozen=True, slots=True)
class PrinterState:
    """What the status bar says of a printer. ``detail`` is a code such as ``printer.paper_out``, empty when ready."""

    printer: str
    state: DeviceState
    detail: str
    waiting: int  # jobs that print by themselves once the printer is ready
    uncertain: int  # jobs that somebody must look for on paper

    def as_status(self) -> DeviceStatus:
        """Return the same for the status bar; the counts are among the facts."""
        name = "printer" if self.printer == "receipt" else f"printer.{self.printer}"
        return DeviceStatus(name, self.state, self.detail, {"waiting": self.waiting, "uncertain": self.uncertain})


class Spool:
    """Takes one printer's jobs from the queue to paper. Use from one thread, ``came_out`` and ``print_again`` from any.

    Args:
        on_state: called on the thread of ``step`` when the printer's state or its counts have changed.
        now_ms: the same clock that stamps ``created_at_ms`` of the jobs.
    """

    def __init__(
        self,
        printer: str,
        queue: PrintQueue,
        transport: Transport,
        profile: PrinterProfile,
        on_state: Callable[[PrinterState], None],
        now_ms: Callable[[], int],
    ) -> None:
        self.printer = printer
        self._queue = queue
        self._transport = transport
        self._profile = profile
        self._on_state = on_state
        self._now_ms = now_ms
        self._born_ms = now_ms()
        self._failures = 0
        self._unsaved: tuple[int, JobState, str] | None = None  # an outcome that the disk did not take yet
        self._told: PrinterState | None = None
        self._recovered = False

    def step(self) -> float:
        """Do the next thing and return the seconds until there is something to do again; 0 means at once.

        Blocks up to 10 s on a printer that stalls. Raises PosError when the queue cannot be read or written: nothing
        is lost or printed twice by calling ``step`` again later.
        """
        if not self._recovered:
            self._recover()
        self._save_outcome()
        pulse = self._queue.next_waiting(self.printer, "drawer")
        if pulse is not None:
            self._kick(pulse)
            return 0.0
        job = self._queue.next_waiting(self.printer, "paper")
        return self._look() if job is None else self._print(job)

    def warm_up(self) -> None:
        """Load the printer library, up to a second, so that the first receipt does not wait for it."""
        drawer_pulse(self._profile)

    def hurry(self) -> None:
        """Forget how often the printer was not ready: the next try comes at once."""
        self._failures = 0

    def came_out(self, job_id: int) -> None:
        """Record that a person holds the paper of an uncertain job.

        Raises:
            Refused: ``printer.not_uncertain`` when the job is none of these any more.
        """
        self._uncertain(job_id)
        self._queue.mark(job_id, JobState.PRINTED, "printer.seen")

    def print_again(self, job_id: int, notice: str, at_ms: int) -> int:
        """Queue an uncertain job once more, marked with ``notice`` (补打 and its count), and return the new job's id.

        Raises:
            Refused: ``printer.not_uncertain``.
            Damaged: ``paper.json`` when the stored paper cannot be read.
        """
        old = self._uncertain(job_id).job
        paper = to_json(marked(from_json(old.paper_json), notice))
        again = replace(old, paper_json=paper, created_at_ms=at_ms, reprint_no=old.reprint_no + 1)
        self._queue.mark(job_id, JobState.FAILED, "printer.printed_again")
        return self._queue.append(again)

    def _uncertain(self, job_id: int) -> PrintJob:
        for job in self._queue.in_state(self.printer, JobState.UNCERTAIN):
            if job.job_id == job_id:
                return job
        raise Refused("printer.not_uncertain", job_id=job_id)

    def _recover(self) -> None:
        """Settle what the last run of the program left behind."""
        for found in (JobState.SENDING, JobState.QUEUED):
            for job in self._queue.in_state(self.printer, found):
                now = after_crash(found, job.job.task)
                is_old = found is JobState.SENDING or job.job.created_at_ms < self._born_ms
                if is_old and now is not found:
                    self._queue.mark(job.job_id, now, "printer.interrupted")
        self._recovered = True

    def _print(self, job: PrintJob) -> float:
        try:
            data = render(from_json(job.job.paper_json), self._profile)
        except (Damaged, ValueError):
            log.exception("printer.unprintable printer=%s job=%s", self.printer, job.job_id)
            self._queue.mark(job.job_id, JobState.FAILED, "printer.unprintable")
            return 0.0
        try:
            link = self._transport.open()
        except Unavailable as error:
            return self._not_ready(error.code)
        with closing(link):
            self._queue.mark(job.job_id, JobState.SENDING)
            mark(CommitPoint.PAPER_SENDING_BEFORE_PRINT)
            delivery = link.deliver(data)
            mark(CommitPoint.PAPER_PRINTED_BEFORE_MARK)
        self._settle(job, delivery)
        if delivery.outcome is Outcome.FAILED:
            return self._not_ready(delivery.detail)
        self._failures = 0
        self.tell(DeviceState.RUNNING if delivery.outcome is Outcome.PRINTED else DeviceState.ERROR, delivery.detail)
        return 0.0

    def _kick(self, job: PrintJob) -> None:
        """Open the drawer now or never: nobody wants it to spring open later."""
        if self._now_ms() - job.job.created_at_ms > STALE_PULSE_MS:
            self._queue.mark(job.job_id, JobState.FAILED, "drawer.too_late")
            return
        self._queue.mark(job.job_id, JobState.SENDING)
        try:
            with closing(self._transport.open()) as link:
                delivery = link.deliver(drawer_pulse(self._profile), confirm=False)
        except Unavailable as error:
            delivery = Delivery(Outcome.FAILED, error.code)
        done = delivery.outcome is Outcome.PRINTED
        self._remember(job.job_id, JobState.PRINTED if done else JobState.FAILED, delivery.detail)
        self.tell(DeviceState.RUNNING if done else DeviceState.ERROR, delivery.detail)

    def _settle(self, job: PrintJob, delivery: Delivery) -> None:
        states = {
            Outcome.PRINTED: JobState.PRINTED,
            Outcome.UNCERTAIN: JobState.UNCERTAIN,
            Outcome.FAILED: JobState.QUEUED,
        }
        self._remember(job.job_id, states[delivery.outcome], delivery.detail)

    def _remember(self, job_id: int, state: JobState, detail: str) -> None:
        """Store an outcome. When the disk refuses, it is kept here and stored first of all in the next step."""
        self._unsaved = (job_id, state, detail)
        self._save_outcome()

    def _save_outcome(self) -> None:
        if self._unsaved is not None:
            self._queue.mark(*self._unsaved)
            self._unsaved = None

    def _look(self) -> float:
        """Ask an idle printer how it is, so that the status bar is right before somebody needs paper."""
        try:
            self._transport.open().close()
        except Unavailable as error:
            return self._not_ready(error.code)
        self._failures = 0
        self.tell(DeviceState.RUNNING, "")
        return LOOK_S

    def _not_ready(self, detail: str) -> float:
        wait_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        self.tell(DeviceState.ERROR, detail)
        return wait_s

    def tell(self, state: DeviceState, detail: str = "") -> None:
        """Report the printer's state with the queue's counts, the last known ones when the queue cannot be read."""
        if detail == "printer.unconfirmed":  # a printer that never answers is no fault to look at
            detail = ""
        try:
            counts = self._queue.counts(self.printer)
            waiting = counts.get(JobState.QUEUED, 0) + counts.get(JobState.SENDING, 0)
            uncertain = counts.get(JobState.UNCERTAIN, 0)
        except Unavailable:
            waiting, uncertain = (self._told.waiting, self._told.uncertain) if self._told else (0, 0)
        now = PrinterState(self.printer, state, detail, waiting, uncertain)
        if now == self._told:
            return
        if self._told is None or (state, detail) != (self._told.state, self._told.detail):
            log.info("printer.state printer=%s state=%s detail=%s waiting=%s", self.printer, state, detail, waiting)
        self._told = now
        self._on_state(now)


class SpoolWorker:
    """Runs one spool on a thread of its own. ``wake`` it when a job was stored; stopping takes one step at most."""

    def __init__(self, spool: Spool) -> None:
        self.name = "printer" if spool.printer == "receipt" else f"printer.{spool.printer}"
        self._spool = spool
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look at the queue now; from any thread, returns at once."""
        self._spool.hurry()
        self._wake.set()

    def stop(self) -> None:
        """Ask the thread to end; returns at once."""
        self._stopping.set()
        self._wake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        self._spool.tell(DeviceState.STARTING)
        is_warm = False
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait_s = self._spool.step()
                if wait_s and not is_warm and not self._stopping.is_set():
                    self._spool.warm_up()
                    is_warm = True
            except PosError as error:
                log.warning("printer.queue printer=%s code=%s", self._spool.printer, error.code)
                self._spool.tell(DeviceState.ERROR, error.code)
                wait_s = RETRY_S[-1]
            except Exception:  # the worker's outermost loop: the queue is durable, so going on is safe
                log.critical("printer.bug printer=%s", self._spool.printer, exc_info=True)
                self._spool.tell(DeviceState.ERROR, "printer.bug")
                wait_s = RETRY_S[-1]
            if not self._stopping.is_set():
                self._wake.wait(wait_s)
        self._spool.tell(DeviceState.STOPPED)
