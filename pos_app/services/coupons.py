"""Whether a coupon may be used here and now, what using it takes, and which ones the member could use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pos_app.domain import price_steps
from pos_app.domain.basket import Basket
from pos_app.domain.coupons import CouponRule, published_rule, rule_of
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import AtRisk
from pos_app.domain.ledger import Asset, Spend, spend
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.programme import Programme
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.services.balances import CouponStanding, coupons, require
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_moment
from pos_app.services.till import TillSession

MOST_CHOICES = 30


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """One coupon of the member: what it takes off the sale in hand, or why it cannot be used in it."""

    lot: str
    rule: CouponRule
    last_day: date
    off_minor: int
    refusal: Refused | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CouponTaken:
    """What a sale takes of its coupon: a right that is held here, or one that is accepted without holding it.

    ``stays_used``: it does not come back with the goods.
    """

    spends: tuple[Spend, ...] = ()
    at_risk: tuple[AtRisk, ...] = ()
    stays_used: bool = False


def off_minor(rule: CouponRule, priced: PricedBasket) -> int:
    """Return what a coupon takes off a basket."""
    return sum(step.minor for line in priced.lines for step in line.steps if rule.step(step.rule))


def check_coupon(session: TillSession, unit: Unit, sale: OpenSale, priced: PricedBasket) -> None:
    """Refuse the coupon in the basket if it cannot be used; before anything is rung up, it waits for its goods.

    Raises:
        Refused: ``coupon.needs_member``; ``coupon.unknown``; ``coupon.other_store {name}``; ``coupon.other_tier
            {name}``; ``coupon.too_early {name, first_day}``; ``coupon.expired {name, last_day}``; ``coupon.used
            {name}``; ``coupon.someone_elses {name}``; ``coupon.short_here {asset, lot, wanted, total}`` for one that
            is held elsewhere; ``coupon.risk_cap {name, off_minor, cap_minor}``; ``coupon.no_items {name}``;
            ``coupon.below_min {name, min_minor, missing_minor}``; ``coupon.outdone {name}`` where the campaigns give
            more without it; what ``check_moment`` raises.
    """
    if not sale.basket.coupon:
        return
    rule, mine = _lawful(session, unit, sale)
    if sale.basket.lines and not off_minor(rule, priced):
        raise _useless(rule, priced)
    _right(session, unit, sale, priced, rule, mine)


def taken_coupon(session: TillSession, unit: Unit, sale: OpenSale, priced: PricedBasket) -> CouponTaken:
    """Return what the coupon in the basket takes of its lot: one use, and none where it takes nothing off."""
    rules = unit.published.programme(session.business_date(unit))
    rule = published_rule(sale.basket.coupon, rules.coupons)
    if rule is None or not off_minor(rule, priced):
        return CouponTaken()
    return _right(session, unit, sale, priced, *_lawful(session, unit, sale))


def choices(
    session: TillSession, unit: Unit, sale: OpenSale, pricer: Callable[[Basket], PricedBasket]
) -> tuple[CouponChoice, ...]:
    """Return the member's coupons: those that can be used now first, what takes most off on top.

    Raises Refused ``coupon.needs_member``.
    """
    if sale.basket.member_id is None:
        raise Refused("coupon.needs_member")
    rules = unit.published.programme(session.business_date(unit))
    known = require(unit, sale.basket.member_id)
    found = []
    for mine in coupons(session, unit, known)[:MOST_CHOICES]:
        rule = published_rule(mine.lot, rules.coupons)
        if rule is None:
            continue
        basket = sale.basket.with_coupon(mine.lot)
        priced = pricer(basket)
        refusal = _refusal(session, unit, OpenSale(basket, sale.proof), priced)
        off = 0 if refusal is not None else off_minor(rule, priced)
        last_day = rule.last_day(mine.expires_on)
        found.append(CouponChoice(mine.lot, rule, last_day, off, refusal, mine.lot == sale.basket.coupon))
    return tuple(sorted(found, key=lambda one: (one.refusal is not None, -one.off_minor, one.last_day, one.lot)))


def _refusal(session: TillSession, unit: Unit, sale: OpenSale, priced: PricedBasket) -> Refused | None:
    """Return why a coupon cannot be used; while there is a line, one that is held elsewhere can be brought."""
    try:
        check_coupon(session, unit, sale, priced)
    except Refused as refusal:
        can_be_brought = refusal.code == "coupon.short_here" and session.link.is_online()
        return None if can_be_brought else refusal
    return None


def _lawful(session: TillSession, unit: Unit, sale: OpenSale) -> tuple[CouponRule, CouponStanding | None]:
    """Return the rule of the coupon in the basket, and what is known of it as the member's; see ``check_coupon``."""
    if sale.basket.member_id is None:
        raise Refused("coupon.needs_member")
    lot, today = sale.basket.coupon, session.business_date(unit)
    rule = rule_of(lot, unit.published.programme(today).coupons, session.identity(unit).store_id)
    known = require(unit, sale.basket.member_id)
    if rule.tiers and known.member.tier not in rule.tiers:
        raise Refused("coupon.other_tier", **rule.named)
    mine = next((one for one in coupons(session, unit, known) if one.lot == lot), None)
    if mine is None:
        _check_not_mine(session, unit, lot, rule, known)
    _check_days(rule, _end(unit, lot, known, mine), today)
    return rule, mine


def _right(
    session: TillSession,
    unit: Unit,
    sale: OpenSale,
    priced: PricedBasket,
    rule: CouponRule,
    mine: CouponStanding | None,
) -> CouponTaken:
    """Return what using the coupon in the basket takes; see ``check_coupon``."""
    lot, today = sale.basket.coupon, session.business_date(unit)
    rules = unit.published.programme(today)
    check_moment(session, unit, rules)
    if mine is not None and mine.usable_here:
        held = unit.holdings.of(sale.basket.member_id or "")
        taken = spend(held, 1, today, session.latest_ms(unit), asset=Asset.COUPON, lot=lot)
        return CouponTaken(taken, stays_used=not rule.comes_back)
    if mine is None and rule.bearer and rules.offline_coupon_cap_minor and not session.link.is_online():
        _check_risk(rule, priced, rules)
        return CouponTaken(at_risk=(AtRisk(Asset.COUPON, lot, 1),))
    total = 1 if mine is None else mine.total  # one that is not known here head office may know
    raise Refused("coupon.short_here", asset=Asset.COUPON.value, lot=lot, wanted=1, total=total, **rule.named)


def _end(unit: Unit, lot: str, known: KnownMember, mine: CouponStanding | None) -> date | None:
    """Return the last day of a coupon as far as this till ever knew it."""
    if mine is not None:
        return mine.expires_on
    published = () if known.balance is None else known.balance.lots
    days = [one.expires_on for one in published if (one.asset, one.lot) == (Asset.COUPON, lot)]
    days += [holding.grant.expires_on for holding in unit.holdings.of_lot(Asset.COUPON, lot)]
    return max(days, default=None)


def _check_days(rule: CouponRule, expires_on: date | None, today: date) -> None:
    first_day = rule.first_day(expires_on or date.max)
    if expires_on is None and rule.after_days:
        first_day = rule.valid_from or date.min
    if today < first_day:
        raise Refused("coupon.too_early", **rule.named, first_day=first_day)
    last_day = rule.last_day(expires_on or date.max)
    if today > last_day:
        raise Refused("coupon.expired", **rule.named, last_day=last_day)


def _check_not_mine(session: TillSession, unit: Unit, lot: str, rule: CouponRule, known: KnownMember) -> None:
    """Refuse a coupon that this till knows to be used, or to be another member's.

    One of nobody that was used here may have come back with its goods: while there is a line, head office knows.
    """
    asks = rule.bearer and session.link.is_online()
    if not asks and unit.holdings.is_used(Asset.COUPON, lot):
        raise Refused("coupon.used", **rule.named)
    for holding in () if asks else unit.holdings.of_lot(Asset.COUPON, lot):
        holder = unit.members.known(holding.grant.member_id)
        if holder is None or holder.member.member_id != known.member.member_id:
            raise Refused("coupon.someone_elses", **rule.named)


def _check_risk(rule: CouponRule, priced: PricedBasket, rules: Programme) -> None:
    off, cap = off_minor(rule, priced), rules.offline_coupon_cap_minor
    if off > cap:
        raise Refused("coupon.risk_cap", **rule.named, off_minor=off, cap_minor=cap)


def _useless(rule: CouponRule, priced: PricedBasket) -> Refused:
    """Return why a coupon takes nothing off a basket in which something is rung up."""
    lines = [line for line in priced.lines if not line.redeemed_points and rule.holds(line.item)]
    of_gift = [line for line in priced.lines if not line.redeemed_points and line.item.item_id == rule.free_item]
    amount = sum(
        line.list_minor - sum(step.minor for step in line.steps if _is_unit_price(step.rule))
        for line in lines
        if line.item.item_id != rule.free_item
    )
    if (rule.free_item and not of_gift) or not (rule.free_item or lines):
        return Refused("coupon.no_items", **rule.named)
    if amount < rule.min_minor:
        missing = rule.min_minor - amount
        return Refused("coupon.below_min", **rule.named, min_minor=rule.min_minor, missing_minor=missing)
    return Refused("coupon.outdone", **rule.named)


def _is_unit_price(rule: str) -> bool:
    name = rule.partition("@")[0]
    return price_steps.is_of_member(name) or name == price_steps.BY_HAND
