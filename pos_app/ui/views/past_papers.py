"""The papers of past closes: one is printed again as a copy, with its count."""

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pos_app.domain.till import DayPaper
from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import weekday_text
from pos_app.ui.theme.tokens import BODY_PX, DEMI, LABEL_PX, REGULAR, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import ROW_ROLE, Index, RowsModel, paint_ground, touch_list
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import CENTER, RIGHT, Words, text_at

ROW_PX = 60
COPIES_PX = 170
MOST_SHOWN = 7


def paper_name(kind: str, number: int) -> str:
    """Return how a shop calls a paper of the day: ``Z report 0231``."""
    names = {"x": _("X report {number}"), "z": _("Z report {number}"), "shift": _("Shift {number}")}
    return names[kind].format(number=number if kind == "shift" else f"{number:04d}")


def paper_words(row: DayPaper) -> str:
    """Return what assistive technology reads of one paper."""
    paper = row.paper
    return f"{paper_name(paper.kind, paper.number)}, {paper.business_date.isoformat()}, {copies_text(row.reprints)}"


def copies_text(reprints: int) -> str:
    """Return how many copies were made."""
    return ngettext("{n} copy", "{n} copies", reprints).format(n=reprints) if reprints else _("no copy yet")


class PaperDelegate(QStyledItemDelegate):
    """Draws one paper: what it is, of which day, and how many copies there are."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, DayPaper):
            return
        box: QRect = option.rect
        painter.save()
        paint_ground(painter, option, 12)
        paper, left, top = row.paper, box.left() + 18, box.top()
        room = box.width() - COPIES_PX - 40
        text_at(painter, QRectF(left, top + 9, room, 20), paper_name(paper.kind, paper.number), (LABEL_PX, DEMI, "ink"))
        when = f"{paper.business_date.isoformat()} {weekday_text(paper.business_date)} · "
        when += wording.clock(paper.printed_at_ms)
        text_at(painter, QRectF(left, top + 31, room, 20), when, (SMALL_PX, REGULAR, "ink3"))
        right = QRectF(box.right() - 18 - COPIES_PX, top, COPIES_PX, box.height())
        text_at(painter, right, copies_text(row.reprints), (BODY_PX, REGULAR, "ink2"), RIGHT)
        painter.restore()


class PastPapersSheet(Sheet):
    """↑ ↓ choose, Enter prints a copy. Signals: ``reprint_asked(paper_no)``."""

    reprint_asked = Signal(int)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Past papers"), host, width_px=720)
        self.subtitle.say(lambda: _("Each is printed again as a copy, with its count"))
        self.model: RowsModel[DayPaper] = RowsModel(paper_words, lambda row: str(row.paper_no))
        self.view = touch_list()
        self.view.setModel(self.model)
        self.view.setItemDelegate(PaperDelegate())
        name(self.view, lambda: _("Past papers"))
        self._none = Words(lambda: _("No paper of a day is kept yet"), BODY_PX, "ink3", align=CENTER)
        self.leave = Button(lambda: _("Give up"), icon="undo", key="Esc", height_px=52)
        self.confirm = Button(self._confirm_text, icon="printer", variant="pri", height_px=52)
        self.confirm.set_key("Enter", pill=True)
        self.confirm.setMinimumWidth(260)
        self.body.addWidget(self._none)
        self.body.addWidget(self.view, 1)
        self.footer.addWidget(self.leave)
        self.footer.addStretch(1)
        self.footer.addWidget(self.confirm)
        self.leave.clicked.connect(self.dismiss)
        self.confirm.clicked.connect(self._ask)
        self.view.selectionModel().currentChanged.connect(self._changed)

    def open_papers(self, papers: tuple[DayPaper, ...]) -> None:
        """Show the papers, the newest marked."""
        self.model.show_rows(papers)
        self._none.setVisible(not papers)
        self.view.setVisible(bool(papers))
        self.confirm.setEnabled(bool(papers))
        self.view.setCurrentIndex(self.model.index(0))
        self.open_over(self.view if papers else self.leave)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.confirm.retell()
        self.view.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter prints a copy."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        else:
            super().keyPressEvent(event)

    def _confirm_text(self) -> str:
        row = self._current()
        if row is None:
            return _("Print a copy")
        return _("Copy of {paper}").format(paper=paper_name(row.paper.kind, row.paper.number))

    def _current(self) -> DayPaper | None:
        return self.model.row(self.view.currentIndex().row())

    def _ask(self) -> None:
        row = self._current()
        if row is not None:
            self.reprint_asked.emit(row.paper_no)

    def _changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.confirm.retell()

    def _height(self) -> int:
        return min(self.height(), 200 + ROW_PX * max(2, min(MOST_SHOWN, self.model.rowCount())))
