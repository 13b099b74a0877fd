"""What the sign-in screen shows: the till, the people, the state of the day."""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.staff import Role


@dataclass(frozen=True, slots=True)
class Till:
    """Which till this is: shown before anybody has signed in."""

    brand: str
    store_name: str
    lane: int
    version: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person who may sign in here."""

    staff_id: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class SyncNote:
    """What the sign-in screen says about head office. ``last_ok_ms`` is UTC, None when never reached.

    ``code`` is the error that keeps this till from it, empty for none.
    """

    online: bool
    last_ok_ms: int | None
    unsent: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class DayNote:
    """Whether a business day is open, and which."""

    is_open: bool
    business_date: date
    shift_no: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a day asks: who opens which business date and shift; ``kept_minor`` should lie in the drawer."""

    staff_name: str
    business_date: date
    shift_no: int
    kept_minor: int = 0


@dataclass(frozen=True, slots=True)
class LockNote:
    """Who locked the till and when (UTC milliseconds); ``has_sale`` where a sale is open, of which nothing is told."""

    staff_id: str
    name: str
    at_ms: int
    has_sale: bool
