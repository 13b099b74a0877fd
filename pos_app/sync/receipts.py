"""A receipt that this till did not print, or no longer has the right to: head office is asked while somebody waits."""

import msgspec

from pos_app.domain.returnable import Returnable
from pos_app.errors import Refused
from pos_app.sync.station import Station
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import ReceiptRequest


class ReceiptLookup:
    """Asks for receipts on the caller's thread, which must not be the db lane; terminal and epoch say who asks."""

    def __init__(self, station: Station, terminal_id: str, epoch: str) -> None:
        self._station = station
        self._terminal_id = terminal_id
        self._epoch = epoch

    def look(self, receipt_no: str) -> Returnable:
        """Return the sale of a receipt; blocks up to 10 s.

        Raises:
            Refused: ``receipt.not_at_office``, ``receipt.is_refund``, ``receipt.day_open {held}``: only the till that
                sold may take it back before it closes its day.
            Unavailable: no answer.
        """
        asked = ReceiptRequest("", self._terminal_id, self._epoch, receipt_no)
        try:
            return self._ask(asked)
        except Refused as error:
            if error.code != http.SESSION_UNKNOWN:
                raise
        return self._ask(asked)

    def _ask(self, asked: ReceiptRequest) -> Returnable:
        ticket = self._station.link.open()
        try:
            answer = self._station.office.receipt(msgspec.structs.replace(asked, session=ticket.session))
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            raise
        self._station.link.checked(answer, ticket)
        self._station.board.heard(answer.server_time_ms)
        if answer.found is None:
            raise Refused(answer.code, receipt_no=asked.receipt_no, held=tuple(answer.held))
        return answer.found
