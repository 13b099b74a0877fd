"""Open an encrypted SQLite file as the terminal needs it: raw key, WAL, durable commits, checked."""

from pathlib import Path
from typing import Literal

import sqlite_utils
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.errors import Damaged, Unavailable
from pos_app.store.errors import edge

KEY_BYTES = 32
OLDEST_SQLITE = (3, 51, 3)  # the first without the WAL-reset bug: sqlite.org/wal.html#walresetbug
BUSY_TIMEOUT_MS = 2_000
PAGE_CACHE_KIB = 16 * 1024  # decrypting a page costs more than keeping it

Database = sqlite_utils.Database
Synchronous = Literal["FULL", "NORMAL", "OFF"]


def open_encrypted(path: Path, key: bytes, *, synchronous: Synchronous = "FULL", must_exist: bool = False) -> Database:
    """Open a database for writing on the calling thread, which alone may use it.

    Args:
        path: the file; made if absent unless ``must_exist``.
        key: 32 random bytes; used as they are, without key derivation.
        synchronous: FULL, commits survive a power cut; NORMAL, the last ones may go, for what can be fetched again;
            OFF, for tests and benchmarks.

    Raises:
        Unavailable: ``store.sqlite_too_old``, ``store.missing``, ``store.write``.
        Damaged: ``store.wrong_key``.
    """
    assert len(key) == KEY_BYTES, len(key)
    if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
        raise Unavailable("store.sqlite_too_old", have=sqlcipher.sqlite_version)
    if must_exist and not path.exists():
        raise Unavailable("store.missing", file=path.name)
    with edge():
        connection = sqlcipher.connect(str(path), isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is reported by our own error
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for pragma in _pragmas(synchronous):
                connection.execute(f"PRAGMA {pragma}")
            return sqlite_utils.Database(connection)
        except sqlcipher.Error:
            connection.close()
            raise


def _pragmas(synchronous: Synchronous) -> tuple[str, ...]:
    return (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "fullfsync = ON",  # macOS lies about fsync otherwise; no effect elsewhere
        "foreign_keys = ON",
        "temp_store = MEMORY",  # nothing unencrypted on disk
        f"cache_size = -{PAGE_CACHE_KIB}",
        "trusted_schema = OFF",
    )


def quick_check(database: Database) -> None:
    """Read every page; raises Damaged ``store.damaged``. Takes about a second for each gigabyte."""
    with edge():
        (answer,) = database.conn.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise Damaged("store.damaged", cause=str(answer))
