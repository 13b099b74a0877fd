"""A hundred thousand changes of the feed are applied while the till sells: what the cashier feels of it.

The till's window runs offscreen in a process of its own and sells from the scan to the paid sale. While it was switched
off, head office published so many changes of members; they are pulled and applied page by page while it sells (a till
far behind would take a file, which is over in a moment), and when they are in, as many sales again are sold in quiet.
Measured in both: the durable commit of the till's database (between the program's own commit points), and by how much
a 10 ms timer of the window comes late.
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
        publish(office, changes, today)
        config.save(home / "config.toml", {"head_office_url": f"http://127.0.0.1:{port}", "language": "zh_CN"})
        barcodes = ",".join(item.barcode for item in sellable(60))
        who, pin = CASHIER
        seen = child("catch_up", "--home", str(home), "--sales", str(changes), "--barcodes", barcodes,
                     "--person", who, "--pin", pin)  # fmt: skip
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
    busy, quiet = seen["busy"], seen["quiet"]
    _common.note(f"{len(busy['done_ms'])} sales while {changes} changes were applied, as many after it")
    _common.figure("changes pulled and applied beside the selling window", changes / seen["took_s"], "changes/s")
    for percent in (50, 99):
        value, without = (_common.percentile(each["commit_ms"], percent) for each in (busy, quiet))
        _common.figure(f"commit while the feed is applied, p{percent}", value, "ms", "without the feed", without)
    commit_ms = _common.percentile(busy["commit_ms"], 99)
    for percent in (50, 99, 100):
        value, without = (_common.percentile(each["late_ms"], percent) for each in (busy, quiet))
        _common.figure(
            f"heartbeat late while the feed is applied, p{percent}", value, "ms", "without the feed", without
        )
    late_ms = _common.percentile(busy["late_ms"], 99)
    done, without = (_common.percentile(each["done_ms"], 95) for each in (busy, quiet))
    _common.figure("cash tapped to done while the feed is applied, p95", done, "ms", "without the feed", without)
    _common.note(_common.load())
    return 0 if commit_ms <= COMMIT_P99_MS and late_ms <= STALL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
