"""S10: what came of a call, in one key for the usual case; saving opens the next call."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.calls import Outcome
from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui.desk_wording import outcome_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.call_outcome_models import OutcomeForm, OutcomeSheet, Progress, Saved
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, DEMI, HEAD_PX
from pos_app.ui.views.call_facts import CallFacts
from pos_app.ui.views.call_more import MorePanel
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import TextField
from pos_app.ui.widgets.marks import StageBar
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import Words

WIDTH_PX = 980
FACTS_PX = 344
OUTCOME_HIGH_PX = 64
BAR_PX = 220
LONGEST_NOTE = 200
OUTCOMES = tuple(Outcome)
AT_ONCE = frozenset({Outcome.FINE, Outcome.NO_ANSWER})  # their key says everything there is to say
ICONS = {
    Outcome.FINE: "check",
    Outcome.PROBLEM: "warning",
    Outcome.WANTS_MORE: "cart",
    Outcome.NO_ANSWER: "clock",
    Outcome.LATER: "calendar",
    Outcome.DO_NOT_CALL: "mute",
}
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6)


class OutcomeScreen(Sheet):
    """The form of one call, as a sheet.

    Signals: ``saved(form)`` with an ``OutcomeForm``, ``reveal_asked``; ``closed`` (of the sheet) at Esc. The keys 1
    and 4 save at once; the others ask for one thing more. A tap only chooses.
    """

    saved = Signal(object)
    reveal_asked = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Record the call"), host, width_px=WIDTH_PX)
        self._sheet: OutcomeSheet | None = None
        self._progress = Progress(0, 1)
        self._outcome: Outcome | None = None
        self._busy = False
        self.facts = CallFacts()
        self._bar = StageBar()
        self._bar.setFixedWidth(BAR_PX)
        self._group = QButtonGroup(self)
        self.buttons = {outcome: self._button(outcome) for outcome in OUTCOMES}
        self.more = MorePanel()
        self.note = TextField(lambda: _("Note, in a few words"))
        self.note.setMaxLength(LONGEST_NOTE)
        self.toast = Toast(lambda: _("Keys 1 and 4 save at once and open the next call"))
        self.cancel = Button(lambda: _("Back to the list"), key="Esc", height_px=ACTION_PX)
        self.confirm = Button("", variant="pri", height_px=ACTION_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self._connect()
        self._fill()
        self.note.setAccessibleName(_("Note"))

    def show_sheet(self, sheet: OutcomeSheet) -> None:
        """Show one call with nothing chosen yet, and open the sheet if it is closed."""
        self._sheet = sheet
        self.facts.show_sheet(sheet)
        self.note.clear()
        self.more.show_day(sheet.today)
        self.more.show_try(sheet.attempts + 1, sheet.most_attempts)
        self.more.show_name(sheet.member_name)
        self._choose(None)
        if self.isHidden():
            self.toast.clear()
            self.open_over(self.buttons[Outcome.FINE])
        else:
            self.buttons[Outcome.FINE].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the day's calls are."""
        self._progress = progress
        self._bar.show_share(progress.done / max(1, progress.total))
        self.subtitle.say(_("Call {n} of {total}").format(n=progress.done + 1, total=progress.total))

    def show_phone(self, phone: str) -> None:
        """Show the whole number."""
        self.facts.show_phone(phone)

    def show_saved(self, saved: Saved) -> None:
        """Say what was recorded just now."""
        text = _("Saved: {name} · {outcome}").format(name=saved.member_name, outcome=outcome_text(saved.outcome))
        self.toast.show_notice("done", text)

    def show_problem(self, error: PosError) -> None:
        """Say what is missing or went wrong; what was typed stays."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def set_busy(self, busy: bool) -> None:
        """Disarm everything that would save twice."""
        self._busy = busy
        for button in self.buttons.values():
            button.setEnabled(not busy)
        self._show_confirm()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.facts.retranslate()
        self.more.retranslate()
        self.show_progress(self._progress)
        self.note.setAccessibleName(_("Note"))
        self._show_confirm()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 6 are the outcomes, arrows choose what the outcome asks for, Enter saves."""
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._save()
        elif key in KEYS and not self._busy:
            self._press(OUTCOMES[KEYS.index(key)])
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self.more.step(1 if key == Qt.Key.Key_Right else -1)
        elif control and key == Qt.Key.Key_N:
            self.reveal_asked.emit()
        else:
            super().keyPressEvent(event)
        event.accept()

    def _button(self, outcome: Outcome) -> Button:
        place = OUTCOMES.index(outcome)
        danger = outcome is Outcome.DO_NOT_CALL
        button = Button(
            lambda: outcome_text(outcome),
            icon=ICONS[outcome],
            key=str(place + 1),
            variant="danger" if danger else "act",
            shape="stack",
            height_px=OUTCOME_HIGH_PX,
        )
        button.setCheckable(True)
        button.setAutoDefault(False)  # Enter belongs to the form: it saves
        button.clicked.connect(lambda: self._choose(outcome))
        self._group.addButton(button, place)
        return button

    def _press(self, outcome: Outcome) -> None:
        self._choose(outcome)
        if outcome in AT_ONCE:
            self._save()

    def _choose(self, outcome: Outcome | None) -> None:
        self._outcome = outcome
        self._group.setExclusive(False)
        for each, button in self.buttons.items():
            button.setChecked(each is outcome)
        self._group.setExclusive(True)
        self.more.show_outcome(outcome)
        self.more.focus_question()
        self.confirm.set_variant("danger" if outcome is Outcome.DO_NOT_CALL else "pri")
        self._show_confirm()

    def _show_confirm(self) -> None:
        last = self._progress.done + 1 >= self._progress.total
        if self._outcome is Outcome.DO_NOT_CALL and self._sheet is not None:
            self.confirm.say(_("Never call {name} again").format(name=self._sheet.member_name))
        else:
            self.confirm.say(_("Save and finish") if last else _("Save and next"))
        self.confirm.setEnabled(self._outcome is not None and not self._busy)

    def _save(self) -> None:
        if self._outcome is not None and self.confirm.isEnabled():
            form = OutcomeForm(self._outcome, self.more.problem(), self.more.later_on(), self.note.text())
            self.saved.emit(form)

    def _connect(self) -> None:
        self.facts.reveal_asked.connect(self.reveal_asked)
        self.cancel.clicked.connect(self.dismiss)
        self.confirm.clicked.connect(self._save)

    def _fill(self) -> None:
        self.facts.setFixedWidth(FACTS_PX)
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, outcome in enumerate(OUTCOMES):
            grid.addWidget(self.buttons[outcome], place // 3, place % 3)
            grid.setColumnStretch(place % 3, 1)
        right = QVBoxLayout()
        right.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(Words(lambda: _("What came of it?"), BODY_PX, "ink", DEMI), 1)
        head.addWidget(self._bar)
        right.addLayout(head)
        right.addLayout(grid)
        right.addWidget(self.more, 1)
        right.addWidget(self.note)
        right.addWidget(self.toast)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.facts)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)
        self.footer.addWidget(self.cancel, 1)
        self.footer.addWidget(self.confirm, 2)
