"""What people do at a till's counter in one go: pay with all that they have, show a coupon, bring goods back.

Coupons here are of no published rule: what is of interest is who holds them.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from pos_app.domain.events import AtRisk, Sale
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, spend, usable
from pos_app.domain.payment import TenderAsked
from pos_app.domain.refunds import STORED
from pos_app.domain.returnable import Returnable
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.campaigns import SaleCampaigns
from pos_app.services.paying import _Payment
from pos_app.services.redeeming import check_life
from pos_app.services.refund_models import RefundAsked
from pos_app.services.refunds import AT_OFFICE
from pos_app.services.sale_models import SaleDone
from pos_app.services.till import TillSession
from tests.sim.machine import Process
from tests.sim.truth import Said


class CouponPayment(_Payment):
    """A payment in which a coupon is used up: one that this till holds, or one that it takes at risk."""

    def __init__(
        self, session: TillSession, unit: Any, sale: Any, campaigns: SaleCampaigns, lot: str, *, at_risk: bool
    ) -> None:
        super().__init__(session, unit, sale, campaigns)
        self._lot = lot
        self._at_risk = at_risk

    def _fact(self, basket: Any, priced: Any, paid: Any, known: Any, receipt_n: int) -> Sale:
        sale = replace(super()._fact(basket, priced, paid, known, receipt_n), keeps_coupon=True)
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


def take_back(process: Process, said: Said, line_no: int, pieces: int) -> Returnable:
    """Take pieces of a sold line back: as this till knows the receipt, else as head office would tell of the sale.

    Raises Refused as ``RefundDesk.look`` and ``take_back`` do.
    """
    desk, sale = process.refunds, said.fact
    assert isinstance(sale, Sale)
    try:
        of = desk.look(sale.receipt_no)
    except Refused as error:
        if error.code != AT_OFFICE:
            raise
        sold_on = date.fromisoformat(said.business_date)
        of = Returnable(sale, Origin(*said.life, said.seq), process.machine.clock.now_ms(), sold_on, "", "", 1)
    desk.take_back(of, RefundAsked(desk.begin(), {line_no: pieces}, "changed mind"))
    return of
