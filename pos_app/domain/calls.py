"""Follow-up calls: what falls due, what was said, and what comes next."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    """What came of a call; the order is that of the tick boxes on the slip and of the keys 1…6."""

    FINE = "fine"  # reached, no problem
    PROBLEM = "problem"  # reached, something is wrong: a case stays open
    WANTS_MORE = "wants_more"  # reached, wants to buy or have it delivered
    NO_ANSWER = "no_answer"  # try again later, at most so many times
    LATER = "later"  # asked to be called another day
    DO_NOT_CALL = "do_not_call"  # withdraws the consent to be called


class CallState(StrEnum):
    """Where a call stands."""

    DUE = "due"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Bought:
    """One item behind a call."""

    item_id: int
    name: str
    quantity: int
    advice: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call to one member. ``call_id`` derives from the sale that made it; ``code`` is printed and scanned back.

    ``attempts`` counts calls already made. ``version`` grows with every outcome.
    """

    call_id: str
    code: str
    member_id: str
    store_id: str
    bought_on: date
    due_on: date
    bought: tuple[Bought, ...]
    state: CallState = CallState.DUE
    attempts: int = 0
    outcome: Outcome | None = None
    note: str = ""
    version: int = 1
