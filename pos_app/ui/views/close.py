"""S13: handing a shift over or closing the day in four steps; cash is counted before anybody sees what it should be."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pos_app.domain.cash import CashKind
from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.services.day_papers import Copied
from pos_app.services.words import cash_words
from pos_app.ui import wording
from pos_app.ui.desk_wording import weekday_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Closed,
    Comparison,
    DayFace,
    Ending,
    ReportFace,
    Step,
)
from pos_app.ui.theme.tokens import COMPACT_BELOW_PX
from pos_app.ui.views.close_compare import ComparePage
from pos_app.ui.views.close_count import CountPage
from pos_app.ui.views.close_done import DonePage
from pos_app.ui.views.close_report import ReportFigures
from pos_app.ui.views.close_steps import ChecksPage
from pos_app.ui.views.past_papers import paper_name
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.steps import Steps
from pos_app.ui.widgets.toast import Toast

SIDE_PX, SIDE_COMPACT_PX = 360, 308
REPORT_PX = 820


class CloseScreen(Retold, QWidget):
    """Signals: ``ending_chosen(ending)``, ``act_asked(code)`` (basket, held, unsent, calls, prints), ``x_asked``,
    ``cash_asked`` and ``papers_asked`` for their sheets, ``count_asked``, ``counted(count)``,
    ``close_asked(reason)``, ``left`` after it, ``looked`` to check again.
    """

    ending_chosen = Signal(str)
    cash_asked = Signal()
    papers_asked = Signal()

    act_asked = Signal(str)
    x_asked = Signal()
    count_asked = Signal()
    counted = Signal(object)  # a CountFace
    close_asked = Signal(str)
    left = Signal()
    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.steps = Steps((lambda: _("Check"), lambda: _("Count blind"), lambda: _("Compare"), lambda: _("Done")))
        self.checks = ChecksPage()
        self.count = CountPage()
        self.compare = ComparePage()
        self.done = DonePage()
        self._step = Step.CHECKS
        self.toast = Toast(self._hint)
        self._pages = QStackedWidget()
        self._report: ReportFace | None = None
        self._asked = (Ending.DAY, 0)
        self.report = Sheet(lambda: _("X report"), self, width_px=REPORT_PX)
        self._figures = ReportFigures()
        self.report.body.addWidget(self._figures)
        self._connect()
        self._arrange()
        self.retranslate()

    def show_day(self, day: DayFace) -> None:
        """Show which day and shift is closed."""
        self.checks.show_day(day)

    def show_checks(self, checks: CheckBoard) -> None:
        """Show step 1: what is still open."""
        self.checks.show_checks(checks)
        self._show_step(Step.CHECKS)

    def show_report(self, report: ReportFace) -> None:
        """Show the figures so far in a sheet; they are printed too."""
        self._report = report
        self._bind_report()
        self.report.open_over(self.report.cross)

    def show_count(self, ending: Ending, float_minor: int) -> None:
        """Show step 2: the empty count; ``float_minor`` is proposed to stay for tomorrow."""
        self._asked = (ending, float_minor)
        self._show_step(Step.COUNT)
        self.count.show_empty(with_rest=ending is Ending.DAY, float_minor=float_minor)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show step 3: the count beside the books."""
        self.compare.show_comparison(comparison)
        self._show_step(Step.COMPARE)

    def show_done(self, closed: Closed) -> None:
        """Show step 4: the Z."""
        self.done.show_done(closed)
        self._show_step(Step.DONE)

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def show_moved(self, kind: CashKind, amount_minor: int) -> None:
        """Say that cash was moved."""
        what = f"{cash_words()[kind]} {wording.yuan(amount_minor)}"
        self.toast.show_notice("done", what, _("The drawer opens; the slip is in the print queue."))

    def show_copied(self, copied: Copied) -> None:
        """Say which copy waits for the printer."""
        self.toast.show_notice(
            "done", paper_name(copied.kind, copied.number), _("Copy {n} is in the print queue.").format(n=copied.count)
        )

    def set_busy(self, busy: bool) -> None:
        """Disarm what would ask twice."""
        for page in (self.checks, self.count, self.compare):
            page.set_busy(busy)

    def focus_home(self) -> None:
        """Give the focus to what the step asks for."""
        if self._pages.currentIndex() == Step.COUNT - 1:
            self.count.focus_home()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        for page in (self.checks, self.count, self.compare, self.done):
            page.retranslate()
        self._bind_report()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what the button at the lower right says; Ctrl+P prints the X, Ctrl+H shows past papers."""
        key = Qt.Key(event.key())
        step = Step(self._pages.currentIndex() + 1)
        ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_P and ctrl:
            self.ask_print()
        elif key == Qt.Key.Key_H and ctrl:
            self.ask_papers()
        elif step is Step.COMPARE:
            self.compare.keyPressEvent(event)
        elif step is Step.COUNT:
            self.count.keyPressEvent(event)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            (self.checks if step is Step.CHECKS else self.done).turn()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if step is Step.CHECKS:
                self.checks.ask_count()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def ask_print(self) -> None:
        """Ask for the X report: the button, and Ctrl+P wherever it is caught."""
        if self._pages.currentIndex() == Step.CHECKS - 1 and self.checks.x_report.isEnabled():
            self.x_asked.emit()

    def ask_cash(self) -> None:
        """Ask for cash in or out: the button, and F8 wherever it is caught."""
        if self._pages.currentIndex() == Step.CHECKS - 1 and self.checks.cash.isEnabled():
            self.cash_asked.emit()

    def ask_papers(self) -> None:
        """Ask for the past papers."""
        if self._pages.currentIndex() == Step.CHECKS - 1:
            self.papers_asked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the right column on small screens."""
        super().resizeEvent(event)
        wide = SIDE_COMPACT_PX if self.width() < COMPACT_BELOW_PX - 80 else SIDE_PX
        for page in (self.checks, self.count, self.compare, self.done):
            page.side.setFixedWidth(wide)

    def _show_step(self, step: Step) -> None:
        self._step = step
        self.toast.clear()
        self.steps.show_step(step)
        self._pages.setCurrentIndex(step - 1)
        if self.isVisible():
            self.focus_home()

    def _bind_report(self) -> None:
        report = self._report
        if report is not None:
            when = f"{wording.day(report.business_date)} {weekday_text(report.business_date)}"
            self.report.subtitle.say(_("{day} · shift {n} · printed").format(day=when, n=report.shift_no))
            self._figures.show_report(report)

    def _hint(self) -> str:
        return {
            Step.CHECKS: _("← → hand over or close · Enter goes to the count"),
            Step.COUNT: _("Enter and ↓ next · ↑ back · Enter after the last coin hands in"),
            Step.COMPARE: _("← → reason · Enter goes on · Esc counts again"),
            Step.DONE: _("← → figures or proof · Enter finishes"),
        }[self._step]

    def _recount(self) -> None:
        self.show_count(*self._asked)

    def _back(self) -> None:
        self._show_step(Step.CHECKS)
        self.looked.emit()

    def _connect(self) -> None:
        self.checks.act_asked.connect(self.act_asked)
        self.checks.x_asked.connect(self.x_asked)
        self.checks.ending_chosen.connect(self.ending_chosen)
        self.checks.cash_asked.connect(self.cash_asked)
        self.checks.papers_asked.connect(self.papers_asked)
        self.checks.count_asked.connect(self.count_asked)
        self.count.counted.connect(self.counted)
        self.count.back.connect(self._back)
        self.compare.close_asked.connect(self.close_asked)
        self.compare.recount.connect(self._recount)
        self.done.left.connect(self.left)
        self.report.closed.connect(self.focus_home)

    def _arrange(self) -> None:
        for page in (self.checks, self.count, self.compare, self.done):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.steps)
        column.addWidget(self._pages, 1)
        column.addWidget(self.toast)
