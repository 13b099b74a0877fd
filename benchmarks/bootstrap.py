"""The directory of a store with a million members: built by head office, fetched and installed by a new till.

Head office's database is filled in bulk and kept in ``var/bench`` for the next run. The till enrols over the loopback
and takes the file as the program does: fetched, unpacked, checked, synced, moved in and opened for look-ups. In the
same run head office's own chunks are copied by ``cp``, decompressed into one file and synced: the floor, taken before
and after, the mean of both. A second till is cut off half-way and goes on, so that what a cut costs is seen.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa
import zstandard

from benchmarks import _common
from benchmarks._kit import STORE, invented
from benchmarks._tills import BenchTill, open_bench_till, wire_to
from benchmarks.sync import pull, station
from head_office import feed
from head_office.enrolment import new_code
from head_office.office import open_office
from head_office.store import schema
from pos_app.domain.members import Member
from pos_app.domain.posting import AVAILABLE, OPENING, POINTS
from pos_app.errors import Unavailable
from pos_app.sync.link import Pass
from pos_app.sync.snapshot import MAX_CHUNK_BYTES, SnapshotFetcher
from pos_app.sync.station import Station

TODAY = date(2026, 11, 20)  # fixed, so that the database can be kept
AT_ONCE = 20_000
GOAL = 3.0  # times the floor
POINTS_EACH = 1_000
ASKED_AT_MOST = 10
FLOOR = "cp of the chunks, decompressed to one file, synced"


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when installing takes longer than the goal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    database = chain(asked.members)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="bootstrap-") as folder:
        ratio = measure(Path(folder), database, asked.members)
    return 0 if ratio <= GOAL else 1


def chain(members: int) -> Path:
    """Return head office's database with so many members of one store, filled now if it is not there yet."""
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    file = _common.CACHE / f"head-office-{members}-{schema_mark()}.db"
    if not file.exists():
        fresh = file.with_suffix(".new")
        for path in (fresh, *_common.CACHE.glob(f"head-office-{members}-*.db")):
            path.unlink(missing_ok=True)
        took_s = _common.seconds(lambda: fill(fresh, members))
        fresh.rename(file)
        _common.note(f"filled {file.name} in {took_s:.0f} s")
    return file


def schema_mark() -> str:
    """Return what changes with the tables, so that a kept database of other tables is not used."""
    tables = sorted(f"{table.name}({','.join(table.columns.keys())})" for table in schema.metadata.tables.values())
    return hashlib.sha256(" ".join(tables).encode()).hexdigest()[:8]


def fill(path: Path, members: int) -> None:
    """Put a store and its members into a new database, in bulk."""
    office = open_office(f"sqlite:///{path}", folder=path.with_suffix(".snapshots"))
    rows = [{"store_id": STORE, "store_no": 1, "name": "江南西店", "name_en": "Jiangnan West"}]
    office.database.write(lambda connection: connection.execute(sa.insert(schema.store), rows))
    office.database.write(lambda connection: _fill_members(connection, members))
    office.database.close()


def _fill_members(connection: sa.Connection, members: int) -> None:
    feed.open_shards(connection, (feed.GLOBAL, feed.store_shard(STORE)))
    for start in range(0, members, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, members))
        add_members(connection, [(invented(n, TODAY), TODAY - timedelta(days=1 + n * 37 % 700)) for n in numbers])
    _insert(connection, schema.account, [(POINTS, OPENING, "chain", "", "", 0, POINTS_EACH * members, False)])


def add_members(connection: sa.Connection, people: list[tuple[Member, date]], store_id: str = STORE) -> None:
    """Let a store know people by their last visit, each with points; not told to the feed."""
    _insert(connection, schema.member, [
        (who.member_id, who.card_no, who.phone, store_id, who.tier.value, visit.isoformat(), 1,
         msgspec.json.encode(who), b"[]") for who, visit in people
    ])  # fmt: skip
    ties = [(store_id, who.member_id, visit.isoformat()) for who, visit in people]
    _insert(connection, schema.member_tie, ties)
    lots = [f"{visit.year + 3}-12-31" for _, visit in people]
    _insert(connection, schema.account, [
        (POINTS, AVAILABLE, who.member_id, "", lot, POINTS_EACH, 0, True)
        for (who, _), lot in zip(people, lots, strict=True)
    ])  # fmt: skip


GIVEN_BY_DATABASE = ("member_no", "account_no", "facts", "tier_due", "uses")


def _insert(connection: sa.Connection, table: sa.Table, rows: list[tuple[object, ...]]) -> None:
    names = [column.name for column in table.columns if column.name not in GIVEN_BY_DATABASE]
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(names))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)


def measure(folder: Path, database: Path, members: int) -> float:
    """Print the figures; return how many times the floor the install took."""
    copy = folder / "head-office.db"
    shutil.copyfile(database, copy)
    url = f"sqlite:///{copy}"
    office = open_office(url, folder=folder / "snapshots")
    codes = [new_code(office, STORE, lane) for lane in (1, 2)]
    with _common.head_office(url, folder / "snapshots") as port:
        with _till(folder / "till1", port, codes[0]) as first:
            ratio = _install(first, folder, members)
        with _till(folder / "till2", port, codes[1]) as second:
            _cut_off(second)
    office.database.close()
    return ratio


@contextmanager
def _till(home: Path, port: int, code: str) -> Iterator[BenchTill]:
    with open_bench_till(home, wire_to(port), code=code) as till:
        yield till


def _install(till: BenchTill, folder: Path, members: int) -> float:
    parts = station(till)
    ticket = parts.link.open()
    built_s = _common.seconds(lambda: _built(parts, ticket))
    chunks = sorted((folder / "snapshots").glob("*/*.zst"), key=lambda path: int(path.stem))
    fetcher = SnapshotFetcher(parts, till.given.downloads, till.given.device.open_sealed)
    before_s = _floor(chunks, folder)
    cpu = time.process_time()
    took_s = _common.seconds(lambda: fetcher.install(ticket))
    cpu_s = time.process_time() - cpu
    floor_s = (before_s + _floor(chunks, folder)) / 2
    file, _key = till.lane.call(till.desks.log.installed_directory)
    size = f"{members} members, {file.stat().st_size >> 20} MiB"
    _common.figure(f"directory built by head office ({size})", built_s, "s", FLOOR, floor_s)
    _common.figure("directory fetched and installed", took_s, "s", FLOOR, floor_s)
    _common.figure("directory fetched and installed, CPU of the till", cpu_s, "s", FLOOR, floor_s)
    pulled_s = _common.seconds(lambda: pull(till))
    _common.figure("first pull after it", pulled_s, "s")
    _common.note(_common.load())
    return took_s / floor_s


def _built(parts: Station, ticket: Pass) -> None:
    """Have head office build the file; a till whose patience ends asks again and finds it done."""
    for _ in range(ASKED_AT_MOST):
        with suppress(Unavailable):
            parts.office.snapshot(ticket.session)
            return
    raise Unavailable("snapshot.slow")


def _floor(chunks: list[Path], folder: Path) -> float:
    """Return the seconds that copying the chunks, decompressing them to one file and syncing it take."""
    copied, whole = folder / "copied", folder / "whole.db"
    copied.mkdir()

    def work() -> None:
        subprocess.run(["cp", *chunks, copied], check=True)
        with whole.open("wb") as target:
            for chunk in chunks:
                target.write(zstandard.decompress((copied / chunk.name).read_bytes(), MAX_CHUNK_BYTES))
            _common.sync(target)

    took_s = _common.seconds(work)
    shutil.rmtree(copied)
    whole.unlink()
    return took_s


def _cut_off(till: BenchTill) -> None:
    """Stop half-way, as a killed program does, and go on with a new one."""
    parts = station(till)
    ticket = parts.link.open()
    chunks = len(parts.office.snapshot(ticket.session).chunks)
    left = chunks // 2
    whole = parts.office.chunk

    def until_killed(*asked):
        nonlocal left
        if left == 0:
            raise Unavailable("sync.stopped")
        left -= 1
        return whole(*asked)

    parts.office.chunk = until_killed
    with suppress(Unavailable):
        SnapshotFetcher(parts, till.given.downloads, till.given.device.open_sealed).install(ticket)
    fetched = 0

    def counted(*asked):
        nonlocal fetched
        fetched += 1
        return whole(*asked)

    parts.office.chunk = counted
    fetcher = SnapshotFetcher(parts, till.given.downloads, till.given.device.open_sealed)
    took_s = _common.seconds(lambda: fetcher.install(ticket))
    _common.figure("directory gone on with after half of it", took_s, "s")
    _common.figure("chunks fetched after a cut half-way", fetched, "chunks", "all", chunks)


if __name__ == "__main__":
    sys.exit(main())
