"""The weight of goods whose label cannot be scanned: kilograms as the scale shows them, and what they cost."""

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.explaining import weight_text
from pos_app.i18n import _
from pos_app.services.words import price_words
from pos_app.ui import wording
from pos_app.ui.presenters.weigh import WeighFace
from pos_app.ui.theme.tokens import (
    BODY_PX,
    BOLD,
    DEMI,
    DUE_COMPACT_PX,
    HEAD_PX,
    LABEL_PX,
    PAY_PX,
    POINTS_PX,
    REGULAR,
    TITLE_PX,
)
from pos_app.ui.views.close_count import arrange_side
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import DirectField
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Lines, Words

WIDTH_PX, SIDE_PX = 780, 320
KILOGRAMS = r"\d{0,3}(\.\d{0,3})?"
GRAMS_PER_KG = 1_000


class WeighSheet(Sheet):
    """Digits are kilograms, Enter rings it up. Signals: ``weighed(weight_g)`` with every change, ``confirmed``."""

    weighed = Signal(int)
    confirmed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Type the weight"), host, width_px=WIDTH_PX)
        self._face: WeighFace | None = None
        self._busy = False
        self.weight = DirectField("0.000", px=POINTS_PX, pattern=KILOGRAMS)
        self.weight.setAlignment(Qt.AlignmentFlag.AlignRight)
        name(self.weight, lambda: _("Weight in kg"))
        self._name = Lines("", TITLE_PX, "ink", BOLD, elide=True)
        self._price = Words(self._price_text, LABEL_PX, "ink2", DEMI)
        self._sum = Words(self._sum_text, HEAD_PX, "ink", DEMI, elide=True)
        self._told = Lines("", BODY_PX, "bad", elide=True)
        self.pad = Keypad(Pad.MONEY)
        self.pad.times.setEnabled(False)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.confirm = Button(self._confirm_text, variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.leave = Button(lambda: _("Not this one"), icon="undo", key="Esc")
        self.subtitle.say(lambda: _("As the scale shows it"))
        self._name.set_lines(2)
        self._told.set_lines(3)
        self._connect()
        self._fill()

    def open_sheet(self) -> None:
        """Show the sheet, empty; digits are the weight."""
        self.weight.clear()
        self.open_over(self.weight)

    def show_weight(self, face: WeighFace) -> None:
        """Show what is weighed and what it comes to."""
        self._face = face
        self._name.say(face.name)
        self._amount.show_text(wording.money(face.amount_minor), wording.yuan(face.amount_minor))
        self._told.say(face.problem)
        for words in (self._price, self._sum, self.confirm):
            words.retell()
        self._arm()

    def set_busy(self, busy: bool) -> None:
        """Disarm the filled button while it is being rung up."""
        self._busy = busy
        self._arm()

    def _price_text(self) -> str:
        return "" if self._face is None else _("{price} a kg").format(price=wording.yuan(self._face.price_minor))

    def _sum_text(self) -> str:
        face = self._face
        if face is None or not face.weight_g:
            return ""
        return weight_text(face.weight_g, wording.money(face.price_minor), price_words())

    def _confirm_text(self) -> str:
        return _("Add for {amount}").format(amount=wording.yuan(0 if self._face is None else self._face.amount_minor))

    def _arm(self) -> None:
        face = self._face
        self.confirm.setEnabled(not self._busy and face is not None and face.weight_g > 0 and not face.problem)

    def _typed(self, text: str) -> None:
        self.weighed.emit(int(Decimal(text if text.strip(".") else "0") * GRAMS_PER_KG))

    def _confirm(self) -> None:
        if self.confirm.isEnabled():
            self.confirmed.emit()

    def _connect(self) -> None:
        self.weight.textChanged.connect(self._typed)
        self.weight.returnPressed.connect(self._confirm)
        self.pad.type_into(self.weight)
        self.pad.confirmed.connect(self._confirm)
        self.confirm.clicked.connect(self._confirm)
        self.leave.clicked.connect(self.dismiss)

    def _fill(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._name)
        left.addWidget(self._price)
        left.addSpacing(6)
        entry = QHBoxLayout()
        entry.setSpacing(10)
        entry.addWidget(self.weight, 1)
        entry.addWidget(Words(lambda: _("kg"), HEAD_PX, "ink2", REGULAR))
        left.addLayout(entry)
        left.addWidget(self._sum)
        left.addWidget(self._told)
        left.addStretch(1)
        left.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignLeft)
        side = QWidget()
        side.setFixedWidth(SIDE_PX)
        arrange_side(side, Words(lambda: _("To be paid for it"), LABEL_PX, "night_ink", DEMI), self._amount, self.pad,
                     self.confirm)  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(side)
        self.body.addLayout(row, 1)
