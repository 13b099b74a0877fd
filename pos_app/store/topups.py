"""Top-ups and their refunds said here: which event each is; the whole fact stays in the log."""

from pos_app.domain.events import ToppedUp, TopUpRefunded
from pos_app.domain.till import SoldTopUp
from pos_app.errors import Damaged
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.event_log import EventLogTable
from pos_app.store.rows import Rows


class TopUpTable:
    """Tables ``topup`` and ``topup_refund``; the keys are the running numbers of their papers."""

    def __init__(self, rows: Rows, log: EventLogTable, directory: DirectoryReader) -> None:
        self._rows = rows
        self._log = log
        self._directory = directory

    def add(self, topup_n: int, topup_id: str, seq: int) -> None:
        """Keep a top-up."""
        self._rows.conn.execute("INSERT INTO topup (topup_n, topup_id, seq) VALUES (?, ?, ?)", [topup_n, topup_id, seq])

    def with_id(self, topup_id: str) -> SoldTopUp | None:
        """Return the top-up that was said under this identity."""
        row = self._rows.one("SELECT seq FROM topup WHERE topup_id = ?", topup_id)
        return None if row is None else self._sold(row[0])

    def of_member(self, member_id: str, limit: int) -> list[SoldTopUp]:
        """Return what was sold here to a member under any name, newest first."""
        names = self._directory.names(member_id)
        rows = self._rows.all(
            "SELECT topup.seq FROM about_member JOIN topup ON topup.seq = about_member.seq"
            f" WHERE member_id IN ({marks(names)}) ORDER BY topup.seq DESC LIMIT ?",
            *names,
            limit,
        )
        return [self._sold(seq) for (seq,) in rows]

    def add_refund(self, refund_n: int, refund_id: str, topup_id: str, seq: int) -> None:
        """Keep a refund of a top-up."""
        self._rows.conn.execute(
            "INSERT INTO topup_refund (refund_n, refund_id, topup_id, seq) VALUES (?, ?, ?, ?)",
            [refund_n, refund_id, topup_id, seq],
        )

    def refund(self, refund_id: str) -> TopUpRefunded | None:
        """Return the refund that was said under this identity."""
        row = self._rows.one("SELECT seq FROM topup_refund WHERE refund_id = ?", refund_id)
        return None if row is None else self._back(row[0])

    def refunds_of(self, topup_id: str) -> list[TopUpRefunded]:
        """Return what came back of a top-up, oldest first."""
        rows = self._rows.all("SELECT seq FROM topup_refund WHERE topup_id = ? ORDER BY refund_n", topup_id)
        return [self._back(seq) for (seq,) in rows]

    def _sold(self, seq: int) -> SoldTopUp:
        fact, at = self._log.fact(seq)
        if not isinstance(fact, ToppedUp):
            raise Damaged("topup.row", seq=seq)
        return SoldTopUp(seq, fact, at.wall_utc_ms, at.business_date)

    def _back(self, seq: int) -> TopUpRefunded:
        fact, _at = self._log.fact(seq)
        if not isinstance(fact, TopUpRefunded):
            raise Damaged("topup.row", seq=seq)
        return fact
