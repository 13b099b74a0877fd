"""Holdings: the part of a member's balance that one terminal may spend, and nobody else.

A balance is split into holdings with one holder each. Only the holder debits, no holding goes below zero, and
rights come back only by the holder's own event, so no set of offline terminals can overspend.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.errors import Refused


class Asset(StrEnum):
    """What can be held: counted in points, minor units of money, uses, or pieces of one sold line (refund rights)."""

    POINTS = "points"
    VALUE = "value"  # stored value that was bought
    GIFT = "gift"  # stored value that was given
    COUPON = "coupon"
    PUNCH = "punch"
    REFUND = "refund"


# Held lot by lot; the others are held member by member.
LOTTED = frozenset({Asset.COUPON, Asset.PUNCH, Asset.REFUND})


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights that head office (or an earning sale) gave to one terminal life: ``amount`` of one lot.

    ``lot`` names a coupon, a punch card, or a sold line as ``"{sale_id}#{line_no}"``; empty for points and value.
    ``expires_on`` is the last business date on which the lot may be spent, ``usable_from`` the first (None: any);
    ``lease_until_ms`` (UTC) stops spending offline but never gives the rights back; None for what was earned here.
    """

    gid: str
    member_id: str
    asset: Asset
    amount: int
    expires_on: date
    lease_until_ms: int | None = None
    lot: str = ""
    usable_from: date | None = None

    @property
    def is_well_formed(self) -> bool:
        """Say whether it names a lot if and only if its asset is held lot by lot."""
        return (self.asset in LOTTED) == bool(self.lot)

    @property
    def owner(self) -> str:
        """Return the owner of its accounts: the lot where there is one, else the member."""
        return self.lot or self.member_id

    @property
    def dated(self) -> str:
        """Return how its accounts are dated, see ``dated``."""
        return dated(self.expires_on, self.usable_from)


def dated(expires_on: date, usable_from: date | None = None) -> str:
    """Return how the accounts of a lot are dated: its last day, and behind a space its first if it has one.

    So they sort soonest to expire first, and of one last day those that may be spent sooner.
    """
    return expires_on.isoformat() if usable_from is None else f"{expires_on.isoformat()} {usable_from.isoformat()}"


def days_of(dated: str) -> tuple[date, date | None]:
    """Return the last and the first day of a lot that an account is dated with; see ``dated``."""
    last, _, first = dated.partition(" ")
    return date.fromisoformat(last), date.fromisoformat(first) if first else None


def is_vested(dated: str, today: date) -> bool:
    """Say whether a lot whose account is dated so may be spent ``today``, as far as its first day goes."""
    first = days_of(dated)[1]
    return first is None or first <= today


@dataclass(frozen=True, slots=True)
class Holding:
    """A grant and what is left of it here."""

    grant: Grant
    remaining: int

    def is_live(self, today: date, now_ms: int) -> bool:
        """Say whether it can be spent now or later: something left, lot not expired, lease not over."""
        lease = self.grant.lease_until_ms
        return self.remaining > 0 and self.grant.expires_on >= today and (lease is None or now_ms <= lease)

    def is_vesting(self, today: date) -> bool:
        """Say whether its first day is still to come."""
        return self.grant.usable_from is not None and self.grant.usable_from > today

    def is_usable(self, today: date, now_ms: int) -> bool:
        """Say whether it can be spent now."""
        return self.is_live(today, now_ms) and not self.is_vesting(today)


@dataclass(frozen=True, slots=True)
class Spend:
    """``amount`` taken from the grant ``gid``."""

    gid: str
    amount: int


@dataclass(frozen=True, slots=True)
class Move:
    """What facts of one till changed in all that a member has of an asset (and lot): given, or with a minus taken."""

    asset: Asset
    lot: str
    expires_on: date
    amount: int


def usable(holdings: Iterable[Holding], today: date, now_ms: int, *, asset: Asset = Asset.POINTS, lot: str = "") -> int:
    """Return what can be spent here now of one asset (and lot)."""
    return sum(holding.remaining for holding in _live(holdings, today, now_ms, asset, lot))


def spend(
    holdings: Iterable[Holding], amount: int, today: date, now_ms: int, *, asset: Asset = Asset.POINTS, lot: str = ""
) -> tuple[Spend, ...]:
    """Take ``amount`` of one asset (and lot) from the holdings, soonest to expire first, then by grant identity.

    Args:
        holdings: what this terminal holds for the member; unusable ones and other assets are passed over.
        amount: 1 or more.
        today: the business date. ``now_ms``: UTC, for leases.

    Raises:
        Refused: ``points.short_here``, for other assets ``rights.short_here``, with ``usable`` and ``wanted``.
    """
    assert amount > 0, amount
    live = sorted(
        _live(holdings, today, now_ms, asset, lot),
        key=lambda holding: (holding.grant.expires_on, holding.grant.gid),
    )
    held = sum(holding.remaining for holding in live)
    if held < amount:
        code = "points.short_here" if asset is Asset.POINTS else "rights.short_here"
        raise Refused(code, usable=held, wanted=amount)
    spends: list[Spend] = []
    for holding in live:
        taken = min(holding.remaining, amount)
        if taken:
            spends.append(Spend(holding.grant.gid, taken))
        amount -= taken
    assert amount == 0, amount
    return tuple(spends)


def take_back(holdings: Iterable[Holding], amount: int, today: date, now_ms: int, earned: str) -> tuple[Spend, ...]:
    """Take back up to ``amount`` points from what is held here, as many as there are.

    First those that the sale itself gave (the grant ``earned``) while they may not be spent yet, so that nothing older
    goes for them; then those that can be spent, soonest to expire first; last what others earned and may not be spent.
    """

    def turn(holding: Holding) -> tuple[int, date, str]:
        grant, vesting = holding.grant, holding.is_vesting(today)
        return (0 if vesting and grant.gid == earned else 2 if vesting else 1), grant.expires_on, grant.gid

    spends: list[Spend] = []
    points = (each for each in holdings if each.grant.asset is Asset.POINTS and each.is_live(today, now_ms))
    for holding in sorted(points, key=turn):
        taken = min(holding.remaining, amount)
        if taken > 0:
            spends.append(Spend(holding.grant.gid, taken))
            amount -= taken
    return tuple(spends)


def _live(holdings: Iterable[Holding], today: date, now_ms: int, asset: Asset, lot: str) -> Iterator[Holding]:
    for holding in holdings:
        grant = holding.grant
        if grant.asset is asset and grant.lot == lot and holding.is_usable(today, now_ms):
            yield holding
