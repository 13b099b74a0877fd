"""S8 Refund and void (F7): scan the receipt, tick what comes back, say why; the button names act and amount."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from pos_app.domain.punch_cards import CardMoved
from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import moment_text, tender_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.refund_models import REASONS, ChoiceRow, PastLine, RefundFace, RefundLine, SoldFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, CAP_PX, DEMI, HEAD_PX, LABEL_PX, PAY_PX, Tone
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.views.refund_rows import (
    TICK_PX,
    ChoiceDelegate,
    RefundDelegate,
    choice_words,
    line_words,
    piece_steps,
)
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import DirectField, TextField
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.marks import card
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.tick import Tick
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import CENTER, RIGHT, Words

WIDTH_PX = 1080
SIDE_PX = 372
LONGEST_REASON = 60  # characters
MOST_PAST = 3
AMOUNT_PX = 34


class RefundSheet(Sheet):
    """Up and down walk the lines, Space ticks one, A all, + and - count pieces, 1 to 4 say why, Enter does it.

    Signals: ``searched(text)``, ``chosen(receipt_no)``, ``toggled(line_no)``, ``all_toggled``,
    ``pieces_set(line_no, pieces)``, ``reasoned(reason)``, ``cash_chosen(chosen)``, ``confirmed``, ``exchanged``.
    """

    searched = Signal(str)
    chosen = Signal(str)
    toggled = Signal(int)
    all_toggled = Signal()
    pieces_set = Signal(int, int)
    reasoned = Signal(str)
    cash_chosen = Signal(bool)
    confirmed = Signal()
    exchanged = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Refund"), host, width_px=WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._sale: SoldFace | None = None
        self._refund: RefundFace | None = None
        self._problem: PosError | None = None
        self._busy = False
        self._reason = ""
        self._with_exchange = False
        self.line = DirectField(lambda: _("Scan the receipt, or type its number, a phone, an item's barcode"))
        name(self.line, lambda: _("Find the sale"))
        self._head = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._about = Words("", BODY_PX, "ink2", elide=True)
        self._past = [Words("", CAP_PX, "warn", elide=True) for _place in range(MOST_PAST)]
        self.model: RowsModel[RefundLine] = RowsModel(line_words, lambda line: str(line.line_no))
        self.choice: RowsModel[ChoiceRow] = RowsModel(choice_words, lambda row: row.receipt_no)
        self.rows = _list(self.model, RefundDelegate())
        name(self.rows, lambda: _("What was sold"))
        self.found = _list(self.choice, ChoiceDelegate())
        name(self.found, lambda: _("Sales found"))
        self._none = Words(
            lambda: _("No receipt at hand? The member's phone or the item finds the sale."),
            BODY_PX,
            "ink3",
            align=CENTER,
        )
        self._rest = QWidget()
        self._why = Words(lambda: _("Why does it come back?"), LABEL_PX, "ink", DEMI)
        self.reasons = ReasonGrid(with_digits=True)
        self.written = TextField(lambda: _("Or write the reason"))
        self.written.setMaxLength(LONGEST_REASON)
        name(self.written, lambda: _("Or write the reason"))
        self._figures = FigureList(BODY_PX, gap_px=2)
        self._back = Words(lambda: _("Goes back"), LABEL_PX, "ink", DEMI)
        self._amount = Words("", AMOUNT_PX, "ink", BOLD, align=RIGHT)
        self.in_cash = Tick(lambda: _("Give it all in cash"))
        self.toast = Toast(_hints)
        self.leave = Button(lambda: _("Give up"), icon="undo", key="Esc")
        self.exchange = Button(lambda: _("Exchange for the sale in hand"), icon="hold", key="X", variant="soft")
        self.confirm = Button(self._confirm_text, icon="refund", variant="pri", height_px=PAY_PX)
        self.confirm.set_key("Enter", pill=True)
        self.side = self._side()
        self._connect()
        self._fill()
        self.reasons.show_reasons(REASONS)
        self.show_nothing()

    def open_refund(self, *, with_exchange: bool) -> None:
        """Open the sheet at the line that finds the sale; ``with_exchange``: a sale in hand can be paid with goods."""
        self._with_exchange = with_exchange
        self.line.clear()
        self.open_over(self.line)

    def show_nothing(self) -> None:
        """Show that no sale was found yet."""
        self._sale = None
        self.model.show_rows(())
        self.show_refund(None)
        self._show_parts(self._rest)

    def show_choice(self, rows: tuple[ChoiceRow, ...]) -> None:
        """Show several sales; one is to be chosen."""
        self._sale = None
        self.show_refund(None)
        self.choice.show_rows(rows)
        self._show_parts(self.found)
        self.found.setCurrentIndex(self.choice.index(0))
        self.found.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_sale(self, sale: SoldFace) -> None:
        """Show which sale it is, and what came back of it before."""
        is_new = self._sale is None or self._sale.receipt_no != sale.receipt_no
        self._sale = sale
        self._head.say(f"{sale.receipt_no}   {wording.yuan(sale.due_minor)}")
        kinds = " + ".join(tender_text(kind) for kind in sale.paid_with)
        self._about.say(" · ".join(part for part in (moment_text(sale.sold_at_ms), sale.place, kinds) if part))
        for place, words in enumerate(self._past):
            words.setVisible(place < len(sale.past))
            words.say(_past_text(sale.past[place]) if place < len(sale.past) else "")
        self._show_parts(self.rows)
        if is_new:
            self.line.clear()
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_lines(self, lines: tuple[RefundLine, ...]) -> None:
        """Show the lines with what is ticked."""
        self.model.show_rows(lines)
        if lines and not self.rows.currentIndex().isValid():
            self.rows.setCurrentIndex(self.model.index(0))

    def show_refund(self, refund: RefundFace | None) -> None:
        """Show what it comes to; None while nothing is ticked."""
        self._refund = refund
        self._figures.show_figures(_figures(refund))
        late = 0 if refund is None else refund.days_late
        self.subtitle.say(
            (lambda: _late(late)) if late else (lambda: _("By receipt, by member, or by an item of today"))
        )
        self.subtitle.set_tone("warn" if late else "ink2")
        self._amount.say("" if refund is None else wording.yuan(refund.given_minor))
        self._back.setVisible(refund is not None)
        self.confirm.set_variant("danger" if refund is not None and refund.is_void else "pri")
        self.title.say((lambda: _("Void the sale")) if refund is not None and refund.is_void else (lambda: _("Refund")))
        self._arm()

    def show_reason(self, reason: str) -> None:
        """Show the reason that counts."""
        self._reason = reason
        self.reasons.show_chosen(reason)
        if reason in REASONS or not reason:
            self.written.clear()

    def show_in_cash(self, chosen: bool | None) -> None:
        """Offer cash for what was paid by card or wallet, chosen or not; None where the rules do not allow it."""
        self.in_cash.setVisible(chosen is not None)
        self.in_cash.setChecked(bool(chosen))

    def show_problem(self, error: PosError | None) -> None:
        """Say what is wrong; None says nothing any more."""
        self._problem = error
        if error is None:
            self.toast.clear()
        else:
            what, then = lines(error)
            self.toast.show_notice("bad", what, then)

    def set_busy(self, busy: bool) -> None:
        """Disarm what would ask twice."""
        self._busy = busy
        self._arm()

    def resume(self) -> None:
        """Take the focus again: to the lines, or to the field that finds the sale."""
        super().resume()
        (self.line if self._sale is None else self.rows).setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.reasons.show_reasons(REASONS, self._reason)
        if self._sale is not None:
            self.show_sale(self._sale)
        self.show_refund(self._refund)
        self.show_problem(self._problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on the keys of the lines, wherever the focus is but in a field."""
        if not self._act(event):
            super().keyPressEvent(event)
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take keys before a list searches its rows by them, and taps on a row's tick and steps."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched in {self.rows, self.found}:
            if self._act(event):
                return True
        elif event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            if watched is self.rows.viewport():
                self._tapped(event.position().toPoint())
            elif watched is self.found.viewport():
                self._choose_at(event.position().toPoint())
        return super().eventFilter(watched, event)

    def _act(self, event: QKeyEvent) -> bool:
        key, text = Qt.Key(event.key()), event.text()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
            return True
        line = self.model.row(self.rows.currentIndex().row())
        if self._sale is None or line is None:
            return False
        acts = {
            " ": lambda: self.toggled.emit(line.line_no),
            "+": lambda: self.pieces_set.emit(line.line_no, line.taken + 1),
            "-": lambda: self.pieces_set.emit(line.line_no, line.taken - 1),
            "a": self.all_toggled.emit,
            "x": self._ask_exchange,
        }
        if text.lower() in acts:
            acts[text.lower()]()
        elif text and text in "1234":
            self.reasoned.emit(self.reasons.reason_at(text))
        elif text == "5":
            self.written.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            return False
        return True

    def _enter(self) -> None:
        if self.found.isVisible():
            row = self.choice.row(self.found.currentIndex().row())
            if row is not None:
                self.chosen.emit(row.receipt_no)
        elif self._sale is not None and not self._busy:
            self.confirmed.emit()

    def _tapped(self, at: QPoint) -> None:
        index = self.rows.indexAt(at)
        line = self.model.row(index.row())
        if line is None:
            return
        box = self.rows.visualRect(index)
        fewer, more = piece_steps(box)
        if fewer.contains(at):
            self.pieces_set.emit(line.line_no, line.taken - 1)
        elif more.contains(at):
            self.pieces_set.emit(line.line_no, line.taken + 1)
        elif at.x() < fewer.left() or at.x() < box.left() + TICK_PX:
            self.toggled.emit(line.line_no)

    def _choose_at(self, at: QPoint) -> None:
        row = self.choice.row(self.found.indexAt(at).row())
        if row is not None:
            self.chosen.emit(row.receipt_no)

    def _ask_find(self) -> None:
        self.searched.emit(self.line.text())

    def _ask_exchange(self) -> None:
        if self.exchange.isEnabled() and self.exchange.isVisible():
            self.exchanged.emit()

    def _write_reason(self, text: str) -> None:
        self.reasons.show_chosen("")
        self.reasoned.emit(text)

    def _confirm_text(self) -> str:
        refund = self._refund
        if refund is None:
            return _("Tick what comes back")
        amount = wording.yuan(refund.given_minor)
        if refund.is_void:
            return _("Void, give {amount} back").format(amount=amount)
        if not refund.given_minor:
            return _("Take the goods back")
        return _("Give {amount} to the customer").format(amount=amount)

    def _arm(self) -> None:
        self.confirm.setEnabled(self._refund is not None and not self._busy)
        self.confirm.retell()
        self.exchange.setVisible(self._with_exchange)
        self.exchange.setEnabled(self._refund is not None and not self._busy)
        for control in (self.reasons, self.written, self.in_cash):
            control.setEnabled(not self._busy)

    def _show_parts(self, shown: QWidget) -> None:
        parts: tuple[QWidget, ...] = (self.rows, self.found, self._rest)
        for part in parts:
            part.setVisible(part is shown)
        about: tuple[QWidget, ...] = (self._head, self._about, self.side)
        for part in about:
            part.setVisible(self._sale is not None)
        if self._sale is None:
            for words in self._past:
                words.hide()
        self._arm()

    def _side(self) -> QWidget:
        side = card("sunken")
        side.setFixedWidth(SIDE_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 8, 14, 6)
        column.setSpacing(6)
        column.addWidget(self._why)
        column.addWidget(self.reasons)
        column.addWidget(self.written)
        column.addSpacing(4)
        column.addWidget(self._figures)
        column.addWidget(self.in_cash)
        column.addStretch(1)
        total = QHBoxLayout()
        total.addWidget(self._back)
        total.addWidget(self._amount, 1)
        column.addLayout(total)
        return side

    def _connect(self) -> None:
        for view in (self.rows, self.found):
            view.installEventFilter(self)
            view.viewport().installEventFilter(self)
        self.line.returnPressed.connect(self._ask_find)
        self.reasons.chosen.connect(self.reasoned)
        self.written.textEdited.connect(self._write_reason)
        self.written.returnPressed.connect(self._enter)
        self.in_cash.clicked.connect(self.cash_chosen)
        self.leave.clicked.connect(self.dismiss)
        self.exchange.clicked.connect(self._ask_exchange)
        self.confirm.clicked.connect(self._enter)

    def _fill(self) -> None:
        rest = QVBoxLayout(self._rest)
        rest.addStretch(1)
        rest.addWidget(self._none)
        rest.addStretch(2)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.line)
        left.addWidget(self._head)
        left.addWidget(self._about)
        for words in self._past:
            left.addWidget(words)
        left.addWidget(self.rows, 1)
        left.addWidget(self.found, 1)
        left.addWidget(self._rest, 1)
        left.addWidget(self.toast)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(self.side)
        self.body.addLayout(row, 1)
        self.footer.addWidget(self.leave)
        self.footer.addWidget(self.exchange)
        self.footer.addStretch(1)
        self.footer.addWidget(self.confirm)
        self.confirm.setMinimumWidth(300)

    def _height(self) -> int:
        return self.height()


def _list(model: RowsModel[RefundLine] | RowsModel[ChoiceRow], delegate: RefundDelegate | ChoiceDelegate) -> QListView:
    view = touch_list()
    view.setModel(model)
    view.setItemDelegate(delegate)
    delegate.setParent(view)
    return view


def _past_text(past: PastLine) -> str:
    return _("{count} back on {when}, {place}: {amount} ({number})").format(
        count=wording.items(past.pieces),
        when=moment_text(past.at_ms),
        place=past.place,
        amount=wording.yuan(past.given_minor),
        number=past.refund_no,
    )


def _figures(refund: RefundFace | None) -> tuple[Figure, ...]:
    if refund is None:
        return ()
    found: list[Figure] = []
    for tender in refund.tenders:
        kind = tender_text(tender.kind)
        label = _("{tender}, to the original").format(tender=kind) if tender.to_original else kind
        found.append((label, wording.money(tender.amount_minor), "ink"))
    if refund.on_gifts_minor:
        found.append((_("Comes back with the gift only"), wording.money(refund.on_gifts_minor), "warn"))
    if refund.rounding_minor:
        found.append((_("Rounding"), wording.money(refund.rounding_minor), "ink3"))
    if refund.deducted_points:
        label = _("{points} already spent, deducted").format(points=wording.points(refund.deducted_points))
        found.append((label, wording.money(-refund.deducted_minor), "warn"))
    if refund.points_before is not None and refund.points_after is not None:
        moved = f"{refund.points_before:,} → {refund.points_after:,}"
        tone: Tone = "gold"
        found.append((_("Points"), moved, tone))
    if refund.short_points:
        found.append((_("Owed, later points repay it"), wording.points(refund.short_points), "warn"))
    found += [(each.name, _stamps(each), "warn" if each.owed else "gold") for each in refund.cards]
    return tuple(found)


def _stamps(on: CardMoved) -> str:
    """Return ``3 → 1 / 10``: stamps before and after, and how many fill the card; then those that are owed."""
    moved = f"{on.after - on.moved:,} → {on.after:,} / {on.needed:,}"
    return _("{stamps}, {count} owed").format(stamps=moved, count=on.owed) if on.owed else moved


def _late(days: int) -> str:
    return _("{days} d after the last day: a manager approves").format(days=days)


def _hints() -> str:
    return _("Space ticks · A all · + − pieces · 1 to 5 why · Enter gives back")
