"""A few reasons to choose from, in two columns; one tap, or its digit."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from pos_app.ui.desk_wording import reason_text
from pos_app.ui.theme.tokens import GAP_PX, LABEL_PX, TARGET_PX
from pos_app.ui.widgets.buttons import Button

COLUMNS = 2


class ReasonGrid(QWidget):
    """``with_digits`` prints the key of each; ``acts_at_once``: choosing one is the act, so that none stays marked.

    Signals: ``chosen(reason)`` with the code of the reason that was tapped.
    """

    chosen = Signal(str)

    def __init__(self, *, with_digits: bool = False, acts_at_once: bool = False, height_px: int = TARGET_PX) -> None:
        super().__init__()
        self._with_digits, self._acts_at_once, self._height_px = with_digits, acts_at_once, height_px
        self._reasons: tuple[str, ...] = ()
        self._buttons: list[Button] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._choose)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)

    def show_reasons(self, reasons: tuple[str, ...], chosen: str = "") -> None:
        """Offer these reasons, by their codes, with one of them chosen or none."""
        self._reasons = reasons
        while len(self._buttons) < len(reasons):
            self._add_button()
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(reasons))
            button.say(_told(reasons[place]) if place < len(reasons) else "")
        self.show_chosen(chosen)

    def show_chosen(self, reason: str) -> None:
        """Mark one reason, or none for what is not among them."""
        self._group.setExclusive(False)
        for place, button in enumerate(self._buttons):
            button.setChecked(place < len(self._reasons) and self._reasons[place] == reason)
        self._group.setExclusive(True)

    def reason_at(self, digit: str) -> str:
        """Return the reason that a digit stands for, counted from 1; empty for none."""
        place = int(digit) - 1
        return self._reasons[place] if 0 <= place < len(self._reasons) else ""

    def beside(self, reason: str, step: int) -> str:
        """Return the reason ``step`` places on from another, going round; the first from none."""
        if not self._reasons:
            return ""
        if reason not in self._reasons:
            return self._reasons[0 if step > 0 else -1]
        return self._reasons[(self._reasons.index(reason) + step) % len(self._reasons)]

    def _add_button(self) -> None:
        place = len(self._buttons)
        button = Button("", key=str(place + 1) if self._with_digits else "", height_px=self._height_px)
        button.set_px(LABEL_PX)
        button.setCheckable(not self._acts_at_once)
        button.setAutoDefault(False)  # Enter belongs to the sheet; Space chooses
        self._group.addButton(button, place)
        self._buttons.append(button)
        self._grid.addWidget(button, place // COLUMNS, place % COLUMNS)

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._reasons[place])


def _told(reason: str) -> Callable[[], str]:
    return partial(reason_text, reason)
