"""What an outcome still asks for: the kind of problem, the day to call again, or just what happens next."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from pos_app.domain.calls import Outcome
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import problem_text, weekday_text
from pos_app.ui.presenters.call_outcome_models import PROBLEMS, later_days
from pos_app.ui.theme.tokens import BODY_PX, DEMI, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.words import Paragraph, Words

DAYS = ("tomorrow", "after", "weekend", "week")
LEAST_PX = 96


class MorePanel(QFrame):
    """Keeps its place whatever is chosen, so that nothing below it moves."""

    def __init__(self) -> None:
        super().__init__()
        self._outcome: Outcome | None = None
        self._today = date.min
        self._try, self._most = 1, 1
        self._name = ""
        self._problem = ""
        self._day = ""
        self.kinds = Segmented(tuple((kind, "") for kind in PROBLEMS), lambda: _("Kind of problem"))
        self.days = Segmented(tuple((day, "") for day in DAYS), lambda: _("Day to call again"))
        self._words = Paragraph("", BODY_PX, "ink2")
        self._pages = QStackedLayout(self)
        self._pages.addWidget(_page(None, self._words))
        self._pages.addWidget(_page(Words(lambda: _("What kind of problem?  ← →"), SMALL_PX, "ink2", DEMI), self.kinds))
        self._pages.addWidget(_page(Words(lambda: _("When to call again?  ← →"), SMALL_PX, "ink2", DEMI), self.days))
        for button in (*self.kinds.findChildren(Button), *self.days.findChildren(Button)):
            button.setAutoDefault(False)  # Enter belongs to the form: it saves
        self.kinds.chosen.connect(self._choose_problem)
        self.days.chosen.connect(self._choose_day)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST_PX)
        self.retranslate()

    def show_day(self, today: date) -> None:
        """Take the business date that the days are counted from."""
        self._today = today
        self._say_days()

    def show_try(self, this: int, most: int) -> None:
        """Take which try this is, and how many there are at most."""
        self._try, self._most = this, most

    def show_name(self, name: str) -> None:
        """Take the name for the words."""
        self._name = name

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Ask for what this outcome needs; a choice made before is forgotten."""
        self._outcome = outcome
        self._problem = PROBLEMS[0] if outcome is Outcome.PROBLEM else ""
        self._day = DAYS[0] if outcome is Outcome.LATER else ""
        self.kinds.show_choice(self._problem or PROBLEMS[0])
        self.days.show_choice(self._day or DAYS[0])
        self._pages.setCurrentIndex({Outcome.PROBLEM: 1, Outcome.LATER: 2}.get(outcome, 0) if outcome else 0)
        self._say_words()

    def focus_question(self) -> None:
        """Give the focus to the choice that the outcome asks for, if it asks for one: arrows then walk it."""
        asked = {Outcome.PROBLEM: self.kinds, Outcome.LATER: self.days}.get(self._outcome) if self._outcome else None
        if asked is not None:
            chosen = (button for button in asked.findChildren(Button) if button.isChecked())
            next(chosen).setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, step: int) -> None:
        """Move the choice of the question in view."""
        if self._outcome is Outcome.PROBLEM:
            self._choose_problem(PROBLEMS[(PROBLEMS.index(self._problem) + step) % len(PROBLEMS)])
            self.kinds.show_choice(self._problem)
        elif self._outcome is Outcome.LATER:
            self._choose_day(DAYS[(DAYS.index(self._day) + step) % len(DAYS)])
            self.days.show_choice(self._day)

    def problem(self) -> str:
        """Return the kind of problem chosen, empty when none is asked for."""
        return self._problem

    def later_on(self) -> date | None:
        """Return the day chosen, None when none is asked for."""
        return later_days(self._today)[DAYS.index(self._day)] if self._day else None

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        for kind in PROBLEMS:
            self.kinds.say(kind, problem_text(kind))
        self._say_days()
        self._say_words()

    def _say_days(self) -> None:
        if self._today == date.min:
            return
        _tomorrow, after, weekend, week = later_days(self._today)
        self.days.say("tomorrow", _("Tomorrow"))
        for code, day in (("after", after), ("weekend", weekend), ("week", week)):
            self.days.say(code, f"{weekday_text(day)} {wording.day(day)}")

    def _say_words(self) -> None:
        again = self._try < self._most
        words = {
            None: _("Press the number that was ticked on the slip."),
            Outcome.FINE: _("The call is done. Nothing else to do."),
            Outcome.WANTS_MORE: _("Write down what they want; the shop sets it aside or delivers it."),
            Outcome.NO_ANSWER: _("It comes up again tomorrow.") if again else _("That was the last try: it is closed."),
            Outcome.DO_NOT_CALL: _(
                "Withdraws the consent to calls. Nobody phones {name} again, no slip is printed."
            ).format(name=self._name),
        }
        self._words.say(words.get(self._outcome, ""))

    def _choose_problem(self, kind: str) -> None:
        self._problem = kind

    def _choose_day(self, day: str) -> None:
        self._day = day


def _page(head: Words | None, inside: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 6, 0, 0)
    column.setSpacing(6)
    if head is not None:
        column.addWidget(head)
    column.addWidget(inside)
    column.addStretch(1)
    return page
