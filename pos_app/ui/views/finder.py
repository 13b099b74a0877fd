"""The finder: a member by phone, last digits, name or initials; an item by barcode, name or initials."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui.messages import sentence
from pos_app.ui.presenters.view_models import FinderKind, FoundRow
from pos_app.ui.theme.look import metrics
from pos_app.ui.theme.tokens import BODY_PX, DEMI, HEAD_PX, LABEL_PX, REGULAR, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import TextField
from pos_app.ui.widgets.rows import ROW_ROLE, Index, RowsModel, paint_ground, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import CENTER, RIGHT, Words, text_at

ROW_PX = 60
FIGURE_PX = 150
SHOWN_ROWS = 7
PAUSE_MS = 120  # after the last key; a search is a few milliseconds, so nobody waits longer


def found_words(row: FoundRow) -> str:
    """Return what assistive technology reads of one hit."""
    return ", ".join(part for part in (row.title, row.detail, row.figure) if part)


class FoundDelegate(QStyledItemDelegate):
    """Draws one hit."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, FoundRow):
            return
        box: QRect = option.rect
        painter.save()
        paint_ground(painter, option, 12)
        right, left = box.right() - 16, box.left() + 16
        room = right - FIGURE_PX - left - 8
        cut = Qt.TextElideMode.ElideRight
        first, below = QRectF(left, box.top() + 9, room, 22), QRectF(left, box.top() + 32, room, 20)
        text_at(painter, first, metrics(LABEL_PX, DEMI).elidedText(row.title, cut, room), (LABEL_PX, DEMI, "ink"))
        detail = metrics(SMALL_PX, REGULAR).elidedText(row.detail, cut, room)
        text_at(painter, below, detail, (SMALL_PX, REGULAR, "ink3"))
        figure = QRectF(right - FIGURE_PX, first.top(), FIGURE_PX, first.height())
        remark = QRectF(right - FIGURE_PX, below.top(), FIGURE_PX, below.height())
        text_at(painter, figure, row.figure, (LABEL_PX, DEMI, "ink"), RIGHT)
        text_at(painter, remark, row.remark, (SMALL_PX, REGULAR, "ink3"), RIGHT)
        painter.restore()


class FinderSheet(Sheet):
    """Searching by typing. Up and Down walk the hits, Enter or a tap and the button take one.

    Signals: ``searched(text)`` at each pause of typing, ``picked(key)`` with an empty key when Enter was pressed
    without a hit; ``closed`` (of the sheet) at Esc.
    """

    searched = Signal(str)
    picked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        self._kind = FinderKind.MEMBER
        self._pick_next = False
        super().__init__(self._title_text, host, width_px=720)
        self.field = TextField(self._hint_text)
        self.field.setMinimumHeight(52)
        self.model: RowsModel[FoundRow] = RowsModel(found_words, lambda row: row.key)
        self.view = touch_list()
        self.view.setModel(self.model)
        self.view.setItemDelegate(FoundDelegate())
        self.view.setMinimumHeight(ROW_PX * 3)
        self._none = Words(self._none_text, BODY_PX, "ink3", align=CENTER, elide=True)
        self._take = Button(self._take_text, variant="pri", height_px=52)
        self._take.set_px(HEAD_PX)
        self._take.set_key("Enter", pill=True)
        self._take.setMinimumWidth(220)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self.body.addWidget(self.field)
        self.body.addWidget(self._none)
        self.body.addWidget(self.view, 1)
        self.footer.addStretch(1)
        self.footer.addWidget(self._take)
        self._pause.timeout.connect(self._search)
        self.field.textEdited.connect(self._typed)
        self._take.clicked.connect(self._pick)
        self._name()

    def show_kind(self, kind: FinderKind) -> None:
        """Open for members or for items, with an empty field."""
        self._kind = kind
        self._pick_next, self._awaits = False, False
        self._pause.stop()
        self.field.clear()
        self.retranslate()
        self.open_over(self.field)

    def show_found(self, rows: tuple[FoundRow, ...]) -> None:
        """Show the hits, the first one marked."""
        self._awaits = False
        self.model.show_rows(rows)
        if rows:
            self.view.setCurrentIndex(self.model.index(0))
        self._none.say(self._none_text)
        self._none.setVisible(not rows)
        if self._pick_next:
            self._pick_next = False
            self._pick()

    def show_problem(self, error: PosError) -> None:
        """Show why nothing can be found."""
        self._pick_next, self._awaits = False, False
        self.model.show_rows(())
        self._none.say(lambda: sentence(error))
        self._none.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk the hits and take one; what is typed goes on in the field."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:
            place = self.view.currentIndex().row() + steps[key]
            if 0 <= place < self.model.rowCount():
                self.view.setCurrentIndex(self.model.index(place))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        """Take the marked hit; what was typed a moment ago is looked up first."""
        if self._pause.isActive():
            self._pause.stop()
            self._search()
        if self._awaits:
            self._pick_next = True  # never a hit of what was typed before
        else:
            self._pick()

    def _typed(self) -> None:
        self._pause.start()

    def _search(self) -> None:
        self._awaits = True
        self.searched.emit(self.field.text())

    def _pick(self) -> None:
        row = self.model.row(self.view.currentIndex().row())
        self.picked.emit(row.key if row is not None else "")

    def retranslate(self) -> None:
        """Say everything again, in the language in force."""
        self.title.say(self._title_text)
        self.field.setPlaceholderText(self._hint_text())
        self._take.retell()
        self._name()

    def _name(self) -> None:
        self.view.setAccessibleName(self._title_text())
        self.field.setAccessibleName(self._hint_text())

    def _title_text(self) -> str:
        return _("Find an item") if self._kind is FinderKind.ITEM else _("Find a member")

    def _hint_text(self) -> str:
        if self._kind is FinderKind.ITEM:
            return _("Name, initials or barcode")
        return _("Phone, last 4, name or initials")

    def _none_text(self) -> str:
        if self.field.text().strip():
            if self._kind is FinderKind.ITEM:
                return _("Nothing found")
            return _("Nobody found. A new phone number and Enter signs up.")
        return _("Type to search; scanning works as ever")

    def _take_text(self) -> str:
        return {
            FinderKind.MEMBER: _("Serve this member"),
            FinderKind.PROFILE: _("See this member"),
            FinderKind.ITEM: _("Add to the sale"),
        }[self._kind]

    def _height(self) -> int:
        return min(self.height(), 240 + ROW_PX * SHOWN_ROWS)
