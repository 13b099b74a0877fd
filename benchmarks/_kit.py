"""A till with a directory and no head office, for benchmarks of one machine's own work."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec

from benchmarks._tills import PastClock
from head_office.demo import people
from head_office.demo.catalogue import items
from head_office.demo.staff import staff
from head_office.directory_writer import DirectoryWriter, MemberEntry, day_number
from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import make_card_no
from pos_app.domain.directory import Cursor
from pos_app.domain.members import Balance, Member, MemberRecord
from pos_app.domain.programme import Programme
from pos_app.domain.till import Identity

STORE = "S01"
CASHIER = (f"{STORE}-01", "1111")
MANAGER = (f"{STORE}-03", "8888")
KEY = bytes(range(32))
IDENTITY = Identity("S01-1", "1.1", b"", b"", STORE, 1, "江南西店", "Jiangnan West", 1)


def write_directory(path: Path, key: bytes, members: Iterable[tuple[int, MemberRecord]], today: date) -> None:
    """Write a directory file as head office does: its tables, the demo catalogue, the given members, its indexes."""
    with DirectoryWriter(path, key) as writer:
        writer.cursors({shard: Cursor("1-bench", 1) for shard in ("global", f"store:{STORE}")})
        writer.items(items())
        writer.programmes([Programme("p1", today - timedelta(days=400))])
        writer.staff(staff(STORE))
        writer.members(entry(number, record) for number, record in members)


def entry(number: int, record: MemberRecord) -> MemberEntry:
    """Return a member as the file's row."""
    who = record.member
    visit, body = day_number(record.last_visit_on), msgspec.json.encode(record)
    return MemberEntry(
        number, who.member_id, who.card_no, who.phone, who.phone[-4:], who.name, who.initials, who.tier.value,
        visit, record.balance.points, record.version, body,
    )  # fmt: skip


def records(count: int, today: date, first: int = 0) -> Iterable[tuple[int, MemberRecord]]:
    """Yield demo members with points and a last visit, the same ones for the same day."""
    for n in range(first, first + count):
        rng = random.Random(n)
        visited = today - timedelta(days=rng.randrange(1, 700))
        balance = Balance(rng.randrange(0, 20_000), people.noon_ms(visited), {})
        yield n + 1, MemberRecord(invented(n, today), balance, visited, (), 1)


def invented(n: int, today: date) -> Member:
    """Return the ``n``-th member: the demo's 20,000, who come again above that with other cards and phones."""
    phone = f"+86199{(n * 7_919 + 6_627) % 10**8:08d}"
    return replace(
        _demo_member(n % people.MEMBERS, today), member_id=f"{n:032x}", card_no=make_card_no(n + 1), phone=phone
    )


@lru_cache(maxsize=people.MEMBERS)
def _demo_member(n: int, today: date) -> Member:
    return people.member(n, today, random.Random(n))


def open_kit(home: Path, directory: Path, key: bytes, *, announce: Callable[[], None] = lambda: None) -> Desks:
    """Open a till in ``home`` that durably commits, with ``directory`` moved in; to be used on this thread."""
    home.mkdir(parents=True, exist_ok=True)
    desks = open_desks(home / "till.db", KEY, World(PastClock(), LinkState(), announce, zone=UTC))
    desks.log.save_identity(IDENTITY)
    desks.log.install_directory(directory, key)
    return desks


def open_shop(desks: Desks) -> None:
    """Sign the cashier in and open the day."""
    desks.sign_in.sign_in(*CASHIER)
    desks.day.open_day(50_000)


@lru_cache
def sellable(count: int) -> tuple[Item, ...]:
    """Return the first items of the demo catalogue."""
    return items()[:count]
