"""The dark card with the largest number on the screen: what is due, what is still owed, what change to give."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from pos_app.ui.theme.tokens import BODY_PX, DEMI, DUE_COMPACT_PX, DUE_PX, LABEL_PX, MEDIUM, TITLE_PX, Tone
from pos_app.ui.widgets.marks import Amount
from pos_app.ui.widgets.words import RIGHT, Say, Words, said

ROWS = 3


class DueCard(QFrame):
    """Three small rows of label and amount above one large amount; every state has the same height."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "night")
        self._labels = [Words("", BODY_PX, "night_ink") for _row in range(ROWS)]
        self._amounts = [Words("", LABEL_PX, "inverse", MEDIUM, align=RIGHT) for _row in range(ROWS)]
        self._word: Say = ""
        self._total = ""
        self._label = Words("", TITLE_PX, "inverse", DEMI)
        self._amount = Amount(DUE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 10, 18, 8)
        column.setSpacing(2)
        for label, amount in zip(self._labels, self._amounts, strict=True):
            row = QHBoxLayout()
            row.addWidget(label, 1)
            row.addWidget(amount)
            column.addLayout(row)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self._label)
        last.addWidget(self._amount, 1)
        column.addLayout(last)

    def show_row(self, place: int, label: Say, amount: str, tone: Tone = "night_ink") -> None:
        """Show one of the small rows; an empty amount leaves its place free."""
        self._labels[place].say(label if amount else "")
        self._labels[place].set_tone(tone)
        self._amounts[place].say(amount)
        self._amounts[place].set_tone("inverse" if tone == "night_ink" else tone)

    def show_total(self, label: Say, amount: str, tone: Tone = "inverse") -> None:
        """Show the large amount."""
        self._word, self._total = label, amount
        self._label.say(label)
        self._amount.set_tone(tone)
        self._amount.show_text(amount, f"{said(label)} {amount}")

    def set_compact(self, *, compact: bool) -> None:
        """Make the large amount a little smaller."""
        self._amount.set_px(DUE_COMPACT_PX if compact else DUE_PX)

    def changeEvent(self, event: QEvent) -> None:
        """Name the amount in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._amount.show_text(self._total, f"{said(self._word)} {self._total}")
        super().changeEvent(event)
