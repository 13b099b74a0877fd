"""Points asked for while the customer waits: head office gives the exact amount, and it becomes a holding here."""

import msgspec

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.ledger import Asset
from pos_app.errors import Refused
from pos_app.sync.station import Station
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import RightsRequest


class RightsDesk:
    """Asks for rights on the caller's thread, which must not be the db lane.

    Args:
        terminal_id: who asks. ``epoch``: in which life.
    """

    def __init__(self, station: Station, terminal_id: str, epoch: str) -> None:
        self._station = station
        self._terminal_id = terminal_id
        self._epoch = epoch

    def request(
        self, member_id: str, amount: int, request_no: int, *, asset: Asset = Asset.POINTS, lot: str = ""
    ) -> int:
        """Ask for ``amount`` of an asset and return how much of it came and is installed; blocks up to 10 s.

        Head office answers the same ``request_no`` the same way, so that a lost answer may be asked for again; the
        grants also come by the feed, and whichever comes second changes nothing.

        Raises:
            Refused: head office's reason, with ``available`` (what it could give) and ``held`` (who has the rest).
            Unavailable: no answer; the grants may still come.
        """
        assert amount > 0, amount
        asked = RightsRequest("", self._terminal_id, self._epoch, request_no, member_id, amount, asset, lot)
        try:
            return self._ask(asked)
        except Refused as error:
            if error.code != http.SESSION_UNKNOWN:
                raise
        return self._ask(asked)

    def _ask(self, asked: RightsRequest) -> int:
        ticket = self._station.link.open()
        asked = msgspec.structs.replace(asked, session=ticket.session)
        try:
            answer = self._station.office.rights(asked)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            raise
        self._station.link.checked(answer, ticket)
        self._station.board.heard(answer.server_time_ms)
        if not answer.grants:
            held = tuple(answer.held)
            raise Refused(answer.code or "rights.none", available=answer.available, wanted=asked.amount, held=held)
        mark(CommitPoint.RIGHTS_ANSWERED_BEFORE_INSTALL)
        self._station.till.holdings.install_grants(ticket.incarnation, answer.grants)
        return sum(grant.amount for grant in answer.grants)
