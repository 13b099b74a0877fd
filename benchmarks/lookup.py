"""Member look-up by code, phone, last four, name and initials at a million members, through the member desk.

The directory is written by head office's own writer (encrypted, indexes included) and kept in ``var/bench`` for the
next run. Each query is what a cashier types; the desk parses it, reads directory and overlay, and returns at most
twenty rows. Queries are drawn over the whole file, so pages come and go in SQLite's cache as they do in a shop. The
reference is a bare SELECT of one row by its number in the same file, in the same turn.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copyfile

from benchmarks import _common
from benchmarks._kit import KEY, invented, open_kit, records, write_directory
from pos_app.domain.codes import member_code
from pos_app.store.connection import open_encrypted
from pos_app.sync.wire.directory_file import SCHEMA_VERSION

TODAY = date(2026, 11, 20)  # fixed, so that the file can be kept
WARM_UP = 100
CPU_P99_MS, WALL_P99_MS = 1.0, 5.0  # the claims


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when the CPU claim is broken by any kind of query."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=2_000, help="of each kind")
    asked = parser.parse_args(arguments)
    file = directory(asked.members)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="lookup-") as folder:
        slow = measure(Path(folder), file, asked.members, asked.queries)
    _common.note(f"{asked.members} members, {file.stat().st_size >> 20} MiB, {_common.load()}")
    if slow:
        _common.note(f"CPU p99 above {CPU_P99_MS} ms: {', '.join(slow)}")
    return 1 if slow else 0


def directory(members: int) -> Path:
    """Return the directory file with so many members, written now if it is not there yet."""
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    file = _common.CACHE / f"directory-{members}-v{SCHEMA_VERSION}.db"
    if not file.exists():
        began, fresh = time.monotonic(), file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        write_directory(fresh, KEY, records(members, TODAY), TODAY)
        fresh.rename(file)
        _common.note(f"wrote {file.name} in {time.monotonic() - began:.0f} s")
    return file


def measure(folder: Path, file: Path, members: int, queries: int) -> list[str]:
    """Print the figures of every kind of query; return the kinds that broke the CPU claim."""
    copyfile(file, folder / "download.db")
    desks = open_kit(folder / "till", folder / "download.db", KEY)
    bare = open_encrypted(file, KEY, synchronous="NORMAL")
    chance, slow = random.Random(1), []
    for kind, query in _queries().items():
        spent, floor = [], []
        for n in range(queries + WARM_UP):
            text, row = query(chance.randrange(members), chance), chance.randrange(1, members + 1)
            found: list[object] = []
            times = _timed(lambda asked=text, into=found: into.extend(desks.members.find(asked)))
            floor_times = _timed(lambda no=row: bare.conn.execute(_BARE, [no]).fetchone())
            assert found, f"{kind} {text!r} finds nobody"
            if n >= WARM_UP:
                spent.append(times)
                floor.append(floor_times)
        cpu_ms = _print(kind, spent, floor)
        if cpu_ms > CPU_P99_MS:
            slow.append(kind)
    bare.close()
    desks.store.close()
    return slow


_BARE = "SELECT body FROM member WHERE member_no = ?"


def _queries() -> dict[str, Callable[[int, random.Random], str]]:
    """Return what is typed for the n-th member, by kind of look-up."""

    def who(n: int):
        return invented(n, TODAY)

    return {
        "code": lambda n, _: member_code(who(n).card_no),
        "phone": lambda n, _: who(n).phone.removeprefix("+86"),
        "last four": lambda n, _: who(n).phone[-4:],
        "name": lambda n, _: who(n).name[:2],
        "initials": lambda n, _: who(n).initials[:3],
        "one initial": lambda n, _: who(n).initials[:1],
    }


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of wall clock and of this thread's CPU."""
    wall, cpu = time.perf_counter(), time.thread_time()
    work()
    return (time.perf_counter() - wall) * 1_000, (time.thread_time() - cpu) * 1_000


def _print(kind: str, spent: list[tuple[float, float]], floor: list[tuple[float, float]]) -> float:
    bare = "SELECT of one row by its number, same percentile"
    for percent in (50, 99):
        for clock, name in enumerate(("wall", "CPU")):
            value, reference = (_common.percentile([each[clock] for each in many], percent) for many in (spent, floor))
            _common.figure(f"look-up by {kind}, {name} p{percent}", value, "ms", bare, reference)
    return _common.percentile([each[1] for each in spent], 99)


if __name__ == "__main__":
    sys.exit(main())
