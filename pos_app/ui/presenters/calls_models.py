"""What the call list shows: tabs, rows with their reason, and the row in hand."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class CallTab(Enum):
    """The four lists, in the order of the tabs."""

    DUE = "due"
    OVERDUE = "overdue"
    UPCOMING = "upcoming"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ChildAge:
    """A child and how old it is; ``months`` and ``days`` count to the birth while ``expected``."""

    name: str
    months: int
    days: int
    expected: bool = False


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """One item behind a call and what to say about it."""

    name: str
    quantity: int
    advice: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """One row. ``days_late`` is negative before the day is due; ``may_call`` is False without consent.

    ``outcome`` is the stable code of what was said last, empty when nothing was.
    """

    call_id: str
    member_name: str
    masked_phone: str
    child: ChildAge | None
    bought: tuple[BoughtLine, ...]
    bought_on: date
    due_on: date
    days_late: int
    attempts: int
    may_call: bool
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CallBoard:
    """All lists of one business date."""

    due: tuple[CallLine, ...] = ()
    overdue: tuple[CallLine, ...] = ()
    upcoming: tuple[CallLine, ...] = ()
    done: tuple[CallLine, ...] = ()

    def lines(self, tab: CallTab) -> tuple[CallLine, ...]:
        """Return the rows of one tab."""
        return {
            CallTab.DUE: self.due,
            CallTab.OVERDUE: self.overdue,
            CallTab.UPCOMING: self.upcoming,
            CallTab.DONE: self.done,
        }[tab]

    def printable(self) -> tuple[CallLine, ...]:
        """Return what a slip run prints: everything due or overdue, with consent, overdue first."""
        return tuple(line for line in (*self.overdue, *self.due) if line.may_call)
