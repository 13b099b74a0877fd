"""A sheet with a list of numbered rows: a digit takes its row at once, Enter the marked one."""

from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos_app.ui.theme.look import colour
from pos_app.ui.theme.tokens import BODY_PX, BOLD, HEAD_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import ROW_ROLE, Index, RowsModel, paint_ground, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import CENTER, Words, text_at

DIGIT_PX, EDGE_PX = 40, 14
FEWEST_ROWS, MOST_ROWS = 2, 6  # that the sheet is made high for
AROUND_PX = 200  # head and footer


class Numbered(Protocol):
    """A row with the digit that takes it."""

    @property
    def number(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


class NumberedDelegate(QStyledItemDelegate, Generic[Row]):
    """Draws ground and digit of a row; a subclass draws what stands behind them in ``_paint``."""

    row_px = 68

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, self.row_px)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row: Row = index.data(ROW_ROLE)
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, 12)
        digit = QRectF(box.left() + EDGE_PX, box.top() + (self.row_px - DIGIT_PX) // 2, DIGIT_PX, DIGIT_PX)
        ground, ink = self._tones(row)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(ground))
        painter.drawRoundedRect(digit, 8, 8)
        text_at(painter, digit, str(row.number), (HEAD_PX, BOLD, ink), CENTER)
        self._paint(painter, box.adjusted(DIGIT_PX + 2 * EDGE_PX, 0, -EDGE_PX - 2, 0), row)
        painter.restore()

    def _tones(self, row: Row) -> tuple[Tone, Tone]:
        """Return what the digit stands on, and its own tone."""
        return "canvas", "ink"

    def _paint(self, painter: QPainter, box: QRect, row: Row) -> None:
        raise NotImplementedError


class NumberedSheet(Sheet, Generic[Row]):
    """The list, what stands there where it is empty, and buttons: ``take`` on the right, the others by their keys.

    A subclass says what taking a row does in ``_take``, and what follows the marked row in ``_tell``.
    """

    def __init__(
        self,
        title: Callable[[], str],
        none: Callable[[], str],
        host: QWidget,
        model: RowsModel[Row],
        delegate: NumberedDelegate[Row],
    ) -> None:
        super().__init__(title, host, width_px=820)
        self.model = model
        self._row_px = delegate.row_px
        self.view = touch_list()
        self.view.setModel(model)
        self.view.setItemDelegate(delegate)
        name(self.view, title)
        self.view.setMinimumHeight(self._row_px * FEWEST_ROWS)
        self._none = Words(none, BODY_PX, "ink3", align=CENTER)
        self._keys: Mapping[Qt.Key, Button] = {}
        self.body.addWidget(self._none, 1)
        self.body.addWidget(self.view, 1)
        self.view.installEventFilter(self)
        self.view.selectionModel().currentChanged.connect(self._changed)

    def arrange(self, keys: Mapping[Qt.Key, Button], take: Button) -> None:
        """Put the buttons into the footer."""
        self._keys = keys
        for button in keys.values():
            self.footer.addWidget(button)
        self.footer.addStretch(1)
        self.footer.addWidget(take)
        take.set_key("Enter", pill=True)
        take.setMinimumWidth(220)
        take.clicked.connect(lambda: self._with_current(self._take))

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show the rows, the first one marked."""
        self.model.show_rows(rows)
        if rows and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))
        self._none.setVisible(not rows)
        self.view.setVisible(bool(rows))
        self._tell()
        self._place()
        if not rows and self.isVisible():
            self.cross.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a row by its digit or Enter; press the button of another key."""
        digit, button = event.text(), self._keys.get(Qt.Key(event.key()))
        if digit and digit.isdigit():
            rows = (self.model.row(place) for place in range(self.model.rowCount()))
            for row in rows:
                if row is not None and str(row.number) == digit:
                    self._take(row)
                    break
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._with_current(self._take)
        elif button is not None:
            button.click()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take digits and the keys of buttons before the list searches its rows by them."""
        key_press = event.type() == QEvent.Type.KeyPress and watched is self.view
        if key_press and isinstance(event, QKeyEvent) and (event.text().isdigit() or event.key() in self._keys):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _current(self) -> Row | None:
        return self.model.row(self.view.currentIndex().row())

    def _with_current(self, do: Callable[[Row], None]) -> None:
        row = self._current()
        if row is not None:
            do(row)

    def _take(self, row: Row) -> None:
        raise NotImplementedError

    def _tell(self) -> None:
        raise NotImplementedError

    def _changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._tell()

    def _height(self) -> int:
        rows = max(FEWEST_ROWS, min(MOST_ROWS, self.model.rowCount()))
        return min(self.height(), AROUND_PX + self._row_px * rows)
