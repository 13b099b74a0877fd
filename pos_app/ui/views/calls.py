"""S9: the follow-up calls of the day; the list at the left, the call in hand at the right."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.errors import PosError
from pos_app.i18n import _, ngettext
from pos_app.ui.messages import lines
from pos_app.ui.presenters.calls_models import CallBoard, CallLine, CallTab
from pos_app.ui.theme.tokens import BODY_PX, COMPACT_BELOW_PX, DEMI, HEAD_PX, SCAN_PX
from pos_app.ui.views.calls_detail import CallDetail
from pos_app.ui.views.calls_rows import CallDelegate, line_words
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.list_pages import ListPages
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import CENTER, Paragraph, Words

TABS = tuple(CallTab)
MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -6, Qt.Key.Key_PageDown: 6}


class CallsScreen(Retold, QWidget):
    """Signals: ``print_asked``, ``reveal_asked(call_id)``, ``record_asked(call_id)``."""

    print_asked = Signal()
    reveal_asked = Signal(str)
    record_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._board: CallBoard | None = None
        self._tab = CallTab.DUE
        self._busy = False
        self.tabs = Segmented(tuple((tab.value, "") for tab in TABS), lambda: _("Which calls"))
        self.print = Button("", icon="printer", key="Ctrl P", height_px=SCAN_PX)
        self._model: RowsModel[CallLine] = RowsModel(line_words, lambda line: line.call_id)
        self._delegate = CallDelegate()
        self.list = touch_list()
        self.list.setModel(self._model)
        self.list.setItemDelegate(self._delegate)
        self._empty_head = Words("", HEAD_PX, "ink2", DEMI, align=CENTER)
        self._empty = Paragraph("", BODY_PX, "ink3")
        self._empty.setAlignment(CENTER)
        self._pages = ListPages(self.list, "phone", self._empty_head, self._empty)
        self.detail = CallDetail()
        self.toast = Toast(lambda: _("↑ ↓ choose · ← → list · Enter records · Ctrl N shows the number"))
        self._connect()
        self._arrange()
        self.retranslate()

    def show_board(self, board: CallBoard) -> None:
        """Show the lists; the row in hand stays in hand if it is still there."""
        self._board = board
        self._say_tabs()
        self._show_rows()

    def show_tab(self, tab: CallTab) -> None:
        """Show one of the four lists."""
        self._tab = tab
        self.tabs.show_choice(tab.value)
        self._show_rows()

    def show_phone(self, call_id: str, phone: str) -> None:
        """Show a whole phone number in the call in hand."""
        self.detail.show_phone(call_id, phone)

    def show_printed(self, slips: int) -> None:
        """Say how many slips wait in the print queue now."""
        self.toast.show_notice(
            "done", lambda: ngettext("{n} slip sent to print", "{n} slips sent to print", slips).format(n=slips)
        )

    def show_saved(self, text: str) -> None:
        """Say what was recorded."""
        self.toast.show_notice("done", text)

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def set_busy(self, busy: bool) -> None:
        """Disarm the print button while a run is being queued."""
        self._busy = busy
        self._say_print()

    def ask_print(self) -> None:
        """Ask for the slip run: the button, and Ctrl+P wherever it is caught."""
        if self.print.isEnabled():
            self.print_asked.emit()

    def focus_home(self) -> None:
        """Give the focus to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._say_tabs()
        self._say_print()
        self._say_empty()
        self.list.setAccessibleName(_("Calls"))
        self.detail.retranslate()
        self.list.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter records, Ctrl+N shows the number, Ctrl+P prints."""
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.detail.ask_record()
        elif control and key == Qt.Key.Key_N:
            self.detail.ask_reveal()
        elif control and key == Qt.Key.Key_P:
            self.ask_print()
        elif key in MOVES:
            self._move(MOVES[key])
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            step = 1 if key == Qt.Key.Key_Right else -1
            self.show_tab(TABS[(TABS.index(self._tab) + step) % len(TABS)])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the detail on small screens."""
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW_PX - 80
        self._delegate.compact = compact
        self.detail.setFixedWidth(336 if compact else 420)

    def _say_tabs(self) -> None:
        words = {
            CallTab.DUE: _("Due today"),
            CallTab.OVERDUE: _("Overdue"),
            CallTab.UPCOMING: _("Next 7 days"),
            CallTab.DONE: _("Done"),
        }
        for tab in TABS:
            count = len(self._board.lines(tab)) if self._board is not None else 0
            self.tabs.say(tab.value, f"{words[tab]} {count}" if self._board is not None else words[tab])
        self._say_print()

    def _say_print(self) -> None:
        slips = len(self._board.printable()) if self._board is not None else 0
        words = ngettext("Print {n} slip", "Print {n} slips", slips).format(n=slips)
        self.print.say(words if slips else _("No slips to print"))
        self.print.setEnabled(bool(slips) and not self._busy)

    def _show_rows(self) -> None:
        in_hand = self._in_hand()
        rows = self._board.lines(self._tab) if self._board is not None else ()
        self._model.show_rows(rows)
        self._pages.show_list(has_rows=bool(rows))
        self._say_empty()
        place = self._model.place_of(in_hand.call_id) if in_hand is not None else -1
        self._choose(max(0, place))

    def _say_empty(self) -> None:
        if self._board is None:
            self._empty_head.say(_("Reading the list…"))
            self._empty.say("")
            return
        heads = {
            CallTab.DUE: (_("Nobody is to be called today"), _("A call comes up three days after a purchase.")),
            CallTab.OVERDUE: (_("Nothing is overdue"), _("A call not made on its day appears here.")),
            CallTab.UPCOMING: (_("Nothing in the next seven days"), _("Sales to members make the next calls.")),
            CallTab.DONE: (_("No call recorded yet"), _("Record a call, or scan a slip that was ticked.")),
        }
        head, words = heads[self._tab]
        self._empty_head.say(head)
        self._empty.say(words)

    def _in_hand(self) -> CallLine | None:
        return self._model.row(self.list.currentIndex().row())

    def _choose(self, place: int) -> None:
        index = self._model.index(place) if place < self._model.rowCount() else self._model.index(-1)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().setCurrentIndex(index, flag)
        self.detail.show_line(self._in_hand())

    def _move(self, step: int) -> None:
        rows = self._model.rowCount()
        if rows:
            place = min(rows - 1, max(0, self.list.currentIndex().row() + step))
            self._choose(place)
            self.list.scrollTo(self._model.index(place))

    def _pick(self) -> None:
        self.detail.show_line(self._in_hand())

    def _choose_tab(self, code: str) -> None:
        self.show_tab(CallTab(code))

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._choose_tab)
        self.print.clicked.connect(self.ask_print)
        self.list.selectionModel().currentChanged.connect(self._pick)
        self.detail.reveal_asked.connect(self.reveal_asked)
        self.detail.record_asked.connect(self.record_asked)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.print)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(head)
        left.addWidget(self._pages.in_card(self.toast), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addLayout(left, 1)
        row.addWidget(self.detail)
