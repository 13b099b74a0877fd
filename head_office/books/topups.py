"""Refunds of top-ups at head office: what was sold, what came back of it before, and what is promised still.

Only the life that sold a top-up gives it back, so its own log has everything; the lock on the life's row guards it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

from head_office.books.ledger import LedgerBook
from head_office.store import schema
from pos_app.domain.events import Fact, ToppedUp, TopUpRefunded
from pos_app.domain.posting import Scene, Transfer
from pos_app.domain.topup_refunds import post_topup_refund
from pos_app.errors import Damaged
from pos_app.sync.wire.event_codec import decode

_INBOX, _POSTING, _RECEIPT = schema.inbox.c, schema.posting.c, schema.receipt.c
_SAID = (
    sa.select(_INBOX.body, _POSTING.status)
    .outerjoin(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
    .where(_INBOX.life_no == sa.bindparam("life_no"), _INBOX.seq == sa.bindparam("seq"))
)
_BACK = (
    sa.select(_INBOX.body)
    .join(schema.receipt, sa.and_(_RECEIPT.life_no == _INBOX.life_no, _RECEIPT.seq == _INBOX.seq))
    .join(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
    .where(_RECEIPT.of_sale == sa.bindparam("topup_id"), _INBOX.life_no == sa.bindparam("life_no"))
    .where(_POSTING.status.in_(("posted", "quarantined")))
    .order_by(_INBOX.seq)
)


@dataclass(slots=True)
class TopUpBook:
    """The top-ups that a batch's refunds refer to."""

    connection: sa.Connection
    life_no: int
    _taken: dict[str, dict[str, TopUpRefunded]] = field(default_factory=dict)  # in this batch, by top-up and refund

    def transfers(
        self, fact: TopUpRefunded, scene: Scene, ledger: LedgerBook, status_of: Mapping[int, str]
    ) -> tuple[Transfer, ...]:
        """Return what a refund moves.

        Args:
            ledger: with the accounts of the member. ``status_of``: seq to what became of the events of this batch.

        Raises:
            Damaged: ``topup_refund.no_right`` for another life's top-up, ``topup_refund.unknown`` for what is none,
                ``refund.sale_not_posted`` for one that is not in the books, and what ``post_topup_refund`` raises.
        """
        sold_as = fact.sold_as
        if (sold_as.terminal_id, sold_as.epoch) != (scene.origin.terminal_id, scene.origin.epoch):
            raise Damaged("topup_refund.no_right", sold_as=str(sold_as))
        said = self.connection.execute(_SAID, {"life_no": self.life_no, "seq": sold_as.seq}).one_or_none()
        topup = None if said is None else _decoded(said.body)
        if said is None or not isinstance(topup, ToppedUp):
            raise Damaged("topup_refund.unknown", sold_as=str(sold_as))
        if status_of.get(sold_as.seq, said.status) != "posted":
            raise Damaged("refund.sale_not_posted", sold_as=str(sold_as))
        taken = self._taken.setdefault(fact.topup_id, self._before(fact.topup_id))
        before = [each for refund_id, each in taken.items() if refund_id != fact.refund_id]
        transfers = post_topup_refund(fact, topup, scene, before, ledger.balance)
        taken[fact.refund_id] = fact
        return transfers

    def _before(self, topup_id: str) -> dict[str, TopUpRefunded]:
        asked = {"topup_id": topup_id, "life_no": self.life_no}
        said = (_decoded(body) for body in self.connection.execute(_BACK, asked).scalars())
        return {fact.refund_id: fact for fact in said if isinstance(fact, TopUpRefunded)}


def _decoded(body: bytes) -> Fact | None:
    with suppress(Damaged):
        return decode(body)[0]
    return None
