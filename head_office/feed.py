"""The change feed: what terminals are told, at positions without gaps.

On PostgreSQL rows are committed without a position and numbered afterwards under one row lock; a bare sequence loses
rows for a reader that overtakes a slow commit. On SQLite, with its single writer, positions are given at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import insert_rows
from head_office.store.database import Database
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Refused
from pos_app.sync.wire.http import FEED_RESYNC
from pos_app.sync.wire.messages import FeedItem

GLOBAL = "global"
NUMBERED_AT_ONCE = 5_000
_FEED, _HEAD = schema.feed.c, schema.feed_head.c

_NUMBER = sa.text(
    "WITH q AS (SELECT feed_no, row_number() OVER (ORDER BY feed_no) AS n FROM feed"
    " WHERE shard = :shard AND pos IS NULL ORDER BY feed_no LIMIT :most)"
    " UPDATE feed SET pos = :pos + q.n FROM q WHERE feed.feed_no = q.feed_no"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change for one shard; ``body`` is the JSON of the value that ``kind`` names."""

    shard: str
    kind: str
    entity_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Changes after a cursor, and the newest position there is."""

    items: list[FeedItem]
    next_pos: int
    head_pos: int


def store_shard(store_id: str) -> str:
    """Return the shard of one store: members and calls."""
    return f"store:{store_id}"


def terminal_shard(terminal_id: str, epoch: str) -> str:
    """Return the shard of one terminal life: its grants, which no later life of the terminal may ever see."""
    return f"terminal:{terminal_id}/{epoch}"


def open_shard(connection: sa.Connection, shard: str, *, floor_pos: int = 0) -> None:
    """Make sure that a shard has a head; ``floor_pos`` is where a new one begins."""
    row = {"shard": shard, "pos": floor_pos, "floor_pos": floor_pos}
    insert_rows(connection, schema.feed_head, [row], clash="ignore")


def publish(connection: sa.Connection, changes: Iterable[Change]) -> None:
    """Put changes on the feed, in this transaction; change the entity's own row before."""
    rows: list[dict[str, object]] = [
        {"shard": change.shard, "kind": change.kind, "entity_id": change.entity_id, "body": change.body}
        for change in changes
    ]
    for shard in sorted({str(row["shard"]) for row in rows}):
        open_shard(connection, shard)
    if connection.dialect.name != "postgresql":
        _number_now(connection, rows)
    insert_rows(connection, schema.feed, rows)


def number(database: Database, shard: str) -> int:
    """Give positions to committed changes of a shard; return how many (PostgreSQL; on SQLite there are none)."""

    def work(connection: sa.Connection) -> int:
        head = connection.execute(sa.select(_HEAD.pos).where(_HEAD.shard == shard).with_for_update()).scalar()
        if head is None:
            return 0
        # READ COMMITTED: this statement sees every commit up to now, and nobody else is numbering this shard.
        done = connection.execute(_NUMBER, {"shard": shard, "pos": head, "most": NUMBERED_AT_ONCE}).rowcount
        mark(CommitPoint.FEED_NUMBERED_BEFORE_HEAD)
        if done:
            moved = sa.update(schema.feed_head).where(_HEAD.shard == shard).values(pos=head + done)
            connection.execute(moved)
        return done

    return database.write(work) if database.is_postgres else 0


def page(database: Database, shard: str, cursor: int, limit: int) -> Page:
    """Return at most ``limit`` changes after ``cursor``.

    Raises:
        Refused: ``feed.resync`` when the cursor is past the head or below what the feed still has.
        Damaged: ``feed.hole`` when positions are not contiguous.
    """
    if database.is_postgres and _has_unnumbered(database, shard):
        number(database, shard)
    with database.read() as connection:
        head = connection.execute(sa.select(_HEAD.pos, _HEAD.floor_pos).where(_HEAD.shard == shard)).one_or_none()
        if head is None or not head.floor_pos <= cursor <= head.pos:
            raise Refused(FEED_RESYNC, shard=shard, cursor=cursor)
        rows = connection.execute(
            sa.select(_FEED.pos, _FEED.kind, _FEED.entity_id, _FEED.body)
            .where(_FEED.shard == shard, _FEED.pos > cursor)
            .order_by(_FEED.pos)
            .limit(limit)
        ).all()
    if [row.pos for row in rows] != list(range(cursor + 1, cursor + 1 + len(rows))):
        raise Damaged("feed.hole", shard=shard, cursor=cursor)
    items = [FeedItem(row.pos, row.kind, row.entity_id, msgspec.Raw(row.body)) for row in rows]
    return Page(items, cursor + len(items), head.pos)


def _has_unnumbered(database: Database, shard: str) -> bool:
    with database.read() as connection:
        waiting = sa.select(_FEED.feed_no).where(_FEED.shard == shard, _FEED.pos.is_(None)).limit(1)
        return connection.execute(waiting).first() is not None


def _number_now(connection: sa.Connection, rows: list[dict[str, object]]) -> None:
    heads: dict[str, int] = {}
    for row in rows:
        shard = str(row["shard"])
        if shard not in heads:
            heads[shard] = connection.execute(sa.select(_HEAD.pos).where(_HEAD.shard == shard)).scalar_one()
        heads[shard] += 1
        row["pos"] = heads[shard]
    mark(CommitPoint.FEED_NUMBERED_BEFORE_HEAD)
    for shard, pos in heads.items():
        connection.execute(sa.update(schema.feed_head).where(_HEAD.shard == shard).values(pos=pos))
