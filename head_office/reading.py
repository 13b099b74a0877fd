"""Reads what terminals sent: bytes become facts, or a reason why they cannot be posted. Nothing is refused."""

from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.events import Circumstances, Fact
from pos_app.errors import Damaged
from pos_app.sync.wire.event_codec import fact_of, opened
from pos_app.sync.wire.limits import trouble_in

# A till's date is declared by a person; this far ahead of head office's it is a mistake.
MAX_DAYS_AHEAD = 31
AHEAD_FLAG_DAYS = 1
FIRST_DATE = date(2020, 1, 1)
MAX_KIND = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """One event as it came. ``genuine`` is false when its hash does not cover its bytes."""

    seq: int
    body: bytes
    genuine: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What a letter says. ``trouble`` is the code of why it cannot be posted, empty if it can.

    ``fact`` may be there in spite of trouble; then its value can be parked. ``deferred`` waits for a newer program.
    """

    letter: Letter
    kind: str
    business_date: date
    fact: Fact | None = None
    at: Circumstances | None = None
    trouble: str = ""
    deferred: bool = False


def read(letter: Letter, today: date) -> Reading:
    """Return what a letter says; never raises for anything that a letter may hold."""
    kind = "unknown"
    try:
        envelope = opened(letter.body)
        kind = envelope.kind[:MAX_KIND].replace("\0", "")
        fact, at = fact_of(envelope), envelope.at
        if cause := trouble_in(letter.body, fact, at):
            raise Damaged("event.malformed", cause=cause)
    except Damaged as damaged:
        return Reading(letter, kind, today, trouble=damaged.code, deferred=damaged.code == "event.unknown")
    day = at.business_date
    if not FIRST_DATE <= day <= today + timedelta(days=MAX_DAYS_AHEAD):
        return Reading(letter, kind, today, fact, at, "event.date")
    return Reading(letter, kind, day, fact, at, "" if letter.genuine else "event.hash")
