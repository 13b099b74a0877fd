"""Print jobs: what waits for a printer, the states it may take, and the rules that keep a job to one print.

1. A job is stored ``queued``, in the transaction of the fact that it prints.
2. It is durably ``sending`` before its first byte leaves.
3. What came out of it is ``printed``, ``uncertain`` or ``queued`` again (only when no byte can have left).
4. A job found ``sending`` after a crash becomes ``uncertain``. Nothing uncertain is ever printed by itself:
   a person says that it came out, or asks for a new job, which carries 补打.
5. A drawer pulse is a job of its own. It never waits and never repeats: it is ``printed`` or ``failed``.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

JobTask = Literal["paper", "drawer"]


class JobState(StrEnum):
    """Where a job is; the values are stored."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    PRINTED = "printed"
    FAILED = "failed"


NEXT: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.SENDING, JobState.FAILED}),
    JobState.SENDING: frozenset({JobState.PRINTED, JobState.UNCERTAIN, JobState.QUEUED, JobState.FAILED}),
    JobState.UNCERTAIN: frozenset({JobState.PRINTED, JobState.FAILED}),
    JobState.PRINTED: frozenset(),
    JobState.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class NewPrintJob:
    """A job before it has a number. ``paper_json`` is ``paper.to_json``; empty for a drawer pulse."""

    printer: str  # the queue, such as "receipt": one printer, one order
    task: JobTask
    paper_json: str
    created_at_ms: int
    subject: str = ""  # what it prints, for lists and reprints: a receipt number, a follow-up id
    reprint_no: int = 0  # 0 is the original, 1 the first 补打


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A stored job. ``detail`` is the error code of its last try, empty when there was none."""

    job_id: int
    job: NewPrintJob
    state: JobState = JobState.QUEUED
    detail: str = ""


def may_become(state: JobState, wanted: JobState) -> bool:
    """Say whether the rules let a job in ``state`` become ``wanted``."""
    return wanted in NEXT[state]


def after_crash(state: JobState, task: JobTask) -> JobState:
    """Return what a job is after the program was cut off in ``state``."""
    if state is JobState.SENDING:
        return JobState.UNCERTAIN if task == "paper" else JobState.FAILED
    if state is JobState.QUEUED and task == "drawer":
        return JobState.FAILED  # a drawer must not spring open at the next start
    return state
