"""Pinyin initials of names, as people type them to find somebody; surnames are read as surnames."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# pypinyin reads these by their commonest sound; as surnames they sound otherwise.
SURNAMES = {
    "曾": "z",
    "仇": "q",
    "解": "x",
    "区": "o",
    "查": "z",
    "盖": "g",
    "单": "s",
    "翟": "z",
    "乐": "y",
    "朴": "p",
    "尉": "y",
    "万": "w",
    "缪": "m",
    "覃": "q",
    "冼": "x",
    "华": "h",
    "任": "r",
    "宁": "n",
    "召": "s",
}
DOUBLE_SURNAMES = {"尉迟": "yc", "万俟": "mq", "单于": "cy", "长孙": "zs"}


def initials(name: str) -> str:
    """Return the lower-case initials of the words of a name of an item; Latin letters and digits stay."""
    return "".join(_initial(letter) for letter in name)


def person_initials(name: str) -> str:
    """Return the lower-case initials of a person's name, the surname read as such."""
    if name[:2] in DOUBLE_SURNAMES:
        return DOUBLE_SURNAMES[name[:2]] + initials(name[2:])
    first = SURNAMES.get(name[:1], _initial(name[:1]) if name else "")
    return first + initials(name[1:])


@lru_cache(maxsize=8_192)
def _initial(letter: str) -> str:
    if letter.isascii():
        return letter.lower() if letter.isalnum() else ""
    found = lazy_pinyin(letter, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(found).lower()
