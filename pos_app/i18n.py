"""Translate what a person reads: English in the source, one gettext catalogue per language."""

import gettext
from importlib.resources import files

LANGUAGES = ("zh_CN", "en")
DOMAIN = "pos"


class _Catalogue:
    """The language in force; switched at run time, so screens re-read their texts on ``retranslate``."""

    def __init__(self) -> None:
        self.language = "en"
        self.translations: gettext.NullTranslations = gettext.NullTranslations()


_current = _Catalogue()


def use(language: str) -> None:
    """Switch to ``zh_CN`` or ``en``; an unknown language falls back to English."""
    folder = files("pos_app") / "locale"
    _current.language = language if language in LANGUAGES else "en"
    _current.translations = gettext.translation(DOMAIN, str(folder), [_current.language], fallback=True)


def language() -> str:
    """Return the language in force: ``zh_CN`` or ``en``."""
    return _current.language


def _(message: str) -> str:
    """Return ``message`` in the language in force."""
    return _current.translations.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form of the message that ``n`` asks for."""
    return _current.translations.ngettext(singular, plural, n)
