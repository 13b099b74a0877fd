"""Open the cash drawer without a sale: for change, for a check; always with a reason."""

from pos_app.domain.events import DrawerOpened
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.errors import Refused
from pos_app.services.ports import Unit
from pos_app.services.till import RECEIPT_PRINTER, TillSession

LONGEST_REASON = 60  # characters


class DrawerDesk:
    """Opens the drawer and says so."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def open(self, reason: str) -> None:
        """Queue the pulse that opens the drawer.

        Raises Refused ``drawer.needs_reason``, ``staff.nobody``, ``day.not_open``.
        """
        said = " ".join(reason.split())[:LONGEST_REASON]
        if not said:
            raise Refused("drawer.needs_reason")

        def open_drawer(unit: Unit) -> None:
            self._session.cashier()
            self._session.shift(unit)
            self._session.say(unit, DrawerOpened(said))
            unit.papers.append(NewPrintJob(RECEIPT_PRINTER, "drawer", "", self._session.clock.now_ms()))

        self._session.run(open_drawer)
