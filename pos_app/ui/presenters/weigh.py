"""Decides what the weight sheet does: goods sold by weight whose label cannot be scanned, the weight typed by hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.basket import BasketLine
from pos_app.domain.catalogue import Item
from pos_app.errors import PosError
from pos_app.services.sale_models import SaleState
from pos_app.ui.messages import sentence
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.tasks import TaskRunner


@dataclass(frozen=True, slots=True)
class WeighFace:
    """The weight sheet: ``price_minor`` is that of a kg, ``amount_minor`` what ``weight_g`` costs at the list price."""

    name: str
    price_minor: int
    weight_g: int = 0
    amount_minor: int = 0
    problem: str = ""


class WeighView(Protocol):
    """What the sheet can show; see ``views/weigh.py``."""

    def open_sheet(self) -> None: ...
    def show_weight(self, face: WeighFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


class Scales(Protocol):
    """What rings weighed goods up."""

    def weigh(self, item_id: int, weight_g: int) -> SaleState: ...


@dataclass(frozen=True, slots=True)
class WeighDesks:
    """What weighing needs: where goods are looked up, and whom the sale is told after, or why there is none."""

    checkout: Scales
    item: Callable[[int], Item]
    tasks: TaskRunner
    changed: Callable[[SaleState], None]
    failed: Callable[[PosError], None]


class WeighPresenter:
    """One per window; ``open`` starts it anew."""

    def __init__(self, view: WeighView, desks: WeighDesks) -> None:
        self._view, self._desks = view, desks
        self._item: Item | None = None
        self._weight_g = 0
        self._problem: PosError | None = None

    def open(self, item_id: int) -> None:
        """Ask for the weight of one piece of an item."""
        self._desks.tasks.run(lambda: self._desks.item(item_id), self._found, self._desks.failed)

    def enter(self, weight_g: int) -> None:
        """Take what was typed, in grams."""
        self._weight_g, self._problem = weight_g, None
        self.retranslate()

    def confirm(self) -> None:
        """Ring it up once; a weight that cannot be is said, and asked for again."""
        item, weight_g = self._item, self._weight_g
        if item is None or not weight_g:
            return
        self._view.set_busy(True)
        self._desks.tasks.run(lambda: self._desks.checkout.weigh(item.item_id, weight_g), self._rung_up, self._refused)

    def retranslate(self) -> None:
        """Show everything again, in the language in force."""
        item = self._item
        if item is None:
            return
        face = WeighFace(item_name(item.name, item.name_en), item.price_minor, self._weight_g)
        if self._weight_g:
            face = replace(face, amount_minor=BasketLine(0, item, weight_g=self._weight_g).list_minor)
        self._view.show_weight(replace(face, problem="" if self._problem is None else sentence(self._problem)))

    def _found(self, item: Item) -> None:
        self._item, self._weight_g, self._problem = item, 0, None
        self._view.open_sheet()
        self.retranslate()

    def _rung_up(self, state: SaleState) -> None:
        self._view.set_busy(False)
        self._view.dismiss()
        self._desks.changed(state)

    def _refused(self, error: PosError) -> None:
        self._view.set_busy(False)
        self._problem = error
        self.retranslate()
