"""Which directory file is installed: a pointer in ``till.db``, so that file and key change together or not at all."""

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pos_app.errors import Damaged, PosError, Unavailable
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.errors import edge
from pos_app.store.memory import MemoryTable, decoded

POINTER = "directory"
# What brings an installed file of an older program to the next version; files are made new by ``wire.directory_file``.
UPGRADES = {
    "1": (
        "ALTER TABLE feed_state ADD COLUMN checksum INTEGER",
        "ALTER TABLE feed_kept ADD COLUMN entity_id TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE alias (
            loser TEXT PRIMARY KEY, survivor TEXT NOT NULL, version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX alias_survivor ON alias (survivor)",
        "UPDATE meta SET v = '2' WHERE k = 'schema_version'",
    ),
    "2": (
        "CREATE TABLE packing (kind TEXT PRIMARY KEY, dictionary BLOB NOT NULL) STRICT, WITHOUT ROWID",
        "UPDATE meta SET v = '3' WHERE k = 'schema_version'",
    ),
    "3": (
        """CREATE TABLE campaign (
            campaign_id TEXT PRIMARY KEY, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, version INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "UPDATE meta SET v = '4' WHERE k = 'schema_version'",
    ),
}
NEEDED = frozenset({"item", "programme", "staff", "member", "call", "feed_state", "feed_kept"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InstalledDirectory:
    """The file's name in the data folder, and the key that it is encrypted with."""

    name: str
    key: bytes


def pointer(memory: MemoryTable) -> InstalledDirectory | None:
    """Return which file is installed, None if none ever was."""
    body = memory.get(POINTER)
    return None if body is None else decoded(body, InstalledDirectory, "meta.directory")


def attach_installed(memory: MemoryTable, reader: DirectoryReader, folder: Path) -> None:
    """Read the installed file; one that cannot be read is left out, since head office has it all."""
    installed = pointer(memory)
    if installed is None:
        return
    try:
        reader.attach(opened(folder / installed.name, installed.key))
    except PosError as error:
        log.warning("directory.unreadable code=%s", error.code)


def check_file(path: Path, key: bytes) -> None:
    """Look whether ``path`` is a directory under this key, and bring it to this program's version.

    Raises:
        Damaged: ``directory.file`` or ``store.wrong_key``.
    """
    opened(path, key).close()


def opened(path: Path, key: bytes) -> Database:
    """Open the file, brought to the version that this program reads; a newer one stays as it is.

    Raises:
        Damaged: ``directory.file`` or ``store.wrong_key``.
        Unavailable: what ``open_encrypted`` raises.
    """
    database = open_encrypted(path, key, synchronous="NORMAL", must_exist=True)
    try:
        missing = NEEDED - set(database.table_names())
        if missing:
            raise Damaged("directory.file", missing=sorted(missing))
        with edge():
            while (steps := UPGRADES.get(_version(database))) is not None:
                with database.atomic():
                    for step in steps:
                        database.conn.execute(step)
    except BaseException:
        database.close()
        raise
    return database


def _version(database: Database) -> str:
    row = database.conn.execute("SELECT v FROM meta WHERE k = 'schema_version'").fetchone()
    return "" if row is None else str(row[0])


def move_in(path: Path, folder: Path, number: int) -> str:
    """Move a checked file into the data folder under a name of its own, durably; return the name.

    Raises:
        Unavailable: ``store.write`` when it cannot be moved (it must be on the same disk).
    """
    name = f"directory-{number:06d}.db"
    try:
        _remove(folder / name)
        os.replace(path, folder / name)
        if sys.platform != "win32":
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as error:
        raise Unavailable("store.write", cause=str(error)) from error
    return name


def sweep(folder: Path, keep: str) -> None:
    """Remove directory files that are no longer installed; one still open elsewhere goes at the next sweep."""
    for path in folder.glob("directory-*.db"):
        if path.name != keep:
            try:
                _remove(path)
            except OSError as error:
                log.info("directory.still_open name=%s cause=%s", path.name, error)


def _remove(path: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
