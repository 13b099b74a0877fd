"""Synchronising over the loopback: push, feed, snapshot and just-in-time grants, on SQLite and on PostgreSQL.

Head office is a process of its own with the demo chain; two tills enrol at it. The first has a backlog of sales of
five lines, each to a member who earns, and pushes it in batches of 500 with the program's own pusher; the floor
inserts the rows that head office was left with (inbox, postings, transfers, grants, feed) into an empty database of
the same shape, in as many transactions, without any logic. The second till then pulls what these sales changed; its
reference fetches the same pages and drops them. A snapshot is installed whole, against unpacking and syncing the same
file; a grant of points is asked for while a customer would wait, against the shortest request there is. Signing and
checking a request stand beside the bare signature.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import zstandard

from benchmarks import _common
from benchmarks._kit import STORE, sellable
from benchmarks._tills import BenchTill, open_bench_till, wire_to
from head_office import doorman
from head_office.demo.load import load
from head_office.enrolment import new_code
from head_office.office import Office, open_office
from head_office.sessions import Caller, Sessions
from head_office.store import schema
from pos_app.domain.directory import Cursor
from pos_app.domain.events import DayOpened, Sale, SaleLine
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.sync import worker as sync_worker
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.pull import Puller, Shards
from pos_app.sync.push import Pusher
from pos_app.sync.rights import RightsDesk
from pos_app.sync.signer import Signer
from pos_app.sync.snapshot import SnapshotFetcher
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.wire import signing
from pos_app.sync.wire.messages import MAX_BATCH_EVENTS

LEFT_BEHIND = (schema.inbox, schema.posting, schema.transfer, schema.grant, schema.feed)
SHARD = f"store:{STORE}"
POSTED_S = 1_800.0


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--grants", type=int, default=200)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    _signatures()
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="sync-") as home, _common.places(Path(home)) as places:
        for name, url in places.items():
            measure(name, url, Path(home) / name, (asked.events, asked.members, asked.grants))
    _common.note(_common.load())
    return 0


def _signatures(times: int = 500) -> None:
    """Print what signing a request costs the till and checking it costs head office, beside the bare Ed25519."""
    _signature("feed", "GET", "/v1/feed?shard=global&cursor=7", None, times)
    _signature("push", "POST", "/v1/push", bytes(64_000), times)


def _signature(name: str, method: str, target: str, body: bytes | None, times: int) -> None:
    device, sessions = DeviceKey(bytes(range(32))), Sessions(random.Random(1).randbytes)
    token = sessions.open(Caller(1, "S01-1", "1.1", STORE), device.public)
    signer = Signer(signing.key_id("S01-1", "1.1"), device.sign)
    path, _, query = target.partition("?")
    signed: list[dict[str, str]] = []

    def sign() -> None:
        signed.extend(signer.fields(method, target, token, body) for _ in range(times))

    def check() -> None:
        for fields in signed:
            _admit(sessions, signing.Asked(method, path, query, token, body), fields)

    base = b"x" * 300
    bare = device.sign(base)
    for what, work, floor in (
        ("signed", sign, lambda: [device.sign(base) for _ in range(times)]),
        ("checked", check, lambda: [verify(device.public, base, bare) for _ in range(times)]),
    ):
        took_us, floor_us = (_cpu_s(each) / times * 1e6 for each in (work, floor))
        _common.figure(f"request, {name}, {what}", took_us, "µs of CPU", "bare Ed25519", floor_us)


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _admit(sessions: Sessions, asked: signing.Asked, fields: dict[str, str]) -> None:
    digest = fields.get(signing.CONTENT_DIGEST, "")
    doorman.admit(sessions, asked, digest, fields[signing.SIGNATURE_INPUT], fields[signing.SIGNATURE])


def measure(name: str, url: str, folder: Path, counts: tuple[int, int, int]) -> None:
    """Print the figures of one head office."""
    events, members, grants = counts
    office = open_office(url, folder=folder / "snapshots")
    today = datetime.now(UTC).date()
    load(office.database, today, members)
    with _common.head_office(url, folder / "snapshots") as port:
        codes = [new_code(office, STORE, lane) for lane in (1, 2)]
        with (
            open_bench_till(folder / "till1", wire_to(port), code=codes[0]) as first,
            open_bench_till(folder / "till2", wire_to(port), code=codes[1]) as second,
        ):
            _snapshot(name, office, first)
            pull(second)
            before = _marks(office)
            backlog(first, office, events, today)
            _push(name, office, first, before, folder)
            _feed(name, second)
            _grants(name, office, second, grants)
    office.database.close()


def backlog(till: BenchTill, office: Office, events: int, today: date) -> None:
    """Put sales into the till's log, as many transactions as batches."""
    with office.database.read() as connection:
        member = schema.member.c
        home = sa.select(member.member_id).where(member.home_store_id == STORE).order_by(member.member_no).limit(2_000)
        who = list(connection.execute(home).scalars())
    identity, chance = till.lane.call(till.desks.log.identity), random.Random(1)

    def say(count: int) -> None:
        with till.desks.store.unit() as unit:
            for _ in range(count):
                origin = Origin(identity.terminal_id, identity.epoch, unit.log.next_seq())
                till.desks.session.say(unit, sale(origin, chance.choice(who), chance, today), today)

    def open_day() -> None:
        with till.desks.store.unit() as unit:
            till.desks.session.say(unit, DayOpened(1, 50_000), today)

    till.lane.call(open_day)
    for begun in range(0, events - 1, MAX_BATCH_EVENTS):
        till.lane.call(partial(say, min(MAX_BATCH_EVENTS, events - 1 - begun)))


def sale(origin: Origin, member_id: str, chance: random.Random, today: date) -> Sale:
    """Return a correct sale of five lines, paid in cash, that earns 7 %."""
    lines = []
    for n, item in enumerate(chance.sample(sellable(100), 5), 1):
        net, gain = item.price_minor, item.price_minor * 7 // 100
        lines.append(
            SaleLine(n, item.item_id, item.barcode, item.name, 1, net, net, 0, 0, 0, 0, net, gain, ("earn@demo-1",))
        )
    due, points = sum(line.paid_minor for line in lines), sum(line.earned_points for line in lines)
    earned = Grant(origin.part("grant", 1), member_id, Asset.POINTS, points, date(today.year + 1, 12, 31))
    tenders = (Tender(TenderKind.CASH, due, due, 0),)
    number = f"0001-1-A1-{origin.seq:06d}"
    return Sale(str(origin), number, member_id, tuple(lines), tenders, due, 0, (), earned, (), "demo-1")


def station(till: BenchTill) -> Station:
    """Return a new session's parts as the worker joins them, without its threads."""
    board = StatusBoard(lambda _status: None, till.given.clock)
    return sync_worker.station_of(till.given, board, lambda: False)


def pull(till: BenchTill) -> None:
    """Bring a till up to date on this thread; the first time by a snapshot."""
    parts, identity = station(till), till.given.identity
    fetcher = SnapshotFetcher(parts, till.given.downloads, till.given.device.open_sealed)
    Puller(parts, Shards(identity.store_id, identity.terminal_id, identity.epoch), fetcher.install, wait_s=0).round()


def _push(name: str, office: Office, till: BenchTill, before: dict[str, int], folder: Path) -> None:
    pusher, events = Pusher(station(till)), till.lane.call(till.desks.log.unsent)
    accepted_s = _common.seconds(pusher.round)
    assert till.lane.call(till.desks.log.unsent) == 0
    waiting_s = _common.seconds(lambda: all_posted(office))
    assert _count(office, schema.posting.c.status == "posted") == events
    rows = {table.name: _rows(office, table, before[table.name]) for table in LEFT_BEHIND}
    floor_s = _floor(office, rows, -(-events // MAX_BATCH_EVENTS), folder)
    written = sum(map(len, rows.values()))
    reference = f"bare insert of the {written} rows left behind"
    for what, took_s in (("accepted", accepted_s), ("accepted and posted", accepted_s + waiting_s)):
        _common.figure(f"push, {name}, batches of {MAX_BATCH_EVENTS}, {what}", events / took_s, "events/s", reference,
                       events / floor_s)  # fmt: skip


def all_posted(office: Office) -> None:
    """Wait until the postman has posted everything that is stored."""
    life = schema.life.c
    behind = sa.select(life.life_no).where(life.posted_seq < life.last_seq).limit(1)

    def done() -> bool:
        with office.database.read() as connection:
            return connection.execute(behind).first() is None

    assert _common.wait_until(done, POSTED_S), "the postman does not come"


def _feed(name: str, till: BenchTill) -> None:
    parts, port = station(till), till.given.till
    ticket = parts.link.open()
    start = port.directory.cursor(SHARD)
    assert start is not None
    pages, items = [start], 0

    def fetch() -> None:
        nonlocal items
        while True:
            answer = parts.office.feed(ticket.session, SHARD, pages[-1])
            items += len(answer.items)
            if not answer.items:
                return
            pages.append(Cursor(answer.incarnation, answer.next_pos))

    fetch_s = _common.seconds(fetch)
    port.directory.close()
    took_s = _common.seconds(lambda: pull(till))
    after = port.directory.cursor(SHARD)
    assert after is not None
    assert after.pos >= pages[-1].pos, (after, pages[-1])  # a float may have come in between
    reference = "the same pages fetched and dropped"
    _common.figure(f"feed, {name}, pulled and applied", items / took_s, "changes/s", reference, items / fetch_s)


def _snapshot(name: str, office: Office, till: BenchTill) -> None:
    parts = station(till)
    fetcher = SnapshotFetcher(parts, till.given.downloads, till.given.device.open_sealed)
    ticket = parts.link.open()
    built_s = _common.seconds(lambda: parts.office.snapshot(ticket.session))  # head office builds it now
    took_s = _common.seconds(lambda: fetcher.install(ticket))
    file, _key = till.lane.call(till.desks.log.installed_directory)
    packed = zstandard.ZstdCompressor(level=1).compress(file.read_bytes())

    def unpack() -> None:
        with (till.home / "unpacked.db").open("wb") as copy:
            copy.write(zstandard.ZstdDecompressor().decompress(packed))
            copy.flush()
            _common.sync(copy)

    floor_s = _common.seconds(unpack)
    size = f"{file.stat().st_size >> 20} MiB, {_common.count_rows(office.database.engine, schema.member)} members"
    _common.figure(f"snapshot, {name}, fetched and installed ({size})", took_s, "s",
                   "unpacked and synced only", floor_s)  # fmt: skip
    _common.figure(f"snapshot, {name}, built by head office", built_s, "s")


def _grants(name: str, office: Office, till: BenchTill, count: int) -> None:
    parts, identity = station(till), till.given.identity
    desk = RightsDesk(parts, identity.terminal_id, identity.epoch)
    parts.link.open()
    who = _with_points(office, count)
    times, floor = [], []
    for n, member_id in enumerate(who, 1):
        times.append(_common.seconds(lambda no=n, whose=member_id: desk.request(whose, 10, no)))
        floor.append(_common.seconds(lambda: parts.office.health(identity.head_office_key)))
    for percent in (50, 95):
        value, bare = (_common.percentile(many, percent) * 1_000 for many in (times, floor))
        _common.figure(f"just-in-time grant, {name}, asked to installed p{percent}", value, "ms",
                       "health request, same percentile", bare)  # fmt: skip


def _with_points(office: Office, count: int) -> list[str]:
    """Return members of whom head office itself holds points."""
    account = schema.account.c
    wanted = sa.select(account.owner).where(account.kind == "available", account.credit - account.debit >= 1_000)
    with office.database.read() as connection:
        return list(connection.execute(wanted.distinct().order_by(account.owner).limit(count)).scalars())


def _marks(office: Office) -> dict[str, int]:
    """Return how many rows there are in the tables that a push fills."""
    return {table.name: _common.count_rows(office.database.engine, table) for table in LEFT_BEHIND}


def _rows(office: Office, table: sa.Table, skipped: int) -> list[tuple[object, ...]]:
    """Return the rows that came after the first ``skipped``, without the number that the database gives."""
    columns = _columns(table)
    wanted = sa.select(*columns).order_by(*table.primary_key.columns)
    with office.database.read() as connection:
        return [tuple(row) for row in connection.execute(wanted.offset(skipped))]


def _columns(table: sa.Table) -> list[sa.Column[object]]:
    return [column for column in table.columns if column.name != "feed_no"]


def _floor(office: Office, rows: dict[str, list[tuple[object, ...]]], batches: int, folder: Path) -> float:
    """Insert the rows bare, in so many transactions, into an empty database of the same kind; return seconds."""
    with _empty_beside(office, folder) as empty:
        raw = empty.database.engine.raw_connection()
        connection = raw.dbapi_connection
        try:
            return _common.seconds(lambda: [_insert(connection, rows, n, batches) for n in range(batches)])
        finally:
            raw.close()


def _insert(connection, rows: dict[str, list[tuple[object, ...]]], n: int, batches: int) -> None:
    cursor = connection.cursor()
    is_postgres = hasattr(cursor, "copy")
    if not is_postgres:
        cursor.execute("BEGIN IMMEDIATE")
    for table in LEFT_BEHIND:
        names = ", ".join(column.name for column in _columns(table))
        values = rows[table.name][n::batches]
        if is_postgres:
            with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        elif values:
            marks = ", ".join("?" * len(values[0]))
            cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
    connection.commit()


@contextmanager
def _empty_beside(office: Office, folder: Path) -> Iterator[Office]:
    """Give an empty head office on the same kind of database."""
    url = office.database.url
    if office.database.is_postgres:
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE floor"))
        url = url.set(database="floor")
    else:
        url = url.set(database=str(folder / "floor.db"))
    empty = open_office(url.render_as_string(hide_password=False), folder=folder / "floor")
    try:
        yield empty
    finally:
        empty.database.close()


def _count(office: Office, which: sa.ColumnElement[bool]) -> int:
    with office.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(schema.posting).where(which)).scalar_one())


if __name__ == "__main__":
    sys.exit(main())
