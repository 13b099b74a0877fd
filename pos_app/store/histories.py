"""What this terminal said of one member, out of its own log, by an index: nothing is searched through."""

from pos_app.domain.profile import Said
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.event_log import EventLogTable
from pos_app.store.rows import Rows


class HistoryTable:
    """Tables ``about_member`` and ``sale``, which lead to the events of a member."""

    def __init__(self, rows: Rows, log: EventLogTable, directory: DirectoryReader) -> None:
        self._rows = rows
        self._log = log
        self._directory = directory

    def of(self, member_id: str, after: int, limit: int) -> tuple[Said, ...]:
        """Return what was said of a member under any name, newest first: all after event ``after``, and ``limit``."""
        names = self._directory.names(member_id)
        found = marks(names)
        rows = self._rows.all(
            f"SELECT seq FROM sale WHERE member_id IN ({found})"
            f" UNION ALL SELECT seq FROM about_member WHERE member_id IN ({found}) ORDER BY seq DESC",
            *names,
            *names,
        )
        wanted = [seq for place, (seq,) in enumerate(rows) if seq > after or place < limit]
        return tuple(Said(seq, *self._log.fact(seq)) for seq in wanted)
