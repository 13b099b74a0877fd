"""Rows of terminal lives; locking one is the mutex of that terminal."""

from typing import TypeAlias

import sqlalchemy as sa

from head_office.branches import Branch
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

BRANCH = "~"  # between the epoch that a terminal used and the name of its branch

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


def said_epoch(epoch: str) -> str:
    """Return the epoch that the terminal itself used: that of a salvaged branch without the branch's name."""
    return epoch.partition(BRANCH)[0]


def branch_of(connection: sa.Connection, life: Life) -> Branch | None:
    """Return what a salvaged branch branched from; None for every other life."""
    epoch, mark, _name = life.epoch.partition(BRANCH)
    if not mark:
        return None
    trunk = sa.select(_LIFE.life_no).where(_LIFE.terminal_id == life.terminal_id, _LIFE.epoch == epoch)
    return Branch(connection.execute(trunk).scalar_one(), f"{mark}{_name}")


def caller_of(life: Life) -> Caller:
    """Return the life as whoever holds its session."""
    return Caller(life.life_no, life.terminal_id, life.epoch, life.store_id)
