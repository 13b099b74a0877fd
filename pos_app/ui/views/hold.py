"""S7 Hold and recall: the sales that wait; a digit takes one back."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import HeldRow
from pos_app.ui.theme.look import colour, metrics
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import ROW_ROLE, Index, RowsModel, paint_ground, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import CENTER, RIGHT, Words, text_at

ROW_PX = 68
OLD_MIN = 30
AMOUNT_PX = 130
AGE_PX = 150


def held_words(row: HeldRow) -> str:
    """Return what assistive technology reads of one held sale."""
    who = row.customer or _("No member")
    return f"{row.number}, {who}, {wording.items(row.pieces)}, {wording.money(row.total_minor)}"


class HeldDelegate(QStyledItemDelegate):
    """Draws one held sale: digit, who, what, since when, how much."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, HeldRow):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, 12)
        self._paint(painter, box, row)
        painter.restore()

    def _paint(self, painter: QPainter, box: QRect, row: HeldRow) -> None:
        top = box.top()
        digit = QRectF(box.left() + 14, top + 14, 40, 40)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("canvas"))
        painter.drawRoundedRect(digit, 8, 8)
        text_at(painter, digit, str(row.number), (HEAD_PX, BOLD, "ink"), CENTER)
        right = box.right() - 16
        text_at(painter, QRectF(right - AMOUNT_PX, top, AMOUNT_PX, box.height()), wording.yuan(row.total_minor),
                (HEAD_PX, DEMI, "ink"), RIGHT)  # fmt: skip
        age = QRectF(right - AMOUNT_PX - AGE_PX, top, AGE_PX, box.height())
        tone: Tone = "warn" if row.minutes >= OLD_MIN else "ink2"
        text_at(
            painter,
            QRectF(age.left(), top + 12, AGE_PX, 20),
            wording.clock(row.held_at_ms),
            (BODY_PX, DEMI, tone),
            RIGHT,
        )
        text_at(painter, QRectF(age.left(), top + 34, AGE_PX, 20), wording.minutes_ago(row.minutes),
                (SMALL_PX, REGULAR, tone), RIGHT)  # fmt: skip
        left = int(digit.right()) + 14
        room = int(age.left()) - left - 8
        who = row.customer or _("No member")
        note = f" · {row.note}" if row.note else ""
        cut = Qt.TextElideMode.ElideRight
        first = metrics(LABEL_PX, DEMI).elidedText(who + note, cut, room)
        count = wording.items(row.pieces)
        below = metrics(SMALL_PX, REGULAR).elidedText(f"{count} · {row.summary}", cut, room)
        text_at(painter, QRectF(left, top + 12, room, 20), first, (LABEL_PX, DEMI, "ink"))
        text_at(painter, QRectF(left, top + 34, room, 20), below, (SMALL_PX, REGULAR, "ink3"))


class HoldSheet(Sheet):
    """The held sales. Enter, a tap and then the button, or the digit takes one back; Del drops it and says so.

    Signals: ``recall_asked(held_id)``, ``drop_asked(held_id)``, ``slip_asked(held_id)`` to print a slip for it.
    """

    recall_asked = Signal(str)
    drop_asked = Signal(str)
    slip_asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Held sales"), host, width_px=820)
        self.model: RowsModel[HeldRow] = RowsModel(held_words, lambda row: row.held_id)
        self.view = touch_list()
        self.view.setModel(self.model)
        self.view.setItemDelegate(HeldDelegate())
        name(self.view, lambda: _("Held sales"))
        self.view.setMinimumHeight(ROW_PX * 2)
        self._none = Words(lambda: _("No sale is held"), BODY_PX, "ink3", align=CENTER)
        self._drop = Button(
            lambda: _("Delete (kept on record)"), icon="trash", key="Del", variant="danger", height_px=52
        )
        self._slip = Button(lambda: _("Print a slip"), icon="printer", key="P", variant="soft", height_px=52)
        self._take = Button(self._take_text, variant="pri", height_px=52)
        self._take.set_key("Enter", pill=True)
        self._take.setMinimumWidth(220)
        self.body.addWidget(self._none)
        self.body.addWidget(self.view, 1)
        self.footer.addWidget(self._drop)
        self.footer.addWidget(self._slip)
        self.footer.addStretch(1)
        self.footer.addWidget(self._take)
        self._connect()

    def open_sheet(self) -> None:
        """Show the sheet with the first sale marked."""
        self.subtitle.say(lambda: _("A digit takes a sale at once"))
        self.open_over(self.view)

    def show_held(self, rows: tuple[HeldRow, ...]) -> None:
        """Show the sales that wait."""
        self.model.show_rows(rows)
        if rows and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))
        self._none.setVisible(not rows)
        self.view.setVisible(bool(rows))
        for button in (self._drop, self._slip, self._take):
            button.setEnabled(bool(rows))
        self._take.retell()

    def show_slip_queued(self, number: int) -> None:
        """Say that the slip of a sale is on its way to the printer; the list stays."""
        self.subtitle.say(partial(_queued_text, number))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a sale by its digit or Enter, drop it by Del, print its slip by P."""
        digit = event.text()
        if digit.isdigit() and digit:
            for place in range(self.model.rowCount()):
                row = self.model.row(place)
                if row is not None and str(row.number) == digit:
                    self.recall_asked.emit(row.held_id)
                    return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask_take()
        elif event.key() == Qt.Key.Key_Delete:
            self._ask_drop()
        elif event.key() == Qt.Key.Key_P:
            self._ask_slip()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take digits and P before the list searches its rows by them."""
        key_press = event.type() == QEvent.Type.KeyPress and watched is self.view
        if key_press and isinstance(event, QKeyEvent) and (event.text().isdigit() or event.key() == Qt.Key.Key_P):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _current(self) -> HeldRow | None:
        return self.model.row(self.view.currentIndex().row())

    def _take_text(self) -> str:
        row = self._current()
        return _("Recall") if row is None else _("Recall {amount}").format(amount=wording.yuan(row.total_minor))

    def _ask_take(self) -> None:
        row = self._current()
        if row is not None:
            self.recall_asked.emit(row.held_id)

    def _ask_drop(self) -> None:
        row = self._current()
        if row is not None:
            self.drop_asked.emit(row.held_id)

    def _ask_slip(self) -> None:
        row = self._current()
        if row is not None:
            self.slip_asked.emit(row.held_id)

    def _changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._take.retell()

    def _connect(self) -> None:
        self.view.installEventFilter(self)
        self._take.clicked.connect(self._ask_take)
        self._drop.clicked.connect(self._ask_drop)
        self._slip.clicked.connect(self._ask_slip)
        self.view.selectionModel().currentChanged.connect(self._changed)

    def _height(self) -> int:
        return min(self.height(), 200 + ROW_PX * max(2, min(6, self.model.rowCount())))


def _queued_text(number: int) -> str:
    return _("The slip of sale {number} is printed; scanned, it takes the sale").format(number=number)
