"""The rail: where am I, and what waits where."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout

from pos_app.i18n import _
from pos_app.ui.keymap import Keymap
from pos_app.ui.presenters.view_models import Section
from pos_app.ui.theme.tokens import GAP_PX
from pos_app.ui.views.section_words import SECTION_ACTIONS, SECTION_ICONS, section_word
from pos_app.ui.widgets.buttons import RailButton
from pos_app.ui.widgets.marks import Glyph

WIDE_PX, COMPACT_PX = 80, 76


class Rail(QFrame):
    """Signals: ``section_asked(section)`` with the section's name. A section that is not offered is not there."""

    section_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self._buttons: dict[Section, RailButton] = {}
        self._counts: dict[Section, int] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.setSpacing(GAP_PX)
        column.addWidget(Glyph("leaf", "gold_solid", 30), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        for place, section in enumerate(Section):
            button = RailButton(partial(section_word, section), icon=SECTION_ICONS[section])
            self._group.addButton(button, place)
            self._buttons[section] = button
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self._group.idClicked.connect(self._asked)
        self.set_compact(compact=False)
        self.show_counts({})

    def show_section(self, section: Section) -> None:
        """Mark where we are."""
        self._buttons[section].setChecked(True)

    def show_sections(self, sections: tuple[Section, ...]) -> None:
        """Offer these sections only."""
        for section, button in self._buttons.items():
            button.setVisible(section in sections)

    def show_counts(self, counts: Mapping[Section, int]) -> None:
        """Show how much waits in each section; what is not named has nothing waiting."""
        for section, button in self._buttons.items():
            self._counts[section] = counts.get(section, 0)
            button.set_count(self._counts[section], partial(self._name, section))

    def show_keys(self, keymap: Keymap) -> None:
        """Offer the keys of the sections as tooltips."""
        for section, button in self._buttons.items():
            button.setToolTip(keymap.caption(SECTION_ACTIONS[section]))

    def set_compact(self, *, compact: bool) -> None:
        """Narrow the rail."""
        self.setFixedWidth(COMPACT_PX if compact else WIDE_PX)

    def _name(self, section: Section) -> str:
        count = self._counts.get(section, 0)
        word = section_word(section)
        return _("{section}, {count} waiting").format(section=word, count=count) if count else word

    def _asked(self, place: int) -> None:
        self.section_asked.emit(list(Section)[place].value)
