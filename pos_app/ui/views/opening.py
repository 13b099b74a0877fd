"""Opening the business day: which date and shift, and the float that lies in the drawer."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import weekday_text
from pos_app.ui.presenters.sign_in_models import Opening
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, DUE_PX, HEAD_PX, ITEM_PX, LABEL_PX, PAY_PX, POINTS_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount, Glyph, card, rule
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import RIGHT, Paragraph, Words

MOST_DIGITS = 6
QUICK_MINOR = (30_000, 50_000, 80_000, 100_000)


class MoneyEntry:
    """An amount being typed: digits, one point, two decimals. Holds text, says minor units."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, text: str) -> None:
        """Take ``0``-``9``, ``00`` or ``.``; what would not be an amount is not taken."""
        whole, point, cents = (self.text + text).partition(".")
        if "." in cents or len(whole) > MOST_DIGITS or len(cents) > 2:
            return
        self.text = f"{whole or '0'}{point}{cents}"

    def erase(self) -> None:
        """Take the last character back."""
        self.text = self.text[:-1]

    def set_minor(self, minor: int) -> None:
        """Replace what was typed."""
        self.text = f"{minor // 100}.{minor % 100:02d}" if minor % 100 else str(minor // 100)

    def minor(self) -> int:
        """Return the amount typed so far."""
        whole, _point, cents = self.text.partition(".")
        return int(whole or "0") * 100 + int((cents + "00")[:2])


class OpeningPage(QWidget):
    """Asks for the opening float. Signals: ``opened(float_minor)``, ``left`` to go back to the people."""

    opened = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._opening: Opening | None = None
        self._entry = MoneyEntry()
        self._title = Words("", POINTS_PX, "ink", BOLD, elide=True)
        self._rows = [Words("", ITEM_PX, "ink", DEMI, align=RIGHT) for _row in range(3)]
        self._amount = Amount(DUE_PX, "inverse")
        self._quick = [Button("", variant="quick") for _minor in QUICK_MINOR]
        self.pad = Keypad(Pad.MONEY)
        self.confirm = Button("", variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.back = Button(lambda: _("Somebody else"), icon="undo", variant="plain", key="Esc")
        self.toast = Toast()
        self._connect()
        self._arrange()

    def show_opening(self, opening: Opening) -> None:
        """Ask this person for the float of this day; the entry starts empty: the drawer is to be counted."""
        self._opening = opening
        self._entry = MoneyEntry()
        self._bind()

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the day is being opened."""
        self.pad.setEnabled(not busy)
        self.confirm.setEnabled(not busy)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._bind()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type the amount from the keyboard; Enter opens, Esc goes back."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self._erase()
        elif event.text() and event.text() in "0123456789.":
            self._type(event.text())
        else:
            super().keyPressEvent(event)

    def _bind(self) -> None:
        opening = self._opening
        if opening is None:
            return
        self._title.say(_("Hello {name}, open the day").format(name=opening.staff_name))
        day = f"{opening.business_date.isoformat()} {weekday_text(opening.business_date)}"
        for words, text in zip(self._rows, (day, str(opening.shift_no), opening.staff_name), strict=True):
            words.say(text)
        for button, minor in zip(self._quick, self._amounts(), strict=True):
            button.say(wording.short_money(minor))
            button.set_name(_("Float {amount}").format(amount=wording.yuan(minor)))
        self._show_amount()

    def _amounts(self) -> tuple[int, ...]:
        """Return the floats to offer at one tap: first what the last close left in the drawer."""
        kept = self._opening.kept_minor if self._opening is not None else 0
        return tuple(dict.fromkeys((kept, *QUICK_MINOR) if kept else QUICK_MINOR))[: len(QUICK_MINOR)]

    def _show_amount(self) -> None:
        minor = self._entry.minor()
        self._amount.show_text(wording.money(minor), _("Float {amount}").format(amount=wording.yuan(minor)))
        self.confirm.say(_("Open with {amount}").format(amount=wording.yuan(minor)))

    def _type(self, text: str) -> None:
        self._entry.add(text)
        self._show_amount()

    def _erase(self) -> None:
        self._entry.erase()
        self._show_amount()

    def _clear(self) -> None:
        self._entry = MoneyEntry()
        self._show_amount()

    def _take(self, minor: int) -> None:
        self._entry.set_minor(minor)
        self._show_amount()

    def _ask(self) -> None:
        if self.confirm.isEnabled():
            self.opened.emit(self._entry.minor())

    def _connect(self) -> None:
        self.pad.times.setEnabled(False)
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(self._erase)
        self.pad.cleared.connect(self._clear)
        self.pad.confirmed.connect(self._ask)
        self.confirm.clicked.connect(self._ask)
        self.back.clicked.connect(self.left)
        for place, button in enumerate(self._quick):
            button.clicked.connect(lambda _checked=False, place=place: self._take(self._amounts()[place]))

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._facts(), 1)
        row.addWidget(self._money())

    def _facts(self) -> QWidget:
        face = card()
        column = QVBoxLayout(face)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(14)
        column.addWidget(self._title)
        labels = (lambda: _("Business date"), lambda: _("Shift"), lambda: _("Opened by"))
        for label, value in zip(labels, self._rows, strict=True):
            line = QHBoxLayout()
            line.addWidget(Words(label, LABEL_PX, "ink3"))
            line.addWidget(value, 1)
            column.addLayout(line)
            column.addWidget(rule())
        column.addSpacing(8)
        note = QHBoxLayout()
        note.setSpacing(12)
        note.addWidget(Glyph("cash", "gold", 22, "gold_tint"), 0, Qt.AlignmentFlag.AlignTop)
        words = Paragraph(
            lambda: _("Count the cash that lies in the drawer. The close compares with this float."), BODY_PX, "ink2"
        )
        note.addWidget(words, 1)
        column.addLayout(note)
        column.addStretch(1)
        column.addWidget(self.toast)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        return face

    def _money(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(360)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        due = card("night")
        lines = QVBoxLayout(due)
        lines.setContentsMargins(18, 12, 18, 12)
        lines.addWidget(Words(lambda: _("Float in the drawer"), LABEL_PX, "night_ink", DEMI))
        lines.addWidget(self._amount)
        column.addWidget(due)
        pad = card()
        inner = QVBoxLayout(pad)
        inner.setContentsMargins(10, 10, 10, 10)
        inner.setSpacing(8)
        quick = QGridLayout()
        quick.setSpacing(6)
        for place, button in enumerate(self._quick):
            quick.addWidget(button, 0, place)
            quick.setColumnStretch(place, 1)
        inner.addLayout(quick)
        inner.addWidget(self.pad, 1)
        inner.addWidget(self.confirm)
        column.addWidget(pad, 1)
        return side
