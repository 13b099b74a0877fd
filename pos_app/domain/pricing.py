"""What a basket costs: member price, tier discount, points, and what each line really pays and earns."""

from dataclasses import dataclass

from pos_app.domain.allocation import allot
from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.catalogue import Item
from pos_app.domain.members import Tier
from pos_app.domain.points import choosable, earned, least_choosable, most_by_share, points_for, worth_minor
from pos_app.domain.programme import BASIS_POINTS, Programme
from pos_app.errors import Damaged, Refused


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line, worked out. All money is for the whole line in minor units.

    ``list_minor`` at list price; ``net_minor`` after member price or tier discount, whichever is lower.
    ``redeemed_points`` take the whole line (then ``redeemed_minor == net_minor``); ``basket_points`` and
    ``basket_points_minor`` are its share of the points spent against the basket.
    Always ``net_minor == redeemed_minor + basket_points_minor + paid_minor``. ``earned_points`` on ``paid_minor`` only.
    ``rules`` names what priced it, for example ``("member_price@p1", "earn@p1")``.
    """

    line_no: int
    item: Item
    quantity: int
    unit_list_minor: int
    unit_net_minor: int
    list_minor: int
    net_minor: int
    redeemed_points: int
    redeemed_minor: int
    basket_points: int
    basket_points_minor: int
    paid_minor: int
    earned_points: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket, worked out. ``due_minor`` is the money still to be paid, before cash rounding."""

    lines: tuple[PricedLine, ...]
    list_minor: int
    member_saving_minor: int
    redeemed_minor: int
    basket_points_minor: int
    due_minor: int
    redeemed_points: int
    basket_points: int
    earned_points: int
    programme_version: str

    @property
    def points(self) -> int:
        """Return all points that the basket spends."""
        return self.redeemed_points + self.basket_points


@dataclass(frozen=True, slots=True)
class _Unit:
    """One line before points: price of a piece, and the rule that made it (empty for the list price)."""

    line: BasketLine
    unit_net_minor: int
    rule: str

    @property
    def net_minor(self) -> int:
        return self.unit_net_minor * self.line.quantity


def price(basket: Basket, programme: Programme, tier: Tier | None) -> PricedBasket:
    """Work a basket out.

    Member price or tier discount, whichever is lower, by the piece (a discounted piece is rounded half up). A line
    redeemed wholly costs its net price in points, rounded up. Points against the basket are shared out over the other
    lines by net price. What the earning lines really pay earns once for the order, shared out by what each paid.

    Args:
        basket: what was rung up and chosen.
        programme: the rules in force on the business date.
        tier: the member's, None when nobody is attached: list prices, nothing redeemed, nothing earned.

    Raises:
        Refused: ``redeem.needs_member``; ``redeem.not_redeemable {item}``; ``redeem.below_min {points, least}``;
            ``redeem.step {points, step}``; ``redeem.over_share {points, most, share_bp}``.
        Damaged: ``item.price {item_id}`` for a negative price, ``programme.tier {tier}`` for an impossible discount.
    """
    units = tuple(_unit(line, programme, tier) for line in basket.lines)
    if tier is None and (basket.points or any(unit.line.redeemed for unit in units)):
        raise Refused("redeem.needs_member")
    for unit in units:
        if unit.line.redeemed and not unit.line.item.redeemable:
            raise Refused("redeem.not_redeemable", item=unit.line.item.name)

    weights = [0 if unit.line.redeemed else unit.net_minor for unit in units]
    spent_minor = _against_basket(basket.points, sum(weights), programme)
    shares_minor = allot(spent_minor, weights)
    shares = allot(basket.points, weights)
    paid = [weight - share for weight, share in zip(weights, shares_minor, strict=True)]

    earning = [amount if unit.line.item.earns else 0 for unit, amount in zip(units, paid, strict=True)]
    gained = earned(sum(earning), programme.tier_rule(tier), programme) if tier is not None else 0
    gains = allot(gained, earning)
    lines = tuple(
        _priced(unit, (points, minor), gain, programme)
        for unit, points, minor, gain in zip(units, shares, shares_minor, gains, strict=True)
    )
    return _summed(lines, programme)


def fitting(basket: Basket, programme: Programme, tier: Tier | None) -> Basket:
    """Return the basket with its points lowered to what the rules still allow, after a line was changed or dropped."""
    if basket.points == 0:
        return basket
    units = (_unit(line, programme, tier) for line in basket.lines)
    open_minor = sum(unit.net_minor for unit in units if not unit.line.redeemed)
    return basket.with_points(choosable(open_minor, basket.points, programme).most)


def open_minor(priced: PricedBasket) -> int:
    """Return what points may be chosen against: the money to pay after the lines redeemed wholly."""
    return priced.due_minor + priced.basket_points_minor


def _unit(line: BasketLine, programme: Programme, tier: Tier | None) -> _Unit:
    item = line.item
    if item.price_minor < 0 or (item.member_price_minor or 0) < 0:
        raise Damaged("item.price", item_id=item.item_id)
    prices = [(item.price_minor, "")]  # of equal prices the first names the rule
    if tier is not None:
        if item.member_price_minor is not None:
            prices.append((item.member_price_minor, f"member_price@{programme.version}"))
        prices.append((_discounted(item.price_minor, programme, tier), f"tier_{tier}@{programme.version}"))
    unit_net_minor, rule = min(prices, key=lambda offer: offer[0])
    return _Unit(line, unit_net_minor, rule)


def _discounted(price_minor: int, programme: Programme, tier: Tier) -> int:
    """Return the price less the tier's discount, rounded half up to the minor unit."""
    discount_bp = programme.tier_rule(tier).discount_bp
    if not 0 <= discount_bp <= BASIS_POINTS:
        raise Damaged("programme.tier", tier=str(tier))
    return (price_minor * (BASIS_POINTS - discount_bp) + BASIS_POINTS // 2) // BASIS_POINTS


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


def _priced(unit: _Unit, against: tuple[int, int], gain: int, programme: Programme) -> PricedLine:
    """Return the line worked out; ``against`` is its share of the basket's points and of their worth."""
    line, item, net = unit.line, unit.line.item, unit.net_minor
    points, points_minor = against
    redeemed_minor = net if line.redeemed else 0
    named = {
        unit.rule: bool(unit.rule),
        f"redeem@{programme.version}": line.redeemed,
        f"points@{programme.version}": points > 0,
        f"earn@{programme.version}": gain > 0,
    }
    return PricedLine(
        line_no=line.line_no,
        item=item,
        quantity=line.quantity,
        unit_list_minor=item.price_minor,
        unit_net_minor=unit.unit_net_minor,
        list_minor=item.price_minor * line.quantity,
        net_minor=net,
        redeemed_points=points_for(redeemed_minor, programme),
        redeemed_minor=redeemed_minor,
        basket_points=points,
        basket_points_minor=points_minor,
        paid_minor=net - redeemed_minor - points_minor,
        earned_points=gain,
        rules=tuple(rule for rule, applied in named.items() if applied),
    )


def _summed(lines: tuple[PricedLine, ...], programme: Programme) -> PricedBasket:
    list_minor = sum(line.list_minor for line in lines)
    return PricedBasket(
        lines=lines,
        list_minor=list_minor,
        member_saving_minor=list_minor - sum(line.net_minor for line in lines),
        redeemed_minor=sum(line.redeemed_minor for line in lines),
        basket_points_minor=sum(line.basket_points_minor for line in lines),
        due_minor=sum(line.paid_minor for line in lines),
        redeemed_points=sum(line.redeemed_points for line in lines),
        basket_points=sum(line.basket_points for line in lines),
        earned_points=sum(line.earned_points for line in lines),
        programme_version=programme.version,
    )
