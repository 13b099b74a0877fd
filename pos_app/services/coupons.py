"""Whether a coupon may be used here and now, and what using it takes."""

from pos_app.domain.coupons import CouponRule, rule_of
from pos_app.domain.ledger import Asset, Spend, spend
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.services.balances import lots, require
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_moment
from pos_app.services.till import TillSession


def check_coupon(session: TillSession, unit: Unit, sale: OpenSale) -> CouponRule | None:
    """Return the rule of the coupon in the basket, None for none.

    Raises:
        Refused: ``coupon.needs_member``; ``coupon.unknown``; ``coupon.other_store {name}``; ``coupon.gone`` for one
            that is used up, expired, or another member's; ``coupon.short_here {asset, lot, wanted, total}`` for one
            that is held elsewhere; what ``check_moment`` raises.
    """
    lot = sale.basket.coupon
    if not lot:
        return None
    if sale.basket.member_id is None:
        raise Refused("coupon.needs_member")
    rules = unit.published.programme(session.business_date(unit))
    rule = rule_of(lot, rules.coupons, session.identity(unit).store_id)
    check_moment(session, unit, rules)
    known = require(unit, sale.basket.member_id)
    mine = next((one for one in lots(session, unit, known) if (one.asset, one.lot) == (Asset.COUPON, lot)), None)
    if mine is None:
        raise Refused("coupon.gone", name=rule.name)
    if not mine.usable_here:
        raise Refused("coupon.short_here", asset=Asset.COUPON.value, lot=lot, wanted=1, total=mine.total)
    return rule


def spent_coupon(session: TillSession, unit: Unit, sale: OpenSale, priced: PricedBasket) -> tuple[Spend, ...]:
    """Return what the coupon in the basket takes of its lot: one use, and none where it took nothing off."""
    rule = check_coupon(session, unit, sale)
    if rule is None or not any(rule.step(step.rule) for line in priced.lines for step in line.steps):
        return ()
    held = unit.holdings.of(sale.basket.member_id or "")
    today, now_ms = session.business_date(unit), session.latest_ms(unit)
    return spend(held, 1, today, now_ms, asset=Asset.COUPON, lot=sale.basket.coupon)
