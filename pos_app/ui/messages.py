"""What a person is told about an error: what happened, then what is safe and what to do, in two lines at most."""

from collections.abc import Mapping
from datetime import date

from pos_app.domain.members import HeldElsewhere
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.i18n import _, language
from pos_app.ui import desk_wording, wording
from pos_app.ui.sentences import DAMAGED, REFUSED, SENTENCES, UNAVAILABLE, WITH_HOLDERS

__all__ = ["SENTENCES", "lines", "sentence", "short"]


UNTOLD = "–"


class _Facts(dict[str, str]):
    """Facts as words; one that an error did not bring reads as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        return UNTOLD


def lines(error: PosError) -> tuple[str, str]:
    """Return what happened, and what is safe and what to do, with the code for support at the end of the second."""
    what, _line, then = _told(error).partition("\n")
    return what, f"{then} ({error.code})"


def sentence(error: PosError) -> str:
    """Return both lines as one text of two lines."""
    return "\n".join(lines(error))


def short(error: PosError) -> str:
    """Return only what happened, for places that hold one short line."""
    return lines(error)[0]


def _told(error: PosError) -> str:
    named = WITH_HOLDERS.get(error.code) if error.facts.get("held") else None
    message = named or SENTENCES.get(error.code)
    if message is None:
        message = {Refused: REFUSED, Unavailable: UNAVAILABLE, Damaged: DAMAGED}.get(type(error), UNAVAILABLE)
    return _(message).format_map(_Facts(_words(error.facts)))


def _words(facts: Mapping[str, object]) -> dict[str, str]:
    """Return facts as words; of what has an English name beside it, that one where English is spoken."""
    in_english = language() == "en"
    return {name: _fact(name, (in_english and facts.get(f"{name}_en")) or value) for name, value in facts.items()}


def _fact(name: str, value: object) -> str:
    if isinstance(value, bool) or value is None:
        return UNTOLD if value is None else (_("yes") if value else _("no"))
    if isinstance(value, int) and name.endswith("_minor"):
        return wording.yuan(value)
    if isinstance(value, int) and name.endswith("_g"):
        return wording.kilograms(value)
    if isinstance(value, int) and name.endswith("_ms"):
        return wording.clock(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple) and all(isinstance(each, HeldElsewhere) for each in value):
        return desk_wording.held_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
