"""Cut the power, or let a call fail, at every change that a till's work makes on its disk.

Run as a program: ``python -m tests.rigs.power_cuts FOLDER [--cuts N] [--every K]``. Prints one JSON line with totals.
The work is real: the store's SQL on real SQLite, the use cases on top, papers printed into a folder. After each cut the
file is opened by the real library, and must show exactly what had been committed, or that and the commit in progress.
"""

import argparse
import json
import logging
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import apsw
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.bootstrap.equipment import QueueOnLane
from pos_app.bootstrap.world import Here
from pos_app.devices.printers.file import FileTransport
from pos_app.devices.printers.render import PROFILES
from pos_app.devices.printers.spool import Spool
from pos_app.domain.directory import Cursor
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from pos_app.store.connection import Database
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.packing import Packing
from pos_app.store.till_store import TillStore, attach_installed, till_on
from pos_app.sync.wire import event_codec
from tests.fakes import FakePins
from tests.rigs.hostile_disk import Disk, Fault, HostileConnection, HostileFiles
from tests.rigs.till_day import RECEIPT_NO, paper_of
from tests.services.kill_scenarios import ANNA, picture
from tests.till_kit import (
    CASHIER,
    DIRECTORY_KEY,
    MANAGER,
    PROGRAMME,
    TILL_KEY,
    Till,
    barcode,
    build_directory,
    change,
    grant,
    item,
    kit_on,
    member,
    new_till,
    opened,
    record,
)

KINDS = {
    "write": (apsw.SQLITE_FULL, apsw.SQLITE_IOERR_WRITE, apsw.SQLITE_READONLY),
    "sync": (apsw.SQLITE_IOERR_FSYNC,),
    "truncate": (apsw.SQLITE_IOERR_TRUNCATE,),
    "read": (apsw.SQLITE_IOERR_READ,),
}
CODES = {apsw.SQLITE_FULL: "store.full"}  # everything else stops writing: store.write
ITEMS = (item(1, 10_000, advice="formula"), item(2, 2_000))
Step = Callable[[], object]


def template(folder: Path) -> Path:
    """Make the home of an enrolled till with an open day; its ``till.db`` is plain, since APSW has no encryption."""
    home = folder / "template"
    home.mkdir()
    till = opened(new_till(home, *ITEMS, record(ANNA, 5_000)))
    till.grant(grant(1, ANNA, 4_000))
    till.close()
    database = sqlcipher.connect(str(home / "till.db"), isolation_level=None)
    database.execute(f"PRAGMA key = \"x'{TILL_KEY.hex()}'\"")
    database.execute("ATTACH DATABASE ? AS plain KEY ''", [str(home / "plain.db")])
    database.execute("SELECT sqlcipher_export('plain')").fetchall()
    database.close()
    for name in ("till.db", "till.db-wal", "till.db-shm"):
        (home / name).unlink(missing_ok=True)
    (home / "plain.db").rename(home / "till.db")
    (home / "papers").mkdir()
    return home


class Work:
    """A till at work on a disk: ``steps`` in order; each may be several commits, all of them counted."""

    def __init__(self, home: Path, disk: Disk, synchronous: str = "FULL") -> None:
        self.home = home
        self._mistyped, self._count = False, dict[int, int]()
        self._files = HostileFiles(f"disk-{id(disk)}", disk)
        self.connection = HostileConnection(home / "till.db", f"disk-{id(disk)}", synchronous)
        reader = DirectoryReader()
        store = TillStore(Database(self.connection), home, event_codec, reader, None)
        attach_installed(store.tables.till, reader, home)
        self.till: Till = kit_on(home, store)
        self.till.session.staff = CASHIER
        self._checkout = Checkout(self.till.session, FakePins())
        queue = QueueOnLane(Here(), store)
        transport = FileTransport(home / "papers")
        now_ms = self.till.clock.now_ms
        self._spool = Spool("receipt", queue, transport, PROFILES["80mm-utf8"], lambda _state: None, now_ms)

    def steps(self) -> tuple[Step, ...]:
        checkout, till = self._checkout, self.till
        cash = (TenderAsked(TenderKind.CASH, 0, 20_000),)
        return (
            lambda: checkout.scan(barcode(1)),
            lambda: checkout.scan(ANNA.card_no),
            lambda: checkout.redeem_points(1_000),
            lambda: checkout.pay(cash),
            self._print,
            lambda: till.grant(grant(2, ANNA, 500)),
            till.store.checkpoint,
            lambda: checkout.scan(barcode(2)),
            lambda: checkout.pay(cash),
            self._print,
            self._new_directory,
            lambda: till.log.mark_accepted(3, 3),
            self._close_day,
            self._print,
            lambda: till.log.mark_accepted(till.log.head()[0] - 1, 3),
        )

    def end(self) -> None:
        self.connection.close()
        self.till.store._directory.detach()
        self._files.unregister()

    def _print(self) -> None:
        while self._spool.step() == 0.0:
            pass

    def _new_directory(self) -> None:
        file = self.home / "download.db"
        file.unlink(missing_ok=True)
        build_directory(file, DIRECTORY_KEY, (PROGRAMME, CASHIER, MANAGER, *ITEMS, record(ANNA, 6_000, version=2)))
        self.till.log.install_directory(file, DIRECTORY_KEY)

    def _close_day(self) -> None:
        """The cashier counts, somebody mistypes the manager's PIN once, then the manager approves the Z."""
        with self.till.store.view() as unit:
            is_open = unit.days.open_shift() is not None
        if not is_open:
            return
        desk = DayDesk(self.till.session, FakePins())
        if not self._count:  # what the drawer should hold is looked at once, and that is on record
            self._count = {10: desk.count({}).expected_minor // 10}
        if not self._mistyped:
            with suppress(Refused):
                desk.close_day(self._count, override=Override(MANAGER.staff_id, "0000", "一起点过"))
            self._mistyped = True
        desk.close_day(self._count, override=Override(MANAGER.staff_id, "2222", "一起点过"))


class PrintsFirst(Work):
    """The mutant that prints a sale's papers before its commit."""

    def __init__(self, home: Path, disk: Disk) -> None:
        super().__init__(home, disk)
        execute = self.connection.execute

        def eager(sql: str, values: Any = ()) -> Any:
            if sql == "COMMIT":
                waiting = execute("SELECT subject FROM print_job WHERE state = 'queued' AND task = 'paper'").fetchall()
                for (subject,) in waiting:
                    (home / "papers" / f"9{subject[-5:]}.bin").write_bytes(subject.encode())
            return execute(sql, values)

        self.connection.execute = eager  # type: ignore[method-assign]


@dataclass
class Totals:
    """What a run of the rig has really done."""

    cuts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    commits: int = 0
    wrong: list[str] = field(default_factory=list)


class Rig:
    """Runs the same work again and again on disks that fail at other places."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = template(folder)
        self.totals = Totals()
        self._pictures = self._clean_run()

    def _clean_run(self) -> list[str]:
        """Return what the till shows after each commit of an undisturbed run."""
        work, disk = self._begin(Disk())
        pictures = [picture(work.till)]
        execute, connection = work.connection.execute, work.connection

        def watched(sql: str, values: Any = ()) -> Any:
            rows = execute(sql, values)
            if sql == "COMMIT":
                pictures.append(picture(work.till))
            return rows

        connection.execute = watched  # type: ignore[method-assign]
        for step in work.steps():
            step()
        self.calls = Counter(disk.calls)
        work.end()
        self.totals.changes, self.totals.commits = self.calls["change"], len(pictures) - 1
        return pictures

    def cut(self, at: int, chance: Random, synchronous: str = "FULL", shape: type[Work] = Work) -> list[str]:
        """Cut the power at the n-th change and return what is wrong afterwards."""
        disk = Disk()
        work, _ = self._begin(disk, synchronous, shape)
        disk.calls.clear()
        disk.power_cut_at = at
        for step in work.steps():
            try:
                step()
            except PosError:
                break
        committed = work.connection.commits
        disk.is_dead = True
        work.end()
        disk.lose_power(chance)
        self.totals.cuts += 1
        return [f"cut at {at}: {what}" for what in self._wrong(work.home, committed)]

    def fail(self, kind: str, nth: int, code: int) -> list[str] | None:
        """Let one call fail and go on as a till would; None when the work ended before that call."""
        fault = Fault(kind, nth, code)
        disk = Disk()
        work, _ = self._begin(disk)
        disk.fault = fault
        wrong, expected = [], CODES.get(code, "store.write")
        for step in work.steps():
            tries = 0
            while True:
                try:
                    step()
                except PosError as error:
                    tries += 1
                    if error.code != expected:
                        wrong.append(f"{error.code} instead of {expected}")
                    if expected == "store.full" and tries == 1:
                        continue  # there is room again: the same step goes through
                break
            if fault.fired and expected != "store.full":
                break
        committed = work.connection.commits
        work.end()
        if not fault.fired:
            shutil.rmtree(work.home)
            return None
        self.totals.faults[
            f"{kind} {apsw.mapping_extended_result_codes.get(code) or apsw.mapping_result_codes[code]}"
        ] += 1
        if expected == "store.full" and committed < self.totals.commits:
            wrong.append(f"{committed} commits instead of {self.totals.commits}")
        where = f"{kind} {nth} code {code}"
        return [f"{where}: {what}" for what in wrong + self._wrong(work.home, committed)]

    def _wrong(self, home: Path, committed: int) -> list[str]:
        """Open what is left with the real library, look, sell once more, and throw it away."""
        wrong = []
        database = Database(sqlcipher.connect(str(home / "till.db"), isolation_level=None))
        try:
            store = till_on(database, home / "till.db", event_codec, None, check=True)
        except PosError as error:
            return [f"does not open: {error.code} {error.facts}"]
        try:
            till = kit_on(home, store)
            till.session.staff = CASHIER
            till.rng.source.seed(99)  # a new run of the program has other luck
            found = picture(till)
            may_be = self._pictures[committed : committed + 2]
            if found not in may_be:
                at = [n for n, known in enumerate(self._pictures) if known == found]
                wrong.append(f"after {committed} commits it shows what it showed after {at}")
            sold = {row[0] for row in database.conn.execute("SELECT receipt_no FROM sale")}
            papers = {paper_of(path)[0] for path in (home / "papers").glob("*.bin")}
            receipts = {number for number in papers if RECEIPT_NO.fullmatch(number)}
            wrong += [f"printed without a sale: {number}" for number in sorted(receipts - sold)]
            wrong += _works(till)
        except PosError as error:
            wrong.append(f"does not work: {error.code} {error.facts}")
        finally:
            store.close()
            shutil.rmtree(home)
        return wrong

    def _begin(self, disk: Disk, synchronous: str = "FULL", shape: type[Work] = Work) -> tuple[Work, Disk]:
        home = self._folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self._template, home)
        work = Work(home, disk, synchronous) if shape is Work else shape(home, disk)
        return work, disk


def _works(till: Till) -> list[str]:
    """Sell once more: a till that came back must be able to."""
    try:
        with till.store.view() as unit:
            is_open = unit.days.open_shift() is not None
        if not is_open:
            return []
        checkout = Checkout(till.session, FakePins())
        checkout.scan(barcode(2))
        due_minor = checkout.state().priced.due_minor
        checkout.pay((TenderAsked(TenderKind.CARD, due_minor, reference="r"),))
        till.store.tables.log.verify()
    except PosError as error:
        return [f"cannot sell any more: {error.code} {error.facts}"]
    return []


def every_cut(rig: Rig, cuts: int, seed: int) -> None:
    """Cut at every change, as often as it takes; every time with other luck."""
    chance = Random(seed)
    for at in spread(cuts, rig.totals.changes):
        rig.totals.wrong += rig.cut(at, chance)


def spread(tries: int, places: int) -> list[int]:
    """Return ``tries`` places, every one before any a second time, and evenly where there are too few tries."""
    rounds, rest = divmod(tries, places)
    return [*range(1, places + 1)] * rounds + [1 + n * places // rest for n in range(rest)]


def every_fault(rig: Rig, every: int) -> None:
    """Let each call of each kind fail with each code until the work goes through without reaching it."""
    for kind, codes in KINDS.items():
        for code in codes:
            nth = 1
            while (wrong := rig.fail(kind, nth, code)) is not None:
                rig.totals.wrong += wrong
                nth += every


class PageRig:
    """A page of the feed applied to a directory on a disk that fails: all of it with the cursor, or nothing."""

    def __init__(self, folder: Path) -> None:
        self._template, self._file = folder / "directory-template.db", folder / "directory.db"
        encrypted = build_directory(folder / "encrypted.db", DIRECTORY_KEY, (PROGRAMME, CASHIER, *ITEMS))
        database = sqlcipher.connect(str(encrypted), isolation_level=None)
        database.execute(f"PRAGMA key = \"x'{DIRECTORY_KEY.hex()}'\"")
        database.execute("ATTACH DATABASE ? AS plain KEY ''", [str(self._template)])
        database.execute("SELECT sqlcipher_export('plain')").fetchall()
        database.close()
        self._changes = [change(n, record(member(n), 100 * n)) for n in range(1, 41)]

    def fail(self, kind: str, nth: int, code: int) -> list[str] | None:
        """Let one call fail while a page is applied; None when the page came through before that call."""
        shutil.copy(self._template, self._file)
        for suffix in ("-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        fault, disk, wrong = Fault(kind, nth, code), Disk(), []
        files = HostileFiles(f"disk-{id(disk)}", disk)
        connection = HostileConnection(self._file, f"disk-{id(disk)}", "NORMAL")
        feed = DirectoryFeed(lambda: None, lambda _path, _key: None)
        feed._database = Database(connection)
        feed._packing = Packing(feed._database)
        disk.fault = fault
        expected = CODES.get(code, "store.write")
        try:
            feed.apply_page("store:S01", Cursor("1", 40), self._changes)
        except PosError as error:
            wrong += [] if error.code == expected else [f"{error.code} instead of {expected}"]
            wrong += self._half(Database(connection), retried=False)
            feed.apply_page("store:S01", Cursor("1", 40), self._changes)
        wrong += self._half(Database(connection), retried=True)
        connection.close()
        files.unregister()
        found = Database(sqlcipher.connect(str(self._file), isolation_level=None))
        wrong += self._half(found, retried=True)
        found.close()
        return [f"page, {kind} {nth} code {code}: {what}" for what in wrong] if fault.fired else None

    def _half(self, database: Database, *, retried: bool) -> list[str]:
        rows = database.conn.execute("SELECT count(*) FROM member").fetchone()[0]
        cursor = database.conn.execute("SELECT pos FROM feed_state WHERE shard = 'store:S01'").fetchone()
        seen = (rows, None if cursor is None else cursor[0])
        may_be = {(40, 40)} if retried else {(0, None), (40, 40)}
        return [] if seen in may_be else [f"rows and cursor {seen}"]


def every_page_fault(folder: Path, totals: Totals, every: int) -> None:
    """Let each call of each kind fail while a page is applied."""
    rig = PageRig(folder)
    for kind, codes in KINDS.items():
        for code in codes:
            nth = 1
            while (wrong := rig.fail(kind, nth, code)) is not None:
                totals.wrong += wrong
                totals.faults[f"page {kind}"] += 1
                nth += every


def mutants(rig: Rig, tries: int) -> dict[str, int]:
    """Return in how many cuts each mutant was caught."""
    chance = Random(7)
    places = spread(tries, rig.totals.changes)
    return {
        "synchronous=NORMAL": sum(bool(rig.cut(at, chance, "NORMAL")) for at in places),
        "print before commit": sum(bool(rig.cut(at, chance, shape=PrintsFirst)) for at in places),
    }


def main(arguments: Sequence[str]) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cuts", type=int, default=1_000)
    parser.add_argument("--every", type=int, default=1, help="1: every call fails once; 5: every fifth")
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    logging.disable(logging.CRITICAL)  # every failing disk is said
    rig = Rig(asked.folder)
    every_cut(rig, asked.cuts, asked.seed)
    every_fault(rig, asked.every)
    every_page_fault(asked.folder, rig.totals, asked.every)
    totals = rig.totals
    told = {"cuts": totals.cuts, "faults": sum(totals.faults.values()), "by_fault": dict(totals.faults)}
    return told | {
        "changes": totals.changes,
        "commits": totals.commits,
        "wrong": totals.wrong,
        "caught": mutants(rig, asked.mutants),
        "seconds": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    outcome = main(sys.argv[1:])
    sys.stdout.write(json.dumps(outcome) + "\n")
    sys.exit(bool(outcome["wrong"]))
