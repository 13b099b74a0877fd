"""Cash into and out of the drawer: which way, how much, and why; the slip and the drawer follow."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.cash import BY_HAND, CashKind
from pos_app.i18n import _
from pos_app.services.words import cash_words
from pos_app.ui import wording
from pos_app.ui.desk_wording import reason_text
from pos_app.ui.presenters.cash import USUAL
from pos_app.ui.theme.tokens import DEMI, DUE_COMPACT_PX, GAP_PX, HEAD_PX, LABEL_PX, PAY_PX, TENDER_PX
from pos_app.ui.views.close_count import arrange_side
from pos_app.ui.views.opening import MoneyEntry
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import TextField
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Words

WIDTH_PX = 860
SIDE_PX = 320
LONGEST_REASON = 60  # characters
ICONS = {CashKind.CHANGE: "plus", CashKind.FLOAT: "plus", CashKind.HANDED_IN: "minus", CashKind.EXPENSE: "minus"}


class CashSheet(Sheet):
    """↑ ↓ choose the way, ← → the reason, digits are the amount, Enter moves it.

    Signals: ``moved(kind, amount_minor, reason)``, the reason in words.
    """

    moved = Signal(object, int, str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Cash in or out"), host, width_px=WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.subtitle.say(lambda: _("The drawer opens and a slip is printed"))
        self._kind = CashKind.CHANGE
        self._reason = ""
        self._entry = MoneyEntry()
        self._group = QButtonGroup(self)
        self.kinds = {kind: self._kind_button(kind) for kind in BY_HAND}
        self.reasons = ReasonGrid()
        self.written = TextField(lambda: _("Or write the reason"))
        self.written.setMaxLength(LONGEST_REASON)
        name(self.written, lambda: _("Or write the reason"))
        self.pad = Keypad(Pad.MONEY)
        self.pad.times.setEnabled(False)
        self._head = Words("", LABEL_PX, "night_ink", DEMI)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.confirm = Button("", variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.leave = Button(lambda: _("Give up"), icon="undo", key="Esc")
        self._connect()
        self._fill()

    def open_cash(self, reasons: tuple[str, ...]) -> None:
        """Ask which way, how much and why."""
        self._entry = MoneyEntry()
        self.written.clear()
        self.reasons.show_reasons(reasons)
        self._choose(CashKind.CHANGE)
        self.open_over(self)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._bind()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, digits are the amount, Enter moves it."""
        key = Qt.Key(event.key())
        kinds = list(BY_HAND)
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._choose(kinds[(kinds.index(self._kind) + step) % len(kinds)])
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._choose_reason(self.reasons.beside(self._reason, 1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Backspace:
            self._erase()
        elif event.text() and event.text() in "0123456789.":
            self._type(event.text())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _kind_button(self, kind: CashKind) -> Button:
        button = Button(lambda: cash_words()[kind], icon=ICONS[kind], height_px=TENDER_PX)
        button.setCheckable(True)
        button.setAutoDefault(False)
        self._group.addButton(button, BY_HAND.index(kind))
        return button

    def _choose_at(self, place: int) -> None:
        self._choose(BY_HAND[place])

    def _choose(self, kind: CashKind) -> None:
        self._kind = kind
        self.kinds[kind].setChecked(True)
        if not self.written.text():
            self._choose_reason(USUAL[kind])
        self._bind()

    def _choose_reason(self, reason: str) -> None:
        self._reason = reason
        self.written.clear()
        self.reasons.show_chosen(reason)
        self._bind()

    def _write_reason(self, text: str) -> None:
        self._reason = ""
        self.reasons.show_chosen("")
        if not text.strip():
            self._choose_reason(USUAL[self._kind])
        self._bind()

    def _type(self, text: str) -> None:
        self._entry.add(text)
        self._bind()

    def _erase(self) -> None:
        self._entry.erase()
        self._bind()

    def _clear(self) -> None:
        self._entry = MoneyEntry()
        self._bind()

    def _bind(self) -> None:
        minor = self._entry.minor()
        self._head.say(_("Into the drawer") if self._kind.is_in else _("Out of the drawer"))
        amount = wording.yuan(minor)
        self._amount.show_text(wording.money(minor), amount)
        self._amount.set_tone("inverse" if self._kind.is_in else "gold_solid")
        self.confirm.say(f"{cash_words()[self._kind]} {amount}")
        self.confirm.setEnabled(minor > 0)

    def _ask(self) -> None:
        if self.confirm.isEnabled():
            reason = self.written.text().strip() or reason_text(self._reason)
            self.moved.emit(self._kind, self._entry.minor(), reason)

    def _connect(self) -> None:
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(self._erase)
        self.pad.cleared.connect(self._clear)
        self.pad.confirmed.connect(self._ask)
        self._group.idClicked.connect(self._choose_at)
        self.reasons.chosen.connect(self._choose_reason)
        self.written.textEdited.connect(self._write_reason)
        self.written.returnPressed.connect(self._ask)
        self.confirm.clicked.connect(self._ask)
        self.leave.clicked.connect(self.dismiss)

    def _fill(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(Words(lambda: _("Which way?  ↑ ↓"), LABEL_PX, "ink", DEMI))
        grid = QGridLayout()
        grid.setSpacing(GAP_PX)
        for place, button in enumerate(self.kinds.values()):
            grid.addWidget(button, place // 2, place % 2)
        left.addLayout(grid)
        left.addSpacing(6)
        left.addWidget(Words(lambda: _("Why?  ← →"), LABEL_PX, "ink", DEMI))
        left.addWidget(self.reasons)
        left.addWidget(self.written)
        left.addStretch(1)
        left.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignLeft)
        side = QWidget()
        side.setFixedWidth(SIDE_PX)
        arrange_side(side, self._head, self._amount, self.pad, self.confirm)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(side)
        self.body.addLayout(row, 1)
