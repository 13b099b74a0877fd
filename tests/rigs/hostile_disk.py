"""A disk that fails at a given call, or loses power: an APSW file system below real SQLite.

What is written reaches the file at once, so that SQLite reads it back; beside it the disk keeps what would survive a
power cut: everything up to the last sync, and of what came later whatever chance keeps, whole or torn.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw
from sqlcipher3 import dbapi2 as sqlcipher

SECTOR, PAGE = 512, 4096
Pending = tuple[int, bytes | None]  # offset and bytes, or the length that the file is cut to


@dataclass
class Fault:
    """Fail the n-th call of one kind with one of SQLite's codes; once."""

    kind: str
    nth: int
    code: int
    fired: bool = False


@dataclass
class Disk:
    """One machine's disk. ``power_cut_at`` is the n-th change (write, sync, truncate) that finds no power any more."""

    fault: Fault | None = None
    power_cut_at: int | None = None
    calls: Counter[str] = field(default_factory=Counter)
    is_dead: bool = False
    _durable: dict[str, bytes] = field(default_factory=dict)
    _pending: dict[str, list[Pending]] = field(default_factory=dict)

    def call(self, kind: str) -> None:
        """Count a call; raises what SQLite is told when it fails."""
        self.calls[kind] += 1
        if kind != "read":
            self.calls["change"] += 1
        if self.is_dead or (kind != "read" and self.calls["change"] == self.power_cut_at):
            self.is_dead = True
            raise apsw.exception_for(apsw.SQLITE_IOERR)
        fault = self.fault
        if fault and not fault.fired and fault.kind == kind:
            fault.nth -= 1
            if fault.nth == 0:
                fault.fired = True
                raise apsw.exception_for(fault.code)

    def opened(self, path: str) -> None:
        if path not in self._durable:
            self._durable[path] = Path(path).read_bytes() if Path(path).exists() else b""
            self._pending[path] = []

    def pend(self, path: str, offset: int, data: bytes | None) -> None:
        self._pending[path].append((offset, data))

    def synced(self, path: str) -> None:
        self._durable[path] = _applied(self._durable[path], self._pending[path])
        self._pending[path] = []

    def lose_power(self, chance: Random) -> None:
        """Leave on the real disk what survived."""
        for path, durable in self._durable.items():
            survived = _survivors(self._pending[path], chance)
            Path(path).write_bytes(_applied(durable, survived))


def _applied(content: bytes, changes: Iterable[Pending]) -> bytes:
    image = bytearray(content)
    for offset, data in changes:
        if data is None:
            del image[offset:]
            image.extend(bytes(offset - len(image)))
            continue
        if offset > len(image):
            image.extend(bytes(offset - len(image)))
        image[offset : offset + len(data)] = data
    return bytes(image)


def _survivors(pending: Sequence[Pending], chance: Random) -> list[Pending]:
    """Keep all, none, or each by chance, whole or in torn pieces: writes reach a platter in any order."""
    mood = chance.choice(["all", "none", "some", "some", "torn 512", "torn 4096"])
    if mood == "none":
        return []
    kept: list[Pending] = []
    for offset, data in pending:
        if mood != "all" and chance.random() < 0.5:
            continue
        if data is None or not mood.startswith("torn"):
            kept.append((offset, data))
            continue
        size = int(mood.split()[1])
        pieces = [(offset + at, data[at : at + size]) for at in range(0, len(data), size)]
        kept += [piece for piece in pieces if chance.random() < 0.5]
    return kept


class HostileFiles(apsw.VFS):
    """The system's files, each call of which goes through the disk first."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: Any, flags: list[int]) -> "HostileFile":
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._disk.opened(path)
        return HostileFile(name, flags, path, self._disk)

    def excepthook(self, *_told: object) -> None:
        """SQLite has been told already."""


class HostileFile(apsw.VFSFile):
    """One open file."""

    def __init__(self, name: Any, flags: list[int], path: str, disk: Disk) -> None:
        super().__init__("", name, flags)
        self._path, self._disk = path, disk

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.call("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        if not self._disk.is_dead:
            self._disk.pend(self._path, offset, bytes(data))  # a write that the cut interrupts may be there in part
        try:
            self._disk.call("write")
        except apsw.Error:
            if not self._disk.is_dead:
                self._disk._pending[self._path].pop()
            raise
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._disk.call("truncate")
        self._disk.pend(self._path, size, None)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.call("sync")
        super().xSync(flags)
        self._disk.synced(self._path)

    def excepthook(self, *_told: object) -> None:
        """SQLite has been told already."""


class Rows:
    """What a statement returned, read at once."""

    def __init__(self, rows: list[Any], changed: int) -> None:
        self._rows = iter(rows)
        self.rowcount = changed

    def __iter__(self) -> Any:
        return self._rows

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)


class HostileConnection:
    """As much of a DB-API connection as the store uses, over APSW; errors are SQLCipher's with SQLite's own codes."""

    def __init__(self, path: Path, files: str, synchronous: str) -> None:
        self._connection = apsw.Connection(str(path), vfs=files)
        self.commits = 0
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", f"synchronous = {synchronous}"):
            list(self._connection.execute(f"PRAGMA {pragma}"))  # exclusive: APSW's files share no memory
        list(self._connection.execute("PRAGMA foreign_keys = ON"))

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        return self._connection.total_changes()

    def execute(self, sql: str, values: Any = ()) -> Rows:
        try:
            rows = list(self._connection.execute(sql, values))
        except apsw.Error as error:
            raise _as_sqlcipher(error) from error
        self.commits += sql == "COMMIT"
        return Rows(rows, self._connection.changes())

    def executemany(self, sql: str, many: Iterable[Any]) -> None:
        for values in many:
            self.execute(sql, values)

    def close(self) -> None:
        with suppress(apsw.Error):  # a dead disk does not take the last checkpoint
            self._connection.close(force=True)


def _as_sqlcipher(error: apsw.Error) -> Exception:
    shape = sqlcipher.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlcipher.OperationalError
    same: Exception = shape(str(error))
    same.sqlite_errorcode = error.extendedresult  # type: ignore[attr-defined]
    return same
