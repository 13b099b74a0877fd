"""Shifts, business days and their papers: at most one shift is open, and Z numbers never repeat."""

from datetime import date

from pos_app.domain.till import DayPaper, NewDayPaper, Shift
from pos_app.errors import Damaged
from pos_app.store.rows import Row, Rows

_COLUMNS = "shift_no, business_date, opened_seq, opened_at_ms, staff_id, float_minor, closed_seq, z_no"
_PAPER = "paper_no, kind, number, business_date, printed_at_ms, paper_job, reprints"


class DayTable:
    """Tables ``shift`` and ``day_paper``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn

    def open_shift(self) -> Shift | None:
        """Return the shift that is open."""
        return self._shift("WHERE closed_seq IS NULL")

    def last_shift(self) -> Shift | None:
        """Return the newest shift, open or closed."""
        return self._shift("ORDER BY shift_no DESC LIMIT 1")

    def first_shift(self, business_date: date) -> Shift | None:
        """Return the shift that a business date was opened with."""
        return self._shift("WHERE business_date = ? ORDER BY shift_no LIMIT 1", business_date.isoformat())

    def last_close(self) -> int:
        """Return the place of the newest Z in the log, 0 for none."""
        ((seq,),) = self._rows.all("SELECT coalesce(max(closed_seq), 0) FROM shift WHERE z_no IS NOT NULL")
        return int(seq)

    def open(self, shift: Shift) -> None:
        """Open a shift; the table refuses a second open one."""
        self._conn.execute(
            "INSERT INTO shift (shift_no, business_date, opened_seq, opened_at_ms, staff_id, float_minor)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                shift.shift_no,
                shift.business_date.isoformat(),
                shift.opened_seq,
                shift.opened_at_ms,
                shift.staff_id,
                shift.float_minor,
            ],
        )

    def close(self, shift_no: int, closed_seq: int, z_no: int | None) -> None:
        """Close a shift, with a Z unless it was handed over; raises Damaged ``day.row`` if it was not open."""
        changed = self._conn.execute(
            "UPDATE shift SET closed_seq = ?, z_no = ? WHERE shift_no = ? AND closed_seq IS NULL",
            [closed_seq, z_no, shift_no],
        )
        if changed.rowcount != 1:
            raise Damaged("day.row", shift_no=shift_no)

    def keep_paper(self, paper: NewDayPaper) -> None:
        """Keep which print job an X, shift or Z paper is."""
        self._conn.execute(
            "INSERT INTO day_paper (kind, number, business_date, printed_at_ms, paper_job) VALUES (?, ?, ?, ?, ?)",
            [paper.kind, paper.number, paper.business_date.isoformat(), paper.printed_at_ms, paper.paper_job],
        )

    def papers(self, limit: int) -> list[DayPaper]:
        """Return the newest papers, newest first."""
        rows = self._rows.all(f"SELECT {_PAPER} FROM day_paper ORDER BY paper_no DESC LIMIT ?", limit)
        return [_paper(row) for row in rows]

    def paper(self, paper_no: int) -> DayPaper | None:
        """Return one paper."""
        row = self._rows.one(f"SELECT {_PAPER} FROM day_paper WHERE paper_no = ?", paper_no)
        return None if row is None else _paper(row)

    def count_reprint(self, paper_no: int) -> int:
        """Count a copy of the paper and return how many there were."""
        (reprints,) = self._conn.execute(
            "UPDATE day_paper SET reprints = reprints + 1 WHERE paper_no = ? RETURNING reprints", [paper_no]
        ).fetchone()
        return int(reprints)

    def _shift(self, which: str, *values: str) -> Shift | None:
        row = self._rows.one(f"SELECT {_COLUMNS} FROM shift {which}", *values)
        if row is None:
            return None
        shift_no, business_date, opened_seq, opened_at_ms, staff_id, float_minor, closed_seq, z_no = row
        return Shift(
            shift_no,
            date.fromisoformat(business_date),
            opened_seq,
            opened_at_ms,
            staff_id,
            float_minor,
            closed_seq,
            z_no,
        )


def _paper(row: Row) -> DayPaper:
    paper_no, kind, number, business_date, printed_at_ms, paper_job, reprints = row
    kept = NewDayPaper(kind, number, date.fromisoformat(business_date), printed_at_ms, paper_job)
    return DayPaper(paper_no, kept, reprints)
