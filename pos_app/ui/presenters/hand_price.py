"""Decides what the discount sheet (F5) does: what is changed by hand, why, and what the customer then pays."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from pos_app.domain.basket import WHOLE_BP, BasketLine, Reduction
from pos_app.domain.tax import rate_text
from pos_app.errors import PosError
from pos_app.services.checkout import Checkout
from pos_app.services.hand_prices import HandEffect, HandPrice
from pos_app.services.overrides import Override
from pos_app.services.sale_models import SaleState
from pos_app.ui import wording
from pos_app.ui.messages import lines
from pos_app.ui.presenters.override import REASONS, Approvals
from pos_app.ui.presenters.sale_faces import item_name
from pos_app.ui.presenters.tasks import TaskRunner


class Target(StrEnum):
    """What is changed."""

    LINE = "line"
    ORDER = "order"
    NOTE = "note"


class Way(StrEnum):
    """How a price is changed."""

    PERCENT = "percent"
    AMOUNT = "amount"
    PRICE = "price"


# What one tap enters: percent off, or money off and prices in minor units.
QUICK: dict[Way, tuple[int, ...]] = {
    Way.PERCENT: (500, 1_000, 1_500, 2_000, 3_000, WHOLE_BP),
    Way.AMOUNT: (100, 500, 1_000, 2_000, 5_000, 10_000),
    Way.PRICE: (),
}


@dataclass(frozen=True, slots=True)
class HandPriceFace:
    """The discount sheet: what is changed and how, what was entered, and the effect (None: nothing to show yet).

    ``value`` is basis points (percent) or minor units. ``is_changed``: there is something to take back.
    """

    target: Target
    way: Way
    value: int
    line_name: str
    reasons: tuple[str, ...]
    reason: str
    effect: HandEffect | None = None
    problem: str = ""
    is_changed: bool = False
    line_note: str = ""
    order_note: str = ""
    prints_notes: bool = False

    @property
    def can_confirm(self) -> bool:
        """Say whether there is a sound change to make, and why."""
        return self.effect is not None and not self.problem and bool(self.reason.strip())


class HandPriceView(Protocol):
    """What the sheet can show; see ``views/hand_price.py``."""

    def open_sheet(self) -> None: ...
    def show_hand_price(self, face: HandPriceFace) -> None: ...
    def dismiss(self) -> None: ...


class HandPricePresenter:
    """One per window; ``open`` starts it anew for the sale in hand.

    Args:
        changed: is told the sale after each change.
        failed: is told why a change could not be made once the sheet was left.
    """

    def __init__(
        self,
        view: HandPriceView,
        checkout: Checkout,
        approvals: Approvals,
        tasks: TaskRunner,
        changed: Callable[[SaleState], None],
        failed: Callable[[PosError], None],
    ) -> None:
        self._view, self._checkout, self._approvals, self._tasks = view, checkout, approvals, tasks
        self._changed, self._failed = changed, failed
        self._sale: SaleState | None = None
        self._line: BasketLine | None = None
        self._face = HandPriceFace(Target.LINE, Way.PERCENT, 0, "", (), "")
        self._problem: PosError | None = None

    def open(self, sale: SaleState, line_id: str) -> None:
        """Begin with the selected line; nothing is offered for an empty basket."""
        self._line = next((line for line in sale.basket.lines if str(line.line_no) == line_id), None)
        if self._line is None:
            return
        self._sale = sale
        self._face = HandPriceFace(Target.LINE, Way.PERCENT, 0, "", (), "")
        self._view.open_sheet()
        self.aim(Target.LINE)

    def aim(self, target: Target) -> None:
        """Change the line, the whole order, or notes."""
        way = Way.PERCENT if target is Target.ORDER and self._face.way is Way.PRICE else self._face.way
        self._face = replace(self._face, target=target, way=way, value=0)
        self._look()

    def choose_way(self, way: Way) -> None:
        """Enter a share, an amount or a price; what was entered before is another unit and is dropped."""
        self._face = replace(self._face, way=way, value=0)
        self._look()

    def enter(self, value: int) -> None:
        """Take what was typed or tapped: basis points or minor units."""
        self._face = replace(self._face, value=value)
        self._look()

    def give_reason(self, reason: str) -> None:
        """Take the reason that was tapped or typed."""
        self._face = replace(self._face, reason=reason)
        self.retranslate()

    def confirm(self) -> None:
        """Make the change; beyond the limit somebody is asked to approve it."""
        face, wanted = self._shown(), self._wanted()
        if wanted is None or not face.can_confirm or face.effect is None:
            return
        effect = face.effect
        self._view.dismiss()
        self._approvals.attempt(
            lambda override: self._do(wanted, override),
            self._changed,
            self._failed,
            detail=lambda: off_text(effect),
            reason=wanted.reason,
        )

    def take_back(self) -> None:
        """Go back to the published price."""
        line = self._line
        if self._face.target is Target.ORDER:
            self._leave_with(lambda: self._checkout.reduce_order(None))
        elif line is not None:
            self._leave_with(lambda: self._checkout.reduce_line(line.line_no, None))

    def note(self, line_note: str, order_note: str, prints_notes: bool) -> None:
        """Write both notes; what did not change is not a change of its own."""
        sale, line = self._sale, self._line
        if sale is None or line is None:
            return
        basket = sale.basket

        def write() -> SaleState:
            state = sale
            if line_note != line.note:
                state = self._checkout.note_line(line.line_no, line_note)
            if (order_note, prints_notes) != (basket.note, basket.prints_notes):
                state = self._checkout.note_order(order_note, prints_notes=prints_notes)
            return state

        self._leave_with(write)

    def retranslate(self) -> None:
        """Show everything again, in the language in force."""
        self._view.show_hand_price(self._shown())

    # ---- how it is done

    def _leave_with(self, work: Callable[[], SaleState]) -> None:
        self._view.dismiss()
        self._tasks.run(work, self._changed, self._failed)

    def _do(self, wanted: HandPrice, override: Override | None) -> SaleState:
        if wanted.line_no is None:
            return self._checkout.reduce_order(wanted.reduction, override=override)
        if wanted.asked_minor is not None:
            return self._checkout.set_price(wanted.line_no, wanted.asked_minor, wanted.reason, override=override)
        return self._checkout.reduce_line(wanted.line_no, wanted.reduction, override=override)

    def _wanted(self) -> HandPrice | None:
        """Return the change as it stands, None while nothing is entered; a price of zero is a price."""
        face, line = self._face, self._line
        if face.target is Target.NOTE or line is None or (face.value == 0 and face.way is not Way.PRICE):
            return None
        line_no = line.line_no if face.target is Target.LINE else None
        if face.way is Way.PRICE:
            return HandPrice(line_no, asked_minor=face.value, reason=face.reason)
        bp, minor = (face.value, 0) if face.way is Way.PERCENT else (0, face.value)
        return HandPrice(line_no, reduction=Reduction(bp, minor, face.reason), reason=face.reason)

    def _look(self) -> None:
        """Ask what the change would come to; an answer to what is no longer entered is dropped."""
        self._problem = None
        wanted = self._wanted()
        if wanted is None:
            self._face = replace(self._face, effect=None)
            self.retranslate()
        else:
            entered = self._entered()

            def seen(effect: HandEffect | None, problem: PosError | None = None) -> None:
                if entered == self._entered():
                    self._face, self._problem = replace(self._face, effect=effect), problem
                    self.retranslate()

            self._tasks.run(lambda: self._checkout.effect(wanted), seen, lambda error: seen(None, error))

    def _entered(self) -> tuple[Target, Way, int]:
        return self._face.target, self._face.way, self._face.value

    def _shown(self) -> HandPriceFace:
        line, sale = self._line, self._sale
        assert line is not None
        assert sale is not None
        basket = sale.basket
        wanted = self._wanted()
        is_order = self._face.target is Target.ORDER
        return replace(
            self._face,
            line_name=item_name(line.item.name, line.item.name_en),
            reasons=REASONS[HandPrice(None if is_order else line.line_no).act],
            problem=" ".join(lines(self._problem)) if self._problem and wanted is not None else "",
            is_changed=basket.reduction is not None if is_order else line.is_by_hand,
            line_note=line.note,
            order_note=basket.note,
            prints_notes=basket.prints_notes,
        )


def off_text(effect: HandEffect) -> str:
    """Return what a price was and would be, and the share of it: ``318.00 → 250.00  −21.39%``."""
    prices = f"{wording.money(effect.before_minor)} → {wording.money(effect.after_minor)}"
    return f"{prices}  −{rate_text(effect.share_bp)}%" if effect.share_bp > 0 else prices
