"""The first step of the close: what for, and what is still open."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import weekday_text
from pos_app.ui.presenters.close_models import CheckBoard, DayFace, Ending
from pos_app.ui.theme.tokens import BOLD, DEMI, HEAD_PX, ITEM_PX, PAY_PX, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.figures import FigureList
from pos_app.ui.widgets.marks import Glyph, card, rule
from pos_app.ui.widgets.words import Paragraph, Words

CHECKS = ("basket", "held", "charges", "unsent", "calls", "prints")
ICONS = {"basket": "cart", "held": "hold", "charges": "card", "unsent": "cloud", "calls": "phone", "prints": "printer"}


class CheckRow(QWidget):
    """One thing that may still be open, and the act that deals with it. Signals: ``asked(code)``."""

    asked = Signal(str)

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code
        self._mark = Glyph(ICONS[code], "ok", 22, "ok_tint")
        self._text = Words("", ITEM_PX, "ink", DEMI)
        self._detail = Words("", SMALL_PX, "ink3")
        self.act = Button("", variant="soft")
        self.act.clicked.connect(lambda: self.asked.emit(code))
        keep = self.act.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.act.setSizePolicy(keep)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(14)
        row.addWidget(self._mark)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch()
        words.addWidget(self._text)
        words.addWidget(self._detail)
        words.addStretch()
        row.addLayout(words, 1)
        row.addWidget(self.act)

    def show_count(self, count: int, ending: Ending) -> None:
        """Show how much is open; 0 is a calm line without an act."""
        stops = self._code == "basket" and ending is Ending.DAY
        tone: Tone = "ok" if not count else ("bad" if stops else "warn")
        tile: Tone = "ok_tint" if not count else ("bad_tint" if stops else "warn_tint")
        self._mark.show_icon(ICONS[self._code] if count else "check", tone, tile)
        text, detail, act = check_words(self._code, count, ending)
        self._text.say(text)
        self._detail.say(detail)
        self._detail.setVisible(bool(detail))
        self.act.say(act)
        self.act.set_name(f"{act}: {text}")
        self.act.setVisible(bool(count and act))


def check_words(code: str, count: int, ending: Ending) -> tuple[str, str, str]:
    """Return what a check says, what it means for the close or the hand-over, and the word on its button."""
    basket = _("Pay, hold or cancel it first") if ending is Ending.DAY else _("It stays for the next person")
    held = ngettext("{n} sale on hold", "{n} sales on hold", count).format(n=count)
    unsent = ngettext("{n} record to upload", "{n} records to upload", count).format(n=count)
    calls = ngettext("{n} call not recorded", "{n} calls not recorded", count).format(n=count)
    charges = ngettext("{n} payment to be looked at", "{n} payments to be looked at", count).format(n=count)
    prints = ngettext("{n} paper waits for the printer", "{n} papers wait for the printer", count).format(n=count)
    words = {
        "basket": (_("A sale is still open"), basket, _("Go to the sale")),
        "held": (held, _("Kept for the next day, or given up by name"), _("Look at them")),
        "charges": (charges, _("They stand on the Z, and head office looks at them"), ""),
        "unsent": (unsent, _("The close works offline; they follow later"), _("Upload now")),
        "calls": (calls, _("They go on tomorrow as overdue"), _("To the calls")),
        "prints": (prints, _("They print when the printer answers"), ""),
    }
    calm = {
        "basket": _("No sale is open"),
        "held": _("Nothing on hold"),
        "charges": _("No payment to be confirmed"),
        "unsent": _("Everything is uploaded"),
        "calls": _("All calls of the day are recorded"),
        "prints": _("Everything is printed"),
    }
    return words[code] if count else (calm[code], "", words[code][2])


class ChecksPage(QWidget):
    """Step 1. Signals: ``ending_chosen(ending)``, ``act_asked(code)`` with a code of ``CHECKS``, ``x_asked``,
    ``cash_asked``, ``papers_asked``, ``count_asked``.
    """

    ending_chosen = Signal(str)
    act_asked = Signal(str)
    x_asked = Signal()
    cash_asked = Signal()
    papers_asked = Signal()
    count_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._checks: CheckBoard | None = None
        self._day: DayFace | None = None
        self._busy = False
        self.rows = {code: CheckRow(code) for code in CHECKS}
        self._head = Words("", HEAD_PX, "ink", BOLD)
        self._figures = FigureList()
        self.ending = Segmented(
            ((Ending.SHIFT.value, lambda: _("Hand over")), (Ending.DAY.value, lambda: _("Close the day"))),
            lambda: _("What for"),
        )
        self.cash = Button(lambda: _("Cash in or out"), icon="cash", key="F8")
        self.papers = Button(lambda: _("Past papers"), icon="receipt", key="Ctrl H")
        self.x_report = Button(lambda: _("X report, resets nothing"), icon="printer", key="Ctrl P")
        self.confirm = Button(lambda: _("Count the cash"), variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.side = QFrame()
        for button in (*self.ending.findChildren(Button), self.cash, self.papers, self.x_report):
            button.setAutoDefault(False)  # Enter belongs to the page: it goes to the count
        self.ending.chosen.connect(self.ending_chosen)
        self.cash.clicked.connect(self.cash_asked)
        self.papers.clicked.connect(self.papers_asked)
        self.x_report.clicked.connect(self.x_asked)
        self.confirm.clicked.connect(self.ask_count)
        for row in self.rows.values():
            row.asked.connect(self.act_asked)
        self._list = QWidget()
        self._arrange()

    def show_checks(self, checks: CheckBoard) -> None:
        """Show what is still open; only an open sale stops the count."""
        self._checks = checks
        counts = (
            int(checks.basket_open),
            checks.held,
            checks.charges,
            checks.unsent,
            checks.calls_unrecorded,
            checks.print_jobs_waiting,
        )
        for code, count in zip(CHECKS, counts, strict=True):
            self.rows[code].show_count(count, self._ending())
        self._list.show()
        self._head.say(_("Everything is done") if checks.is_clear() else _("Still open, you may go on"))
        if self._is_stopped():
            self._head.say(_("A sale is still open"))
        self._enable()

    def show_day(self, day: DayFace) -> None:
        """Show which day and shift is closed, and what for."""
        self._day = day
        self.ending.show_choice(day.ending.value)
        when = f"{day.business_date.isoformat()} {weekday_text(day.business_date)}"
        self._figures.show_figures(
            (
                (_("Business date"), when, "ink"),
                (_("Shift"), str(day.shift_no), "ink"),
                (_("Closed by"), day.staff_name, "ink"),
                (_("Float"), wording.yuan(day.float_minor), "ink"),
            )
        )
        if self._checks is not None:
            self.show_checks(self._checks)
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Disarm the buttons."""
        self._busy = busy
        for button in (self.x_report, self.cash, self.papers):
            button.setEnabled(not busy)
        self._enable()

    def turn(self) -> None:
        """Choose the other ending."""
        other = Ending.DAY if self._ending() is Ending.SHIFT else Ending.SHIFT
        self.ending_chosen.emit(other.value)

    def ask_count(self) -> None:
        """Ask for the count if nothing stops it."""
        if self.confirm.isEnabled():
            self.count_asked.emit()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._checks is None:
            self._head.say(_("Looking what is still open…"))
        else:
            self.show_checks(self._checks)
        if self._day is not None:
            self.show_day(self._day)

    def _ending(self) -> Ending:
        return Ending.DAY if self._day is None else self._day.ending

    def _is_stopped(self) -> bool:
        return self._checks is not None and self._checks.basket_open and self._ending() is Ending.DAY

    def _enable(self) -> None:
        ready = self._checks is not None and self._day is not None and not self._is_stopped()
        self.confirm.setEnabled(ready and not self._busy)

    def _arrange(self) -> None:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(4)
        column.addWidget(self._head)
        column.addSpacing(6)
        inner = QVBoxLayout(self._list)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        for check in self.rows.values():
            inner.addWidget(check)
            inner.addWidget(rule())
        self._list.hide()
        column.addWidget(self._list)
        column.addStretch(1)
        self.side.setProperty("card", "true")
        inner = QVBoxLayout(self.side)
        inner.setContentsMargins(18, 18, 18, 14)
        inner.setSpacing(10)
        inner.addWidget(self.ending)
        inner.addWidget(self._figures)
        inner.addStretch(1)
        for button in (self.cash, self.papers, self.x_report):
            inner.addWidget(button)
        inner.addWidget(Paragraph(lambda: _("The cash is counted blind: what it should be shows afterwards.")))
        inner.addWidget(self.confirm)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(left, 1)
        row.addWidget(self.side)
