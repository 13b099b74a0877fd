"""The basket zone: the scan line, the lines of the sale, the notice strip, the actions."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.view_models import BasketRow, LastSale, Notice
from pos_app.ui.theme.look import colour
from pos_app.ui.theme.tokens import (
    ACTION_PX,
    BODY_PX,
    BOLD,
    DEMI,
    HEAD_PX,
    LABEL_PX,
    POINTS_PX,
    SCAN_PX,
    SMALL_PX,
)
from pos_app.ui.views.basket_rows import AMOUNT_PX, PRICE_PX, QUANTITY_PX, BasketDelegate, basket_words
from pos_app.ui.views.section_words import ACTION_ICONS, action_word
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import ScanLine
from pos_app.ui.widgets.marks import Glyph, card, rule
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import CENTER, RIGHT, Words

DIMMED = 0.6
SALE_ACTIONS = (Action.HOLD, Action.RECALL, Action.DISCOUNT, Action.REFUND, Action.DRAWER, Action.VOID_SALE)


class Veil(QWidget):
    """Covers its host so that what lies below shows at 60 %, and takes the taps meant for it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        host.installEventFilter(self)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Cover the host."""
        self.setGeometry(self._host.rect())
        self.raise_()
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the host."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep the tap."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the page's colour over everything."""
        painter = QPainter(self)
        wash = QColor(colour("surface"))
        wash.setAlphaF(1 - DIMMED)
        painter.fillRect(self.rect(), wash)
        painter.end()


class ScanRow(QWidget):
    """The scan line with its two buttons. Signals: ``member_asked``, ``find_asked``."""

    member_asked = Signal()
    find_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._compact = False
        self.line = ScanLine(self._hint)
        self._member = Button(self._member_text, icon="member", key="F2", height_px=SCAN_PX)
        self._find = Button(self._find_text, icon="tag", key="F3", height_px=SCAN_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self._member)
        row.addWidget(self._find)
        self._member.set_name(lambda: _("Member"))
        self._find.set_name(lambda: _("Items"))
        self._member.clicked.connect(self.member_asked)
        self._find.clicked.connect(self.find_asked)
        name(self.line, lambda: _("Scan line: code, phone number, name or initials"))
        self._name()

    def set_compact(self, *, compact: bool) -> None:
        """Leave the words of the two buttons to their icons and keys."""
        self._compact = compact
        self._member.retell()
        self._find.retell()
        self._name()

    def show_keys(self, keymap: Keymap) -> None:
        """Print the keys."""
        self._member.set_key(keymap.caption(Action.MEMBER))
        self._find.set_key(keymap.caption(Action.FIND))

    def _name(self) -> None:
        self.line.set_hint(self._hint)

    def _hint(self) -> str:
        return _("Scan / code / phone") if self._compact else _("Scan, or type code / phone / name")

    def _member_text(self) -> str:
        return "" if self._compact else _("Member")

    def _find_text(self) -> str:
        return "" if self._compact else _("Items")


class EmptyBasket(QWidget):
    """What stands where the lines will be: the sale before. Signals: ``reprint_asked``, ``refund_asked``."""

    reprint_asked = Signal()
    refund_asked = Signal()

    def __init__(self, *, with_refund: bool) -> None:
        super().__init__()
        self._sale: LastSale | None = None
        self._head = Words(lambda: _("Ready for the next sale"), HEAD_PX, "ink", BOLD, align=CENTER)
        self._hint = Words(lambda: _("Scan the first item"), BODY_PX, "ink2", align=CENTER)
        self._box = QFrame()
        self._box.setProperty("well", True)
        self._title = Words(self._title_text, SMALL_PX, "ink3", DEMI, elide=True)
        self._total = Words(self._total_text, POINTS_PX, "ink", BOLD)
        self._what = Words(self._what_text, BODY_PX, "ink2", elide=True)
        self._reprint = Button(lambda: _("Print again"), icon="printer", variant="soft")
        self._refund = Button(lambda: _("Refund"), icon="refund", variant="soft")
        self._refund.setVisible(with_refund)
        self._arrange()
        self._reprint.clicked.connect(self.reprint_asked)
        self._refund.clicked.connect(self.refund_asked)
        self.show_sale(None)

    def show_sale(self, sale: LastSale | None) -> None:
        """Show the sale before; None when there was none yet."""
        self._sale = sale
        self._box.setVisible(sale is not None)
        for words in (self._title, self._total, self._what):
            words.retell()

    def _title_text(self) -> str:
        sale = self._sale
        if sale is None:
            return ""
        return _("Last sale {number} · {time}").format(number=sale.receipt_no, time=wording.clock(sale.at_ms))

    def _total_text(self) -> str:
        return "" if self._sale is None else wording.yuan(self._sale.total_minor)

    def _what_text(self) -> str:
        sale = self._sale
        if sale is None:
            return ""
        count = wording.items(sale.pieces)
        return " · ".join(part for part in (count, sale.customer) if part)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(8)
        column.addStretch(1)
        mark = QHBoxLayout()
        mark.addStretch(1)
        mark.addWidget(Glyph("cart", "pri", 34, "pri_tint"))
        mark.addStretch(1)
        column.addLayout(mark)
        column.addWidget(self._head)
        column.addWidget(self._hint)
        column.addSpacing(16)
        inner = QVBoxLayout(self._box)
        inner.setContentsMargins(16, 12, 16, 14)
        inner.setSpacing(4)
        for words in (self._title, self._total, self._what):
            inner.addWidget(words)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reprint, 1)
        buttons.addWidget(self._refund, 1)
        inner.addSpacing(6)
        inner.addLayout(buttons)
        column.addWidget(self._box)
        column.addStretch(2)


class BasketZone(QWidget):
    """Lines, strip and actions of the sale.

    Signals: ``line_acted(act, line_id)`` with ``less``, ``more``, ``discount``, ``remove``; ``action_asked(action)``;
    ``selected(line_id)``; ``notice_acted(code)``.
    """

    line_acted = Signal(str, str)
    action_asked = Signal(str)
    selected = Signal(str)
    notice_acted = Signal(str)

    def __init__(self, actions: tuple[Action, ...] = SALE_ACTIONS) -> None:
        super().__init__()
        self._pieces, self._held = 0, 0
        self._compact = False
        self.scan = ScanRow()
        self.entry = QStackedWidget()
        self.entry.setFixedHeight(SCAN_PX)
        self.entry.addWidget(self.scan)
        self.empty = EmptyBasket(with_refund=Action.REFUND in actions)
        self.model: RowsModel[BasketRow] = RowsModel(basket_words, lambda row: row.line_id)
        self.view = touch_list()
        self.view.setModel(self.model)
        self.delegate = BasketDelegate()
        self.delegate.with_discount = Action.DISCOUNT in actions
        self.view.setItemDelegate(self.delegate)
        self.toast = Toast(_selling_keys)
        self._count = Words(self._count_text, SMALL_PX, "ink3", DEMI)
        self._columns = [
            Words(lambda: _("Unit price"), SMALL_PX, "ink3", DEMI, align=RIGHT),
            Words(lambda: _("Quantity"), SMALL_PX, "ink3", DEMI, align=CENTER),
            Words(lambda: _("Subtotal"), SMALL_PX, "ink3", DEMI, align=RIGHT),
        ]
        self._actions = {action: self._action_button(action) for action in actions}
        self._arrange()
        self._connect()

    def show_rows(self, rows: tuple[BasketRow, ...], selected: str) -> None:
        """Show the lines and select one; what has not changed is not touched."""
        self._pieces = sum(row.quantity for row in rows)
        self.model.show_rows(rows)
        self._count.retell()
        self._lines.setCurrentIndex(1 if rows else 0)
        place = self.model.place_of(selected)
        self._open(place if place >= 0 else len(rows) - 1)

    def show_last_sale(self, sale: LastSale | None) -> None:
        """Show the sale before while the basket is empty."""
        self.empty.show_sale(sale)

    def show_held(self, count: int) -> None:
        """Show how many sales are held on the recall button."""
        self._held = count
        if Action.RECALL in self._actions:
            self._actions[Action.RECALL].retell()

    def show_notice(self, notice: Notice) -> None:
        """Show what was done or what went wrong."""
        acts = tuple((act.code, act.word, act.key) for act in notice.acts)
        self.toast.show_notice(notice.kind.value, notice.text, notice.detail, acts)

    def show_keys(self, keymap: Keymap) -> None:
        """Print the keys."""
        self.scan.show_keys(keymap)
        for action, button in self._actions.items():
            button.set_key(keymap.caption(action))

    def set_compact(self, *, compact: bool) -> None:
        """Fold unit price and quantity into the second line of each row."""
        self._compact = compact
        self.delegate.compact = compact
        self.scan.set_compact(compact=compact)
        for column in self._columns[:2]:
            column.setVisible(not compact)
        for button in self._actions.values():
            button.set_px(BODY_PX if compact else LABEL_PX)
        self.view.doItemsLayout()

    def set_dimmed(self, *, dimmed: bool) -> None:
        """Step back while the customer pays: the basket stays readable and keeps its place."""
        self._veil.setVisible(dimmed)
        self.toast.set_rest("" if dimmed else _selling_keys)
        self._bar.setEnabled(not dimmed)
        self.view.setEnabled(not dimmed)

    def walk(self, rows: int) -> None:
        """Move the selection by ``rows``."""
        self._select(max(0, min(self.model.rowCount() - 1, self.delegate.open_place + rows)))

    def jump(self, *, end: bool) -> None:
        """Select the first or the last line."""
        self._select(self.model.rowCount() - 1 if end else 0)

    def nudge(self, delta: int) -> None:
        """Ask for one more or one less of the selected line."""
        self._act("more" if delta > 0 else "less", self.delegate.open_place)

    def _count_text(self) -> str:
        return wording.pieces(self._pieces, self.model.rowCount())

    def _action_text(self, action: Action) -> str:
        word = action_word(action)
        return f"{word} {self._held}" if action is Action.RECALL and self._held else word

    def _action_button(self, action: Action) -> Button:
        variant = "danger" if action is Action.VOID_SALE else "act"
        icon = ACTION_ICONS[action]
        text = partial(self._action_text, action)
        if variant == "danger":
            return Button(text, icon=icon, variant="danger", shape="stack", height_px=ACTION_PX)
        return Button(text, icon=icon, variant="act", shape="stack", height_px=ACTION_PX)

    def _open(self, place: int) -> None:
        if place != self.delegate.open_place:
            self.delegate.open_place = place
            if self._compact:
                self.view.doItemsLayout()
        index = self.model.index(place)
        if self.view.currentIndex() != index:
            self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)

    def _keep_in_view(self, _least: int, _most: int) -> None:
        """Keep the selected line in view when the window folds or a line comes or goes."""
        index = self.view.currentIndex()
        if index.isValid():
            self.view.scrollTo(index)

    def _select(self, place: int) -> None:
        row = self.model.row(place)
        if row is not None:
            self._open(place)
            self.selected.emit(row.line_id)

    def _pressed(self, index: QModelIndex) -> None:
        if index.row() != self.delegate.open_place:
            self._select(index.row())

    def _act(self, act: str, place: int) -> None:
        row = self.model.row(place)
        if row is not None:
            self.line_acted.emit(act, row.line_id)

    def _ask(self, place: int) -> None:
        self.action_asked.emit(list(self._actions)[place].value)

    def _connect(self) -> None:
        self.delegate.acted.connect(self._act)
        self.view.clicked.connect(self._pressed)
        self.toast.acted.connect(self.notice_acted)
        self.view.verticalScrollBar().rangeChanged.connect(self._keep_in_view)
        self.scan.line.moved.connect(self.walk)
        self.scan.line.jumped.connect(self._jumped)
        self.scan.line.nudged.connect(self.nudge)
        self._group = QButtonGroup(self)
        for place, button in enumerate(self._actions.values()):
            self._group.addButton(button, place)
        self._group.idClicked.connect(self._ask)

    def _jumped(self, end: bool) -> None:
        self.jump(end=end)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.entry)
        frame = card()
        column.addWidget(frame, 1)
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(1, 1, 1, 8)
        inner.setSpacing(0)
        head = QWidget()
        head.setFixedHeight(34)
        cells = QHBoxLayout(head)
        cells.setContentsMargins(16, 0, 16, 0)
        cells.setSpacing(0)
        cells.addWidget(self._count, 1)
        for words, wide in zip(self._columns, (PRICE_PX - 8, QUANTITY_PX + 8, AMOUNT_PX), strict=True):
            words.setFixedWidth(wide)
            cells.addWidget(words)
        inner.addWidget(head)
        inner.addWidget(rule())
        self._lines = QStackedWidget()
        self._lines.addWidget(self.empty)
        self._lines.addWidget(self.view)
        self._lines.setMinimumHeight(130)
        inner.addWidget(self._lines, 1)
        strip = QHBoxLayout()
        strip.setContentsMargins(8, 6, 8, 0)
        strip.addWidget(self.toast)
        inner.addLayout(strip)
        self._bar = QWidget()
        self._action_row = QHBoxLayout(self._bar)
        self._action_row.setContentsMargins(0, 0, 0, 0)
        self._action_row.setSpacing(6)
        for action, button in self._actions.items():
            self._action_row.addWidget(button, 12 if action is Action.VOID_SALE else 10)
        column.addWidget(self._bar)
        self._veil = Veil(frame)
        name(self.view, lambda: _("Basket"))


def _selling_keys() -> str:
    return _("Enter pays on an empty line · * quantity · Del removes")
