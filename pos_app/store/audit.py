"""The audit's way into the log: an index of what is not plain selling, so that a page is read and never the log."""

from datetime import date

from pos_app.domain.audit import AuditFilter, noted
from pos_app.domain.events import Circumstances, Fact
from pos_app.store.rows import Rows

MOST_OF_A_SUBJECT = 200


class AuditTable:
    """Table ``noted``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def note(self, seq: int, fact: Fact, at: Circumstances) -> None:
        """Remember where event ``seq`` is found, if an auditor would look for it."""
        found = noted(fact)
        if found is not None:
            self._rows.conn.execute(
                "INSERT OR REPLACE INTO noted (seq, part, business_date, staff_id, subject) VALUES (?, ?, ?, ?, ?)",
                [seq, found.part.value, at.business_date.isoformat(), at.staff_id, found.subject],
            )

    def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[int]:
        """Return the places of what is looked for, newest first, those before ``before`` only."""
        terms = {
            "business_date = ?": None if wanted.on is None else wanted.on.isoformat(),
            "staff_id = ?": wanted.staff_id or None,
            "part = ?": None if wanted.part is None else wanted.part.value,
            "subject = ?": wanted.subject or None,
            "seq < ?": before,
        }
        used = {term: value for term, value in terms.items() if value is not None}
        where = f"WHERE {' AND '.join(used)}" if used else ""
        rows = self._rows.all(f"SELECT seq FROM noted {where} ORDER BY seq DESC LIMIT ?", *used.values(), limit)
        return [seq for (seq,) in rows]

    def day_beside(self, on: date, *, later: bool) -> date | None:
        """Return the nearest business date with something noted, None where there is none."""
        order = "min(business_date) FROM noted WHERE business_date >" if later else (
            "max(business_date) FROM noted WHERE business_date <"
        )  # fmt: skip
        row = self._rows.one(f"SELECT {order} ?", on.isoformat())
        return None if row is None or row[0] is None else date.fromisoformat(row[0])

    def name_of(self, staff_id: str) -> str:
        """Return the name under which somebody signed in last, for those whom head office no longer publishes."""
        row = self._rows.one(
            "SELECT subject FROM noted JOIN event USING (seq) WHERE staff_id = ? AND part = 'people'"
            " AND kind IN ('staff_signed_in', 'staff_handed_over', 'staff_signed_out') ORDER BY seq DESC LIMIT 1",
            staff_id,
        )
        return "" if row is None else str(row[0])
