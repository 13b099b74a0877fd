"""Cash into and out of the drawer without a sale: change, float, hand-in, expense."""

from pos_app.domain.cash import CashKind
from pos_app.domain.events import CashMoved
from pos_app.domain.print_jobs import NewPrintJob
from pos_app.domain.staff import Act
from pos_app.domain.till import Shift
from pos_app.errors import Refused
from pos_app.services.day import expected_now
from pos_app.services.day_papers import queue_cash_slip
from pos_app.services.overrides import Approval, Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import RECEIPT_PRINTER, TillSession

LONGEST_REASON = 60  # characters
MOST_MINOR = 100_000_000  # of one movement


class CashDesk:
    """Moves cash and says so: the drawer opens, a slip is printed, the drawer should hold so much more or less."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def move(self, kind: CashKind, amount_minor: int, reason: str, override: Override | None = None) -> int:
        """Put ``amount_minor`` in or take it out, and return the number of the slip.

        More than the drawer should hold goes out only after a count. Who counts blind and stays within their own limit
        is not told: the answer would give the cash away, guess by guess.

        Raises Refused ``cash.amount {most_minor}``, ``cash.needs_reason``, ``cash.not_there``, ``override.*``,
        ``staff.nobody``, ``day.not_open``, ``pin.*``.
        """
        if not 0 < amount_minor <= MOST_MINOR:
            raise Refused("cash.amount", most_minor=MOST_MINOR)
        said = " ".join(reason.split())[:LONGEST_REASON]
        if not said:
            raise Refused("cash.needs_reason")
        approval = self._overrides.check(Act.MOVE_CASH, override)

        def move(unit: Unit) -> int:
            shift = self._session.shift(unit)
            subject = kind.value
            self._overrides.allow(
                unit, Act.MOVE_CASH, approval, amount_minor, subject=subject, amount_minor=amount_minor
            )
            if not kind.is_in and self._may_know(unit, shift, approval) and amount_minor > expected_now(unit, shift):
                raise Refused("cash.not_there")
            moved = CashMoved(kind, amount_minor, said, unit.till.next_number("cash"))
            self._session.say(unit, moved)
            queue_cash_slip(self._session, unit, shift, moved)
            job = NewPrintJob(RECEIPT_PRINTER, "drawer", "", self._session.clock.now_ms(), subject=subject)
            unit.papers.append(job)
            return moved.slip_no

        return self._session.run(move)

    def _may_know(self, unit: Unit, shift: Shift, approval: Approval | None) -> bool:
        """Say whether somebody stands here who may see the cash that should be there."""
        seers = unit.published.programme(shift.business_date).x_with_cash
        return self._session.cashier().role in seers or (approval is not None and approval.approver.role in seers)
