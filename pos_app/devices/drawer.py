"""Cash drawer on the printer's plug: each opening is a print job of its own, tried once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.print_jobs import NewPrintJob


class JobStore(Protocol):
    """Where jobs are stored durably."""

    def append(self, job: NewPrintJob) -> int:
        """Store a job as ``queued`` and return its id."""
        ...


@dataclass(frozen=True, slots=True)
class Drawer:
    """Opens the drawer that hangs on one printer. A drawer that does not open at once stays shut."""

    printer: str
    queue: JobStore
    wake: Callable[[], None]  # tells the spool that there is something to do
    now_ms: Callable[[], int]

    def open(self, subject: str) -> int:
        """Ask for one pulse and return its job id; ``subject`` is the receipt or the reason that it is for."""
        job_id = self.queue.append(NewPrintJob(self.printer, "drawer", "", self.now_ms(), subject))
        self.wake()
        return job_id
