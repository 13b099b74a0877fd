"""How the lines of a sale that may come back are drawn, and the sales to choose from."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import moment_text
from pos_app.ui.presenters.refund_models import ChoiceRow, RefundLine
from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, metrics
from pos_app.ui.theme.tokens import BOLD, DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.rows import ROW_ROLE, Index, paint_ground
from pos_app.ui.widgets.words import RIGHT, text_at

ROW_PX = 62
EDGE_PX = 12
BOX_PX = 26
TICK_PX = 56  # the part of a row that ticks it
COUNT_PX = 116
AMOUNT_PX = 112


def line_words(line: RefundLine) -> str:
    """Return what assistive technology reads of one line."""
    ticked = _("ticked") if line.taken else _("not ticked")
    count = _("{taken} of {left} to come back").format(taken=line.taken, left=line.left)
    return f"{line.name}, {ticked}, {count}, {wording.money(line.back_minor)}"


def choice_words(row: ChoiceRow) -> str:
    """Return what assistive technology reads of one sale."""
    return f"{row.receipt_no}, {moment_text(row.sold_at_ms)}, {row.first_item}, {wording.money(row.due_minor)}"


def piece_steps(box: QRect) -> tuple[QRect, QRect]:
    """Return where a row's fewer and more are."""
    left = box.right() - 16 - AMOUNT_PX - COUNT_PX
    return QRect(left, box.top() + 9, 44, 44), QRect(left + COUNT_PX - 44, box.top() + 9, 44, 44)


class RefundDelegate(QStyledItemDelegate):
    """Draws a line: tick, name, what was sold and is left, pieces with fewer and more, what goes back."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        line = index.data(ROW_ROLE)
        if isinstance(line, RefundLine):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_ground(painter, option, EDGE_PX)
            self._paint(painter, option.rect, line)
            painter.restore()

    def _paint(self, painter: QPainter, box: QRect, line: RefundLine) -> None:
        _box(painter, QRectF(box.left() + 14, box.top() + (ROW_PX - BOX_PX) / 2, BOX_PX, BOX_PX), line)
        fewer, more = piece_steps(box)
        right = box.right() - 16
        left = box.left() + TICK_PX
        room = fewer.left() - left - 10
        ink: Tone = "ink" if line.left else "ink4"
        cut = Qt.TextElideMode.ElideRight
        name = metrics(LABEL_PX, DEMI).elidedText(line.name, cut, room)
        text_at(painter, QRectF(left, box.top() + 10, room, 22), name, (LABEL_PX, DEMI, ink))
        below = metrics(SMALL_PX, REGULAR).elidedText(_told(line), cut, room)
        text_at(painter, QRectF(left, box.top() + 33, room, 18), below, (SMALL_PX, REGULAR, "ink3"))
        if line.left:
            for place, icon, on in ((fewer, "minus", line.taken > 0), (more, "plus", line.taken < line.left)):
                tone: Tone = "ink2" if on else "ink4"
                painter.setPen(QPen(colour("line"), 1))
                painter.setBrush(colour("sunken"))
                painter.drawRoundedRect(QRectF(place), 10, 10)
                painter.drawPixmap(place.center().x() - 9, place.center().y() - 9, pixmap(icon, tone, 20))
            middle = QRectF(fewer.right(), box.top(), more.left() - fewer.right(), ROW_PX)
            text_at(painter, middle, str(line.taken), (HEAD_PX, BOLD, "ink"), Qt.AlignmentFlag.AlignCenter)
        amount = wording.money(line.back_minor) if line.taken else ""
        text_at(
            painter,
            QRectF(right - AMOUNT_PX, box.top() + 10, AMOUNT_PX, 22),
            amount,
            (HEAD_PX, DEMI, "ink"),
            RIGHT,
        )
        if line.points:
            said = wording.points(abs(line.points))
            sign = "+" if line.points > 0 else wording.MINUS
            place_f = QRectF(right - AMOUNT_PX, box.top() + 33, AMOUNT_PX, 18)
            text_at(painter, place_f, sign + said, (SMALL_PX, DEMI, "gold"), RIGHT)


class ChoiceDelegate(QStyledItemDelegate):
    """Draws one of several sales: when, what, how much."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, ChoiceRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, EDGE_PX)
        box: QRect = option.rect
        right, left = box.right() - 16, box.left() + 16
        room = right - AMOUNT_PX - left - 10
        cut = Qt.TextElideMode.ElideRight
        first = metrics(LABEL_PX, DEMI).elidedText(f"{moment_text(row.sold_at_ms)}   {row.first_item}", cut, room)
        text_at(painter, QRectF(left, box.top() + 10, room, 22), first, (LABEL_PX, DEMI, "ink"))
        still = _("{left} of {pieces} can come back").format(left=row.left, pieces=row.pieces)
        tone: Tone = "ink3" if row.left else "warn"
        text_at(painter, QRectF(left, box.top() + 33, room, 18), f"{row.receipt_no} · {still}",
                (SMALL_PX, REGULAR, tone))  # fmt: skip
        text_at(painter, QRectF(right - AMOUNT_PX, box.top(), AMOUNT_PX, ROW_PX), wording.yuan(row.due_minor),
                (HEAD_PX, DEMI, "ink"), RIGHT)  # fmt: skip
        painter.restore()


def _box(painter: QPainter, box: QRectF, line: RefundLine) -> None:
    on = line.taken > 0
    edge: Tone = "pri" if on else "line2" if line.left else "line"
    painter.setPen(QPen(colour(edge), 1.5))
    painter.setBrush(colour("pri" if on else "surface"))
    painter.drawRoundedRect(box, 6, 6)
    if on:
        painter.drawPixmap(int(box.left()) + 3, int(box.top()) + 3, pixmap("check", "on_pri", 20, 2.4))


def _told(line: RefundLine) -> str:
    if not line.left:
        return _("All {sold} have come back").format(sold=line.sold)
    if line.left < line.sold:
        return _("{sold} sold, {left} can still come back").format(sold=line.sold, left=line.left)
    return _("{sold} sold").format(sold=line.sold)
