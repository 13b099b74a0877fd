"""S6b: what the finished sale left, in the pay zone's place: change to give, points, paper, the next call."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import DoneFace, PrintState
from pos_app.ui.theme.tokens import CHANGE_PX, DEMI, HEAD_PX, ITEM_PX, PAY_PX, SMALL_PX, TITLE_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Amount, Glyph, card
from pos_app.ui.widgets.words import Say, Words


class DonePanel(QWidget):
    """S6b, the right zone after the sale: change to give, points, paper, the call that was scheduled.

    Signals: ``reprint_asked``, ``no_paper_asked``, ``next_asked``.
    """

    reprint_asked = Signal()
    no_paper_asked = Signal()
    next_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._face: DoneFace | None = None
        self._head = Words(self._head_text, ITEM_PX, "night_ink", DEMI)
        self._word = Words(self._change_word, TITLE_PX, "inverse", DEMI)
        self._change = Amount(CHANGE_PX)
        self._points = Line("star", "gold")
        self._raised = Line("up", "gold")
        self._paper = Line("receipt", "pri")
        self._call = Line("phone", "info")
        self.reprint = Button(lambda: _("Print again"), icon="printer", variant="soft")
        self.no_paper = Button(lambda: _("No paper"), icon="cross", variant="soft")
        self.next = Button(lambda: _("Next customer"), variant="pri", height_px=PAY_PX)
        self.next.set_px(21)
        self.next.set_key("Enter", pill=True)
        self._arrange()
        self.reprint.clicked.connect(self.reprint_asked)
        self.no_paper.clicked.connect(self.no_paper_asked)
        self.next.clicked.connect(self.next_asked)

    def show_done(self, face: DoneFace) -> None:
        """Show what the sale left."""
        self._face = face
        self._head.retell()
        self._word.retell()
        shown = face.change_minor or face.paid_minor
        self._change.show_text(wording.money(shown), f"{self._change_word()} {wording.money(shown)}")
        self._change.set_tone("gold_solid" if face.change_minor else "inverse")
        self._points.setVisible(face.customer is not None)
        self._call.setVisible(face.call_on is not None)
        self._points.say(self._points_text, self._balance_text)
        self._raised.setVisible(bool(face.raised))
        self._raised.say(self._raised_text, self._raised_why)
        self._paper.say(self._paper_text, self._receipt_text)
        self._call.say(self._call_text, self._topic_text)
        bad = face.print_state in {PrintState.WAITING, PrintState.UNCERTAIN}
        self._paper.set_icon("warning" if bad else "receipt", "warn" if bad else "pri")
        self.no_paper.setEnabled(face.print_state in {PrintState.WAITING, PrintState.UNCERTAIN})

    def set_compact(self, *, compact: bool) -> None:
        """Shrink the button's word."""
        self.next.set_px(HEAD_PX if compact else 21)

    def _head_text(self) -> str:
        if self._face is None:
            return ""
        return _("Paid {amount}").format(amount=wording.yuan(self._face.paid_minor))

    def _change_word(self) -> str:
        return _("Change") if self._face is not None and self._face.change_minor else _("Received")

    def _points_text(self) -> str:
        return _("Points {earned}").format(earned=wording.signed(0 if self._face is None else self._face.points_earned))

    def _balance_text(self) -> str:
        return _("now {points}").format(points=wording.points(0 if self._face is None else self._face.points_balance))

    def _raised_text(self) -> str:
        tier = "" if self._face is None else self._face.raised
        return _("Now {tier}").format(tier=tier) if tier else ""

    def _raised_why(self) -> str:
        return "" if self._face is None else self._face.raised_why

    def _paper_text(self) -> str:
        state = PrintState.NONE if self._face is None else self._face.print_state
        return {
            PrintState.PRINTING: _("Receipt is printing"),
            PrintState.PRINTED: _("Receipt printed"),
            PrintState.WAITING: _("Receipt waits for the printer"),
            PrintState.UNCERTAIN: _("Receipt may not have printed"),
            PrintState.NONE: _("No receipt"),
        }[state]

    def _receipt_text(self) -> str:
        return _("No. {number}").format(number="" if self._face is None else self._face.receipt_no)

    def _call_text(self) -> str:
        on = None if self._face is None else self._face.call_on
        return "" if on is None else _("Call set for {day}").format(day=wording.day(on))

    def _topic_text(self) -> str:
        return "" if self._face is None else self._face.call_topic

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        top = card("night")
        inner = QVBoxLayout(top)
        inner.setContentsMargins(18, 14, 18, 10)
        inner.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(Glyph("check", "gold_solid", 22))
        head.addWidget(self._head, 1)
        inner.addLayout(head)
        inner.addSpacing(6)
        inner.addWidget(self._word)
        inner.addWidget(self._change)
        column.addWidget(top)
        frame = card()
        rows = QVBoxLayout(frame)
        rows.setContentsMargins(10, 10, 10, 10)
        rows.setSpacing(8)
        for line in (self._points, self._raised, self._paper, self._call):
            rows.addWidget(line)
        rows.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.reprint, 1)
        buttons.addWidget(self.no_paper, 1)
        rows.addLayout(buttons)
        rows.addWidget(self.next)
        column.addWidget(frame, 1)


class Line(QWidget):
    """An icon on a tile beside a fact and its detail."""

    def __init__(self, icon: str, tone: Tone) -> None:
        super().__init__()
        self._glyph = Glyph(icon, tone, 20, "sunken")
        self._fact = Words("", ITEM_PX, "ink", DEMI)
        self._detail = Words("", SMALL_PX, "ink2", elide=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(10)
        row.addWidget(self._glyph)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(self._fact)
        lines.addWidget(self._detail)
        row.addLayout(lines, 1)

    def say(self, fact: Say, detail: Say) -> None:
        """Show a fact and its detail; both are texts or functions."""
        self._fact.say(fact)
        self._detail.say(detail)

    def set_icon(self, icon: str, tone: Tone) -> None:
        """Show another icon."""
        self._glyph.show_icon(icon, tone, "sunken")
