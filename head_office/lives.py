"""Rows of terminal lives; locking one is the mutex of that terminal."""

from typing import TypeAlias

import sqlalchemy as sa

from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.database import Database
from pos_app.errors import Refused
from pos_app.sync.wire.http import SESSION_UNKNOWN, TERMINAL_UNKNOWN

_LIFE = schema.life.c

LIVE = "live"
SUPERSEDED = "superseded"
FORKED = "forked"
FENCED = "fenced"  # its rights were taken back: what it still spends is the merchant's risk
REVOKED = "revoked"
SALVAGED = "salvaged"  # another history of a life, read from a disk: it never had rights

# Lives that a restored head office waits for.
AWAITED = (LIVE,)

Life: TypeAlias = sa.Row[tuple[object, ...]]


def named(connection: sa.Connection, terminal_id: str, epoch: str) -> Life:
    """Lock and return a life; raises Refused ``terminal.unknown``."""
    wanted = sa.select(schema.life).where(_LIFE.terminal_id == terminal_id, _LIFE.epoch == epoch)
    row = connection.execute(wanted.with_for_update()).one_or_none()
    if row is None:
        raise Refused(TERMINAL_UNKNOWN)
    return row


def locked(connection: sa.Connection, life_no: int) -> Life:
    """Lock and return a life by its number."""
    return connection.execute(sa.select(schema.life).where(_LIFE.life_no == life_no).with_for_update()).one()


def check_trades(database: Database, caller: Caller) -> None:
    """Make sure that a life was not ended since it said hello: else it has to say hello again, and is told so then.

    Raises:
        Refused: ``session.unknown``.
    """
    with database.read() as connection:
        status = connection.execute(sa.select(_LIFE.status).where(_LIFE.life_no == caller.life_no)).scalar()
    if status != LIVE:
        raise Refused(SESSION_UNKNOWN)


def caller_of(life: Life) -> Caller:
    """Return the life as whoever holds its session."""
    return Caller(life.life_no, life.terminal_id, life.epoch, life.store_id)
