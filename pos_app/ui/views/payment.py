"""S6 Payment and S6b Done: the pay zone grows over the member zone, the basket stays where it is."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.view_models import DoneFace, MemberCard, PaymentFace, Tender, Way
from pos_app.ui.theme.tokens import COMPACT_BELOW_PX
from pos_app.ui.views.checkout import RAIL_PX, CheckoutView
from pos_app.ui.views.done import DonePanel
from pos_app.ui.views.pay_zone import PayZone
from pos_app.ui.views.payment_parts import EntryRow, TakenPanel
from pos_app.ui.widgets.sheet import in_sheet
from pos_app.ui.widgets.words import Say

MOST_MINOR = 99_999_999
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class PaymentView(QObject):
    """Paying, in the checkout's own zones.

    Left: what was taken. Middle: the amount in the scan line's place, the basket below at 60 %. Right: what is still
    owed, the ways, quick amounts, keypad, and the button that finishes, in the places that they have in selling.

    Signals: ``tender_asked(tender, amount_minor, reference)`` with a ``Tender`` (of foreign cash the currency is the
    reference); ``points_asked`` (choose points
    against the basket); ``tender_removed(tender_id)``; ``finish_asked`` once, until the next ``show_payment`` or
    ``set_busy(False)``; ``back_asked``; ``reprint_asked``; ``no_paper_asked``; ``next_asked`` after the sale;
    ``amount_refused`` when what was typed is not an amount; ``code_taken(code, amount_minor)`` of a wallet, with the
    amount that stands there for it, 0 for all that is owed.
    """

    tender_asked = Signal(str, int, str)
    points_asked = Signal()
    tender_removed = Signal(str)
    finish_asked = Signal()
    back_asked = Signal()
    reprint_asked = Signal()
    no_paper_asked = Signal()
    next_asked = Signal()
    amount_refused = Signal()
    code_taken = Signal(str, int)

    def __init__(self, checkout: CheckoutView, keymap: Keymap) -> None:
        super().__init__(checkout)
        self._checkout = checkout
        self._face: PaymentFace | None = None
        self._way = Way.CASH
        self._armed = False
        self._busy = False
        self.taken = TakenPanel(keymap.caption(Action.UNDO))
        self.entry = EntryRow()
        self.pay = PayZone(self._primary_text, keymap)
        self.done = DonePanel()
        checkout.left.addWidget(self.taken)
        checkout.zone.entry.addWidget(self.entry)
        checkout.right.addWidget(self.pay)
        checkout.right.addWidget(self.done)
        for watched in (checkout, self.entry.amount, self.entry.reference):
            watched.installEventFilter(self)
        self._connect()

    def open(self, way: Way = Way.CASH) -> None:
        """Step from selling to paying, with a way in hand."""
        self.taken.show_open()
        self._stand(self.entry, self.pay)
        self.show_way(way)

    def close(self) -> None:
        """Step back to selling; the scan line has the focus again."""
        checkout = self._checkout
        checkout.left.setCurrentIndex(0)
        checkout.zone.entry.setCurrentIndex(0)
        checkout.right.setCurrentIndex(0)
        checkout.zone.set_dimmed(dimmed=False)
        checkout.focus_home()

    def is_open(self) -> bool:
        """Say whether paying, or its done panel, is in view."""
        return self._checkout.right.currentIndex() != 0

    def is_done(self) -> bool:
        """Say whether the done panel is in view: the sale is paid, the next one may begin."""
        return self._checkout.right.currentWidget() is self.done

    def show_way(self, way: Way) -> None:
        """Take a way in hand: its entry is ready with what is still owed."""
        self._way = way
        self.pay.show_way(None if self._face is not None and self._face.can_finish else way)
        owed = 0 if self._face is None else self._face.owed_minor
        if way is Way.CASH and self._face is not None and self._face.quick_minor:
            owed = self._face.quick_minor[0]  # what cash has to pay once it is rounded
        asks_pin = False
        if way is Way.VALUE and self._face is not None:
            owed, asks_pin = min(owed, self._face.value_usable_minor), not self._face.value_proven
        self.entry.show_way(way, wording.money(owed).replace(",", "") if owed > 0 else "", asks_pin=asks_pin)
        self._show_primary()

    def show_payment(self, face: PaymentFace) -> None:
        """Show the state of paying, stepping into it from selling; arms the finishing button if nothing is owed."""
        if not self.is_open():
            self.open(self._way)
        before = self._face
        fresh = before is None or (before.owed_minor, before.value_proven) != (face.owed_minor, face.value_proven)
        self._face = face
        self.taken.show_face(face)
        self.entry.show_currencies(face.currencies)
        due = self.pay.due
        due.show_row(0, self._due_text, wording.money(face.due_minor))
        taken_minor = sum(line.amount_minor for line in face.taken if not line.is_pending)
        due.show_row(1, lambda: _("Taken"), wording.money(-taken_minor))
        due.show_row(2, lambda: _("Cash rounding"), wording.money(face.rounding_minor) if face.rounding_minor else "")
        if face.change_minor:
            due.show_total(lambda: _("Change"), wording.money(face.change_minor), "gold_solid")
        else:
            due.show_total(lambda: _("Still owed"), wording.money(max(0, face.owed_minor)))
        self.pay.show_quick(face.quick_minor)
        hints: dict[Way, Say] = {Way.POINTS: self._points_hint, Way.VALUE: self._value_hint}
        by_hand = frozenset({Way.SCAN_PAY, Way.CARD}) if face.gateway_down else frozenset[Way]()
        hints |= dict.fromkeys(by_hand, _by_hand_hint)
        self.pay.show_ways(hints, self._unavailable(face), by_hand)
        self._arm(armed=face.can_finish)
        self.entry.setEnabled(not face.can_finish)
        self.pay.keypad.setEnabled(not face.can_finish)
        if face.can_finish:
            self.entry.amount.clear()
            self.pay.show_way(None)
            self.pay.primary.setFocus(Qt.FocusReason.OtherFocusReason)
        elif fresh:
            self.show_way(self._way)

    def _due_text(self) -> str:
        tax_minor = 0 if self._face is None else self._face.added_tax_minor
        return _("Due, {tax} tax added").format(tax=wording.money(tax_minor)) if tax_minor else _("Due")

    def show_done(self, face: DoneFace) -> None:
        """Show what the finished sale left; scanning goes on with the next customer."""
        self._arm(armed=False)
        self._face = None
        self.taken.show_member(face.customer)
        self.taken.show_face(face.settled)
        self.taken.show_finished()
        self.done.show_done(face)
        self._stand(self._checkout.zone.scan, self.done)
        self.done.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_way(self, way: Way) -> None:
        """Take a way in hand as its tile or its key asks for it, if it can be used now."""
        if way is Way.POINTS and way in self.pay.usable():
            self.points_asked.emit()
        elif way in self.pay.usable():
            self.show_way(way)

    def ask_next_way(self) -> None:
        """Take the next way in hand that can be used now; points are chosen elsewhere."""
        ways = [way for way in self.pay.usable() if way is not Way.POINTS]
        if ways:
            self.show_way(ways[(ways.index(self._way) + 1) % len(ways)] if self._way in ways else ways[0])

    def take_code(self, code: str) -> None:
        """Take a wallet's code: for the amount that stands there if wallets are in hand, else for all that is owed."""
        amount = typed_minor(self.entry.amount.text()) if self._way is Way.SCAN_PAY else None
        self.code_taken.emit(code, amount or 0)

    def set_busy(self, busy: bool) -> None:
        """Disarm the filled button while the sale is being written."""
        self._busy = busy
        if not busy and self.is_open() and not self.is_done():
            QTimer.singleShot(0, self._focus_again)
        self._arm(armed=not busy and self._face is not None and self._face.can_finish)

    def _stand(self, entry: QWidget, right: QWidget) -> None:
        """Put these in the places of the scan line and the pay zone, and what was taken in the customer's."""
        checkout = self._checkout
        if not self.is_open():
            checkout.clear_notice()
        checkout.left.setCurrentWidget(self.taken)
        checkout.zone.entry.setCurrentWidget(entry)
        checkout.right.setCurrentWidget(right)
        checkout.zone.set_dimmed(dimmed=True)

    def focus_home(self) -> None:
        """Give the focus to the control that Enter should act on."""
        if self._checkout.right.currentWidget() is self.done:
            self.done.next.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._armed:
            self.pay.primary.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.entry.amount.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the checkout's size and language, and take the keys that the entry has no use for."""
        if watched is self._checkout:
            if event.type() == QEvent.Type.Resize:
                self._fold()
            elif event.type() == QEvent.Type.LanguageChange:
                self.entry.retranslate()
            elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._pressed(event)
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.ignore()
            return event.matches(QKeySequence.StandardKey.Undo)  # it means the payments, not the text
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in STEPS:
            self.entry.step(STEPS[Qt.Key(event.key())])
            return True
        return super().eventFilter(watched, event)

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self._checkout.right.currentWidget() is self.pay:
            self.back_asked.emit()
            return True
        return False

    def _fold(self) -> None:
        compact = self._checkout.width() + RAIL_PX < COMPACT_BELOW_PX
        for part in (self.pay, self.entry, self.done, self.taken):
            part.set_compact(compact=compact)

    def _arm(self, *, armed: bool) -> None:
        """Let the filled button finish the sale; while something is owed it takes the amount in hand instead."""
        self._armed = armed
        self._show_primary()

    def _show_primary(self) -> None:
        owing = self._face is not None and not self._face.can_finish
        amount = typed_minor(self.entry.amount.text()) or 0
        self.pay.primary.setEnabled(self._armed or (owing and amount > 0 and not self._busy))
        self.pay.primary.retell()

    def _focus_again(self) -> None:
        """Bring the focus back that a disarmed button gave away; not out of the entry, nor out of a sheet."""
        focus = QApplication.focusWidget()
        kept = focus is not None and (self.entry.isAncestorOf(focus) or in_sheet(focus))
        if not kept and self.is_open() and not self.is_done():
            self.focus_home()

    def _press_primary(self) -> None:
        if self._armed:
            self._arm(armed=False)
            self.finish_asked.emit()
        elif self._face is not None and not self._face.can_finish:
            self._take()

    def _take(self) -> None:
        if self._way is Way.POINTS:
            self.points_asked.emit()
            return
        amount = typed_minor(self.entry.amount.text())
        if amount is None or amount <= 0:
            self.amount_refused.emit()
            self.entry.amount.selectAll()
            return
        if self._lacks_reference():
            self.entry.reference.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        foreign = self.entry.foreign()
        self.tender_asked.emit(self._tender().value, amount, foreign or self.entry.reference.text().strip())

    def _lacks_reference(self) -> bool:
        """Say whether a reference, or a proof, is to be typed before the amount can be taken."""
        reference, face = self.entry.reference, self._face
        if face is None or reference.isHidden() or reference.hasFocus() or reference.text().strip():
            return False
        asks = self._way is Way.VALUE or not face.by_gateway
        return asks and not any(line.is_pending for line in face.taken)

    def _tender(self) -> Tender:
        if self._way is Way.SCAN_PAY:
            return Tender(self.entry.wallet.choice())
        if self.entry.foreign():
            return Tender.FOREIGN
        return {Way.CARD: Tender.CARD, Way.VALUE: Tender.VALUE}.get(self._way, Tender.CASH)

    def _ask_way(self, name: str) -> None:
        self.ask_way(Way(name))

    def _quick(self, amount_minor: int) -> None:
        self.tender_asked.emit(Tender.CASH.value, amount_minor, "")

    def _show_member(self, member: MemberCard | None) -> None:
        if not self.is_done():  # the next sale may be loaded already; the customer who paid stays in view
            self.taken.show_member(member)

    def _primary_text(self) -> str:
        if self._face is None or self._face.can_finish:
            return _("Finish the sale")
        if self._way in {Way.SCAN_PAY, Way.CARD} and any(line.is_pending for line in self._face.taken):
            return _("Ask what became of it")
        amount, foreign = typed_minor(self.entry.amount.text()) or 0, self.entry.foreign()
        shown = f"{foreign} {wording.money(amount)}" if foreign else wording.yuan(amount)
        return _("Take {amount}").format(amount=shown)

    def _points_hint(self) -> str:
        return f"{0 if self._face is None else self._face.points_usable:,}"

    def _value_hint(self) -> str:
        usable = 0 if self._face is None else self._face.value_usable_minor
        return f"¥{wording.short_money(usable)}"

    def _unavailable(self, face: PaymentFace) -> frozenset[Way]:
        if face.can_finish:
            return frozenset(Way)
        usable = {Way.POINTS: face.points_usable, Way.VALUE: face.value_usable_minor}
        return frozenset(way for way, amount in usable.items() if not amount)

    def _connect(self) -> None:
        self.taken.removed.connect(self.tender_removed)
        self.taken.back_asked.connect(self.back_asked)
        self._checkout.member_shown.connect(self._show_member)
        self.entry.confirmed.connect(self._take)
        self.entry.amount.textChanged.connect(self._show_primary)
        self.pay.keypad.typed.connect(self._typed)
        self.pay.keypad.erased.connect(self._erase)
        self.pay.keypad.cleared.connect(self._clear)
        self.pay.keypad.confirmed.connect(self._take)
        self.pay.keypad.times.setEnabled(False)
        self.pay.way_asked.connect(self._ask_way)
        self.pay.quick_asked.connect(self._quick)
        self.pay.primary_asked.connect(self._press_primary)
        self.pay.primary.set_key("Enter", pill=True)
        self.done.reprint_asked.connect(self.reprint_asked)
        self.done.no_paper_asked.connect(self.no_paper_asked)
        self.done.next_asked.connect(self.next_asked)

    def _field(self) -> QLineEdit:
        return self.entry.reference if self.entry.reference.hasFocus() else self.entry.amount

    def _typed(self, text: str) -> None:
        self._field().insert(text)

    def _erase(self) -> None:
        self._field().backspace()

    def _clear(self) -> None:
        self._field().clear()


def _by_hand_hint() -> str:
    return _("By ref.")


def typed_minor(text: str) -> int | None:
    """Return an amount typed in yuan as minor units; None when it is not one or has more than two decimals."""
    try:
        minor = Decimal(text.strip().replace(",", "")) * 100
    except InvalidOperation:
        return None
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor <= MOST_MINOR:
        return None
    return int(minor)
