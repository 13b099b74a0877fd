"""What may travel is less than what JSON can say: numbers any reader holds exactly, texts any database takes."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from pos_app.domain.posting import MAX_AMOUNT

DIGITS_OF_MAX = 16  # of 2^53
_LONG = b"0" * DIGITS_OF_MAX
_DIGITS_AND_QUOTES = bytes(ord("0") if byte in b"0123456789" else ord('"') if byte == ord('"') else ord(" ")
                           for byte in range(256))  # fmt: skip


def trouble_in(body: bytes, *values: object) -> str:
    """Return what no database column takes among the ``values`` decoded from ``body``, empty if there is nothing."""
    if _is_suspect(body):
        for leaf in (leaf for value in values for leaf in _leaves(value)):
            if isinstance(leaf, int) and not -MAX_AMOUNT <= leaf <= MAX_AMOUNT:
                return "number out of range"
            if isinstance(leaf, str) and "\0" in leaf:
                return "NUL in text"
    return ""


def _is_suspect(body: bytes) -> bool:
    """Say whether bytes may hold a number past 2^53 or a NUL; looking at every value costs more than decoding."""
    if rb"\u0000" in body:
        return True
    digits = body.translate(_DIGITS_AND_QUOTES)
    at = digits.find(_LONG)
    while at > 0 and digits[at - 1 : at] == b'"':  # a text that begins with digits, as ids do: on behind its end
        at = digits.find(_LONG, digits.find(b'"', at))
    return at >= 0


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, (str, int)):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(key)
            yield from _leaves(part)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _leaves(getattr(value, part.name))
