"""Painting of the basket: one delegate draws every row, wide or folded, and knows where its buttons are."""

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import BasketRow
from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, font, metrics, width_px
from pos_app.ui.theme.tokens import (
    BODY_PX,
    BOLD,
    CAP_PX,
    CONTROL_RADIUS_PX,
    DEMI,
    GAP_PX,
    HEAD_PX,
    ITEM_PX,
    LABEL_PX,
    MEDIUM,
    REGULAR,
    ROW_OPEN_PX,
    ROW_PX,
    SMALL_PX,
    TARGET_PX,
    TITLE_PX,
    Tone,
)
from pos_app.ui.widgets.rows import ROW_ROLE, Index, paint_ground
from pos_app.ui.widgets.words import CENTER, LEFT, RIGHT, text_at

AMOUNT_PX = 96
QUANTITY_PX = 128
PRICE_PX = 96
COUNT_PX = 36
EDGE_PX = 16
WHY_PX = 16
TAG_PX, TAG_COMPACT_PX = 150, 110
COUNTED = frozenset({"less", "more"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A painted button of the selected row: what it does, and where."""

    act: str
    box: QRectF


def basket_words(row: BasketRow) -> str:
    """Return what assistive technology reads of one row."""
    said = _("{name}, {quantity} pieces, {price} each, {amount} together").format(
        name=row.name,
        quantity=row.quantity,
        price=wording.money(row.price_minor),
        amount=wording.money(row.amount_minor),
    )
    return f"{said}, {tag_text(row)}" if tag_text(row) else said


def tag_text(row: BasketRow) -> str:
    """Return the word on a row's tag: points redeemed, or the campaign."""
    if row.redeemed_points:
        return _("Redeemed {points} pts").format(points=f"{row.redeemed_points:,}")
    return row.tag


class BasketDelegate(QStyledItemDelegate):
    """Signals: ``acted(act, place)`` with ``less``, ``more``, ``discount``, ``remove``, ``why`` and the place."""

    acted = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.compact = False
        self.open_place = -1
        self.with_discount = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row: the selected one opens when the list is folded."""
        open_row = self.compact and index.row() == self.open_place
        return QSize(100, ROW_OPEN_PX if open_row else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, BasketRow):
            return
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, EDGE_PX)
        if self.compact:
            self._paint_folded(painter, box, row, 22 if selected else 0)
        else:
            self._paint_wide(painter, box, row, index.row())
        if selected:
            self._paint_spots(painter, box, row)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Turn a tap on a painted button into an act; only the selected row has buttons."""
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        if index.row() != self.open_place:
            return False
        row = index.data(ROW_ROLE)
        for spot in self.spots(option.rect, row if isinstance(row, BasketRow) else None):
            if spot.box.contains(event.position()):
                self.acted.emit(spot.act, index.row())
                return True
        return False

    def spots(self, box: QRect, row: BasketRow | None = None) -> list[Spot]:
        """Return the buttons of a selected row that stands in ``box``; a weighed or labelled piece is never two."""
        spots = self._spots(box)
        is_piece = row is not None and row.is_piece
        return [spot for spot in spots if not (is_piece and spot.act in COUNTED)]

    def _spots(self, box: QRect) -> list[Spot]:
        if not self.compact:
            top = box.center().y() - TARGET_PX / 2
            right = box.right() - EDGE_PX - AMOUNT_PX
            more = QRectF(right - TARGET_PX, top, TARGET_PX, TARGET_PX)
            less = more.translated(-TARGET_PX - COUNT_PX, 0)
            why = QRectF(less.left() - PRICE_PX, box.top(), PRICE_PX - GAP_PX, box.height())
            return [Spot("less", less), Spot("more", more), Spot("why", why)]
        top, left = box.top() + 58.0, box.left() + EDGE_PX - 2.0
        less = QRectF(left, top, 56, TARGET_PX)
        more = QRectF(less.right() + 56, top, 56, TARGET_PX)
        wide = min(88.0, (box.right() - 14 - more.right() - 12) / 2)
        discount = QRectF(more.right() + 6, top, wide, TARGET_PX)
        remove = QRectF(discount.right() + 6, top, wide, TARGET_PX)
        why = QRectF(box.right() - EDGE_PX - AMOUNT_PX, box.top() + 4.0, AMOUNT_PX, TARGET_PX)
        always = [Spot("less", less), Spot("more", more), Spot("why", why)]
        if not self.with_discount:
            return [*always, Spot("remove", discount)]
        return [*always, Spot("discount", discount), Spot("remove", remove)]

    def _paint_spots(self, painter: QPainter, box: QRect, row: BasketRow) -> None:
        spots = self.spots(box, row)
        words = {"discount": _("Discount"), "remove": _("Remove")}
        for spot in spots:
            if spot.act == "why":
                self._paint_why(painter, spot.box)
                continue
            painter.setPen(QPen(colour("pri_line"), 1))
            painter.setBrush(colour("surface"))
            painter.drawRoundedRect(spot.box, CONTROL_RADIUS_PX, CONTROL_RADIUS_PX)
            if spot.act in words:
                px, text = fit(words[spot.act], int(spot.box.width()) - 8, BODY_PX, DEMI)
                tone: Tone = "bad" if spot.act == "remove" else "pri_p"
                text_at(painter, spot.box, text, (px, DEMI, tone), CENTER)
            else:
                icon = pixmap("minus" if spot.act == "less" else "plus", "pri_p", 20, 2.2)
                painter.drawPixmap(QPointF(spot.box.center().x() - 10, spot.box.center().y() - 10), icon)
        less, more = self._spots(box)[:2]
        between = QRectF(less.box.right(), less.box.top(), more.box.left() - less.box.right(), TARGET_PX)
        text_at(painter, between, str(row.quantity), (HEAD_PX, BOLD, "ink"), CENTER)

    def _paint_why(self, painter: QPainter, box: QRectF) -> None:
        """Draw the sign beside the price that says that it can be asked about."""
        if self.compact:
            painter.drawPixmap(QPointF(box.right() - WHY_PX, box.top() + 31), pixmap("info", "pri_p", WHY_PX, 2.0))
        else:
            painter.drawPixmap(QPointF(box.left(), box.center().y() - WHY_PX / 2), pixmap("info", "pri_p", WHY_PX, 2.0))

    def _paint_wide(self, painter: QPainter, box: QRect, row: BasketRow, place: int) -> None:
        top, high = box.top(), box.height()
        right = box.right() - EDGE_PX
        amount = QRectF(right - AMOUNT_PX, top, AMOUNT_PX, high)
        quantity = QRectF(amount.left() - QUANTITY_PX, top, QUANTITY_PX, high)
        price = QRectF(quantity.left() - PRICE_PX, top, PRICE_PX - 8, high)
        left = box.left() + EDGE_PX + 26
        room = int(price.left() - left - 8)
        number = QRectF(box.left() + EDGE_PX, top, 22, high)
        text_at(painter, number, str(place + 1), (SMALL_PX, MEDIUM, "ink3"), LEFT)
        name = metrics(ITEM_PX, DEMI).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        text_at(painter, QRectF(left, top + 11, room, 22), name, (ITEM_PX, DEMI, "ink"))
        after = self._paint_tag(painter, row, left, top + 35)
        spec = " · ".join(part for part in (row.weight or row.spec, row.note or row.code) if part)
        rest = int(price.left() - after - 8)
        if width_px(spec, SMALL_PX, REGULAR) > rest and not row.note:
            spec = row.weight or row.spec  # half a barcode says nothing
        spec = metrics(SMALL_PX, REGULAR).elidedText(spec, Qt.TextElideMode.ElideRight, max(0, rest))
        text_at(painter, QRectF(after, top + 35, max(0, rest), 18), spec, (SMALL_PX, REGULAR, "ink3"))
        self._paint_price(painter, price, row)
        if place != self.open_place:
            weight = DEMI if row.quantity > 1 else MEDIUM
            tone: Tone = "ink" if row.quantity > 1 else "ink2"
            middle = QRectF(quantity.right() - 2 * TARGET_PX - COUNT_PX, top, 2 * TARGET_PX + COUNT_PX, high)
            text_at(painter, middle, f"× {row.quantity}", (ITEM_PX, weight, tone), CENTER)
        tone = "gold" if row.redeemed_points else "ink"
        text_at(painter, amount, wording.money(row.amount_minor), (HEAD_PX, DEMI, tone), RIGHT)

    def _paint_price(self, painter: QPainter, box: QRectF, row: BasketRow) -> None:
        struck = row.list_minor != row.price_minor
        line = QRectF(box.left(), box.top() + 11, box.width(), 22) if struck else box
        text_at(painter, line, wording.money(row.price_minor), (LABEL_PX, MEDIUM, "ink"), RIGHT)
        if struck:
            old = QRectF(box.left(), box.top() + 35, box.width(), 18)
            struck_at(painter, old, wording.money(row.list_minor))

    def _paint_folded(self, painter: QPainter, box: QRect, row: BasketRow, kept_px: int) -> None:
        """Draw a row in two lines of text; ``kept_px`` at the end of the second belong to the sign of ``why``."""
        left, right = box.left() + EDGE_PX - 2, box.right() - EDGE_PX + 2
        top = box.top()
        amount = wording.money(row.amount_minor)
        amount_wide = int(width_px(amount, TITLE_PX, DEMI)) + 8
        tone: Tone = "gold" if row.redeemed_points else "ink"
        text_at(painter, QRectF(right - amount_wide, top + 10, amount_wide, 22), amount, (TITLE_PX, DEMI, tone), RIGHT)
        room = right - left - amount_wide - 6
        name = metrics(LABEL_PX, DEMI).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        text_at(painter, QRectF(left, top + 10, room, 22), name, (LABEL_PX, DEMI, "ink"))
        after = self._paint_tag(painter, row, left, top + 34)
        unit = row.weight or f"{wording.money(row.price_minor)} × {row.quantity}"
        wide = width_px(unit, SMALL_PX, MEDIUM)
        text_at(painter, QRectF(after, top + 34, wide + 2, 18), unit, (SMALL_PX, MEDIUM, "ink2"))
        after += wide + 10
        if row.list_minor != row.price_minor and not row.redeemed_points:
            old = wording.money(row.list_minor)
            struck_at(painter, QRectF(after, top + 34, 80, 18), old, LEFT)
            after += width_px(old, CAP_PX, REGULAR) + 8
        rest = int(right - after) - kept_px
        spec = metrics(CAP_PX, REGULAR).elidedText(row.note or row.spec, Qt.TextElideMode.ElideRight, max(0, rest))
        text_at(painter, QRectF(after, top + 34, max(0, rest), 18), spec, (CAP_PX, REGULAR, "ink3"), RIGHT)

    def _paint_tag(self, painter: QPainter, row: BasketRow, left: float, top: float) -> float:
        """Draw the tag, if the row has one; return where the text after it starts."""
        text = tag_text(row)
        if not text:
            return left
        ink: Tone = "gold" if row.redeemed_points else "pri_p"
        fill: Tone = "gold_tint" if row.redeemed_points else "surface"
        most = TAG_COMPACT_PX if self.compact else TAG_PX
        if not row.redeemed_points:
            text = metrics(CAP_PX, DEMI).elidedText(text, Qt.TextElideMode.ElideRight, most)
        wide = width_px(text, CAP_PX, DEMI) + 12
        frame = QRectF(left, top, wide, 18)
        painter.setPen(Qt.PenStyle.NoPen if row.redeemed_points else colour("pri_line"))
        painter.setBrush(colour(fill))
        painter.drawRoundedRect(frame, 5, 5)
        text_at(painter, frame, text, (CAP_PX, DEMI, ink), CENTER)
        return left + wide + 8


def struck_at(painter: QPainter, box: QRectF, text: str, align: Qt.AlignmentFlag = RIGHT) -> None:
    """Draw a price that no longer holds."""
    old: QFont = font(CAP_PX, REGULAR, struck=True)
    painter.setFont(old)
    painter.setPen(colour("ink3"))
    painter.drawText(box, int(align), text)
