"""Holdings: the part of a member's balance that one terminal may spend, and nobody else.

A balance is split into holdings with one holder each. Only the holder debits, no holding goes below zero, and
rights come back only by the holder's own event, so no set of offline terminals can overspend.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.errors import Refused


class Asset(StrEnum):
    """What can be held. Later assets (stored value, coupons, punch cards, refund rights) are more of the same."""

    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights that head office (or an earning sale) gave to one terminal life: ``amount`` of one lot.

    ``expires_on`` is the last business date on which the lot may be spent; ``lease_until_ms`` (UTC) stops spending
    offline but never gives the rights back; None for what was earned here.
    """

    gid: str
    member_id: str
    asset: Asset
    amount: int
    expires_on: date
    lease_until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A grant and what is left of it here."""

    grant: Grant
    remaining: int

    def is_usable(self, today: date, now_ms: int) -> bool:
        """Say whether it can be spent: something left, lot not expired, lease not over."""
        lease = self.grant.lease_until_ms
        return self.remaining > 0 and self.grant.expires_on >= today and (lease is None or now_ms <= lease)


@dataclass(frozen=True, slots=True)
class Spend:
    """``amount`` taken from the grant ``gid``."""

    gid: str
    amount: int


def usable(holdings: Iterable[Holding], today: date, now_ms: int) -> int:
    """Return what can be spent here now."""
    return sum(holding.remaining for holding in holdings if holding.is_usable(today, now_ms))


def spend(holdings: Iterable[Holding], amount: int, today: date, now_ms: int) -> tuple[Spend, ...]:
    """Take ``amount`` from the holdings, soonest to expire first, then by grant identity.

    Args:
        holdings: what this terminal holds for the member; unusable ones are passed over.
        amount: 1 or more.
        today: the business date. ``now_ms``: UTC, for leases.

    Raises:
        Refused: ``points.short_here`` with ``usable`` and ``wanted``.
    """
    assert amount > 0, amount
    live = sorted(
        (holding for holding in holdings if holding.is_usable(today, now_ms)),
        key=lambda holding: (holding.grant.expires_on, holding.grant.gid),
    )
    held = sum(holding.remaining for holding in live)
    if held < amount:
        raise Refused("points.short_here", usable=held, wanted=amount)
    spends: list[Spend] = []
    for holding in live:
        taken = min(holding.remaining, amount)
        if taken:
            spends.append(Spend(holding.grant.gid, taken))
        amount -= taken
    assert amount == 0, amount
    return tuple(spends)
