"""Decides how the drawer opens without a sale: a reason, and an approval where the role needs one."""

from collections.abc import Callable
from typing import Protocol

from pos_app.domain.staff import Act
from pos_app.errors import PosError
from pos_app.services.overrides import Override
from pos_app.ui.presenters.override import REASONS, Approvals


class DrawerView(Protocol):
    """What asks for the reason."""

    def open_drawer(self, reasons: tuple[str, ...]) -> None: ...
    def dismiss(self) -> None: ...


class Drawer(Protocol):
    """What opens the drawer."""

    def open(self, reason: str, override: Override | None = None) -> None: ...


class DrawerPresenter:
    """One per window. ``opened`` is told the reason once the drawer was asked to open, ``failed`` why it was not."""

    def __init__(
        self,
        view: DrawerView,
        desk: Drawer,
        approvals: Approvals,
        opened: Callable[[str], None],
        failed: Callable[[PosError], None],
    ) -> None:
        self._view, self._desk, self._approvals = view, desk, approvals
        self._opened, self._failed = opened, failed

    def start(self) -> None:
        """Ask why."""
        self._view.open_drawer(REASONS[Act.OPEN_DRAWER])

    def open(self, reason: str) -> None:
        """Open the drawer for this reason."""
        self._view.dismiss()
        self._approvals.attempt(
            lambda override: self._desk.open(reason, override),
            lambda _done: self._opened(reason),
            self._failed,
            reason=reason,
        )
