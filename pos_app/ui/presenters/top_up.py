"""Decides what the top-up sheet does (充值): an amount with its gift, how it is paid, and the member's PIN."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.payment import TenderAsked
from pos_app.domain.stored_value import TopUpRule, best_rule
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError
from pos_app.services.sale_models import SaleState
from pos_app.services.stored_value import ValueDesk
from pos_app.services.topping_up import TopUpAsked, TopUpDesk, TopUpDone
from pos_app.ui import desk_wording, wording
from pos_app.ui.messages import sentence
from pos_app.ui.presenters.tasks import TaskRunner

MOST_RULES = 4


@dataclass(frozen=True, slots=True)
class TopUpFace:
    """The top-up sheet. ``asks_pin``: the member may choose one now; ``done`` is set once it is paid."""

    customer: str
    has: str
    rules: tuple[TopUpRule, ...]
    amount_minor: int = 0
    gift: TopUpRule | None = None
    way: TenderKind = TenderKind.CASH
    asks_pin: bool = False
    problem: str = ""
    done: TopUpDone | None = None


class TopUpView(Protocol):
    """What the sheet can show; see ``views/top_up.py``."""

    def open_sheet(self) -> None: ...
    def show_top_up(self, face: TopUpFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TopUpDesks:
    """What topping up needs; ``changed`` is told that the member has more now."""

    topups: TopUpDesk
    value: ValueDesk
    tasks: TaskRunner
    changed: Callable[[], None]


class TopUpPresenter:
    """One per window."""

    def __init__(self, view: TopUpView, desks: TopUpDesks) -> None:
        self._view = view
        self._desks = desks
        self._face: TopUpFace | None = None
        self._member_id, self._topup_id = "", ""
        self._busy = False

    def open(self, sale: SaleState) -> None:
        """Begin a top-up for the member of the sale in hand."""
        card = sale.member
        if card is None:
            return
        self._member_id, self._topup_id, self._busy = card.member.member_id, self._desks.topups.begin(), False
        self._face = TopUpFace(
            wording.called(card.member.name, card.masked_phone),
            desk_wording.assets_text(card.value, ()),
            (),
            asks_pin=not card.member.pin_hash and sale.value_proven,
        )
        self._view.open_sheet()
        self._desks.tasks.run(self._desks.topups.rules, self._ruled, self._failed)

    def choose(self, amount_minor: int) -> None:
        """Take an amount, by its rule or typed."""
        if self._face is not None and self._face.done is None:
            gift = best_rule(amount_minor, self._face.rules)
            self._show(replace(self._face, amount_minor=amount_minor, gift=gift, problem=""))

    def pay_by(self, way: TenderKind) -> None:
        """Choose how it is paid."""
        if self._face is not None and self._face.done is None:
            self._show(replace(self._face, way=way, problem=""))

    def confirm(self, reference: str, pin: str) -> None:
        """Sell it once, and keep the PIN that the member typed, if any; after that, close."""
        face = self._face
        if face is None or self._busy:
            return
        if face.done is not None:
            self._view.dismiss()
            return
        amount, desks = face.amount_minor, self._desks
        if face.way is TenderKind.CASH:
            tender = TenderAsked(TenderKind.CASH, given_minor=amount)
        else:
            tender = TenderAsked(face.way, amount, reference=reference)
        asked = TopUpAsked(self._topup_id, self._member_id, amount, (tender,))

        def work() -> TopUpDone:
            if pin:
                desks.value.set_pin(pin)
            return desks.topups.top_up(asked)

        self._set_busy(True)
        desks.tasks.run(work, self._done, self._failed)

    def _ruled(self, rules: tuple[TopUpRule, ...]) -> None:
        if self._face is not None:
            self._show(replace(self._face, rules=rules[:MOST_RULES]))

    def _done(self, done: TopUpDone) -> None:
        self._set_busy(False)
        if self._face is not None:
            self._show(replace(self._face, done=done, problem=""))
        self._desks.changed()

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        if self._face is not None:
            self._show(replace(self._face, problem=sentence(error)))

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)

    def _show(self, face: TopUpFace) -> None:
        self._face = face
        self._view.show_top_up(face)
