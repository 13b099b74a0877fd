"""Stored value (储值): what was bought and what was given with it, and how a payment is shared between them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
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


class SpentGift(StrEnum):
    """What happens when a top-up comes back and the gift that goes with it is spent."""

    DEDUCT = "deduct"  # it costs as much of the money
    FORGIVE = "forgive"  # the shop lets it go


@dataclass(frozen=True, slots=True)
class ValueParts:
    """Amounts in minor units: bought (principal) and given (gift)."""

    value: int
    gift: int

    @property
    def total(self) -> int:
        """Return both together."""
        return self.value + self.gift


@dataclass(frozen=True, slots=True)
class TopUpRule:
    """With ``amount_minor`` paid comes a gift of ``gift_minor``: in ``months`` equal parts, the first at once."""

    rule_id: str
    amount_minor: int
    gift_minor: int
    months: int = 1

    def is_sound(self) -> bool:
        """Say whether it can be sold."""
        return bool(self.rule_id) and self.amount_minor > 0 and self.gift_minor >= 0 and 1 <= self.months <= 60


@dataclass(frozen=True, slots=True)
class GiftPart:
    """Part of a gift, and the first day on which it is the member's."""

    amount_minor: int
    due_on: date


def gift_parts(rule: TopUpRule, today: date) -> tuple[GiftPart, ...]:
    """Return the parts of a rule's gift that are not nothing, the first due today, the others a month apart."""
    amounts = allot(rule.gift_minor, (1,) * rule.months)
    return tuple(GiftPart(amount, _months_on(today, n)) for n, amount in enumerate(amounts) if amount)


def best_rule(amount_minor: int, rules: tuple[TopUpRule, ...]) -> TopUpRule | None:
    """Return the rule of exactly this amount, None where nothing is given with it."""
    return next((rule for rule in rules if rule.amount_minor == amount_minor), None)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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
