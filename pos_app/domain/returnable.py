"""A paid sale as a till needs it to take goods back: what was sold, what came back, and who has the right."""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.events import Sale
from pos_app.domain.ids import Origin
from pos_app.domain.money_back import NOTHING_YET, SoFar


@dataclass(frozen=True, slots=True)
class PastRefund:
    """Goods of the sale that came back before: where, when (UTC), how many pieces and how much money."""

    refund_no: str
    at_ms: int
    store_name: str
    store_name_en: str
    lane: int
    pieces: int
    given_minor: int


@dataclass(frozen=True, slots=True)
class Returnable:
    """A sale to take back from. ``sold_as`` is its event's identity.

    ``has_right``: this till sold it and has not closed that day; else head office gives the right, piece by piece.
    ``is_sole``: nobody else can take anything back now, so that ``so_far`` is exact.
    """

    sale: Sale
    sold_as: Origin
    sold_at_ms: int
    business_date: date
    store_name: str
    store_name_en: str
    lane: int
    past: tuple[PastRefund, ...] = ()
    so_far: SoFar = NOTHING_YET
    has_right: bool = False
    is_sole: bool = False

    @property
    def before(self) -> SoFar | None:
        """Return what came back before, None where it is not known for certain."""
        return self.so_far if self.is_sole else None

    def left(self, line_no: int) -> int:
        """Return how many pieces of a line can still come back."""
        sold = next(line.quantity for line in self.sale.lines if line.line_no == line_no)
        return max(0, sold - self.so_far.pieces.get(line_no, 0))

    @property
    def is_all_back(self) -> bool:
        """Say whether nothing is left to come back."""
        return not any(self.left(line.line_no) for line in self.sale.lines)
