"""What may travel is less than what JSON can say: numbers any reader holds exactly, texts any database takes."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from pos_app.domain.posting import MAX_AMOUNT

# Only such bytes can hold a number past 2^53 or a NUL; looking at every value costs more than decoding.
SUSPECT = re.compile(rb"[0-9]{16}|\\u0000")


def trouble_in(body: bytes, *values: object) -> str:
    """Return what no database column takes among the ``values`` decoded from ``body``, empty if there is nothing."""
    if SUSPECT.search(body):
        for leaf in (leaf for value in values for leaf in _leaves(value)):
            if isinstance(leaf, int) and not -MAX_AMOUNT <= leaf <= MAX_AMOUNT:
                return "number out of range"
            if isinstance(leaf, str) and "\0" in leaf:
                return "NUL in text"
    return ""


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
