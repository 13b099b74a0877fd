"""F1: every key that does something, printed from the key map in force."""

from functools import partial

from PySide6.QtWidgets import QGridLayout, QWidget

from pos_app.i18n import _
from pos_app.ui.keymap import Keymap
from pos_app.ui.theme.tokens import BODY_PX
from pos_app.ui.views.section_words import action_word
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Pill
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Say, Words

COLUMNS = 3


def fixed_keys() -> tuple[tuple[str, Say], ...]:
    """Return the keys of the scan line, the same in every profile."""
    return (
        ("Enter", lambda: _("Add; on an empty line: pay")),
        ("3 *", lambda: _("Quantity before a code")),
        ("* 3", lambda: _("Quantity of the selected line")),
        ("+  -", lambda: _("One more, one less")),
        ("↑  ↓", lambda: _("Walk the basket")),
        ("Esc", lambda: _("Back, close")),
    )


class KeyOverlay(Sheet):
    """Lists the keys in three columns; closes at Esc like every sheet."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Keys"), host, width_px=900)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        back = Button(lambda: _("Back"), key="Esc", variant="soft")
        back.clicked.connect(self.dismiss)
        self.footer.addStretch(1)
        self.footer.addWidget(back)
        self._back = back

    def show_keys(self, keymap: Keymap) -> None:
        """Fill the table from a key map; call once, before the first opening."""
        cells: list[tuple[str, Say]] = [
            (keymap.caption(action), partial(action_word, action)) for action, _key in keymap.items()
        ]
        cells += fixed_keys()
        rows = -(-len(cells) // COLUMNS)
        for place, (key, say) in enumerate(cells):
            row, column = place % rows, 2 * (place // rows)
            self._grid.addWidget(Pill(key, "ink2", "sunken", "line2"), row, column)
            self._grid.addWidget(Words(say, BODY_PX, "ink"), row, column + 1)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(2 * column + 1, 1)

    def open_keys(self) -> None:
        """Show the overlay."""
        self.open_over(self._back)
