"""Painting of the audit's list: when, who, and what was done."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from pos_app.ui import wording
from pos_app.ui.audit_wording import part_text
from pos_app.ui.presenters.audit import AuditRow
from pos_app.ui.theme.look import colour, fit, metrics
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, DEMI, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.rows import ROW_ROLE, Index, paint_ground
from pos_app.ui.widgets.words import CENTER, text_at

ROW_PX = 58
EDGE_PX = 14
TIME_PX = 56
PART_PX = 84
PART_HIGH_PX = 24


def row_words(row: AuditRow) -> str:
    """Return what assistive technology reads of one entry."""
    return ", ".join((wording.day(row.on), wording.clock(row.at_ms), row.name, row.text))


class AuditDelegate(QStyledItemDelegate):
    """Draws one entry: time and day, name over what was done, the part at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, AuditRow):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, EDGE_PX)
        top, left = box.top(), box.left() + EDGE_PX
        text_at(painter, QRectF(left, top + 8, TIME_PX, 20), wording.clock(row.at_ms), (LABEL_PX, DEMI, "ink"))
        text_at(painter, QRectF(left, top + 31, TIME_PX, 18), wording.day(row.on), (SMALL_PX, REGULAR, "ink3"))
        left += TIME_PX + 8
        all_room = box.right() - EDGE_PX - left
        room = all_room - self._paint_part(painter, box, row)
        name = metrics(LABEL_PX, DEMI).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        text_at(painter, QRectF(left, top + 8, room, 20), name, (LABEL_PX, DEMI, "ink"))
        what = metrics(BODY_PX, REGULAR).elidedText(row.text, Qt.TextElideMode.ElideRight, all_room)
        text_at(painter, QRectF(left, top + 32, all_room, 20), what, (BODY_PX, REGULAR, "ink2"))
        painter.restore()

    def _paint_part(self, painter: QPainter, box: QRect, row: AuditRow) -> int:
        """Draw the part and return the room it took."""
        if row.part is None:
            return 0
        fill: Tone = "warn_tint" if row.is_serious else "sunken"
        ink: Tone = "warn" if row.is_serious else "ink2"
        frame = QRectF(box.right() - EDGE_PX - PART_PX, box.top() + 6, PART_PX, PART_HIGH_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(fill))
        painter.drawRoundedRect(frame, 7, 7)
        px, text = fit(part_text(row.part), PART_PX - 10, CAP_PX, DEMI)
        text_at(painter, frame, text, (px, DEMI, ink), CENTER)
        return PART_PX + 8
