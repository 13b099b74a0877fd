"""Sends back through the payment gateway what refunds have meant, and what was charged for top-ups never sold.

Each is asked for until the provider says what became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.charges import Answer, Charge
from pos_app.domain.paybacks import PayBack, PayBackState
from pos_app.errors import PosError, Refused
from pos_app.services.charging import ChargeDesk
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.ports import PaymentGateway
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.tasks import TaskRunner, drop_answer


@dataclass(frozen=True, slots=True)
class PayBackDesks:
    """What it needs: ``db`` keeps what is known, ``line`` is where the gateway may keep somebody waiting."""

    desk: PayBackDesk
    charges: ChargeDesk
    gateway: PaymentGateway
    db: TaskRunner
    line: TaskRunner
    approvals: Approvals


class PayingBack:
    """One per window.

    ``said`` is told what somebody has to know: it is to be confirmed, or was refused; ``given`` what was given in cash.
    """

    def __init__(self, desks: PayBackDesks, said: Callable[[PosError], None], given: Callable[[PayBack], None]) -> None:
        self._desks = desks
        self._said, self._given = said, given
        self._told: set[str] = set()  # what somebody was told of already, that nobody knows

    def go_on(self) -> None:
        """Ask for everything that is not settled: at the start, with every customer, and after a top-up was left."""
        self._desks.db.run(self._desks.desk.begin, self._ask_all, self._said)
        self._desks.db.run(self._desks.charges.left, self._close_all, self._said)

    def give_in_cash(self) -> None:
        """Give in cash what the provider refused to send, the oldest first."""

        def found(refused: tuple[PayBack, ...]) -> None:
            if not refused:
                self._said(Refused("payback.none"))
                return
            payback_id = refused[0].payback_id
            self._desks.approvals.attempt(
                lambda override: self._desks.desk.give_in_cash(payback_id, override), self._given, self._said
            )

        self._desks.db.run(self._desks.desk.refused, found, self._said)

    def _ask_all(self, waiting: tuple[PayBack, ...]) -> None:
        for payback in waiting:
            self._ask(payback)

    def _close_all(self, left: tuple[Charge, ...]) -> None:
        for charge in left:
            self._close(charge)

    def _close(self, charge: Charge) -> None:
        desks = self._desks

        def answered(answer: Answer) -> None:
            desks.db.run(lambda: desks.charges.hear(answer), drop_answer, self._said)

        def lost(_error: PosError) -> None:
            if charge.charge_id not in self._told:
                self._told.add(charge.charge_id)
                self._said(Refused("charge.left", amount_minor=charge.taken_minor or charge.amount_minor))

        desks.line.run(lambda: desks.gateway.cancel(charge.charge_id), answered, lost)

    def _ask(self, payback: PayBack) -> None:
        desks = self._desks

        def answered(answer: Answer) -> None:
            desks.db.run(lambda: desks.desk.hear(answer), self._heard, self._said)

        def lost(_error: PosError) -> None:
            self._heard(payback)

        desks.line.run(lambda: desks.gateway.give_back(payback.order), answered, lost)

    def _heard(self, payback: PayBack) -> None:
        told = {"amount_minor": payback.amount_minor, "refund_no": payback.refund_no}
        if payback.state is PayBackState.REFUSED:
            self._said(Refused("payback.refused", **told))
        elif payback.is_open and payback.payback_id not in self._told:
            self._told.add(payback.payback_id)
            self._said(Refused("payback.pending", **told))
