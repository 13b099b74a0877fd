"""What a basket costs: member price, campaigns, reductions, points, and what each line really pays and earns."""

from collections import Counter
from dataclasses import dataclass, replace

from pos_app.domain import price_steps, tax
from pos_app.domain.allocation import allot
from pos_app.domain.basket import GRAMS_PER_KG, Basket, BasketLine
from pos_app.domain.campaign_prices import Chosen, Shown, UnclaimedGift, apply_campaigns
from pos_app.domain.catalogue import Item
from pos_app.domain.coupons import RULE, published_rule
from pos_app.domain.gift_shares import Standing
from pos_app.domain.in_force import NOTHING, InForce
from pos_app.domain.members import Tier
from pos_app.domain.order_offers import worth
from pos_app.domain.points import choosable, earned, least_choosable, most_by_share, points_for, worth_minor
from pos_app.domain.price_steps import CampaignUse, PointStep, PriceStep, Tally
from pos_app.domain.programme import BASIS_POINTS, Programme, TierRule
from pos_app.domain.punch_cards import RULE as PUNCH
from pos_app.errors import Damaged, Refused


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line, worked out. All money is for the whole line in minor units.

    ``list_minor`` at list price; ``net_minor`` after everything that took money off, and with tax on top of it; the
    ``steps`` sum to the difference. ``redeemed_points`` take the whole line (then ``redeemed_minor == net_minor``);
    ``basket_points`` and ``basket_points_minor`` are its share of the points spent against the basket.
    Always ``net_minor == redeemed_minor + basket_points_minor + paid_minor``. ``earned_points`` on ``paid_minor`` only,
    the sum of its ``gains``. ``rules`` names all that priced it, for example ``("member_price@p1", "earn@p1")``.
    """

    line_no: int
    item: Item
    quantity: int
    list_minor: int
    net_minor: int
    redeemed_points: int
    redeemed_minor: int
    basket_points: int
    basket_points_minor: int
    paid_minor: int
    earned_points: int
    rules: tuple[str, ...]
    steps: tuple[PriceStep, ...] = ()
    gains: tuple[PointStep, ...] = ()

    @property
    def tax_minor(self) -> int:
        """Return the tax that ``net_minor`` holds."""
        return tax.within(self.net_minor, self.item.tax_bp)

    @property
    def goods_minor(self) -> int:
        """Return the price that rules and people changed: as it is shown, without the tax that is put on top of it."""
        return self.shown_minor - tax.added(self.steps)

    @property
    def shown_minor(self) -> int:
        """Return what the line is said to cost: ``net_minor`` with what stands on its gifts, for which nothing is."""
        return self.net_minor + price_steps.lent(self.steps)

    @property
    def unit_list_minor(self) -> int:
        """Return the list price of a piece."""
        return self.list_minor // self.quantity

    @property
    def unit_net_minor(self) -> int:
        """Return what a piece costs on average, rounded down, without tax that is put on top."""
        return self.goods_minor // self.quantity


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket, worked out. ``due_minor`` is the money still to be paid, before cash rounding.

    What came off the list price is ``member_saving_minor`` by member price and tier, ``campaign_saving_minor`` by
    campaigns and ``by_hand_minor`` by hand. ``uses`` says how often each campaign was applied, ``unclaimed`` what the
    customer may still have for nothing. No lawful combination of campaigns gives more than ``gap_minor`` beyond this
    one; 0 means that it is proven to be the best. ``steps`` is the work that took, the same on every till.
    ``added_tax_minor`` is the tax that was put on top.
    """

    lines: tuple[PricedLine, ...]
    list_minor: int
    member_saving_minor: int
    campaign_saving_minor: int
    by_hand_minor: int
    redeemed_minor: int
    basket_points_minor: int
    due_minor: int
    redeemed_points: int
    basket_points: int
    earned_points: int
    programme_version: str
    uses: tuple[CampaignUse, ...] = ()
    unclaimed: tuple[UnclaimedGift, ...] = ()
    gap_minor: int = 0
    steps: int = 0
    added_tax_minor: int = 0

    @property
    def points(self) -> int:
        """Return all points that the basket spends."""
        return self.redeemed_points + self.basket_points

    @property
    def saved_minor(self) -> int:
        """Return all money that came off the list price before points."""
        return self.list_minor - sum(line.goods_minor for line in self.lines)


def price(basket: Basket, programme: Programme, tier: Tier | None, campaigns: InForce = NOTHING) -> PricedBasket:
    """Work a basket out; ``docs/pricing.md`` tells every rule.

    Member price or tier discount, whichever is lower, by the piece (a discounted piece is rounded half up); a price
    set by hand, or nothing for what a punch card gives, instead of both. Then the best combination of campaigns and the
    coupon. Then what was taken off by hand: of the line, and of the order, shared out over the lines that are paid by
    what they cost. Then gifts bear their share of the goods that earned them. Then tax goes on top where the price does
    not hold it. A line redeemed wholly costs its net price in points, rounded up. Points against the basket are shared
    out over the other lines by net price. What the earning lines really pay, on their gifts too, earns once for the
    order, shared out by what each paid, and once more for each campaign.

    Args:
        basket: what was rung up and chosen.
        programme: the rules in force on the business date.
        tier: the member's, None when nobody is attached: list prices, nothing redeemed, nothing earned.
        campaigns: what holds for this customer at this moment.

    Raises:
        Refused: ``redeem.needs_member``; ``punch.needs_member``; ``redeem.not_redeemable {item}``;
            ``redeem.below_min {points, least}``; ``redeem.step {points, step}``;
            ``redeem.over_share {points, most, share_bp}``.
        Damaged: ``item.price {item_id}`` for a negative price, ``programme.tier {tier}`` for an impossible discount.
    """
    return fit_price(basket, programme, tier, campaigns, fit=False)[1]


def fit_price(
    basket: Basket, programme: Programme, tier: Tier | None, campaigns: InForce = NOTHING, *, fit: bool = True
) -> tuple[Basket, PricedBasket]:
    """Return the basket with its points lowered to what the rules still allow, and what it costs; see ``price``."""
    lines = basket.lines
    if tier is None and (basket.points or any(line.redeemed for line in lines)):
        raise Refused("redeem.needs_member")
    if tier is None and any(line.punch_card for line in lines):
        raise Refused("punch.needs_member")
    for line in lines:
        if line.redeemed and not line.item.redeemable:
            raise Refused("redeem.not_redeemable", item=line.item.name)

    tally, chosen, standing = _reduced(basket, programme, tier, campaigns)
    weights = [0 if line.redeemed else net for line, net in zip(lines, tally.nets, strict=True)]
    if fit and basket.points:
        basket = basket.with_points(choosable(sum(weights), basket.points, programme).most)
    spent_minor = _against_basket(basket.points, sum(weights), programme)
    shares_minor = allot(spent_minor, weights)
    shares = allot(basket.points, weights)
    paid = [weight - share for weight, share in zip(weights, shares_minor, strict=True)]

    spent = [tax.paid_for_goods(*each) for each in zip(paid, tally.nets, map(tax.added, tally.steps), strict=True)]
    earning = standing.paid(spent)
    gains, uses = (
        ([()] * len(lines), ()) if tier is None else _gains(basket, earning, programme, tier, campaigns, chosen)
    )
    priced = tuple(
        _priced(line, tuple(steps), (points, minor), gain, programme)
        for line, steps, points, minor, gain in zip(lines, tally.steps, shares, shares_minor, gains, strict=True)
    )
    return basket, _summed(priced, programme, chosen, uses)


def fitting(basket: Basket, programme: Programme, tier: Tier | None, campaigns: InForce = NOTHING) -> Basket:
    """Return the basket with its points lowered to what the rules still allow, after a line was changed or dropped."""
    return fit_price(basket, programme, tier, campaigns)[0] if basket.points else basket


def open_minor(priced: PricedBasket) -> int:
    """Return what points may be chosen against: the money to pay after the lines redeemed wholly."""
    return priced.due_minor + priced.basket_points_minor


def _reduced(
    basket: Basket, programme: Programme, tier: Tier | None, campaigns: InForce
) -> tuple[Tally, Chosen, Standing]:
    """Return what every line costs before points, which campaigns made it so, and what stands where before tax."""
    tally = Tally([line.list_minor for line in basket.lines])
    _unit_prices(tally, basket, programme, tier)
    chosen = Chosen()
    coupon = _coupon(basket, programme, tier)
    if campaigns.campaigns or coupon is not None:
        unit = worth(programme, _rule(programme, tier or Tier.NORMAL, campaigns))
        chosen = apply_campaigns(basket, tally, campaigns, unit, earns=tier is not None, coupon=coupon)
    for at, line in enumerate(basket.lines):
        if line.reduction is not None:
            tally.take(at, _named(price_steps.REDUCTION, programme), line.reduction.off(tally.nets[at]))
    if basket.reduction is not None:
        places = [at for at, line in enumerate(basket.lines) if not line.redeemed]
        minor = basket.reduction.off(sum(tally.nets[at] for at in places))
        tally.share(places, _named(price_steps.ORDER_REDUCTION, programme), minor)
    standing = Standing.shared(tally.nets, chosen.gifts)
    for at, minor in enumerate(standing.of(range(len(basket.lines)))):
        tally.take(at, _named(price_steps.GIFT_SHARE, programme), tally.nets[at] - minor)
    for at, line in enumerate(basket.lines):
        bp = line.item.on_top_bp
        tally.take(at, tax.rule_of(bp), -tax.on_top(tally.nets[at], bp))
    return tally, chosen, standing


def _coupon(basket: Basket, programme: Programme, tier: Tier | None) -> Shown | None:
    """Return the coupon in the basket; who is not of its tiers shows none."""
    rule = published_rule(basket.coupon, programme.coupons)
    if rule is None or (rule.tiers and tier not in rule.tiers):
        return None
    return Shown(rule, _named(RULE + rule.rule_id, programme))


def _rule(programme: Programme, tier: Tier, campaigns: InForce) -> TierRule:
    """Return a tier's rule, in the month of a birthday with the multiplier for that."""
    rule = programme.tier_rule(tier)
    if campaigns.is_birthday and rule.birthday_multiplier_bp:
        return replace(rule, earn_multiplier_bp=rule.birthday_multiplier_bp)
    return rule


def _gains(
    basket: Basket, paid: Standing, programme: Programme, tier: Tier, campaigns: InForce, chosen: Chosen
) -> tuple[list[tuple[PointStep, ...]], tuple[CampaignUse, ...]]:
    """Return the points that every line earns on what is really paid for its goods, and the campaigns that gave any."""
    rule = _rule(programme, tier, campaigns)
    earning = paid.of({row for row, line in enumerate(basket.lines) if line.item.earns})
    given = [(_named(price_steps.EARN, programme), earned(sum(earning), rule, programme), earning)]
    uses = []
    for offer in chosen.points:
        campaign, amounts = campaigns.campaigns[offer.at], paid.of(set(offer.rows))
        points = offer.points(sum(amounts), programme, rule)
        given.append((campaign.rule, points, amounts))
        if points:
            uses.append(CampaignUse(campaign.campaign_id, campaign.version, offer.times(sum(amounts))))
    shares = [(name, allot(points, amounts)) for name, points, amounts in given if points]
    gains = [
        tuple(PointStep(name, parts[row]) for name, parts in shares if parts[row]) for row in range(len(basket.lines))
    ]
    return gains, tuple(uses)


def _unit_prices(tally: Tally, basket: Basket, programme: Programme, tier: Tier | None) -> None:
    """Take off what pieces cost less than at list price, by hand or for this tier."""
    by_hand, member_price = _named(price_steps.BY_HAND, programme), _named(price_steps.MEMBER_PRICE, programme)
    tier_price = "" if tier is None else _named(price_steps.TIER + tier, programme)
    share_bp = BASIS_POINTS if tier is None else _share_bp(programme, tier)
    for at, line in enumerate(basket.lines):
        item, listed, asked = line.item, line.unit_list_minor, line.asked_minor
        if listed < 0 or (item.member_price_minor or 0) < 0 or (asked or 0) < 0:
            raise Damaged("item.price", item_id=item.item_id)
        if line.punch_card:
            tally.take(at, _named(PUNCH + line.punch_card, programme), line.list_minor)
        elif asked is not None:
            tally.take(at, by_hand, (listed - asked) * line.quantity)
        elif tier is not None:
            lowest, rule = (listed * share_bp + BASIS_POINTS // 2) // BASIS_POINTS, tier_price
            if item.member_price_minor is not None and line.label_minor is None:
                member_minor = _of_weight(item.member_price_minor, line)
                if member_minor <= lowest:  # of equal prices the member price is named
                    lowest, rule = member_minor, member_price
            if lowest < listed:
                tally.take(at, rule, (listed - lowest) * line.quantity)


def _of_weight(price_minor: int, line: BasketLine) -> int:
    """Return the price of a piece, of weighed goods that of the weight, rounded half up."""
    return (price_minor * line.weight_g + GRAMS_PER_KG // 2) // GRAMS_PER_KG if line.weight_g else price_minor


def _share_bp(programme: Programme, tier: Tier) -> int:
    """Return the share of the list price that a tier pays; of a piece it is rounded half up to the minor unit."""
    discount_bp = programme.tier_rule(tier).discount_bp
    if not 0 <= discount_bp <= BASIS_POINTS:
        raise Damaged("programme.tier", tier=str(tier))
    return BASIS_POINTS - discount_bp


def _named(rule: str, programme: Programme) -> str:
    return f"{rule}@{programme.version}"


def _against_basket(points: int, open_minor: int, programme: Programme) -> int:
    """Return what ``points`` pay of ``open_minor``; raises Refused when the rules do not allow that many."""
    if points == 0:
        return 0
    step, least = programme.redeem_step_points, least_choosable(programme)
    if points < least:
        raise Refused("redeem.below_min", points=points, least=least)
    if points % step:
        raise Refused("redeem.step", points=points, step=step)
    by_share = most_by_share(open_minor, programme)
    if points > by_share:
        most = choosable(open_minor, by_share, programme).most
        raise Refused("redeem.over_share", points=points, most=most, share_bp=programme.redeem_max_share_bp)
    return worth_minor(points, programme)


def _priced(
    line: BasketLine,
    steps: tuple[PriceStep, ...],
    against: tuple[int, int],
    gains: tuple[PointStep, ...],
    programme: Programme,
) -> PricedLine:
    """Return the line worked out; ``against`` is its share of the basket's points and of their worth."""
    listed = line.list_minor
    net = listed - sum(step.minor for step in steps)
    points, points_minor = against
    redeemed_minor = net if line.redeemed else 0
    rules = [step.rule for step in steps]
    if line.redeemed:
        rules.append(_named("redeem", programme))
    if points:
        rules.append(_named("points", programme))
    rules += [gain.rule for gain in gains]
    return PricedLine(
        line_no=line.line_no,
        item=line.item,
        quantity=line.quantity,
        list_minor=listed,
        net_minor=net,
        redeemed_points=points_for(redeemed_minor, programme) if redeemed_minor else 0,
        redeemed_minor=redeemed_minor,
        basket_points=points,
        basket_points_minor=points_minor,
        paid_minor=net - redeemed_minor - points_minor,
        earned_points=sum(gain.points for gain in gains),
        rules=tuple(dict.fromkeys(rules)),
        steps=steps,
        gains=gains,
    )


def _summed(
    lines: tuple[PricedLine, ...], programme: Programme, chosen: Chosen, uses: tuple[CampaignUse, ...]
) -> PricedBasket:
    list_minor = sum(line.list_minor for line in lines)
    by_rule: Counter[str] = Counter()
    for line in lines:
        for step in line.steps:
            by_rule[step.rule] += step.minor
    by_name = Counter[str]()
    for rule, minor in by_rule.items():
        by_name[rule.partition("@")[0]] += minor
    added_tax_minor = -by_name.pop(price_steps.TAX, 0)
    by_hand_minor = sum(by_name[rule] for rule in price_steps.ALL_BY_HAND)
    member_minor = sum(minor for name, minor in by_name.items() if price_steps.is_of_member(name))
    return PricedBasket(
        lines=lines,
        list_minor=list_minor,
        member_saving_minor=member_minor,
        campaign_saving_minor=sum(by_name.values()) - member_minor - by_hand_minor,
        by_hand_minor=by_hand_minor,
        redeemed_minor=sum(line.redeemed_minor for line in lines),
        basket_points_minor=sum(line.basket_points_minor for line in lines),
        due_minor=sum(line.paid_minor for line in lines),
        redeemed_points=sum(line.redeemed_points for line in lines),
        basket_points=sum(line.basket_points for line in lines),
        earned_points=sum(line.earned_points for line in lines),
        programme_version=programme.version,
        uses=(*chosen.uses, *uses),
        unclaimed=chosen.unclaimed,
        gap_minor=chosen.gap_minor,
        steps=chosen.steps,
        added_tax_minor=added_tax_minor,
    )
