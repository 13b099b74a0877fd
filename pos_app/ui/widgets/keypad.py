"""The keypad: 789 on top for money and quantity, as beside the till; 123 on top for PIN and phone number."""

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QSizePolicy, QWidget

from pos_app.i18n import _
from pos_app.ui.theme.tokens import GAP_PX, ITEM_PX, KEY_PX, TITLE_PX
from pos_app.ui.widgets.buttons import Button

KEY_LEAST_PX = 44


class Pad(Enum):
    """The two layouts."""

    MONEY = ("789", "456", "123")
    PIN = ("123", "456", "789")


class Keypad(QWidget):
    """Signals: ``typed(text)`` for digits, ``00``, the point; ``erased``, ``cleared``, ``confirmed``, ``multiplied``.

    The money pad has four columns (erase, clear, × quantity, confirm at the right); the PIN pad three, with erase and
    confirm beside the zero.
    """

    typed = Signal(str)
    erased = Signal()
    cleared = Signal()
    confirmed = Signal()
    multiplied = Signal()

    def __init__(self, pad: Pad = Pad.MONEY) -> None:
        super().__init__()
        self._digits: list[str] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self._press)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        for row, digits in enumerate(pad.value):
            for column, digit in enumerate(digits):
                self._digit(digit, row, column)
        if pad is Pad.MONEY:
            self._money_keys()
        else:
            self._pin_keys()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def type_into(self, field: QLineEdit) -> None:
        """Let the digits, erase and clear act on ``field``; confirm and × stay with whoever listens."""
        self.typed.connect(field.insert)
        self.erased.connect(field.backspace)
        self.cleared.connect(field.clear)

    def _money_keys(self) -> None:
        self._digit("0", 3, 0)
        self._digit("00", 3, 1)
        self._digit(".", 3, 2)
        self._erase(0, 3)
        clear = self._place(Button(lambda: _("Clear"), variant="key"), 1, 3)
        clear.set_px(ITEM_PX)
        clear.clicked.connect(self.cleared)
        self.times = self._place(Button(lambda: _("× Qty"), variant="key"), 2, 3)
        self.times.set_px(ITEM_PX)
        self.times.clicked.connect(self.multiplied)
        self._confirm(3, 3)

    def _pin_keys(self) -> None:
        self._erase(3, 0)
        self._digit("0", 3, 1)
        self._confirm(3, 2)

    def _erase(self, row: int, column: int) -> None:
        erase = self._place(Button(icon="back", variant="key"), row, column)
        erase.set_icon_px(26)
        erase.set_name(lambda: _("Backspace"))
        erase.clicked.connect(self.erased)

    def _confirm(self, row: int, column: int) -> None:
        self.confirm = self._place(Button(lambda: _("Enter"), variant="quick"), row, column)
        self.confirm.set_px(TITLE_PX)
        self.confirm.clicked.connect(self.confirmed)

    def _digit(self, text: str, row: int, column: int) -> None:
        key = self._place(Button(text, variant="key"), row, column)
        key.set_px(KEY_PX)
        self._group.addButton(key, len(self._digits))
        self._digits.append(text)

    def _press(self, place: int) -> None:
        self.typed.emit(self._digits[place])

    def _place(self, key: Button, row: int, column: int) -> Button:
        key.setMinimumHeight(KEY_LEAST_PX)
        key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._grid.addWidget(key, row, column)
        return key
