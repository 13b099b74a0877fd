"""A receipt that this till did not print, or no longer has the right to: head office is asked while somebody waits."""

from pos_app.domain.returnable import Returnable
from pos_app.errors import Refused
from pos_app.sync.asking import ask
from pos_app.sync.station import Station
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
        answer = ask(self._station, asked, self._station.office.receipt)
        if answer.found is None:
            raise Refused(answer.code, receipt_no=receipt_no, held=tuple(answer.held))
        return answer.found
