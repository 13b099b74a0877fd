"""Shifts and business days: at most one is open, and Z numbers never repeat."""

from datetime import date

from pos_app.domain.till import Shift
from pos_app.errors import Damaged
from pos_app.store.rows import Rows

_COLUMNS = "shift_no, business_date, opened_seq, opened_at_ms, staff_id, float_minor, closed_seq, z_no"


class DayTable:
    """Table ``shift``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn

    def open_shift(self) -> Shift | None:
        """Return the shift that is open."""
        return self._shift("WHERE closed_seq IS NULL")

    def last_shift(self) -> Shift | None:
        """Return the newest shift, open or closed."""
        return self._shift("ORDER BY shift_no DESC LIMIT 1")

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

    def close(self, shift_no: int, closed_seq: int, z_no: int) -> None:
        """Close a shift with its Z; raises Damaged ``day.row`` if it was not open."""
        changed = self._conn.execute(
            "UPDATE shift SET closed_seq = ?, z_no = ? WHERE shift_no = ? AND closed_seq IS NULL",
            [closed_seq, z_no, shift_no],
        )
        if changed.rowcount != 1:
            raise Damaged("day.row", shift_no=shift_no)

    def _shift(self, which: str) -> Shift | None:
        row = self._rows.one(f"SELECT {_COLUMNS} FROM shift {which}")
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
