"""Decides how cash goes into or out of the drawer: which way, how much, why, and an approval where one is needed."""

from collections.abc import Callable
from typing import Protocol

from pos_app.domain.cash import CashKind
from pos_app.domain.staff import Act
from pos_app.errors import PosError
from pos_app.services.overrides import Override
from pos_app.ui.presenters.override import REASONS, Approvals

# The reason that is offered first for each way.
USUAL = {
    CashKind.CHANGE: "change",
    CashKind.FLOAT: "change",
    CashKind.HANDED_IN: "bank",
    CashKind.EXPENSE: "paid_out",
}


class CashView(Protocol):
    """What asks for way, amount and reason."""

    def open_cash(self, reasons: tuple[str, ...]) -> None: ...
    def dismiss(self) -> None: ...


class Cash(Protocol):
    """What moves cash."""

    def move(self, kind: CashKind, amount_minor: int, reason: str, override: Override | None = None) -> int: ...


class CashPresenter:
    """One per window. ``moved`` is told way and amount once it is said, ``failed`` why it was not."""

    def __init__(
        self,
        view: CashView,
        desk: Cash,
        approvals: Approvals,
        moved: Callable[[CashKind, int], None],
        failed: Callable[[PosError], None],
    ) -> None:
        self._view, self._desk, self._approvals = view, desk, approvals
        self._moved, self._failed = moved, failed

    def start(self) -> None:
        """Ask which way, how much and why."""
        self._view.open_cash(REASONS[Act.MOVE_CASH])

    def move(self, kind: CashKind, amount_minor: int, reason: str) -> None:
        """Move the cash; ``reason`` in words, as the slip has it."""
        self._view.dismiss()
        self._approvals.attempt(
            lambda override: self._desk.move(kind, amount_minor, reason, override),
            lambda _slip: self._moved(kind, amount_minor),
            self._failed,
            reason=reason,
        )
