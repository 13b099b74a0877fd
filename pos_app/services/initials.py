"""Pinyin initials of a name, for look-ups: 陈雨婷 → ``cyt``."""

import importlib
from collections.abc import Callable
from typing import Any, cast

# As surnames these are read otherwise than as words.
SURNAMES = {
    "曾": "z", "仇": "q", "解": "x", "区": "o", "查": "z", "盖": "g", "单": "s", "朴": "p", "翟": "z", "尉": "w",
    "长": "c", "重": "c", "覃": "q", "员": "y", "缪": "m", "乐": "y", "种": "c", "秘": "b", "逄": "p", "折": "s",
}  # fmt: skip
COMPOUND_SURNAMES = {"尉迟": "yc", "长孙": "zs", "万俟": "mq", "单于": "cy"}
MOST = 16  # letters


def initials(name: str) -> str:
    """Return the first letters of a name's syllables or words, lower case, letters and digits only.

    The pinyin tables (57 MB) are loaded at the first name that needs them.
    """
    name = name.strip()
    compound = next((letters for surname, letters in COMPOUND_SURNAMES.items() if name.startswith(surname)), "")
    if compound:
        return (compound + _letters(name[2:]))[:MOST]
    if name[:1] in SURNAMES:
        return (SURNAMES[name[0]] + _letters(name[1:]))[:MOST]
    return _letters(name)[:MOST]


def _letters(text: str) -> str:
    if text.isascii():
        return "".join(word[0] for word in text.lower().split() if word[0].isalnum())
    # Any: pypinyin ships no types.
    pinyin: Any = importlib.import_module("pypinyin")
    first_letter = cast("Callable[..., list[str]]", pinyin.lazy_pinyin)
    letters = first_letter(text, style=pinyin.Style.FIRST_LETTER, errors="default")
    return "".join(letter[:1] for letter in letters if letter[:1].isascii() and letter[:1].isalnum()).lower()
