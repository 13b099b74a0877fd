"""Decides what the call list shows: who is to be called, which slips are printed, whose number is shown."""

from collections.abc import Callable
from typing import Protocol

from pos_app.domain.masking import spaced_phone
from pos_app.errors import PosError, Refused
from pos_app.services.calls import CallLists, CallRow
from pos_app.ui.presenters.calls_models import BoughtLine, CallBoard, CallLine, ChildAge
from pos_app.ui.presenters.tasks import Errands, TaskRunner
from pos_app.ui.wording import called


class CallsView(Protocol):
    """What the call list can show."""

    def show_board(self, board: CallBoard) -> None: ...
    def show_phone(self, call_id: str, phone: str) -> None: ...
    def show_printed(self, slips: int) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class SlipDesk(Protocol):
    """The call desk, as far as the list needs it."""

    def lists(self) -> CallLists: ...
    def print_run(self) -> int: ...
    def reveal(self, call_id: str) -> str: ...


class CallsPresenter:
    """Keeps the list, prints the run once per press, and hands a call to whoever records it.

    ``record`` is called with the id of the call to record.
    """

    def __init__(self, view: CallsView, desk: SlipDesk, tasks: TaskRunner, record: Callable[[str], None]) -> None:
        self._view, self._desk, self._record = view, desk, record
        self._errands = Errands(tasks)
        self._board = CallBoard()
        self._busy = False

    def start(self) -> None:
        """Read the lists; also after a call was recorded."""
        self._errands.run(self._desk.lists, self._show, self._view.show_problem)

    def print_run(self) -> None:
        """Print the slips of everybody who is due and agreed to be called."""
        if self._busy:
            return
        if not self._board.printable():
            self._view.show_problem(Refused("slips.none"))
            return
        self._set_busy(True)
        self._errands.run(self._desk.print_run, self._printed, self._failed)

    def reveal(self, call_id: str) -> None:
        """Show the whole phone number of one call, which is written down."""
        self._errands.run(
            lambda: self._desk.reveal(call_id),
            lambda phone: self._view.show_phone(call_id, spaced_phone(phone)),
            self._view.show_problem,
        )

    def record(self, call_id: str) -> None:
        """Open the outcome form for a call that may be made."""
        self._record(call_id)

    def close(self) -> None:
        """Leave the screen; answers still under way are dropped."""
        self._errands.close()

    def _show(self, lists: CallLists) -> None:
        self._board = CallBoard(
            due=tuple(map(call_line, lists.due)),
            overdue=tuple(map(call_line, lists.overdue)),
            upcoming=tuple(map(call_line, lists.upcoming)),
            done=tuple(map(call_line, lists.done)),
        )
        self._view.show_board(self._board)

    def _printed(self, slips: int) -> None:
        self._set_busy(False)
        self._view.show_printed(slips)
        self.start()

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        self._view.show_problem(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)


def call_line(row: CallRow) -> CallLine:
    """Return one row of the list as the screens show it."""
    call = row.call
    return CallLine(
        call_id=call.call_id,
        member_name=called(row.member_name, row.masked_phone),
        masked_phone=row.masked_phone,
        child=child_age(row),
        bought=tuple(BoughtLine(item.name, item.quantity, item.advice) for item in call.bought),
        bought_on=call.bought_on,
        due_on=call.due_on,
        days_late=row.days_late,
        attempts=call.attempts,
        may_call=row.may_call,
        outcome=call.outcome.value if call.outcome is not None else "",
        note=call.note,
    )


def child_age(row: CallRow) -> ChildAge | None:
    """Return the child of a row with its age; None where none is known."""
    if row.child is None:
        return None
    return ChildAge(row.child.name, abs(row.child_months or 0), abs(row.child_days or 0), row.child.expected)
