"""Decides what is charged through a payment gateway for a sale or a top-up: asked once, known or to be confirmed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pos_app.domain.charges import Answer, Charge, ChargeOrder, ChargeState
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.i18n import _
from pos_app.services.charging import ChargeDesk
from pos_app.services.ports import PaymentGateway
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.tasks import TaskRunner

LINE = "charge:"  # begins the id of a line for a charge that is no tender yet

Done = Callable[[Charge], None]
Failed = Callable[[PosError], None]


@dataclass(frozen=True, slots=True)
class ChargeDesks:
    """What charging needs: ``db`` keeps what is known, ``line`` is where the gateway may keep somebody waiting."""

    desk: ChargeDesk
    gateway: PaymentGateway
    db: TaskRunner
    line: TaskRunner
    approvals: Approvals


class Charging:
    """The charges of the sale, or of the top-up, in hand. Every answer is durable before it is told."""

    def __init__(self, desks: ChargeDesks) -> None:
        self._desk, self._gateway = desks.desk, desks.gateway
        self._db, self._line, self._approvals = desks.db, desks.line, desks.approvals
        self._sale_id, self._is_topup = "", False
        self._charges: dict[str, Charge] = {}
        self.is_known = False  # whether what was charged before is counted already

    @property
    def open(self) -> Charge | None:
        """Return the charge of which nobody knows yet, None for none."""
        return next((charge for charge in self._charges.values() if charge.is_open), None)

    @property
    def taken(self) -> Charge | None:
        """Return the first charge that the provider has money for, None for none."""
        return next((charge for charge in self._charges.values() if charge.state is ChargeState.TAKEN), None)

    def begin_top_up(self, topup_id: str) -> None:
        """Take a new top-up in hand, or with an empty id none: what is answered to another is dropped."""
        self._sale_id, self._is_topup, self._charges, self.is_known = topup_id, True, {}, True

    def is_reachable(self) -> bool:
        """Say whether the gateway can be asked at all."""
        return self._gateway.is_reachable()

    def begin(self, sale_id: str, found: Callable[[tuple[Charge, ...]], None], failed: Failed) -> None:
        """Take a sale in hand with what was charged for it before, as after a power cut."""
        self._sale_id, self._charges, self.is_known = sale_id, {}, False

        def keep(charges: tuple[Charge, ...]) -> None:
            if sale_id == self._sale_id:
                self._charges = {charge.charge_id: charge for charge in charges}
                self.is_known = True
                found(charges)

        self._db.run(lambda: self._desk.of_sale(sale_id), keep, failed)

    def take(self, tender: tuple[TenderKind, int], code: str, done: Done, failed: Failed) -> None:
        """Ask for the money: durable first, then the gateway, then what it said."""
        kind, amount_minor = tender

        def ask(charge: Charge) -> None:
            order = ChargeOrder(charge.charge_id, kind, amount_minor, code)
            self._ask(charge, lambda: self._gateway.charge(order), done, failed)

        topup_id = self._sale_id if self._is_topup else ""

        def begin() -> Charge:
            if topup_id:
                return self._desk.begin_top_up(topup_id, kind, amount_minor)
            return self._desk.begin(kind, amount_minor)

        self._db.run(begin, ask, failed)

    def look(self, charge: Charge, done: Done, failed: Failed) -> None:
        """Ask what became of a charge; nothing is charged anew."""
        self._ask(charge, lambda: self._gateway.query(charge.charge_id), done, failed)

    def give_up(self, charge_id: str, done: Done, failed: Failed) -> None:
        """Close a charge; what was taken goes back."""
        self._ask(self._charges[charge_id], lambda: self._gateway.cancel(charge_id), done, failed)

    def decide(self, charge: Charge, reference: str, done: Done, failed: Failed) -> None:
        """Let somebody say what became of a charge: that it came, with its ``reference``, or without one, that not."""
        taken = bool(reference)
        self._approvals.attempt(
            lambda override: self._desk.decide(charge.charge_id, taken=taken, reference=reference, override=override),
            self._kept(done),
            failed,
        )

    def behind(self, kind: TenderKind, reference: str) -> Charge | None:
        """Return the charge that a tender stands for, None for one that was taken without the gateway."""
        taken = (charge for charge in self._charges.values() if charge.state is ChargeState.TAKEN)
        return next((charge for charge in taken if (charge.kind, charge.reference) == (kind, reference)), None)

    def loose(self, counted: Collection[tuple[TenderKind, str]]) -> tuple[Charge, ...]:
        """Return what was taken and is none of the tenders (kind, reference) that count for the sale."""
        taken = (charge for charge in self._charges.values() if charge.state is ChargeState.TAKEN)
        return tuple(charge for charge in taken if not charge.pays or (charge.kind, charge.reference) not in counted)

    def lines(self, counted: Collection[tuple[TenderKind, str]]) -> tuple[face.TenderLine, ...]:
        """Return the charges that do not count as paid: to be confirmed, or money that does not fit the sale."""
        waiting = (charge for charge in self._charges.values() if charge.is_open)
        return tuple(
            face.TenderLine(
                LINE + charge.charge_id,
                face.Tender(charge.kind.value),
                charge.amount_minor if charge.is_open else charge.taken_minor,
                _("Pending") if charge.is_open else _("To give back") if charge.pays else _("Another amount"),
                is_pending=True,
            )
            for charge in (*waiting, *self.loose(counted))
        )

    def _ask(self, charge: Charge, question: Callable[[], Answer], done: Done, failed: Failed) -> None:
        kept = self._kept(done)

        def answered(answer: Answer) -> None:
            self._db.run(lambda: self._desk.hear(answer), kept, failed)

        def lost(_error: PosError) -> None:
            self._db.run(lambda: self._desk.miss(charge.charge_id), kept, failed)

        self._line.run(question, answered, lost)

    def _kept(self, done: Done) -> Done:
        def keep(charge: Charge) -> None:
            if charge.sale_id == self._sale_id:
                self._charges[charge.charge_id] = charge
                done(charge)

        return keep


def problem(charge: Charge) -> PosError | None:
    """Return what is to be said of a charge that does not pay, None for one that was given back."""
    if charge.is_open:
        return Refused("charge.pending", charge_id=charge.charge_id)
    if charge.state is ChargeState.REFUSED:
        return Refused("charge.refused")
    if charge.state is ChargeState.TAKEN:
        return Refused("charge.other_amount", taken_minor=charge.taken_minor, amount_minor=charge.amount_minor)
    return None
