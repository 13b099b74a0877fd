"""The second step of the close: pieces per note and coin, without any hint of what should be there."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.close_models import DENOMINATIONS_MINOR, counted_minor
from pos_app.ui.theme.tokens import BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, ITEM_PX, LABEL_PX, MEDIUM, PAY_PX, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import NumberField
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount, card
from pos_app.ui.widgets.words import CENTER, RIGHT, Words

MOST_DIGITS = 5
NAME_PX = 52
FIELD_PX = 84
SUM_PX = 92
GAP_PX = 20


class CountPage(QWidget):
    """Step 2. Signals: ``counted(pieces)`` with a dict of denomination (minor units) to pieces, ``back``."""

    counted = Signal(object)
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields = {value: self._field(value) for value in DENOMINATIONS_MINOR}
        self._sums = {value: Words("0.00", ITEM_PX, "ink", DEMI, align=RIGHT) for value in DENOMINATIONS_MINOR}
        self._current = DENOMINATIONS_MINOR[0]
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.pad = Keypad(Pad.MONEY)
        self.confirm = Button("", variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.cancel = Button(lambda: _("Back"), icon="undo", key="Esc")
        self.side = QWidget()
        self._connect()
        self._arrange()
        self.retranslate()

    def show_empty(self) -> None:
        """Begin a count from nothing, at the largest note."""
        for field in self.fields.values():
            field.clear()
        self._go(DENOMINATIONS_MINOR[0])

    def focus_home(self) -> None:
        """Give the focus to the denomination in hand."""
        self.fields[self._current].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the count is compared."""
        self.confirm.setEnabled(not busy)

    def pieces(self) -> dict[int, int]:
        """Return the pieces typed so far."""
        return {value: int(field.text() or "0") for value, field in self.fields.items()}

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        for value, field in self.fields.items():
            field.setAccessibleName(_("Pieces of {value}").format(value=denomination_text(value)))
        self._show_sums()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the arrows walk the denominations; Enter on the last hands the count in."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._next()
        elif key == Qt.Key.Key_Down:
            self._step(1)
        elif key == Qt.Key.Key_Up:
            self._step(-1)
        elif key == Qt.Key.Key_Escape:
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def _field(self, value: int) -> NumberField:
        field = NumberField("0")
        field.setMaxLength(MOST_DIGITS)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setFixedWidth(FIELD_PX)
        field.textChanged.connect(self._show_sums)
        field.selectionChanged.connect(lambda: self._take(value))
        field.cursorPositionChanged.connect(lambda: self._take(value))
        return field

    def _take(self, value: int) -> None:
        if self.fields[value].hasFocus():
            self._current = value

    def _in_hand(self) -> NumberField:
        focused = QApplication.focusWidget()
        for value, field in self.fields.items():
            if field is focused:
                self._current = value
        return self.fields[self._current]

    def _go(self, value: int) -> None:
        self._current = value
        field = self.fields[value]
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()

    def _step(self, step: int) -> None:
        self._in_hand()
        place = DENOMINATIONS_MINOR.index(self._current) + step
        if 0 <= place < len(DENOMINATIONS_MINOR):
            self._go(DENOMINATIONS_MINOR[place])

    def _next(self) -> None:
        self._in_hand()
        if self._current == DENOMINATIONS_MINOR[-1]:
            self._hand_in()
        else:
            self._step(1)

    def _type(self, text: str) -> None:
        if text.isdigit():
            self._in_hand().insert(text)

    def _erase(self) -> None:
        self._in_hand().backspace()

    def _clear(self) -> None:
        self._in_hand().clear()

    def _hand_in(self) -> None:
        if self.confirm.isEnabled():
            self.counted.emit(self.pieces())

    def _show_sums(self) -> None:
        pieces = self.pieces()
        for value, number in pieces.items():
            self._sums[value].say(wording.money(value * number))
            self._sums[value].set_tone("ink" if number else "ink3")
        total = counted_minor(pieces)
        self._amount.show_text(wording.money(total), _("Counted {amount}").format(amount=wording.yuan(total)))
        self.confirm.say(_("Hand in {amount}").format(amount=wording.yuan(total)))

    def _connect(self) -> None:
        self.pad.times.setEnabled(False)
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(self._erase)
        self.pad.cleared.connect(self._clear)
        self.pad.confirmed.connect(self._next)
        self.confirm.clicked.connect(self._hand_in)
        self.cancel.clicked.connect(self.back)

    def _arrange(self) -> None:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(8)
        column.addWidget(Words(lambda: _("How many of each lie in the drawer?"), HEAD_PX, "ink", BOLD))
        column.addWidget(Words(lambda: _("Count the float with it · Enter goes to the next"), SMALL_PX, "ink3"))
        column.addSpacing(8)
        halves = QHBoxLayout()
        halves.setSpacing(GAP_PX)
        middle = len(DENOMINATIONS_MINOR) // 2
        halves.addLayout(self._half(DENOMINATIONS_MINOR[:middle]))
        halves.addLayout(self._half(DENOMINATIONS_MINOR[middle:]))
        halves.addStretch(1)
        column.addLayout(halves)
        column.addStretch(1)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        row_layout = QHBoxLayout(self)
        row_layout.setContentsMargins(0, 0, 0, 0)
        row_layout.setSpacing(12)
        row_layout.addWidget(left, 1)
        row_layout.addWidget(self.side)
        head = Words(lambda: _("Counted"), LABEL_PX, "night_ink", DEMI)
        arrange_side(self.side, head, self._amount, self.pad, self.confirm)

    def _half(self, values: tuple[int, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(10)
        for row, value in enumerate(values):
            name = Words(partial(denomination_text, value), ITEM_PX, "ink", DEMI, align=RIGHT)
            name.setMinimumWidth(NAME_PX)
            grid.addWidget(name, row, 0)
            grid.addWidget(Words("×", ITEM_PX, "ink3", MEDIUM, align=CENTER), row, 1)
            grid.addWidget(self.fields[value], row, 2)
            self._sums[value].setFixedWidth(SUM_PX)
            grid.addWidget(self._sums[value], row, 3)
        return grid


def arrange_side(side: QWidget, head: Words, amount: Amount, pad: QWidget, confirm: Button) -> None:
    """Fill the right of a page of the close: an amount on dark, under it the keys and the step forward."""
    night = card("night")
    dark = QVBoxLayout(night)
    dark.setContentsMargins(18, 10, 18, 10)
    dark.addWidget(head)
    dark.addWidget(amount)
    below = card()
    inner = QVBoxLayout(below)
    inner.setContentsMargins(10, 10, 10, 10)
    inner.setSpacing(8)
    inner.addWidget(pad, 1)
    inner.addWidget(confirm)
    column = QVBoxLayout(side)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(10)
    column.addWidget(night)
    column.addWidget(below, 1)


def denomination_text(value_minor: int) -> str:
    """Return a note or coin as the shop calls it: ``100 元``, ``5 角``."""
    if value_minor >= 100:
        return _("¥{n}").format(n=value_minor // 100)
    return _("{n} jiao").format(n=value_minor // 10)
