"""The last step of the close: what the shift or the day came to, and the proof of the day."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos_app.domain.day_proof import CASH, MONEY, PIECES
from pos_app.domain.events import ProofLine
from pos_app.i18n import _, ngettext
from pos_app.services.words import proof_words
from pos_app.ui import wording
from pos_app.ui.desk_wording import weekday_text
from pos_app.ui.presenters.close_models import Closed
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, DUE_COMPACT_PX, HEAD_PX, ITEM_PX, LABEL_PX, PAY_PX
from pos_app.ui.views.close_report import GAP_PX, ROW_GAP_PX, ReportFigures, difference_text
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.marks import Amount, Glyph, card
from pos_app.ui.widgets.words import Paragraph, Words

FIGURES, PROOF = "figures", "proof"


class DonePage(QWidget):
    """Step 4. Signals: ``left`` when the person goes on."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._closed: Closed | None = None
        self._mark = Glyph("check", "ok", 22, "ok_tint")
        self._head = Words("", HEAD_PX, "ink", BOLD)
        self.tabs = Segmented(((FIGURES, lambda: _("Figures")), (PROOF, lambda: _("Proof"))), lambda: _("What to show"))
        self._figures = ReportFigures()
        self._proof = {codes: FigureList(BODY_PX, ROW_GAP_PX) for codes in (MONEY, PIECES)}
        self._pages = QStackedWidget()
        self._z = Words("", LABEL_PX, "night_ink", DEMI)
        self._amount = Amount(DUE_COMPACT_PX, "inverse")
        self._difference = Words("", ITEM_PX, "gold_solid", DEMI)
        self._told = Paragraph("", BODY_PX, "ink2")
        self.side = QWidget()
        self.confirm = Button(lambda: _("Finish and sign out"), variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        for button in self.tabs.findChildren(Button):
            button.setAutoDefault(False)  # Enter belongs to the page: it finishes
        self.confirm.clicked.connect(self.left)
        self.tabs.chosen.connect(self._show_tab)
        self._arrange()

    def show_done(self, closed: Closed) -> None:
        """Show the finished close; a proof that does not hold is what is seen first."""
        self._closed = closed
        self._bind(closed)
        self._show_tab(PROOF if closed.differing else FIGURES)

    def turn(self) -> None:
        """Show the other tab, where there are two."""
        if self._closed is not None and self._closed.proof:
            self._show_tab(FIGURES if self._pages.currentIndex() else PROOF)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._closed is not None:
            self._bind(self._closed)

    def _bind(self, closed: Closed) -> None:
        report, is_day = closed.report, closed.z_no is not None
        when = f"{report.business_date.isoformat()} {weekday_text(report.business_date)}"
        shift = _("Shift {n} is handed over").format(n=report.shift_no)
        self._head.say(_("The day {day} is closed").format(day=when) if is_day else shift)
        sound = not closed.differing
        self._mark.show_icon(
            "check" if sound else "warning", "ok" if sound else "bad", "ok_tint" if sound else "bad_tint"
        )
        self._figures.show_report(report)
        self.tabs.setVisible(bool(closed.proof))
        self.tabs.say(PROOF, proof_text(closed))
        for codes, column in self._proof.items():
            column.show_figures(tuple(proof_figure(line) for line in closed.proof if line.code in codes))
        self._z.say(_("Z no. {n:04d} · cash counted").format(n=closed.z_no) if is_day else _("Cash counted"))
        self._amount.show_text(wording.money(closed.counted_minor), wording.yuan(closed.counted_minor))
        self._difference.say(difference_text(closed.over_short_minor))
        self._told.say("\n".join((*_cash_told(closed), *_approved_told(closed), *_sent_told(closed))))

    def _show_tab(self, tab: str) -> None:
        self.tabs.show_choice(tab)
        self._pages.setCurrentIndex((FIGURES, PROOF).index(tab))

    def _proof_columns(self) -> QWidget:
        both = QWidget()
        columns = QHBoxLayout(both)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(GAP_PX)
        for part in self._proof.values():
            columns.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
        return both

    def _arrange(self) -> None:
        left = card()
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._mark)
        head.addWidget(self._head, 1)
        head.addWidget(self.tabs)
        column.addLayout(head)
        parts: tuple[QWidget, ...] = (self._figures, self._proof_columns())
        for part in parts:
            page = QWidget()
            inner = QVBoxLayout(page)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.addWidget(part)
            inner.addStretch(1)
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)
        night = card("night")
        dark = QVBoxLayout(night)
        dark.setContentsMargins(18, 14, 18, 14)
        dark.addWidget(self._z)
        dark.addWidget(self._amount)
        dark.addWidget(self._difference)
        below = card()
        inner = QVBoxLayout(below)
        inner.setContentsMargins(18, 16, 18, 14)
        inner.addWidget(self._told)
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


def proof_figure(line: ProofLine) -> Figure:
    """Return a line of the proof: equal, or by how much its two ways differ."""
    name, difference = proof_words()[line.code], line.difference
    if not difference:
        return (name, _("equal"), "ok")
    plus = "+" if difference > 0 else ""
    amount = plus + wording.yuan(difference) if line.code in MONEY else wording.signed(difference)
    return (name, amount, "warn" if line.code == CASH else "bad")


def proof_text(closed: Closed) -> str:
    """Return how the proof came out, for its tab."""
    if closed.differing:
        return ngettext("Proof: {n} differs", "Proof: {n} differ", closed.differing).format(n=closed.differing)
    return _("Proof ✓")


def _cash_told(closed: Closed) -> tuple[str, ...]:
    if closed.z_no is None:
        return (_("It stays in the drawer as the float of the next shift."),)
    handed_in = wording.yuan(closed.counted_minor - closed.kept_minor)
    return (_("{kept} stays as float, {handed_in} is handed in.").format(
        kept=wording.yuan(closed.kept_minor), handed_in=handed_in
    ),)  # fmt: skip


def _approved_told(closed: Closed) -> tuple[str, ...]:
    return (_("Approved by {name}").format(name=closed.approver),) if closed.approver else ()


def _sent_told(closed: Closed) -> tuple[str, ...]:
    printed = _("The paper is in the print queue; it can be printed again as a copy.")
    sent = ngettext("{n} record goes up when online", "{n} records go up when online", closed.unsent)
    return (printed, sent.format(n=closed.unsent) if closed.unsent else _("Everything is uploaded"))
