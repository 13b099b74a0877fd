"""The first and last step of the close: what is still open, and the finished Z."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import tender_text, weekday_text
from pos_app.ui.presenters.close_models import CheckBoard, Closed, DayFace, ReportFace
from pos_app.ui.theme.tokens import (
    BODY_PX,
    BOLD,
    DEMI,
    DUE_COMPACT_PX,
    HEAD_PX,
    ITEM_PX,
    LABEL_PX,
    PAY_PX,
    SMALL_PX,
    Tone,
)
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.marks import Amount, Glyph, card, rule
from pos_app.ui.widgets.words import Paragraph, Words

CHECKS = ("basket", "held", "unsent", "calls", "prints")
FIGURES_PX = 520  # a figure further from its name is read on the wrong line
ICONS = {"basket": "cart", "held": "hold", "unsent": "cloud", "calls": "phone", "prints": "printer"}


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

    def show_count(self, count: int) -> None:
        """Show how much is open; 0 is a calm line without an act."""
        tone: Tone = "ok" if not count else ("bad" if self._code == "basket" else "warn")
        tile: Tone = "ok_tint" if not count else ("bad_tint" if self._code == "basket" else "warn_tint")
        self._mark.show_icon(ICONS[self._code] if count else "check", tone, tile)
        text, detail, act = check_words(self._code, count)
        self._text.say(text)
        self._detail.say(detail)
        self._detail.setVisible(bool(detail))
        self.act.say(act)
        self.act.set_name(f"{act}: {text}")
        self.act.setVisible(bool(count and act))


def check_words(code: str, count: int) -> tuple[str, str, str]:
    """Return what a check says, what it means for the close, and the word on its button."""
    held = ngettext("{n} sale on hold", "{n} sales on hold", count).format(n=count)
    unsent = ngettext("{n} record to upload", "{n} records to upload", count).format(n=count)
    calls = ngettext("{n} call not recorded", "{n} calls not recorded", count).format(n=count)
    prints = ngettext("{n} paper waits for the printer", "{n} papers wait for the printer", count).format(n=count)
    words = {
        "basket": (_("A sale is still open"), _("Pay, hold or cancel it first"), _("Go to the sale")),
        "held": (held, _("They stay on hold after the close"), _("Look at them")),
        "unsent": (unsent, _("The close works offline; they follow later"), _("Upload now")),
        "calls": (calls, _("They go on tomorrow as overdue"), _("To the calls")),
        "prints": (prints, _("They print when the printer answers"), ""),
    }
    calm = {
        "basket": _("No sale is open"),
        "held": _("Nothing on hold"),
        "unsent": _("Everything is uploaded"),
        "calls": _("All calls of the day are recorded"),
        "prints": _("Everything is printed"),
    }
    return words[code] if count else (calm[code], "", words[code][2])


class ChecksPage(QWidget):
    """Step 1. Signals: ``act_asked(code)`` with a code of ``CHECKS``, ``x_asked``, ``count_asked``."""

    act_asked = Signal(str)
    x_asked = Signal()
    count_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._checks: CheckBoard | None = None
        self._day: DayFace | None = None
        self._busy = False
        self.rows = {code: CheckRow(code) for code in CHECKS}
        self._head = Words("", HEAD_PX, "ink", BOLD)
        self._figures = FigureList()
        self.x_report = Button(lambda: _("X report, resets nothing"), icon="printer", key="Ctrl P", height_px=PAY_PX)
        self.confirm = Button(lambda: _("Count the cash"), variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.side = QFrame()
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
            checks.unsent,
            checks.calls_unrecorded,
            checks.print_jobs_waiting,
        )
        for code, count in zip(CHECKS, counts, strict=True):
            self.rows[code].show_count(count)
        self._list.show()
        self._head.say(_("Everything is done") if checks.is_clear() else _("Still open, you may go on"))
        if checks.basket_open:
            self._head.say(_("A sale is still open"))
        self._enable()

    def show_day(self, day: DayFace) -> None:
        """Show which day and shift is closed."""
        self._day = day
        when = f"{day.business_date.isoformat()} {weekday_text(day.business_date)}"
        self._figures.show_figures(
            (
                (_("Business date"), when, "ink"),
                (_("Shift"), str(day.shift_no), "ink"),
                (_("Closed by"), day.staff_name, "ink"),
                (_("Float"), wording.yuan(day.float_minor), "ink"),
            )
        )
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Disarm the buttons."""
        self._busy = busy
        self.x_report.setEnabled(not busy)
        self._enable()

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

    def _enable(self) -> None:
        ready = self._checks is not None and not self._checks.basket_open and self._day is not None
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
        inner.addWidget(Words(lambda: _("This close"), LABEL_PX, "ink3", DEMI))
        inner.addWidget(self._figures)
        inner.addStretch(1)
        inner.addWidget(Paragraph(lambda: _("The cash is counted blind: what it should be shows afterwards.")))
        inner.addWidget(self.x_report)
        inner.addWidget(self.confirm)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(left, 1)
        row.addWidget(self.side)


def report_figures(report: ReportFace) -> tuple[Figure, ...]:
    """Return the lines of an X or Z; an amount that would give the count away reads as hidden."""
    hidden = _("after the count")
    tenders: tuple[Figure, ...] = tuple(
        (
            f"{tender_text(line.kind)} × {line.count}",
            hidden if line.amount_minor is None else wording.yuan(line.amount_minor),
            "ink3" if line.amount_minor is None else "ink",
        )
        for line in report.tenders
    )
    due: Figure = (_("Sold"), hidden if report.due_minor is None else wording.yuan(report.due_minor), "ink")
    return (
        (_("Sales"), f"{report.sales:,}", "ink"),
        due,
        *tenders,
        (_("Rounding"), wording.yuan(report.rounding_minor), "ink"),
        (_("Points earned"), f"{report.points_earned:,}", "gold"),
        (_("Points redeemed"), f"{report.points_redeemed:,}", "gold"),
        (_("New members"), f"{report.members_joined:,}", "ink"),
        (_("Calls recorded"), f"{report.calls_recorded:,}", "ink"),
        (_("Cancelled sales"), f"{report.baskets_voided:,}", "ink"),
        (_("First receipt"), report.first_receipt_no or "–", "ink"),
        (_("Last receipt"), report.last_receipt_no or "–", "ink"),
    )


class DonePage(QWidget):
    """Step 4. Signals: ``left`` when the person goes on."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._closed: Closed | None = None
        self._head = Words("", HEAD_PX, "ink", BOLD)
        self._figures = FigureList()
        self._z = Words("", LABEL_PX, "night_ink", DEMI)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self._difference = Words("", ITEM_PX, "gold_solid", DEMI)
        self._sent = Paragraph("", BODY_PX, "ink2")
        self.side = QWidget()
        self.confirm = Button(lambda: _("Finish and sign out"), variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.confirm.clicked.connect(self.left)
        self._arrange()

    def show_done(self, closed: Closed) -> None:
        """Show the Z."""
        self._closed = closed
        report = closed.report
        when = f"{report.business_date.isoformat()} {weekday_text(report.business_date)}"
        self._head.say(_("The day {day} is closed").format(day=when))
        self._figures.show_figures(report_figures(report))
        self._z.say(_("Z no. {n:04d} · cash counted").format(n=closed.z_no))
        self._amount.show_text(wording.money(closed.counted_minor), wording.yuan(closed.counted_minor))
        self._difference.say(difference_text(closed.over_short_minor))
        sent = ngettext("{n} record goes up when online", "{n} records go up when online", closed.unsent)
        printed = _("The Z is in the print queue; it can be printed again as a copy.")
        uploaded = sent.format(n=closed.unsent) if closed.unsent else _("Everything is uploaded")
        self._sent.say(f"{printed}\n{uploaded}")

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._closed is not None:
            self.show_done(self._closed)

    def _arrange(self) -> None:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Glyph("check", "ok", 22, "ok_tint"))
        head.addWidget(self._head, 1)
        column.addLayout(head)
        self._figures.setMaximumWidth(FIGURES_PX)
        column.addWidget(self._figures)
        column.addStretch(1)
        night = card("night")
        dark = QVBoxLayout(night)
        dark.setContentsMargins(18, 14, 18, 14)
        dark.addWidget(self._z)
        dark.addWidget(self._amount)
        dark.addWidget(self._difference)
        below = card()
        inner = QVBoxLayout(below)
        inner.setContentsMargins(18, 16, 18, 14)
        inner.addWidget(self._sent)
        inner.addStretch(1)
        inner.addWidget(self.confirm)
        right = QVBoxLayout(self.side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(10)
        right.addWidget(night)
        right.addWidget(below, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(left, 1)
        row.addWidget(self.side)


def difference_text(over_short_minor: int) -> str:
    """Return over, short or exact in words, with the amount."""
    if not over_short_minor:
        return _("Exact to the cent")
    words = _("Over by {amount}") if over_short_minor > 0 else _("Short by {amount}")
    return words.format(amount=wording.yuan(abs(over_short_minor)))


def difference_word(over_short_minor: int) -> str:
    """Return over, short or exact in a word, for above the amount."""
    if not over_short_minor:
        return _("Exact to the cent")
    return _("Over") if over_short_minor > 0 else _("Short")
