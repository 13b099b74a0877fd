"""What points are worth, what a purchase earns, when points expire, and how many may be chosen."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pos_app.domain.ledger import Asset
from pos_app.domain.money import MINOR_PER_UNIT
from pos_app.domain.programme import BASIS_POINTS, Programme, TierRule

Limit = Literal["none", "points", "share", "below_min"]


@dataclass(frozen=True, slots=True)
class Choosable:
    """How many points may be chosen against a basket: 0, or ``least`` … ``most`` in steps of ``step``.

    ``reason`` names what keeps ``most`` where it is: ``points`` the member has no more to spend here, ``share`` the
    rules' share of the money to pay, ``below_min`` nothing can be chosen because the lesser of the two is under the
    minimum, ``none`` there is nothing to pay. ``most`` is 0 for the last two.
    """

    least: int
    most: int
    step: int
    reason: Limit


def points_for(amount_minor: int, programme: Programme) -> int:
    """Return the points that pay ``amount_minor`` wholly, rounded up: a redeemed line never costs less than it is."""
    assert amount_minor >= 0, amount_minor
    return -(-amount_minor * programme.points_per_unit // MINOR_PER_UNIT)


def worth_minor(points: int, programme: Programme) -> int:
    """Return the money that ``points`` pay, rounded down."""
    assert points >= 0, points
    return points * MINOR_PER_UNIT // programme.points_per_unit


def worth_of(asset: Asset, amount: int, programme: Programme) -> int:
    """Return the money that rights are worth to whoever loses them; coupons, punches, refund rights count nothing."""
    if asset is Asset.POINTS:
        return worth_minor(amount, programme)
    return amount if asset in (Asset.VALUE, Asset.GIFT) else 0


def amount_worth(asset: Asset, amount_minor: int, programme: Programme) -> int:
    """Return how much of points or stored value is worth at most ``amount_minor``; 0 for a negative amount."""
    most = max(0, amount_minor)
    return most * programme.points_per_unit // MINOR_PER_UNIT if asset is Asset.POINTS else most


def earned(paid_minor: int, tier_rule: TierRule, programme: Programme) -> int:
    """Return the points that ``paid_minor`` of really paid money for earning items gives, rounded down once.

    The whole order is rounded, never its lines: the lines get their shares by ``allot``.
    """
    assert paid_minor >= 0, paid_minor
    exact = paid_minor * programme.points_per_unit * programme.earn_bp * tier_rule.earn_multiplier_bp
    return exact // (MINOR_PER_UNIT * BASIS_POINTS * BASIS_POINTS)


def expires_on(today: date, programme: Programme) -> date:
    """Return the last business date on which points earned ``today`` may be spent."""
    return date(today.year + programme.expiry_years, 12, 31)


def usable_from(today: date, programme: Programme) -> date | None:
    """Return the first business date on which points earned ``today`` may be spent, None for at once."""
    return today + timedelta(days=programme.vesting_days) if programme.vesting_days else None


def most_by_share(open_minor: int, programme: Programme) -> int:
    """Return the points that the share rule allows against ``open_minor`` of money still to pay, steps ignored."""
    allowed_minor = open_minor * programme.redeem_max_share_bp // BASIS_POINTS
    return allowed_minor * programme.points_per_unit // MINOR_PER_UNIT


def spendable(usable: int, redeemed_points: int, programme: Programme, *, online: bool) -> int:
    """Return what is left to choose beside the lines redeemed wholly; offline one redemption has a cap."""
    most = usable if online else min(usable, programme.offline_redemption_cap_points)
    return max(0, most - redeemed_points)


def choosable(open_minor: int, spendable_points: int, programme: Programme) -> Choosable:
    """Return the bounds for points against a basket.

    Args:
        open_minor: what is to be paid after the lines redeemed wholly.
        spendable_points: what the member can spend here now besides those lines, see ``spendable``.
        programme: the rules in force.
    """
    least, step = least_choosable(programme), programme.redeem_step_points
    by_share = most_by_share(open_minor, programme)
    most = min(by_share, spendable_points) // step * step
    if open_minor == 0:
        return Choosable(least, 0, step, "none")
    if most < least:
        return Choosable(least, 0, step, "below_min")
    return Choosable(least, most, step, "points" if spendable_points < by_share else "share")


def least_choosable(programme: Programme) -> int:
    """Return the smallest lawful choice: the minimum, raised to a whole step."""
    step = programme.redeem_step_points
    return max(step, -(-programme.redeem_min_points // step) * step)
