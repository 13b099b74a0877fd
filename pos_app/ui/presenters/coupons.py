"""Decides what the list of the member's coupons shows: what each gives here and now, or why it does not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pos_app.errors import PosError
from pos_app.services.checkout import Checkout
from pos_app.services.coupons import CouponChoice
from pos_app.services.sale_models import SaleState
from pos_app.services.words import coupon_terms
from pos_app.ui import wording
from pos_app.ui.messages import short
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.tasks import TaskRunner


class CouponView(Protocol):
    """What the list can show; see ``views/coupons.py``."""

    def open_sheet(self) -> None: ...
    def show_rows(self, rows: tuple[face.CouponRow, ...]) -> None: ...
    def show_printed(self, coupon: str) -> None: ...
    def dismiss(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CouponDesks:
    """The use cases behind the list, and what happens once the sale was changed or could not be."""

    checkout: Checkout
    gate: RightsGate
    db: TaskRunner
    done: Callable[[SaleState], None]
    failed: Callable[[PosError], None]


class CouponPresenter:
    """Shows the coupons of who is served; takes one, or none, and prints one on paper."""

    def __init__(self, view: CouponView, desks: CouponDesks) -> None:
        self._view = view
        self._desks = desks
        self._found: tuple[CouponChoice, ...] = ()

    def open(self) -> None:
        """Load the list and show it."""
        self._desks.db.run(self._desks.checkout.coupons, self._loaded, self._desks.failed)

    def use(self, lot: str) -> None:
        """Use a coupon in this sale, brought from wherever it is; an empty ``lot`` uses none."""
        self._desks.gate.attempt(partial(self._desks.checkout.use_coupon, lot), self._used, self._failed)

    def print_paper(self, lot: str) -> None:
        """Print a coupon for the customer to take home."""
        found = next((one for one in self._found if one.lot == lot), None)
        if found is not None:
            name = item_name(found.rule.name, found.rule.name_en)
            self._desks.db.run(
                partial(self._desks.checkout.print_coupon, lot), lambda _: self._view.show_printed(name), self._failed
            )

    def retranslate(self) -> None:
        """Show the list again, in the language in force."""
        self._show()

    def _loaded(self, found: tuple[CouponChoice, ...]) -> None:
        self._found = found
        self._view.open_sheet()
        self._show()

    def _show(self) -> None:
        self._view.show_rows(tuple(coupon_row(one, number) for number, one in enumerate(self._found, 1)))

    def _used(self, state: SaleState) -> None:
        self._view.dismiss()
        self._desks.done(state)

    def _failed(self, error: PosError) -> None:
        self._view.dismiss()
        self._desks.failed(error)


def coupon_row(choice: CouponChoice, number: int) -> face.CouponRow:
    """Return a coupon as the list shows it."""
    rule = choice.rule
    return face.CouponRow(
        coupon_id=choice.lot,
        number=number,
        name=item_name(rule.name, rule.name_en),
        terms=coupon_terms(rule, wording.yuan),
        until=choice.last_day,
        off_minor=choice.off_minor,
        refusal="" if choice.refusal is None else short(choice.refusal),
        is_chosen=choice.is_chosen,
    )
