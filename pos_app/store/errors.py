"""Translate SQLite's errors into the program's own, at the edge of the store."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.errors import Damaged, PosError, Unavailable

SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB = 5, 6, 11, 13, 26
PRIMARY_CODE = 0xFF  # extended result codes keep the primary one in their low byte
SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_IOERR = 14, 8, 10


def translated(error: Exception) -> PosError:
    """Return the program's error for one of SQLite's.

    ``store.full`` disk full, ``store.busy`` somebody else writes, ``store.write`` the disk failed,
    ``store.wrong_key`` not a database under this key, ``store.damaged`` a page is broken, ``store.constraint`` a
    stored rule would break.
    """
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    cause = str(error)
    if code == SQLITE_FULL:
        return Unavailable("store.full", cause=cause)
    if code in (SQLITE_BUSY, SQLITE_LOCKED):
        return Unavailable("store.busy", cause=cause)
    if code in (SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN):
        return Unavailable("store.write", cause=cause)
    if code == SQLITE_NOTADB:
        return Damaged("store.wrong_key", cause=cause)
    if code == SQLITE_CORRUPT:
        return Damaged("store.damaged", cause=cause)
    if isinstance(error, sqlcipher.IntegrityError):
        return Damaged("store.constraint", cause=cause)
    return Damaged("store.sql", cause=cause)


@contextmanager
def edge() -> Iterator[None]:
    """Let no exception of SQLite's leave the block."""
    try:
        yield
    except sqlcipher.Error as error:
        raise translated(error) from error
