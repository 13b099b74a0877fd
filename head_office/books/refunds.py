"""Refunds at head office: the sales that refunds refer to, and who has the right to take their goods back.

A right is opened in the books when it is first used or moved. Until the selling life has closed the day of the sale
it alone may use it; after that head office grants it, piece by piece, to whoever asks. The account of a sold line never
goes below zero, so no order of messages refunds a piece twice. The row of the sale in the inbox is its lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from head_office import lives
from head_office.books.grants import grant_of
from head_office.books.holders import Holder
from head_office.books.ledger import Cause, LedgerBook
from head_office.store import schema
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Grant
from pos_app.domain.posting import Account, Scene, Transfer
from pos_app.domain.refunds import REFUND, REFUNDABLE, lot_of, post_refund, right_of, sold_line
from pos_app.errors import Damaged
from pos_app.sync.wire.event_codec import decode

_INBOX, _LIFE, _POSTING, _DAY = schema.inbox.c, schema.life.c, schema.posting.c, schema.lane_day.c
_GRANT, _RECEIPT, _STORE, _TERMINAL = schema.grant.c, schema.receipt.c, schema.store.c, schema.terminal.c


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale that something refers to. ``status`` is what became of its event, empty while it is being posted."""

    sale: Sale
    life_no: int
    seq: int
    store_id: str
    status: str
    life_status: str
    paid_with: dict[str, Grant]


@dataclass(slots=True)
class RefundBook:
    """The sales that a batch's refunds refer to, locked. ``taken`` maps seq to what became of events of this batch."""

    connection: sa.Connection
    life_no: int
    taken: dict[int, str] = field(default_factory=dict)
    _sold: dict[tuple[int, int], Sold] = field(default_factory=dict)
    _places: dict[Origin, tuple[int, int]] = field(default_factory=dict)

    def load(self, facts: Iterable[SaleRefunded]) -> set[str]:
        """Lock and read the sales referred to; return the lots of their lines, to load their accounts."""
        lots: set[str] = set()
        for origin in {fact.sold_as for fact in facts}:
            life_no = self.connection.execute(
                sa.select(_LIFE.life_no).where(_LIFE.terminal_id == origin.terminal_id, _LIFE.epoch == origin.epoch)
            ).scalar()
            if life_no is not None:
                self._places[origin] = (life_no, origin.seq)
        for place in sorted(self._places.values()):
            sold = self._read(*place)
            if sold is not None:
                self._sold[place] = sold
                lots |= {lot_of(sold.sale.sale_id, line.line_no) for line in sold.sale.lines}
        return lots

    def find(self, lot: str) -> Sold | None:
        """Lock and return the sale that a lot of refund rights belongs to."""
        named = sold_line(lot)
        if named is None:
            return None
        wanted = sa.select(_RECEIPT.life_no, _RECEIPT.seq).where(_RECEIPT.sale_id == named[0])
        place = self.connection.execute(wanted.order_by(_RECEIPT.life_no, _RECEIPT.seq)).first()
        sold = None if place is None else self._read(place.life_no, place.seq)
        return sold if sold is not None and sold.status == "posted" and sold.sale.sale_id == named[0] else None

    def transfers(self, fact: SaleRefunded, scene: Scene, ledger: LedgerBook, cause: Cause) -> tuple[Transfer, ...]:
        """Return what a refund moves; opens its rights where they were never used.

        Raises:
            Damaged: ``refund.sale_unknown``, ``refund.sale_not_posted``, ``refund.no_right``, and what
                ``refunds.post_refund`` raises.
        """
        place = self._places.get(fact.sold_as)
        sold = None if place is None else self._sold.get(place)
        if sold is None:
            raise Damaged("refund.sale_unknown", sold_as=str(fact.sold_as))
        status = self.taken.get(sold.seq, sold.status) if sold.life_no == self.life_no else sold.status
        if status != "posted":
            raise Damaged("refund.sale_not_posted", sold_as=str(fact.sold_as), status=status)
        if not fact.spends and (sold.life_no != self.life_no or self.is_closed(sold, before=scene.origin.seq)):
            raise Damaged("refund.no_right", sold_as=str(fact.sold_as))
        transfers = post_refund(fact, sold.sale, scene, sold.paid_with)
        for line in fact.lines:
            self.open(sold, line.line_no, ledger, cause)
        return transfers

    def open(self, sold: Sold, line_no: int, ledger: LedgerBook, cause: Cause) -> None:
        """Open the right to take back a sold line, once; raises Damaged ``refund.line``."""
        account, pieces = right_of(sold.sale, line_no)
        if ledger.knows(account):
            return
        source = Account(REFUND, REFUNDABLE, sold.store_id)  # of no day: the day of the sale may be sealed
        opened = Transfer(f"refund_right/{account.owner}", source, account, pieces, "refundable")
        ledger.book([opened], cause)

    def seller(self, sold: Sold) -> Holder:
        """Return the life that sold as the holder of the right."""
        row = self.connection.execute(
            sa.select(_LIFE.terminal_id, _LIFE.epoch, _LIFE.last_heard_ms, _STORE.name, _TERMINAL.lane)
            .join(schema.store, _STORE.store_id == _LIFE.store_id)
            .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
            .where(_LIFE.life_no == sold.life_no)
        ).one()
        is_live = sold.life_status == lives.LIVE
        return Holder(row.terminal_id, row.epoch, is_live, row.name, row.lane, 0, row.last_heard_ms or 0)

    def is_closed(self, sold: Sold, *, before: int | None = None) -> bool:
        """Say whether the selling life has given the right away: by closing the day, or by being fenced.

        Args:
            before: count only a close that this life said before its event ``before``.
        """
        if before is None and sold.life_status == lives.FENCED:
            return True
        closed = sa.select(sa.func.min(_DAY.closed_seq)).where(_DAY.life_no == sold.life_no, _DAY.closed_seq > sold.seq)
        seq = self.connection.execute(closed).scalar()
        return seq is not None and (before is None or seq < before)

    def _read(self, life_no: int, seq: int) -> Sold | None:
        row = self.connection.execute(
            sa.select(_INBOX.body).where(_INBOX.life_no == life_no, _INBOX.seq == seq).with_for_update()
        ).one_or_none()
        if row is None:
            return None
        life = self.connection.execute(sa.select(_LIFE.store_id, _LIFE.status).where(_LIFE.life_no == life_no)).one()
        posted = sa.select(_POSTING.status).where(_POSTING.life_no == life_no)
        verdict = self.connection.execute(posted.where(_POSTING.seq == seq)).one_or_none()
        try:
            fact, _at = decode(row.body)
        except Damaged:
            return None
        if not isinstance(fact, Sale):
            return None
        gids = [spend.gid for spend in fact.spends]
        found = self.connection.execute(sa.select(schema.grant).where(_GRANT.gid.in_(gids))) if gids else ()
        paid_with = {grant.gid: grant_of(grant) for grant in found}
        status = "" if verdict is None else verdict.status
        return Sold(fact, life_no, seq, life.store_id, status, life.status, paid_with)
