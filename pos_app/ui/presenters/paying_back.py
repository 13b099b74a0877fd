"""Sends back through the payment gateway what refunds have meant, until the provider says what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from pos_app.domain.charges import Answer
from pos_app.domain.paybacks import PayBack, PayBackState
from pos_app.errors import PosError, Refused
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.ports import PaymentGateway
from pos_app.ui.presenters.tasks import TaskRunner


@dataclass(frozen=True, slots=True)
class PayBackDesks:
    """What it needs: ``db`` keeps what is known, ``line`` is where the gateway may keep somebody waiting."""

    desk: PayBackDesk
    gateway: PaymentGateway
    db: TaskRunner
    line: TaskRunner


class PayingBack:
    """One per window. ``said`` is told what somebody has to know: it is to be confirmed, or was refused."""

    def __init__(self, desks: PayBackDesks, said: Callable[[PosError], None]) -> None:
        self._desks = desks
        self._said = said
        self._told: set[str] = set()  # pay-backs of which somebody was told that nobody knows

    def go_on(self) -> None:
        """Ask for everything that is not settled: at the start, and after every refund."""
        self._desks.db.run(self._desks.desk.begin, self._ask_all, self._said)

    def _ask_all(self, waiting: tuple[PayBack, ...]) -> None:
        for payback in waiting:
            self._ask(payback)

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
