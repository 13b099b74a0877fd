"""A member's points at head office, opened up: asked page by page while somebody looks at the member."""

from pos_app.domain.statement import Statement, StatementEntry
from pos_app.sync.asking import ask
from pos_app.sync.station import Station
from pos_app.sync.wire.messages import StatementRequest

MOST_PAGES = 4


class StatementLookup:
    """Asks on the caller's thread, which must not be the db lane; terminal and epoch say who asks."""

    def __init__(self, station: Station, terminal_id: str, epoch: str) -> None:
        self._station = station
        self._terminal_id = terminal_id
        self._epoch = epoch

    def look(self, member_id: str) -> Statement:
        """Return a member's lots and newest entries; blocks up to 5 s a page, at most four pages.

        Raises Refused ``member.unknown`` for one whom this store does not know; Unavailable without an answer.
        """
        entries: list[StatementEntry] = []
        before = ""
        for _page in range(MOST_PAGES):
            asked = StatementRequest("", self._terminal_id, self._epoch, member_id, before)
            answer = ask(self._station, asked, self._station.office.statement)
            entries += answer.entries
            before = answer.next_before
            if not before:
                break
        return Statement(answer.server_time_ms, tuple(answer.lots), tuple(entries), is_whole=not before)
