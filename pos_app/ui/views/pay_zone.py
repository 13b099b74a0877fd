"""The pay zone: what is due, ways to pay, quick cash, keypad, and the one filled button of the screen."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.view_models import Way
from pos_app.ui.theme.tokens import BODY_PX, GAP_PX, HEAD_PX, ITEM_PX, LABEL_PX, PAY_PX, TENDER_PX
from pos_app.ui.views.due_card import DueCard
from pos_app.ui.views.payment_parts import WAY_ICONS
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.keypad import Keypad
from pos_app.ui.widgets.marks import Glyph, card
from pos_app.ui.widgets.words import Say

QUICK = 4
WIDE_PX, COMPACT_PX = 328, 284
WIDE_WAYS = (Way.SCAN_PAY, Way.CASH)  # used most; the others stand in a row of three
GRID_COLUMNS = 6
WAY_ACTIONS = {
    Way.SCAN_PAY: Action.PAY_SCAN,
    Way.CASH: Action.PAY_CASH,
    Way.CARD: Action.PAY_CARD,
    Way.VALUE: Action.PAY_VALUE,
    Way.POINTS: Action.REDEEM,
}


def way_word(way: Way) -> str:
    """Return the word of a way to pay."""
    return {
        Way.SCAN_PAY: _("WeChat / Alipay"),
        Way.CASH: _("Cash"),
        Way.CARD: _("Card"),
        Way.VALUE: _("Stored value"),
        Way.POINTS: _("Points"),
    }[way]


class PayZone(QWidget):
    """The column at the right, the same in selling and in paying, so that nothing moves under the finger.

    Signals: ``way_asked(way)``, ``quick_asked(amount_minor)``, ``primary_asked``. The keypad is ``keypad``.
    """

    way_asked = Signal(str)
    quick_asked = Signal(int)
    primary_asked = Signal()

    def __init__(self, primary: Say, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self.due = DueCard()
        self.keypad = Keypad()
        self.primary = Button(primary, variant="pri", height_px=PAY_PX)
        self._amounts: tuple[int, ...] = ()
        self._compact = False
        self._ways = {way: self._way_button(way) for way in Way}
        self._quick = [Button(variant="quick") for _place in range(QUICK)]
        self._arrange()
        self._connect()
        self.show_quick(())

    def show_way(self, way: Way | None) -> None:
        """Mark the way in hand; None for none."""
        for each, button in self._ways.items():
            button.setChecked(each is way)

    def show_ways(
        self,
        hints: Mapping[Way, Say],
        unavailable: frozenset[Way] = frozenset(),
        by_hand: frozenset[Way] = frozenset(),
    ) -> None:
        """Show what there is of each way, and which cannot be used now: they keep their place.

        Greyed as well, but not dead, are those that go ``by_hand`` only.
        """
        for way, button in self._ways.items():
            button.set_caption(hints.get(way, ""))
            button.setEnabled(way not in unavailable)
            button.set_ink("ink3" if way in by_hand else None)

    def usable(self) -> tuple[Way, ...]:
        """Return the ways that can be used now, in the order they stand."""
        return tuple(way for way, button in self._ways.items() if button.isEnabled())

    def show_quick(self, amounts_minor: tuple[int, ...]) -> None:
        """Show up to four amounts of cash that a customer is likely to give."""
        self._amounts = amounts_minor[:QUICK]
        for place, button in enumerate(self._quick):
            known = place < len(self._amounts)
            text = wording.short_money(self._amounts[place]) if known else ""
            button.say(text or "—")
            button.set_name(_cash_name(text))
            button.setEnabled(known)

    def set_compact(self, *, compact: bool) -> None:
        """Narrow the column."""
        self.due.set_compact(compact=compact)
        self.primary.set_px(HEAD_PX if compact else 21)
        self._compact = compact
        for button in self._ways.values():
            button.set_px(BODY_PX if compact else LABEL_PX)
            button.retell()
        for button in self._quick:
            button.set_px(LABEL_PX if compact else ITEM_PX)

    def _way_button(self, way: Way) -> Button:
        button = Button(
            partial(self._way_text, way),
            icon=WAY_ICONS[way],
            variant="act",
            shape="row" if way in WIDE_WAYS else "stack",
            key=self._keymap.caption(WAY_ACTIONS[way]),
            height_px=TENDER_PX,
        )
        button.setCheckable(True)
        return button

    def _way_text(self, way: Way) -> str:
        return way_word(way).replace(" / ", "/") if self._compact else way_word(way)

    def _connect(self) -> None:
        self.primary.clicked.connect(self.primary_asked)
        self._way_group = QButtonGroup(self)
        self._way_group.setExclusive(False)
        for place, button in enumerate(self._ways.values()):
            self._way_group.addButton(button, place)
        self._way_group.idClicked.connect(self._ask_way)
        self._quick_group = QButtonGroup(self)
        for place, button in enumerate(self._quick):
            self._quick_group.addButton(button, place)
        self._quick_group.idClicked.connect(self._ask_quick)

    def _ask_way(self, place: int) -> None:
        way = list(Way)[place]
        self._ways[way].setChecked(not self._ways[way].isChecked())  # the answer decides what is marked
        self.way_asked.emit(way.value)

    def _ask_quick(self, place: int) -> None:
        if place < len(self._amounts):
            self.quick_asked.emit(self._amounts[place])

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.due)
        frame = card()
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(10, 10, 10, 10)
        inner.setSpacing(8)
        grid = QGridLayout()
        grid.setSpacing(GAP_PX)
        for grid_row, ways in enumerate((WIDE_WAYS, tuple(way for way in Way if way not in WIDE_WAYS))):
            width = GRID_COLUMNS // len(ways)
            for place, way in enumerate(ways):
                grid.addWidget(self._ways[way], grid_row, place * width, 1, width)
        for column_no in range(GRID_COLUMNS):
            grid.setColumnStretch(column_no, 1)
        inner.addLayout(grid)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(Glyph("cash", "ink3", 22))
        for button in self._quick:
            row.addWidget(button, 1)
        inner.addLayout(row)
        inner.addWidget(self.keypad, 1)
        inner.addWidget(self.primary)
        column.addWidget(frame, 1)


def _cash_name(amount: str) -> Callable[[], str]:
    return lambda: _("Cash {amount}").format(amount=amount)
