"""Decides what is kept of a call, and opens the next one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol

from pos_app.domain.calls import Outcome
from pos_app.domain.masking import spaced_phone
from pos_app.errors import PosError, Refused
from pos_app.services.calls import CallLists, CallSheet
from pos_app.ui.presenters.call_outcome_models import OutcomeForm, OutcomeSheet, Progress, Saved
from pos_app.ui.presenters.calls import call_line
from pos_app.ui.presenters.tasks import Errands, TaskRunner


class OutcomeView(Protocol):
    """What the outcome form can show."""

    def show_sheet(self, sheet: OutcomeSheet) -> None: ...
    def show_progress(self, progress: Progress) -> None: ...
    def show_phone(self, phone: str) -> None: ...
    def show_saved(self, saved: Saved) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class OutcomeDesk(Protocol):
    """The call desk, as far as recording needs it."""

    def lists(self) -> CallLists: ...
    def open(self, call_code_or_id: str) -> CallSheet: ...
    def reveal(self, call_id: str) -> str: ...
    def record(
        self, call_id: str, outcome: Outcome, note: str = "", problem: str = "", later_on: date | None = None
    ) -> CallSheet | None: ...


class OutcomePresenter:
    """Records one call after the other. ``finished`` is called when nobody is left to call."""

    def __init__(
        self, view: OutcomeView, desk: OutcomeDesk, tasks: TaskRunner, most_attempts: int, finished: Callable[[], None]
    ) -> None:
        self._view, self._desk, self._finished = view, desk, finished
        self._errands = Errands(tasks)
        self._most_attempts = most_attempts
        self._sheet: CallSheet | None = None
        self._today = date.min
        self._saved = 0
        self._left = 0
        self._busy = False

    def open(self, call_code_or_id: str) -> None:
        """Open a call by its slip's code or by its id."""
        if not self._busy:
            self._errands.run(lambda: self._look_up(call_code_or_id), self._opened, self._view.show_problem)

    def reveal(self) -> None:
        """Show the whole phone number, which is written down."""
        if self._sheet is not None:
            call_id = self._sheet.row.call.call_id
            self._errands.run(
                lambda: self._desk.reveal(call_id),
                lambda phone: self._view.show_phone(spaced_phone(phone)),
                self._view.show_problem,
            )

    def save(self, form: OutcomeForm) -> None:
        """Keep what was said and open the next call; what is missing is said and nothing is kept."""
        sheet = self._sheet
        if self._busy or sheet is None:
            return
        problem = missing(form, self._today)
        if problem is not None:
            self._view.show_problem(problem)
            return
        self._set_busy(True)
        row = sheet.row
        later_on = form.later_on if form.outcome is Outcome.LATER else None
        kind = form.problem if form.outcome is Outcome.PROBLEM else ""
        self._errands.run(
            lambda: self._desk.record(row.call.call_id, form.outcome, form.note.strip(), kind, later_on),
            lambda following: self._kept(Saved(row.call.call_id, row.member_name, form.outcome), following),
            self._failed,
        )

    def close(self) -> None:
        """Leave the form; answers still under way are dropped."""
        self._errands.close()

    def _look_up(self, call_code_or_id: str) -> tuple[CallSheet, CallLists]:
        return self._desk.open(call_code_or_id), self._desk.lists()

    def _opened(self, found: tuple[CallSheet, CallLists]) -> None:
        sheet, lists = found
        self._today = lists.business_date
        self._left = len([row for row in (*lists.overdue, *lists.due) if row.may_call])
        self._show(sheet)

    def _kept(self, saved: Saved, following: CallSheet | None) -> None:
        self._set_busy(False)
        self._saved += 1
        self._left = max(0, self._left - 1)
        self._view.show_saved(saved)
        self._sheet = None
        if following is None:
            self._finished()
        else:
            self._show(following)

    def _show(self, sheet: CallSheet) -> None:
        self._sheet = sheet
        line = call_line(sheet.row)
        self._view.show_sheet(
            OutcomeSheet(
                call_id=line.call_id,
                member_name=line.member_name,
                masked_phone=line.masked_phone,
                child=line.child,
                bought=line.bought,
                bought_on=line.bought_on,
                due_on=line.due_on,
                today=self._today,
                attempts=line.attempts,
                most_attempts=self._most_attempts,
                note=line.note,
            )
        )
        self._view.show_progress(Progress(self._saved, self._saved + max(1, self._left)))

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        self._view.show_problem(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)


def missing(form: OutcomeForm, today: date) -> Refused | None:
    """Return what the form still lacks, or None when it can be kept."""
    if form.outcome is Outcome.PROBLEM and not form.problem:
        return Refused("call.needs_problem")
    if form.outcome is Outcome.LATER and form.later_on is None:
        return Refused("call.later_needs_date")
    if form.outcome is Outcome.LATER and form.later_on is not None and form.later_on <= today:
        return Refused("call.later_past", earliest=today + timedelta(days=1))
    return None
