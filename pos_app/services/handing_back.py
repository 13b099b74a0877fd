"""Handing rights back: the one way in which they leave this terminal unspent. What goes when is ``domain.releases``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pos_app.domain.events import RightsReleased
from pos_app.domain.ids import grant_incarnation
from pos_app.domain.ledger import Holding, Spend
from pos_app.domain.releases import Held, Moment, Reason, Recall, to_release
from pos_app.errors import Unavailable
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

MOST_RELEASED = 500  # holdings in one transaction
SET_BACK = "push.fork"  # the end of a life whose holdings may have been spent by the history that was lost


@dataclass(frozen=True, slots=True)
class Due:
    """What goes back now: holdings by reason, and the recalls that are answered with it."""

    holdings: dict[Reason, list[Holding]]
    recalls: tuple[Recall, ...]

    def __bool__(self) -> bool:
        return bool(self.holdings or self.recalls)

    def parts(self) -> Iterator[tuple[Reason, Holding]]:
        """Return each holding with its reason."""
        for reason, holdings in self.holdings.items():
            for holding in holdings:
                yield reason, holding


def due(session: TillSession, unit: Unit, *, closing: bool = False) -> Due:
    """Return what should go back now; ``closing`` is the end of the day.

    A life that was set back to an older state hands nothing back: what it seems to hold may be spent already.
    """
    ended = unit.till.ended()
    if ended == SET_BACK:
        return Due({}, ())
    current = unit.basket.current()
    served = None if current is None else current[0].basket.member_id
    serving = frozenset[str]() if served is None else _names(unit, served)
    moment = Moment(
        today=session.business_date(unit),
        now_ms=session.latest_ms(unit),
        serving=serving,
        idle_hours=_idle_hours(session, unit),
        closing=closing,
        life_ended=bool(ended),
    )
    held = unit.holdings.live()
    if closing:
        held = _with_homes(session, unit, held)
    recalls = [(recall, _names(unit, recall.member_id)) for recall in unit.holdings.recalls()]
    wanted = [replace(recall, member_id=name) for recall, names in recalls for name in names]
    answered = tuple(recall for recall, names in recalls if not names & serving)
    return Due(to_release(held, wanted, moment), answered)


def hand_back(session: TillSession, unit: Unit, *, closing: bool = False) -> int:
    """Hand back what is due, at most ``MOST_RELEASED`` holdings, one fact a member and reason; return how many went."""
    found = due(session, unit, closing=closing)
    parts = list(islice(found.parts(), MOST_RELEASED))
    by_member: dict[tuple[str, Reason], list[Spend]] = {}
    for reason, holding in parts:
        spends = by_member.setdefault((holding.grant.member_id, reason), [])
        spends.append(Spend(holding.grant.gid, holding.remaining))
    for (member_id, reason), releases in by_member.items():
        unit.holdings.take(releases)
        session.say(unit, RightsReleased(member_id, tuple(releases), reason.value))
    if len(parts) < MOST_RELEASED:
        unit.holdings.answered(found.recalls)
    return len(parts)


def _names(unit: Unit, member_id: str) -> frozenset[str]:
    """Return a member's id and those of merged records under which something is held."""
    return frozenset({member_id, *(holding.grant.member_id for holding in unit.holdings.of(member_id))})


def _idle_hours(session: TillSession, unit: Unit) -> int | None:
    """Return the rule's hours; None offline or where no rules are here, which must not stop what else goes back."""
    if not session.link.is_online():
        return None
    try:
        return unit.published.programme(session.business_date(unit)).idle_release_hours
    except Unavailable:
        return None


def _with_homes(session: TillSession, unit: Unit, held: Sequence[Held]) -> list[Held]:
    """Return the holdings with whose members are at home here; what head office grants unasked goes to homes only."""
    here = session.identity(unit).store_id
    homes: dict[str, bool] = {}

    def at_home(member_id: str) -> bool:
        if member_id not in homes:
            homes[member_id] = unit.members.home_store(member_id) == here
        return homes[member_id]

    return [
        each
        if grant_incarnation(each.holding.grant.gid)
        else replace(each, at_home=at_home(each.holding.grant.member_id))
        for each in held
    ]
