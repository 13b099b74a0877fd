"""S2 Checkout: who, what, how much, on one screen that never moves."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.entry import Code, Quantity, pending_quantity, read_entry
from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.view_models import BasketRow, DayFigures, LastSale, MemberCard, Notice, Totals, Way
from pos_app.ui.theme.tokens import COMPACT_BELOW_PX
from pos_app.ui.views.basket_zone import SALE_ACTIONS, BasketZone
from pos_app.ui.views.member_zone import MemberZone
from pos_app.ui.views.pay_zone import COMPACT_PX as PAY_COMPACT_PX
from pos_app.ui.views.pay_zone import WIDE_PX as PAY_PX
from pos_app.ui.views.pay_zone import PayZone

MEMBER_PX, MEMBER_COMPACT_PX = 296, 244
# The rail is not part of this screen, so the break is met that much earlier.
RAIL_PX = 80
SHORT_PX = 620


class CheckoutView(QWidget):
    """The sale.

    Signals: ``code_entered(text, quantity)`` typed or scanned; ``quantity_entered(line_id, quantity)``;
    ``line_acted(act, line_id)`` with ``less``, ``more``, ``discount``, ``remove``; ``selected(line_id)``;
    ``action_asked(action)`` from the row of actions and the member card, with the names of ``keymap.Action``;
    ``pay_asked(way)`` with a ``Way`` or empty for the usual one; ``quick_cash_asked(amount_minor)``;
    ``member_cleared``; ``care_acted(prompt_id)``; ``offer_asked(offer_id)``; ``profile_asked``; ``reprint_asked``;
    ``refund_asked(receipt_no)`` of the last sale;
    ``notice_acted(code)``.
    ``member_shown(card)`` with the ``MemberCard`` in view or None, for the payment view.
    ``actions`` are the buttons below the basket: those that the program has.
    The stacks ``left``, ``zone.entry`` and ``right`` are where the payment view puts its own parts.
    """

    code_entered = Signal(str, int)
    quantity_entered = Signal(str, int)
    line_acted = Signal(str, str)
    selected = Signal(str)
    action_asked = Signal(str)
    pay_asked = Signal(str)
    quick_cash_asked = Signal(int)
    member_cleared = Signal()
    care_acted = Signal(str)
    offer_asked = Signal(str)
    profile_asked = Signal()
    reprint_asked = Signal()
    refund_asked = Signal(str)
    notice_acted = Signal(str)

    member_shown = Signal(object)

    def __init__(self, keymap: Keymap, actions: tuple[Action, ...] = SALE_ACTIONS) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._selected = ""
        self._totals = Totals(0, 0, 0, 0, 0, 0)
        self._points_left: int | None = None
        self._value_left_minor: int | None = None
        self._last_receipt = ""
        self._compact: bool | None = None
        self.member = MemberZone()
        self.zone = BasketZone(actions)
        self.pay = PayZone(self._pay_text, keymap)
        self.left = QStackedWidget()
        self.right = QStackedWidget()
        self.left.addWidget(self.member)
        self.right.addWidget(self.pay)
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self.left)
        self._layout.addWidget(self.zone, 1)
        self._layout.addWidget(self.right)
        self._show_keys(keymap)
        self._connect()
        self.show_totals(self._totals)
        self.show_basket((), "")

    def show_member(self, member: MemberCard) -> None:
        """Show the customer of this sale."""
        self._points_left = max(0, member.points_here - member.redeeming)
        self._value_left_minor = member.value_minor
        self.member.show_member(member)
        self.member_shown.emit(member)
        self._show_ways()

    def show_guest(self, earning: int, nearly: str = "") -> None:
        """Show a sale without a member, and what joining would earn now."""
        self._points_left = None
        self._value_left_minor = None
        self.member.show_guest(earning, nearly)
        self.member_shown.emit(None)
        self._show_ways()

    def show_idle(self, figures: DayFigures) -> None:
        """Show that nobody is served, and today's three numbers."""
        self._points_left = None
        self._value_left_minor = None
        self.member.show_idle(figures)
        self.member_shown.emit(None)
        self._show_ways()

    def show_basket(self, rows: tuple[BasketRow, ...], selected: str) -> None:
        """Show the lines and mark the selected one."""
        self._selected = selected or (rows[-1].line_id if rows else "")
        self.zone.show_rows(rows, self._selected)

    def show_last_sale(self, sale: LastSale | None) -> None:
        """Show the sale before, while the basket is empty."""
        self._last_receipt = "" if sale is None else sale.receipt_no
        self.zone.show_last_sale(sale)

    def show_totals(self, totals: Totals) -> None:
        """Show what is due, and the cash amounts that would pay it."""
        self._totals = totals
        due = self.pay.due
        due.show_row(0, self._gross_text, wording.money(totals.gross_minor + totals.added_tax_minor))
        due.show_row(1, lambda: _("Member savings"), wording.money(-totals.saved_minor))
        points_tone = "gold_solid" if totals.redeemed_minor else "night_ink"
        if points_tone == "gold_solid":
            due.show_row(2, lambda: _("Points redeemed"), wording.money(-totals.redeemed_minor), "gold_solid")
        else:
            due.show_row(2, lambda: _("Points redeemed"), wording.money(0))
        due.show_total(lambda: _("To pay"), wording.money(totals.due_minor))
        self.pay.show_quick(totals.quick_cash_minor)
        self.pay.primary.setEnabled(totals.lines > 0)
        self.pay.primary.retell()
        self._show_ways()

    def show_held(self, count: int) -> None:
        """Show how many sales are held."""
        self.zone.show_held(count)

    def show_notice(self, notice: Notice) -> None:
        """Show what was done or what went wrong, in the strip below the lines."""
        self.zone.show_notice(notice)

    def has_notice(self) -> bool:
        """Say whether a notice is in view."""
        return self.zone.toast.is_shown()

    def clear_notice(self) -> None:
        """Empty the strip."""
        self.zone.toast.clear()

    def flash(self, *, good: bool) -> None:
        """Colour the scan line for a moment."""
        self.zone.scan.line.flash(good=good)

    def show_camera_frame(self, grey: bytes, width_px: int, height_px: int) -> None:
        """Show a frame of the camera: 8-bit grey, rows from the top."""
        self.member.guest.show_frame(grey, width_px, height_px)

    def show_camera_off(self) -> None:
        """Show that the camera is off."""
        self.member.guest.show_camera_off()

    def set_busy(self, busy: bool) -> None:
        """Disarm what would start the same work twice."""
        self.pay.primary.setEnabled(not busy and self._totals.lines > 0)

    def focus_home(self) -> None:
        """Give the focus to the scan line."""
        self.zone.scan.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_scan(self, code: str) -> None:
        """Take a scanner's code; a quantity that waits in the line (``3*``) counts and is used up."""
        line = self.zone.scan.line
        quantity = pending_quantity(line.text())
        if quantity != 1:
            line.clear()
        self.code_entered.emit(code, quantity)

    def show_typed(self, text: str) -> None:
        """Put a text into the scan line, as when a list of hits was left without a choice."""
        self.zone.scan.line.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the zones below 1200 px of window width."""
        super().resizeEvent(event)
        compact = self.width() + RAIL_PX < COMPACT_BELOW_PX
        gap = 8 if compact or self.height() < SHORT_PX else 12
        self._layout.setContentsMargins(gap, gap, gap, gap)
        self._layout.setSpacing(8 if compact else 12)
        if compact != self._compact:
            self._compact = compact
            self.left.setFixedWidth(MEMBER_COMPACT_PX if compact else MEMBER_PX)
            self.right.setFixedWidth(PAY_COMPACT_PX if compact else PAY_PX)
            for part in (self.member, self.zone, self.pay):
                part.set_compact(compact=compact)

    def _pay_text(self) -> str:
        return _("Pay {amount}").format(amount=wording.yuan(self._totals.due_minor))

    def _gross_text(self) -> str:
        tax_minor = self._totals.added_tax_minor
        price = _("List price + {tax} tax").format(tax=wording.money(tax_minor)) if tax_minor else _("List price")
        return f"{price} · {wording.items(self._totals.pieces)}"

    def _points_hint(self) -> str:
        if self._points_left is None:
            return "—"
        return f"{self._points_left:,}"

    def _value_hint(self) -> str:
        if self._value_left_minor is None:
            return "—"
        return f"¥{wording.short_money(self._value_left_minor)}"

    def _show_ways(self) -> None:
        hints = {Way.POINTS: self._points_hint, Way.VALUE: self._value_hint}
        unavailable = frozenset[Way]()
        if self._points_left is None:
            unavailable |= {Way.POINTS}
        if not self._value_left_minor:
            unavailable |= {Way.VALUE}
        if self._totals.lines == 0:
            unavailable = frozenset(Way)
        self.pay.show_ways(hints, unavailable)

    def ask_way(self, way: Way) -> None:
        """Ask for paying in this way as its key does, if it can be used now."""
        if way in self.pay.usable():
            self.pay_asked.emit(way.value)

    def _entered(self, text: str) -> None:
        entry = read_entry(text)
        if isinstance(entry, Code):
            self.code_entered.emit(entry.text, entry.quantity)
        elif isinstance(entry, Quantity):
            self.quantity_entered.emit(self._selected, entry.quantity)
        elif self._totals.lines:
            self.pay_asked.emit("")

    def _picked(self, line_id: str) -> None:
        self._selected = line_id
        self.selected.emit(line_id)

    def _ask_pay(self) -> None:
        self.pay_asked.emit("")

    def _confirmed(self) -> None:
        line = self.zone.scan.line
        text = line.text().strip()
        line.clear()
        self._entered(text)

    def _times(self) -> None:
        self.zone.scan.line.insert("*")

    def _ask_member(self) -> None:
        self.action_asked.emit(Action.MEMBER.value)

    def _ask_find(self) -> None:
        self.action_asked.emit(Action.FIND.value)

    def _ask_camera(self) -> None:
        self.action_asked.emit(Action.CAMERA.value)

    def _ask_redeem(self) -> None:
        self.action_asked.emit(Action.REDEEM.value)

    def _ask_refund(self) -> None:
        self.refund_asked.emit(self._last_receipt)

    def _show_keys(self, keymap: Keymap) -> None:
        self.zone.show_keys(keymap)
        self.pay.primary.set_key(keymap.caption(Action.PAY), pill=True)
        self.member.panel.show_redeem_key(keymap.caption(Action.REDEEM))
        self.member.guest.show_keys(keymap.caption(Action.MEMBER), keymap.caption(Action.CAMERA))

    def _connect(self) -> None:
        scan = self.zone.scan
        scan.line.entered.connect(self._entered)
        scan.member_asked.connect(self._ask_member)
        scan.find_asked.connect(self._ask_find)
        self.pay.keypad.type_into(scan.line)
        self.pay.keypad.confirmed.connect(self._confirmed)
        self.pay.keypad.multiplied.connect(self._times)
        self.pay.way_asked.connect(self.pay_asked)
        self.pay.quick_asked.connect(self.quick_cash_asked)
        self.pay.primary_asked.connect(self._ask_pay)
        self.zone.line_acted.connect(self.line_acted)
        self.zone.selected.connect(self._picked)
        self.zone.action_asked.connect(self.action_asked)
        self.zone.notice_acted.connect(self.notice_acted)
        self.zone.empty.reprint_asked.connect(self.reprint_asked)
        self.zone.empty.refund_asked.connect(self._ask_refund)
        panel, guest = self.member.panel, self.member.guest
        panel.cleared.connect(self.member_cleared)
        panel.care_acted.connect(self.care_acted)
        panel.offer_asked.connect(self.offer_asked)
        panel.profile_asked.connect(self.profile_asked)
        panel.redeem_asked.connect(self._ask_redeem)
        panel.top_up_asked.connect(partial(self.action_asked.emit, Action.TOP_UP.value))
        guest.member_asked.connect(self._ask_member)
        guest.camera_asked.connect(self._ask_camera)
