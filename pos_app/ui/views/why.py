"""Why this price (为什么是这个价): the reasons of one line, in the order in which they worked."""

from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui.presenters.why import WhyFace, WhyRow
from pos_app.ui.theme.tokens import BOLD, DEMI, ITEM_PX, LABEL_PX, MEDIUM, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import rule
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import RIGHT, Say, Words

WIDTH_PX, HEIGHT_PX = 780, 600


class Reasons(QWidget):
    """A heading and its reasons: what, in small which rule that is, and the figure. Bound in place."""

    def __init__(self, title: Say) -> None:
        super().__init__()
        self._rows: list[tuple[Words, Words, Words]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(Words(title, LABEL_PX, "ink3", DEMI), 0, 0, 1, 3)

    def show_rows(self, rows: tuple[WhyRow, ...]) -> None:
        """Show these reasons."""
        self.setVisible(bool(rows))
        while len(self._rows) < len(rows):
            self._add_row()
        for place, (what, detail, figure) in enumerate(self._rows):
            row = rows[place] if place < len(rows) else None
            for words in (what, detail, figure):
                words.setVisible(row is not None)
            if row is not None:
                what.say(row.what)
                detail.say(row.detail)
                figure.say(row.figure)
                figure.set_tone("pri_p" if row.is_sum else "ink")
                what.set_tone("pri_p" if row.is_sum else "ink")

    def _add_row(self) -> None:
        what = Words("", ITEM_PX, "ink", MEDIUM)
        detail = Words("", SMALL_PX, "ink3", elide=True)
        figure = Words("", ITEM_PX, "ink", BOLD, align=RIGHT)
        for column, words in enumerate((what, detail, figure)):
            self._grid.addWidget(words, 1 + len(self._rows), column)
        self._rows.append((what, detail, figure))


class WhySheet(Sheet):
    """Nothing to decide: Esc closes it, and a scan goes on selling."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Why this price"), host, width_px=WIDTH_PX)
        self.price = Reasons(lambda: _("How the price came about"))
        self.points = Reasons(lambda: _("How the points came about"))
        self.order = Reasons(lambda: _("In the whole order"))
        self.back = Button(lambda: _("Back"), key="Esc", variant="soft", height_px=52)
        self.back.clicked.connect(self.dismiss)
        inner = QFrame()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.price, rule(), self.points, rule(), self.order):
            column.addWidget(part)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(inner)
        self.body.addWidget(self._area, 1)
        self.footer.addStretch(1)
        self.footer.addWidget(self.back)

    def open_sheet(self) -> None:
        """Show the panel."""
        self.open_over(self.back)

    def show_why(self, face: WhyFace) -> None:
        """Show the reasons of a line."""
        self.subtitle.say(face.name)
        self.price.show_rows(face.price)
        self.points.show_rows(face.points)
        self.order.show_rows(face.order)

    def _height(self) -> int:
        return HEIGHT_PX
