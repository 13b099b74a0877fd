"""Campaigns that look at what the lines of their scope cost together: money off, gifts, and points.

What one is worth depends on one amount only, so the best choice is the best of every exclusive group. Worth is counted
exactly, in parts of a minor unit (``Worth``), because points are worth fractions of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from pos_app.domain.allocation import allot
from pos_app.domain.campaigns import Benefit, BenefitKind
from pos_app.domain.money import MINOR_PER_UNIT
from pos_app.domain.points import earned
from pos_app.domain.programme import BASIS_POINTS, Programme, TierRule

POINTS = (BenefitKind.POINTS_TIMES, BenefitKind.POINTS_PLUS)
_WHOLE = BASIS_POINTS**3


class Ranked(Protocol):
    """One of several offers, of which a group allows one."""

    @property
    def at(self) -> int:
        """Return its place."""
        ...

    @property
    def group(self) -> str:
        """Return its exclusive group, empty for none."""
        ...

    @property
    def rank(self) -> tuple[bool, int]:
        """Return what to sort by."""
        ...


Offer = TypeVar("Offer", bound=Ranked)


@dataclass(frozen=True, slots=True)
class Worth:
    """The exact unit in which a choice is counted: ``minor`` of it are one minor unit of money."""

    minor: int
    a_point: int
    earning: int  # of one minor unit paid, for each basis point of a multiplier

    def in_minor(self, worth: int) -> int:
        """Return a worth in minor units, rounded up."""
        return -(-worth // self.minor)


def worth(programme: Programme, rule: TierRule) -> Worth:
    """Return the unit for a programme and a tier."""
    return Worth(
        minor=_WHOLE * programme.points_per_unit,
        a_point=_WHOLE * MINOR_PER_UNIT,
        earning=programme.earn_bp * rule.earn_multiplier_bp * programme.points_per_unit,
    )


@dataclass(frozen=True, slots=True)
class OrderOffer:
    """One campaign on an amount. ``rows`` make the amount, ``gifts`` may be given away, ``limit`` bounds applications.

    ``pieces`` counts the pieces of ``rows``, for gifts on a number of pieces.
    """

    at: int
    group: str
    benefit: Benefit
    rows: tuple[int, ...]
    limit: int
    pieces: int = 0
    gifts: tuple[int, ...] = ()

    def times(self, amount: int) -> int:
        """Return how often it is applied at an amount; a multiplier once."""
        benefit = self.benefit
        if benefit.kind is BenefitKind.MONEY_OFF:
            return money_off(benefit, amount, self.limit)[1]
        have, least = (self.pieces, benefit.buy) if benefit.buy else (amount, benefit.from_minor)
        if have < least or amount == 0:
            return 0
        return min(self.limit, have // least) if benefit.each else 1

    def worth(self, amount: int, gift_minor: Sequence[int], unit: Worth) -> int:
        """Return what it gives at an amount; ``gift_minor`` are the prices of the pieces that could be given away."""
        benefit = self.benefit
        match benefit.kind:
            case BenefitKind.MONEY_OFF:
                return money_off(benefit, amount, self.limit)[0] * unit.minor
            case BenefitKind.GIFT:
                return sum(gift_minor[: self.times(amount) * benefit.get]) * unit.minor
            case BenefitKind.POINTS_TIMES:
                return self.times(amount) * amount * self.rate(unit)
        return self.times(amount) * benefit.points * unit.a_point

    def rate(self, unit: Worth) -> int:
        """Return what a multiplier gives for one minor unit; 0 for all others."""
        return max(0, self.benefit.times_bp - BASIS_POINTS) * unit.earning

    def slope(self, unit: Worth, _low: int) -> int:
        """Return what every minor unit more gives between its thresholds."""
        return self.rate(unit)

    def reckoned(self, _amount: int, taken_minor: int, unit: Worth) -> int:
        """Return what it counts for where it takes so much off."""
        return taken_minor * unit.minor

    def points(self, paid: int, programme: Programme, rule: TierRule) -> int:
        """Return the points that it gives on what was really paid for its lines, rounded down; 0 if it gives money."""
        if self.benefit.kind is BenefitKind.POINTS_PLUS:
            return self.times(paid) * self.benefit.points
        if self.benefit.kind is not BenefitKind.POINTS_TIMES:
            return 0
        more = replace(rule, earn_multiplier_bp=rule.earn_multiplier_bp * (self.benefit.times_bp - BASIS_POINTS))
        return self.times(paid) * (earned(paid, more, programme) // BASIS_POINTS)

    @property
    def rank(self) -> tuple[bool, int]:
        """Return what to sort by: gifts apply first."""
        return not self.gifts, self.at

    @property
    def takes(self) -> bool:
        """Say whether it takes money off lines; the others give points."""
        return self.benefit.kind not in POINTS

    @property
    def is_earned(self) -> bool:
        """Say whether what it gives is earned by other goods: a gift always is."""
        return True

    def taken(
        self, amount: int, left: Sequence[int], free: Sequence[int], lows: Sequence[int]
    ) -> list[tuple[int, int, int]]:
        """Return what it takes off which lines, and of how many pieces as gifts.

        Args:
            amount: what its lines cost, before any campaign on amounts.
            left: what every line still costs: it takes no more.
            free: how many pieces of every line no campaign on pieces took; only these can be gifts.
            lows: the price of such a piece.
        """
        if self.benefit.kind is BenefitKind.MONEY_OFF:
            weights = [left[row] for row in self.rows]
            off = min(money_off(self.benefit, amount, self.limit)[0], sum(weights))
            return [(row, part, 0) for row, part in zip(self.rows, allot(off, weights), strict=True)]
        missing, found = self.times(amount) * self.benefit.get, []
        for row in dearest(self.gifts, lows):
            count = min(missing, free[row])
            missing -= count
            found.append((row, min(left[row], count * lows[row]), count))
        return found

    def thresholds(self, low: int, high: int, most: int) -> list[int]:
        """Return the amounts above ``low`` up to ``high`` at which it gives more, the lowest ``most`` of them."""
        firsts = [step.from_minor for step in self.benefit.steps] or [self.benefit.from_minor]
        if not self.benefit.each:
            return [first for first in firsts if low < first <= high]
        first = max(1, firsts[0])
        return [times * first for times in range(low // first + 1, min(high // first, low // first + most) + 1)]


def sum_of(rows: Iterable[int], minor: Sequence[int]) -> int:
    """Return what lines cost together; it is asked so often that a loop here is felt at the till."""
    return sum(map(minor.__getitem__, rows))


def dearest(rows: Iterable[int], lows: Sequence[int]) -> list[int]:
    """Return lines with the dearest pieces first."""
    return sorted(rows, key=lambda row: (-lows[row], row))


def money_off(benefit: Benefit, amount: int, limit: int) -> tuple[int, int]:
    """Return what comes off an amount, and how often: for the highest threshold reached, ``each`` time."""
    reached = [step for step in benefit.steps if step.from_minor <= amount]
    if not reached:
        return 0, 0
    times = min(limit, amount // reached[-1].from_minor) if benefit.each else 1
    return times * reached[-1].off_minor, times


def best_of_groups(worths: Iterable[tuple[Offer, int]]) -> list[tuple[Offer, int]]:
    """Return the offers that give anything, of every exclusive group the best, in the order in which they apply."""
    best: dict[object, tuple[Offer, int]] = {}
    for offer, gain in worths:
        key = offer.group or offer.at
        if gain and (key not in best or gain > best[key][1]):
            best[key] = (offer, gain)
    return sorted(best.values(), key=lambda pick: pick[0].rank)
