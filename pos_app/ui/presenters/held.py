"""Decides what the list of held sales shows, and takes one back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.till import HeldSale
from pos_app.errors import PosError
from pos_app.services.checkout import Checkout
from pos_app.services.sale_models import SaleState
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.sale_faces import held_minutes, item_name
from pos_app.ui.presenters.tasks import TaskRunner

NAMED_ITEMS = 3


class HeldView(Protocol):
    """What the list can show; see ``views/hold.py``."""

    def show_rows(self, rows: tuple[face.HeldRow, ...]) -> None: ...
    def show_slip_queued(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Recalled:
    """What happens once a sale was taken back, could not be, or the number of held sales changed."""

    done: Callable[[SaleState], None]
    counted: Callable[[SaleState], None]
    failed: Callable[[PosError], None]


class HeldPresenter:
    """Shows the sales put aside, oldest first, each with the digit that takes it."""

    def __init__(
        self, view: HeldView, checkout: Checkout, tasks: TaskRunner, now_ms: Callable[[], int], recalled: Recalled
    ) -> None:
        self._view = view
        self._checkout = checkout
        self._tasks = tasks
        self._now_ms = now_ms
        self._recalled = recalled
        self._held: tuple[HeldSale, ...] = ()

    def open(self) -> None:
        """Load and show the list."""
        self._tasks.run(self._checkout.held, self._show, self._recalled.failed)

    def take(self, held_id: str) -> None:
        """Take a sale back into the basket."""
        self._tasks.run(lambda: self._checkout.recall(int(held_id)), self._recalled.done, self._recalled.failed)

    def drop(self, held_id: str) -> None:
        """Drop a held sale for good; it is kept on record as cancelled."""
        self._tasks.run(lambda: self._checkout.discard(int(held_id)), self._dropped, self._recalled.failed)

    def print_slip(self, held_id: str) -> None:
        """Print the slip that takes a sale back when it is scanned."""
        self._tasks.run(lambda: self._checkout.print_slip(int(held_id)), self._queued, self._recalled.failed)

    def retranslate(self) -> None:
        """Show the list again, in the language in force."""
        self._show(self._held)

    def _dropped(self, state: SaleState) -> None:
        self._recalled.counted(state)
        self.open()

    def _queued(self, held: HeldSale) -> None:
        places = [sale.hold_id for sale in self._held]
        if held.hold_id in places:
            self._view.show_slip_queued(places.index(held.hold_id) + 1)

    def _show(self, held: tuple[HeldSale, ...]) -> None:
        self._held = held
        now_ms = self._now_ms()
        self._view.show_rows(tuple(_row(sale, place, now_ms) for place, sale in enumerate(held, start=1)))


def _row(sale: HeldSale, number: int, now_ms: int) -> face.HeldRow:
    names = [item_name(line.item.name, line.item.name_en) for line in sale.sale.basket.lines[:NAMED_ITEMS]]
    return face.HeldRow(
        held_id=str(sale.hold_id),
        number=number,
        held_at_ms=sale.held_at_ms,
        minutes=held_minutes(sale.held_at_ms, now_ms),
        customer=sale.member_name,
        pieces=sale.pieces,
        total_minor=sale.due_minor,
        summary=" · ".join(names),
        note=sale.note,
    )
