"""What the refund screen shows, and what it asks for."""

from dataclasses import dataclass

from pos_app.domain.punch_cards import CardMoved

REASONS = ("quality", "wrong_item", "allergy", "price")  # and whatever is written


@dataclass(frozen=True, slots=True)
class RefundLine:
    """One sold line: ``taken`` of the ``left`` pieces are to come back; ``back_minor`` and ``points`` go back for them.

    ``points`` count what returns to the member less what they lose; 0 while nothing is ticked.
    """

    line_no: int
    name: str
    sold: int
    left: int
    taken: int
    back_minor: int
    points: int


@dataclass(frozen=True, slots=True)
class PastLine:
    """What came back of this sale before: where, when (UTC), how many pieces and how much money."""

    refund_no: str
    at_ms: int
    place: str
    pieces: int
    given_minor: int


@dataclass(frozen=True, slots=True)
class SoldFace:
    """The sale in hand: its number, when (UTC) and where it was sold, and what was paid how, by kind of tender."""

    receipt_no: str
    sold_at_ms: int
    place: str
    due_minor: int
    paid_with: tuple[str, ...]
    past: tuple[PastLine, ...]
    is_here: bool


@dataclass(frozen=True, slots=True)
class TenderBack:
    """Money that goes back by one kind of tender; ``to_original`` means that somebody else sends it."""

    kind: str
    amount_minor: int
    to_original: bool


@dataclass(frozen=True, slots=True)
class RefundFace:
    """What the refund comes to. ``given_minor`` is what the button names.

    Points are None where nobody is a member, or nobody here knows them. Of what is short ``deducted_points`` cost
    ``deducted_minor`` of the money, and ``short_points`` are owed. ``on_gifts_minor`` of the price of the goods comes
    back with their gifts only. ``exchange_minor`` is what the goods are worth towards the sale in hand, 0 where there
    is none. ``cards`` are the member's punch cards that it moves stamps of. ``days_late`` counts beyond the published
    days.
    """

    tenders: tuple[TenderBack, ...]
    given_minor: int
    rounding_minor: int
    points_before: int | None
    points_after: int | None
    deducted_points: int
    deducted_minor: int
    short_points: int
    on_gifts_minor: int
    exchange_minor: int
    days_late: int
    is_void: bool
    cards: tuple[CardMoved, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One of several sales that were found: the number, when (UTC), what and how much, and the pieces still out."""

    receipt_no: str
    sold_at_ms: int
    first_item: str
    pieces: int
    left: int
    due_minor: int
