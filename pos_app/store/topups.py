"""Top-ups said here: which event each is; the whole fact stays in the log."""

from pos_app.domain.events import ToppedUp
from pos_app.errors import Damaged
from pos_app.store.event_log import EventLogTable
from pos_app.store.rows import Rows


class TopUpTable:
    """Table ``topup``; the key is the running number of its paper."""

    def __init__(self, rows: Rows, log: EventLogTable) -> None:
        self._rows = rows
        self._log = log

    def add(self, topup_n: int, topup_id: str, seq: int) -> None:
        """Keep a top-up."""
        self._rows.conn.execute("INSERT INTO topup (topup_n, topup_id, seq) VALUES (?, ?, ?)", [topup_n, topup_id, seq])

    def with_id(self, topup_id: str) -> ToppedUp | None:
        """Return the top-up that was said under this identity."""
        row = self._rows.one("SELECT seq FROM topup WHERE topup_id = ?", topup_id)
        if row is None:
            return None
        fact, _at = self._log.fact(row[0])
        if not isinstance(fact, ToppedUp):
            raise Damaged("topup.row", seq=row[0])
        return fact
