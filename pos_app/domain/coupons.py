"""Coupons (优惠券): what one takes off, and where it holds. Which ones a member has are lots of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.errors import Refused

TOKEN_DIGITS = 32  # hex digits that end a lot: no two coupons of a rule are one
WHOLE_BP = 10_000
RULE = "coupon_"  # a step calls a coupon's rule ``coupon_{rule_id}@{version}``


@dataclass(frozen=True, slots=True)
class CouponRule:
    """Money or a share off what is left of the lines in scope, once every other rule had its say, before points.

    ``off_minor`` or ``off_bp`` (at most ``most_minor``, 0 for no limit) where the lines in scope come to
    ``min_minor``. ``categories`` and ``stores`` are where it holds, empty for everywhere. ``rule_id`` is of capital
    letters and digits; a coupon's lot is the rule's id followed by ``TOKEN_DIGITS`` hex digits.
    """

    rule_id: str
    name: str
    name_en: str = ""
    off_minor: int = 0
    off_bp: int = 0
    most_minor: int = 0
    min_minor: int = 0
    categories: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    def is_sound(self) -> bool:
        """Say whether it can be published."""
        named = self.rule_id.isascii() and self.rule_id.isalnum() and self.rule_id == self.rule_id.upper()
        one = (self.off_minor > 0) != (0 < self.off_bp <= WHOLE_BP)
        amounts = (self.off_minor, self.off_bp, self.min_minor, self.most_minor)
        return named and bool(self.name) and one and min(amounts) >= 0

    def step(self, rule: str) -> bool:
        """Say whether a step of a price (``name@version``) is this rule's."""
        return rule.partition("@")[0] == RULE + self.rule_id

    def places(self, categories: Sequence[str]) -> list[int]:
        """Return which lines, told by the categories of their items, are in its scope."""
        return [at for at, category in enumerate(categories) if not self.categories or category in self.categories]

    def off(self, worth_minor: int) -> int:
        """Return what it takes off lines in scope that come to ``worth_minor``, 0 below its minimum; rounded down."""
        if worth_minor < self.min_minor:
            return 0
        share = worth_minor * self.off_bp // WHOLE_BP
        limited = min(share, self.most_minor) if self.most_minor else share
        return min(worth_minor, self.off_minor or limited)


def rule_of(lot: str, rules: Sequence[CouponRule], store_id: str) -> CouponRule:
    """Return the rule of a coupon.

    Raises Refused ``coupon.unknown`` where no rule is published for it, ``coupon.other_store`` where it does not hold.
    """
    found = next((rule for rule in rules if rule.rule_id == lot[:-TOKEN_DIGITS]), None)
    if found is None:
        raise Refused("coupon.unknown")
    if found.stores and store_id not in found.stores:
        raise Refused("coupon.other_store", name=found.name)
    return found
