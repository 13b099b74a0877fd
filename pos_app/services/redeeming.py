"""Whether the points that a basket wants to spend may be spent here and now."""

from pos_app.domain.directory import KnownMember
from pos_app.domain.programme import Programme
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.services.balances import standing
from pos_app.services.offline import check_contact, check_unsent
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

MANAGER = "manager"  # the proof of a basket for which a manager vouched


def check_redeem(session: TillSession, unit: Unit, sale: OpenSale, points: int, programme: Programme) -> None:
    """Refuse what may not be spent.

    Raises:
        Refused: ``redeem.needs_member``; ``redeem.life_ended {reason}``; ``clock.behind``; ``redeem.no_contact``; while
            offline ``redeem.unsent_too_long {hours, limit}``, ``redeem.unsent_too_much {unsent_minor, cap_minor}`` and
            ``redeem.offline_cap {cap, wanted}``; ``redeem.needs_proof {from_points}``;
            ``points.short_here {usable, wanted, total, elsewhere}``.
    """
    known = None if sale.basket.member_id is None else unit.members.known(sale.basket.member_id)
    if known is None:
        raise Refused("redeem.needs_member")
    check_moment(session, unit, programme)
    cap = programme.offline_redemption_cap_points
    if points > cap and sale.proof != MANAGER and not session.link.is_online():
        raise Refused("redeem.offline_cap", cap=cap, wanted=points)
    if points >= programme.verify_from_points and not has_points_proof(sale, programme):
        raise Refused("redeem.needs_proof", from_points=programme.verify_from_points)
    check_held(session, unit, known, points)


def check_moment(session: TillSession, unit: Unit, programme: Programme) -> None:
    """Refuse to spend anything in a life, at a time or after a silence in which nothing may be spent.

    Raises Refused ``redeem.life_ended``, ``clock.behind``, ``redeem.no_contact``, ``redeem.unsent_too_long``,
    ``redeem.unsent_too_much``.
    """
    check_life(unit)
    if session.clock_is_behind(unit):
        raise Refused("clock.behind")
    check_contact(session, unit, programme)
    if not session.link.is_online():
        check_unsent(session, unit, programme)


def check_life(unit: Unit) -> None:
    """Refuse to spend in a life that head office has ended; raises Refused ``redeem.life_ended``."""
    reason = unit.till.ended()
    if reason:
        raise Refused("redeem.life_ended", reason=reason)


def has_points_proof(sale: OpenSale, programme: Programme) -> bool:
    """Say whether the member of a sale showed what the rules ask for where many points are spent."""
    return sale.proof == MANAGER or sale.proof in programme.points_proofs


def better_proof(shown: str, before: str, programme: Programme) -> str:
    """Return what counts of two proofs of one member in one sale: nothing that is shown later makes one weaker."""

    def proves(proof: str) -> tuple[bool, bool, bool]:
        return proof == MANAGER, proof in programme.value_proofs, proof in programme.points_proofs

    return max(shown, before, key=proves)


def check_held(session: TillSession, unit: Unit, known: KnownMember, points: int) -> None:
    """Refuse what this terminal does not hold; raises Refused ``points.short_here``."""
    have = standing(session, unit, known)
    if points > have.usable_here:
        raise Refused(
            "points.short_here", usable=have.usable_here, wanted=points, total=have.spendable, elsewhere=have.elsewhere
        )
