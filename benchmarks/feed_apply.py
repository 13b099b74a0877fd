"""A hundred thousand changes of the feed are applied while the till sells: what the cashier feels of it.

The till's window runs offscreen in a process of its own. While it was switched off, head office published changes of
members; they are pulled and applied page by page (a till far behind would take a file, which is over in a moment). Some
come while nobody has signed in. Then two robots sell, from the scan to the paid sale, while one half each of the rest
comes: the first acts as soon as the window has answered, which no hand does, the second every 300 ms, which is a quick
cashier. When all is in, both sell again in quiet.
Measured for each: the durable commit of the till's database (between the program's own commit points), by how much a
10 ms timer of the window comes late, and what the program's threads computed between two ticks.
"""

import argparse
import random
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from benchmarks import _common
from benchmarks._kit import CASHIER, STORE, invented, sellable
from benchmarks._tills import open_bench_till, wire_to
from benchmarks.window import child
from head_office import feed
from head_office.demo.load import load
from head_office.enrolment import new_code
from head_office.office import Office, open_office
from pos_app import config
from pos_app.domain.members import Balance, MemberRecord

MEMBERS = 2_000
CHANGES = 100_000
FOR_NOBODY = 5  # one fifth of that many besides, before anybody signs in
AT_ONCE = 5_000
COMMIT_P99_MS, STALL_MS = 50.0, 50.0  # the claims


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when a claim is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=CHANGES)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="feed-apply-") as folder:
        return measure(Path(folder), asked.changes)


def measure(folder: Path, changes: int, members: int = MEMBERS) -> int:
    """Furnish a till in ``folder``, publish while it is off, sell while it catches up, print the figures."""
    url = f"sqlite:///{folder}/head-office.db"
    office, today = open_office(url, folder=folder / "snapshots"), datetime.now(UTC).date()
    load(office.database, today, members)
    with _common.head_office(url, folder / "snapshots") as port:
        home = folder / "till"
        with open_bench_till(home, wire_to(port), code=new_code(office, STORE, 1)) as till:
            till.worker.start()
            assert till.drained(), till.worker.status()
        idle = changes // FOR_NOBODY
        publish(office, idle + changes, today)
        config.save(home / "config.toml", {"head_office_url": f"http://127.0.0.1:{port}", "language": "zh_CN"})
        barcodes = ",".join(item.barcode for item in sellable(60))
        who, pin = CASHIER
        seen = child("catch_up", "--home", str(home), "--changes", str(changes), "--idle", str(idle),
                     "--barcodes", barcodes, "--person", who, "--pin", pin)  # fmt: skip
    office.database.close()
    return report(seen, changes)


def publish(office: Office, changes: int, today: date) -> None:
    """Tell the store of so many members who joined elsewhere and came here."""
    chance = random.Random(1)
    for start in range(0, changes, AT_ONCE):
        batch = [_change(n, chance, today) for n in range(start, min(start + AT_ONCE, changes))]

        def work(connection: sa.Connection, batch: list[feed.Change] = batch) -> None:
            feed.publish(connection, batch)

        office.database.write(work)


def _change(n: int, chance: random.Random, today: date) -> feed.Change:
    who = invented(1_000_000 + n, today)
    record = MemberRecord(who, Balance(chance.randrange(20_000), 0, {}), today, (), 1)
    return feed.Change(feed.store_shard(STORE), "member", who.member_id, msgspec.json.encode(record))


def report(seen: dict, changes: int) -> int:
    """Print the figures; 1 when a claim is broken."""
    alone = seen["idle_changes_a_s"]
    holds = True
    for robot in seen["robots"]:
        busy, quiet = robot["busy"], robot["quiet"]
        who = f"an act every {robot['pace_ms']} ms" if robot["pace_ms"] else "acts without pause"
        _common.note(f"{who}: {len(busy['done_ms'])} sales beside the feed, {len(quiet['done_ms'])} without")
        rate = robot["changes_a_s"]
        _common.figure(f"changes applied, {who}", rate, "changes/s", "nobody at the till", alone)
        _common.figure(f"{changes} changes, {who}", changes / rate, "s", "nobody at the till", changes / alone)
        for name, key, percents in (
            ("commit", "commit_ms", (50, 99, 100)),
            ("heartbeat late", "late_ms", (50, 99, 100)),
            ("CPU of all threads between two beats", "work_ms", (99, 100)),
            ("cash tapped to done", "done_ms", (95,)),
        ):
            for percent in percents:
                value, without = (_common.percentile(each[key], percent) for each in (busy, quiet))
                _common.figure(f"{name} beside the feed, {who}, p{percent}", value, "ms", "without the feed", without)
        commit_ms, late_ms = (_common.percentile(busy[key], 99) for key in ("commit_ms", "late_ms"))
        holds = holds and commit_ms <= COMMIT_P99_MS and late_ms <= STALL_MS
    _common.note(_common.load())
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
