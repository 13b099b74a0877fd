"""Open the cash drawer without a sale: for change, for a check; always with a reason."""

from pos_app.domain.events import KIND_OF, DrawerOpened
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.staff import Act
from pos_app.errors import Refused
from pos_app.services.overrides import Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import RECEIPT_PRINTER, TillSession

LONGEST_REASON = 60  # characters


class DrawerDesk:
    """Opens the drawer and says so."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def open(self, reason: str, override: Override | None = None) -> None:
        """Queue the pulse that opens the drawer.

        Raises:
            Refused: ``drawer.needs_reason``, ``day.not_open``, and what ``Overrides.check`` and ``allow`` raise: a
                role opens it so many times in a shift.
        """
        said = " ".join(reason.split())[:LONGEST_REASON]
        if not said:
            raise Refused("drawer.needs_reason")
        approval = self._overrides.check(Act.OPEN_DRAWER, override)

        def open_drawer(unit: Unit) -> None:
            self._session.cashier()
            shift = self._session.shift(unit)
            openings = unit.log.said_since(shift.opened_seq).get(KIND_OF[DrawerOpened], 0) + 1
            self._overrides.allow(unit, Act.OPEN_DRAWER, approval, openings, subject=said)
            self._session.say(unit, DrawerOpened(said))
            unit.papers.append(NewPrintJob(RECEIPT_PRINTER, "drawer", "", self._session.clock.now_ms()))

        self._session.run(open_drawer)
