"""How a simulated chain begins: two stores, a catalogue, rules, and members who are known in both and have points."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.catalogue import publish_items, publish_programme, publish_staff
from head_office.enrolment import new_code
from head_office.feed import GLOBAL, open_shards, publish, store_shard
from head_office.office import Office
from head_office.store import schema
from pos_app.domain.posting import OPENING, POINTS, Account, Transfer, available
from pos_app.domain.programme import Programme
from pos_app.domain.staff import Role, StaffMember
from pos_app.store.connection import Database
from pos_app.sync.endpoints import Reply
from tests.sim.headquarters import Headquarters, Time, founded, image_of
from tests.sim.lanes import Lane, Waits
from tests.sim.machine import Image, Machine, Place, Request, new_disk
from tests.sim.machine import image_of as disk_of
from tests.till_kit import item, member

STORES = (("S01", 1, "江南西店", "Jiangnan West"), ("S02", 2, "东山口店", "Dongshankou"))
ITEMS = (
    item(1, 9_990, tax_bp=1_300),
    item(2, 2_000, member_price_minor=1_800),
    item(3, 30_000),
    item(4, 555, earns=False, tax_bp=600, tax_included=False),
)
CASHIER = StaffMember("E1", "S01", "李敏", Role.MANAGER, "plain:1111")
RULES = Programme("sim-1", date(2024, 1, 1), redeem_max_share_bp=10_000, verify_from_points=1_000_000, lease_hours=10)
OPENING_POINTS = 4_000
LOT = date(2027, 12, 31)


LANES = (("S01", 1), ("S02", 1), ("S01", 2), ("S02", 2))


@dataclass(frozen=True)
class Chain:
    """Head office's database, and the disk of one enrolled, up-to-date, open till for each lane."""

    office: Any
    tills: tuple[Image, ...]


@cache
def chain_of(lanes: int, members: int) -> Chain:
    """Return the beginning of every world with so many lanes and members."""
    folder = Path(tempfile.mkdtemp(prefix="sim-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    time = Time()
    token = Random("founding").randbytes
    image = founded(lambda office: _found(office, members), folder, token)
    office = Headquarters(image, time, folder / "snapshots", token)
    tills = tuple(_open_till(office, time, number, folder) for number in range(1, lanes + 1))
    return Chain(image_of(office.raw), tills)


def _open_till(office: Headquarters, time: Time, number: int, folder: Path) -> Image:
    """Enrol a till over a good line, bring it up to date, open its day, and return its disk."""
    asked: list[Request] = []
    ended: list[BaseException | None] = []
    place = Place(asked.append, lambda: len(asked), lambda _lane, error: ended.append(error), CASHIER)
    machine = Machine(number, 0, time, place, folder)
    machine.format(till_image())
    process = machine.boot()

    def run(lane: Lane, work: Callable[[], object]) -> None:
        lane.start(work)
        while not lane.is_idle:
            lane.go_on(_carried(office, asked[-1]) if lane.waits is Waits.ANSWER else None)
        error = ended.pop()
        if error is not None:
            raise error

    code = new_code(office.office, *LANES[number - 1])
    run(process.lanes["enrol"], lambda: process.enrol(code))
    process.connect()
    assert process.worker is not None
    process.day.open_day(0)
    run(process.lanes["push"], process.worker._push._work)
    run(process.lanes["pull"], process.worker._pull._work)
    image = disk_of(machine, folder / f"image{number}")
    machine.scrap()
    return image


def _carried(office: Headquarters, request: Request) -> Reply:
    return office.answer(request.method, request.target, request.headers, request.body)


@cache
def till_image() -> Database:
    """Return the disk of a till on which the program was just installed."""
    return new_disk()


def _found(office: Office, members: int) -> None:
    office.database.write(_stores)
    publish_programme(office, RULES)
    publish_items(office, ITEMS)
    publish_staff(office, [CASHIER])
    office.database.write(lambda connection: _members(connection, office, members))


def _stores(connection: sa.Connection) -> None:
    names = ("store_id", "store_no", "name", "name_en")
    connection.execute(sa.insert(schema.store), [dict(zip(names, row, strict=True)) for row in STORES])
    open_shards(connection, (GLOBAL, *(store_shard(store_id) for store_id, *_ in STORES)))


def _members(connection: sa.Connection, office: Office, count: int) -> None:
    today, now_ms = office.clock.today(), office.clock.now_ms()
    book = MemberBook(connection)
    people = [member(n, home_store_id=STORES[n % 2][0]) for n in range(1, count + 1)]
    for who in people:
        book.register(who, who.home_store_id, today)
        for store_id, *_ in STORES:
            book.visited(who.member_id, store_id, today, ())
    ledger = LedgerBook(connection)
    source = Account(POINTS, OPENING, "chain")
    for who in people:
        lot = available(who.member_id, LOT)
        ledger.book([Transfer(f"opening/{who.member_id}", source, lot, OPENING_POINTS, "opening")], Cause(today, today))
    ledger.write()
    publish(connection, book.write(today, now_ms))
