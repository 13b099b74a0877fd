"""Painting of the member's 360°: the rows of a tab, and the lines that explain one of them."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from pos_app.ui.presenters.profile_models import Figure, Row
from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, metrics, width_px
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, DEMI, ITEM_PX, LABEL_PX, MEDIUM, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.rows import ROW_ROLE, Index, paint_ground
from pos_app.ui.widgets.words import RIGHT, text_at

ROW_PX = 58
FIGURE_ROW_PX = 28
EDGE_PX = 12
ICON_PX = 20
SCROLL_PX = 6  # room beside the figures for the scroll bar
WHEN_PX, WHEN_COMPACT_PX = 92, 84


def row_words(row: Row) -> str:
    """Return what assistive technology reads of one row."""
    return ", ".join(part for part in (row.when, row.title, row.detail, row.figure) if part)


def figure_words(figure: Figure) -> str:
    """Return what assistive technology reads of one line of an explanation."""
    return f"{figure.name} {figure.value}".strip()


class RowDelegate(QStyledItemDelegate):
    """Draws one row: when, icon, title over detail, the figure at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.compact = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, EDGE_PX)
        left, right = box.left() + EDGE_PX, box.right() - EDGE_PX
        if row.when:
            wide = WHEN_COMPACT_PX if self.compact else WHEN_PX
            px, text = fit(row.when, wide, SMALL_PX, MEDIUM)
            text_at(painter, QRectF(left, box.top(), wide, box.height()), text, (px, MEDIUM, "ink3"))
            left += wide + 8
        painter.drawPixmap(left, box.center().y() - ICON_PX // 2, pixmap(row.icon, "pri", ICON_PX))
        left += ICON_PX + 10
        figure = width_px(row.figure, ITEM_PX, DEMI) + 12 if row.figure else 0.0
        room = right - left - figure
        self._lines(painter, QRectF(left, box.top(), room, box.height()), row)
        text_at(
            painter, QRectF(left, box.top(), right - left, box.height()), row.figure, (ITEM_PX, DEMI, row.tone), RIGHT
        )
        painter.restore()

    def _lines(self, painter: QPainter, box: QRectF, row: Row) -> None:
        high = 22 if row.detail else box.height()
        top = box.top() + (8 if row.detail else 0)
        px, title = fit(row.title, int(box.width()), LABEL_PX, DEMI, SMALL_PX)
        text_at(painter, QRectF(box.left(), top, box.width(), high), title, (px, DEMI, "ink"))
        if row.detail:
            cut = Qt.TextElideMode.ElideRight
            detail = metrics(SMALL_PX, REGULAR).elidedText(row.detail, cut, int(box.width()))
            below = QRectF(box.left(), box.top() + 30, box.width(), 20)
            text_at(painter, below, detail, (SMALL_PX, REGULAR, "ink3"))


class FigureDelegate(QStyledItemDelegate):
    """Draws one line of an explanation; a sum stands below a rule."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line."""
        return QSize(100, FIGURE_ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one line."""
        figure = index.data(ROW_ROLE)
        if not isinstance(figure, Figure):
            return
        box: QRect = option.rect.adjusted(0, 0, -SCROLL_PX, 0)
        weight = DEMI if figure.is_sum else REGULAR
        painter.save()
        if figure.is_sum:
            painter.setPen(colour("line2"))
            painter.drawLine(box.left(), box.top(), box.right(), box.top())
        value = width_px(figure.value, LABEL_PX, DEMI)
        room = int(box.width() - value - 12)
        px, name = fit(figure.name, room, BODY_PX, weight, CAP_PX)
        tone: Tone = "ink" if figure.is_sum else "ink2"
        text_at(painter, QRectF(box), name, (px, weight, tone))
        text_at(painter, QRectF(box), figure.value, (LABEL_PX, DEMI, figure.tone), RIGHT)
        painter.restore()
