"""What a terminal hands back, and why: rights that lie idle at one till are missed at every other.

Holdings come back only by the holder's own event, so that somebody must decide to give them up, and it is the till:
when they can no longer be spent, when head office asks for them, when the day ends, when nobody came for them, and when
head office has ended the life that holds them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.domain.ids import is_requested
from pos_app.domain.ledger import Asset, Holding

HOUR_MS = 3_600_000


class Reason(StrEnum):
    """Why rights are handed back, as ``RightsReleased`` says it."""

    LEASE = "lease"  # lot or lease has ended: not spendable here any more
    ENDED = "ended"  # head office ended this terminal's life
    RECALL = "recall"  # wanted elsewhere
    CLOSE = "close"  # left over at the end of the day
    IDLE = "idle"  # asked for, and not used


@dataclass(frozen=True, slots=True)
class Recall:
    """Head office asks this terminal for everything it holds of one asset (and lot) of a member."""

    recall_id: str
    member_id: str
    asset: Asset
    lot: str = ""

    def means(self, holding: Holding) -> bool:
        """Say whether this is a holding that is asked for."""
        grant = holding.grant
        return (grant.member_id, grant.asset, grant.lot) == (self.member_id, self.asset, self.lot)


@dataclass(frozen=True, slots=True)
class Held:
    """A holding, when it was last installed or spent from (UTC; 0: not noted), and whether its member is at home here.

    ``at_home`` matters at the end of the day only.
    """

    holding: Holding
    touched_ms: int
    at_home: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is decided. ``now_ms`` is the latest instant that is known (UTC).

    ``serving`` is the member of the open basket under all names: what they hold is not taken from under their sale.
    ``idle_hours`` after which unused rights go back, None while offline, where they would help nobody. ``closing`` is
    the end of the day; ``life_ended``: head office ended this life.
    """

    today: date
    now_ms: int
    serving: frozenset[str] = frozenset()
    idle_hours: int | None = None
    closing: bool = False
    life_ended: bool = False


def to_release(held: Iterable[Held], recalls: Iterable[Recall], moment: Moment) -> dict[Reason, list[Holding]]:
    """Return what is handed back, by reason; each holding once, under the first reason that holds.

    The end of the day takes what was asked for and not used up, and what members of other stores earned or were
    granted here. What members of this store hold stays: they come back tomorrow, perhaps while the line is down.
    """
    wanted = tuple(recalls)
    found: dict[Reason, list[Holding]] = {}
    for each in held:
        reason = _reason(each, wanted, moment)
        if reason is not None:
            found.setdefault(reason, []).append(each.holding)
    return found


def _reason(held: Held, recalls: tuple[Recall, ...], moment: Moment) -> Reason | None:
    holding, grant = held.holding, held.holding.grant
    if holding.remaining <= 0:
        return None
    if not holding.is_live(moment.today, moment.now_ms):
        return Reason.LEASE
    if moment.life_ended:
        return Reason.ENDED
    is_served = grant.member_id in moment.serving
    if not is_served and not holding.is_vesting(moment.today) and any(recall.means(holding) for recall in recalls):
        return Reason.RECALL
    asked_for = is_requested(grant.gid)
    if moment.closing:
        return Reason.CLOSE if asked_for or not held.at_home else None
    if moment.idle_hours is None or is_served or not asked_for:
        return None
    return Reason.IDLE if moment.now_ms - held.touched_ms > moment.idle_hours * HOUR_MS else None
