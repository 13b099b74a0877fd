"""What a line typed into the scan line means: a code, a code with a quantity, or a quantity for the selected line."""

import re
from dataclasses import dataclass

# Both habits of Chinese tills: "3*" before the code, "*3" for the line that is selected.
BEFORE = re.compile(r"^(\d{1,4})[*×xX](.+)$")
AFTER = re.compile(r"^[*×](\d{1,4})$|^(\d{1,4})[*×]$")


@dataclass(frozen=True, slots=True)
class Code:
    """Something to look up, ``quantity`` times: an item, a member, a payment code; 1 when none was typed."""

    text: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Quantity:
    """A new quantity for the selected line."""

    quantity: int


Entry = Code | Quantity


def read_entry(text: str) -> Entry | None:
    """Return what ``text`` means; None when nothing was typed.

    The quantity is as typed, 0 to 9999: the basket says which are allowed. A letter x counts as a times sign only
    between digits and a code that starts with a digit, so that initials such as ``3xy`` stay initials.
    """
    text = text.strip()
    if not text:
        return None
    after = AFTER.match(text)
    if after is not None:
        return Quantity(int(after.group(1) or after.group(2)))
    before = BEFORE.match(text)
    if before is not None:
        rest = before.group(2).strip()
        letter = text[len(before.group(1))] in "xX"
        if rest and (not letter or rest[0].isdigit()):
            return Code(rest, int(before.group(1)))
    return Code(text)


def pending_quantity(text: str) -> int:
    """Return the quantity that waits in the line for the next scan: 3 for ``3*``; 1 when there is none."""
    typed = re.fullmatch(r"(\d{1,4})[*×]", text.strip())
    return int(typed.group(1)) if typed is not None else 1
