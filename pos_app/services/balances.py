"""What a member can spend here now, and what they have in all."""

from dataclasses import dataclass

from pos_app.domain.directory import KnownMember
from pos_app.domain.ledger import usable
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
    """Return head office's figure with this terminal's later sales over it; before head office, the holdings.

    In a life that head office has ended nothing can be spent, whatever is held.
    """
    member_id = known.member.member_id
    today, now = session.business_date(unit), session.latest_ms(unit)
    held = usable(unit.holdings.of(member_id), today, now)
    here = 0 if unit.till.ended() else held
    balance = known.balance
    if balance is None:
        return Standing(here, held, None, ())
    since = unit.sales.points_since(member_id, unit.members.applied(balance))
    identity = session.identity(unit)
    own = holder_name(identity.terminal_id, identity.epoch)
    others = sorted((held for held in balance.held_elsewhere if held.holder != own), key=lambda held: -held.points)
    return Standing(here, max(0, balance.points + since), balance.as_of_ms, tuple(others))


def require(unit: Unit, member_id: str) -> KnownMember:
    """Return a member; raises Refused ``member.unknown``."""
    known = unit.members.known(member_id)
    if known is None:
        raise Refused("member.unknown", member_id=member_id)
    return known
