"""What the refund desk is asked, and what it answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pos_app.domain.ledger import Asset
from pos_app.domain.punch_cards import CardMoved
from pos_app.domain.refund_quote import RefundQuote
from pos_app.domain.returnable import Returnable


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """What somebody wants to bring back. ``refund_id`` names the refund for ever: asking twice is one refund.

    ``pieces`` maps line number to pieces. ``given_minor`` is the money that was shown to go back, None before anything
    was: the refund is made only if it still comes to that. ``in_cash``: card and wallet in cash, where rules allow it.
    """

    refund_id: str
    pieces: Mapping[int, int]
    reason: str = ""
    in_cash: bool = False
    given_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Goods that pay for the sale in hand."""

    of: Returnable
    asked: RefundAsked


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale to choose among those that were found; ``left`` counts the pieces that can still come back."""

    receipt_no: str
    sold_at_ms: int
    due_minor: int
    pieces: int
    left: int
    first_item: str


@dataclass(frozen=True, slots=True)
class FoundSales:
    """What a scan or a search means for a refund: one ``receipt_no``, or ``rows`` to choose from."""

    receipt_no: str = ""
    rows: tuple[SaleRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund worked out for the screen.

    ``is_void``: this takes the whole sale back on its own day and till. ``days_late``: beyond the published days, 0 for
    in time. ``member_name`` is empty for nobody, and for somebody whom this till does not know (any more). ``cards``
    are their punch cards that it moves stamps of.
    """

    quote: RefundQuote
    is_void: bool
    days_late: int
    member_name: str
    cards: tuple[CardMoved, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundRights:
    """One right to ask head office for."""

    member_id: str
    lot: str
    amount: int
    request_no: int
    asset: Asset = field(default=Asset.REFUND)


@dataclass(frozen=True, slots=True)
class RefundDone:
    """A refund that was made. The same one for every further call of its ``refund_id``."""

    refund_no: str
    receipt_no: str
    given_minor: int
    cash_minor: int
    points_back: int
    points_taken: int
    points_after: int | None
    is_void: bool
