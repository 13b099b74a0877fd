"""The call desk: who is to be called, slips, and what came of a call."""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.calls import Call, Outcome
from pos_app.domain.members import Child
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``days_late`` is negative before it is due; ``may_call`` false without consent."""

    call: Call
    member_name: str
    masked_phone: str
    child: Child | None
    child_months: int | None
    child_days: int | None
    days_late: int
    may_call: bool


@dataclass(frozen=True, slots=True)
class CallLists:
    """The four lists of one business date."""

    business_date: date
    due: tuple[CallRow, ...]
    overdue: tuple[CallRow, ...]
    upcoming: tuple[CallRow, ...]
    done: tuple[CallRow, ...]


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One call opened: whom to call, on which number (E.164), and the keys of the advice to give."""

    row: CallRow
    phone: str
    advice: tuple[str, ...]
    earlier: tuple[Call, ...]


class CallDesk:
    """Follow-ups of this store."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def lists(self, today: date | None = None) -> CallLists:
        """Return the calls due, overdue, within seven days, and done within seven days."""
        raise NotImplementedError

    def print_run(self, call_ids: tuple[str, ...] | None = None) -> int:
        """Queue a slip for each call (None: all due and overdue) that may be made; return how many."""
        raise NotImplementedError

    def open(self, call_code_or_id: str) -> CallSheet:
        """Open a call by its slip's code or its id; raises Refused ``call.unknown``."""
        raise NotImplementedError

    def record(
        self, call_id: str, outcome: Outcome, note: str = "", problem: str = "", later_on: date | None = None
    ) -> CallSheet | None:
        """Record an outcome and return the next call due, None after the last.

        ``later_on`` is the day to call again (for ``Outcome.LATER``). ``do_not_call`` withdraws the consent.
        Raises Refused ``call.unknown``, ``call.settled``, ``call.later_needs_date``.
        """
        raise NotImplementedError
