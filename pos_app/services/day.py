"""The business day: open, check, X, blind count, Z."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pos_app.domain.events import DayTotals
from pos_app.services.ports import PinHasher
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class DayState:
    """Whether a day is open; where none is, ``proposed_date`` and the shift that would open."""

    is_open: bool
    business_date: date | None
    shift_no: int
    proposed_date: date
    float_minor: int
    opened_at_ms: int | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The three numbers of the open day: sales, members who joined, calls due."""

    visits: int
    sign_ups: int
    calls_due: int


@dataclass(frozen=True, slots=True)
class CloseChecks:
    """What is still open at the end of the day; nothing here refuses the close."""

    basket_open: bool
    held: int
    unsent: int
    calls_unrecorded: int
    print_jobs_waiting: int


@dataclass(frozen=True, slots=True)
class CountResult:
    """The blind count against what should be there."""

    expected_minor: int
    counted_minor: int
    over_short_minor: int
    needs_reason: bool
    needs_manager: bool


@dataclass(frozen=True, slots=True)
class DayReport:
    """An X (``z_no`` None, nothing counted) or a Z. ``unsent`` is what head office has not seen yet."""

    z_no: int | None
    shift_no: int
    business_date: date
    totals: DayTotals
    float_minor: int
    expected_cash_minor: int
    counted_cash_minor: int | None
    over_short_minor: int | None
    unsent: int


class DayDesk:
    """Opens and closes the business day; never refuses because it is offline."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._hasher = hasher

    def state(self) -> DayState:
        """Return whether a day is open."""
        raise NotImplementedError

    def open_day(self, float_minor: int, business_date: date | None = None) -> DayState:
        """Open the proposed (or a later) business date with cash in the drawer.

        Raises Refused ``day.already_open``, ``day.closed_date``, ``day.float``.
        """
        raise NotImplementedError

    def figures(self) -> DayFigures:
        """Return today's three numbers; all zero where no day is open."""
        raise NotImplementedError

    def checks(self) -> CloseChecks:
        """Return what is still open."""
        raise NotImplementedError

    def x_report(self) -> DayReport:
        """Return and print the figures so far; nothing is reset."""
        raise NotImplementedError

    def count(self, denominations: Mapping[int, int]) -> CountResult:
        """Compare a blind count (denomination in minor units → pieces) with the books; raises ``count.pieces``."""
        raise NotImplementedError

    def close_day(
        self, count: Mapping[int, int], reason: str = "", manager: tuple[str, str] | None = None
    ) -> DayReport:
        """Close the day with a Z and print it.

        ``manager`` is (staff id, PIN). Raises Refused ``day.not_open``, ``close.basket_open``, ``close.needs_reason``,
        ``close.needs_manager``, ``pin.*``.
        """
        raise NotImplementedError
