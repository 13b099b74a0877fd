"""Decides what the sale screen does: scans, quantities, members, redeeming, and where each answer leads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pos_app.domain.basket import BasketLine
from pos_app.domain.catalogue import Item
from pos_app.domain.price_steps import Discount
from pos_app.domain.programme import Programme
from pos_app.domain.punch_cards import PunchCard
from pos_app.errors import PosError, Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayFigures
from pos_app.services.member_models import MemberRow
from pos_app.services.receipts import LastSale, ReceiptDesk
from pos_app.services.sale_models import GiftToFetch, SaleState, ScanKind, ScanResult
from pos_app.ui.presenters import sale_faces, sale_words
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.tasks import TaskRunner


class CheckoutView(Protocol):
    """What the sale screen can show; see ``views/checkout.py``."""

    def show_member(self, member: face.MemberCard) -> None: ...
    def show_guest(self, earning: int, nearly: str) -> None: ...
    def show_idle(self, figures: face.DayFigures) -> None: ...
    def show_basket(self, rows: tuple[face.BasketRow, ...], selected: str) -> None: ...
    def show_last_sale(self, sale: face.LastSale | None) -> None: ...
    def show_totals(self, totals: face.Totals) -> None: ...
    def show_held(self, count: int) -> None: ...
    def show_notice(self, notice: face.Notice) -> None: ...
    def has_notice(self) -> bool: ...
    def flash(self, *, good: bool) -> None: ...


class Elsewhere(Protocol):
    """Where the sale screen sends people and sounds."""

    def open_payment(self, way: str) -> None:
        """Take the money, by a ``Way`` if one was named."""
        ...

    def pay_by_code(self, code: str) -> None:
        """Take the money from the wallet whose code was scanned."""
        ...

    def open_redeem(self) -> None:
        """Choose what to redeem."""
        ...

    def open_held(self) -> None:
        """Choose a held sale."""
        ...

    def explain(self) -> None:
        """Say why the selected line costs what it costs."""
        ...

    def weigh(self, item_id: int) -> None:
        """Ask for the weight of an item without a label."""
        ...

    def change_price(self) -> None:
        """Change the price of the selected line or of the order by hand."""
        ...

    def open_refund(self, receipt_no: str) -> None:
        """Take goods of this receipt back."""
        ...

    def open_sign_up(self, phone: str) -> None:
        """Sign somebody up."""
        ...

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        ...

    def choose_member(self, rows: tuple[MemberRow, ...]) -> None:
        """Pick one of several members."""
        ...

    def find_item(self) -> None:
        """Look for an item."""
        ...

    def choose_item(self, items: tuple[Item, ...]) -> None:
        """Pick one of several items."""
        ...

    def begin_next(self) -> None:
        """Put away what a finished sale left in view."""
        ...

    def sound(self, name: str) -> None:
        """Play ``ok``, ``error`` or ``paid``."""
        ...

    def sale_shown(self, state: SaleState) -> None:
        """The sale screen shows this: the number of the next receipt, and what the customer may see, follow."""
        ...


class Moment(Protocol):
    """The time as the screen needs it."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        ...


@dataclass(frozen=True, slots=True)
class SaleDesks:
    """The use cases behind the sale screen, and what it must know of the world."""

    checkout: Checkout
    receipts: ReceiptDesk
    figures: Callable[[], DayFigures]
    is_online: Callable[[], bool]
    gate: RightsGate
    approvals: Approvals
    clock: Moment


class CheckoutPresenter:
    """One per window; keeps the newest state and the selected line, nothing else."""

    def __init__(self, view: CheckoutView, desks: SaleDesks, tasks: TaskRunner, elsewhere: Elsewhere) -> None:
        self._view = view
        self._desks = desks
        self._tasks = tasks
        self._elsewhere = elsewhere
        self._selected = self._left_alone = ""
        self.state: SaleState | None = None
        self.programme: Programme | None = None
        self._figures = face.DayFigures(0, 0, 0)
        self._last: LastSale | None = None
        self._notice: Callable[[], face.Notice] | None = None

    # ---- what the screen asks for

    def start(self) -> None:
        """Load the sale in hand, as after sign-in, a finished sale or a restart."""
        self._tasks.run(self._load, self._loaded, self.failed)

    def enter(self, text: str, quantity: int = 1) -> None:
        """Act on a typed or scanned text; a finished sale stays in view until the answer is there."""
        self._desks.gate.attempt(
            lambda: self._desks.checkout.scan(text, quantity), partial(self._scanned, text), self._not_scanned
        )

    def add_item(self, item_id: int) -> None:
        """Ring up an item that was picked."""
        self._change(lambda: self._desks.checkout.add_item(item_id))

    def attach(self, member_id: str) -> None:
        """Serve a member who was picked."""
        self._change(lambda: self._desks.checkout.attach(member_id))

    def set_quantity(self, line_id: str, quantity: int) -> None:
        """Set how many of a line; 0 removes it."""
        if line_id:
            self._change(lambda: self._desks.checkout.set_quantity(int(line_id), quantity))

    def act_on_line(self, act: str, line_id: str) -> None:
        """Do what a line's buttons ask for: ``less``, ``more``, ``remove``, ``discount``, ``why``."""
        line = next((line for line in self._lines() if line.line_id == line_id), None)
        if line is None:
            return
        self._selected = line_id
        if act == "remove":
            self._change(lambda: self._desks.checkout.remove_line(int(line_id)))
        elif act == "discount":
            self._elsewhere.change_price()
        elif act == "why":
            self._elsewhere.explain()
        elif act in {"less", "more"}:
            self.set_quantity(line_id, line.quantity + (1 if act == "more" else -1))

    def remove_selected(self) -> None:
        """Take the selected line out."""
        self.act_on_line("remove", self._selected)

    def select(self, line_id: str) -> None:
        """Remember the line that the next quantity is for."""
        self._selected = line_id

    def undo(self) -> None:
        """Take the last change back and say which."""
        was = self.state.undo if self.state else None
        if was is None:
            return
        self._tasks.run(
            self._desks.checkout.undo,
            lambda state: self._show_changed(state, lambda: sale_words.undone(was)),
            self.failed,
        )

    def detach(self) -> None:
        """Serve nobody in particular."""
        self._change(self._desks.checkout.detach)

    def act_on_care(self, prompt_id: str) -> None:
        """Do the one act of a care prompt: ring up the item, or record the call."""
        if prompt_id.startswith("item:"):
            self.add_item(int(prompt_id.removeprefix("item:")))
        elif prompt_id.startswith("care."):
            self._elsewhere.find_item()
        else:
            self._elsewhere.open_call(prompt_id)

    def act_on_offer(self, offer_id: str) -> None:
        """Take an offered item home for points, or give it back to money."""
        item_id = int(offer_id)
        taken = [line for line in self._basket_lines() if line.item.item_id == item_id and line.redeemed]
        if taken:
            self._change(lambda: self._desks.checkout.redeem_line(taken[0].line_no, redeemed=False))
        else:
            self._desks.gate.attempt(lambda: self._desks.checkout.redeem_item(item_id), self._changed, self.failed)

    def use_card(self) -> None:
        """Let a full punch card give its piece, or take that back."""
        self._desks.gate.attempt(self._desks.checkout.use_card, self._changed, self.failed)

    def hold_or_recall(self) -> None:
        """Put the sale aside; with nothing rung up, show what is aside."""
        if self.state is not None and not self.state.basket.is_empty:
            self._tasks.run(self._desks.checkout.hold, self._held, self.failed)
        else:
            self._elsewhere.open_held()

    def hold_unattended(self) -> None:
        """Put a sale aside that nobody has touched for long; tried once."""
        basket = None if self.state is None else self.state.basket
        if basket is None or basket.is_empty or basket.sale_id == self._left_alone:
            return
        self._left_alone = basket.sale_id
        self._tasks.run(
            lambda: self._desks.checkout.hold(sale_words.left_alone()),
            lambda state: self._show_changed(state, sale_words.put_aside_unattended),
            self.failed,
        )

    def cancel_sale(self) -> None:
        """Cancel the whole sale; it can be undone."""
        if self.state is not None and not self.state.basket.is_empty:
            self._change(self._desks.checkout.cancel)

    def reprint(self) -> None:
        """Print the last receipt again."""
        self._desks.approvals.attempt(
            lambda override: self._desks.receipts.reprint(None, override),
            lambda again: self._say_reprint(again.receipt_no),
            self.failed,
        )

    def act_on_notice(self, code: str) -> None:
        """Do what a notice's button offers."""
        if code == sale_words.UNDO:
            self.undo()
        elif code == sale_words.USE_CARD:
            self.use_card()

    @property
    def selected(self) -> str:
        """Return the id of the line that is selected, empty for none."""
        return self._selected

    # ---- what comes back

    def show(self, state: SaleState) -> None:
        """Show a state of the sale that somebody else brought about (redeem sheet, payment)."""
        self._show_changed(state, _told(state))

    def retranslate(self) -> None:
        """Show everything again, in the language in force."""
        self._show_state()
        if self._notice is not None and self._view.has_notice():
            self._view.show_notice(self._notice())

    def member_card(self, state: SaleState) -> face.MemberCard | None:
        """Return the card of who is served in ``state``, in the language in force; None for a guest."""
        if self.programme is None:
            return None
        now_ms = self._desks.clock.now_ms()
        return sale_faces.member_card(state, self.programme, now_ms, sale_faces.local_date(now_ms))

    def tell(self, notice: Callable[[], face.Notice]) -> None:
        """Show a notice of something that was done beside the sale."""
        self._say(notice)

    def _show_state(self) -> None:
        state, programme = self.state, self.programme
        if state is None or programme is None:
            return
        card = self.member_card(state)
        rows = sale_faces.rows(state)
        if card is not None:
            self._view.show_member(card)
        elif rows:
            nearly = sale_faces.campaign_prompt(state)
            said = "" if nearly is None else f"{nearly.title} · {nearly.reason}"
            self._view.show_guest(state.earning_if_joined, said)
        else:
            self._view.show_idle(self._figures)
        if self._selected not in {row.line_id for row in rows}:
            self._selected = rows[-1].line_id if rows else ""
        self._view.show_basket(rows, self._selected)
        self._view.show_totals(sale_faces.totals(state.priced, programme, online=self._desks.is_online()))
        self._view.show_held(state.held_count)
        self._view.show_last_sale(_last_sale(self._last))
        self._elsewhere.sale_shown(state)

    def failed(self, error: PosError) -> None:
        """Say why something cannot be, or ask for the weight that it lacks; what was rung up stays as it is."""
        item_id = error.facts.get("item_id")
        if error.code == "item.needs_weight" and isinstance(item_id, int):
            self._elsewhere.weigh(item_id)
            return
        self._view.flash(good=False)
        self._elsewhere.sound("error")
        self._say(lambda: sale_words.failed(error))

    # ---- how it is done

    def _load(self) -> tuple[SaleState, Programme, DayFigures, LastSale | None]:
        desks = self._desks
        return desks.checkout.state(), desks.checkout.programme(), desks.figures(), desks.receipts.last()

    def _loaded(self, loaded: tuple[SaleState, Programme, DayFigures, LastSale | None]) -> None:
        self.state, self.programme, figures, self._last = loaded
        self._figures = face.DayFigures(figures.visits, figures.sign_ups, figures.calls_due)
        self._show_state()

    def _change(self, work: Callable[[], SaleState]) -> None:
        self._tasks.run(work, self._changed, self.failed)

    def _changed(self, state: SaleState) -> None:
        self._show_changed(state, _told(state))

    def _show_changed(self, state: SaleState, notice: Callable[[], face.Notice] | None) -> None:
        known = {line.line_no for line in self._basket_lines()}
        gifts = () if self.state is None else self.state.gifts
        was_idle = self.state is not None and _is_idle(self.state)
        told = None if self.state is None else self.state.full_card
        self.state = state
        fresh = [line.line_no for line in state.basket.lines if line.line_no not in known]
        if fresh:
            self._selected = str(fresh[-1])
        self._show_state()
        if notice is not None:
            self._say(notice)
        dropped = state.points_dropped
        if dropped:
            self._say(lambda: sale_words.points_dropped(dropped))
        if state.reduction_dropped:
            self._say(sale_words.reduction_dropped)
        if state.repriced:
            self._say(lambda: sale_words.repriced(state.repriced))
        if _is_idle(state) and not was_idle:
            self._say(sale_words.coupon_idle)
        if state.full_card is not None and state.full_card != told:
            self._say_card(state.full_card)
        fresh_gifts = [gift for gift in state.gifts if gift not in gifts]
        if fresh_gifts:
            self._say_gift(fresh_gifts[0])

    def _say_card(self, card: PunchCard) -> None:
        self._say(lambda: sale_words.full_card(sale_faces.item_name(card.name, card.name_en)))

    def _say_gift(self, gift: GiftToFetch) -> None:
        item = gift.item
        self._say(lambda: sale_words.gift(sale_faces.item_name(item.name, item.name_en), gift.count))

    def _say(self, notice: Callable[[], face.Notice]) -> None:
        """Show a notice; it is made again when the language is switched while it is in view."""
        self._notice = notice
        self._view.show_notice(notice())

    def _not_scanned(self, error: PosError) -> None:
        self._elsewhere.begin_next()
        self.failed(error)

    def _scanned(self, code: str, result: ScanResult) -> None:
        self._elsewhere.begin_next()  # first: what follows is about the next customer
        self._view.flash(good=result.kind is not ScanKind.UNKNOWN)
        self._elsewhere.sound("error" if result.kind is ScanKind.UNKNOWN else "ok")
        if result.kind is ScanKind.ADDED and result.item is not None:
            self._selected = _line_of(result)
        self._show_changed(result.state, _told(result.state) if result.kind in _CHANGES else None)
        self._lead_on(code, result)

    def _lead_on(self, code: str, result: ScanResult) -> None:
        """Go where a scan leads that is not about this basket."""
        if result.kind is ScanKind.PAYMENT_CODE and result.state.basket.is_empty:
            self.failed(Refused("scan.payment_code"))
        elif result.kind is ScanKind.PAYMENT_CODE:
            self._elsewhere.pay_by_code(code)
        elif result.kind is ScanKind.CALL_SLIP:
            self._elsewhere.open_call(result.call_id)
        elif result.kind is ScanKind.NEW_PHONE:
            self._elsewhere.open_sign_up(result.phone)
        elif result.kind is ScanKind.CHOOSE and result.members:
            self._elsewhere.choose_member(result.members)
        elif result.kind is ScanKind.CHOOSE:
            self._elsewhere.choose_item(result.items)
        elif result.kind is ScanKind.RECEIPT:
            self._elsewhere.open_refund(result.receipt_no)
        elif result.kind is ScanKind.UNKNOWN:
            self._say(sale_words.nothing_found)

    def _held(self, state: SaleState) -> None:
        self._show_changed(state, sale_words.put_aside)

    def _say_reprint(self, receipt_no: str) -> None:
        self._say(lambda: sale_words.printed_again(receipt_no))

    def _lines(self) -> tuple[face.BasketRow, ...]:
        return sale_faces.rows(self.state) if self.state else ()

    def _basket_lines(self) -> tuple[BasketLine, ...]:
        return self.state.basket.lines if self.state else ()


_CHANGES = frozenset({ScanKind.ADDED, ScanKind.MEMBER_ATTACHED, ScanKind.RECALLED, ScanKind.COUPON})


def _is_idle(state: SaleState) -> bool:
    """Say whether a coupon was chosen that takes nothing off what is rung up."""
    if not state.basket.coupon or state.priced is None:
        return False
    return not any(Discount.of(step.rule) is Discount.COUPON for line in state.priced.lines for step in line.steps)


def _line_of(result: ScanResult) -> str:
    """Return the line that an added item went to."""
    assert result.item is not None
    lines = [line for line in result.state.basket.lines if line.item.item_id == result.item.item_id]
    return str(lines[-1].line_no) if lines else ""


def _told(state: SaleState) -> Callable[[], face.Notice] | None:
    """Return the toast of the last change, None when there is nothing to take back."""
    undo = state.undo
    return None if undo is None else lambda: sale_words.done(undo)


def _last_sale(last: LastSale | None) -> face.LastSale | None:
    if last is None:
        return None
    return face.LastSale(last.receipt_no, last.sold_at_ms, last.pieces, last.due_minor, last.member_name)
