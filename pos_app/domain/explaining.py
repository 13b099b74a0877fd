"""Why a line costs what it costs and earns what it earns, in words: for screen, receipt and whatever looks back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from pos_app.domain.basket import Basket, Reduction
from pos_app.domain.campaigns import BenefitKind, Campaign, Step
from pos_app.domain.price_steps import (
    BY_HAND,
    EARN,
    GIFT_SHARE,
    MEMBER_PRICE,
    ORDER_REDUCTION,
    REDUCTION,
    TIER,
    Discount,
    is_tax,
)
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.tax import rate_text

FOR_AMOUNTS = frozenset({BenefitKind.MONEY_OFF, BenefitKind.GIFT})
AFTER_CAMPAIGNS = (Discount.MANUAL, None)
FOR_PIECES = frozenset({BenefitKind.BUY_GET, BenefitKind.GIFT})
NEAR = 3  # a third of a threshold
HALF = 2
MOST_GOALS = 3


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
    gift_share: str
    tax_f: str  # {rate}
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
    if is_tax(rule):
        return words.tax_f.format(rate=rate_text(int(rule.partition("@")[2])))
    programme = {MEMBER_PRICE: words.member_price, EARN: words.earn, GIFT_SHARE: words.gift_share}
    if name in programme:
        return programme[name]
    known = told.names.get(rule)
    if known is None:
        return name
    return known.name if words.in_chinese or not known.name_en else known.name_en


def weight_text(weight_g: int, price: str, words: PriceWords) -> str:
    """Return ``0.560 kg × 39.80``; ``price`` of a kg, in words."""
    return words.weight_f.format(weight=f"{weight_g / 1_000:.3f}", price=price)


def rules_of(priced: PricedBasket) -> set[str]:
    """Return every rule that made a price or points of a basket."""
    money = {step.rule for line in priced.lines for step in line.steps}
    return money | {gain.rule for line in priced.lines for gain in line.gains}


def names_of(rules: Collection[str], campaigns: Iterable[Campaign]) -> tuple[RuleName, ...]:
    """Return the names of the campaigns among ``rules``, to be kept with the sale that they priced."""
    return tuple(RuleName(each.rule, each.name, each.name_en) for each in campaigns if each.rule in rules)


def _because(what: str, reduction: Reduction | None, words: PriceWords) -> str:
    if reduction is None or not reduction.reason:
        return what
    return words.because_f.format(what=what, reason=words.reasons.get(reduction.reason, reduction.reason))


@dataclass(frozen=True, slots=True)
class Goal:
    """A threshold that is nearly reached: ``missing_minor`` more brings ``off_minor`` off, or for 0 a gift.

    Where pieces are counted, ``pieces`` more are missing, such as ``item_id`` in the basket; ``share_bp`` is what comes
    off them or, of a gift, 0.
    """

    rule: str
    missing_minor: int
    off_minor: int
    pieces: int = 0
    item_id: int = 0
    share_bp: int = 0


def goals(basket: Basket, priced: PricedBasket, campaigns: Iterable[Campaign]) -> tuple[Goal, ...]:
    """Return the thresholds of ``campaigns``, which hold for this sale, that are nearly reached, the nearest first.

    A threshold is near when no more than a third of it is missing, a number of pieces when half of it is there. What
    counts towards it are the lines that the campaign means, at what they cost before anything came off for amounts or
    by hand.
    """
    campaigns = tuple(campaigns)
    for_amounts = {each.rule for each in campaigns if each.benefit.kind in FOR_AMOUNTS}
    found = (_goal(each, _amount(each, basket, priced, for_amounts)) for each in campaigns)
    counted = (_pieces_goal(each, basket) for each in campaigns)
    near = (goal for goal in (*counted, *found) if goal is not None)
    return tuple(sorted(near, key=lambda goal: (goal.missing_minor, goal.rule))[:MOST_GOALS])


def _amount(campaign: Campaign, basket: Basket, priced: PricedBasket, for_amounts: set[str]) -> int:
    amount = 0
    for rung, line in zip(basket.lines, priced.lines, strict=True):
        if not rung.redeemed and campaign.what.holds(line.item):
            later = for_amounts | {step.rule for step in line.steps if Discount.of(step.rule) in AFTER_CAMPAIGNS}
            amount += line.list_minor - sum(step.minor for step in line.steps if step.rule not in later)
    return amount


def _goal(campaign: Campaign, amount: int) -> Goal | None:
    benefit = campaign.benefit
    if benefit.kind is BenefitKind.MONEY_OFF:
        reached = max((step for step in benefit.steps if step.from_minor <= amount), key=_from, default=Step(0, 0))
        ahead = min((step for step in benefit.steps if step.from_minor > amount), key=_from, default=None)
        if benefit.each:
            (step,) = benefit.steps
            ahead = Step((amount // step.from_minor + 1) * step.from_minor, 0)
            return _near(campaign, ahead.from_minor, step.from_minor, amount, step.off_minor)
        if ahead is not None:
            return _near(campaign, ahead.from_minor, ahead.from_minor, amount, ahead.off_minor - reached.off_minor)
    elif benefit.kind is BenefitKind.GIFT and benefit.from_minor > amount:
        return _near(campaign, benefit.from_minor, benefit.from_minor, amount, 0)
    return None


def _pieces_goal(campaign: Campaign, basket: Basket) -> Goal | None:
    """Return how many pieces are missing to one more application of what counts pieces."""
    benefit = campaign.benefit
    if benefit.kind not in FOR_PIECES or not benefit.buy:
        return None
    lines = [
        line
        for line in basket.lines
        if not line.redeemed
        and not line.is_piece
        and line.asked_minor is None
        and line.item.item_id != benefit.gift_item_id
        and campaign.what.holds(line.item)
    ]
    have = sum(line.quantity for line in lines)
    is_gift = benefit.kind is BenefitKind.GIFT
    least = benefit.buy if is_gift else benefit.buy + benefit.get
    if is_gift and not benefit.each and have >= least:
        return None
    over = have % least
    if not lines or over * HALF < least:
        return None
    share_bp = 0 if is_gift else benefit.off_bp
    return Goal(campaign.rule, 0, 0, least - over, lines[-1].item.item_id, share_bp)


def _near(campaign: Campaign, target: int, threshold: int, amount: int, off_minor: int) -> Goal | None:
    missing = target - amount
    return Goal(campaign.rule, missing, off_minor) if amount and missing * NEAR <= threshold else None


def _from(step: Step) -> int:
    return step.from_minor
