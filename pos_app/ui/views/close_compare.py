"""The third step of the close: what should be there, what is, and what a difference asks for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import reason_text, tender_text
from pos_app.ui.presenters.close_models import REASONS, Comparison, Ending, TenderGap
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, LABEL_PX, PAY_PX, TITLE_PX, Tone
from pos_app.ui.views.close_count import arrange_side
from pos_app.ui.views.close_report import ROW_GAP_PX, difference_text, difference_word
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.marks import Amount, card, rule
from pos_app.ui.widgets.words import Paragraph, Say, Words

FIGURES_PX = 560  # a figure further from its name is read on the wrong line


class ComparePage(QWidget):
    """Step 3. Signals: ``close_asked(reason)``, the reason in words; ``recount`` to count again."""

    close_asked = Signal(str)
    recount = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._comparison: Comparison | None = None
        self._reason = ""
        self._busy = False
        self._figures, self._others = FigureList(TITLE_PX), FigureList(BODY_PX, ROW_GAP_PX)
        self._figures.setMaximumWidth(FIGURES_PX)
        self._verdict = Paragraph("", LABEL_PX, "ink2")
        self._why = Words(lambda: _("Why does it differ?  ← →"), LABEL_PX, "ink", DEMI)
        choices: tuple[tuple[str, Say], ...] = (("", lambda: _("Choose one")), *((reason, "") for reason in REASONS))
        self.reasons = Segmented(choices, lambda: _("Reason"))
        self._head = Words("", LABEL_PX, "night_ink", DEMI)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self.again = Button(lambda: _("Count again"), icon="undo", key="Esc")
        self.confirm = Button(self._confirm_text, variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.side = QWidget()
        self._connect()
        self._arrange()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the count beside the books, and ask for what the difference needs."""
        self._comparison = comparison
        self._reason = ""
        self.reasons.show_choice("")
        self.retranslate()

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
        """Arrows choose the reason, Enter closes, Esc counts again."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        elif key == Qt.Key.Key_Escape:
            self.recount.emit()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._step(1 if key == Qt.Key.Key_Right else -1)
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
        self._head.say(difference_word(found.over_short_minor))
        self._amount.show_text(wording.money(abs(found.over_short_minor)), difference_text(found.over_short_minor))
        self._amount.set_tone("inverse" if not found.over_short_minor else "gold_solid")
        self._enable()

    @staticmethod
    def _verdict_text(found: Comparison) -> str:
        if found.over_short_minor and found.needs_manager:
            return _("The difference is booked, not refused. It is above the limit: somebody else approves it.")
        if found.over_short_minor:
            return _("The difference is booked, not refused. Count again, or choose the reason and close.")
        if found.needs_manager:
            return _("The drawer is right. Closing the day is for somebody else to approve.")
        if found.ending is Ending.SHIFT:
            return _("The drawer is right. The next shift begins with this cash.")
        return _("The drawer is right. Close the day; the Z prints and can be printed again.")

    def _confirm_text(self) -> str:
        shift = self._comparison is not None and self._comparison.ending is Ending.SHIFT
        return _("Hand the shift over") if shift else _("Close the day with a Z")

    def _enable(self) -> None:
        found = self._comparison
        ready = found is not None and not self._busy
        if found is not None and found.needs_reason and not self._reason:
            ready = False
        self.confirm.setEnabled(ready)

    def _ask(self) -> None:
        if self.confirm.isEnabled():
            self.close_asked.emit(reason_text(self._reason))

    def _choose_reason(self, reason: str) -> None:
        self._reason = reason
        self._enable()

    def _step(self, step: int) -> None:
        if self._comparison is not None and self._comparison.needs_reason:
            codes = ("", *REASONS)
            self._choose_reason(codes[(codes.index(self._reason) + step) % len(codes)])
            self.reasons.show_choice(self._reason)

    def _connect(self) -> None:
        for button in self.reasons.findChildren(Button):
            button.setAutoDefault(False)  # Enter belongs to the page: it closes
        self.reasons.chosen.connect(self._choose_reason)
        self.again.clicked.connect(self.recount)
        self.confirm.clicked.connect(self._ask)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._questions(), 1)
        row.addWidget(self.side)
        rest = QWidget()
        below = QVBoxLayout(rest)
        below.setContentsMargins(8, 6, 8, 6)
        below.addWidget(self._others)
        below.addStretch(1)
        arrange_side(self.side, self._head, self._amount, rest, self.confirm)

    def _questions(self) -> QWidget:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        column.addWidget(Words(lambda: _("Cash, counted against the books"), HEAD_PX, "ink", BOLD))
        column.addWidget(self._figures)
        column.addWidget(rule())
        column.addWidget(self._verdict)
        column.addSpacing(8)
        column.addWidget(self._why)
        column.addWidget(self.reasons)
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
