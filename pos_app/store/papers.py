"""The durable print queue: filled inside a sale's transaction, worked off by the printer's spool."""

from collections.abc import Iterable, Mapping
from typing import cast

from pos_app.domain.print_jobs import JobState, JobTask, NewPrintJob, PrintJob, may_become
from pos_app.errors import Damaged, Refused
from pos_app.store.connection import Database

MAX_LISTED = 500
_COLUMNS = "job_id, printer, task, paper_json, created_at_ms, subject, reprint_no, state, detail"


class PaperTable:
    """Table ``print_job``."""

    def __init__(self, database: Database) -> None:
        self._conn = database.conn

    def append(self, job: NewPrintJob) -> int:
        """Store a job as ``queued`` and return its id; ids grow in printing order."""
        (job_id,) = self._conn.execute(
            "INSERT INTO print_job (printer, task, state, subject, reprint_no, created_at_ms, paper_json)"
            " VALUES (?, ?, 'queued', ?, ?, ?, ?) RETURNING job_id",
            [job.printer, job.task, job.subject, job.reprint_no, job.created_at_ms, job.paper_json],
        ).fetchone()
        return int(job_id)

    def job(self, job_id: int) -> PrintJob | None:
        """Return a stored job."""
        rows = self._conn.execute(f"SELECT {_COLUMNS} FROM print_job WHERE job_id = ?", [job_id])
        return next(iter(_jobs(rows)), None)

    def next_waiting(self, printer: str, task: JobTask) -> PrintJob | None:
        """Return the oldest ``queued`` job of this printer and task, or None."""
        rows = self._conn.execute(
            f"SELECT {_COLUMNS} FROM print_job"
            " WHERE printer = ? AND state = 'queued' AND task = ? AND state <> 'printed' ORDER BY job_id LIMIT 1",
            [printer, task],
        )
        return next(iter(_jobs(rows)), None)

    def in_state(self, printer: str, state: JobState) -> list[PrintJob]:
        """Return this printer's jobs in ``state``, oldest first, at most 500."""
        open_only = "" if state is JobState.PRINTED else " AND state <> 'printed'"
        rows = self._conn.execute(
            f"SELECT {_COLUMNS} FROM print_job WHERE printer = ? AND state = ?{open_only} ORDER BY job_id LIMIT ?",
            [printer, state.value, MAX_LISTED],
        )
        return _jobs(rows)

    def mark(self, job_id: int, state: JobState, detail: str = "") -> None:
        """Store a job's new state; raises Refused ``print.state`` where the rules do not let it."""
        job = self.job(job_id)
        if job is None:
            raise Damaged("print.job", job_id=job_id)
        if job.state is not state and not may_become(job.state, state):
            raise Refused("print.state", job_id=job_id, state=job.state.value, wanted=state.value)
        self._conn.execute("UPDATE print_job SET state = ?, detail = ? WHERE job_id = ?", [state.value, detail, job_id])

    def counts(self, printer: str) -> Mapping[JobState, int]:
        """Return how many jobs of this printer are in each state, printed ones left out."""
        rows = self._conn.execute(
            "SELECT state, count(*) FROM print_job WHERE printer = ? AND state <> 'printed' GROUP BY state", [printer]
        )
        return {JobState(state): count for state, count in rows}


def _jobs(rows: Iterable[tuple[int, str, str, str, int, str, int, str, str]]) -> list[PrintJob]:
    return [
        PrintJob(
            job_id,
            NewPrintJob(printer, cast("JobTask", task), paper_json, created_at_ms, subject, reprint_no),
            JobState(state),
            detail,
        )
        for job_id, printer, task, paper_json, created_at_ms, subject, reprint_no, state, detail in rows
    ]
