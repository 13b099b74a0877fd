"""What a member can spend here now, and what they have in all."""

from dataclasses import dataclass

from pos_app.domain.directory import KnownMember
from pos_app.domain.ledger import Asset, Holding
from pos_app.domain.members import HeldElsewhere
from pos_app.domain.posting import holder_name
from pos_app.errors import Refused
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's points: ``usable_here`` now, ``total`` anywhere, head office's figure being of ``as_of_ms``.

    ``held_elsewhere`` are the other terminals that hold some, most first.
    """

    usable_here: int
    total: int
    as_of_ms: int | None
    held_elsewhere: tuple[HeldElsewhere, ...]

    @property
    def elsewhere(self) -> int:
        """Return what is not spendable here now."""
        return max(0, self.total - self.usable_here)


def standing(session: TillSession, unit: Unit, known: KnownMember) -> Standing:
    """Return head office's figure (0 before it has one) with this terminal's later facts over it.

    What is held here is there in any case: head office may have granted more than its older figure tells.
    """
    balance = known.balance
    here = sum(holding.remaining for holding in usable_here(session, unit, known))
    since = unit.sales.points_since(known.member.member_id, applied(unit, known))
    if balance is None:
        return Standing(here, max(here, since), None, ())
    identity = session.identity(unit)
    own = holder_name(identity.terminal_id, identity.epoch)
    others = sorted((held for held in balance.held_elsewhere if held.holder != own), key=lambda held: -held.points)
    return Standing(here, max(here, balance.points + since), balance.as_of_ms, tuple(others))


def usable_here(session: TillSession, unit: Unit, known: KnownMember) -> list[Holding]:
    """Return the points that can be spent here now; none in a life that head office has ended, whatever is held."""
    if unit.till.ended():
        return []
    today, now = session.business_date(unit), session.latest_ms(unit)
    held = unit.holdings.of(known.member.member_id)
    return [holding for holding in held if holding.grant.asset is Asset.POINTS and holding.is_usable(today, now)]


def applied(unit: Unit, known: KnownMember) -> int:
    """Return the last event of this terminal's life that head office's figure has in it, 0 if none."""
    return 0 if known.balance is None else unit.members.applied(known.balance)


def require(unit: Unit, member_id: str) -> KnownMember:
    """Return a member; raises Refused ``member.unknown``."""
    known = unit.members.known(member_id)
    if known is None:
        raise Refused("member.unknown", member_id=member_id)
    return known
