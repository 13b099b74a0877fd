"""What the close of the day shows, step by step, and what it asks for."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from pos_app.domain.day_proof import unproven
from pos_app.domain.events import ProofLine
from pos_app.domain.tax import TaxTotal

# Chinese notes and coins in fen, as they lie in the drawer.
DENOMINATIONS_MINOR = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)
MOST_PIECES = 99_999
REASONS = ("wrong_change", "counterfeit", "paid_out", "other")


class Ending(StrEnum):
    """What the count is for: the next person takes over, or the day is closed with a Z."""

    SHIFT = "shift"
    DAY = "day"


class Step(IntEnum):
    """The four steps, in order."""

    CHECKS = 1
    COUNT = 2
    COMPARE = 3
    DONE = 4


@dataclass(frozen=True, slots=True)
class DayFace:
    """Which day and shift is being closed, by whom, and for what it would be counted."""

    business_date: date
    shift_no: int
    staff_name: str
    float_minor: int
    ending: Ending = Ending.DAY


@dataclass(frozen=True, slots=True)
class CheckBoard:
    """What is still open before the count; only a sale in hand must be ended first."""

    basket_open: bool
    held: int
    unsent: int
    calls_unrecorded: int
    print_jobs_waiting: int
    charges: int = 0

    def is_clear(self) -> bool:
        """Say whether nothing is open."""
        waiting = self.held or self.unsent or self.calls_unrecorded or self.print_jobs_waiting or self.charges
        return not (self.basket_open or waiting)


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What one kind of tender, discount or cash movement came to; None while the count is blind (cash)."""

    kind: str
    count: int
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class ReportFace:
    """An X, a shift or a Z in figures. What cash has a part in is None while the count is blind.

    ``expected_minor`` is the cash that should be there, None for whom it is hidden and after the count. ``taxes`` by
    rate are left out while the count is blind.
    """

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
    discounts: tuple[TenderSum, ...] = ()
    refunds: int = 0
    refunded_minor: int | None = 0
    given_back: tuple[TenderSum, ...] = ()
    cash_moved: tuple[TenderSum, ...] = ()
    points_returned: int = 0
    points_taken_back: int = 0
    drawer_openings: int = 0
    overrides: int = 0
    reprints: int = 0
    expected_minor: int | None = None
    taxes: tuple[TaxTotal, ...] = ()
    refund_taxes: tuple[TaxTotal, ...] = ()
    topups: int = 0
    topped_up_minor: int | None = 0
    topup_gift_minor: int = 0
    topup_refunds: int = 0
    topup_refunded_minor: int | None = 0


@dataclass(frozen=True, slots=True)
class CountFace:
    """What was counted: pieces by denomination, the terminals' own totals by tender, and what is to stay as float."""

    pieces: dict[int, int]
    terminals: dict[str, int]
    kept_minor: int = 0


@dataclass(frozen=True, slots=True)
class TenderGap:
    """By how much a terminal's own total differs from the books; 0 for equal."""

    kind: str
    difference_minor: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The count beside what the till expects, and what a difference asks for: a reason, a manager."""

    expected_minor: int
    counted_minor: int
    over_short_minor: int
    needs_reason: bool
    needs_manager: bool
    ending: Ending = Ending.DAY
    kept_minor: int = 0
    gaps: tuple[TenderGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """The finished close: of the day with its Z number, of a shift with None. ``proof`` is the day's.

    ``approver`` names who stands for the difference or the close, empty where nobody had to.
    """

    z_no: int | None
    counted_minor: int
    over_short_minor: int
    unsent: int
    report: ReportFace
    kept_minor: int = 0
    proof: tuple[ProofLine, ...] = ()
    approver: str = ""

    @property
    def differing(self) -> int:
        """Return how many figures of the proof do not meet."""
        return len(unproven(self.proof))


def counted_minor(pieces: dict[int, int]) -> int:
    """Return the sum of ``pieces`` (denomination in minor units to number of pieces)."""
    return sum(value * number for value, number in pieces.items())
