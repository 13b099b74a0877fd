"""The refund desk: find the sale, show what a refund comes to, take goods back (退货, 作废)."""

from collections.abc import Mapping

from pos_app.domain import codes
from pos_app.domain.ids import UUID7_RANDOM_BYTES, Origin, is_training_number, uuid7
from pos_app.domain.ledger import Asset, usable
from pos_app.domain.money_back import so_far
from pos_app.domain.refunds import lot_of
from pos_app.domain.returnable import PastRefund, Returnable
from pos_app.domain.till import SoldSale, TakenBack
from pos_app.errors import Refused
from pos_app.services import refunding
from pos_app.services.lookup import find_members
from pos_app.services.overrides import Override, Overrides
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.refund_models import FoundSales, RefundAsked, RefundDone, RefundRights, RefundView, SaleRow
from pos_app.services.refunding import NewSale
from pos_app.services.till import TillSession

MOST_ROWS = 20
AT_OFFICE = "refund.at_office"


class RefundDesk:
    """Takes goods back. What head office has to be asked for is asked by the caller, on a thread that may wait.

    All methods raise Refused ``staff.nobody``, ``till.not_enrolled``.
    """

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)

    def begin(self) -> str:
        """Return the identity of a new refund."""
        return uuid7(self._session.clock.now_ms(), self._session.rng.token(UUID7_RANDOM_BYTES))

    def find(self, text: str) -> FoundSales:
        """Find the sale by what somebody scanned or typed: receipt, member, or an item sold today.

        Raises:
            Refused: ``refund.no_receipt`` for nothing, ``refund.not_found {text}``, ``scan.damaged {reason}``,
                ``scan.payment_code``.
        """
        self._session.cashier()
        code = codes.parse(text)
        if isinstance(code, codes.BadCode):
            raise Refused("scan.damaged", reason=code.reason)
        if isinstance(code, codes.PaymentCode):
            raise Refused("scan.payment_code")
        if isinstance(code, codes.ReceiptCode):
            return FoundSales(code.receipt_no)
        if not text.strip():
            raise Refused("refund.no_receipt")
        with self._session.store.view() as unit:
            sold = self._with_item(unit, code) or self._of_member(unit, text)
            rows = tuple(_row(unit, each) for each in sold)
        if not rows:
            raise Refused("refund.not_found", text=text.strip())
        return FoundSales(rows=rows) if len(rows) > 1 else FoundSales(rows[0].receipt_no)

    def look(self, receipt_no: str) -> Returnable:
        """Return a sale of this till that it may still take back itself.

        Raises:
            Refused: ``refund.at_office {receipt_no}``: the sale, or the right to take it back, is at head office, which
                has to be asked for it; ``receipt.is_training`` for a receipt that sold nothing.
        """
        self._session.cashier()
        with self._session.store.view() as unit:
            sold = unit.sales.with_receipt(receipt_no)
            if sold is None and is_training_number(receipt_no):
                raise Refused("receipt.is_training", receipt_no=receipt_no)
            if sold is None or sold.seq <= unit.days.last_close():
                raise Refused(AT_OFFICE, receipt_no=receipt_no)
            return self._own(unit, sold)

    def work_out(self, of: Returnable, asked: RefundAsked, new: NewSale = refunding.NO_SALE) -> RefundView:
        """Return what a refund comes to; ``new`` is the sale that the goods are to pay for.

        Raises:
            Refused: ``refund.nothing``, ``refund.all_back``, ``refund.gone {item, left, wanted}``,
                ``refund.not_in_cash``, ``refund.day_closed``.
        """
        with self._session.store.view() as unit:
            return refunding.view(self._session, unit, of, asked, new)

    def rights_for(self, of: Returnable, pieces: Mapping[int, int]) -> tuple[RefundRights, ...]:
        """Return the rights that are not here and have to be asked for; none for this till's own sale of today."""
        if of.has_right:
            return ()

        def need(unit: Unit) -> tuple[RefundRights, ...]:
            member_id = of.sale.member_id or ""
            held, today = unit.holdings.of(member_id), self._session.business_date(unit)
            now_ms = self._session.latest_ms(unit)
            wanted = []
            for line_no, count in sorted(pieces.items()):
                lot = lot_of(of.sale.sale_id, line_no)
                short = count - usable(held, today, now_ms, asset=Asset.REFUND, lot=lot)
                if short > 0:
                    wanted.append(RefundRights(member_id, lot, short, unit.till.next_number("request")))
            return tuple(wanted)

        return self._session.run(need)

    def take_back(self, of: Returnable, asked: RefundAsked, override: Override | None = None) -> RefundDone:
        """Take goods back: one transaction, then the slip waits in the print queue. Asking twice is one refund.

        Raises:
            Refused: what ``work_out`` raises, ``refund.needs_reason``, ``refund.changed {shown_minor, given_minor}``,
                ``rights.short_here``, ``redeem.life_ended``, ``day.not_open``, and what ``Overrides.check`` and
                ``allow`` raise.
        """
        with self._session.store.view() as unit:
            done = unit.refunds.with_id(asked.refund_id)
            if done is not None:
                return refunding.told(self._session, unit, done.fact, of)
            act, _amount = refunding.act_of(refunding.view(self._session, unit, of, asked))
        approval = self._overrides.check(act, override)
        return self._session.run(lambda unit: refunding.take(self._session, unit, self._overrides, of, asked, approval))

    def _own(self, unit: Unit, sold: SoldSale) -> Returnable:
        identity = self._session.identity(unit)
        told = unit.refunds.of_sale(sold.sale.sale_id)
        place = (identity.store_name, identity.store_name_en, identity.lane)
        return Returnable(
            sale=sold.sale,
            sold_as=Origin(identity.terminal_id, identity.epoch, sold.seq),
            sold_at_ms=sold.sold_at_ms,
            business_date=sold.business_date,
            store_name=identity.store_name,
            store_name_en=identity.store_name_en,
            lane=identity.lane,
            past=tuple(_past(taken, *place) for taken in told),
            so_far=so_far(sold.sale, (taken.fact for taken in told)),
            has_right=True,
            is_sole=True,
        )

    def _with_item(self, unit: Unit, code: codes.Code) -> list[SoldSale]:
        """Return today's sales of an item that was brought without its receipt."""
        barcode = code.gtin13 if isinstance(code, codes.ItemCode) else ""
        item = unit.published.item_with_barcode(barcode) if barcode else None
        if item is None:
            return []
        return unit.sales.with_item(item.item_id, self._session.business_date(unit), MOST_ROWS)

    def _of_member(self, unit: Unit, text: str) -> list[SoldSale]:
        """Return what a member bought here, within the days that goods come back."""
        hits = find_members(unit, text, 2)
        if len(hits) != 1:
            return []
        today = self._session.business_date(unit)
        days = unit.published.programme(today).refund_days
        sold = unit.sales.of_member(hits[0].member_id, MOST_ROWS)
        return [each for each in sold if (today - each.business_date).days <= days]


def _row(unit: Unit, sold: SoldSale) -> SaleRow:
    pieces = sum(line.quantity for line in sold.sale.lines)
    sale = sold.sale
    gone = sum(so_far(sale, (taken.fact for taken in unit.refunds.of_sale(sale.sale_id))).pieces.values())
    return SaleRow(sale.receipt_no, sold.sold_at_ms, sale.due_minor, pieces, pieces - gone, sale.lines[0].name)


def _past(taken: TakenBack, store_name: str, store_name_en: str, lane: int) -> PastRefund:
    fact = taken.fact
    pieces = sum(line.quantity for line in fact.lines)
    given = sum(tender.amount_minor for tender in fact.tenders)
    return PastRefund(fact.refund_no, taken.at_ms, store_name, store_name_en, lane, pieces, given)
