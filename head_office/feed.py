"""The change feed: what terminals are told, at positions without gaps.

On PostgreSQL rows are committed without a position and numbered afterwards under one row lock; a bare sequence loses
rows for a reader that overtakes a slow commit. On SQLite, with its single writer, positions are given at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec
import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from head_office.store.database import Database
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Refused
from pos_app.sync.wire.checksum import MODULUS, term
from pos_app.sync.wire.http import FEED_RESYNC
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES, FeedItem

GLOBAL = "global"
NUMBERED_AT_ONCE = 5_000
MAX_PAGE_BYTES = MAX_DECOMPRESSED_BYTES // 2  # the rest is for names, and for one change that alone is larger
_FEED, _HEAD = schema.feed.c, schema.feed_head.c

_HEADS = sa.select(_HEAD.shard, _HEAD.pos, _HEAD.checksum).where(among(_HEAD.shard, "shards"))
_UNNUMBERED = sa.select(_FEED.shard).where(among(_FEED.shard, "shards"), _FEED.pos.is_(None)).distinct()
_NEWEST = sa.select(sa.func.max(_FEED.feed_no))
_ROWS = sa.union_all(
    sa.select(_FEED.shard, _FEED.feed_no).where(_FEED.feed_no > sa.bindparam("after_row")),
    sa.select(_FEED.shard, _FEED.feed_no).where(_FEED.pos.is_(None)),
).subquery()
_TOUCHED = sa.select(_ROWS.c.shard, sa.func.max(_ROWS.c.feed_no).label("feed_no")).group_by(_ROWS.c.shard)
_MOVE = (
    sa.update(schema.feed_head)
    .where(_HEAD.shard == sa.bindparam("of"))
    .values(pos=sa.bindparam("to"), checksum=sa.bindparam("sum"))
)

_OF_SHARD = sa.select(schema.feed_head).where(_HEAD.shard == sa.bindparam("shard"))
_AFTER = (
    sa.select(_FEED.pos, _FEED.kind, _FEED.entity_id, _FEED.body, _FEED.checksum)
    .where(_FEED.shard == sa.bindparam("shard"), _FEED.pos > sa.bindparam("cursor"))
    .order_by(_FEED.pos)
    .limit(sa.bindparam("most"))
)

# The terms of the rolling checksum as ``wire.checksum`` says them, so that no body leaves the database.
_NUMBER = sa.text(
    """
    WITH q AS (
        SELECT feed_no, :pos + row_number() OVER (ORDER BY feed_no) AS pos, kind, entity_id, body
        FROM feed WHERE shard = :shard AND pos IS NULL ORDER BY feed_no LIMIT :most
    ), t AS (
        SELECT feed_no, pos, CAST(CAST('x' || left(encode(sha256(
            convert_to(CAST(pos AS text), 'UTF8') || decode('00', 'hex') || convert_to(kind, 'UTF8')
            || decode('00', 'hex') || convert_to(entity_id, 'UTF8') || decode('00', 'hex') || body
        ), 'hex'), 13) AS bit(52)) AS bigint) AS term FROM q
    ), s AS (
        SELECT feed_no, pos, (:checksum + sum(term) OVER (ORDER BY pos)) % :modulus AS checksum FROM t
    )
    UPDATE feed SET pos = s.pos, checksum = s.checksum FROM s WHERE feed.feed_no = s.feed_no
    """
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
    """Changes after a cursor, the newest position there is, and the shard's checksum at ``next_pos``."""

    items: list[FeedItem]
    next_pos: int
    head_pos: int
    checksum: int


def store_shard(store_id: str) -> str:
    """Return the shard of one store: members and calls."""
    return f"store:{store_id}"


def terminal_shard(terminal_id: str, epoch: str) -> str:
    """Return the shard of one terminal life: its grants, which no later life of the terminal may ever see."""
    return f"terminal:{terminal_id}/{epoch}"


def open_shards(connection: sa.Connection, shards: Iterable[str], *, floor_pos: int = 0) -> None:
    """Make sure that shards have a head; ``floor_pos`` is where a new one begins."""
    rows = [{"shard": shard, "pos": floor_pos, "floor_pos": floor_pos} for shard in sorted(shards)]
    insert_rows(connection, schema.feed_head, rows, clash="ignore")


def publish(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Put changes on the feed, in this transaction; change the entity's own row before."""
    if not changes:
        return
    rows: list[dict[str, object]] = [
        {"shard": change.shard, "kind": change.kind, "entity_id": change.entity_id, "body": change.body}
        for change in changes
    ]
    open_shards(connection, {change.shard for change in changes})
    if connection.dialect.name != "postgresql":
        _number_now(connection, changes, rows)
    insert_rows(connection, schema.feed, rows)


def number(database: Database, shard: str) -> int:
    """Give positions to committed changes of a shard; return how many (PostgreSQL; on SQLite there are none)."""

    def work(connection: sa.Connection) -> int:
        found = sa.select(_HEAD.pos, _HEAD.checksum).where(_HEAD.shard == shard).with_for_update()
        head = connection.execute(found).one_or_none()
        if head is None:
            return 0
        # READ COMMITTED: this statement sees every commit up to now, and nobody else is numbering this shard.
        asked = {"shard": shard, "pos": head.pos, "checksum": head.checksum}
        asked |= {"modulus": MODULUS, "most": NUMBERED_AT_ONCE}
        done = connection.execute(_NUMBER, asked).rowcount
        mark(CommitPoint.FEED_NUMBERED_BEFORE_HEAD)
        if done:
            last = sa.select(_FEED.checksum).where(_FEED.shard == shard, _FEED.pos == head.pos + done)
            moved = {"pos": head.pos + done, "checksum": last.scalar_subquery()}
            connection.execute(sa.update(schema.feed_head).where(_HEAD.shard == shard).values(moved))
        return done

    return database.write(work) if database.is_postgres else 0


def page(database: Database, shard: str, cursor: int, limit: int) -> Page:
    """Return at most ``limit`` changes after ``cursor``, of at most ``MAX_PAGE_BYTES`` but always the next one.

    Raises:
        Refused: ``feed.resync`` when the cursor is past the head or below what the feed still has.
        Damaged: ``feed.hole`` when positions are not contiguous.
    """
    if database.is_postgres:
        heads(database, {shard})
    with database.read() as connection:
        head = connection.execute(_OF_SHARD, {"shard": shard}).one_or_none()
        if head is None or not head.floor_pos <= cursor <= head.pos:
            raise Refused(FEED_RESYNC, shard=shard, cursor=cursor)
        rows = connection.execute(_AFTER, {"shard": shard, "cursor": cursor, "most": limit}).all()
    if [row.pos for row in rows] != list(range(cursor + 1, cursor + 1 + len(rows))):
        raise Damaged("feed.hole", shard=shard, cursor=cursor)
    sizes = accumulate(len(row.body) for row in rows)
    fitting = rows[: max(1, sum(size <= MAX_PAGE_BYTES for size in sizes))]
    items = [FeedItem(row.pos, row.kind, row.entity_id, msgspec.Raw(row.body)) for row in fitting]
    return Page(items, cursor + len(items), head.pos, fitting[-1].checksum if fitting else head.checksum)


def moved(database: Database, cursors: Mapping[str, int]) -> list[str]:
    """Return the shards whose head stands elsewhere than the cursor, in the order of ``cursors``."""
    found = heads(database, cursors)
    return [shard for shard, pos in cursors.items() if found.get(shard, pos) != pos]


def heads(database: Database, shards: Collection[str]) -> dict[str, int]:
    """Number what is committed in these shards, and return where those that exist stand."""
    if not shards:
        return {}
    with database.read() as connection:
        unnumbered = connection.execute(_UNNUMBERED, {"shards": shards}).scalars().all() if database.is_postgres else ()
        if not unnumbered:
            return _heads(connection, shards)
    for shard in sorted(unnumbered):
        number(database, shard)
    with database.read() as connection:
        return _heads(connection, shards)


def touched(database: Database, after_row: int) -> dict[str, int]:
    """Return shards with the newest row of each: those with rows past ``after_row`` or without a position.

    Both, because a row that somebody else has numbered meanwhile is found by the first only, and one that was committed
    after a later one by the second only.
    """
    with database.read() as connection:
        return {row.shard: row.feed_no for row in connection.execute(_TOUCHED, {"after_row": after_row})}


def newest_row(database: Database) -> int:
    """Return the number of the newest row; 0 for an empty feed."""
    with database.read() as connection:
        return connection.execute(_NEWEST).scalar() or 0


def _heads(connection: sa.Connection, shards: Collection[str]) -> dict[str, int]:
    return {head.shard: head.pos for head in connection.execute(_HEADS, {"shards": shards})}


def _number_now(connection: sa.Connection, changes: Sequence[Change], rows: list[dict[str, object]]) -> None:
    shards = {change.shard for change in changes}
    found = connection.execute(_HEADS, {"shards": shards})
    heads = {head.shard: (head.pos, head.checksum) for head in found}
    for change, row in zip(changes, rows, strict=True):
        pos, checksum = heads[change.shard]
        pos += 1
        checksum = (checksum + term(pos, change.kind, change.entity_id, change.body)) % MODULUS
        row |= {"pos": pos, "checksum": checksum}
        heads[change.shard] = (pos, checksum)
    mark(CommitPoint.FEED_NUMBERED_BEFORE_HEAD)
    connection.execute(_MOVE, [{"of": shard, "to": pos, "sum": sum_} for shard, (pos, sum_) in heads.items()])
