"""The coupon that the customer shows, as one more candidate among the campaigns on amounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.allocation import allot
from pos_app.domain.coupons import WHOLE_BP, CouponRule
from pos_app.domain.order_offers import Worth, dearest


@dataclass(frozen=True, slots=True)
class CouponOffer:
    """One use of a coupon. ``rows`` make its amount, one piece of ``gifts`` may be free; see ``OrderOffer``.

    A share is reckoned exactly where combinations are compared, and taken off rounded down.
    """

    at: int
    rule: CouponRule
    name: str  # of its steps
    rows: tuple[int, ...]
    gifts: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        """Return the exclusive group, empty for none."""
        return self.rule.group

    @property
    def rank(self) -> tuple[bool, int]:
        """Return what to sort by: gifts apply first."""
        return not self.gifts, self.at

    @property
    def takes(self) -> bool:
        """Say whether it takes money off lines."""
        return True

    @property
    def is_earned(self) -> bool:
        """Say whether what it gives is earned by other goods."""
        return self.rule.min_minor > 0

    def worth(self, amount: int, gift_minor: Sequence[int], unit: Worth) -> int:
        """Return what it gives at an amount; ``gift_minor`` are the prices of the pieces that could be free."""
        rule = self.rule
        if amount < rule.min_minor:
            return 0
        if rule.free_item:
            return sum(gift_minor[:1]) * unit.minor
        if rule.off_minor:
            return min(rule.off_minor, amount) * unit.minor
        share = amount * rule.off_bp * unit.minor // WHOLE_BP
        return min(share, rule.most_minor * unit.minor) if rule.most_minor else share

    def slope(self, unit: Worth, low: int) -> int:
        """Return a bound on what every minor unit more than ``low`` gives between its thresholds."""
        rule = self.rule
        if rule.off_bp:
            return rule.off_bp * unit.minor // WHOLE_BP
        return unit.minor if low < rule.off_minor else 0

    def reckoned(self, amount: int, taken_minor: int, unit: Worth) -> int:
        """Return what it counts for where it takes so much off."""
        exact = self.worth(amount, (), unit)
        return exact if taken_minor == exact // unit.minor else taken_minor * unit.minor

    def taken(
        self, amount: int, left: Sequence[int], free: Sequence[int], lows: Sequence[int]
    ) -> list[tuple[int, int, int]]:
        """Return what it takes off which lines, and of how many pieces as gifts; see ``OrderOffer.taken``."""
        if amount < self.rule.min_minor:
            return []
        if self.rule.free_item:
            row = next((row for row in dearest(self.gifts, lows) if free[row]), None)
            return [] if row is None else [(row, min(left[row], lows[row]), 1)]
        weights = [left[row] for row in self.rows]
        off = min(self.worth(amount, (), _MINOR) // _MINOR.minor, sum(weights))
        return [(row, part, 0) for row, part in zip(self.rows, allot(off, weights), strict=True)]

    def thresholds(self, low: int, high: int, most: int) -> list[int]:
        """Return the amounts above ``low`` up to ``high`` at which it gives more; it has one at ``most``."""
        return [self.rule.min_minor][:most] if low < self.rule.min_minor <= high else []


_MINOR = Worth(minor=WHOLE_BP, a_point=0, earning=0)
