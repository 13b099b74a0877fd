"""Campaigns as data: where, when, for whom and on what a benefit holds, as head office publishes it.

What a campaign does to a basket is in ``docs/pricing.md``; this module says which campaigns can be carried out at all.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from itertools import pairwise

from pos_app.domain.catalogue import Item
from pos_app.domain.coupons import RULE as COUPON
from pos_app.domain.lifecycle import Segment, Stage
from pos_app.domain.members import CampaignUsed, Tier
from pos_app.domain.price_steps import is_of_programme
from pos_app.domain.programme import BASIS_POINTS

MAX_TIMES_BP = 100 * BASIS_POINTS
OLDEST_MONTHS = 18 * 12


class BenefitKind(StrEnum):
    """What a campaign gives. The first four act on pieces, money off and gifts on the order, the last two on points."""

    PERCENT_OFF = "percent_off"  # off_bp
    FIXED_PRICE = "fixed_price"  # price_minor
    BUNDLE = "bundle"  # parts, price_minor
    BUY_GET = "buy_get"  # buy, get, off_bp
    MONEY_OFF = "money_off"  # steps, each
    GIFT = "gift"  # gift_item_id, get; from_minor or buy, each
    POINTS_TIMES = "points_times"  # times_bp, from_minor
    POINTS_PLUS = "points_plus"  # points, from_minor, each


class Birthday(StrEnum):
    """Whose month of birth the business date must be in."""

    ANY = ""
    MEMBER = "member"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class What:
    """Which items. Any of one dimension, and all dimensions that are given; ``own`` means items that earn points.

    Nothing given matches nothing: a campaign on the whole shop says ``everything``.
    """

    items: tuple[int, ...] = ()
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    own: bool = False
    everything: bool = False
    except_items: tuple[int, ...] = ()

    def holds(self, item: Item) -> bool:
        """Say whether an item is meant."""
        return (
            self.is_given
            and (not self.items or item.item_id in self.items)
            and (not self.brands or item.brand in self.brands)
            and (not self.categories or item.category in self.categories)
            and (not self.own or item.earns)
            and item.item_id not in self.except_items
        )

    @property
    def is_given(self) -> bool:
        """Say whether anything is meant at all."""
        return bool(self.items or self.brands or self.categories or self.own or self.everything)

    @property
    def is_clear(self) -> bool:
        """Say whether it means something, and not everything and only a part of it at once."""
        narrow = bool(self.items or self.brands or self.categories or self.own)
        return narrow != self.everything and not set(self.items) & set(self.except_items)


@dataclass(frozen=True, slots=True)
class When:
    """Which days and hours (the store's clock). Empty means any; ``weekdays`` 1 (Monday) to 7.

    ``hour_from`` inclusive to ``hour_to`` exclusive, 0 to 24.
    """

    weekdays: tuple[int, ...] = ()
    days_of_month: tuple[int, ...] = ()
    hour_from: int = 0
    hour_to: int = 24

    @property
    def is_possible(self) -> bool:
        """Say whether there is such a day and hour."""
        days = all(1 <= day <= 7 for day in self.weekdays) and all(1 <= day <= 31 for day in self.days_of_month)
        return days and 0 <= self.hour_from < self.hour_to <= 24


@dataclass(frozen=True, slots=True)
class Who:
    """For whom. Nothing given means everybody, guests too; everything that is given must be true of the member.

    ``months_from`` to ``months_to`` (inclusive): a child of that age in months is known; only born children count.
    """

    members_only: bool = False
    tiers: tuple[Tier, ...] = ()
    segments: tuple[Segment, ...] = ()
    stages: tuple[Stage, ...] = ()
    months_from: int | None = None
    months_to: int | None = None
    members: tuple[str, ...] = ()
    birthday: Birthday = Birthday.ANY

    @property
    def is_everybody(self) -> bool:
        """Say whether guests are meant too."""
        return self == Who()

    @property
    def is_possible(self) -> bool:
        """Say whether there can be such a child."""
        if self.months_from is None and self.months_to is None:
            return True
        return 0 <= (self.months_from or 0) <= (OLDEST_MONTHS if self.months_to is None else self.months_to)


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold: from ``from_minor`` on, ``off_minor`` comes off."""

    from_minor: int
    off_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle: so many pieces of these items."""

    what: What
    count: int = 1


@dataclass(frozen=True, slots=True)
class Benefit:
    """What is given; ``BenefitKind`` names the fields that a kind uses, all others stay at their defaults.

    ``off_bp``: share off the price, 10,000 is free. ``price_minor``: of one piece, or of a whole bundle. ``buy`` pieces
    paid for give ``get`` more. ``steps`` rise in threshold, in money off and in the share that comes off. ``each``:
    again for every further threshold; there is one then. ``times_bp``: all points that the scope earns, 20,000 doubles
    them.
    """

    kind: BenefitKind
    off_bp: int = 0
    price_minor: int = 0
    parts: tuple[Part, ...] = ()
    buy: int = 0
    get: int = 0
    steps: tuple[Step, ...] = ()
    each: bool = False
    from_minor: int = 0
    gift_item_id: int = 0
    times_bp: int = 0
    points: int = 0

    def problems(self) -> tuple[str, ...]:
        """Return the names of the fields that contradict the kind or themselves."""
        strays = [
            field.name
            for field in fields(self)
            if field.name != "kind"
            and field.name not in _USES[self.kind]
            and getattr(self, field.name) != field.default
        ]
        return (*strays, *(name for name in _USES[self.kind] if not self._is_lawful(name)))

    def _is_lawful(self, name: str) -> bool:
        match name:
            case "off_bp":
                return 1 <= self.off_bp <= BASIS_POINTS
            case "price_minor" | "get" | "points" | "gift_item_id":
                return bool(getattr(self, name) >= 1)
            case "parts":
                clear = all(part.count >= 1 and part.what.is_clear for part in self.parts)
                return clear and sum(part.count for part in self.parts) >= 2
            case "buy":
                gift = self.kind is BenefitKind.GIFT
                return self.buy == 0 if gift and self.from_minor else self.buy >= 1
            case "steps":
                return _are_steps(self.steps) and not (self.each and len(self.steps) > 1)
            case "from_minor":
                return self.from_minor >= 1 if self.each and not self.buy else self.from_minor >= 0
            case "times_bp":
                return BASIS_POINTS < self.times_bp <= MAX_TIMES_BP
        return True


_USES: dict[BenefitKind, tuple[str, ...]] = {
    BenefitKind.PERCENT_OFF: ("off_bp",),
    BenefitKind.FIXED_PRICE: ("price_minor",),
    BenefitKind.BUNDLE: ("parts", "price_minor"),
    BenefitKind.BUY_GET: ("buy", "get", "off_bp"),
    BenefitKind.MONEY_OFF: ("steps", "each"),
    BenefitKind.GIFT: ("gift_item_id", "get", "from_minor", "buy", "each"),
    BenefitKind.POINTS_TIMES: ("times_bp", "from_minor"),
    BenefitKind.POINTS_PLUS: ("points", "from_minor", "each"),
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """One version of a campaign, from ``valid_from`` to ``valid_to`` (business dates, both inclusive).

    ``stores`` empty means every store. Campaigns apply from the highest ``priority`` down, then by ``campaign_id``. Of
    one ``group`` at most one is used in a sale; an empty group excludes nothing. ``cap_per_member`` and
    ``budget_per_till`` count applications (a piece at a price, a bundle, a threshold reached, a gift): of one member in
    the whole period, and of one terminal; head office shares a budget out, so that no tills can overrun it together.
    """

    campaign_id: str
    version: int
    name: str
    name_en: str
    valid_from: date
    valid_to: date
    what: What
    benefit: Benefit
    when: When = When()
    who: Who = Who()
    stores: tuple[str, ...] = ()
    priority: int = 0
    group: str = ""
    cap_per_member: int | None = None
    budget_per_till: int | None = None

    @property
    def rule(self) -> str:
        """Return how a sale's steps name this version."""
        return f"{self.campaign_id}@{self.version}"

    def problems(self, today: date | None = None) -> tuple[str, ...]:
        """Return the names of the fields that cannot be carried out, empty when all is well.

        Whoever publishes or installs a campaign refuses it with them. With ``today`` one that is over is refused too.
        """
        wrong = {
            "campaign_id": not self.campaign_id or "@" in self.campaign_id or _is_reserved(self.campaign_id),
            "name": not self.name.strip(),
            "valid_to": self.valid_to < self.valid_from or (today is not None and self.valid_to < today),
            "what": not self.what.is_clear,
            "when": not self.when.is_possible,
            "who": not self.who.is_possible,
            "cap_per_member": self.cap_per_member is not None and self.cap_per_member < 1,
            "budget_per_till": self.budget_per_till is not None and self.budget_per_till < 0,
        }
        named = [name for name, is_wrong in wrong.items() if is_wrong]
        return (*named, *(f"benefit.{name}" for name in self.benefit.problems()))


def _is_reserved(name: str) -> bool:
    """Say whether a campaign of this name would be taken for a rule of the programme or a coupon's."""
    return is_of_programme(name) or name.startswith(COUPON)


def added_up(uses: Iterable[CampaignUsed], ended_before: date = date.min) -> tuple[CampaignUsed, ...]:
    """Return uses with one entry for each campaign, but those given back, and of campaigns that ended before a day."""
    times: Counter[str] = Counter()
    until: dict[str, date] = {}
    for use in uses:
        times[use.campaign_id] += use.times
        until[use.campaign_id] = max(use.until, until.get(use.campaign_id, use.until))
    kept = ((name, on) for name, on in sorted(until.items()) if on >= ended_before and times[name])
    return tuple(CampaignUsed(name, times[name], on) for name, on in kept)


def _are_steps(steps: tuple[Step, ...]) -> bool:
    """Say whether every threshold takes off some of itself, and a higher one more of it and no smaller share."""
    if not steps or any(not 1 <= step.off_minor <= step.from_minor for step in steps):
        return False
    return all(
        low.from_minor < high.from_minor
        and low.off_minor < high.off_minor
        and low.off_minor * high.from_minor <= high.off_minor * low.from_minor
        for low, high in pairwise(steps)
    )
