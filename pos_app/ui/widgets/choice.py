"""Choosing among a few: a segmented row (tabs, radio-like answers) and a quantity stepper."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QWidget

from pos_app.i18n import _
from pos_app.ui.theme.tokens import BODY_PX, BOLD, HEAD_PX
from pos_app.ui.widgets import names
from pos_app.ui.widgets.buttons import Button, IconButton
from pos_app.ui.widgets.words import CENTER, Say, Words, said


class Segmented(QFrame):
    """One of a few, side by side in a well. Signals: ``chosen(code)`` when the user picks another."""

    chosen = Signal(str)

    def __init__(self, choices: tuple[tuple[str, Say], ...], name: Say = "") -> None:
        super().__init__()
        self.setProperty("well", True)
        self._codes = [code for code, _word in choices]
        self._buttons: list[Button] = []
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for place, (_code, word) in enumerate(choices):
            button = Button(word, variant="segment")
            button.set_px(BODY_PX)
            button.setCheckable(True)
            self._group.addButton(button, place)
            self._buttons.append(button)
            row.addWidget(button)
        if self._buttons:
            self._buttons[0].setChecked(True)
        self._group.idClicked.connect(self._choose)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        names.name(self, partial(said, name))

    def show_choice(self, code: str) -> None:
        """Mark ``code`` as chosen without saying so."""
        self._buttons[self._codes.index(code)].setChecked(True)

    def choice(self) -> str:
        """Return the code that is chosen."""
        return self._codes[self._group.checkedId()]

    def step(self, by: int) -> None:
        """Choose the next one, or the one ``by`` further, without saying so; after the last comes the first."""
        self._buttons[(self._group.checkedId() + by) % len(self._buttons)].setChecked(True)

    def say(self, code: str, word: Say) -> None:
        """Show another word for one choice, such as a new count."""
        self._buttons[self._codes.index(code)].say(word)

    def set_available(self, code: str, available: bool) -> None:
        """Let one choice be picked or not; it keeps its place."""
        self._buttons[self._codes.index(code)].setEnabled(available)

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._codes[place])


class Stepper(QWidget):
    """Less, how many, more; 44 px targets. Signals: ``stepped(delta)`` with -1 or +1: the answer comes by ``show``."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._less = IconButton("minus", lambda: _("Fewer"), variant="soft")
        self._more = IconButton("plus", lambda: _("More"), variant="soft")
        self._count = Words("0", HEAD_PX, "ink", BOLD, align=CENTER)
        self._count.setMinimumWidth(30)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (self._less, self._count, self._more):
            row.addWidget(part)
        self._less.clicked.connect(self._step_down)
        self._more.clicked.connect(self._step_up)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_count(self, count: int, *, least: int = 0, most: int | None = None) -> None:
        """Show how many; the buttons at the limits are disabled and keep their place."""
        self._count.say(str(count))
        self._less.setEnabled(count > least)
        self._more.setEnabled(most is None or count < most)

    def set_name(self, name: str) -> None:
        """Say what is counted to assistive technology."""
        self._less.set_name(lambda: _("Fewer: {name}").format(name=name))
        self._more.set_name(lambda: _("More: {name}").format(name=name))

    def _step_down(self) -> None:
        self.stepped.emit(-1)

    def _step_up(self) -> None:
        self.stepped.emit(1)
