"""S5b Coupons: what the member has, usable ones on top, each unusable one saying why not; a digit uses one."""

from functools import partial

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import CouponRow
from pos_app.ui.theme.look import metrics
from pos_app.ui.theme.tokens import DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.numbered import NumberedDelegate, NumberedSheet
from pos_app.ui.widgets.rows import RowsModel
from pos_app.ui.widgets.words import RIGHT, text_at

AMOUNT_PX = 150


def coupon_words(row: CouponRow) -> str:
    """Return what assistive technology reads of one coupon."""
    return f"{row.number}, {row.name}, {row.terms}, {row.refusal or wording.yuan(-row.off_minor)}"


class CouponDelegate(NumberedDelegate[CouponRow]):
    """Draws one coupon: name, what it is worth and until when, what it takes off here or why it does not."""

    row_px = 76

    def _tones(self, row: CouponRow) -> tuple[Tone, Tone]:
        if row.is_chosen:
            return "pri", "surface"
        return "canvas", "ink3" if row.refusal else "ink"

    def _paint(self, painter: QPainter, box: QRect, row: CouponRow) -> None:
        top, left, right, usable = box.top(), box.left(), box.right(), not row.refusal
        if usable:
            self._amount(painter, QRectF(right - AMOUNT_PX, top, AMOUNT_PX, box.height()), row)
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


class CouponSheet(NumberedSheet[CouponRow]):
    """The member's coupons. Enter, the button or a digit uses one, Del uses none, P prints one on paper.

    Signals: ``use_asked(coupon_id)``, empty to use none; ``paper_asked(coupon_id)``.
    """

    use_asked = Signal(str)
    paper_asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        model: RowsModel[CouponRow] = RowsModel(coupon_words, lambda row: row.coupon_id)
        super().__init__(lambda: _("Coupons"), lambda: _("This member has no coupon"), host, model, CouponDelegate())
        self._paper = Button(lambda: _("Print on paper"), icon="printer", key="P", variant="soft", height_px=52)
        self._without = Button(lambda: _("Use none"), key="Del", variant="soft", height_px=52)
        self._use = Button(self._use_text, variant="pri", height_px=52)
        self.arrange({Qt.Key.Key_P: self._paper, Qt.Key.Key_Delete: self._without}, self._use)
        self._without.clicked.connect(lambda: self.use_asked.emit(""))
        self._paper.clicked.connect(lambda: self._with_current(lambda row: self.paper_asked.emit(row.coupon_id)))

    def open_sheet(self) -> None:
        """Show the sheet."""
        self.subtitle.say(lambda: _("One coupon for each sale; the best price is chosen by itself"))
        self.open_over(self.view)

    def show_printed(self, coupon: str) -> None:
        """Say that a coupon is on its way to the printer; the list stays."""
        self.subtitle.say(partial(_printed_text, coupon))

    def _use_text(self) -> str:
        row = self._current()
        if row is None or row.refusal or not row.off_minor:
            return _("Use coupon")
        return _("Use coupon {amount}").format(amount=wording.yuan(-row.off_minor))

    def _take(self, row: CouponRow) -> None:
        if not row.refusal:
            self.use_asked.emit(row.coupon_id)

    def _tell(self) -> None:
        row = self._current()
        rows = (self.model.row(place) for place in range(self.model.rowCount()))
        self._without.setEnabled(any(each is not None and each.is_chosen for each in rows))
        self._use.setEnabled(row is not None and not row.refusal)
        self._paper.setEnabled(row is not None)
        self._use.retell()


def _printed_text(coupon: str) -> str:
    return _("The coupon “{coupon}” is printed; its code holds at every till").format(coupon=coupon)
