"""Rows of terminal lives; locking one is the mutex of that terminal."""

from collections.abc import Collection
from typing import TypeAlias

import sqlalchemy as sa

from head_office.branches import MARK, Branch, Stem, said_epoch
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among
from head_office.store.database import Database
from pos_app.errors import Refused
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.http import SESSION_UNKNOWN, TERMINAL_UNKNOWN

_LIFE, _INBOX = schema.life.c, schema.inbox.c

LIVE = "live"
SUPERSEDED = "superseded"
FORKED = "forked"
FENCED = "fenced"  # its rights were taken back: what it still spends is the merchant's risk
REVOKED = "revoked"
SALVAGED = "salvaged"  # another history of a life, read from a disk: it never had rights

_LOCKED = sa.select(schema.life).where(_LIFE.life_no == sa.bindparam("life_no")).with_for_update()
_NAMED = (
    sa.select(schema.life)
    .where(_LIFE.terminal_id == sa.bindparam("terminal_id"), _LIFE.epoch == sa.bindparam("epoch"))
    .with_for_update()
)
_STATUS = sa.select(_LIFE.status).where(_LIFE.life_no == sa.bindparam("life_no"))

# Lives that may still say what they were given: whom a restored head office waits for, see ``recovery.told_all``.
AWAITED = (LIVE, SUPERSEDED, REVOKED)

_ENDED = sa.select(_LIFE.life_no).where(among(_LIFE.life_no, "lives"), _LIFE.status != LIVE)

Life: TypeAlias = sa.Row[tuple[object, ...]]


def named(connection: sa.Connection, terminal_id: str, epoch: str) -> Life:
    """Lock and return a life; raises Refused ``terminal.unknown``."""
    row = connection.execute(_NAMED, {"terminal_id": terminal_id, "epoch": epoch}).one_or_none()
    if row is None:
        raise Refused(TERMINAL_UNKNOWN)
    return row


def locked(connection: sa.Connection, life_no: int) -> Life:
    """Lock and return a life by its number."""
    return connection.execute(_LOCKED, {"life_no": life_no}).one()


def check_trades(database: Database, caller: Caller) -> None:
    """Make sure that a life was not ended since it said hello: else it has to say hello again, and is told so then.

    Raises:
        Refused: ``session.unknown``.
    """
    with database.read() as connection:
        status = connection.execute(_STATUS, {"life_no": caller.life_no}).scalar()
    if status != LIVE:
        raise Refused(SESSION_UNKNOWN)


def ended(database: Database, life_nos: Collection[int]) -> set[int]:
    """Return which of these lives trade no more."""
    if not life_nos:
        return set()
    with database.read() as connection:
        return set(connection.execute(_ENDED, {"lives": life_nos}).scalars())


def branch_of(connection: sa.Connection, life: Life) -> Branch | None:
    """Return what a salvaged branch grew from; None for every other life."""
    trunk = said_epoch(life.epoch)
    names = life.epoch.removeprefix(trunk).split(MARK)[1:]
    if not names:
        return None
    suffixes = ["", *(MARK + MARK.join(names[: n + 1]) for n in range(len(names)))]
    epochs = [trunk + suffix for suffix in suffixes]
    wanted = sa.select(_LIFE.epoch, _LIFE.life_no).where(_LIFE.terminal_id == life.terminal_id, _LIFE.epoch.in_(epochs))
    numbers = {row.epoch: row.life_no for row in connection.execute(wanted)}
    began = sa.select(_INBOX.life_no, sa.func.min(_INBOX.seq).label("first")).where(
        _INBOX.life_no.in_(numbers.values())
    )
    firsts = {row.life_no: row.first for row in connection.execute(began.group_by(_INBOX.life_no))}
    begins = [firsts.get(numbers[epoch], life.last_seq + 1) for epoch in epochs]
    stems = [Stem(numbers[epochs[n]], suffixes[n], begins[n + 1] - 1) for n in range(len(names))]
    return Branch(stems, suffixes[-1])


def hash_at(connection: sa.Connection, life: Life, seq: int) -> bytes:
    """Return the chain hash of event ``seq`` of a life's history, the genesis hash of 0."""
    if seq == 0:
        return GENESIS
    branch = branch_of(connection, life)
    life_no = life.life_no if branch is None else branch.life_of(seq, life.life_no)
    wanted = sa.select(_INBOX.hash).where(_INBOX.life_no == life_no, _INBOX.seq == seq)
    return bytes(connection.execute(wanted).scalar_one())


def caller_of(life: Life) -> Caller:
    """Return the life as whoever holds its session."""
    return Caller(life.life_no, life.terminal_id, life.epoch, life.store_id)
