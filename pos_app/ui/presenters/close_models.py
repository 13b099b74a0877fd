"""What the close of the day shows, step by step, and what it asks for."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

# Chinese notes and coins in fen, as they lie in the drawer.
DENOMINATIONS_MINOR = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)
MOST_PIECES = 99_999
REASONS = ("wrong_change", "counterfeit", "paid_out", "other")


class Step(IntEnum):
    """The four steps, in order."""

    CHECKS = 1
    COUNT = 2
    COMPARE = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class DayFace:
    """Which day and shift is being closed, and by whom."""

    business_date: date
    shift_no: int
    staff_name: str
    float_minor: int


@dataclass(frozen=True, slots=True)
class CheckBoard:
    """What is still open before the count; only a sale in hand must be ended first."""

    basket_open: bool
    held: int
    unsent: int
    calls_unrecorded: int
    print_jobs_waiting: int

    def is_clear(self) -> bool:
        """Say whether nothing is open."""
        return not (self.basket_open or self.held or self.unsent or self.calls_unrecorded or self.print_jobs_waiting)


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What one kind of tender took. ``amount_minor`` is None while the count is blind (cash)."""

    kind: str
    count: int
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class ReportFace:
    """An X or Z in figures. ``z_no`` is None for an X; ``due_minor`` is None while the count is blind."""

    z_no: int | None
    business_date: date
    shift_no: int
    sales: int
    due_minor: int | None
    rounding_minor: int
    tenders: tuple[TenderSum, ...]
    points_earned: int
    points_redeemed: int
    members_joined: int
    calls_recorded: int
    baskets_voided: int
    first_receipt_no: str
    last_receipt_no: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The count beside what the till expects, and what a difference asks for: a reason, a manager."""

    expected_minor: int
    counted_minor: int
    over_short_minor: int
    needs_reason: bool
    needs_manager: bool


@dataclass(frozen=True, slots=True)
class ManagerFace:
    """Somebody who may approve a difference."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The finished close."""

    z_no: int
    counted_minor: int
    over_short_minor: int
    unsent: int
    report: ReportFace


def counted_minor(pieces: dict[int, int]) -> int:
    """Return the sum of ``pieces`` (denomination in minor units to number of pieces)."""
    return sum(value * number for value, number in pieces.items())
