"""What a till's counter does that its desks do not offer yet: goods that come back, and coupons.

Rules, prices and tables are the product's own; here is only the order in which a careful till uses them.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from pos_app.domain.events import AtRisk, Sale, SaleRefunded
from pos_app.domain.ids import Origin, receipt_number
from pos_app.domain.ledger import Asset, Grant, Spend, spend, usable
from pos_app.domain.money_back import lots_back, money_back, shares
from pos_app.domain.payment import TenderAsked
from pos_app.domain.refunds import STORED, lot_of, refunded
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.campaigns import SaleCampaigns
from pos_app.services.paying import _Payment
from pos_app.services.redeeming import check_life
from pos_app.services.sale_models import SaleDone
from pos_app.services.till import TillSession
from tests.sim.machine import Process


class CouponPayment(_Payment):
    """A payment in which a coupon is used up: one that this till holds, or one that it takes at risk."""

    def __init__(
        self, session: TillSession, unit: Any, sale: Any, campaigns: SaleCampaigns, lot: str, *, at_risk: bool
    ) -> None:
        super().__init__(session, unit, sale, campaigns)
        self._lot = lot
        self._at_risk = at_risk

    def _fact(self, basket: Any, priced: Any, paid: Any, known: Any, receipt_n: int) -> Sale:
        sale = super()._fact(basket, priced, paid, known, receipt_n)
        if basket.member_id is None:
            raise Refused("redeem.needs_member")
        if self._at_risk:
            return replace(sale, at_risk=(AtRisk(Asset.COUPON, self._lot, 1),))
        check_life(self._unit)
        held = self._unit.holdings.of(basket.member_id)
        today, now_ms = self._shift.business_date, self._session.latest_ms(self._unit)
        return replace(sale, spends=sale.spends + spend(held, 1, today, now_ms, asset=Asset.COUPON, lot=self._lot))


def pay(process: Process, *, stored: bool, lot: str = "", at_risk: bool = False) -> SaleDone:
    """Take the money for the basket in hand.

    Args:
        stored: whether the member pays from stored value as far as it goes here. ``lot``: the coupon that is used.
    """
    priced = process.checkout.state().priced
    if priced is None:
        raise Refused("sale.empty")

    def take(unit: Any) -> SaleDone:
        current = unit.basket.current()
        if current is None or current[0].basket.is_empty:
            raise Refused("sale.empty")
        shown, campaigns = replace(current[0], proof="card"), SaleCampaigns(process.session)
        tenders = _tenders(process.session, unit, current[0].basket.member_id, priced.due_minor, stored=stored)
        payment = (
            CouponPayment(process.session, unit, shown, campaigns, lot, at_risk=at_risk)
            if lot
            else _Payment(process.session, unit, shown, campaigns)
        )
        return payment.take(tenders)

    return process.session.run(take)


def _tenders(
    session: TillSession, unit: Any, member_id: str | None, due: int, *, stored: bool
) -> tuple[TenderAsked, ...]:
    tenders: list[TenderAsked] = []
    if stored and member_id is not None:
        held, today, now_ms = unit.holdings.of(member_id), session.business_date(unit), session.latest_ms(unit)
        for kind, asset in STORED.items():
            part = min(due, usable(held, today, now_ms, asset=asset))
            if part:
                tenders.append(TenderAsked(kind, part, reference="r"))
                due -= part
    if due:
        tenders.append(TenderAsked(TenderKind.CARD, due, reference="r"))
    return tuple(tenders)


def take_back(process: Process, sale: Sale, sold_as: Origin, line_no: int, pieces: int) -> SaleRefunded:
    """Take pieces of a sold line back: by this till's own right while it has not closed that day, else by a grant.

    Raises Refused ``refund.quantity``, ``refund.gone``, ``rights.short_here``, ``redeem.life_ended``, ``day.not_open``.
    """
    session = process.session
    line = next(each for each in sale.lines if each.line_no == line_no)

    def run(unit: Any) -> SaleRefunded:
        session.cashier()
        check_life(unit)
        shift = session.shift(unit)
        session.mind_clock(unit, shift.business_date)
        known = unit.sales.with_id(sale.sale_id)  # a copy of this disk may have sold under its name
        rights: tuple[Spend, ...] = ()
        if known is not None and (known.sale, known.seq) == (sale, sold_as.seq) and sold_as.seq > shift.opened_seq:
            if pieces > line.quantity - _gone(unit, sale, line_no, sold_as.seq):
                raise Refused("refund.gone", sale_id=sale.sale_id)
        else:
            held = unit.holdings.of(sale.member_id or "")
            today, now_ms, lot = shift.business_date, session.latest_ms(unit), lot_of(sale.sale_id, line_no)
            rights = spend(held, pieces, today, now_ms, asset=Asset.REFUND, lot=lot)
        fact = _fact(session, unit, sale, sold_as, line_no, pieces, rights)
        session.say(unit, fact, shift.business_date)
        at_ms = session.clock.now_ms()
        unit.holdings.take((*rights, *fact.taken_back), at_ms=at_ms)
        unit.holdings.install(fact.given_back, at_ms=at_ms)
        return fact

    return session.run(run)


def _gone(unit: Any, sale: Sale, line_no: int, since: int) -> int:
    """Return the pieces of a line that came back here before."""
    gone: Counter[int] = Counter()
    for _seq, fact, _at in unit.log.facts(since, unit.log.next_seq() - 1):
        if isinstance(fact, SaleRefunded) and fact.sale_id == sale.sale_id:
            gone.update({line.line_no: line.quantity for line in fact.lines})
    return gone[line_no]


def _fact(
    session: TillSession, unit: Any, sale: Sale, sold_as: Origin, line_no: int, pieces: int, rights: tuple[Spend, ...]
) -> SaleRefunded:
    sold = next(each for each in sale.lines if each.line_no == line_no)
    line = refunded(sold, pieces)
    identity = session.identity(unit)
    origin = Origin(identity.terminal_id, identity.epoch, unit.log.next_seq())
    rules = unit.published.programme(session.business_date(unit))
    back = money_back(sale, shares(sale, line.paid_minor, None), rules)
    number = receipt_number(identity.store_no, identity.lane, identity.epoch, unit.till.next_number("refund"))
    earned = line.earned_points if sale.member_id else 0
    taken_back = _taken_back(session, unit, sale.member_id, earned)
    return SaleRefunded(
        refund_id=session.rng.token(8).hex(),
        refund_no=f"R{number}",
        sale_id=sale.sale_id,
        sold_as=sold_as,
        member_id=sale.member_id,
        lines=(line,),
        tenders=back.tenders,
        refund_minor=line.paid_minor,
        rounding_minor=sum(back.by_tender) - line.paid_minor,
        returned=None,
        taken_back=taken_back,
        owed_points=earned - sum(each.amount for each in taken_back),
        spends=rights,
        reason="changed mind",
        by_tender=back.by_tender,
        lots=_lots(unit, sale, line.points, origin),
    )


def _lots(unit: Any, sale: Sale, points: int, origin: Origin) -> tuple[Grant, ...]:
    """Return the points as holdings here, lot by lot, where this till knows until when they may be spent."""
    known = {held.grant.gid: held.grant for held in unit.holdings.of(sale.member_id or "")}
    spent = [each for each in sale.spends if each.gid in known and known[each.gid].asset is Asset.POINTS]
    back = lots_back(spent, points, 0)
    if sale.member_id is None or sum(each.amount for each in back) != points:
        return ()
    return tuple(
        Grant(origin.part("grant", n), sale.member_id, Asset.POINTS, each.amount, known[each.gid].expires_on)
        for n, each in enumerate(back, 1)
    )


def _taken_back(session: TillSession, unit: Any, member_id: str | None, earned: int) -> tuple[Spend, ...]:
    if not earned or member_id is None:
        return ()
    held, today, now_ms = unit.holdings.of(member_id), session.business_date(unit), session.latest_ms(unit)
    here = min(earned, usable(held, today, now_ms))
    return spend(held, here, today, now_ms) if here else ()
