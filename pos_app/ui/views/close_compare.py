"""The third step of the close: what should be there, what is, and what a difference asks for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import reason_text, tender_text
from pos_app.ui.presenters.close_models import REASONS, Comparison, Ending, ManagerFace, TenderGap
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, LABEL_PX, PAY_PX, TITLE_PX, Tone
from pos_app.ui.views.close_count import arrange_side
from pos_app.ui.views.close_report import GAP_PX, ROW_GAP_PX, difference_text, difference_word
from pos_app.ui.views.pin_card import LEAST_PIN, MOST_PIN
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import Amount, PinDots, card, rule
from pos_app.ui.widgets.words import Paragraph, Say, Words

MOST_MANAGERS = 4


class ComparePage(QWidget):
    """Step 3. Signals: ``close_asked(reason, manager_id, pin)``, the reason in words; ``recount`` to count again."""

    close_asked = Signal(str, str, str)
    recount = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._comparison: Comparison | None = None
        self._managers: tuple[ManagerFace, ...] = ()
        self._reason = ""
        self._manager = 0
        self._pin = ""
        self._busy = False
        self._figures, self._others = FigureList(TITLE_PX), FigureList(BODY_PX, ROW_GAP_PX)
        self._verdict = Paragraph("", LABEL_PX, "ink2")
        self._why = Words(lambda: _("Why does it differ?  ← →"), LABEL_PX, "ink", DEMI)
        choices: tuple[tuple[str, Say], ...] = (("", lambda: _("Choose one")), *((reason, "") for reason in REASONS))
        self.reasons = Segmented(choices, lambda: _("Reason"))
        self._who = Words(lambda: _("A manager approves it"), LABEL_PX, "ink", DEMI)
        self.managers = [self._manager_button(n) for n in range(MOST_MANAGERS)]
        self._dots = PinDots(MOST_PIN)
        self._pin_note = Words("", BODY_PX, "ink3")
        self._head = Words("", LABEL_PX, "night_ink", DEMI)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.pad = Keypad(Pad.PIN)
        self.again = Button(lambda: _("Count again"), icon="undo", key="Esc")
        self.confirm = Button(self._confirm_text, variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.side = QWidget()
        self._connect()
        self._arrange()

    def show_comparison(self, comparison: Comparison, managers: tuple[ManagerFace, ...]) -> None:
        """Show the count beside the books, and ask for what the difference needs."""
        self._comparison, self._managers = comparison, managers[:MOST_MANAGERS]
        self._reason, self._manager, self._pin = "", 0, ""
        self.reasons.show_choice("")
        self._choose_manager(0)
        self._dots.show_typed(0)
        self._pin_note.say(lambda: _("PIN, 4 to 6 digits"))
        self._pin_note.set_tone("ink3")
        self.retranslate()

    def show_wrong_pin(self, text: Say) -> None:
        """Say that the manager's PIN was not right; it is typed again."""
        self._pin = ""
        self._dots.show_typed(0, wrong=True)
        self._pin_note.say(text)
        self._pin_note.set_tone("bad")
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the day is being closed."""
        self._busy = busy
        self._enable()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        for reason in REASONS:
            self.reasons.say(reason, reason_text(reason))
        if self._comparison is not None:
            self._bind(self._comparison)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the reason, digits are the manager's PIN, Enter closes, Esc counts again."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        elif key == Qt.Key.Key_Escape:
            self.recount.emit()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Backspace:
            self._erase()
        elif event.text() and event.text() in "0123456789":
            self._type(event.text())
        else:
            super().keyPressEvent(event)

    def _bind(self, found: Comparison) -> None:
        difference: Tone = "ok" if not found.over_short_minor else ("bad" if found.needs_manager else "warn")
        self._figures.show_figures(
            (
                (_("Should be in the drawer"), wording.yuan(found.expected_minor), "ink"),
                (_("Counted"), wording.yuan(found.counted_minor), "ink"),
                (_("Difference"), wording.yuan(found.over_short_minor), difference),
            )
        )
        self._others.show_figures(_others(found))
        self._others.setVisible(found.ending is Ending.DAY)
        self.confirm.retell()
        self._verdict.say(self._verdict_text(found))
        reason: tuple[QWidget, ...] = (self._why, self.reasons)
        for part in reason:
            part.setVisible(found.needs_reason)
        manager: tuple[QWidget, ...] = (self._who, self._dots, self._pin_note)
        for part in manager:
            part.setVisible(found.needs_manager)
        for n, button in enumerate(self.managers):
            button.setVisible(found.needs_manager and n < len(self._managers))
            button.say(self._managers[n].name if n < len(self._managers) else "")
        self.pad.setEnabled(found.needs_manager)
        self._head.say(difference_word(found.over_short_minor))
        self._amount.show_text(wording.money(abs(found.over_short_minor)), difference_text(found.over_short_minor))
        self._amount.set_tone("inverse" if not found.over_short_minor else "gold_solid")
        self._enable()

    @staticmethod
    def _verdict_text(found: Comparison) -> str:
        if not found.over_short_minor and found.ending is Ending.SHIFT:
            return _("The drawer is right. The next shift begins with this cash.")
        if not found.over_short_minor:
            return _("The drawer is right. Close the day; the Z prints and can be printed again.")
        if found.needs_manager:
            return _("The difference is booked, not refused. It is above the limit, so a manager approves it.")
        return _("The difference is booked, not refused. Count again, or choose the reason and close.")

    def _confirm_text(self) -> str:
        shift = self._comparison is not None and self._comparison.ending is Ending.SHIFT
        return _("Hand the shift over") if shift else _("Close the day with a Z")

    def _enable(self) -> None:
        found = self._comparison
        ready = found is not None and not self._busy
        if found is not None and found.needs_reason and not self._reason:
            ready = False
        if found is not None and found.needs_manager and len(self._pin) < LEAST_PIN:
            ready = False
        self.confirm.setEnabled(ready)

    def _ask(self) -> None:
        if self.confirm.isEnabled():
            needed = self._comparison is not None and self._comparison.needs_manager and bool(self._managers)
            self.close_asked.emit(
                reason_text(self._reason),
                self._managers[self._manager].staff_id if needed else "",
                self._pin if needed else "",
            )

    def _choose_reason(self, reason: str) -> None:
        self._reason = reason
        self._enable()

    def _manager_button(self, place: int) -> Button:
        button = Button("", icon="member")
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._choose_manager(place))
        return button

    def _choose_manager(self, place: int) -> None:
        self._manager = place
        for n, button in enumerate(self.managers):
            button.setChecked(n == place)

    def _step(self, step: int) -> None:
        if self._comparison is not None and self._comparison.needs_reason:
            codes = ("", *REASONS)
            self._choose_reason(codes[(codes.index(self._reason) + step) % len(codes)])
            self.reasons.show_choice(self._reason)

    def _type(self, digit: str) -> None:
        if self.pad.isEnabled() and len(self._pin) < MOST_PIN:
            self._pin += digit
            self._dots.show_typed(len(self._pin))
            self._enable()

    def _erase(self) -> None:
        self._pin = self._pin[:-1]
        self._dots.show_typed(len(self._pin))
        self._enable()

    def _connect(self) -> None:
        for button in self.reasons.findChildren(Button):
            button.setAutoDefault(False)  # Enter belongs to the page: it closes
        self.reasons.chosen.connect(self._choose_reason)
        self.pad.typed.connect(self._type)
        self.pad.erased.connect(self._erase)
        self.pad.confirmed.connect(self._ask)
        self.again.clicked.connect(self.recount)
        self.confirm.clicked.connect(self._ask)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._questions(), 1)
        row.addWidget(self.side)
        arrange_side(self.side, self._head, self._amount, self.pad, self.confirm)

    def _questions(self) -> QWidget:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        column.addWidget(Words(lambda: _("Cash, counted against the books"), HEAD_PX, "ink", BOLD))
        both = QHBoxLayout()
        both.setSpacing(GAP_PX)
        both.addWidget(self._figures, 1, Qt.AlignmentFlag.AlignTop)
        both.addWidget(self._others, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(both)
        column.addWidget(rule())
        column.addWidget(self._verdict)
        column.addSpacing(8)
        column.addWidget(self._why)
        column.addWidget(self.reasons)
        column.addSpacing(8)
        column.addWidget(self._who)
        people = QHBoxLayout()
        people.setSpacing(8)
        for button in self.managers:
            people.addWidget(button)
        people.addStretch(1)
        column.addLayout(people)
        pin = QHBoxLayout()
        pin.setSpacing(14)
        pin.addWidget(self._dots)
        pin.addWidget(self._pin_note, 1)
        column.addLayout(pin)
        column.addStretch(1)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        return left


def _others(found: Comparison) -> tuple[Figure, ...]:
    """Return what the terminals say against the books, and how the counted cash is divided."""
    return (
        *(_gap(gap) for gap in found.gaps),
        (_("Stays as float"), wording.yuan(found.kept_minor), "ink"),
        (_("Handed in"), wording.yuan(found.counted_minor - found.kept_minor), "ink"),
    )


def _gap(gap: TenderGap) -> Figure:
    if not gap.difference_minor:
        return (tender_text(gap.kind), _("equal"), "ok")
    sign = "+" if gap.difference_minor > 0 else ""
    return (tender_text(gap.kind), sign + wording.yuan(gap.difference_minor), "warn")
