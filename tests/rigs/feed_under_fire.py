"""Writers, rollbacks, slow commits, idle transactions and killed back-ends on PostgreSQL, while readers pull the feed.

Run as a program: ``python -m tests.rigs.feed_under_fire URL [--rows N]`` on an empty database. Prints one JSON line.
What was committed is noted by whoever committed it; a second reader pages by the bare row number, as many systems do,
and must be seen to miss rows: else this rig proves nothing.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import sqlalchemy as sa

from head_office import feed
from head_office.feed import Change
from head_office.store import schema
from head_office.store.database import Database
from head_office.store.migrate import migrate
from pos_app.errors import Unavailable

WRITERS, IDLERS, READERS = 24, 2, 2
SHARD = feed.GLOBAL
PAGE = 2_000


class RolledBack(Exception):
    """A writer changed its mind."""


@dataclass
class Fire:
    """What happened: names that were committed, names whose commit was not answered, and what readers saw."""

    committed: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    rolled_back: list[str] = field(default_factory=list)
    killed: int = 0
    seen: list[list[str]] = field(default_factory=list)
    seen_by_number: list[str] = field(default_factory=list)
    holes: int = 0

    def verdict(self) -> dict[str, int]:
        """Return the counts; the first three must be 0 and the fourth must not."""
        sure, possible = set(self.committed), set(self.committed) | set(self.unsure)
        readers = [set(names) for names in self.seen]
        return {
            "missed": sum(len(sure - names) for names in readers),
            "doubled_or_invented": sum(
                len(names) - len(unique) + len(unique - possible)
                for names, unique in zip(self.seen, readers, strict=True)
            ),
            "holes": self.holes,
            "missed_by_bare_number": len(sure - set(self.seen_by_number)),
            "rows": len(self.committed),
            "unsure": len(self.unsure),
            "rolled_back": len(self.rolled_back),
            "killed": self.killed,
        }


class Rig:
    """One shard, many hands."""

    def __init__(self, url: str, rows: int, seed: int) -> None:
        self._database = Database(url)
        migrate(self._database)
        with self._database.engine.begin() as connection:
            feed.open_shards(connection, [SHARD])
        self._own = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        self._rows, self._seed = rows, seed
        self._done = threading.Event()
        self.fire = Fire()

    def run(self) -> dict[str, int]:
        """Write until there are rows enough, then let the readers finish."""
        with ThreadPoolExecutor(WRITERS + IDLERS + READERS + 2) as pool:
            readers = [pool.submit(self._read) for _ in range(READERS)]
            by_number = pool.submit(self._read_by_number)
            others = [pool.submit(self._idle, n) for n in range(IDLERS)] + [pool.submit(self._kill)]
            for _ in pool.map(self._write, range(WRITERS)):
                pass
            self._done.set()
            for other in others:
                other.result(60)
            self.fire.seen = [reader.result(120) for reader in readers]
            self.fire.seen_by_number = by_number.result(120)
        self._database.close()
        return self.fire.verdict()

    def _write(self, writer: int) -> None:
        chance = Random(self._seed * 100 + writer)
        batch, biggest = 0, max(6, self._rows // WRITERS // 150)
        left = self._rows // WRITERS
        while left > 0:
            batch += 1
            names = [f"{writer}/{batch}/{n}" for n in range(chance.randint(1, biggest))]
            pause_s = chance.random() / 20 if chance.random() < 0.2 else 0.0
            work = _publishing(names, pause_s, fails=chance.random() < 0.08)
            try:
                self._database.write(work)
            except RolledBack:
                self.fire.rolled_back += names
            except Unavailable:
                self.fire.unsure += names
            else:
                self.fire.committed += names
                left -= len(names)

    def _idle(self, n: int) -> None:
        """Leave a transaction open with rows in it, again and again; roll back in the end."""
        while not self._done.is_set():
            names = [f"idle/{n}/{time.monotonic_ns()}"]
            try:
                self._database.write(_publishing(names, 0.7, fails=True))
            except (RolledBack, Unavailable):
                self.fire.rolled_back += names

    def _kill(self) -> None:
        """Terminate a back-end of the application several times a second."""
        chance = Random(self._seed)
        victims = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> :me")
        with self._own.connect() as connection:
            me = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
            while not self._done.wait(0.15):
                pids = connection.execute(victims, {"me": me}).scalars().all()
                if pids:
                    connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": chance.choice(pids)})
                    self.fire.killed += 1

    def _read(self) -> list[str]:
        """Pull pages as a terminal does, through head office's own code, a killed back-end included."""
        cursor, seen = 0, []
        while True:
            last_look = self._done.is_set()
            try:
                page = feed.page(self._database, SHARD, cursor, PAGE)
            except Unavailable:
                continue
            self.fire.holes += [item.pos for item in page.items] != list(range(cursor + 1, page.next_pos + 1))
            seen += [item.entity_id for item in page.items]
            cursor = page.next_pos
            if not page.items:
                if last_look:
                    return seen
                self._done.wait(0.01)

    def _read_by_number(self) -> list[str]:
        """The mutant: page by the row number, which is taken at INSERT and seen at COMMIT."""
        number, seen = 0, []
        row = schema.feed.c
        while True:
            last_look = self._done.is_set()
            after = sa.select(row.feed_no, row.entity_id).where(row.shard == SHARD, row.feed_no > number)
            try:
                with self._database.read() as connection:
                    rows = connection.execute(after.order_by(row.feed_no).limit(PAGE)).all()
            except Unavailable:
                continue
            seen += [each.entity_id for each in rows]
            number = rows[-1].feed_no if rows else number
            if not rows:
                if last_look:
                    return seen
                self._done.wait(0.01)


def _publishing(names: Sequence[str], pause_s: float, *, fails: bool) -> Callable[[sa.Connection], None]:
    def work(connection: sa.Connection) -> None:
        feed.publish(connection, [Change(SHARD, "item", name, b"{}") for name in names])
        if pause_s:
            threading.Event().wait(pause_s)
        if fails:
            raise RolledBack

    return work


def main(arguments: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    verdict = Rig(asked.url, asked.rows, asked.seed).run()
    return verdict | {"seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    told = main(sys.argv[1:])
    sys.stdout.write(json.dumps(told) + "\n")
    sys.exit(bool(told["missed"] or told["doubled_or_invented"] or told["holes"]))
