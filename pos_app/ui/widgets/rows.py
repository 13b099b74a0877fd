"""A list of view-model rows for a QListView: replaced as a whole, changed in place where possible."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QScroller, QStyle, QStyleOptionViewItem

from pos_app.ui.theme.look import colour

ROW_ROLE = Qt.ItemDataRole.UserRole
MARK_PX = 4
Index = QModelIndex | QPersistentModelIndex


Row = TypeVar("Row")


class RowsModel(QAbstractListModel, Generic[Row]):
    """Shows frozen rows. ``words`` makes what assistive technology reads of one row; ``key`` tells rows apart."""

    def __init__(self, words: Callable[[Row], str], key: Callable[[Row], str]) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._words = words
        self._key = key

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show ``rows``: equal ones stay untouched, changed ones repaint, others are appended or taken away."""
        fresh = list(rows)
        first = 0
        while first < min(len(fresh), len(self._rows)) and self._key(fresh[first]) == self._key(self._rows[first]):
            first += 1
        for place in range(first):
            if self._rows[place] != fresh[place]:
                self._rows[place] = fresh[place]
                self.dataChanged.emit(self.index(place), self.index(place))
        if first < len(self._rows):
            self.beginRemoveRows(QModelIndex(), first, len(self._rows) - 1)
            del self._rows[first:]
            self.endRemoveRows()
        if first < len(fresh):
            self.beginInsertRows(QModelIndex(), first, len(fresh) - 1)
            self._rows += fresh[first:]
            self.endInsertRows()

    def row(self, place: int) -> Row | None:
        """Return one row, or None outside the list."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place_of(self, key: str) -> int:
        """Return where the row with ``key`` stands, or -1."""
        return next((place for place, row in enumerate(self._rows) if self._key(row) == key), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the row itself, or its words."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._words(row)
        return None


def touch_list() -> QListView:
    """Return a frameless list that scrolls by touch and never sideways."""
    view = QListView()
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    QScroller.grabGesture(view.viewport(), QScroller.ScrollerGestureType.TouchGesture)
    return view


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, edge_px: int) -> None:
    """Draw what a row stands on: the mark of the selected one, and the hairline below, ``edge_px`` off the sides."""
    box: QRect = option.rect
    state: QStyle.StateFlag = option.state
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, colour("pri_tint"))
        painter.fillRect(QRect(box.left(), box.top(), MARK_PX, box.height()), colour("pri"))
    painter.setPen(colour("line"))
    painter.drawLine(box.left() + edge_px, box.bottom(), box.right() - edge_px, box.bottom())
