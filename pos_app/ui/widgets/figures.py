"""Names at the left, figures at the right: the lines of a report, built once and bound in place."""

from PySide6.QtWidgets import QGridLayout, QWidget

from pos_app.ui.theme.tokens import DEMI, LABEL_PX, MEDIUM, Tone
from pos_app.ui.widgets.words import RIGHT, Words

Figure = tuple[str, str, Tone]


class FigureList(QWidget):
    """Shows as many lines as it is given, ``gap_px`` apart; the figures stand right-aligned in tabular digits."""

    def __init__(self, px: int = LABEL_PX, gap_px: int = 7) -> None:
        super().__init__()
        self._px = px
        self._rows: list[tuple[Words, Words]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(gap_px)
        self._grid.setColumnStretch(0, 1)

    def show_figures(self, figures: tuple[Figure, ...]) -> None:
        """Show these lines: name, figure, and the tone of the figure."""
        while len(self._rows) < len(figures):
            self._add_row()
        for place, (name, value) in enumerate(self._rows):
            shown = place < len(figures)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.say(figures[place][0])
                value.say(figures[place][1])
                value.set_tone(figures[place][2])

    def _add_row(self) -> None:
        name, value = Words("", self._px, "ink2", MEDIUM), Words("", self._px, "ink", DEMI, align=RIGHT)
        self._grid.addWidget(name, len(self._rows), 0)
        self._grid.addWidget(value, len(self._rows), 1)
        self._rows.append((name, value))
