"""Tell what kind of words a search holds, so that the store asks the right index."""

import re
from enum import StrEnum

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"


class SearchKind(StrEnum):
    """What the words look like."""

    NOTHING = "nothing"
    DIGITS = "digits"  # part of a phone or a barcode
    INITIALS = "initials"  # pinyin initials, or the beginning of a Latin name
    NAME = "name"  # anything with a Han character or several words


def search_kind(text: str) -> SearchKind:
    """Return the kind of the text of a ``codes.SearchText``."""
    if not text.strip():
        return SearchKind.NOTHING
    if re.fullmatch(r"[0-9]+", text):
        return SearchKind.DIGITS
    if re.fullmatch(r"[A-Za-z]+[0-9]*", text):
        return SearchKind.INITIALS
    return SearchKind.NAME


def has_han(text: str) -> bool:
    """Say whether a Chinese character is among the words."""
    return re.search(f"[{HAN}]", text) is not None
