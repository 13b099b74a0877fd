"""Whether the points that a basket wants to spend may be spent here and now."""

from pos_app.domain.directory import KnownMember
from pos_app.domain.programme import Programme
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.services.balances import standing
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

MANAGER = "manager"  # the proof of a basket for which a manager vouched
OLDEST_UNSENT_MS = 72 * 3600 * 1000  # an older unsent fact ends offline redemption; sales go on


def check_redeem(session: TillSession, unit: Unit, sale: OpenSale, points: int, programme: Programme) -> None:
    """Refuse what may not be spent.

    Raises:
        Refused: ``redeem.needs_member``; ``redeem.life_ended {reason}``; ``clock.behind``; while offline
            ``redeem.unsent_too_long {hours}`` and ``redeem.offline_cap {cap, wanted}``;
            ``redeem.needs_proof {from_points}``; ``points.short_here {usable, wanted, total, elsewhere}``.
    """
    known = None if sale.basket.member_id is None else unit.members.known(sale.basket.member_id)
    if known is None:
        raise Refused("redeem.needs_member")
    check_life(unit)
    if session.clock_is_behind(unit):
        raise Refused("clock.behind")
    if not session.link.is_online():
        _check_offline(session, unit, sale, points, programme)
    if points >= programme.verify_from_points and not sale.proof:
        raise Refused("redeem.needs_proof", from_points=programme.verify_from_points)
    check_held(session, unit, known, points)


def check_life(unit: Unit) -> None:
    """Refuse to spend in a life that head office has ended; raises Refused ``redeem.life_ended``."""
    reason = unit.till.ended()
    if reason:
        raise Refused("redeem.life_ended", reason=reason)


def check_held(session: TillSession, unit: Unit, known: KnownMember, points: int) -> None:
    """Refuse what this terminal does not hold; raises Refused ``points.short_here``."""
    have = standing(session, unit, known)
    if points > have.usable_here:
        raise Refused(
            "points.short_here", usable=have.usable_here, wanted=points, total=have.total, elsewhere=have.elsewhere
        )


def _check_offline(session: TillSession, unit: Unit, sale: OpenSale, points: int, programme: Programme) -> None:
    oldest = unit.log.oldest_unsent()
    age_ms = 0 if oldest is None else session.clock.now_ms() - oldest.wall_utc_ms
    if age_ms > OLDEST_UNSENT_MS:
        raise Refused("redeem.unsent_too_long", hours=age_ms // 3_600_000)
    if points > programme.offline_redemption_cap_points and sale.proof != MANAGER:
        raise Refused("redeem.offline_cap", cap=programme.offline_redemption_cap_points, wanted=points)
