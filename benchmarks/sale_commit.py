"""Durable sale commit, encryption included, against one raw SQLite transaction of the same rows, and the disk.

Each sale has five lines, a member who earns, cash with change, a follow-up call, its receipt and the drawer's pulse in
the print queue. ``pay`` is the whole call that a cashier waits for: reading, pricing, writing, commit. ``transaction``
is the part of it that SQLite spends on writing and committing. The floor writes the very rows that the sale left
behind into a database of the same shape, over the same kind of connection, by statements that stay prepared. Now the
sale comes first and now the floor. On a busy machine the wall clock is still unfair to the sale, because whoever has
computed for a while is woken later when the disk is done; the CPU figures are not.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils
from sqlcipher3 import dbapi2 as sqlcipher

from benchmarks import _common
from benchmarks._kit import KEY, open_kit, open_shop, records, sellable, write_directory
from pos_app.bootstrap.desks import Desks
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.store.connection import open_encrypted
from pos_app.store.migrations import migrate

Rows = dict[str, list[tuple[object, ...]]]

LINES = 5
MEMBERS = 200
WARM_UP = 50
# What one paid sale leaves behind, parents first: table and the condition that finds its rows.
ROWS = {
    "event": "seq BETWEEN :first_seq AND :seq",
    "sale": "seq = :seq",
    "sale_line": "receipt_n = :receipt_n",
    "tender": "receipt_n = :receipt_n",
    "holding": "gid LIKE :origin || 'grant%'",
    "call_here": "call_id LIKE :origin || 'call%'",
    "print_job": "subject = :receipt_no",
}
COUNTERS = ("receipt", "newest_ms")


@dataclass
class Spent:
    """Seconds of one payment, and where they went."""

    pay: float = 0.0
    reads: float = 0.0
    writes: float = 0.0
    commit: float = 0.0
    cpu: float = 0.0
    transaction_cpu: float = 0.0

    @property
    def transaction(self) -> float:
        """Return what writing and committing took."""
        return self.writes + self.commit

    @property
    def program(self) -> float:
        """Return what was not SQLite."""
        return self.pay - self.reads - self.transaction


class Watched:
    """A connection that notes how long its statements take; everything else goes through."""

    def __init__(self, conn: sqlcipher.Connection) -> None:
        self._conn = conn
        self.spent = Spent()

    def execute(self, sql: str, *values: object) -> sqlcipher.Cursor:
        """Run one statement."""
        began, cpu = time.perf_counter(), time.thread_time()
        try:
            return self._conn.execute(sql, *values)
        finally:
            self._note(sql, time.perf_counter() - began, time.thread_time() - cpu)

    def executemany(self, sql: str, rows: list[tuple[object, ...]]) -> sqlcipher.Cursor:
        """Run one statement for each row."""
        began, cpu = time.perf_counter(), time.thread_time()
        try:
            return self._conn.executemany(sql, rows)
        finally:
            self._note(sql, time.perf_counter() - began, time.thread_time() - cpu)

    def __getattr__(self, name: str):
        return getattr(self._conn, name)

    def _note(self, sql: str, took_s: float, cpu_s: float) -> None:
        verb = sql.lstrip()[:6].upper()
        if verb != "SELECT":
            self.spent.transaction_cpu += cpu_s
        if verb == "COMMIT":
            self.spent.commit += took_s
        elif verb == "SELECT":
            self.spent.reads += took_s
        else:
            self.spent.writes += took_s


class Floor:
    """A ``till.db`` that is written by bare statements; ``key`` None leaves it unencrypted."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._database = _plain(path) if key is None else open_encrypted(path, key)
        migrate(self._database, path)
        self.times: list[float] = []
        self.cpu: list[float] = []

    def write(self, rows: Rows) -> None:
        """Write the rows of one sale in one durable transaction."""
        conn = self._database.conn
        began, cpu = time.perf_counter(), time.thread_time()
        conn.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            if table == "number":
                sql = "INSERT INTO number VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n"
            else:
                sql = f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})" if values else ""
            if values:
                conn.executemany(sql, values)
        conn.execute("COMMIT")
        self.times.append(time.perf_counter() - began)
        self.cpu.append(time.thread_time() - cpu)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Disk:
    """A file that grows by synced writes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._bytes = os.urandom(1 << 20)
        self.times: list[float] = []

    def write(self, length: int) -> None:
        """Append and sync."""
        began = time.perf_counter()
        self._file.write(self._bytes[:length])
        os.fdatasync(self._file.fileno())
        self.times.append(time.perf_counter() - began)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass
class Measured:
    """Seconds of every sale and of its floors. ``wal_bytes`` is what one sale adds to the write-ahead log."""

    sales: list[Spent]
    floor: list[float]
    floor_cpu: list[float]
    plain: list[float]
    disk: list[float]
    wal_bytes: int


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sales", type=int, default=1_000)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="commit-") as folder:
        report(measure(Path(folder), asked.sales))
    return 0


def measure(folder: Path, sales: int) -> Measured:
    """Sell, and write each sale's rows into the floors, before the next sale's payment or right after its own."""
    desks, watched = _open_till(folder)
    floor, plain, disk = Floor(folder / "floor.db", KEY), Floor(folder / "plain.db", None), Disk(folder / "disk.bin")
    spent: list[Spent] = []
    sizes: list[int] = []
    chance, late, next_seq = random.Random(1), None, 1

    def write_floors(rows: Rows) -> None:
        floor.write(rows)
        plain.write(rows)
        disk.write(sizes[-1])

    for n in range(sales + WARM_UP):
        _ring_up(desks, chance)
        if late is not None:
            write_floors(late)
        before, watched.spent = _wal_bytes(folder), Spent()
        cpu = time.thread_time()
        took_s = _common.seconds(lambda: _pay(desks))
        spent.append(watched.spent)
        spent[-1].pay, spent[-1].cpu, watched.spent = took_s, time.thread_time() - cpu, Spent()
        sizes.append(max(4_096, _wal_bytes(folder) - before))
        rows = dict(_rows_of_last_sale(watched, next_seq))
        next_seq += len(rows["event"])
        late = rows if n % 2 else None
        if late is None:
            write_floors(rows)
    desks.store.close()
    for each in (floor, plain, disk):
        each.close()
    grown = int(_common.percentile([size for size in sizes if size > 4_096], 50))
    kept = slice(WARM_UP, None)
    return Measured(spent[kept], floor.times[kept], floor.cpu[kept], plain.times[kept], disk.times[kept], grown)


def report(found: Measured) -> None:
    """Print the figures."""
    raw = "raw SQLite transaction of the same rows, encrypted alike"
    for percent in (50, 99):
        floor = _ms(found.floor, percent)
        transaction = _ms([one.transaction for one in found.sales], percent)
        pay = _ms([one.pay for one in found.sales], percent)
        _common.figure(f"sale commit, transaction p{percent}", transaction, "ms", raw, floor)
        _common.figure(f"sale commit, whole pay call p{percent}", pay, "ms", raw, floor)
    cpu, floor_cpu = _ms([one.cpu for one in found.sales], 50), _ms(found.floor_cpu, 50)
    transaction_cpu = _ms([one.transaction_cpu for one in found.sales], 50)
    _common.figure(
        "sale commit, CPU of the transaction p50", transaction_cpu, "ms", "CPU of the raw transaction", floor_cpu
    )
    _common.figure("sale commit, CPU of the whole pay call p50", cpu, "ms", "CPU of the raw transaction", floor_cpu)
    pay, disk = _ms([one.pay for one in found.sales], 50), _ms(found.disk, 50)
    synced = f"write + fdatasync of {found.wal_bytes} bytes"
    _common.figure("sale commit, whole pay call p50", pay, "ms", "the same rows unencrypted", _ms(found.plain, 50))
    _common.figure("sale commit, whole pay call p50", pay, "ms", synced, disk)
    _common.figure("raw transaction p50", _ms(found.floor, 50), "ms", synced, disk)
    for part in ("reads", "writes", "commit", "program"):
        part_ms = _ms([getattr(one, part) for one in found.sales], 50)
        _common.figure(f"pay spends on {part} p50", part_ms, "ms", "whole pay call p50", pay)
    _common.note(_common.load())


def _open_till(folder: Path) -> tuple[Desks, Watched]:
    """Open a till with an open day, whose tables all write through one watched connection."""
    today = datetime.now(UTC).date()
    write_directory(folder / "directory.db", KEY, records(MEMBERS, today), today)
    desks = open_kit(folder / "till", folder / "directory.db", KEY)
    database, tables = desks.store._database, desks.store.tables  # noqa: SLF001 - to watch it from inside
    watched = Watched(database.conn)
    for table in (getattr(tables, name) for name in tables.__slots__):
        if hasattr(table, "_conn"):
            table._conn = watched  # noqa: SLF001
    database.conn = watched
    open_shop(desks)
    return desks, watched


def _plain(path: Path) -> sqlite_utils.Database:
    """Open an unencrypted database with the till's own settings."""
    connection = sqlcipher.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16384"):
        connection.execute(f"PRAGMA {pragma}")
    return sqlite_utils.Database(connection)


def _ring_up(desks: Desks, chance: random.Random) -> None:
    for item in chance.sample(sellable(100), LINES):
        desks.checkout.add_item(item.item_id, chance.randint(1, 3))
    desks.checkout.attach(f"{chance.randrange(MEMBERS):032x}")


def _pay(desks: Desks) -> None:
    desks.checkout.pay((TenderAsked(TenderKind.CASH, given_minor=10_000_00),))


def _rows_of_last_sale(conn: Watched, first_seq: int) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    receipt_n, seq, receipt_no = conn.execute(
        "SELECT receipt_n, seq, receipt_no FROM sale ORDER BY receipt_n DESC LIMIT 1"
    ).fetchone()
    known = {
        "receipt_n": receipt_n,
        "first_seq": first_seq,
        "seq": seq,
        "receipt_no": receipt_no,
        "origin": f"%/{seq}/",
    }
    for table, where in ROWS.items():
        yield table, conn.execute(f"SELECT * FROM {table} WHERE {where}", known).fetchall()
    marks = ", ".join("?" * len(COUNTERS))
    yield "number", conn.execute(f"SELECT name, n FROM number WHERE name IN ({marks})", COUNTERS).fetchall()


def _wal_bytes(folder: Path) -> int:
    return (folder / "till" / "till.db-wal").stat().st_size


def _ms(values: list[float], percent: float) -> float:
    return _common.percentile(values, percent) * 1_000


if __name__ == "__main__":
    sys.exit(main())
