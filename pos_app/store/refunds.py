"""Refunds said here: a slim row each; the whole fact stays in the log."""

from pos_app.domain.events import SaleRefunded
from pos_app.domain.till import TakenBack
from pos_app.errors import Damaged
from pos_app.store.event_log import EventLogTable
from pos_app.store.rows import Rows


class RefundTable:
    """Table ``refund``; the key is the running number of its paper."""

    def __init__(self, rows: Rows, log: EventLogTable) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._log = log

    def add(self, refund_n: int, taken: TakenBack, paper_job: int) -> None:
        """Keep a refund with the print job of its paper."""
        fact = taken.fact
        points = sum(line.points for line in fact.lines) + fact.deducted_points
        points -= sum(line.earned_points for line in fact.lines) if fact.member_id else 0
        self._conn.execute(
            "INSERT INTO refund (refund_n, refund_id, seq, sale_id, member_id, points, owed, paper_job)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [refund_n, fact.refund_id, taken.seq, fact.sale_id, fact.member_id, points, fact.owed_points, paper_job],
        )

    def with_id(self, refund_id: str) -> TakenBack | None:
        """Return the refund that was said under this identity."""
        row = self._rows.one("SELECT seq FROM refund WHERE refund_id = ?", refund_id)
        return None if row is None else self._taken(row[0])

    def of_sale(self, sale_id: str) -> list[TakenBack]:
        """Return what came back of a sale here, oldest first."""
        rows = self._rows.all("SELECT seq FROM refund WHERE sale_id = ? ORDER BY refund_n", sale_id)
        return [self._taken(seq) for (seq,) in rows]

    def _taken(self, seq: int) -> TakenBack:
        fact, at = self._log.fact(seq)
        if not isinstance(fact, SaleRefunded):
            raise Damaged("refund.row", seq=seq)
        return TakenBack(seq, fact, at.wall_utc_ms)
