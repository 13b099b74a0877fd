"""Recalls: terminals are asked to hand back what somebody else needs. They answer by their own event, or not at all."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from head_office.books.aliases import names_of
from head_office.books.holders import Holder, Wanted, holders_of
from head_office.feed import Change, publish, terminal_shard
from head_office.office import Office
from pos_app.domain.members import HeldElsewhere
from pos_app.domain.posting import ledger_of
from pos_app.domain.releases import Recall
from pos_app.errors import Refused

RECALL_ID_BYTES = 8


def recall(connection: sa.Connection, recall_id: str, wanted: Wanted, holders: Iterable[Holder]) -> None:
    """Ask the live ones of ``holders`` for everything they hold of it; of a merged member once for each name."""
    recalls = [
        Recall(f"{recall_id}/{n}" if n else recall_id, name, wanted.asset, wanted.lot)
        for n, name in enumerate(names_of(connection, wanted.member_id))
    ]
    publish(
        connection,
        [
            Change(
                terminal_shard(holder.terminal_id, holder.epoch), "recall", each.recall_id, msgspec.json.encode(each)
            )
            for holder in holders
            if holder.is_live
            for each in recalls
        ],
    )


def recall_by_hand(office: Office, wanted: Wanted, currency: str = "CNY") -> list[HeldElsewhere]:
    """Recall what terminals hold, as an operator; return who was asked, or cannot be.

    Raises Refused ``recall.nobody`` where no terminal holds anything of it.
    """

    def work(connection: sa.Connection) -> list[Holder]:
        holders = holders_of(connection, wanted, ledger_of(wanted.asset, currency))
        if not holders:
            raise Refused("recall.nobody", owner=wanted.owner)
        recall(connection, f"operator/{office.token(RECALL_ID_BYTES).hex()}", wanted, holders)
        return holders

    holders = office.database.write(work)
    office.bell.ring()
    now_ms = office.clock.now_ms()
    return [holder.named(now_ms) for holder in holders]
