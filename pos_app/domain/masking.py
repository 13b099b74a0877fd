"""Show a person without showing who it is: phones and names on receipts and lists."""

import re

VISIBLE_HEAD = 3
VISIBLE_TAIL = 4


def masked_phone(phone: str) -> str:
    """Return ``138****6627`` for ``+8613800006627``; other countries keep ``+`` and their first three digits.

    A number too short to hide anything is hidden wholly.
    """
    national = re.sub(r"^\+86(?=1[0-9]{10}$)", "", phone)
    sign, digits = ("+", national[1:]) if national.startswith("+") else ("", national)
    if len(digits) <= VISIBLE_HEAD + VISIBLE_TAIL:
        return "*" * len(digits)
    return f"{sign}{digits[:VISIBLE_HEAD]}****{digits[-VISIBLE_TAIL:]}"


def masked_name(name: str) -> str:
    """Return ``陈**`` for a name of any length, empty for none."""
    return f"{name.strip()[0]}**" if name.strip() else ""


def spaced_phone(phone: str) -> str:
    """Return ``138 0000 6627`` for a Chinese mobile number, anything else as it is; for reading aloud and dialling."""
    found = re.fullmatch(r"(?:\+86)?(1[0-9]{2})([0-9]{4})([0-9]{4})", phone)
    return " ".join(found.groups()) if found else phone
