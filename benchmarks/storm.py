"""A region comes back: 3,000 terminals with a backlog of 50,000 facts at one head office on PostgreSQL.

Every terminal shakes hands and pushes with the program's own link, session and pusher, signed as any other, and waits
as the program waits when it is sent away; only its log is a list. Meanwhile other terminals ask for points as a cashier
would. The reference writes the inbox rows that were left behind by COPY into an empty table, in one go.
"""

import argparse
import heapq
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import psutil
import sqlalchemy as sa

from benchmarks import _common, sync
from benchmarks._tills import wire_to
from head_office.demo.load import load
from head_office.enrolment import Enrolment, new_code
from head_office.office import Office, open_office
from head_office.report import report
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.bootstrap.world import SystemClock
from pos_app.domain.events import Circumstances, DayOpened, Fact, LogEvent
from pos_app.domain.ids import Origin
from pos_app.domain.till import Countersigned
from pos_app.errors import PosError
from pos_app.sync.backoff import delay_s
from pos_app.sync.endpoints import Download, HeadOffice, Reply, Wire
from pos_app.sync.keys import DeviceKey
from pos_app.sync.link import Link
from pos_app.sync.push import Pusher
from pos_app.sync.session import LogHead, Session
from pos_app.sync.signer import Signer
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.till_port import TillPort
from pos_app.sync.wire.event_codec import GENESIS, seal
from pos_app.sync.wire.messages import EnrolAnswer, EnrolRequest, RightsRequest
from pos_app.sync.wire.signatures import enrol_bytes
from pos_app.sync.wire.signing import key_id
from tools.postgres import NoServer, server

LANES = 10
CUSTOMERS, STRIDE = 60, 307  # a store's own, spread over the chain
THREADS = 48
ASKERS = 4
SPREAD_S = 3.0  # terminals notice the line within so many seconds of each other
LARGE_EVERY = 30  # one terminal in so many was offline for much longer:
LARGE_SHARE = 0.4  # together they hold this much of the backlog
GIVE_UP_S = 1_800.0
MEMBERS = 20_000


class ListLog:
    """A terminal's log in memory: the part of ``LogPort`` that pushing needs."""

    def __init__(self, who: EnrolAnswer) -> None:
        self.who = who
        self.events: list[LogEvent] = []
        self.accepted_upto = 0
        self._incarnation = ""

    def say(self, fact: Fact, on: date) -> None:
        """Append a fact."""
        at = Circumstances(on, "S01-01", 1, 1, "boot")
        seq, before = self.head().next_seq, self.head().hash
        self.events.append(seal(Origin(self.who.terminal_id, self.who.epoch, seq), before, fact, at))

    def head(self) -> LogHead:
        """Return where the log stands."""
        return LogHead(len(self.events) + 1, self.events[-1].hash if self.events else GENESIS)

    def events_after(self, seq: int, limit: int, _max_bytes: int) -> Sequence[LogEvent]:
        """Return the rows after ``seq``; the session cuts them to size."""
        return self.events[seq : seq + limit]

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of an event."""
        return self.events[seq - 1].hash if seq else GENESIS

    def mark_accepted(self, accepted_upto: int, _stable_upto: int, _head: Countersigned | None = None) -> None:
        """Remember what head office holds."""
        self.accepted_upto = accepted_upto

    def countersigned(self) -> Countersigned | None:
        """Return nothing: a log in memory is never held against head office."""
        return None

    def incarnation(self) -> str:
        """Return the bound incarnation."""
        return self._incarnation

    def bind(self, incarnation: str) -> None:
        """Remember it."""
        self._incarnation = incarnation

    def ended(self) -> str:
        """Return that this life goes on."""
        return ""

    def mark_ended(self, code: str) -> None:
        """Fail: nobody ends a life here."""
        assert not code, code

    def heard(self, server_time_ms: int) -> None:
        """Pass over head office's clock."""

    def unsent(self) -> int:
        """Return how many facts head office is not known to hold."""
        return len(self.events) - self.accepted_upto


class WireOfThread(Wire):
    """A wire for each thread, so that as many requests are under way as there are threads."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._mine = threading.local()
        self._all: list[Wire] = []

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        """Send on the thread's own wire."""
        return self._wire().send(method, target, headers, body, read_s)

    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> AbstractContextManager[Download]:
        """Open a body on the thread's own wire."""
        return self._wire().download(target, headers, read_s)

    def abort(self) -> None:
        """Cut all of them."""
        for wire in self._all:
            wire.abort()

    def _wire(self) -> Wire:
        if not hasattr(self._mine, "wire"):
            self._mine.wire = wire_to(self._port)
            self._all.append(self._mine.wire)
        wire: Wire = self._mine.wire
        return wire


@dataclass
class StormTill:
    """One terminal of the region."""

    log: ListLog
    link: Link
    pusher: Pusher
    office: HeadOffice
    failures: int = 0
    requests: int = 0
    done_s: float = 0.0


@dataclass
class Storm:
    """Plays all terminals on some threads: whoever is due next pushes, or comes back as late as the program would."""

    tills: list[StormTill]
    began: float = field(default_factory=time.monotonic)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    refusals: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Condition()
        self._due = [(self.began + self.chance.random() * SPREAD_S, n) for n in range(len(self.tills))]
        heapq.heapify(self._due)
        self._left = len(self.tills)

    def run(self) -> None:
        """Return when every terminal has pushed everything."""
        with ThreadPoolExecutor(THREADS) as pool:
            for each in [pool.submit(self._work) for _ in range(THREADS)]:
                each.result()

    def _work(self) -> None:
        while (n := self._next()) is not None:
            till = self.tills[n]
            try:
                till.pusher.round()
            except PosError as error:
                till.failures += 1
                retry = error.facts.get("retry_after_ms")
                wait_s = delay_s(till.failures, self.chance.random(), retry if isinstance(retry, int) else None)
                with self._lock:
                    self.refusals[error.code] = self.refusals.get(error.code, 0) + 1
                    heapq.heappush(self._due, (time.monotonic() + wait_s, n))
                    self._lock.notify()
            else:
                till.done_s = time.monotonic() - self.began
                with self._lock:
                    self._left -= 1
                    self._lock.notify_all()

    def _next(self) -> int | None:
        with self._lock:
            while self._left:
                now = time.monotonic()
                assert now - self.began < GIVE_UP_S, "the storm does not end"
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[1]
                self._lock.wait(min(1.0, self._due[0][0] - now) if self._due else 1.0)
        return None


class Counter:
    """Cashiers who ask for points, one after another, while the storm goes on; ``times_s`` from asking to having."""

    def __init__(self, tills: Sequence[StormTill], members: Sequence[str]) -> None:
        self._tills = tills
        self._members = members
        self._over = threading.Event()
        self.times_s: list[float] = []
        self.failed = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """Ask while the block runs."""
        with ThreadPoolExecutor(len(self._tills)) as pool:
            asking = [pool.submit(self._ask, n) for n in range(len(self._tills))]
            try:
                yield
            finally:
                self._over.set()
        for each in asking:
            each.result()

    def _ask(self, n: int) -> None:
        till, request_no = self._tills[n], 0
        while not self._over.wait(0.25):
            member_id = self._members[(request_no * len(self._tills) + n) % len(self._members)]
            request_no += 1
            began = time.perf_counter()
            try:
                ticket = till.link.open()
                who = till.log.who
                answer = till.office.rights(
                    RightsRequest(ticket.session, who.terminal_id, who.epoch, request_no, member_id, 10)
                )
            except PosError:
                self.failed += 1
            else:
                assert answer.grants or answer.code, answer
                self.times_s.append(time.perf_counter() - began)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--terminals", type=int, default=3_000)
    parser.add_argument("--events", type=int, default=50_000)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="storm-") as folder, server() as url:
            measure(url, Path(folder), asked.terminals, asked.events)
    except NoServer as error:
        _common.note(f"needs PostgreSQL: {error}")
        return 1
    _common.note(_common.load())
    return 0


def measure(url: str, folder: Path, terminals: int, events: int) -> None:
    """Print the figures of one storm."""
    office = open_office(url, folder=folder / "snapshots")
    today = datetime.now(UTC).date()
    load(office.database, today, min(MEMBERS, terminals * 10))
    stores = _open_stores(office, -(-terminals // LANES))
    with _common.head_office(url, folder / "snapshots") as port, ExitStack() as stack:
        wire = WireOfThread(port)
        stack.callback(wire.abort)
        _common.note("enrolling")
        tills = [_enrolled(office, wire, stores[n // LANES], n % LANES + 1) for n in range(terminals + ASKERS)]
        region, askers = tills[:terminals], tills[terminals:]
        _fill(region, events, _members(office), today)
        with_points = sync._with_points(office, 2_000)  # noqa: SLF001 - the same question
        storm, counter = Storm(region), Counter(askers, with_points)
        process, memory = psutil.Process(_serving(port)), [0]
        memory[0] = process.memory_info().rss
        storm.began = time.monotonic()
        with counter.open():
            storm.run()
        stored_s = time.monotonic() - storm.began
        memory.append(process.memory_info().rss)
        sync.all_posted(office)
        posted_s = time.monotonic() - storm.began
        memory.append(process.memory_info().rss)
        _print(office, storm, counter, (stored_s, posted_s), memory)
    office.database.close()


def _print(office: Office, storm: Storm, counter: Counter, took_s: tuple[float, float], memory: Sequence[int]) -> None:
    events = sum(len(till.log.events) for till in storm.tills)
    copied = events / _copy_s(office)
    stored_s, posted_s = took_s
    _common.figure(f"storm of {len(storm.tills)} terminals, facts accepted", events / stored_s, "facts/s",
                   "the same rows by COPY", copied)  # fmt: skip
    _common.figure("the same, accepted and posted", events / posted_s, "facts/s", "the same rows by COPY", copied)
    for percent in (50, 95, 99):
        _common.figure(f"just-in-time grant during the storm p{percent}",
                       _common.percentile(counter.times_s, percent) * 1_000, "ms")  # fmt: skip
    done = [till.done_s for till in storm.tills]
    _common.figure("slowest terminal through", max(done), "s", "median terminal", _common.percentile(done, 50))
    _common.figure("head office's memory at its most", max(memory) / 2**20, "MiB", "before", memory[0] / 2**20)
    _common.note(f"sent away: {storm.refusals}; grants asked {len(counter.times_s)}, failed {counter.failed}")
    events_now = report(office)["events"]
    assert events_now.get("posted", 0) >= events, events_now


def _open_stores(office: Office, count: int) -> list[str]:
    rows = [{"store_id": f"R{n:03d}", "store_no": 100 + n, "name": f"店{n}", "name_en": f"Store {n}"}
            for n in range(count + 1)]  # fmt: skip
    office.database.write(lambda connection: insert_rows(connection, schema.store, rows))
    return [str(row["store_id"]) for row in rows]


def _enrolled(office: Office, wire: Wire, store_id: str, lane: int) -> StormTill:
    """Enrol at the desk itself: enrolling is not what is measured."""
    device = DeviceKey(random.Random(f"{store_id}-{lane}").randbytes(32))
    code = new_code(office, store_id, lane)
    who = Enrolment(office).enrol(EnrolRequest(code, device.public, device.sign(enrol_bytes(code, device.public))))
    log, clock = ListLog(who), SystemClock()
    session = Session(who.terminal_id, who.epoch, "", device.sign, "storm")
    at = HeadOffice(wire, Signer(key_id(who.terminal_id, who.epoch), device.sign))
    link = Link(session, at, log, who.head_office_key, random.Random(store_id).randbytes)  # type: ignore[arg-type]
    board = StatusBoard(lambda _status: None, clock)
    station = Station(at, link, cast("TillPort", _OnlyLog(log)), board, clock, lambda: False)
    return StormTill(log, link, Pusher(station), at)


class _NoHoldings:
    def hand_back(self) -> int:
        """Hand nothing back: these terminals hold nothing."""
        return 0


@dataclass(frozen=True)
class _OnlyLog:
    log: ListLog
    holdings: _NoHoldings = field(default_factory=_NoHoldings)


def _fill(tills: Sequence[StormTill], events: int, members: Sequence[str], today: date) -> None:
    """Give every terminal a day with sales: most a few, some many."""
    chance = random.Random(2)
    large = tills[::LARGE_EVERY]
    many = int(events * LARGE_SHARE / len(large))
    few = (events - many * len(large)) / (len(tills) - len(large) or 1)
    owed = 0.0
    for n, till in enumerate(tills):
        owed += 0 if n % LARGE_EVERY == 0 else few
        count = many if n % LARGE_EVERY == 0 else max(1, int(owed))
        owed -= 0 if n % LARGE_EVERY == 0 else count
        till.log.say(DayOpened(1, 50_000), today)
        for _ in range(count - 1):
            seq = till.log.head().next_seq
            origin = Origin(till.log.who.terminal_id, till.log.who.epoch, seq)
            customer = members[(n // LANES + chance.randrange(CUSTOMERS) * STRIDE) % len(members)]
            till.log.say(sync.sale(origin, customer, chance, today), today)


def _members(office: Office) -> list[str]:
    with office.database.read() as connection:
        return list(connection.execute(sa.select(schema.member.c.member_id)).scalars())


def _serving(port: int) -> int:
    """Return the process that listens on ``port``."""
    listening = (each for each in psutil.Process().children(recursive=True) if _listens(each, port))
    return next(listening).pid


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        return any(each.laddr and each.laddr.port == port for each in process.net_connections())
    except psutil.Error:
        return False


def _copy_s(office: Office) -> float:
    """Return how long COPY takes for the rows of the inbox, into a table of the same shape, committed once."""
    with office.database.read() as connection:
        rows = [tuple(row) for row in connection.execute(sa.select(schema.inbox))]
    raw = office.database.engine.raw_connection()
    try:
        cursor = raw.dbapi_connection.cursor()  # type: ignore[union-attr]
        cursor.execute("CREATE TABLE bare_inbox (LIKE inbox INCLUDING ALL)")
        raw.commit()

        def copy() -> None:
            with cursor.copy("COPY bare_inbox FROM STDIN") as pipe:
                for row in rows:
                    pipe.write_row(row)
            raw.commit()

        return _common.seconds(copy)
    finally:
        raw.close()


if __name__ == "__main__":
    sys.exit(main())
