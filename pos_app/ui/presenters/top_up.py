"""Decides what the top-up sheet does (充值): an amount with its gift, how it is paid, and the member's PIN.

Cards and wallets are charged through the gateway where there is one: it is sold when the money is there, not before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.charges import Charge
from pos_app.domain.codes import PaymentCode, parse
from pos_app.domain.payment import TenderAsked
from pos_app.domain.stored_value import TopUpRule, best_rule
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.services.sale_models import SaleState
from pos_app.services.stored_value import ValueDesk
from pos_app.services.topping_up import TopUpAsked, TopUpDesk, TopUpDone
from pos_app.ui import desk_wording, wording
from pos_app.ui.messages import sentence
from pos_app.ui.presenters.charging import Charging, problem
from pos_app.ui.presenters.tasks import TaskRunner

MOST_RULES = 4


@dataclass(frozen=True, slots=True)
class TopUpFace:
    """The top-up sheet. ``asks_pin``: the member may choose one now; ``done`` is set once it is paid.

    ``by_gateway``: cards and wallets are charged. ``is_pending``: a charge is to be confirmed; ``is_wrong``: money was
    taken that does not pay for it. While there is a charge neither amount nor way can be changed.
    """

    customer: str
    has: str
    rules: tuple[TopUpRule, ...]
    amount_minor: int = 0
    gift: TopUpRule | None = None
    way: TenderKind = TenderKind.CASH
    asks_pin: bool = False
    problem: str = ""
    done: TopUpDone | None = None
    by_gateway: bool = False
    is_pending: bool = False
    is_wrong: bool = False


class TopUpView(Protocol):
    """What the sheet can show; see ``views/top_up.py``."""

    def open_sheet(self) -> None: ...
    def show_top_up(self, face: TopUpFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TopUpDesks:
    """What topping up needs; ``changed`` is told that the member has more now, ``left`` that money may have to go back.

    ``charging`` is its own, None where no gateway is attached.
    """

    topups: TopUpDesk
    value: ValueDesk
    tasks: TaskRunner
    changed: Callable[[], None]
    charging: Charging | None = None
    left: Callable[[], None] = lambda: None


class TopUpPresenter:
    """One per window."""

    def __init__(self, view: TopUpView, desks: TopUpDesks) -> None:
        self._view = view
        self._desks = desks
        self._face: TopUpFace | None = None
        self._member_id, self._topup_id, self._pin = "", "", ""
        self._busy = False

    def open(self, sale: SaleState) -> None:
        """Begin a top-up for the member of the sale in hand."""
        card = sale.member
        if card is None:
            return
        self._member_id, self._topup_id, self._busy = card.member.member_id, self._desks.topups.begin(), False
        self._face = TopUpFace(
            wording.called(card.member.name, card.masked_phone),
            desk_wording.assets_text(card.value),
            (),
            asks_pin=not card.member.pin_hash and sale.value_proven,
        )
        if self._desks.charging is not None:
            self._desks.charging.begin_top_up(self._topup_id)
        self._view.open_sheet()
        self._desks.tasks.run(self._desks.topups.rules, self._ruled, self._failed)

    def close(self) -> None:
        """Leave it: what was charged and sold nothing goes back, also what is answered only later."""
        charging, is_done = self._desks.charging, self._face is None or self._face.done is not None
        self._face, self._topup_id = None, ""
        self._set_busy(False)
        if charging is not None and not is_done:
            charging.begin_top_up("")
            self._desks.left()

    def choose(self, amount_minor: int) -> None:
        """Take an amount, by its rule or typed."""
        if self._face is not None and self._may_change():
            gift = best_rule(amount_minor, self._face.rules)
            self._show(replace(self._face, amount_minor=amount_minor, gift=gift, problem=""))

    def pay_by(self, way: TenderKind) -> None:
        """Choose how it is paid."""
        if self._face is not None and self._may_change():
            self._show(replace(self._face, way=way, problem=""))

    def confirm(self, reference: str, pin: str) -> None:
        """Sell it once, and keep the PIN that the member typed, if any; after that, close.

        While a charge is to be confirmed this asks what became of it, and a typed reference lets somebody say that it
        came; money that does not pay for it is given back.
        """
        face, charging = self._face, self._desks.charging
        if face is None or self._busy:
            return
        self._pin = pin
        is_code = isinstance(parse(reference), PaymentCode)
        if face.done is not None:
            self._view.dismiss()
        elif face.way is TenderKind.CASH:
            self._sell(TenderAsked(TenderKind.CASH, given_minor=face.amount_minor))
        elif charging is None:
            self._sell(TenderAsked(face.way, face.amount_minor, reference=reference))
        elif charging.open is not None or charging.taken is not None:
            self._go_on(charging, "" if is_code else reference)
        elif is_code or (face.way is TenderKind.CARD and not reference):
            self._charge(charging, reference)
        else:
            self._sell(TenderAsked(face.way, face.amount_minor, reference=reference))

    def take_code(self, code: str) -> None:
        """Take the amount from the wallet whose code was scanned; without a gateway its reference is asked."""
        read = parse(code)
        if self._face is None or self._busy or not isinstance(read, PaymentCode):
            return
        self.pay_by(TenderKind(read.kind))
        if self._desks.charging is not None:
            self.confirm(code, self._pin)

    def _may_change(self) -> bool:
        charging = self._desks.charging
        is_charged = charging is not None and (charging.open is not None or charging.taken is not None)
        return self._face is not None and self._face.done is None and not self._busy and not is_charged

    def _charge(self, charging: Charging, code: str) -> None:
        """Ask for the money, once it is sure that the top-up can be sold."""
        face, topup_id = self._face, self._topup_id
        assert face is not None
        kind, amount = face.way, face.amount_minor
        if not charging.is_reachable():
            self._failed(Refused("charge.unreachable"))
            return
        asked = TopUpAsked(topup_id, self._member_id, amount, (TenderAsked(kind, amount, reference=kind.value),))

        def checked(_none: None) -> None:
            if topup_id == self._topup_id:
                charging.take((kind, amount), code, self._charged, self._failed)

        self._set_busy(True)
        self._desks.tasks.run(lambda: self._desks.topups.check(asked), checked, self._failed)

    def _go_on(self, charging: Charging, reference: str) -> None:
        """Settle what was charged already: ask about it, let somebody decide, give it back, or sell for it."""
        waiting, taken = charging.open, charging.taken
        if waiting is not None and reference:
            charging.decide(waiting, reference, self._charged, self._failed)
        elif waiting is not None:
            self._set_busy(True)
            charging.look(waiting, self._charged, self._failed)
        elif taken is not None and not taken.pays:
            self._set_busy(True)
            charging.give_up(taken.charge_id, self._charged, self._failed)
        elif taken is not None:
            self._charged(taken)

    def _charged(self, charge: Charge) -> None:
        self._set_busy(False)
        error = problem(charge)
        if charge.pays:
            self._sell(TenderAsked(charge.kind, charge.amount_minor, reference=charge.reference))
        elif self._face is not None:
            self._show(replace(self._face, problem=sentence(error) if error else ""))

    def _sell(self, tender: TenderAsked) -> None:
        face, desks, pin = self._face, self._desks, self._pin
        if face is None:
            return
        asked = TopUpAsked(self._topup_id, self._member_id, face.amount_minor, (tender,))

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
        charging = self._desks.charging
        if charging is not None:
            taken = charging.taken
            face = replace(
                face,
                by_gateway=charging.is_reachable(),
                is_pending=charging.open is not None,
                is_wrong=taken is not None and not taken.pays,
            )
        self._face = face
        self._view.show_top_up(face)
