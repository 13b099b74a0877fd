"""A list in a card: its rows, or a page that says why there are none, and below it what was said last."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QStackedLayout, QVBoxLayout, QWidget

from pos_app.ui.widgets.marks import Glyph, card
from pos_app.ui.widgets.toast import Toast


class ListPages(QStackedLayout):
    """The list, and the empty page in its place: an icon with words below it."""

    def __init__(self, view: QListView, icon: str, *words: QWidget) -> None:
        super().__init__()
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(Glyph(icon, "ink4", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        for word in words:
            middle.addWidget(word)
        middle.addStretch(2)
        self.addWidget(view)
        self.addWidget(empty)

    def show_list(self, *, has_rows: bool) -> None:
        """Show the list or the empty page."""
        self.setCurrentIndex(0 if has_rows else 1)

    def in_card(self, toast: Toast) -> QFrame:
        """Return a card around the pages, with the notices below."""
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(1, 6, 1, 6)
        column.setSpacing(4)
        column.addLayout(self, 1)
        strip = QHBoxLayout()
        strip.setContentsMargins(9, 0, 9, 0)
        strip.addWidget(toast)
        column.addLayout(strip)
        return frame
