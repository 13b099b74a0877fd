"""Prices changed by hand: how far a person may go alone, and who approved more."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from pos_app.domain.basket import WHOLE_BP, Basket, Reduction
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.programme import Programme
from pos_app.domain.staff import Act
from pos_app.domain.till import OpenSale, Undo
from pos_app.errors import Refused
from pos_app.services.overrides import Approval, Overrides
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

Pricer: TypeAlias = Callable[[Basket], PricedBasket]


@dataclass(frozen=True, slots=True)
class HandPrice:
    """What somebody wants: a line's price of a piece (``asked_minor``), or a ``reduction`` of it or of the order.

    ``line_no`` is None for the whole order. With neither, what was changed by hand is taken back.
    """

    line_no: int | None
    asked_minor: int | None = None
    reduction: Reduction | None = None
    reason: str = ""

    @property
    def act(self) -> Act:
        """Return what has to be allowed."""
        if self.line_no is None:
            return Act.DISCOUNT_ORDER
        return Act.DISCOUNT_LINE if self.asked_minor is None else Act.SET_PRICE


@dataclass(frozen=True, slots=True)
class HandEffect:
    """What a change by hand would do: to the line or order, to what is due, and whether it needs an approval.

    ``share_bp`` is what it takes off in basis points, as the limits count it.
    """

    before_minor: int
    after_minor: int
    due_minor: int
    needs_approval: bool
    share_bp: int = 0


class HandPrices:
    """Changes prices by hand inside a transaction."""

    def __init__(self, session: TillSession, overrides: Overrides) -> None:
        self._session = session
        self._overrides = overrides

    def change(
        self, unit: Unit, sale: OpenSale, wanted: HandPrice, approval: Approval | None, price: Pricer
    ) -> tuple[OpenSale, Undo]:
        """Change a price by hand, within the limit of who is signed in or as ``approval`` allows.

        What is approved for the order is an amount of money, also where a share was asked for, and at most that share:
        goods that are rung up later are not part of it, and goods that are taken out take their part with them.

        Raises:
            Refused: ``reduction.needs_reason``, what the basket raises, and what ``Overrides.allow`` raises.
        """
        if wanted.asked_minor is None and wanted.reduction is None:
            return _taken_back(sale, wanted)
        if not wanted.reason.strip():
            raise Refused("reduction.needs_reason")
        after = _changed(sale, wanted)
        subject = "" if wanted.line_no is None else sale.basket.line(wanted.line_no).item.name
        base_minor, off_minor, bp = _measure(sale, wanted, price)
        if not self._limit_allows(unit, wanted.act, bp):
            self._overrides.allow(unit, wanted.act, approval, bp, subject=subject, amount_minor=off_minor)
            assert approval is not None
            if wanted.line_no is None and wanted.reduction is not None:
                allowed = replace(wanted.reduction, bp=0, minor=min(off_minor, base_minor), most_bp=bp)
                wanted = replace(wanted, reduction=allowed)
            after = _changed(sale, wanted, approval.approver.name)
        return after, _told(wanted, subject, off_minor)

    def effect(self, unit: Unit, sale: OpenSale, wanted: HandPrice, price: Pricer) -> HandEffect:
        """Return what a change would do, without doing it; raises what the basket raises for an impossible one."""
        if wanted.asked_minor is None and wanted.reduction is None:
            base_minor = _base(sale, wanted, price)
            after, _undo = _taken_back(sale, wanted)
            return HandEffect(base_minor, base_minor, _due(after, price), needs_approval=False)
        after = _changed(sale, wanted)
        base_minor, off_minor, bp = _measure(sale, wanted, price)
        allowed = self._limit_allows(unit, wanted.act, bp)
        due_minor = _due(after, price)
        return HandEffect(base_minor, base_minor - off_minor, due_minor, needs_approval=not allowed, share_bp=bp)

    def fitted(self, unit: Unit, sale: OpenSale, price: Pricer) -> OpenSale:
        """Return the sale without what nobody approved off the order and who is signed in now may not take off alone.

        An amount becomes too much as goods are taken out; a share, when somebody else goes on with the sale.
        """
        reduction = sale.basket.reduction
        if reduction is None or reduction.approved_by or sale.basket.is_empty:
            return sale
        wanted = HandPrice(None, reduction=reduction)
        whole_minor = _base(sale, wanted, price)
        share_bp = reduction.bp or _share_bp(reduction.minor, whole_minor)
        if reduction.minor <= whole_minor and self._limit_allows(unit, wanted.act, share_bp):
            return sale
        return replace(sale, basket=sale.basket.with_reduction(None))

    def _limit_allows(self, unit: Unit, act: Act, bp: int) -> bool:
        rules: Programme = unit.published.programme(self._session.business_date(unit))
        return rules.limit(self._session.cashier().role).allows(act, bp)


def _changed(sale: OpenSale, wanted: HandPrice, approved_by: str = "") -> OpenSale:
    basket, reduction = sale.basket, wanted.reduction
    if reduction is not None:
        reduction = replace(reduction, reason=wanted.reason, approved_by=approved_by)
    if wanted.line_no is None:
        basket = basket.with_reduction(reduction)
    elif reduction is not None:
        basket = basket.with_line_reduction(wanted.line_no, reduction)
    else:
        basket = basket.with_price(wanted.line_no, wanted.asked_minor, wanted.reason, approved_by)
    return replace(sale, basket=basket)


def _taken_back(sale: OpenSale, wanted: HandPrice) -> tuple[OpenSale, Undo]:
    if wanted.line_no is None:
        return replace(sale, basket=sale.basket.with_reduction(None)), Undo("hand_price_off")
    subject = sale.basket.line(wanted.line_no).item.name
    return replace(sale, basket=sale.basket.with_price(wanted.line_no, None)), Undo("hand_price_off", subject)


def _told(wanted: HandPrice, subject: str, off_minor: int) -> Undo:
    if wanted.asked_minor is not None:
        return Undo("price_set", subject, wanted.asked_minor)
    return Undo("order_reduced" if wanted.line_no is None else "line_reduced", subject, off_minor)


def _measure(sale: OpenSale, wanted: HandPrice, price: Pricer) -> tuple[int, int, int]:
    """Return what the change is measured against, what it takes off that, and the share in basis points, rounded up.

    A price set by hand is measured against the list price: it takes the place of every other rule.
    """
    if wanted.asked_minor is not None and wanted.line_no is not None:
        line = sale.basket.line(wanted.line_no)
        base_minor, off_minor = line.list_minor, line.list_minor - wanted.asked_minor * line.quantity
    else:
        assert wanted.reduction is not None
        base_minor = _base(sale, wanted, price)
        if wanted.reduction.minor > base_minor:
            raise Refused("reduction.above_price", most_minor=base_minor)
        off_minor = wanted.reduction.off(base_minor)
    return base_minor, off_minor, _share_bp(off_minor, base_minor)


def _base(sale: OpenSale, wanted: HandPrice, price: Pricer) -> int:
    """Return the price of the line or the order with all rules, but without what is changed by hand now."""
    basket = replace(sale.basket.with_points(0), reduction=None)
    if wanted.line_no is None:
        return sum(line.goods_minor for line in price(basket).lines)
    priced = price(basket.with_price(wanted.line_no, None))
    return next(line.goods_minor for line in priced.lines if line.line_no == wanted.line_no)


def _due(sale: OpenSale, price: Pricer) -> int:
    return price(sale.basket.with_points(0)).due_minor


def _share_bp(part_minor: int, whole_minor: int) -> int:
    return -(-part_minor * WHOLE_BP // whole_minor) if whole_minor else 0
