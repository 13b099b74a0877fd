"""Kill a till and head office with SIGKILL at every commit point, and compare what is left with what was answered.

Run as a program: ``python -m tests.rigs.kills FOLDER [--url URL] [--runs N] [--badness 0.1]``. Without ``--runs`` every
point kills once (``--till-lives``: every point of head office); with it, N days go by in which points and passes are
chosen by chance. Prints one JSON line; the exit status says whether anything was lost or doubled.
Processes are forked from a server that has everything imported, so that a new life costs tenths of a second.
"""

import argparse
import json
import multiprocessing as mp
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from head_office import recovery_key
from head_office.catalogue import publish_items, publish_programme, publish_staff, set_price
from head_office.enrolment import new_code
from head_office.office import Office, open_office
from head_office.store import schema
from pos_app.commit_points import CommitPoint
from pos_app.domain.events import Sale
from pos_app.store.connection import open_encrypted
from pos_app.store.till_store import open_till
from pos_app.sync.keys import DeviceKey
from pos_app.sync.keystore import DATABASE, DEVICE, FileKeys
from pos_app.sync.wire import event_codec
from tests.head_office.rig import Line, found_chain, hold
from tests.head_office.rig import open_till as open_fake
from tests.rigs.doom import Doom, passes
from tests.rigs.full_read import directory_differences
from tests.rigs.office_day import acts_wrong, serve
from tests.rigs.till_day import SALES, live, paper_of
from tests.sync.books import truth
from tests.sync.proxy import HostileProxy
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, barcode, item

DAY_S = 150.0
OF_DAY_ONCE = ("shift 1", "shift 2", "Z 0001")
TILL = "S01-1"
GIVEN = 1_000  # points of the member whose till burnt
VICTIM = "till"  # dies at a point of head office's; its process id is found when the day begins
Dooms = Sequence[Doom]


@dataclass
class Story:
    """What became of one day."""

    killed: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Rig:
    """One head office, one till, a line between them, and a witness who remembers what was answered."""

    def __init__(self, folder: Path, url: str, badness: float, seed: int) -> None:
        self.folder, self.url = folder, url or f"sqlite:///{folder}/head-office.db"
        self.home = folder / "till"
        self.home.mkdir(parents=True)
        self._context = mp.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.rigs.till_day", "tests.rigs.office_day"])
        self._port = free_port()
        self._proxy = HostileProxy(self._port, seed, badness)
        self._office: Any = None
        self._till: Any = None
        self._tell: Connection | None = None
        self._paid: dict[str, tuple[str, int, int]] = {}
        self._story = Story()
        self._price = 100_000
        self._is_dying = False  # head office was killed along with the till

    def day(self, till_dooms: Dooms = (), office_dooms: Dooms = ()) -> Story:
        """Live through a day in which the till and head office die one death after another."""
        books = open_office(self.url, folder=self.folder / "snapshots")
        dooms = {"till": list(till_dooms), "office": list(office_dooms)}
        armed: dict[str, Doom | None] = {"till": None, "office": None}
        try:
            found_shop(books)
            recovery_key.make(books, self.folder / "offline.key")
            code = new_code(books, "S01", 1)
            self._start_office(dooms, armed)
            self._start_till(code, dooms, armed)
            self._live_through(books, code, dooms, armed)
            self._story.spared += [one.point for one in armed.values() if one]
            self._story.spared += [one.point for rest in dooms.values() for one in rest]
            if not self._story.wrong:
                self._story.wrong += self.differences(books)
        finally:
            self._end()
            books.database.close()
        return self._story

    def _live_through(
        self, books: Office, code: str, dooms: dict[str, list[Doom]], armed: dict[str, Doom | None]
    ) -> None:
        until = time.monotonic() + DAY_S
        while not self._story.wrong:
            assert self._tell is not None
            wait([self._till.sentinel, self._office.sentinel, self._tell], timeout=1)
            if self._listen(books):
                self._till.join(20)
                return
            if self._till.exitcode is not None:
                self._buried("till", self._till.exitcode, armed)
                self._story.wrong += self.promises(books)
                self._start_till(code, dooms, armed)
            if self._office.exitcode is not None:
                self._buried("office", self._office.exitcode, armed)
                self._story.wrong += self.promises(books)
                self._start_office(dooms, armed)
            if time.monotonic() > until:
                self._story.wrong.append("stuck")

    def _buried(self, who: str, exitcode: int, armed: dict[str, Doom | None]) -> None:
        """Note a death; another than the one that was meant is an error."""
        far = armed["office"]
        is_killed = exitcode == -signal.SIGKILL
        if is_killed and who == "till" and armed["till"] is None and far is not None and far.victim:
            who = "office"  # killed from the other end of the line, which dies a moment later
            self._office.kill()
        cause, armed[who] = armed[who], None
        if not is_killed or (cause is None and not self._is_dying):
            self._story.wrong.append(f"{who} ended by itself with {exitcode}")
        elif cause is not None:
            self._story.killed.append(cause.point)
        self._is_dying = far is not None and far.victim != ""

    def _listen(self, books: Office) -> bool:
        """Take down what the till says; True when its day is done."""
        assert self._tell is not None
        try:
            while self._tell.poll():
                match self._tell.recv():
                    case ("paid", sale_id, receipt_no, earned, spent):
                        self._paid[sale_id] = (receipt_no, earned, spent)
                    case ("open",):
                        self._price += 100
                        set_price(books, barcode(1), self._price, None)
                    case ("done",):
                        return True
        except (EOFError, ConnectionResetError):
            pass
        return False

    def promises(self, books: Office) -> list[str]:
        """Return what was promised at this moment and is not on disk: by either end, to whomever."""
        wrong = []
        receipts, accepted = self._till_knows()
        wrong += [f"paid and lost: {paid[0]}" for paid in self._paid.values() if paid[0] not in receipts]
        papers = {paper_of(path)[0] for path in (self.home / "papers").glob("*.bin")} - set(OF_DAY_ONCE)
        wrong += [f"printed without a sale: {number}" for number in papers - receipts]
        with books.database.read() as connection:
            ours = sa.select(schema.life.c.life_no).where(schema.life.c.terminal_id == TILL)
            stored = sa.select(sa.func.count()).where(schema.inbox.c.life_no.in_(ours))
            inbox = connection.execute(stored).scalar() or 0
            held = connection.execute(ours.with_only_columns(sa.func.max(schema.life.c.last_seq))).scalar() or 0
        if not accepted <= held == inbox:
            wrong.append(f"acknowledged {accepted}, life {held}, inbox {inbox}")
        return wrong

    def _till_knows(self) -> tuple[set[str], int]:
        """Return the receipt numbers that the till has sold under, and what it believes head office to hold."""
        if not (self.home / "till.db").exists():
            return set(), 0
        database = open_encrypted(self.home / "till.db", (self.home / "keys" / "database").read_bytes())
        try:
            tables = database.table_names()
            if "sale" not in tables:
                return set(), 0
            receipts = {row[0] for row in database.conn.execute("SELECT receipt_no FROM sale")}
            accepted = database.conn.execute("SELECT n FROM number WHERE name = 'accepted_upto'").fetchone()
            return receipts, accepted[0] if accepted else 0
        finally:
            database.close()

    def differences(self, books: Office) -> list[str]:
        """Compare log, holdings, directory, books, papers and answers at the end of the day; nothing may differ."""
        sales, log, held, directory = self._till_said()
        wrong, found = [], truth(books)
        receipts = Counter(sale.receipt_no for sale in sales)
        if len(sales) != SALES or max(receipts.values()) > 1:
            wrong.append(f"sales: {receipts}")
        said = {
            sale.sale_id: (sale.receipt_no, sale.earned.amount if sale.earned else 0, points_of(sale)) for sale in sales
        }
        wrong += [f"answered otherwise: {paid}" for sale_id, paid in self._paid.items() if said.get(sale_id) != paid]
        if found.inbox.get(TILL) != log:
            wrong.append("inbox and log differ")
        if found.unposted or any(found.by_ledger.values()):
            wrong.append(f"books: {found.unposted} {found.by_ledger}")
        if held != {gid: found.grants.get(gid) for gid in held}:
            wrong.append(f"holdings: {held} {found.grants}")
        balance = sum(earned - spent for _, earned, spent in said.values())
        if sum(found.members.values()) != balance + GIVEN:
            wrong.append(f"points: {found.members} instead of {balance} and {GIVEN}")
        wrong += directory_differences(books, directory, self.folder)
        return wrong + self._papers_wrong(set(receipts)) + self._keys_wrong(books) + acts_wrong(books)

    def _keys_wrong(self, books: Office) -> list[str]:
        """Both ends know one device key, changed since enrolment, and the database key is in the recovery file."""
        keys, wrong = FileKeys(self.home / "keys"), []
        with books.database.read() as connection:
            known = connection.execute(sa.select(schema.life).where(schema.life.c.terminal_id == TILL)).one()
        if (known.device_key, known.next_key) != (DeviceKey(keys.load(DEVICE)).public, None):
            wrong.append("device keys differ")
        if recovery_key.unwrap(self.home / "till.recovery", self.folder / "offline.key") != keys.load(DATABASE):
            wrong.append("another database key in the recovery file")
        return wrong

    def _papers_wrong(self, receipts: set[str]) -> list[str]:
        """Every receipt, shift and Z is on paper exactly once, marked as a reprint where the first never came out."""
        papers = Counter(paper_of(path)[0] for path in sorted((self.home / "papers").glob("*.bin")))
        return [] if papers == Counter([*receipts, *OF_DAY_ONCE]) else [f"papers: {dict(papers)}"]

    def _till_said(self) -> tuple[list[Sale], list[bytes], dict[str, int], tuple[Path, bytes]]:
        store = open_till(
            self.home / "till.db", (self.home / "keys" / "database").read_bytes(), event_codec, check=True
        )
        try:
            store.tables.log.verify()
            with store.view() as unit:
                events = [event.hash for event in unit.log.after(0, 10_000, 10**9)]
                facts = [fact for _, fact, _ in unit.log.facts(1, 10_000)]
            held = dict(store._database.conn.execute("SELECT gid, remaining FROM holding").fetchall())
            directory = store.installed_directory()
        finally:
            store.close()
        return [fact for fact in facts if isinstance(fact, Sale)], events, held, directory

    def _start_till(self, code: str, dooms: dict[str, list[Doom]], armed: dict[str, Doom | None]) -> None:
        armed["till"] = dooms["till"].pop(0) if dooms["till"] else None
        self._tell, theirs = self._context.Pipe()
        arguments = (self.home, self._proxy.url, code, armed["till"], theirs)
        self._till = self._context.Process(target=live, args=arguments, daemon=True)
        self._till.start()
        theirs.close()

    def _start_office(self, dooms: dict[str, list[Doom]], armed: dict[str, Doom | None]) -> None:
        if armed["office"] is None:
            armed["office"] = dooms["office"].pop(0) if dooms["office"] else None
        arguments = (self.url, self.folder / "snapshots", self._port, armed["office"], self.folder / "office.diary")
        self._office = self._context.Process(target=serve, args=arguments, daemon=True)
        self._office.start()

    def _end(self) -> None:
        self._proxy.close()
        for process in (self._till, self._office):
            if process is not None:
                process.kill()
                process.join(10)


def points_of(sale: Sale) -> int:
    return sum(spend.amount for spend in sale.spends)


def found_shop(office: Office) -> None:
    """Give head office a store with two people, the rules, and an item."""
    found_chain(office)
    publish_programme(office, PROGRAMME)
    publish_staff(office, [CASHIER, MANAGER])
    publish_items(office, [item(1, 100_000)])
    with closing(Line(office)) as line:
        hold(office, open_fake(office, line, "S02"))


def free_port() -> int:
    """Return a port that no outgoing connection takes: a proxy that calls a dead server could be answered by itself."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def clean_day(folder: Path, url: str) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """Return how often each point is passed in an undisturbed day, at the till and at head office, in story order."""
    story = Rig(folder, url, 0.0, 1).day()
    return passes(folder / "till.diary"), passes(folder / "office.diary"), story.wrong


def everywhere_once(till: Sequence[str], office: Sequence[str], days: int) -> list[tuple[Dooms, Dooms]]:
    """Spread one death at every point over a few days, each day in the order of the story.

    What head office does while the till waits for the answer kills the till too: after it sent, before it heard.
    """
    exchanges = [point for point in office if point.endswith("_before_answer")]
    plan: list[tuple[Dooms, Dooms]] = [
        ([Doom(point) for point in till[n::days]], [Doom(point) for point in office[n::days]]) for n in range(days)
    ]
    return [*plan, ([], [Doom(point, 1, VICTIM) for point in exchanges])]


def by_chance(till: dict[str, int], office: dict[str, int], chance: random.Random) -> tuple[Dooms, Dooms]:
    """Choose deaths: any point, one of its next passes, many times a day at both ends, in the order of the story."""

    def some(passed: dict[str, int], most: int) -> Dooms:
        story = list(passed)
        points = sorted((chance.choice(story) for _ in range(most)), key=lambda point: place(story, passed, point))
        return [Doom(point, chance.randint(1, min(3, passed[point]))) for point in points]

    def place(story: list[str], passed: dict[str, int], point: str) -> float:
        """What happens all day long may be the death at any time."""
        return chance.random() * len(story) if passed[point] > 10 else story.index(point)

    return some(till, 16), some(office, 8)


def again(spared: Sequence[str], till: Dooms, office: Dooms) -> tuple[Dooms, Dooms]:
    """Return the deaths that did not happen."""
    return [one for one in till if one.point in spared], [one for one in office if one.point in spared]


def main(arguments: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--days", type=int, default=1, help="days that the deaths at every point are spread over")
    parser.add_argument("--runs", type=int, default=0, help="days with deaths by chance instead")
    parser.add_argument("--till-lives", action="store_true", help="kill at the points of head office only")
    parser.add_argument("--badness", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    databases = Databases(asked.url)
    till, office, wrong = clean_day(asked.folder / "clean", databases.fresh())
    killed: Counter[str] = Counter()
    chance = random.Random(asked.seed)
    if asked.runs:
        plan = [by_chance(till, office, chance) for _ in range(asked.runs)]
    else:
        plan = everywhere_once([] if asked.till_lives else list(till), list(office), asked.days)
    failures = [f"clean: {what}" for what in wrong]
    n = 0
    while plan:
        n += 1
        till_dooms, office_dooms = plan.pop(0)
        folder = asked.folder / f"day{n}"
        placed = [Doom(one.point, one.nth, str(folder / "till" / "pid") if one.victim else "") for one in office_dooms]
        story = Rig(folder, databases.fresh(), asked.badness, asked.seed + n).day(till_dooms, placed)
        killed.update(story.killed)
        failures += [f"day {n}: {what}; died at {story.killed}" for what in story.wrong]
        if story.killed and story.spared and not asked.runs:
            plan.append(again(story.spared, till_dooms, office_dooms))  # the day went another way after a death
    return {
        "kills": sum(killed.values()),
        "by_point": dict(sorted(killed.items())),
        "unkilled": sorted(set(CommitPoint) - (set(till) if asked.till_lives else set()) - set(killed)),
        "wrong": failures,
        "days": n + 1,
        "seconds": round(time.monotonic() - began, 1),
    }


class Databases:
    """Gives an empty database for each day: SQLite files, or new databases of one PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._n = 0

    def fresh(self) -> str:
        if not self._url:
            return ""
        self._n += 1
        name = f"kills{time.time_ns()}"
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        return sa.make_url(self._url).set(database=name).render_as_string(hide_password=False)


if __name__ == "__main__":
    told = main(sys.argv[1:])
    sys.stdout.write(json.dumps(told) + "\n")
    sys.exit(bool(told["wrong"]))
