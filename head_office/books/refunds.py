"""Refunds at head office: the sales that refunds refer to, and who has the right to take their goods back.

A right is opened in the books when it is first used or moved. Until the selling life has closed the day of the sale
it alone may use it; after that head office grants it, piece by piece, to whoever asks. The account of a sold line never
goes below zero, so no order of messages refunds a piece twice. The row of the sale in the inbox is its lock.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from head_office import lives
from head_office.books.grants import grant_of
from head_office.books.holders import Holder
from head_office.books.ledger import Cause, LedgerBook, is_booked
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Grant
from pos_app.domain.money_back import SoFar, so_far
from pos_app.domain.posting import Account, Scene, Transfer, available
from pos_app.domain.refunds import (
    NO_END,
    REFUND,
    REFUNDABLE,
    lot_of,
    post_refund,
    right_of,
    sold_line,
    unparked,
)
from pos_app.errors import Damaged
from pos_app.sync.wire.event_codec import decode

_INBOX, _LIFE, _POSTING, _DAY = schema.inbox.c, schema.life.c, schema.posting.c, schema.lane_day.c
_GRANT, _RECEIPT, _STORE, _TERMINAL = schema.grant.c, schema.receipt.c, schema.store.c, schema.terminal.c
_BODY = sa.select(_INBOX.body).where(_INBOX.life_no == sa.bindparam("life_no"), _INBOX.seq == sa.bindparam("seq"))
_LOCKED_BODY = _BODY.with_for_update()
_SELLER = sa.select(_LIFE.store_id, _LIFE.status).where(_LIFE.life_no == sa.bindparam("life_no"))
_VERDICT = sa.select(_POSTING.status).where(
    _POSTING.life_no == sa.bindparam("life_no"), _POSTING.seq == sa.bindparam("seq")
)
_LIFE_NO = sa.select(_LIFE.life_no).where(
    _LIFE.terminal_id == sa.bindparam("terminal_id"), _LIFE.epoch == sa.bindparam("epoch")
)
_CLOSED = sa.select(sa.func.min(_DAY.closed_seq)).where(
    _DAY.life_no == sa.bindparam("life_no"), _DAY.closed_seq > sa.bindparam("after")
)
_RECEIPTS = (
    sa.select(_RECEIPT.life_no, _RECEIPT.seq)
    .where(_RECEIPT.sale_id == sa.bindparam("sale_id"))
    .order_by(_RECEIPT.life_no, _RECEIPT.seq)
)
_BACK = (
    sa.select(_INBOX.body, _POSTING.status)
    .join(schema.receipt, sa.and_(_RECEIPT.life_no == _INBOX.life_no, _RECEIPT.seq == _INBOX.seq))
    .join(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
    .where(_RECEIPT.of_sale == sa.bindparam("sale_id"), _POSTING.status.in_(("posted", "quarantined")))
    .order_by(_INBOX.life_no, _INBOX.seq)
)
_GRANTS = sa.select(schema.grant).where(among(_GRANT.gid, "gids"))


def opening_of(lot: str) -> str:
    """Return the identity of the transfer that opens the right to take back a sold line."""
    return f"refund_right/{lot}"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale that something refers to. ``status`` is what became of its event, empty while it is being posted."""

    sale: Sale
    life_no: int
    seq: int
    on: date
    store_id: str
    status: str
    life_status: str
    paid_with: dict[str, Grant]
    refunds: dict[str, SaleRefunded]  # that were said before, by their id, but those that wait or were voided
    in_books: set[str]  # those of them that are posted

    def came_back(self, fact: SaleRefunded) -> tuple[SaleRefunded, ...]:
        """Note that a refund is posted and return all that are."""
        self.in_books.add(fact.refund_id)
        return tuple(each for refund_id, each in self.refunds.items() if refund_id in self.in_books)

    def so_far(self, but: str) -> SoFar:
        """Return what came back besides the refund ``but``."""
        return so_far(self.sale, (fact for refund_id, fact in self.refunds.items() if refund_id != but))

    def is_whole(self, fact: SaleRefunded) -> bool:
        """Say whether all of the sale is back with this refund, as it says and as the books have it."""
        booked = (each for name, each in self.refunds.items() if name in self.in_books and name != fact.refund_id)
        pieces = {line.line_no: line.quantity for line in fact.lines}
        return fact.is_whole and so_far(self.sale, booked).comes_to(self.sale, pieces)


@dataclass(slots=True)
class RefundBook:
    """The sales that a batch's refunds refer to, locked. ``taken`` maps seq to what became of events of this batch."""

    connection: sa.Connection
    life_no: int
    taken: dict[int, str] = field(default_factory=dict)
    _here: set[tuple[int, int]] = field(default_factory=set)  # events that were read, sales or not
    _opened: set[str] = field(default_factory=set)
    _sold: dict[tuple[int, int], Sold] = field(default_factory=dict)
    _places: dict[tuple[Origin, str], tuple[int, int]] = field(default_factory=dict)  # by sold_as and sale_id

    def sold_to(self, facts: Iterable[SaleRefunded]) -> set[str]:
        """Find the sales that refunds refer to and return their members; nothing is locked."""
        members: set[str] = set()
        for origin, sale_id in {(fact.sold_as, fact.sale_id) for fact in facts}:
            said_by = {"terminal_id": origin.terminal_id, "epoch": origin.epoch}
            life_no = self.connection.execute(_LIFE_NO, said_by).scalar()
            place = None if life_no is None else (life_no, origin.seq)
            said = None if place is None else self._sale(*place)
            if (
                said is None or said[0].sale_id != sale_id
            ):  # it may have come from an old disk, as a branch of that life
                place = self._receipt(sale_id) or place
                said = None if place is None else self._sale(*place)
            if place is not None:
                self._places[origin, sale_id] = place
            if said is not None and said[0].member_id is not None:
                members.add(said[0].member_id)
        return members

    def load(self, lots_named: Iterable[str] = ()) -> set[str]:
        """Lock and read the sales that were found, and those of ``lots_named``.

        Returns the lots of their lines, to load their accounts.
        """
        lots: set[str] = set()
        places = set(self._places.values())
        places.update(place for lot in lots_named if (place := self._place(lot)) is not None)
        for place in sorted(places):
            sold = self._read(*place)
            if sold is not None:
                self._sold[place] = sold
                lots |= {lot_of(sold.sale.sale_id, line.line_no) for line in sold.sale.lines}
        return lots

    def find(self, lot: str) -> Sold | None:
        """Lock and return the sale that a lot of refund rights belongs to."""
        place = self._place(lot)
        sold = None if place is None else self._sold.get(place) or self._read(*place)
        named = sold_line(lot)
        is_it = sold is not None and named is not None and sold.status == "posted" and sold.sale.sale_id == named[0]
        return sold if is_it else None

    def open_lot(self, lot: str, ledger: LedgerBook, cause: Cause) -> None:
        """Open the right to take back the sold line that a lot names, where its sale is in the books."""
        sold, named = self.find(lot), sold_line(lot)
        if sold is not None and named is not None:
            with suppress(Damaged):  # the sale has no such line
                self.open(sold, named[1], ledger, cause)

    def sold(self, fact: SaleRefunded) -> Sold | None:
        """Return the sale that goods came back of."""
        place = self._places.get((fact.sold_as, fact.sale_id))
        return None if place is None else self._sold.get(place)

    def transfers(self, fact: SaleRefunded, scene: Scene, ledger: LedgerBook, cause: Cause) -> tuple[Transfer, ...]:
        """Return what a refund moves; opens its rights where they were never used.

        Raises:
            Damaged: ``refund.sale_unknown`` for what is no sale, ``refund.sale_not_posted`` for one that is not in the
                books, or not here at all (yet: it may come again after a restore), ``refund.no_right``, and what
                ``refunds.post_refund`` raises.
        """
        place = self._places.get((fact.sold_as, fact.sale_id))
        sold = None if place is None else self._sold.get(place)
        if sold is None:
            code = "refund.sale_unknown" if place in self._here else "refund.sale_not_posted"
            raise Damaged(code, sold_as=str(fact.sold_as))
        status = self.taken.get(sold.seq, sold.status) if sold.life_no == self.life_no else sold.status
        if status != "posted":
            raise Damaged("refund.sale_not_posted", sold_as=str(fact.sold_as), status=status)
        if not fact.spends and (sold.life_no != self.life_no or self.is_closed(sold, before=scene.origin.seq)):
            raise Damaged("refund.no_right", sold_as=str(fact.sold_as))
        before = sold.so_far(fact.refund_id)
        sold.refunds[fact.refund_id] = fact
        at_risk, is_whole = scene.holds_nothing, sold.is_whole(fact)
        lots = _paid_with(sold, scene)
        transfers = post_refund(fact, sold.sale, scene, lots, before, at_risk=at_risk, is_whole=is_whole)
        for line in fact.lines:
            self.open(sold, line.line_no, ledger, cause)
        return transfers

    def unparked(self, fact: SaleRefunded, scene: Scene, ledger: LedgerBook, cause: Cause) -> tuple[Transfer, ...]:
        """Return what a refund moves that parking it left out; nothing of one that contradicts itself or its sale."""
        place = self._places.get((fact.sold_as, fact.sale_id))
        sold = None if place is None else self._sold.get(place)
        if sold is None:
            return ()
        try:
            before, is_whole = sold.so_far(fact.refund_id), sold.is_whole(fact)
            transfers = unparked(fact, sold.sale, scene, _paid_with(sold, scene), before, is_whole=is_whole)
        except Damaged:
            return ()
        for line in fact.lines:
            self.open(sold, line.line_no, ledger, cause)
        return transfers

    def open(self, sold: Sold, line_no: int, ledger: LedgerBook, cause: Cause) -> None:
        """Open the right to take back a sold line, once; raises Damaged ``refund.line``."""
        account, pieces = right_of(sold.sale, line_no)
        if self.is_open(account.owner, ledger):
            return
        source = Account(REFUND, REFUNDABLE, sold.store_id)  # of no day: the day of the sale may be sealed
        opened = Transfer(opening_of(account.owner), source, account, pieces, "refundable")
        ledger.book([opened], cause)
        self._opened.add(account.owner)

    def is_open(self, lot: str, ledger: LedgerBook) -> bool:
        """Say whether the right to take back a sold line was ever opened; the lot's accounts are loaded.

        Its account alone does not say so: after a restore pieces may come back to it before the sale does.
        """
        if lot in self._opened:
            return True
        if not ledger.knows(available(lot, NO_END, REFUND)):
            return False
        done = is_booked(self.connection, opening_of(lot))
        if done:
            self._opened.add(lot)
        return done

    def seller(self, sold: Sold) -> Holder:
        """Return the life that sold as the holder of the right."""
        row = self.connection.execute(
            sa.select(_LIFE.terminal_id, _LIFE.epoch, _LIFE.last_heard_ms, _STORE.name, _STORE.name_en, _TERMINAL.lane)
            .join(schema.store, _STORE.store_id == _LIFE.store_id)
            .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
            .where(_LIFE.life_no == sold.life_no)
        ).one()
        is_live = sold.life_status == lives.LIVE
        heard_ms = row.last_heard_ms or 0
        return Holder(row.terminal_id, row.epoch, is_live, row.name, row.lane, 0, heard_ms, row.name_en)

    def is_closed(self, sold: Sold, *, before: int | None = None) -> bool:
        """Say whether the selling life has given the right away: by closing the day, or by being fenced.

        Args:
            before: count only a close that this life said before its event ``before``.
        """
        if before is None and sold.life_status == lives.FENCED:
            return True
        seq = self.connection.execute(_CLOSED, {"life_no": sold.life_no, "after": sold.seq}).scalar()
        return seq is not None and (before is None or seq < before)

    def _place(self, lot: str) -> tuple[int, int] | None:
        """Return life and seq of the sale whose line a lot names; None where no such receipt is known."""
        named = sold_line(lot)
        return None if named is None else self._receipt(named[0])

    def _receipt(self, sale_id: str) -> tuple[int, int] | None:
        place = self.connection.execute(_RECEIPTS, {"sale_id": sale_id}).first()
        return None if place is None else (place.life_no, place.seq)

    def _sale(self, life_no: int, seq: int, *, lock: bool = False) -> tuple[Sale, date] | None:
        """Return the sale that an event is, and its business date; None for what is no sale."""
        body = self.connection.execute(_LOCKED_BODY if lock else _BODY, {"life_no": life_no, "seq": seq}).scalar()
        if body is None:
            return None
        self._here.add((life_no, seq))
        try:
            fact, at = decode(body)
        except Damaged:
            return None
        return (fact, at.business_date) if isinstance(fact, Sale) else None

    def _read(self, life_no: int, seq: int) -> Sold | None:
        said = self._sale(life_no, seq, lock=True)
        if said is None:
            return None
        fact, on = said
        life = self.connection.execute(_SELLER, {"life_no": life_no}).one()
        verdict = self.connection.execute(_VERDICT, {"life_no": life_no, "seq": seq}).one_or_none()
        gids = [spend.gid for spend in (*fact.spends, *fact.behind_spends)]
        found = self.connection.execute(_GRANTS, {"gids": gids}) if gids else ()
        paid_with = {grant.gid: grant_of(grant) for grant in found}
        status = "" if verdict is None else verdict.status
        refunds, in_books = self._refunds(fact.sale_id)
        return Sold(fact, life_no, seq, on, life.store_id, status, life.status, paid_with, refunds, in_books)

    def _refunds(self, sale_id: str) -> tuple[dict[str, SaleRefunded], set[str]]:
        """Return what was said to have come back of a sale, and which of that is posted."""
        found: dict[str, SaleRefunded] = {}
        in_books: set[str] = set()
        for row in self.connection.execute(_BACK, {"sale_id": sale_id}):
            with suppress(Damaged):
                fact, _at = decode(row.body)
                if isinstance(fact, SaleRefunded):
                    found[fact.refund_id] = fact
                    in_books |= {fact.refund_id} if row.status == "posted" else set()
        return found, in_books


def _paid_with(sold: Sold, scene: Scene) -> dict[str, Grant]:
    """Return the grants that a sale was paid with, also those that came in one batch with it."""
    spends = (*sold.sale.spends, *sold.sale.behind_spends)
    fresh = {each.gid: scene.grants[each.gid] for each in spends if each.gid in scene.grants}
    return {**sold.paid_with, **fresh}
