"""The second step of the close: notes, coins and the terminals' own totals, without a hint of what should be there."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.day_close import CHECKED
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import tender_text
from pos_app.ui.presenters.close_models import DENOMINATIONS_MINOR, CountFace, counted_minor
from pos_app.ui.theme.tokens import BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, ITEM_PX, LABEL_PX, MEDIUM, PAY_PX, SMALL_PX
from pos_app.ui.views.payment import typed_minor
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import Labelled, NumberField
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount, card, rule
from pos_app.ui.widgets.words import CENTER, RIGHT, Words

MOST_DIGITS = 5
NAME_PX = 52
FIELD_PX = 84
SUM_PX = 92
GAP_PX = 20


class CountPage(QWidget):
    """Step 2. Signals: ``counted(count)`` with a ``CountFace``, ``back``.

    Enter walks the notes and coins and hands in after the last; what comes below them is reached by ↓ and may stay
    empty: what card terminal and wallets say they took, and what stays in the drawer for tomorrow.
    """

    counted = Signal(object)
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields = {value: self._field(value) for value in DENOMINATIONS_MINOR}
        self._sums = {value: Words("0.00", ITEM_PX, "ink", DEMI, align=RIGHT) for value in DENOMINATIONS_MINOR}
        self.terminals = {str(kind): NumberField("–", money=True) for kind in CHECKED}
        self.kept = NumberField("0", money=True)
        self._rest = QWidget()
        self._proposed = 0
        self._current = self.fields[DENOMINATIONS_MINOR[0]]
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.pad = Keypad(Pad.MONEY)
        self.confirm = Button("", variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.cancel = Button(lambda: _("Back"), icon="undo", key="Esc")
        self.side = QWidget()
        self._connect()
        self._arrange()
        self.retranslate()

    def show_empty(self, *, with_rest: bool, float_minor: int) -> None:
        """Begin a count from nothing, at the largest note; ``with_rest`` asks for what a close needs besides.

        ``float_minor`` stays in the drawer where nothing else is typed, or as much of it as was counted.
        """
        for field in (*self.fields.values(), *self.terminals.values()):
            field.clear()
        self._proposed = float_minor if with_rest else 0
        self.kept.clear()
        self.kept.set_hint(wording.money(self._proposed))
        self._rest.setVisible(with_rest)
        self._go(self.fields[DENOMINATIONS_MINOR[0]])

    def focus_home(self) -> None:
        """Give the focus to the field in hand."""
        self._current.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the count is compared."""
        self.confirm.setEnabled(not busy)

    def pieces(self) -> dict[int, int]:
        """Return the pieces typed so far."""
        return {value: int(field.text() or "0") for value, field in self.fields.items()}

    def count(self) -> CountFace:
        """Return everything typed so far; a terminal left empty is not compared."""
        typed = {kind: typed_minor(field.text()) for kind, field in self.terminals.items()}
        terminals = {kind: minor for kind, minor in typed.items() if minor is not None}
        pieces, kept = self.pieces(), typed_minor(self.kept.text())
        return CountFace(pieces, terminals, min(self._proposed, counted_minor(pieces)) if kept is None else kept)

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
        return field

    def _all(self) -> list[NumberField]:
        rest = [] if self._rest.isHidden() else [*self.terminals.values(), self.kept]
        return [*self.fields.values(), *rest]

    def _in_hand(self) -> NumberField:
        focused = QApplication.focusWidget()
        if isinstance(focused, NumberField) and focused in self._all():
            self._current = focused
        return self._current

    def _go(self, field: NumberField) -> None:
        self._current = field
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()

    def _step(self, step: int) -> None:
        fields = self._all()
        place = fields.index(self._in_hand()) + step
        if 0 <= place < len(fields):
            self._go(fields[place])

    def _next(self) -> None:
        if self._in_hand() in (self.fields[DENOMINATIONS_MINOR[-1]], self._all()[-1]):
            self._hand_in()
        else:
            self._step(1)

    def _type(self, text: str) -> None:
        if text.isdigit() or self._in_hand() not in self.fields.values():
            self._in_hand().insert(text)

    def _erase(self) -> None:
        self._in_hand().backspace()

    def _clear(self) -> None:
        self._in_hand().clear()

    def _hand_in(self) -> None:
        if self.confirm.isEnabled():
            self.counted.emit(self.count())

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
        self._fill_rest()
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
        column.addSpacing(6)
        column.addWidget(self._rest)
        column.addStretch(1)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        row_layout = QHBoxLayout(self)
        row_layout.setContentsMargins(0, 0, 0, 0)
        row_layout.setSpacing(12)
        row_layout.addWidget(left, 1)
        row_layout.addWidget(self.side)
        head = Words(lambda: _("Counted"), LABEL_PX, "night_ink", DEMI)
        arrange_side(self.side, head, self._amount, self.pad, self.confirm)

    def _fill_rest(self) -> None:
        column = QVBoxLayout(self._rest)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(rule())
        column.addWidget(Words(lambda: _("By the terminals' own slips, if at hand  ↓"), SMALL_PX, "ink3"))
        row = QHBoxLayout()
        row.setSpacing(10)
        for kind, field in self.terminals.items():
            row.addWidget(Labelled(partial(tender_text, kind), field), 1)
        row.addWidget(Labelled(lambda: _("Stays as float"), self.kept), 1)
        column.addLayout(row)

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


def arrange_side(side: QWidget, head: Words, amount: Amount, middle: QWidget, confirm: Button) -> None:
    """Fill the right of a page of the close: an amount on dark, under it keys or figures and the step forward."""
    night = card("night")
    dark = QVBoxLayout(night)
    dark.setContentsMargins(18, 10, 18, 10)
    dark.addWidget(head)
    dark.addWidget(amount)
    below = card()
    inner = QVBoxLayout(below)
    inner.setContentsMargins(10, 10, 10, 10)
    inner.setSpacing(8)
    inner.addWidget(middle, 1)
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
