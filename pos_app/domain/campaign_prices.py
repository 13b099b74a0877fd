"""What campaigns take off a basket: from its lines to the decisions there are, and from the choice to their steps."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pos_app.domain.basket import Basket
from pos_app.domain.best_offers import AmountOffer, Choice, Decisions, choose
from pos_app.domain.campaigns import BenefitKind
from pos_app.domain.coupon_offer import CouponOffer
from pos_app.domain.coupons import CouponRule
from pos_app.domain.in_force import NOTHING, InForce
from pos_app.domain.offer_search import Shelf, Use
from pos_app.domain.order_offers import POINTS, OrderOffer, Worth, sum_of
from pos_app.domain.piece_offers import Bundle, BuyGet, LimitedPrice, PriceSwitch, Switch, offered
from pos_app.domain.price_steps import CampaignUse, Tally

PRICES = (BenefitKind.PERCENT_OFF, BenefitKind.FIXED_PRICE)
ANY_NUMBER = 2**31


@dataclass(frozen=True, slots=True)
class UnclaimedGift:
    """So many pieces of an item that the customer may have for nothing, and that are not in the basket."""

    campaign_id: str
    item_id: int
    count: int


@dataclass(frozen=True, slots=True)
class FreeGift:
    """Pieces worth ``minor`` of the line at ``row`` are free because of the goods of the lines at ``earned_by``."""

    row: int
    minor: int
    earned_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The coupon that the customer shows; ``name`` is what its steps are called."""

    rule: CouponRule
    name: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What campaigns do to a basket. ``points`` are those that give points, with the places of the lines they look at.

    ``uses`` are without those that give points; what these give is known when it is known what is paid. ``gifts`` are
    in the order in which they were given. ``worth`` is what the choice was found to give, in the unit it was made in.
    """

    uses: tuple[CampaignUse, ...] = ()
    gifts: tuple[FreeGift, ...] = ()
    points: tuple[OrderOffer, ...] = ()
    unclaimed: tuple[UnclaimedGift, ...] = ()
    worth: int = 0
    gap_minor: int = 0
    steps: int = 0


def apply_campaigns(
    basket: Basket, tally: Tally, campaigns: InForce, unit: Worth, *, earns: bool, coupon: Shown | None = None
) -> Chosen:
    """Take what the best combination of campaigns gives off ``tally``, which holds prices without any.

    Lines taken with points take part in nothing, those with a price set by hand count for thresholds only.
    ``earns`` says that somebody is there to earn points. The coupon is one candidate more; one that stands alone is
    used if it gives more than all campaigns together.
    """
    alone = coupon is not None and coupon.rule.alone
    best = _found(basket, tally, campaigns, unit, earns=earns, coupon=None if alone else coupon)
    if not alone:
        return best.chosen()
    other = _found(basket, tally, NOTHING, unit, earns=earns, coupon=coupon)
    upper = max(found.choice.worth + found.choice.gap_minor * unit.minor for found in (best, other))
    if other.choice.worth > best.choice.worth:
        best = other
    chosen = best.chosen()
    return replace(chosen, gap_minor=unit.in_minor(upper - best.choice.worth), steps=best.choice.steps)


def _found(
    basket: Basket, tally: Tally, campaigns: InForce, unit: Worth, *, earns: bool, coupon: Shown | None
) -> "_Applied":
    makers = _Makers(basket, tally, campaigns, earns=earns, coupon=coupon)
    decisions = makers.decisions()
    return _Applied(tally, campaigns, makers.shelf, decisions, choose(makers.shelf, decisions, unit))


class _Makers:
    """Makes decisions of campaigns, for those lines that they mean."""

    def __init__(self, basket: Basket, tally: Tally, campaigns: InForce, *, earns: bool, coupon: Shown | None) -> None:
        self._lines = basket.lines
        self._coupon = coupon
        self._in_force = campaigns
        self._campaigns = campaigns.campaigns
        self._left = campaigns.left
        self._earns = earns
        base, count, fixed = [], [], []
        self._rows: dict[int, list[int]] = {}  # the lines that a campaign means, the dearest pieces first
        for row, line in enumerate(basket.lines):
            is_open = not (line.is_set or line.redeemed)
            base.append(tally.nets[row] // line.quantity if is_open else 0)
            count.append(line.quantity if is_open else 0)
            fixed.append(tally.nets[row] if line.is_set and not line.redeemed else 0)
        lines = basket.lines
        for row in sorted(range(len(lines)), key=lambda row: (-base[row], lines[row].item.item_id, lines[row].line_no)):
            if not lines[row].redeemed:
                for at in campaigns.meaning(lines[row].item):
                    self._rows.setdefault(at, []).append(row)
        self.shelf = Shelf(tuple(base), tuple(count), tuple(fixed))

    def decisions(self) -> Decisions:
        """Return all that could be used."""
        prices: list[PriceSwitch] = []
        takers: list[Switch] = []
        limited: list[Switch] = []
        orders: list[AmountOffer] = []
        for at in sorted(self._rows):
            kind = self._campaigns[at].benefit.kind
            if kind in PRICES:
                made = self._price(at)
                if isinstance(made, PriceSwitch):
                    prices.append(made)
                elif made is not None:
                    limited.append(made)
            elif kind in (BenefitKind.BUNDLE, BenefitKind.BUY_GET):
                taker = self._bundle(at) if kind is BenefitKind.BUNDLE else self._buy_get(at)
                takers += [] if taker is None else [taker]
            elif kind not in POINTS or self._earns:
                orders.append(self._order(at))
        if self._coupon is not None:
            orders.append(self._shown(self._coupon))
        orders.sort(key=lambda offer: offer.rank)
        usable = tuple(offer for offer in orders if offer.rows or isinstance(offer, CouponOffer))
        return Decisions(tuple(prices), (*takers, *limited), usable)

    def _shown(self, coupon: Shown) -> CouponOffer:
        rule, lines = coupon.rule, self._lines
        rows = [row for row, line in enumerate(lines) if not line.redeemed and rule.holds(line.item)]
        rows = [row for row in rows if lines[row].item.item_id != rule.free_item]
        return CouponOffer(
            len(self._campaigns), rule, coupon.name, tuple(rows), self._gifts(rule.free_item) if rule.free_item else ()
        )

    def _gifts(self, item_id: int) -> tuple[int, ...]:
        """Return the lines of an item of which pieces can be given away."""
        return tuple(
            row
            for row, line in enumerate(self._lines)
            if line.item.item_id == item_id and self.shelf.count[row] and not line.is_piece
        )

    def _limit(self, at: int) -> int:
        left = self._left[at]
        return ANY_NUMBER if left is None else left

    def _price(self, at: int) -> PriceSwitch | LimitedPrice | None:
        """Return a price: a decision of its own only where there are more pieces than it may still be applied to."""
        campaign, base = self._campaigns[at], self.shelf.base
        fixed = campaign.benefit.kind is BenefitKind.FIXED_PRICE
        rows = (row for row in self._rows[at] if base[row] and not (fixed and self._lines[row].is_piece))
        prices = {row: price for row in rows if (price := offered(campaign.benefit, base[row])) < base[row]}
        if not prices:
            return None
        limit = self._limit(at)
        if sum(self.shelf.count[row] for row in prices) <= limit:
            return PriceSwitch(at, campaign.group, prices)
        return LimitedPrice(at, campaign.group, limit, prices, base)

    def _bundle(self, at: int) -> Bundle | None:
        campaign = self._campaigns[at]
        benefit = campaign.benefit
        fits: list[list[int]] = [[] for _ in benefit.parts]
        for row in self._whole_pieces(at):
            for no in self._in_force.parts(at, self._lines[row].item):
                fits[no].append(row)
        parts = [(rows, part.count) for rows, part in zip(fits, benefit.parts, strict=True)]
        if any(sum(self.shelf.count[row] for row in rows) < count for rows, count in parts):
            return None
        return Bundle(at, campaign.group, self._limit(at), parts, benefit.price_minor, self.shelf.base)

    def _buy_get(self, at: int) -> BuyGet | None:
        campaign, benefit = self._campaigns[at], self._campaigns[at].benefit
        rows = self._whole_pieces(at)
        if sum(self.shelf.count[row] for row in rows) < benefit.buy + benefit.get:
            return None
        return BuyGet(at, campaign.group, self._limit(at), rows, benefit, self.shelf.base, self.shelf.count)

    def _whole_pieces(self, at: int) -> list[int]:
        """Return the lines of a campaign that are not weighed or labelled, the dearest pieces first."""
        return [row for row in self._rows[at] if self.shelf.base[row] and not self._lines[row].is_piece]

    def _order(self, at: int) -> OrderOffer:
        campaign, lines = self._campaigns[at], self._lines
        benefit = campaign.benefit
        rows = sorted(self._rows[at])
        gifts: tuple[int, ...] = ()
        if benefit.kind in POINTS:
            rows = [row for row in rows if lines[row].item.earns]
        elif benefit.kind is BenefitKind.GIFT:
            rows = [row for row in rows if lines[row].item.item_id != benefit.gift_item_id]
            gifts = self._gifts(benefit.gift_item_id)
        pieces = sum(lines[row].quantity for row in rows)
        return OrderOffer(at, campaign.group, benefit, tuple(rows), self._limit(at), pieces, gifts)


class _Applied:
    """Writes a choice into the steps of the lines."""

    def __init__(self, tally: Tally, campaigns: InForce, shelf: Shelf, decisions: Decisions, choice: Choice) -> None:
        self._tally = tally
        self._campaigns = campaigns.campaigns
        self._decisions = decisions
        self.choice = choice
        self._use = Use(shelf, (price for price in decisions.prices if price.at in choice.prices))
        for application in choice.applications:
            self._use.take(application)
        self._times: Counter[int] = Counter()
        self._gifts: list[FreeGift] = []

    def chosen(self) -> Chosen:
        """Write all steps and return what was done."""
        self._pieces()
        amounts = {offer.at: sum_of(offer.rows, self._tally.nets) for offer in self._decisions.orders}
        unclaimed = tuple(self._unclaimed(amounts))
        for offer in self.choice.picks:
            if offer.takes:
                self._take(offer, amounts[offer.at])
        return Chosen(
            uses=tuple(self.use_of(at, times) for at, times in sorted(self._times.items()) if times),
            gifts=tuple(self._gifts),
            points=tuple(offer for offer in self.choice.picks if isinstance(offer, OrderOffer) and not offer.takes),
            unclaimed=unclaimed,
            worth=self.choice.worth,
            gap_minor=self.choice.gap_minor,
            steps=self.choice.steps,
        )

    def use_of(self, at: int, times: int) -> CampaignUse:
        """Return so many applications of the campaign at a place."""
        return CampaignUse(self._campaigns[at].campaign_id, self._campaigns[at].version, times)

    def _pieces(self) -> None:
        """Take off what campaigns on pieces save: first the lowest prices, then every application."""
        use, base = self._use, self._use.shelf.base
        priced: set[int] = set()
        for price in use.prices:
            for row, minor in price.prices.items():
                if minor == use.lows[row] and use.free[row] and row not in priced:
                    priced.add(row)
                    self._times[price.at] += use.free[row]
                    self._tally.take(row, self._campaigns[price.at].rule, use.free[row] * (base[row] - minor))
        for application in use.applications:
            self._times[application.at] += 1
        for at, saved in _saved(use).items():
            rule = self._campaigns[at].rule
            for row, minor in saved.items():
                self._tally.take(row, rule, minor)

    def _take(self, offer: AmountOffer, amount: int) -> None:
        """Take off what a campaign on an amount or the coupon takes, and count how often a campaign was applied."""
        name = offer.name if isinstance(offer, CouponOffer) else self._campaigns[offer.at].rule
        given = 0
        for row, minor, count in offer.taken(amount, self._tally.nets, self._use.free, self._use.lows):
            self._tally.take(row, name, minor)
            given += count
            if count and minor and offer.is_earned:
                self._gifts.append(FreeGift(row, minor, offer.rows))
        if isinstance(offer, OrderOffer):
            self._times[offer.at] += -(-given // offer.benefit.get) if offer.gifts else offer.times(amount)

    def _unclaimed(self, amounts: dict[int, int]) -> Iterator[UnclaimedGift]:
        """Yield the gifts to be had that are not in the basket; one of a group, and only if nothing of it is used."""
        used = {self._campaigns[at].group for at in self.choice.prices | set(self._times)}
        used |= {
            offer.group
            for offer in self.choice.picks
            if isinstance(offer, CouponOffer) or offer.benefit.kind is not BenefitKind.GIFT
        }
        for offer in self._decisions.orders:
            if (
                isinstance(offer, CouponOffer)
                or offer.benefit.kind is not BenefitKind.GIFT
                or (offer.group and offer.group in used)
            ):
                continue
            spare = sum(self._use.free[row] for row in offer.gifts)
            missing = offer.times(amounts[offer.at]) * offer.benefit.get - spare
            if missing > 0:
                used.add(offer.group)
                yield UnclaimedGift(self._campaigns[offer.at].campaign_id, offer.benefit.gift_item_id, missing)


def _saved(use: Use) -> dict[int, dict[int, int]]:
    """Return by campaign and line what its applications save."""
    saved: dict[int, dict[int, int]] = {}
    for application in use.applications:
        of = saved.setdefault(application.at, {})
        for row, minor in application.savings(use.shelf.base):
            of[row] = of.get(row, 0) + minor
    return saved
