"""A long day at the real window: 3,000 sales of eight hours at eight times the speed, with a line that comes and goes.

Members and guests, cash, card and stored value in any split, top-ups, points, coupons, campaigns, prices changed by
hand, sales put aside, changes of mind, goods that come back for money or for other goods, questions for a price, an X,
and another person at the till. Memory is looked at every 50 sales, a timer of 10 ms beats all day, and at the end three
books must agree to the cent and to the point: what the screen said, what the till's facts come to, and what head office
posted.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from benchmarks import _common
from benchmarks._kit import CASHIER, MANAGER, STORE, sellable
from benchmarks._tills import open_bench_till, wire_to
from head_office import programmes
from head_office.books.issues import coupon
from head_office.catalogue import publish_programme
from head_office.demo.load import load
from head_office.enrolment import new_code
from head_office.issuing import give
from head_office.office import Office, open_office
from head_office.report import report
from head_office.store import schema
from pos_app import config
from pos_app.demo.line import Line
from pos_app.domain.coupons import CouponRule
from pos_app.domain.members import Member

HOURS, SPEED, SALES = 8.0, 8.0, 3_000
MEMBERS, CARDS = 2_000, 200
MOST_MB = 180 * 1.048576  # 180 MiB: how much memory may grow
STALL_MS = 100
OUTAGE_S = (5.0, 30.0)
BROUGHT = (
    "refunds", "exchanges", "topups", "campaigns", "coupons", "redemptions", "prices_changed", "held", "undone",
    "price_checks", "hand_overs", "x_reports", "approvals",
)  # fmt: skip
COUPON = CouponRule("SOAK", "满50减10", "10 off 50", off_minor=1_000, min_minor=5_000, valid_days=30)


def main(arguments: list[str] | None = None) -> int:
    """Soak and print; 1 when books differ, memory grows or the window stalls more than claimed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--speed", type=float, default=SPEED)
    parser.add_argument("--sales", type=int, default=SALES)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="soak-") as folder:
        return measure(Path(folder), asked.sales, asked.hours * 3_600 / asked.speed / asked.sales)


def measure(folder: Path, sales: int, every_s: float, members: int = MEMBERS) -> int:
    """Furnish a chain and a till in ``folder``, let it sell, compare the books."""
    url = f"sqlite:///{folder}/head-office.db"
    office = open_office(url, folder=folder / "snapshots")
    load(office.database, datetime.now(UTC).date(), members)
    served = customers(office)
    give_coupons(office, served)
    with _common.head_office(url, folder / "snapshots") as port:
        home = folder / "till"
        with open_bench_till(home, wire_to(port), code=new_code(office, STORE, 1)) as till:
            till.worker.start()
            assert till.drained(), till.worker.status()
        line = Line(port)
        config.save(home / "config.toml", {"head_office_url": f"http://127.0.0.1:{line.port}", "language": "zh_CN"})
        with outages(line):
            seen = child(home, sales, every_s, [each.card_no for each in served])
        line.close()
        found = report(office)
    office.database.close()
    return say(seen, posted(found), found["troubles"], sales)


def customers(office: Office) -> list[Member]:
    """Return members of the store."""
    wanted = sa.select(schema.member.c.body).where(schema.member.c.home_store_id == STORE).limit(CARDS)
    with office.database.read() as connection:
        return [msgspec.json.decode(body, type=Member) for (body,) in connection.execute(wanted)]


def give_coupons(office: Office, members: list[Member]) -> None:
    """Publish a coupon, and give one to each of these members."""
    today = office.clock.today()
    with office.database.read() as connection:
        rules = programmes.in_force(connection, today)
    publish_programme(office, replace(rules, version="soak", valid_from=today - timedelta(days=1), coupons=(COUPON,)))
    given = [coupon(COUPON, each.member_id, "", today) for each in members]
    office.database.write(lambda connection: give(connection, office, given))


def posted(found: dict) -> dict[str, int]:
    """Return the books' figures of the store, named as ``_soak_child.day_of`` names them."""
    days = [day for day in found["days"] if day["store_id"] == STORE]
    books = Counter()
    for day in found["store_days"]:
        books.update(day["restated"] if day["store_id"] == STORE else {})

    def taken(*kinds: str) -> int:
        return -sum(books[f"MONEY:CNY tender:{kind}"] for kind in kinds)

    def gained(ledger: str) -> int:
        """Return what members gained: what all accounts of the store gave."""
        return -sum(minor for name, minor in books.items() if name.startswith(f"{ledger} "))

    return {
        "sales": sum(day["sales"] for day in days),
        "due_minor": sum(day["due_minor"] for day in days),
        "points": sum(day["points_redeemed"] for day in days),
        "earned": sum(day["points_earned"] for day in days),
        "refunds": books["facts sale_refunded"],
        "topups": books["facts topped_up"],
        "cash_minor": taken("cash"),
        "card_minor": taken("card"),
        "value_minor": taken("value", "gift"),
        "exchange_minor": taken("exchange"),
        "points_gained": gained("POINTS"),
        "stored_gained": gained("VALUE:CNY") + gained("GIFT:CNY"),
    }


@contextmanager
def outages(line: Line) -> Iterator[None]:
    """Cut the line now and then while the block runs; it is whole at the end."""
    over, chance = threading.Event(), random.Random(1)

    def come_and_go() -> None:
        while not over.wait(chance.uniform(*OUTAGE_S)):
            line.cut()
            over.wait(chance.uniform(*OUTAGE_S) / 2)
            line.mend()

    thread = threading.Thread(target=come_and_go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        line.mend()


def child(home: Path, sales: int, every_s: float, members: list[str]) -> dict:
    """Run the till and return what it saw."""
    people, pins = zip(CASHIER, MANAGER, strict=True)
    barcodes = ",".join(item.barcode for item in sellable(200))
    command = ["--home", str(home), "--sales", str(sales), "--every", str(every_s), "--barcodes", barcodes,
               "--cards", ",".join(members), "--staff", ",".join(people), "--pins", ",".join(pins)]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._soak_child", *command],
        cwd=_common.ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def say(seen: dict, office: dict[str, int], troubles: list[dict], sales: int) -> int:
    """Print the figures; 1 when a claim is broken."""
    screen, till, memory = seen["seen"], seen["till"], seen["memory_mb"]
    for name, at_office in office.items():
        _common.figure(f"{name}: screen", screen.get(name, 0), "", "at head office", at_office)
        _common.figure(f"{name}: till's facts", till[name], "", "at head office", at_office)
    late = seen["late_ms"]
    grown = max(memory) - memory[0]
    stalls = sum(ms > STALL_MS for ms in late)
    _common.figure(f"memory after {sales} sales, most", max(memory), "MB", "signed in", memory[0])
    _common.figure("memory grown", grown, "MB", "claimed at most", MOST_MB)
    _common.figure("memory, last tenth of the day against the tenth before it", *trend(memory))
    _common.figure("heartbeat of 10 ms late, p99", _common.percentile(late, 99), "ms")
    _common.figure("heartbeat of 10 ms late, most", max(late), "ms", "claimed at most", STALL_MS)
    _common.figure("beats later than claimed", stalls, "beats", "of", len(late))
    _common.figure("paid, tapped to done panel p95", _common.percentile(seen["done_ms"], 95), "ms")
    brought = ", ".join(f"{screen.get(name, 0)} {name.replace('_', ' ')}" for name in BROUGHT)
    _common.note(f"{brought} in {seen['took_s']:.0f} s; {_common.load()}")
    agree = all(screen.get(name, 0) == till[name] == at_office for name, at_office in office.items())
    if not agree or troubles:
        _common.note(f"the books differ: screen {screen}, till {till}, head office {office}, troubles {troubles}")
    return 0 if agree and not troubles and grown <= MOST_MB and not stalls else 1


def trend(memory: list[float]) -> tuple[float, str, str, float]:
    """Return the mean of the last tenth of the day, and of the tenth before it, in MB: a leak goes on growing."""
    tenth = max(1, len(memory) // 10)
    last, before = memory[-tenth:], memory[-2 * tenth : -tenth] or memory[:1]
    return sum(last) / len(last), "MB", "the tenth before", sum(before) / len(before)


if __name__ == "__main__":
    sys.exit(main())
