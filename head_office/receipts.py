"""Receipts that a till asks for by number, to take goods back: what a refund needs of the sale, and no more."""

from dataclasses import replace

import sqlalchemy as sa

from head_office.books.holders import Wanted, holders_of
from head_office.books.receipts import MAX_NUMBER
from head_office.books.refunds import RefundBook, Sold
from head_office.office import Office
from head_office.sessions import Caller
from head_office.store import schema
from pos_app.domain.events import SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset
from pos_app.domain.members import HeldElsewhere
from pos_app.domain.posting import holder_name
from pos_app.domain.refunds import REFUND, lot_of
from pos_app.domain.returnable import PastRefund, Returnable
from pos_app.errors import Refused
from pos_app.sync.wire.event_codec import decode
from pos_app.sync.wire.http import MALFORMED
from pos_app.sync.wire.messages import ReceiptAnswer, ReceiptRequest

UNKNOWN = "receipt.not_at_office"
OPEN = "receipt.day_open"  # only the till that sold may take it back until it closes its day
IS_REFUND = "receipt.is_refund"
_RECEIPT, _LIFE, _INBOX = schema.receipt.c, schema.life.c, schema.inbox.c
_STORE, _TERMINAL = schema.store.c, schema.terminal.c
_PLACE = (
    sa.select(_INBOX.body, _TERMINAL.terminal_id, _TERMINAL.lane, _LIFE.epoch, _STORE.name, _STORE.name_en)
    .add_columns(_RECEIPT.receipt_no, _RECEIPT.sale_id, _RECEIPT.of_sale, _RECEIPT.seq)
    .join(schema.life, _LIFE.life_no == _RECEIPT.life_no)
    .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
    .join(schema.store, _STORE.store_id == _LIFE.store_id)
    .join(schema.inbox, sa.and_(_INBOX.life_no == _RECEIPT.life_no, _INBOX.seq == _RECEIPT.seq))
)
_BY_NUMBER = _PLACE.where(_RECEIPT.receipt_no == sa.bindparam("number"))
_BACK = _PLACE.where(_RECEIPT.of_sale == sa.bindparam("sale_id")).order_by(_RECEIPT.business_date, _RECEIPT.seq)


class ReceiptDesk:
    """Answers tills that were shown a receipt."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def look(self, request: ReceiptRequest) -> ReceiptAnswer:
        """Return the sale of a receipt; raises Refused ``session.unknown``, ``request.malformed``."""
        caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)
        if not 0 < len(request.receipt_no) <= MAX_NUMBER:
            raise Refused(MALFORMED, detail="receipt_no")
        return self._office.database.write(lambda connection: self._look(connection, caller, request.receipt_no))

    def _look(self, connection: sa.Connection, caller: Caller, receipt_no: str) -> ReceiptAnswer:
        row = connection.execute(_BY_NUMBER, {"number": receipt_no}).one_or_none()
        if row is not None and row.of_sale:
            return self._say(code=IS_REFUND)
        book = RefundBook(connection, caller.life_no)
        sold = None if row is None else book.find(lot_of(row.sale_id, 1))
        if row is None or sold is None:
            return self._say(code=UNKNOWN)
        if not book.is_closed(sold):
            return self._say(code=OPEN, held=[book.seller(sold).named(self._office.clock.now_ms())])
        _fact, at = decode(row.body)
        return self._say(
            Returnable(
                sale=replace(sold.sale, calls=()),
                sold_as=Origin(row.terminal_id, row.epoch, row.seq),
                sold_at_ms=at.wall_utc_ms,
                business_date=at.business_date,
                store_name=row.name,
                store_name_en=row.name_en,
                lane=row.lane,
                past=self._past(connection, sold),
                so_far=sold.so_far(""),
                is_sole=self._is_sole(connection, sold, holder_name(caller.terminal_id, caller.epoch)),
            )
        )

    def _past(self, connection: sa.Connection, sold: Sold) -> tuple[PastRefund, ...]:
        found = []
        for row in connection.execute(_BACK, {"sale_id": sold.sale.sale_id}):
            if row.sale_id not in sold.refunds:
                continue
            fact, at = decode(row.body)
            assert isinstance(fact, SaleRefunded), row.receipt_no
            pieces = sum(line.quantity for line in fact.lines)
            given = sum(tender.amount_minor for tender in fact.tenders)
            where = (row.name, row.name_en, row.lane)
            found.append(PastRefund(fact.refund_no, at.wall_utc_ms, *where, pieces, given))
        return tuple(found)

    def _is_sole(self, connection: sa.Connection, sold: Sold, asker: str) -> bool:
        """Say whether no other till holds a right to anything of the sale."""
        lots = [lot_of(sold.sale.sale_id, line.line_no) for line in sold.sale.lines]
        wanted = [Wanted(sold.sale.member_id or "", Asset.REFUND, lot) for lot in lots]
        return not any(holders_of(connection, each, REFUND, but=asker) for each in wanted)

    def _say(
        self, found: Returnable | None = None, code: str = "", held: list[HeldElsewhere] | None = None
    ) -> ReceiptAnswer:
        return ReceiptAnswer(
            incarnation=self._office.identity.incarnation,
            server_time_ms=self._office.clock.now_ms(),
            found=found,
            code=code,
            held=held or [],
        )
