"""Rights to spend: what to ask head office for, installing what it grants, handing back what has ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pos_app.domain.events import GrantsInstalled, RightsReleased
from pos_app.domain.ledger import Grant, Holding, Spend
from pos_app.errors import Refused
from pos_app.services.balances import require, standing
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_life
from pos_app.services.till import TillSession

MOST_RELEASED = 500  # holdings in one go


@dataclass(frozen=True, slots=True)
class RightsNeed:
    """What to ask head office for. ``request_no`` makes the request idempotent: it is durable and never reused."""

    member_id: str
    amount: int
    request_no: int


class Rights:
    """Brings rights to this terminal and hands back what it may no longer spend."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def short_for(self, points: int) -> RightsNeed:
        """Return what the attached member lacks here to spend ``points`` in all.

        Raises Refused ``redeem.needs_member``, ``redeem.life_ended``, ``rights.not_needed``, ``rights.not_held`` where
        the total lacks them.
        """

        def need(unit: Unit) -> RightsNeed:
            current = unit.basket.current()
            if current is None or current[0].basket.member_id is None:
                raise Refused("redeem.needs_member")
            check_life(unit)
            known = require(unit, current[0].basket.member_id)
            points_standing = standing(self._session, unit, known)
            amount = points - points_standing.usable_here
            if amount <= 0:
                raise Refused("rights.not_needed", usable=points_standing.usable_here)
            if points > points_standing.total:
                raise Refused("rights.not_held", total=points_standing.total, wanted=points)
            return RightsNeed(known.member.member_id, amount, unit.till.next_number("request"))

        return self._session.run(need)

    def install(self, grants: Sequence[Grant]) -> int:
        """Make unknown grants holdings here, with one GrantsInstalled fact; return how many were new."""

        def install(unit: Unit) -> int:
            new = unit.holdings.install(grants)
            if new:
                self._session.say(unit, GrantsInstalled(new))
            return len(new)

        return self._session.run(install)

    def release(self, reason: str, member_id: str | None = None) -> int:
        """Hand back ended holdings (or all of one member's) and return the points that went."""

        def release(unit: Unit) -> int:
            if member_id is None:
                return release_ended(self._session, unit)
            return _release(self._session, unit, unit.holdings.of(member_id), reason)

        return self._session.run(release)


def release_ended(session: TillSession, unit: Unit) -> int:
    """Hand back what can no longer be spent here because its lot or its lease has ended; return the points."""
    ended = unit.holdings.ended(session.business_date(unit), session.clock.now_ms(), MOST_RELEASED)
    return _release(session, unit, ended, "lease")


def _release(session: TillSession, unit: Unit, holdings: Iterable[Holding], reason: str) -> int:
    by_member: dict[str, list[Spend]] = {}
    for holding in holdings:
        spend = Spend(holding.grant.gid, holding.remaining)
        by_member.setdefault(holding.grant.member_id, []).append(spend)
    for member_id, releases in by_member.items():
        unit.holdings.take(releases)
        session.say(unit, RightsReleased(member_id, tuple(releases), reason))
    return sum(spend.amount for releases in by_member.values() for spend in releases)
