"""A chain waits: 3,000 terminals hold their long polls at one head office on PostgreSQL.

Every terminal has shaken hands with the program's own link and signs as any other; its polls are played on one event
loop, because 3,000 threads would measure the machine. Told of news, it fetches the pages as the program does. Measured
is what head office spends while nothing happens, and how soon the terminals of one store hear of a change to it while
other stores push. A change that comes with a push is measured from the sending of that push, beside the push's own
answer; one that another process makes, from the end of its commit.
"""

import argparse
import asyncio
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import psutil
import sqlalchemy as sa

from benchmarks import _common, storm, sync
from head_office.catalogue import publish_staff
from head_office.demo.load import load
from head_office.feed import GLOBAL, store_shard, terminal_shard
from head_office.office import Office, open_office
from head_office.store import schema
from pos_app.domain.events import DayOpened, Fact, MemberRegistered
from pos_app.domain.ids import Origin
from pos_app.domain.members import Member, Tier
from pos_app.domain.staff import Role, StaffMember
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import MAX_FEED_ITEMS, Answer, FeedAnswer, NewsAnswer, Problem
from tools.postgres import NoServer, server

MEMBERS = 1_000
IDLE_S = 30.0  # longer than a poll is held
CHANGES = 30
PUSHES_PER_S = 10  # of other stores
STARTS_PER_S = 100  # polls, when all begin
HEARD_S = 300.0  # a machine that is busy otherwise gives a bad figure, not none
ANSWER_S = http.MAX_WAIT_S + 60.0
FILES_BESIDE = 500  # of a process, besides its polls

_Told = TypeVar("_Told", bound=Answer)


@dataclass
class Poll:
    """One terminal at its long poll; ``told_s`` says when it was told of a shard last, ``waits`` if it has read all."""

    till: storm.StormTill
    session: str
    incarnation: str
    cursors: dict[str, int]
    told_s: dict[str, float] = field(default_factory=dict)
    waits: bool = False

    def news(self, wait_s: int) -> str:
        """Return the question that is held."""
        query: list[tuple[str, object]] = [("incarnation", self.incarnation), ("wait", wait_s)]
        for shard, pos in self.cursors.items():
            query += [("shard", shard), ("cursor", pos)]
        return f"{http.NEWS}?{urlencode(query)}"

    def page(self, shard: str) -> str:
        """Return the question for what comes after its cursor."""
        query = {"shard": shard, "incarnation": self.incarnation, "cursor": self.cursors[shard]}
        return f"{http.FEED}?{urlencode(query | {'limit': MAX_FEED_ITEMS})}"


class Line:
    """One terminal's connection, opened anew after it was sent away; ``sent_away`` counts refusals by their codes."""

    def __init__(self, port: int, sent_away: Counter[str]) -> None:
        self._port = port
        self._sent_away = sent_away
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, poll: Poll, target: str, told: type[_Told]) -> _Told:
        """Send a signed question and wait for its answer; sent away, come back as late as was said."""
        while True:
            async with asyncio.timeout(ANSWER_S):
                status, body = await self._exchange(poll, target)
            if status == "200":
                return msgspec.json.decode(body, type=told)
            problem = msgspec.json.decode(body, type=Problem)
            assert problem.retry_after_ms is not None, problem
            self._sent_away[problem.code] += 1
            self.close()
            await asyncio.sleep(problem.retry_after_ms / 1_000 * (1 + random.random()))

    async def _exchange(self, poll: Poll, target: str) -> tuple[str, bytes]:
        self._open = self._open or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        signed = poll.till.office._signed("GET", target, poll.session, None)  # noqa: SLF001 - as a terminal signs
        lines = [f"GET {target} HTTP/1.1", "Host: head-office", *(f"{k}: {v}" for k, v in signed.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
        return head.split()[1], body

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


@dataclass
class Chain:
    """Plays the polls of all terminals."""

    port: int
    polls: list[Poll]
    sent_away: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Hold the polls while the block runs."""
        chance = random.Random(3)
        async with asyncio.TaskGroup() as group:
            playing = []
            for poll in self.polls:
                # The polls of a chain end at any time.
                playing.append(group.create_task(self._play(poll, chance.randint(1, http.MAX_WAIT_S))))
                await asyncio.sleep(1 / STARTS_PER_S)
            await _all_wait(self.polls)
            try:
                yield
            finally:
                for each in playing:
                    each.cancel()

    async def _play(self, poll: Poll, wait_s: int) -> None:
        line = Line(self.port, self.sent_away)
        try:
            while True:
                poll.waits = True
                moved = (await line.ask(poll, poll.news(wait_s), NewsAnswer)).moved
                poll.waits = not moved
                poll.told_s |= dict.fromkeys(moved, time.monotonic())
                for shard in moved:
                    await self._read(line, poll, shard)
                wait_s = http.MAX_WAIT_S
        finally:
            line.close()

    async def _read(self, line: Line, poll: Poll, shard: str) -> None:
        while True:
            page = await line.ask(poll, poll.page(shard), FeedAnswer)
            poll.cursors[shard] = page.next_pos
            if page.next_pos == page.head_pos:
                return


@dataclass
class Trade:
    """What terminals push."""

    today: date
    customers: Sequence[str]
    chance: random.Random = field(default_factory=lambda: random.Random(4))

    def sell(self, till: storm.StormTill) -> None:
        """Push one sale."""
        origin = Origin(till.log.who.terminal_id, till.log.who.epoch, till.log.head().next_seq + (not till.log.events))
        self._push(till, sync.sale(origin, self.chance.choice(self.customers), self.chance, self.today))

    def register(self, till: storm.StormTill, n: int) -> None:
        """Push a new member of the terminal's store: all its terminals are told."""
        store_id = till.log.who.store_id
        who = Member(f"idle{n}", f"8{n:09d}00", f"+86188{n:08d}", f"会员{n}", "hy", Tier.NORMAL, store_id, self.today)
        self._push(till, MemberRegistered(who))

    async def go_on(self, tills: Sequence[storm.StormTill]) -> None:
        """Sell at the rate of the other stores until cancelled, one push of a terminal at a time."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(len(tills)) as pool:
            pushing = [loop.run_in_executor(pool, self.sell, till) for till in tills]
            for n in count():
                await asyncio.sleep(1 / PUSHES_PER_S)
                await pushing[n % len(tills)]
                pushing[n % len(tills)] = loop.run_in_executor(pool, self.sell, tills[n % len(tills)])

    def _push(self, till: storm.StormTill, fact: Fact) -> None:
        if not till.log.events:
            till.log.say(DayOpened(1, 50_000), self.today)
        till.log.say(fact, self.today)
        till.pusher.round()


@dataclass(frozen=True)
class Served:
    """The process of head office, and those of PostgreSQL beside it."""

    process: psutil.Process
    database: list[psutil.Process]

    def cpu_s(self) -> tuple[float, float]:
        """Return what head office and what PostgreSQL have used."""
        return _used_s(self.process), sum(map(_used_s, self.database))

    async def share(self, work: Awaitable[None]) -> tuple[float, float]:
        """Return what share of one core each takes during ``work``, in percent."""
        began, before = time.monotonic(), self.cpu_s()
        await work
        took_s, after = time.monotonic() - began, self.cpu_s()
        return (after[0] - before[0]) / took_s * 100, (after[1] - before[1]) / took_s * 100

    def memory(self) -> float:
        """Return what head office holds, in MiB."""
        return float(self.process.memory_info().rss) / 2**20


@dataclass
class Hearing:
    """Makes changes for one store and waits until all its terminals were told; times in seconds."""

    office: Office
    polls: list[Poll]  # of the store
    trade: Trade
    pushed_s: list[float] = field(default_factory=list)
    told_s: list[float] = field(default_factory=list)
    told_of_other_s: list[float] = field(default_factory=list)

    async def of_pushes(self, changes: int) -> None:
        """A terminal of the store pushes a new member."""
        for n in range(changes):
            began = time.monotonic()
            await asyncio.to_thread(self.trade.register, self.polls[0].till, n)
            self.pushed_s.append(time.monotonic() - began)
            self.told_s += await self._told(began)

    async def of_another_process(self, changes: int) -> None:
        """This process publishes staff of the store."""
        store_id = self.polls[0].till.log.who.store_id
        for n in range(changes):
            who = StaffMember(f"{store_id}-{n}", store_id, "周", Role.CASHIER, "hash")
            before = time.monotonic()
            await asyncio.to_thread(publish_staff, self.office, [who])
            self.told_of_other_s += await self._told(before, time.monotonic())

    async def _told(self, before: float, began: float | None = None) -> list[float]:
        """Return how long after ``began`` each was told something that came after ``before``."""
        shard = store_shard(self.polls[0].till.log.who.store_id)
        async with asyncio.timeout(HEARD_S):
            while not all(poll.told_s.get(shard, 0.0) > before for poll in self.polls):
                await asyncio.sleep(0.02)
        times = [poll.told_s[shard] - (began or before) for poll in self.polls]
        await _all_wait(self.polls)
        await asyncio.sleep(random.random())  # at no fixed time in head office's second
        return times


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--terminals", type=int, default=3_000)
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--seconds", type=float, default=IDLE_S)
    asked = parser.parse_args(arguments)
    _allow_files(asked.terminals + FILES_BESIDE)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="idle-") as folder, server() as url:
            measure(url, Path(folder), asked.terminals, asked.changes, asked.seconds)
    except NoServer as error:
        _common.note(f"needs PostgreSQL: {error}")
        return 1
    _common.note(_common.load())
    return 0


def measure(url: str, folder: Path, terminals: int, changes: int, idle_s: float) -> None:
    """Print the figures of one chain that waits."""
    office = open_office(url, folder=folder / "snapshots")
    today = datetime.now(UTC).date()
    load(office.database, today, MEMBERS)
    stores = storm._open_stores(office, -(-terminals // storm.LANES))  # noqa: SLF001 - the same chain
    with _common.head_office(url, folder / "snapshots") as port, ExitStack() as stack:
        wire = storm.WireOfThread(port)
        stack.callback(wire.abort)
        _common.note("enrolling")
        tills = [
            storm._enrolled(office, wire, stores[n // storm.LANES], n % storm.LANES + 1)  # noqa: SLF001
            for n in range(terminals + storm.ASKERS)
        ]
        served = Served(psutil.Process(storm._serving(port)), [])  # noqa: SLF001
        before = served.memory()
        _common.note("shaking hands")
        with ThreadPoolExecutor(storm.ASKERS) as pool:
            polls = list(pool.map(lambda till: _poll(office, till), tills))
        served.database.extend(_of_postgres())
        chain = Chain(port, polls[:terminals])
        trade = Trade(today, storm._members(office))  # noqa: SLF001
        hearing = Hearing(office, polls[: storm.LANES], trade)
        asyncio.run(_measured(chain, served, hearing, tills[terminals:], (changes, idle_s, before)))
    office.database.close()


async def _measured(
    chain: Chain,
    served: Served,
    hearing: Hearing,
    others: Sequence[storm.StormTill],
    asked: tuple[int, float, float],
) -> None:
    changes, idle_s, before = asked
    name = f"{len(chain.polls)} terminals wait"
    async with chain.waiting():
        shares = await served.share(asyncio.sleep(idle_s))
        _print_share(f"{name} and nothing happens", shares)
        _common.figure(f"{name}, head office's memory", served.memory(), "MiB", "before the first hello", before)
        pushing = asyncio.create_task(hearing.trade.go_on(others))
        shares = await served.share(hearing.of_pushes(changes))
        _print_share(f"{name} while others push", shares)
        await hearing.of_another_process(changes)
        pushing.cancel()
        await asyncio.wait([pushing])
        assert pushing.cancelled(), pushing.exception()
    for percent in (50, 99):
        pushed, told, told_of_other = (
            _common.percentile(times, percent) * 1_000
            for times in (hearing.pushed_s, hearing.told_s, hearing.told_of_other_s)
        )
        _common.figure(
            f"push sent until the store is told p{percent}", told, "ms", "until the push is answered", pushed
        )
        _common.figure(f"commit of another process until the store is told p{percent}", told_of_other, "ms")
    _common.note(f"sent away: {dict(chain.sent_away)}")


async def _all_wait(polls: Sequence[Poll]) -> None:
    while not all(poll.waits for poll in polls):
        await asyncio.sleep(0.02)


def _print_share(name: str, shares: tuple[float, float]) -> None:
    _common.figure(f"{name}, head office's CPU", shares[0], "% of a core", "PostgreSQL's", shares[1])


def _poll(office: Office, till: storm.StormTill) -> Poll:
    """Shake hands, and stand where a terminal stands that has pulled everything."""
    ticket, who = till.link.open(), till.log.who
    head = schema.feed_head.c
    shards = (GLOBAL, store_shard(who.store_id), terminal_shard(who.terminal_id, who.epoch))
    with office.database.read() as connection:
        stands = {row.shard: row.pos for row in connection.execute(
            sa.select(head.shard, head.pos).where(head.shard.in_(shards)))}  # fmt: skip
    return Poll(till, ticket.session, ticket.incarnation, {shard: stands.get(shard, 0) for shard in shards})


def _of_postgres() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if each.name() == "postgres"]


def _used_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _allow_files(count: int) -> None:
    """Let this process, and those it starts, have so many open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))


if __name__ == "__main__":
    sys.exit(main())
