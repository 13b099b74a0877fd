"""What the outcome form shows and what it asks to be kept."""

from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.calls import Outcome
from pos_app.ui.presenters.calls_models import BoughtLine, ChildAge

PROBLEMS = ("constipation", "allergy", "mixing", "refuses", "other")
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class OutcomeSheet:
    """One call to record. ``phone`` is written out in full only after it was asked for; else it is masked."""

    call_id: str
    member_name: str
    masked_phone: str
    child: ChildAge | None
    bought: tuple[BoughtLine, ...]
    bought_on: date
    due_on: date
    today: date
    attempts: int
    most_attempts: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the day's calls are: ``done`` of ``total``."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What was recorded just now, so that it can be looked at again."""

    call_id: str
    member_name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OutcomeForm:
    """The form as filled in. ``problem`` is one of ``PROBLEMS`` or empty, ``later_on`` None when no day was chosen."""

    outcome: Outcome
    problem: str = ""
    later_on: date | None = None
    note: str = ""


def later_days(today: date) -> tuple[date, date, date, date]:
    """Return the days offered for calling again, all different: tomorrow, in two days, a weekend day, in a week."""
    week = today + timedelta(days=7)
    days = (today + timedelta(days=ahead) for ahead in range(3, 10))
    weekend = next(day for day in days if day.weekday() >= SATURDAY and day != week)
    return (today + timedelta(days=1), today + timedelta(days=2), weekend, week)
