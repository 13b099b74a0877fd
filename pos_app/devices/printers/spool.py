"""Durable print queue with exactly-once intent: a job is durably ``sending`` before its first byte leaves.

The rules are those of ``pos_app.domain.print_jobs``.
"""

from collections.abc import Mapping
from typing import Protocol

from pos_app.domain.print_jobs import JobState, JobTask, NewPrintJob, PrintJob


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
