"""How a line came to its price and its points: steps that every sold line keeps for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.allocation import allot
from pos_app.domain.coupons import RULE as COUPON
from pos_app.domain.punch_cards import RULE as PUNCH

# Names of the rules that are not campaigns; a step calls a rule ``name@version``.
MEMBER_PRICE = "member_price"
TIER = "tier_"  # and the tier
BY_HAND = "price_by_hand"
REDUCTION = "reduction_by_hand"
ORDER_REDUCTION = "order_reduction_by_hand"
ALL_BY_HAND = (BY_HAND, REDUCTION, ORDER_REDUCTION)
EARN = "earn"
TAX = "tax"  # put on top of the price, its rate in basis points for a version; see ``tax.py``
GIFT_SHARE = "gift_share"  # from the goods that earned a gift onto the gift, see ``gift_shares.py``; 0 over a sale


def is_of_member(name: str) -> bool:
    """Say whether a rule's name (without its version) is that of a member price or of a tier."""
    return name == MEMBER_PRICE or name.startswith(TIER)


def is_of_programme(name: str) -> bool:
    """Say whether a rule's name is one of the programme's own, which no campaign may bear."""
    return is_of_member(name) or name in (*ALL_BY_HAND, EARN, TAX, GIFT_SHARE)


def is_gift_share(rule: str) -> bool:
    """Say whether a step moved a price between a gift and the goods that earned it."""
    return rule.startswith(GIFT_SHARE + "@")


def is_tax(rule: str) -> bool:
    """Say whether a step's rule put tax on top."""
    if not rule.startswith(TAX):
        return False
    name, _at, bp = rule.partition("@")
    return name == TAX and bp.isascii() and bp.isdecimal()


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One rule took ``minor`` off a line (negative: put it on). The steps of a line sum to its list less its net."""

    rule: str
    minor: int


def lent(steps: Iterable[PriceStep]) -> int:
    """Return what of a line's price stands on the gifts that it earned; negative: what it bears as a gift."""
    return sum(step.minor for step in steps if is_gift_share(step.rule))


@dataclass(frozen=True, slots=True)
class PointStep:
    """One rule gave a line ``points``. The steps of a line sum to what it earned."""

    rule: str
    points: int


class Discount(StrEnum):
    """What kind of rule took money off, as a day's report tells it."""

    MEMBER = "member_price"
    TIER = "tier"
    CAMPAIGN = "campaign"
    COUPON = "coupon"
    PUNCH = "punch"
    MANUAL = "manual"

    @classmethod
    def of(cls, rule: str) -> "Discount | None":
        """Return the kind of a step's rule (``name@version``), None for tax on top and for the share of a gift."""
        if is_tax(rule) or is_gift_share(rule):
            return None
        name = rule.partition("@")[0]
        if name == MEMBER_PRICE:
            return cls.MEMBER
        if name.startswith(TIER):
            return cls.TIER
        if name.startswith(COUPON):
            return cls.COUPON
        if name.startswith(PUNCH):
            return cls.PUNCH
        return cls.MANUAL if name in (BY_HAND, REDUCTION, ORDER_REDUCTION) else cls.CAMPAIGN


@dataclass(frozen=True, slots=True)
class CampaignUse:
    """How often one version of a campaign was applied in a sale: at least once."""

    campaign_id: str
    version: int
    times: int


class Tally:
    """What each line of a basket costs so far, and the steps that brought it there."""

    def __init__(self, list_minor: Sequence[int]) -> None:
        self.nets = list(list_minor)
        self.steps: list[list[PriceStep]] = [[] for _ in list_minor]

    def take(self, at: int, rule: str, minor: int) -> None:
        """Take ``minor`` off the line at a place, by a rule."""
        if minor:
            self.nets[at] -= minor
            self.steps[at].append(PriceStep(rule, minor))

    def share(self, places: Sequence[int], rule: str, minor: int) -> None:
        """Take ``minor`` off several lines, in proportion to what they still cost."""
        parts = allot(minor, [self.nets[at] for at in places])
        for at, part in zip(places, parts, strict=True):
            self.take(at, rule, part)
