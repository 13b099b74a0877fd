"""Replay real baskets through the services of two terminals that lose their line, and compare with the data set.

``benchmarks/_journeys.py`` tells how the data set becomes a shop. Its items, members, rules and the demo chain's staff
are put into a head office on SQLite that runs as a process of its own; two terminals, each a process, enrol there,
take the directory by the snapshot route, sell every basket by scanning its barcodes, open and close each business day,
and synchronise with the program's own worker over a line that is cut and mended at random. Then the data set, both
terminals' logs and head office's books must agree to the cent, to the unit and to the point: exit status 1 if not.

The tills' commits are not waited for on the disk unless ``--durable`` is given: power cuts are not the subject here,
and a hundred thousand scans would mostly wait.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
import sqlalchemy as sa

from benchmarks import _common
from benchmarks._journeys import STORE, Shop, Truth, member_id, shop
from benchmarks._replay_lane import Orders, Sold, replay
from benchmarks._tills import BenchTill, open_bench_till, wire_to
from head_office import feed
from head_office.demo.staff import staff
from head_office.enrolment import new_code
from head_office.office import Office, open_office
from head_office.report import report
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.events import Sale
from pos_app.sync.wire.event_codec import decode

LANES = (1, 2)
DATA_SET = "the data set's own total"


@dataclass
class Sums:
    """What a book says of all sales, however it is kept."""

    baskets: int = 0
    units: int = 0
    paid_minor: int = 0
    saved_minor: int = 0
    tendered_minor: int = 0
    points: int = 0
    by_household: Counter[int] = field(default_factory=Counter)
    points_by_household: Counter[int] = field(default_factory=Counter)
    by_day: Counter[str] = field(default_factory=Counter)

    def add(self, sale: Sale, on: date, packs: dict[int, int]) -> None:
        """Count one sale; ``packs`` are the units in a piece of each item."""
        household = int(sale.member_id or "0", 16)
        earned = 0 if sale.earned is None else sale.earned.amount
        self.baskets += 1
        self.units += sum(line.quantity * packs[line.item_id] for line in sale.lines)
        self.paid_minor += sale.due_minor
        self.saved_minor += sum(line.list_minor - line.net_minor for line in sale.lines)
        self.tendered_minor += sum(tender.amount_minor for tender in sale.tenders) - sale.rounding_minor
        self.points += earned
        self.by_household[household] += sale.due_minor
        self.points_by_household[household] += earned
        self.by_day[on.isoformat()] += sale.due_minor


@dataclass(frozen=True)
class Check:
    """One equality. ``wrong`` says how many of its parts differ."""

    name: str
    found: int
    expected: int
    unit: str
    wrong: int = 0

    @property
    def ok(self) -> bool:
        """Say whether it holds."""
        return self.found == self.expected and self.wrong == 0


def main(arguments: list[str] | None = None) -> int:
    """Replay, compare, print the figures; 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--baskets", type=int, default=10_000, help="how many baskets of the data set")
    parser.add_argument("--seed", type=int, default=1, help="of who comes to which lane, how they pay, and outages")
    parser.add_argument("--durable", action="store_true", help="wait for the disk after each scan, as a till does")
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="replay-") as folder:
        checks = run(Path(folder), asked.baskets, asked.seed, durable=asked.durable)
    return say(checks)


def say(checks: list[Check]) -> int:
    """Print every equality as a figure; return 1 when one does not hold."""
    for check in checks:
        _common.figure(check.name, check.found, check.unit, DATA_SET, check.expected)
        if not check.ok:
            _common.note(f"DIFFERS: {check.name}: {check.found}, not {check.expected}; {check.wrong} parts differ")
    return 0 if all(check.ok for check in checks) else 1


def run(folder: Path, baskets: int, seed: int, *, durable: bool = False) -> list[Check]:
    """Replay ``baskets`` baskets in ``folder`` and return every equality that has to hold."""
    real = shop(baskets, date.today())  # noqa: DTZ011 - the dates of the data set are moved to yesterday
    office = open_office(f"sqlite:///{folder}/head-office.db", folder=folder / "snapshots")
    found_shop(office, real)
    with _common.head_office(f"sqlite:///{folder}/head-office.db", folder / "snapshots") as port:
        began = time.monotonic()
        sold = _replayed(folder, office, real, port, (seed, durable))
        took_s = time.monotonic() - began
        with _reopened(folder, office, port) as tills:
            checks = compare(office, tills, sold, real)
    office.database.close()
    lines = sum(len(journey.lines) for journey in real.journeys)
    outages = sum(one.outages for one in sold)
    _common.note(f"{len(LANES)} lanes, {lines} scans, {outages} outages, {took_s:.0f} s, {_common.load()}")
    _common.figure("baskets replayed and synchronised", baskets / took_s, "1/s")
    return checks


def found_shop(office: Office, real: Shop) -> None:
    """Put catalogue, members, rules and staff into an empty head office, as its demo chain is put there."""

    def work(connection: sa.Connection) -> None:
        insert_rows(connection, schema.store, [{"store_id": STORE, "store_no": 1, "name": "旅程店", "name_en": ""}])
        feed.open_shards(connection, (feed.GLOBAL, feed.store_shard(STORE)), floor_pos=1)
        insert_rows(connection, schema.item, [_row(one, "item_id", "barcode", "version") for one in real.items])
        rules = _row(real.rules) | {"rules_version": real.rules.version, "valid_from": str(real.rules.valid_from)}
        insert_rows(connection, schema.programme, [rules])
        insert_rows(
            connection, schema.staff, [_row(one, "staff_id", "store_id", "version") for one in staff(STORE)]
        )  # fmt: skip
        members = [
            _row(one, "member_id", "card_no", "phone", "home_store_id")
            | {"tier": one.tier.value, "last_visit_on": None, "version": 1, "purchases": b"[]"}
            for one in real.members
        ]
        insert_rows(connection, schema.member, members)
        ties = [
            {"store_id": STORE, "member_id": one.member_id, "last_visit_on": one.joined_on.isoformat()}
            for one in real.members
        ]
        insert_rows(connection, schema.member_tie, ties)

    office.database.write(work)


def compare(office: Office, tills: list[BenchTill], sold: list[Sold], real: Shop) -> list[Check]:
    """Return the equalities between data set, terminals and head office."""
    truth, packs = real.truth, {item.item_id: item.pack_content or 0 for item in real.items}
    terminals, books = _terminals(tills, packs), _head_office(office, packs)
    found = report(office, every_member=True)
    said = {key: value for one in sold for key, value in one.due_by_basket.items()}
    checks = [
        Check("tills answered for each basket", sum(said.values()), truth.paid_minor, "cents",
              _differences(said, truth.paid_by_basket)),
        Check("tills unsent", sum(not one.drained for one in sold), 0, "tills"),
        *against(truth, terminals, "terminals"),
        *against(truth, books, "head office"),
    ]  # fmt: skip
    return checks + _posted(found, truth, real) + _cards(tills, truth)


def against(truth: Truth, sums: Sums, whose: str) -> list[Check]:
    """Return the equalities between the data set and what a book says of all sales."""
    return [
        Check(f"{whose}: baskets", sums.baskets, truth.baskets, "baskets"),
        Check(f"{whose}: units", sums.units, truth.units, "units"),
        Check(f"{whose}: sales by household", sums.paid_minor, truth.paid_minor, "cents",
              _differences(sums.by_household, truth.paid_by_household)),
        Check(f"{whose}: sales by day", sum(sums.by_day.values()), truth.paid_minor, "cents",
              _differences(sums.by_day, truth.paid_by_day)),
        Check(f"{whose}: tenders less rounding", sums.tendered_minor, truth.paid_minor, "cents"),
        Check(f"{whose}: members saved", sums.saved_minor, truth.saved_minor, "cents"),
        Check(f"{whose}: points earned by household", sums.points, sum(truth.points_by_household.values()), "points",
              _differences(sums.points_by_household, truth.points_by_household)),
    ]  # fmt: skip


def _posted(found: dict, truth: Truth, real: Shop) -> list[Check]:
    """Return what head office's double entry has to say, beside the raw events."""
    days, lane_days = found["days"], found["lane_days"]
    points = {int(key, 16): one["total"] for key, one in found["members"].items()}
    due = {day["business_date"]: day["due_minor"] for day in days}
    not_posted = sum(count for status, count in found["events"].items() if status != "posted")
    return [
        Check("head office books: sales by day", sum(due.values()), truth.paid_minor, "cents",
              _differences(due, truth.paid_by_day)),
        Check("head office books: sales", sum(day["sales"] for day in days), truth.baskets, "baskets"),
        Check("head office books: points by household", sum(points.values()), sum(truth.points_by_household.values()),
              "points", _differences(points, truth.points_by_household)),
        Check("head office books: trial balance", sum(map(abs, found["trial_balance"].values())), 0, "any"),
        Check("head office books: events not posted", not_posted, 0, "events"),
        Check("head office books: days closed and reproduced", sum(day["status"] == "closed" for day in lane_days),
              len({(_lane_of(n), one.on) for n, one in _shared(real)}), "days"),
    ]  # fmt: skip


def _cards(tills: list[BenchTill], truth: Truth) -> list[Check]:
    """Return whether each terminal shows each household's points on the card."""
    expected = sum(truth.points_by_household.values())
    checks = []
    for lane, till in zip(LANES, tills, strict=True):
        shown = {
            household: till.lane.call(partial(till.desks.members.card, member_id(household))).total
            for household in truth.points_by_household
        }
        wrong = _differences(shown, truth.points_by_household)
        checks.append(Check(f"till {lane}: points on the cards", sum(shown.values()), expected, "points", wrong))
    return checks


def _replayed(folder: Path, office: Office, real: Shop, port: int, how: tuple[int, bool]) -> list[Sold]:
    """Let both lanes sell at the same time, each in a process of its own."""
    lanes: dict[int, list] = {lane: [] for lane in LANES}
    for n, journey in _shared(real):
        lanes[_lane_of(n)].append(journey)
    orders = [
        Orders(folder / f"till{lane}", port, new_code(office, STORE, lane), tuple(journeys), *how)
        for lane, journeys in lanes.items()
    ]
    with ProcessPoolExecutor(len(LANES), mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(replay, orders))


def _shared(real: Shop) -> Iterator[tuple[int, object]]:
    return enumerate(real.journeys)


def _lane_of(n: int) -> int:
    """Return the lane of the n-th basket; the chance is its own, the same in every run."""
    return random.Random(n).choice(LANES)


@contextmanager
def _reopened(folder: Path, office: Office, port: int) -> Iterator[list[BenchTill]]:
    """Start both terminals again, which checks their logs, and let them hear what the other one's sales changed."""
    with (
        open_bench_till(folder / "till1", wire_to(port)) as first,
        open_bench_till(folder / "till2", wire_to(port)) as second,
    ):
        for till in (first, second):
            till.worker.start()
        for till in (first, second):
            assert till.drained(), till.worker.status()
            assert _common.wait_until(lambda one=till: one.cursor(f"store:{STORE}") == _head(office), 60), "no news"
        yield [first, second]


def _head(office: Office) -> int:
    with office.database.read() as connection:
        head = schema.feed_head.c
        return int(connection.execute(sa.select(head.pos).where(head.shard == f"store:{STORE}")).scalar_one())


def _terminals(tills: list[BenchTill], packs: dict[int, int]) -> Sums:
    """Sum up what the terminals' own logs say."""
    sums = Sums()
    for till in tills:
        next_seq, _ = till.lane.call(till.desks.log.head)
        for first in range(1, next_seq, 500):
            for event in till.lane.call(partial(till.desks.log.events_after, first - 1, 500, 2**40)):
                _count(sums, event.body, packs)
    return sums


def _head_office(office: Office, packs: dict[int, int]) -> Sums:
    """Sum up what arrived at head office."""
    sums = Sums()
    with office.database.read() as connection:
        for body in connection.execute(sa.select(schema.inbox.c.body)).scalars():
            _count(sums, body, packs)
    return sums


def _count(sums: Sums, body: bytes, packs: dict[int, int]) -> None:
    fact, at = decode(body)
    if isinstance(fact, Sale):
        sums.add(fact, at.business_date, packs)


def _differences(found: dict, expected: dict) -> int:
    return sum(found.get(key, 0) != expected.get(key, 0) for key in found.keys() | expected.keys())


def _row(value: object, *columns: str) -> dict[str, object]:
    return {name: getattr(value, name) for name in columns} | {"body": msgspec.json.encode(value)}


if __name__ == "__main__":
    sys.exit(main())
