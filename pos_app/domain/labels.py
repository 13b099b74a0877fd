"""In-store labels: what the digits after the prefix of a weighed or priced piece mean, as head office publishes it.

Source: GS1 General Specifications 2.1.12 (variable measure trade items of restricted circulation) and 7.9.3 (price and
measure verifier digits).
"""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.codes import gtin_check_digit
from pos_app.errors import Refused

BODY_DIGITS = 12  # of an EAN-13, without its check digit
PREFIXES = ("02", *(str(number) for number in range(20, 30)))


class LabelValue(StrEnum):
    """What a label's last digits hold: grams, or minor units of money."""

    WEIGHT = "weight"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class LabelLayout:
    """How codes with a prefix are laid out: prefix, item number, perhaps a verifier digit, value, check digit.

    ``value_digits`` count from the right; with ``has_verifier`` (4 or 5 of them only) the digit before is theirs. What
    lies between prefix and value is the item's number.
    """

    prefix: str
    holds: LabelValue
    value_digits: int = 5
    has_verifier: bool = False

    def is_sound(self) -> bool:
        """Say whether codes can be laid out like this."""
        most = BODY_DIGITS - len(self.prefix) - 1 - self.has_verifier
        digits = (4, 5) if self.has_verifier else range(1, most + 1)
        return self.prefix in PREFIXES and self.value_digits in digits


@dataclass(frozen=True, slots=True)
class Label:
    """A label that was read: ``barcode`` names the item, and either its weight or its price is known."""

    barcode: str
    weight_g: int = 0
    price_minor: int | None = None


def read_label(digits: str, layouts: tuple[LabelLayout, ...]) -> Label | None:
    """Return what a 13-digit in-store code says; None for a prefix without layout, whose whole number is the item's.

    Raises:
        Refused: ``label.verifier`` when weight or price do not fit their own digit, ``label.empty`` for none at all.
    """
    layout = next((each for each in layouts if digits.startswith(each.prefix)), None)
    if layout is None:
        return None
    body = digits[:BODY_DIGITS]
    head, value = body[: -layout.value_digits], body[-layout.value_digits :]
    if layout.has_verifier:
        head, verifier = head[:-1] + "0", head[-1]
        if verifier_digit(value) != int(verifier):
            raise Refused("label.verifier")
    if not int(value):
        raise Refused("label.empty")
    named = head + "0" * layout.value_digits
    barcode = f"{named}{gtin_check_digit(named)}"
    if layout.holds is LabelValue.WEIGHT:
        return Label(barcode, weight_g=int(value))
    return Label(barcode, price_minor=int(value))


def verifier_digit(value: str) -> int:
    """Return the verifier digit of a price or weight of 4 or 5 digits."""
    digits = [int(digit) for digit in value]
    if len(digits) == 4:
        first, second, third, fourth = digits
        return 3 * (_two_minus(first) + _two_minus(second) + 3 * third + _five_minus(fourth)) % 10
    first, second, third, fourth, fifth = digits
    total = _five_plus(first) + _two_minus(second) + _five_minus(third) + _five_plus(fourth) + _two_minus(fifth)
    return next(digit for digit in range(10) if _five_minus(digit) == -total % 10)


def _two_minus(digit: int) -> int:
    return (2 * digit - 2 * digit // 10) % 10


def _five_plus(digit: int) -> int:
    return (5 * digit + 5 * digit // 10) % 10


def _five_minus(digit: int) -> int:
    return (5 * digit - 5 * digit // 10) % 10
