"""S18: who did what when, out of the till's own log, and whether that log is what was written."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from pos_app.domain.audit import Part
from pos_app.errors import PosError
from pos_app.i18n import _, ngettext
from pos_app.services.audit import ChainState
from pos_app.ui import wording
from pos_app.ui.audit_wording import Lines, part_text
from pos_app.ui.messages import lines, short
from pos_app.ui.presenters.audit import AuditRow, FilterFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, COMPACT_BELOW_PX, DEMI, HEAD_PX, LABEL_PX, SMALL_PX
from pos_app.ui.views.audit_rows import ROW_PX, AuditDelegate, row_words
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import DirectField
from pos_app.ui.widgets.list_pages import ListPages
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import CENTER, Paragraph, Words

PARTS: tuple[Part | None, ...] = (None, *Part)
MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -6, Qt.Key.Key_PageDown: 6}
WIDE_PX, COMPACT_PX = 400, 320
MOST_LINES = 11


class AuditScreen(Retold, QWidget):
    """Signals: ``part_asked(part)`` with its value or empty, ``person_asked`` for the next one, ``day_asked(later)``,
    ``all_days_asked``, ``searched(text)``, ``chosen(seq)``, ``more_asked``, ``export_asked``."""

    part_asked = Signal(str)
    person_asked = Signal()
    day_asked = Signal(bool)
    all_days_asked = Signal()
    searched = Signal(str)
    chosen = Signal(int)
    more_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._wanted = FilterFace(None, "", None, "")
        self._chain = ChainState()
        self._part: Part | None = None
        self._has_more = False
        self._mark = Glyph("lock", "ink3", 24)
        self._state = Words("", LABEL_PX, "ink", DEMI, elide=True)
        self.export = Button(lambda: _("Save as table"), icon="receipt", key="Ctrl P")
        self.days = Button(lambda: _("All days"), icon="calendar")
        self.earlier = Button(lambda: _("Earlier"), key="Ctrl ←")
        self.later = Button(lambda: _("Later"), key="Ctrl →")
        self.person = Button("", icon="member")
        self.search = DirectField(lambda: _("Receipt number"), px=LABEL_PX)
        name(self.search, lambda: _("Receipt number"))
        choices = tuple(("" if part is None else part.value, "") for part in PARTS)
        self.parts = Segmented(choices, lambda: _("What was done"))
        self._model: RowsModel[AuditRow] = RowsModel(row_words, lambda row: str(row.seq))
        self.list = touch_list()
        self.list.setModel(self._model)
        self._delegate = AuditDelegate()
        self.list.setItemDelegate(self._delegate)
        self._none = Words("", HEAD_PX, "ink2", DEMI, align=CENTER)
        self._pages = ListPages(self.list, "receipt", self._none)
        self.toast = Toast(lambda: _("↑ ↓ choose · ← → what was done · scan a receipt to see what became of it"))
        self.detail = DetailCard()
        self._connect()
        self._arrange()
        self.retranslate()

    def show_rows(self, rows: tuple[AuditRow, ...], *, has_more: bool) -> None:
        """Show the entries found so far; where older ones follow, the end of the list asks for them."""
        self._has_more = has_more
        self._model.show_rows(rows)
        self._pages.show_list(has_rows=bool(rows))
        if rows and not self.list.currentIndex().isValid():
            self._choose(0)

    def show_filter(self, wanted: FilterFace) -> None:
        """Show what is looked for."""
        self._wanted, self._part = wanted, wanted.part
        self.parts.show_choice("" if wanted.part is None else wanted.part.value)
        if not self.search.hasFocus():
            self.search.setText(wanted.subject)
        self._say_filter()

    def show_details(self, told: Lines) -> None:
        """Open one entry."""
        self.detail.show_lines(told)

    def show_chain(self, chain: ChainState) -> None:
        """Show how far the chain was recomputed, and whether it is whole."""
        self._chain = chain
        if chain.problem is not None:
            self._mark.show_icon("warning", "bad")
        else:
            self._mark.show_icon("check" if chain.is_done else "lock", "ok" if chain.is_done else "ink3")
        self._state.set_tone("bad" if chain.problem is not None else "ink")
        self._state.say(self._chain_text())

    def show_exported(self, place: str, count: int) -> None:
        """Say where the table lies."""
        self.toast.show_notice(
            "done",
            lambda: ngettext("{n} line saved", "{n} lines saved", count).format(n=f"{count:,}"),
            place,
        )

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def focus_home(self) -> None:
        """Give the focus to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        for part in PARTS:
            self.parts.say("" if part is None else part.value, part_text(part))
        self._say_filter()
        self._state.say(self._chain_text())
        self.list.setAccessibleName(_("Audit"))
        self.list.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, with Ctrl the days; Ctrl+P saves the table, Esc ends a search."""
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        sideways = key in {Qt.Key.Key_Left, Qt.Key.Key_Right}
        if control and sideways:
            self.day_asked.emit(key == Qt.Key.Key_Right)
        elif control and key == Qt.Key.Key_P:
            self.export_asked.emit()
        elif key == Qt.Key.Key_Escape and self._wanted.subject:
            self.search.clear()
            self.searched.emit("")
        elif sideways:
            step = 1 if key == Qt.Key.Key_Right else -1
            part = PARTS[(PARTS.index(self._part) + step) % len(PARTS)]
            self.part_asked.emit("" if part is None else part.value)
        elif key in MOVES:
            self._move(MOVES[key])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the detail on small screens."""
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW_PX - 80
        self.detail.setFixedWidth(COMPACT_PX if compact else WIDE_PX)
        self.search.setFixedWidth(180 if compact else 220)

    def _say_filter(self) -> None:
        wanted = self._wanted
        self.days.say((lambda: _("All days")) if wanted.on is None else wording.day(wanted.on))
        self.person.say(wanted.person or (lambda: _("Everybody")))
        self._none.say(lambda: _("Nothing of the kind in this till's log"))

    def _chain_text(self) -> str:
        chain = self._chain
        if chain.problem is not None:
            return short(chain.problem)
        checked = f"{chain.checked:,}"
        if not chain.is_done or not chain.total:
            return _("Checking the record: {n} of {total}").format(n=checked, total=f"{chain.total:,}")
        whole = ngettext(
            "{n} record checked, the chain is whole", "{n} records checked, the chain is whole", chain.total
        )
        confirmed = (
            _("head office has confirmed the first {n}").format(n=f"{chain.confirmed:,}")
            if chain.confirmed
            else _("head office has confirmed none of them yet")
        )
        return f"{whole.format(n=checked)} · {confirmed}"

    def _choose(self, place: int) -> None:
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(self._model.index(place), flag)

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            place = min(count - 1, max(0, self.list.currentIndex().row() + step))
            self._choose(place)
            self.list.scrollTo(self._model.index(place))

    def _picked(self) -> None:
        place = self.list.currentIndex().row()
        row = self._model.row(place)
        if row is not None:
            self.chosen.emit(row.seq)
        if self._has_more and place >= self._model.rowCount() - 1:
            self.more_asked.emit()

    def _scrolled(self, value: int) -> None:
        if self._has_more and value >= self.list.verticalScrollBar().maximum() - ROW_PX:
            self.more_asked.emit()

    def _connect(self) -> None:
        self.parts.chosen.connect(self.part_asked)
        self.person.clicked.connect(self.person_asked)
        self.days.clicked.connect(self.all_days_asked)
        self.earlier.clicked.connect(lambda: self.day_asked.emit(False))
        self.later.clicked.connect(lambda: self.day_asked.emit(True))
        self.search.returnPressed.connect(lambda: self.searched.emit(self.search.text()))
        self.export.clicked.connect(self.export_asked)
        self.list.selectionModel().currentChanged.connect(self._picked)
        self.list.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(_row(self._mark, (self._state, 1), self.export))
        column.addLayout(_row(self.days, self.earlier, self.later, self.person, None, self.search))
        column.addWidget(self.parts)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(self._pages.in_card(self.toast), 1)
        both.addWidget(self.detail)
        column.addLayout(both, 1)


class DetailCard(QFrame):
    """One entry, opened: a label and a value a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._labels = [Words("", BODY_PX, "ink3", elide=True) for _line in range(MOST_LINES)]
        self._values = [Paragraph("", LABEL_PX, "ink", DEMI) for _line in range(MOST_LINES)]
        self._more = Words("", SMALL_PX, "ink3")
        self._empty = Paragraph(lambda: _("Choose an entry in the list."), BODY_PX, "ink3")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        column.addWidget(Words(lambda: _("What is in the record"), HEAD_PX, "ink", BOLD))
        column.addWidget(self._empty)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for place, (label, value) in enumerate(zip(self._labels, self._values, strict=True)):
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, place, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(grid)
        column.addWidget(self._more)
        column.addStretch(1)
        self.show_lines(())

    def show_lines(self, told: Lines) -> None:
        """Show one entry; empty for none. What has no room is counted."""
        self._empty.setVisible(not told)
        left = len(told) - MOST_LINES
        if left > 0:
            told = (*told[: MOST_LINES - 1], told[-1])
        self._more.setVisible(left > 0)
        self._more.say(lambda: ngettext("{n} line more", "{n} lines more", left).format(n=left))
        for place, (label, value) in enumerate(zip(self._labels, self._values, strict=True)):
            has_line = place < len(told)
            label.setVisible(has_line)
            value.setVisible(has_line)
            if has_line:
                label.say(told[place][0])
                value.say(told[place][1])


def _row(*parts: QWidget | tuple[QWidget, int] | None) -> QLayout:
    """Return controls side by side; None leaves room, a pair says how much of it a control takes."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        if part is None:
            row.addStretch(1)
        elif isinstance(part, tuple):
            row.addWidget(*part)
        else:
            row.addWidget(part)
    return row
