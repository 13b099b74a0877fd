"""Coupons (优惠券): what one takes off, where, when and for whom. Which a member has are lots of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pos_app.domain.catalogue import Item
from pos_app.domain.members import Tier
from pos_app.errors import Refused

TOKEN_DIGITS = 32  # hex digits that end a lot: no two coupons of a rule are one
WHOLE_BP = 10_000
RULE = "coupon_"  # a step calls a coupon's rule ``coupon_{rule_id}@{version}``


class Occasion(StrEnum):
    """When head office gives a coupon by itself."""

    BY_HAND = "by_hand"  # never
    WELCOME = "welcome"  # to everybody who joins
    BIRTHDAY = "birthday"  # in the month of a birthday, the member's or a child's, once a year
    WIN_BACK = "win_back"  # to who bought nothing for ``absent_days``, once for each such silence


@dataclass(frozen=True, slots=True)
class CouponRule:
    """What a coupon is worth where the lines in scope come to ``min_minor``, and when it may be used.

    One of: ``off_minor``; ``off_bp`` (at most ``most_minor``, 0 for no limit); one piece of ``free_item``, whose own
    pieces do not count for the minimum. ``categories``, ``items``, ``stores`` and ``tiers`` are where and for whom it
    holds, empty for everywhere and everybody. It is one of the campaigns' exclusive ``group``, and ``alone`` takes the
    place of all campaigns; ``docs/pricing.md`` tells how it is worked in. ``rule_id`` is of capital letters and digits;
    a coupon's lot is the rule's id followed by ``TOKEN_DIGITS`` hex digits.

    It holds from ``valid_from`` to ``valid_to`` (business dates, None for no limit). What head office gives on an
    occasion may be used for ``valid_days`` from the day ``after_days`` after it was given. A ``bearer``
    coupon is nobody's until a member shows its paper. Of a sale that comes back whole it ``comes_back`` too.
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
    free_item: int = 0
    items: tuple[int, ...] = ()
    tiers: tuple[Tier, ...] = ()
    group: str = ""
    alone: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    valid_days: int = 0
    after_days: int = 0
    occasion: Occasion = Occasion.BY_HAND
    absent_days: int = 0
    bearer: bool = False
    comes_back: bool = True

    @property
    def named(self) -> dict[str, str]:
        """Return what it is called, as facts of a refusal."""
        return {"name": self.name, "name_en": self.name_en}

    def is_sound(self) -> bool:
        """Say whether it can be published."""
        named = self.rule_id.isascii() and self.rule_id.isalnum() and self.rule_id == self.rule_id.upper()
        one = (self.off_minor > 0) + (0 < self.off_bp <= WHOLE_BP) + (self.free_item > 0) == 1
        amounts = (self.off_minor, self.off_bp, self.free_item, self.min_minor, self.most_minor)
        days = (self.valid_days, self.after_days, self.absent_days)
        dated = self.valid_from is None or self.valid_to is None or self.valid_from <= self.valid_to
        return named and bool(self.name) and one and min(*amounts, *days) >= 0 and dated and self._is_givable()

    def _is_givable(self) -> bool:
        """Say whether what is given by itself has an end, and somebody to be given to."""
        if self.bearer and self.occasion is not Occasion.BY_HAND:
            return False
        if self.occasion is Occasion.WIN_BACK and not self.absent_days:
            return False
        return self.valid_days > 0 or (self.occasion is Occasion.BY_HAND and not self.after_days)

    def step(self, rule: str) -> bool:
        """Say whether a step of a price (``name@version``) is this rule's."""
        return rule.partition("@")[0] == RULE + self.rule_id

    def holds(self, item: Item) -> bool:
        """Say whether an item is in its scope."""
        return (not self.categories or item.category in self.categories) and (
            not self.items or item.item_id in self.items
        )

    def first_day(self, expires_on: date) -> date:
        """Return the first business date on which a coupon whose last day this is may be used."""
        days = [] if self.valid_from is None else [self.valid_from]
        if self.after_days:
            days.append(expires_on - timedelta(self.valid_days - 1))
        return max(days, default=date.min)

    def last_day(self, expires_on: date) -> date:
        """Return the last business date on which it may be used."""
        return expires_on if self.valid_to is None else min(expires_on, self.valid_to)

    def given_until(self, given_on: date) -> date:
        """Return the last day of a coupon that head office gives on this day."""
        return given_on + timedelta(self.after_days + self.valid_days - 1)


def published_rule(lot: str, rules: Sequence[CouponRule]) -> CouponRule | None:
    """Return the rule of a coupon, None where none is published for it."""
    return next((rule for rule in rules if rule.rule_id == lot[:-TOKEN_DIGITS]), None)


def rule_of(lot: str, rules: Sequence[CouponRule], store_id: str) -> CouponRule:
    """Return the rule of a coupon.

    Raises Refused ``coupon.unknown`` where no rule is published for it, ``coupon.other_store`` where it does not hold.
    """
    found = published_rule(lot, rules)
    if found is None:
        raise Refused("coupon.unknown")
    if found.stores and store_id not in found.stores:
        raise Refused("coupon.other_store", **found.named)
    return found
