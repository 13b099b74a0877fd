"""Decides how a sale is paid: tenders in any split, points, change, 抹零, and finishing exactly once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain import payment
from pos_app.domain.charges import CHARGED, Charge, ChargeState
from pos_app.domain.codes import PaymentCode, parse
from pos_app.domain.foreign import foreign_text, minor_per_unit
from pos_app.domain.money import MINOR_PER_UNIT
from pos_app.domain.payment import PaymentState, TenderAsked
from pos_app.domain.points import choosable, spendable, worth_minor
from pos_app.domain.posting import CASHLIKE
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.i18n import _
from pos_app.services.checkout import Checkout
from pos_app.services.refund_models import Exchange
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.services.stored_value import ValueDesk
from pos_app.ui import desk_wording
from pos_app.ui.messages import sentence
from pos_app.ui.presenters import care_wording
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.charging import LINE, Charging, problem
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.tasks import TaskRunner

POINTS_LINE = "points"


class PaymentView(Protocol):
    """What the payment screen can show; see ``views/payment.py``."""

    def show_payment(self, payment: face.PaymentFace) -> None: ...
    def show_way(self, way: face.Way) -> None: ...
    def show_done(self, done: face.DoneFace) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class AfterPayment(Protocol):
    """What happens around a payment."""

    def sale_changed(self, state: SaleState) -> None:
        """The basket changed while paying (points were chosen)."""
        ...

    def payment_shown(self, payment: face.PaymentFace, way: face.Way) -> None:
        """This is owed still, and this is how it is about to be paid."""
        ...

    def member_card(self, state: SaleState) -> face.MemberCard | None:
        """Return who is served, in the language in force."""
        ...

    def sale_done(self, done: SaleDone) -> None:
        """The sale is paid: sounds, drawer, next customer."""
        ...


@dataclass(frozen=True, slots=True)
class PaymentDesks:
    """What paying needs."""

    checkout: Checkout
    value: ValueDesk
    gate: RightsGate
    approvals: Approvals
    tasks: TaskRunner
    charging: Charging | None = None  # None where no gateway is attached: other tenders go by reference


class PaymentPresenter:
    """One per window; ``open`` starts it anew for the sale in hand.

    The payment that settles the sale finishes it: exact cash is F9 and Enter.
    """

    def __init__(self, view: PaymentView, desks: PaymentDesks, after: AfterPayment) -> None:
        self._view = view
        self._checkout, self._value, self._gate, self._tasks = desks.checkout, desks.value, desks.gate, desks.tasks
        self._approvals = desks.approvals
        self._goods: Exchange | None = None
        self._charging = desks.charging
        self._after = after
        self._paying = ""
        self._waiting: Callable[[], None] | None = None  # asked for before it was known what was charged already
        self._asked: list[TenderAsked] = []
        self._sale: SaleState | None = None
        self._programme: Programme | None = None
        self._online = False
        self._way = face.Way.CASH
        self._problem: PosError | None = None
        self._busy = False
        self._done: SaleDone | None = None
        self._print_state = face.PrintState.NONE

    def begin(self, sale: SaleState, programme: Programme, *, online: bool) -> None:
        """Take the sale in hand, or go on: what was taken for it before stepping back still counts. Shows nothing."""
        self._sale, self._programme, self._online = sale, programme, online
        if sale.basket.sale_id != self._paying:
            self._paying, self._asked, self._goods, self._waiting = sale.basket.sale_id, [], None, None
            if self._charging is not None:
                self._charging.begin(self._paying, self._charges_found, self._failed)
        self._problem, self._done = None, None

    def open(self, sale: SaleState, programme: Programme, way: face.Way, *, online: bool) -> None:
        """Begin to pay the sale in hand, a way in hand too."""
        self.begin(sale, programme, online=online)
        self.choose(way)

    def pay_with_goods(self, goods: Exchange, worth_minor: int) -> None:
        """Take goods that come back, before any money; what they are worth more is given back.

        What was charged already stays, as far as it still fits.
        """
        self._goods = goods
        self._asked = [asked for asked in self._asked if asked.kind in CHARGED]
        self._asked.insert(0, TenderAsked(TenderKind.EXCHANGE, worth_minor, reference=goods.of.sale.receipt_no))
        if not self.finish():
            self._show()

    def is_paying(self) -> bool:
        """Say whether money is still being taken for the sale in hand."""
        state = self._state()
        return self._done is None and not self._busy and state is not None and not state.is_paid

    def leave(self) -> None:
        """Leave the screen: news of the finished sale's paper is no longer shown here.

        A sale that is being written now still says when it is done, or why not: money was taken for it.
        """
        if not self._busy:
            self._done, self._sale = None, None

    def refresh(self, sale: SaleState) -> None:
        """Go on with the same sale after its basket changed (points were chosen)."""
        self._sale = sale
        self._show()

    def choose(self, way: face.Way) -> None:
        """Choose how the next amount is paid."""
        self._way = way
        self._view.show_way(way)
        self._show()

    def pay_cash(self, given_minor: int) -> None:
        """Take cash that was handed over."""
        self._take(TenderAsked(TenderKind.CASH, given_minor=given_minor))

    def pay_foreign(self, currency: str, given_minor: int) -> None:
        """Take notes of another currency; ``given_minor`` in hundredths of its unit, as amounts are typed."""
        given = given_minor * minor_per_unit(currency) // MINOR_PER_UNIT
        self._take(TenderAsked(TenderKind.FOREIGN, given_minor=given, currency=currency))

    def pay_by_reference(self, tender: face.Tender, amount_minor: int, reference: str) -> None:
        """Take a payment that a terminal or a code confirmed, or have it charged where a gateway can.

        While a charge of the sale is to be confirmed this asks what became of it; a typed reference lets somebody say
        that it came.
        """
        kind, is_code = TenderKind(tender.value), isinstance(parse(reference), PaymentCode)
        charging = self._charging
        if charging is None or kind not in CHARGED:
            self._take_slip(TenderAsked(kind, amount_minor, reference=reference))
        elif not charging.is_known:
            self._waiting = lambda: self.pay_by_reference(tender, amount_minor, reference)
        elif charging.open is not None:
            self._ask_again(charging, charging.open, "" if is_code else reference)
        elif (is_code or not reference) and not charging.is_reachable():
            self._failed(Refused("charge.unreachable"))
        elif is_code or (kind is TenderKind.CARD and not reference):
            self._charge(charging, TenderAsked(kind, amount_minor, reference=kind.value), reference)
        else:
            self._take_slip(TenderAsked(kind, amount_minor, reference=reference))

    def pay_by_code(self, code: str, amount_minor: int = 0) -> None:
        """Take the rest, or so much, from the wallet whose code was scanned; without a gateway its reference is asked.

        What was taken stays taken. What was charged for the sale before is counted first.
        """
        charging, read = self._charging, parse(code)
        if charging is not None and not charging.is_known:
            self._waiting = lambda: self.pay_by_code(code, amount_minor)
            return
        self.choose(face.Way.SCAN_PAY)
        state = self._state()
        if charging is not None and state is not None and isinstance(read, PaymentCode):
            self.pay_by_reference(face.Tender(read.kind), amount_minor or state.owed_minor, code)

    def pay_value(self, amount_minor: int, digits: str = "") -> None:
        """Take a payment from the member's stored value, bringing what is not here.

        ``digits``: the last four of the phone and the PIN, where the member showed neither card nor code.
        """
        state = self._state()
        if self._busy or state is None:
            return
        taken = sum(asked.amount_minor for asked in self._asked if asked.kind is TenderKind.VALUE)

        def offer() -> SaleState:
            if digits:
                self._value.prove(digits)
            self._value.offer(taken + amount_minor)
            return self._checkout.state()

        def offered(sale: SaleState) -> None:
            self._sale = sale
            self._set_busy(False)
            self._take(TenderAsked(TenderKind.VALUE, amount_minor))

        self._set_busy(True)
        self._gate.attempt(offer, offered, self._failed)

    def takes_proof(self) -> bool:
        """Say whether the member's code, scanned now, is meant as proof for stored value."""
        return self.is_paying() and self._way is face.Way.VALUE

    def prove(self, code: str) -> None:
        """Take the member's card or dynamic code as proof."""
        self._set_busy(True)
        self._tasks.run(lambda: self._checkout.prove(code), self._points_taken, self._failed)

    def pay_points(self, points: int) -> None:
        """Spend points against the basket, 0 for none; money already taken must still fit."""
        if not self._busy:
            self._set_busy(True)
            self._gate.attempt(lambda: self._checkout.redeem_points(points), self._points_taken, self._failed)

    def take_back_last(self) -> None:
        """Take the newest payment back, if any can be."""
        lines = self._lines() if self._state() is not None and self._done is None else ()
        if lines and lines[-1].removable:
            self.remove(lines[-1].tender_id)

    def remove(self, tender_id: str) -> None:
        """Take a payment back out of the list."""
        if tender_id == POINTS_LINE:
            self.pay_points(0)
        elif not self._busy and tender_id.startswith(LINE):
            self._give_up(tender_id.removeprefix(LINE))
        elif not self._busy:
            asked = self._asked[int(tender_id)]
            charge = None if self._charging is None else self._charging.behind(asked.kind, asked.reference)
            if charge is not None:
                self._give_up(charge.charge_id)
                return
            del self._asked[int(tender_id)]
            self._problem = None
            self._show()

    def finish(self) -> bool:
        """Take the money: one sale, however often this is asked for; return whether the sale is written now."""
        state = self._state()
        if self._busy or self._done is not None or state is None or not state.is_paid or self._sale is None:
            return False
        self._problem = self._to_give_back()
        if self._problem is not None:
            return False
        self._set_busy(True)
        is_exchange = any(each.kind is TenderKind.EXCHANGE for each in self._asked)  # it may have been taken out again
        sale_id, goods = self._sale.basket.sale_id, self._goods if is_exchange else None
        asked = tuple(each for each in self._asked if each.kind is not TenderKind.EXCHANGE)
        self._approvals.attempt(
            lambda override: self._checkout.pay(asked, sale_id, goods, override),
            self._paid,
            self._not_paid,
            reason="" if goods is None else goods.asked.reason,
            given_up=lambda: self._set_busy(False),
        )
        return True

    def show_print_state(self, state: face.PrintState) -> None:
        """Show what became of the receipt of the finished sale."""
        if self._done is not None and state is not self._print_state:
            self._print_state = state
            self._show_done(self._done)

    def retranslate(self) -> None:
        """Show everything again, in the language in force."""
        self._view.show_way(self._way)
        if self._done is not None:
            self._show_done(self._done)
        else:
            self._show()

    # ---- how it is done

    def _take(self, asked: TenderAsked) -> None:
        state = self._state()
        if self._busy or state is None or self._programme is None:
            return
        try:
            payment.take(state, asked, self._programme)
        except PosError as error:
            self._problem = error
        else:
            self._asked.append(asked)
            self._problem = None
        if not self.finish():  # something is owed still; a settled sale shows what it left once it is written
            self._show()

    def _take_slip(self, asked: TenderAsked) -> None:
        """Take a payment by the reference on a slip, which may not have paid for anything yet."""
        if self._busy:
            return
        if any((each.kind, each.reference) == (asked.kind, asked.reference) for each in self._asked):
            self._failed(Refused("tender.reference_twice", reference=asked.reference))
            return

        def checked(_none: None) -> None:
            self._set_busy(False)
            self._take(asked)

        self._set_busy(True)
        self._tasks.run(lambda: self._checkout.check_reference(asked.kind, asked.reference), checked, self._failed)

    def _charge(self, charging: Charging, asked: TenderAsked, code: str) -> None:
        """Charge what fits into the sale; the amount is looked at before anybody is asked for money."""
        state = self._state()
        if self._busy or state is None or self._programme is None:
            return
        try:
            payment.take(state, asked, self._programme)
        except PosError as error:
            self._failed(error)
            return
        before = self._to_give_back()
        if before is not None:
            self._failed(before)
            return
        self._set_busy(True)
        charging.take((asked.kind, asked.amount_minor), code, self._charged, self._failed)

    def _ask_again(self, charging: Charging, charge: Charge, reference: str) -> None:
        if self._busy:
            return
        if reference:
            charging.decide(charge, reference, self._charged, self._failed)
        else:
            self._set_busy(True)
            charging.look(charge, self._charged, self._failed)

    def _charged(self, charge: Charge) -> None:
        self._set_busy(False)
        self._problem = problem(charge)
        if charge.pays:
            self._take(TenderAsked(charge.kind, charge.amount_minor, reference=charge.reference))
        else:
            self._show()

    def _charges_found(self, charges: tuple[Charge, ...]) -> None:
        """Count what was charged for this sale before the program was cut off."""
        for charge in charges:
            if charge.pays:
                self._asked.append(TenderAsked(charge.kind, charge.amount_minor, reference=charge.reference))
        if self._done is None and charges:
            self._show()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def _give_up(self, charge_id: str) -> None:
        assert self._charging is not None
        self._set_busy(True)
        self._charging.give_up(charge_id, self._given_up, self._failed)

    def _given_up(self, charge: Charge) -> None:
        self._set_busy(False)
        self._problem = problem(charge)
        if charge.state is ChargeState.CLOSED:
            self._asked = [
                asked for asked in self._asked if (asked.kind, asked.reference) != (charge.kind, charge.reference)
            ]
        elif charge.state is ChargeState.UNKNOWN and self._charging is not None:
            self._charging.decide(charge, "", self._charged, self._failed)  # the provider is silent: a person knows
        self._show()

    def _state(self) -> PaymentState | None:
        """Return how far the sale is paid; tenders that no longer fit after points were chosen are taken out."""
        if self._sale is None or self._programme is None or self._sale.priced is None:
            return None
        state = PaymentState(self._sale.priced.due_minor)
        kept: list[TenderAsked] = []
        for asked in self._asked:
            try:
                state = payment.take(state, asked, self._programme)
                kept.append(asked)
            except PosError as error:
                self._problem = error
        self._asked = kept
        return state

    def _counted(self) -> set[tuple[TenderKind, str]]:
        """Return the tenders that count for the sale as it is now."""
        self._state()
        return {(asked.kind, asked.reference) for asked in self._asked}

    def _to_give_back(self) -> PosError | None:
        """Return what keeps the sale from being paid: money was charged that no longer fits it."""
        loose = () if self._charging is None else self._charging.loose(self._counted())
        return Refused("charge.stands", amount_minor=loose[0].taken_minor) if loose else None

    def _points_taken(self, sale: SaleState) -> None:
        self._sale = sale
        self._problem = None
        self._after.sale_changed(sale)
        self._set_busy(False)
        self._show()

    def _paid(self, done: SaleDone) -> None:
        self._done = done
        self._print_state = face.PrintState.PRINTING
        self._set_busy(False)
        self._show_done(done)
        self._after.sale_done(done)

    def _show_done(self, done: SaleDone) -> None:
        call = done.calls[0] if done.calls else None
        self._view.show_done(
            face.DoneFace(
                receipt_no=done.receipt_no,
                settled=self._face(),
                paid_minor=done.due_minor + done.rounding_minor,
                change_minor=done.change_minor,
                print_state=self._print_state,
                customer=None if self._sale is None else self._after.member_card(self._sale),
                points_earned=done.earned_points,
                points_balance=done.points_after or 0,
                call_on=call.due_on if call else None,
                call_topic=care_wording.advice_word(call.bought[0].advice) if call and call.bought else "",
                raised="" if done.raised is None else desk_wording.tier_text(done.raised.tier),
                raised_why="" if done.raised is None else desk_wording.tier_why(done.raised),
            )
        )

    def _not_paid(self, error: PosError) -> None:
        """Say why, of the sale as it is now: something scanned just before may be owed too."""

        def known(sale: SaleState) -> None:
            if self._sale is not None and sale.basket.sale_id == self._sale.basket.sale_id:
                self._sale = sale
            self._failed(error)

        self._tasks.run(self._checkout.state, known, lambda _unknown: self._failed(error))

    def _failed(self, error: PosError) -> None:
        self._problem = error
        self._set_busy(False)
        self._show()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)

    def _show(self) -> None:
        if self._state() is not None:
            shown = self._face()
            self._view.show_payment(shown)
            self._after.payment_shown(shown, self._way)

    def _face(self) -> face.PaymentFace:
        state = self._state()
        assert state is not None
        assert self._sale is not None
        assert self._sale.priced is not None
        assert self._programme is not None
        is_down = self._charging is not None and not self._charging.is_reachable()
        problem = self._problem or (Refused("charge.unreachable") if is_down and not state.is_paid else None)
        return face.PaymentFace(
            due_minor=state.due_minor + self._sale.priced.basket_points_minor,
            taken=self._lines(),
            owed_minor=state.owed_minor,
            rounding_minor=state.rounding_minor,
            change_minor=state.change_minor,
            quick_minor=payment.quick_amounts(state.owed_minor, self._programme),
            points_usable=self._choosable(),
            value_usable_minor=self._value_left(),
            value_proven=self._sale.value_proven,
            currencies=tuple(rate.currency for rate in self._programme.rates),
            can_finish=state.is_paid,
            online=self._online,
            problem=sentence(problem) if problem else "",
            added_tax_minor=self._sale.priced.added_tax_minor,
            by_gateway=self._charging is not None and not is_down,
            gateway_down=is_down,
        )

    def _choosable(self) -> int:
        """Return the most points that may go against this basket now."""
        assert self._sale is not None
        assert self._programme is not None
        member, priced = self._sale.member, self._sale.priced
        if member is None or priced is None:
            return 0
        usable = member.spendable if self._online else member.usable_here
        left = spendable(usable, priced.redeemed_points, self._programme, online=self._online)
        return choosable(priced.due_minor + priced.basket_points_minor, left, self._programme).most

    def _value_left(self) -> int:
        """Return what stored value can pay besides what it pays already."""
        member = None if self._sale is None else self._sale.member
        if member is None or self._programme is None:
            return 0
        usable = member.value.total
        if not self._online:
            usable = min(member.value.usable_here, self._programme.offline_value_cap_minor)
        return max(0, usable - sum(asked.amount_minor for asked in self._asked if asked.kind is TenderKind.VALUE))

    def _lines(self) -> tuple[face.TenderLine, ...]:
        """Return points first, then the tenders in the order they came."""
        assert self._sale is not None
        assert self._programme is not None
        lines: list[face.TenderLine] = []
        points = self._sale.basket.points
        if points:
            said = _("{points} pts").format(points=f"{points:,}")
            lines.append(face.TenderLine(POINTS_LINE, face.Tender.POINTS, worth_minor(points, self._programme), said))
        assert self._sale.priced is not None
        state = PaymentState(self._sale.priced.due_minor)
        for place, asked in enumerate(self._asked):
            state = payment.take(state, asked, self._programme)
            tender = state.tenders[-1]
            amount = tender.given_minor if tender.kind in CASHLIKE else tender.amount_minor
            said = tender.reference or (foreign_text(tender.foreign_minor, tender.currency) if tender.currency else "")
            lines.append(face.TenderLine(str(place), face.Tender(tender.kind.value), amount, said))
        if self._charging is not None:
            lines += self._charging.lines(self._counted())
        return tuple(lines)
