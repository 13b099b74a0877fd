"""Stored value (储值): what was bought and what was given with it, and how a payment is shared between them."""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.allocation import allot


class ValueOrder(StrEnum):
    """From which part a payment is taken. In proportion both shrink together, so a refund of the rest stays fair."""

    PROPORTIONAL = "proportional"
    VALUE_FIRST = "value_first"
    GIFT_FIRST = "gift_first"


class ValueProof(StrEnum):
    """What shows that the person at the counter may spend the member's stored value."""

    CARD = "card"
    CODE = "code"  # the dynamic code on their phone
    PIN = "pin"  # the last four digits of the phone and the member's PIN


@dataclass(frozen=True, slots=True)
class ValueParts:
    """Amounts in minor units: bought (principal) and given (gift)."""

    value: int
    gift: int

    @property
    def total(self) -> int:
        """Return both together."""
        return self.value + self.gift


def shared(amount_minor: int, here: ValueParts, whole: ValueParts, order: ValueOrder) -> ValueParts:
    """Return how much of a payment is bought value and how much is gift, never more of either than is here.

    In proportion means: of all that the member has, by largest remainder; where one part is not all here, the other
    pays the difference.

    Args:
        amount_minor: 0 to ``here.total``.
        here: what this till holds of both. ``whole``: what the member has in all.
        order: the programme's.
    """
    assert 0 <= amount_minor <= here.total, (amount_minor, here)
    match order:
        case ValueOrder.VALUE_FIRST:
            wanted = amount_minor
        case ValueOrder.GIFT_FIRST:
            wanted = amount_minor - min(amount_minor, here.gift)
        case ValueOrder.PROPORTIONAL:
            weights = whole if whole.total else here
            wanted = allot(amount_minor, (weights.value, weights.gift))[0]
    value = min(max(wanted, amount_minor - here.gift), here.value)
    return ValueParts(value, amount_minor - value)


def missing(amount_minor: int, here: ValueParts, whole: ValueParts, order: ValueOrder) -> ValueParts:
    """Return what to ask head office for so that ``amount_minor`` can be paid here, as the order has it.

    ``amount_minor`` is at most ``whole.total``.
    """
    wanted = shared(amount_minor, whole, whole, order)
    value = min(max(0, wanted.value - here.value), amount_minor - here.total)
    return ValueParts(value, amount_minor - here.total - value)
