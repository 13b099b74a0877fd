"""Commit a paid sale: rows, debits, the self-grant, calls, the fact, the receipt, all in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.charges import check_counted
from pos_app.domain.coupons import RULE, published_rule
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import Sale, SaleLine
from pos_app.domain.explaining import RuleName, names_of, rules_of
from pos_app.domain.followups import due_calls
from pos_app.domain.ids import Origin, receipt_number
from pos_app.domain.ledger import Asset, Grant, Spend, spend
from pos_app.domain.payment import PaymentState, TenderAsked, settle
from pos_app.domain.points import expires_on, usable_from
from pos_app.domain.pricing import PricedBasket, PricedLine, price
from pos_app.domain.programme import Programme
from pos_app.domain.refund_quote import RefundQuote
from pos_app.domain.refunds import STORED
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.till import OpenSale, Shift, SoldSale
from pos_app.errors import Refused
from pos_app.services import refunding, tiers
from pos_app.services.balances import Standing, owed_points, require, standing
from pos_app.services.campaigns import SaleCampaigns
from pos_app.services.coupons import taken_coupon
from pos_app.services.overrides import Approval, Overrides
from pos_app.services.ports import Unit
from pos_app.services.punching import given_stamps, names_of_cards, spent_stamps, with_stamps
from pos_app.services.redeeming import check_redeem
from pos_app.services.refund_models import Exchange
from pos_app.services.sale_models import SaleDone
from pos_app.services.sale_papers import queue_drawer, queue_receipt
from pos_app.services.stored_value import in_parts
from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class PaidWithGoods:
    """Goods that pay for the sale in hand, and what allows to take them back."""

    exchange: Exchange
    overrides: Overrides
    approval: Approval | None


def pay(
    session: TillSession,
    unit: Unit,
    campaigns: SaleCampaigns,
    tenders: tuple[TenderAsked, ...],
    sale_id: str | None,
    goods: PaidWithGoods | None = None,
) -> SaleDone:
    """Take the money, and the goods, for the basket in hand; see ``Checkout.pay``."""
    current = unit.basket.current()
    in_hand = "" if current is None else current[0].basket.sale_id
    if sale_id is not None and sale_id != in_hand:
        sold = unit.sales.with_id(sale_id)
        if sold is None:
            raise Refused("sale.not_open", sale_id=sale_id)
        return done(session, unit, sold)
    if current is None or current[0].basket.is_empty:
        raise Refused("sale.empty")
    if any(each.kind is TenderKind.EXCHANGE for each in tenders):
        raise Refused("exchange.no_goods")
    check_counted(unit.charges.of_sale(in_hand), tenders, may_wait=True)
    return _Payment(session, unit, current[0], campaigns).take(tenders, goods)


def done(session: TillSession, unit: Unit, sold: SoldSale) -> SaleDone:
    """Return what paying a stored sale did."""
    member_id = sold.sale.member_id
    known = None if member_id is None else unit.members.known(member_id)
    return _told(sold.sale, known, None if known is None else standing(session, unit, known))


def _told(sale: Sale, known: KnownMember | None, after: Standing | None) -> SaleDone:
    """Return what a sale did; ``after`` are the member's points after it."""
    return SaleDone(
        sale_id=sale.sale_id,
        receipt_no=sale.receipt_no,
        due_minor=sale.due_minor,
        change_minor=sum(tender.change_minor for tender in sale.tenders),
        rounding_minor=sale.rounding_minor,
        earned_points=sale.repaid_points + (0 if sale.earned is None else sale.earned.amount),
        spent_points=sum(line.redeemed_points + line.basket_points for line in sale.lines),
        points_after=None if after is None else after.total,
        calls=sale.calls,
        member_name="" if known is None else known.member.name,
        raised=sale.raised,
    )


class _Payment:
    """One payment inside one transaction."""

    def __init__(self, session: TillSession, unit: Unit, sale: OpenSale, campaigns: SaleCampaigns) -> None:
        self._session = session
        self._unit = unit
        self._sale = sale
        self._campaigns = campaigns
        self._shift: Shift = session.shift(unit)
        self._programme: Programme = unit.published.programme(self._shift.business_date)

    def take(self, tenders: tuple[TenderAsked, ...], goods: PaidWithGoods | None = None) -> SaleDone:
        """Check everything, then write everything."""
        session, unit, basket = self._session, self._unit, self._sale.basket
        staff = session.cashier()
        known = None if basket.member_id is None else require(unit, basket.member_id)
        tier = None if known is None else known.member.tier
        in_force = self._campaigns.of(unit, basket, known)
        priced = price(basket, self._programme, tier, in_force)
        self._campaigns.check_shown(basket, priced.due_minor)
        if priced.points:
            check_redeem(session, unit, self._sale, priced.points, self._programme)
        quote = None if goods is None else self._worth(goods.exchange, priced)
        worth = () if goods is None or quote is None else (_goods(goods.exchange, quote),)
        paid = settle(priced.due_minor, (*worth, *in_parts(session, unit, self._sale, tenders)), self._programme)
        session.mind_clock(unit, self._shift.business_date)  # before the sale takes its place in the log
        receipt_n = unit.till.next_number("receipt")
        names = names_of(rules_of(priced), in_force.campaigns)
        names += _coupon_name(basket, priced, self._programme)
        names += names_of_cards(self._programme, basket)
        sale = replace(self._fact(basket, priced, paid, known, receipt_n), names=names)
        if goods is not None and quote is not None:
            sale = refunding.paid_with_goods(unit, sale, goods.exchange.of, quote)
        event = session.say(unit, sale)
        mark(CommitPoint.SALE_SAID_BEFORE_DEBIT)
        now, on = session.clock.now_ms(), self._shift.business_date
        unit.holdings.take(sale.spends, at_ms=now)
        given = sale.stamped if sale.earned is None else (sale.earned, *sale.stamped)
        unit.holdings.install(given, at_ms=now)
        unit.holdings.note_moves(event.seq, sale.spends, given)
        unit.holdings.note_risks(event.seq, sale.member_id or "", sale.at_risk, on)
        unit.calls.put(sale.calls)
        unit.campaign_uses.add(sale.member_id, sale.uses, event.seq)
        unit.sales.add(receipt_n, SoldSale(event.seq, sale, now, on, staff.staff_id, 0, 0))
        after = None if known is None else standing(session, unit, known)
        unit.sales.set_paper(receipt_n, queue_receipt(session, unit, sale, known, after))
        queue_drawer(session, unit, sale)
        unit.basket.clear()
        if goods is None or quote is None:
            return _told(sale, known, after)
        return self._take_goods(sale, known, goods, quote)

    def _take_goods(self, sale: Sale, known: KnownMember | None, goods: PaidWithGoods, quote: RefundQuote) -> SaleDone:
        """Take the goods back that paid for a sale."""
        session, unit, member_id = self._session, self._unit, sale.member_id
        of, asked = goods.exchange.of, goods.exchange.asked
        new = refunding.NewSale(sale.sale_id, sale.receipt_no, sale.due_minor, member_id, 0, quote.exchange_minor)
        back = refunding.take(session, unit, goods.overrides, of, asked, goods.approval, new)
        told = _told(sale, known, None if known is None else standing(session, unit, known))
        return replace(told, change_minor=told.change_minor + back.cash_minor)

    def _worth(self, exchange: Exchange, priced: PricedBasket) -> RefundQuote:
        """Return what the goods pay of the sale; raises what ``refunding.view`` raises."""
        basket, points = self._sale.basket, priced.earned_points - priced.points
        new = refunding.NewSale(basket.sale_id, due_minor=priced.due_minor, member_id=basket.member_id, points=points)
        quote = refunding.view(self._session, self._unit, exchange.of, exchange.asked, new).quote
        if not quote.exchange_minor:
            raise Refused("exchange.worth_nothing")
        return quote

    def _fact(
        self, basket: Basket, priced: PricedBasket, paid: PaymentState, known: KnownMember | None, receipt_n: int
    ) -> Sale:
        identity = self._session.identity(self._unit)
        origin = Origin(identity.terminal_id, identity.epoch, self._unit.log.next_seq())
        today = self._shift.business_date
        member = None if known is None else known.member
        sold = tuple(_sold(rung, line) for rung, line in zip(basket.lines, priced.lines, strict=True))
        lines = tiers.with_terms(sold, priced.lines, known, origin, today)
        lines = with_stamps(lines, basket, priced, self._programme)
        bought = tiers.bought_by(lines, today)
        repaid = 0 if known is None else min(priced.earned_points, owed_points(self._unit, known))
        coupon = taken_coupon(self._session, self._unit, self._sale, priced)
        return Sale(
            sale_id=basket.sale_id,
            receipt_no=receipt_number(identity.store_no, identity.lane, identity.epoch, receipt_n),
            member_id=basket.member_id,
            lines=lines,
            tenders=paid.tenders,
            due_minor=priced.due_minor,
            rounding_minor=paid.rounding_minor,
            spends=self._spends(basket.member_id, priced.points)
            + self._stored_value(basket.member_id, paid.tenders)
            + coupon.spends
            + spent_stamps(self._session, self._unit, basket, self._programme),
            earned=self._earned(basket.member_id, priced.earned_points - repaid, origin),
            calls=due_calls(priced.lines, member, self._programme, origin, identity.store_id, today),
            programme_version=self._programme.version,
            at_risk=coupon.at_risk,
            keeps_coupon=coupon.stays_used,
            uses=priced.uses,
            raised=None if known is None else tiers.raising(known, bought, self._programme, today),
            by_hand=basket.reduction,
            note=basket.note,
            prints_notes=basket.prints_notes,
            stamped=given_stamps(self._session, self._unit, known, lines, origin),
            repaid_points=repaid,
        )

    def _spends(self, member_id: str | None, points: int) -> tuple[Spend, ...]:
        if not points or member_id is None:
            return ()
        holdings = self._unit.holdings.of(member_id)
        return spend(holdings, points, self._shift.business_date, self._session.latest_ms(self._unit))

    def _stored_value(self, member_id: str | None, tenders: Collection[Tender]) -> tuple[Spend, ...]:
        """Return what tenders of stored value take; they are within what is held here."""
        if member_id is None:
            return ()
        today, now_ms = self._shift.business_date, self._session.latest_ms(self._unit)
        held = self._unit.holdings.of(member_id)
        return tuple(
            taken
            for tender in tenders
            if tender.kind in STORED
            for taken in spend(held, tender.amount_minor, today, now_ms, asset=STORED[tender.kind])
        )

    def _earned(self, member_id: str | None, points: int, origin: Origin) -> Grant | None:
        """Return the self-grant of what no debt takes: spendable here at once, or when the rules say so."""
        if not points or member_id is None:
            return None
        today, rules = self._shift.business_date, self._programme
        last, first = expires_on(today, rules), usable_from(today, rules)
        return Grant(origin.part("grant", 1), member_id, Asset.POINTS, points, last, usable_from=first)


def _goods(exchange: Exchange, quote: RefundQuote) -> TenderAsked:
    """Return goods as a tender of the sale that they pay for."""
    return TenderAsked(TenderKind.EXCHANGE, quote.exchange_minor, reference=exchange.of.sale.receipt_no)


def _coupon_name(basket: Basket, priced: PricedBasket, programme: Programme) -> tuple[RuleName, ...]:
    """Return what the coupon is called where it took something off."""
    rule = published_rule(basket.coupon, programme.coupons)
    if rule is None or not any(map(rule.step, rules_of(priced))):
        return ()
    return (RuleName(f"{RULE}{rule.rule_id}@{programme.version}", rule.name, rule.name_en),)


def _sold(rung: BasketLine, line: PricedLine) -> SaleLine:
    return SaleLine(
        line_no=line.line_no,
        item_id=line.item.item_id,
        barcode=line.item.barcode,
        name=line.item.name,
        quantity=line.quantity,
        list_minor=line.list_minor,
        net_minor=line.net_minor,
        redeemed_points=line.redeemed_points,
        redeemed_minor=line.redeemed_minor,
        basket_points=line.basket_points,
        basket_points_minor=line.basket_points_minor,
        paid_minor=line.paid_minor,
        earned_points=line.earned_points,
        rules=line.rules,
        steps=line.steps,
        gains=line.gains,
        weight_g=rung.weight_g,
        kg_minor=line.item.price_minor if rung.weight_g else 0,
        by_hand=rung.by_hand,
        note=rung.note,
        tax_bp=line.item.tax_bp,
        tax_minor=line.tax_minor,
    )
