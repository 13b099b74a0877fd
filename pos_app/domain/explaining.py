"""Why a line costs what it costs and earns what it earns, in words: for screen, receipt and whatever looks back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pos_app.domain.basket import Reduction
from pos_app.domain.campaigns import Campaign
from pos_app.domain.price_steps import BY_HAND, EARN, MEMBER_PRICE, ORDER_REDUCTION, REDUCTION, TIER


@dataclass(frozen=True, slots=True)
class RuleName:
    """What a campaign's version (``rule``, as steps name it) was called when it priced a sale."""

    rule: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PriceWords:
    """The names of rules that are not campaigns. ``tiers`` and ``reasons`` map codes to words."""

    member_price: str
    tier_f: str  # {tier}
    by_hand: str
    reduction: str
    order_reduction: str
    because_f: str  # {what}, {reason}
    earn: str
    weight_f: str  # {weight}, {price}
    tiers: Mapping[str, str]
    reasons: Mapping[str, str]
    in_chinese: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the rules of one line: the names of campaigns, and what was taken off by hand and why."""

    words: PriceWords
    names: Mapping[str, RuleName] = field(default_factory=dict)
    of_line: Reduction | None = None
    of_order: Reduction | None = None


def rule_text(rule: str, told: Told) -> str:
    """Return what a rule (``name@version``) is called; a campaign that nobody knows by name is told by its id."""
    words, name = told.words, rule.partition("@")[0]
    if name.startswith(TIER):
        tier = name.removeprefix(TIER)
        return words.tier_f.format(tier=words.tiers.get(tier, tier))
    by_hand = {
        BY_HAND: (words.by_hand, told.of_line),
        REDUCTION: (words.reduction, told.of_line),
        ORDER_REDUCTION: (words.order_reduction, told.of_order),
    }
    if name in by_hand:
        return _because(*by_hand[name], words)
    if name in (MEMBER_PRICE, EARN):
        return words.member_price if name == MEMBER_PRICE else words.earn
    known = told.names.get(rule)
    if known is None:
        return name
    return known.name if words.in_chinese or not known.name_en else known.name_en


def weight_text(weight_g: int, price: str, words: PriceWords) -> str:
    """Return ``0.560 kg × 39.80``; ``price`` of a kg, in words."""
    return words.weight_f.format(weight=f"{weight_g / 1_000:.3f}", price=price)


def names_of(rules: Iterable[str], campaigns: Iterable[Campaign]) -> tuple[RuleName, ...]:
    """Return the names of the campaigns among ``rules``, to be kept with the sale that they priced."""
    wanted = set(rules)
    return tuple(RuleName(each.rule, each.name, each.name_en) for each in campaigns if each.rule in wanted)


def _because(what: str, reduction: Reduction | None, words: PriceWords) -> str:
    if reduction is None or not reduction.reason:
        return what
    return words.because_f.format(what=what, reason=words.reasons.get(reduction.reason, reduction.reason))
