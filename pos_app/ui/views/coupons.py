"""S5b Coupons: what the member has, usable ones on top, each unusable one saying why not; a digit uses one."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import CouponRow
from pos_app.ui.theme.look import colour, metrics
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import ROW_ROLE, Index, RowsModel, paint_ground, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import CENTER, RIGHT, Words, text_at

ROW_PX = 76
AMOUNT_PX = 150


def coupon_words(row: CouponRow) -> str:
    """Return what assistive technology reads of one coupon."""
    return f"{row.number}, {row.name}, {row.terms}, {row.refusal or wording.yuan(-row.off_minor)}"


class CouponDelegate(QStyledItemDelegate):
    """Draws one coupon: digit, name, what it is worth and until when, what it takes off here or why it does not."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, CouponRow):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, 12)
        self._paint(painter, box, row)
        painter.restore()

    def _paint(self, painter: QPainter, box: QRect, row: CouponRow) -> None:
        top, usable = box.top(), not row.refusal
        digit = QRectF(box.left() + 14, top + 18, 40, 40)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("pri" if row.is_chosen else "canvas"))
        painter.drawRoundedRect(digit, 8, 8)
        mark: Tone = "surface" if row.is_chosen else ("ink" if usable else "ink3")
        text_at(painter, digit, str(row.number), (HEAD_PX, BOLD, mark), CENTER)
        right = box.right() - 16
        if usable:
            self._amount(painter, QRectF(right - AMOUNT_PX, top, AMOUNT_PX, box.height()), row)
        left = int(digit.right()) + 14
        room = right - (AMOUNT_PX if usable else 0) - left - 8
        cut = Qt.TextElideMode.ElideRight
        first = metrics(LABEL_PX, DEMI).elidedText(row.name, cut, room)
        terms = metrics(SMALL_PX, REGULAR).elidedText(
            _("{terms} · until {day}").format(terms=row.terms, day=wording.day(row.until)), cut, room
        )
        ink: Tone = "ink" if usable else "ink2"
        text_at(painter, QRectF(left, top + (16 if usable else 6), room, 20), first, (LABEL_PX, DEMI, ink))
        text_at(painter, QRectF(left, top + (40 if usable else 28), room, 20), terms, (SMALL_PX, REGULAR, "ink3"))
        if not usable:
            why = metrics(SMALL_PX, DEMI).elidedText(row.refusal, cut, room)
            text_at(painter, QRectF(left, top + 50, room, 20), why, (SMALL_PX, DEMI, "warn"))

    def _amount(self, painter: QPainter, box: QRectF, row: CouponRow) -> None:
        if not row.off_minor:
            text_at(painter, box, _("waits for its goods"), (SMALL_PX, REGULAR, "ink3"), RIGHT)
            return
        upper = QRectF(box.left(), box.top() + 8, box.width(), box.height() - 16)
        if row.is_chosen:
            text_at(painter, QRectF(box.left(), box.top() + 46, box.width(), 20), _("in use"),
                    (SMALL_PX, DEMI, "pri"), RIGHT)  # fmt: skip
            upper = QRectF(box.left(), box.top() + 16, box.width(), 26)
        text_at(painter, upper, wording.yuan(-row.off_minor), (HEAD_PX, DEMI, "ink"), RIGHT)


class CouponSheet(Sheet):
    """The member's coupons. Enter, the button or a digit uses one, Del uses none, P prints one on paper.

    Signals: ``use_asked(coupon_id)``, empty to use none; ``paper_asked(coupon_id)``.
    """

    use_asked = Signal(str)
    paper_asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Coupons"), host, width_px=820)
        self.model: RowsModel[CouponRow] = RowsModel(coupon_words, lambda row: row.coupon_id)
        self.view = touch_list()
        self.view.setModel(self.model)
        self.view.setItemDelegate(CouponDelegate())
        name(self.view, lambda: _("Coupons"))
        self.view.setMinimumHeight(ROW_PX * 2)
        self._none = Words(lambda: _("This member has no coupon"), BODY_PX, "ink3", align=CENTER)
        self._paper = Button(lambda: _("Print on paper"), icon="printer", key="P", variant="soft", height_px=52)
        self._without = Button(lambda: _("Use none"), key="Del", variant="soft", height_px=52)
        self._use = Button(self._use_text, variant="pri", height_px=52)
        self._use.set_key("Enter", pill=True)
        self._use.setMinimumWidth(220)
        self.body.addWidget(self._none, 1)
        self.body.addWidget(self.view, 1)
        self.footer.addWidget(self._paper)
        self.footer.addWidget(self._without)
        self.footer.addStretch(1)
        self.footer.addWidget(self._use)
        self.view.installEventFilter(self)
        self._use.clicked.connect(self._ask_use)
        self._without.clicked.connect(self._ask_none)
        self._paper.clicked.connect(self._ask_paper)
        self.view.selectionModel().currentChanged.connect(self._changed)

    def open_sheet(self) -> None:
        """Show the sheet."""
        self.subtitle.say(lambda: _("One coupon for each sale; the best price is chosen by itself"))
        self.open_over(self.view)

    def show_coupons(self, rows: tuple[CouponRow, ...]) -> None:
        """Show the coupons, the first one marked."""
        self.model.show_rows(rows)
        if rows and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))
        self._none.setVisible(not rows)
        self.view.setVisible(bool(rows))
        self._without.setEnabled(any(row.is_chosen for row in rows))
        self._tell()
        self._place()
        if not rows and self.isVisible():
            self.cross.setFocus()

    def show_printed(self, coupon: str) -> None:
        """Say that a coupon is on its way to the printer; the list stays."""
        self.subtitle.say(partial(_printed_text, coupon))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Use a coupon by its digit or Enter, none by Del, print one by P."""
        digit = event.text()
        if digit.isdigit() and digit:
            self._ask_numbered(digit)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask_use()
        elif event.key() == Qt.Key.Key_Delete:
            self._ask_none()
        elif event.key() == Qt.Key.Key_P:
            self._ask_paper()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take digits and P before the list searches its rows by them."""
        key_press = event.type() == QEvent.Type.KeyPress and watched is self.view
        if key_press and isinstance(event, QKeyEvent) and (event.text().isdigit() or event.key() == Qt.Key.Key_P):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _current(self) -> CouponRow | None:
        return self.model.row(self.view.currentIndex().row())

    def _use_text(self) -> str:
        row = self._current()
        if row is None or row.refusal or not row.off_minor:
            return _("Use coupon")
        return _("Use coupon {amount}").format(amount=wording.yuan(-row.off_minor))

    def _ask_numbered(self, digit: str) -> None:
        rows = (self.model.row(place) for place in range(self.model.rowCount()))
        row = next((row for row in rows if row is not None and str(row.number) == digit), None)
        if row is not None and not row.refusal:
            self.use_asked.emit(row.coupon_id)

    def _ask_use(self) -> None:
        row = self._current()
        if row is not None and not row.refusal:
            self.use_asked.emit(row.coupon_id)

    def _ask_none(self) -> None:
        if self._without.isEnabled():
            self.use_asked.emit("")

    def _ask_paper(self) -> None:
        row = self._current()
        if row is not None:
            self.paper_asked.emit(row.coupon_id)

    def _changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._tell()

    def _tell(self) -> None:
        row = self._current()
        self._use.setEnabled(row is not None and not row.refusal)
        self._paper.setEnabled(row is not None)
        self._use.retell()

    def _height(self) -> int:
        return min(self.height(), 200 + ROW_PX * max(2, min(6, self.model.rowCount())))


def _printed_text(coupon: str) -> str:
    return _("The coupon “{coupon}” is printed; its code holds at every till").format(coupon=coupon)
