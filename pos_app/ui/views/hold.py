"""S7 Hold and recall: the sales that wait; a digit takes one back."""

from functools import partial

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import HeldRow
from pos_app.ui.theme.look import metrics
from pos_app.ui.theme.tokens import BODY_PX, DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.numbered import NumberedDelegate, NumberedSheet
from pos_app.ui.widgets.rows import RowsModel
from pos_app.ui.widgets.words import RIGHT, text_at

OLD_MIN = 30
AMOUNT_PX = 130
AGE_PX = 150


def held_words(row: HeldRow) -> str:
    """Return what assistive technology reads of one held sale."""
    who = row.customer or _("No member")
    return f"{row.number}, {who}, {wording.items(row.pieces)}, {wording.money(row.total_minor)}"


class HeldDelegate(NumberedDelegate[HeldRow]):
    """Draws one held sale: who, what, since when, how much."""

    def _paint(self, painter: QPainter, box: QRect, row: HeldRow) -> None:
        top, left, right = box.top(), box.left(), box.right()
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
        room = int(age.left()) - left - 8
        who = row.customer or _("No member")
        note = f" · {row.note}" if row.note else ""
        cut = Qt.TextElideMode.ElideRight
        first = metrics(LABEL_PX, DEMI).elidedText(who + note, cut, room)
        count = wording.items(row.pieces)
        below = metrics(SMALL_PX, REGULAR).elidedText(f"{count} · {row.summary}", cut, room)
        text_at(painter, QRectF(left, top + 12, room, 20), first, (LABEL_PX, DEMI, "ink"))
        text_at(painter, QRectF(left, top + 34, room, 20), below, (SMALL_PX, REGULAR, "ink3"))


class HoldSheet(NumberedSheet[HeldRow]):
    """The held sales. Enter, a tap and then the button, or the digit takes one back; Del drops it and says so.

    Signals: ``recall_asked(held_id)``, ``drop_asked(held_id)``, ``slip_asked(held_id)`` to print a slip for it.
    """

    recall_asked = Signal(str)
    drop_asked = Signal(str)
    slip_asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        model: RowsModel[HeldRow] = RowsModel(held_words, lambda row: row.held_id)
        super().__init__(lambda: _("Held sales"), lambda: _("No sale is held"), host, model, HeldDelegate())
        self._drop = Button(
            lambda: _("Delete (kept on record)"), icon="trash", key="Del", variant="danger", height_px=52
        )
        self._slip = Button(lambda: _("Print a slip"), icon="printer", key="P", variant="soft", height_px=52)
        self._recall = Button(self._recall_text, variant="pri", height_px=52)
        self.arrange({Qt.Key.Key_Delete: self._drop, Qt.Key.Key_P: self._slip}, self._recall)
        self._drop.clicked.connect(lambda: self._with_current(lambda row: self.drop_asked.emit(row.held_id)))
        self._slip.clicked.connect(lambda: self._with_current(lambda row: self.slip_asked.emit(row.held_id)))

    def open_sheet(self) -> None:
        """Show the sheet with the first sale marked."""
        self.subtitle.say(lambda: _("A digit takes a sale at once"))
        self.open_over(self.view)

    def show_slip_queued(self, number: int) -> None:
        """Say that the slip of a sale is on its way to the printer; the list stays."""
        self.subtitle.say(partial(_queued_text, number))

    def _recall_text(self) -> str:
        row = self._current()
        return _("Recall") if row is None else _("Recall {amount}").format(amount=wording.yuan(row.total_minor))

    def _take(self, row: HeldRow) -> None:
        self.recall_asked.emit(row.held_id)

    def _tell(self) -> None:
        for button in (self._drop, self._slip, self._recall):
            button.setEnabled(self._current() is not None)
        self._recall.retell()


def _queued_text(number: int) -> str:
    return _("The slip of sale {number} is printed; scanned, it takes the sale").format(number=number)
