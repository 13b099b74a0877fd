"""A furnished till folder: enrolled, with goods, members, staff and points, and a head office where nobody answers."""

import socket
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import argon2

from pos_app import config
from pos_app.bootstrap.desks import Desks, LinkState
from pos_app.bootstrap.program import Hooks, Start, opened_desks
from pos_app.bootstrap.world import SystemClock
from pos_app.domain.calls import Bought, Call
from pos_app.domain.codes import call_code, staff_card
from pos_app.domain.coupons import TOKEN_DIGITS, CouponRule
from pos_app.domain.ledger import Asset
from pos_app.paths import Paths
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.space import BALLAST_BYTES
from tests.fakes import START_MS
from tests.till_kit import (
    CASHIER,
    DIRECTORY_KEY,
    IDENTITY,
    MANAGER,
    PROGRAMME,
    TODAY,
    build_directory,
    grant,
    item,
    member,
    record,
)

CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CASHIER_PIN, MANAGER_PIN = "1111", "8888"
MANAGER_CARD = staff_card(bytes(range(10)))
POINTS = 8_000
GOODS = tuple(item(n, price_minor=1_000 * n) for n in range(1, 10))
ANNA = member(1, name="陈雨婷", phone="+8613800006627")
BELLA = member(2, name="林小芳")
COUPONS = (
    CouponRule("W20", "满100减20", "20 off 100", off_minor=2_000, min_minor=10_000),
    CouponRule("B50", "生日礼券", "Birthday coupon", off_minor=5_000, min_minor=100_000),
)
CALL_ID = "S01/1/call1"
CALL = Call(
    CALL_ID, call_code(CALL_ID), BELLA.member_id, "S01", date(2026, 11, 19), TODAY, (Bought(3, "商品3", 1, "formula"),)
)
PEOPLE = (
    replace(CASHIER, pin_hash=CHEAP.hash(CASHIER_PIN)),
    replace(MANAGER, pin_hash=CHEAP.hash(MANAGER_PIN), card=MANAGER_CARD),
)


def clock_ahead_ms() -> int:
    """How far ahead of this machine the till's clock runs: it is 22 November 2026 in the shop."""
    return START_MS - time.time_ns() // 1_000_000


def silent_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def furnish(home: Path, language: str) -> None:
    """Make ``home`` the folder of an enrolled till that has met head office once."""
    paths = Paths(home)
    with (home / "ballast.bin").open("wb") as ballast:
        ballast.truncate(BALLAST_BYTES)  # its bytes matter on a full disk only
    url = f"http://127.0.0.1:{silent_port()}"
    config.save(paths.config, {"head_office_url": url, "language": language})
    start = Start(paths, SystemClock(clock_ahead_ms()))
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: _meet_head_office(home, desks))


def _meet_head_office(home: Path, desks: Desks) -> None:
    desks.log.save_identity(IDENTITY)
    rules = replace(PROGRAMME, brand="禾苗母婴", brand_en="Seedling", coupons=COUPONS)
    values = (rules, *PEOPLE, *GOODS, record(ANNA, POINTS), record(BELLA), CALL)
    file = build_directory(home / "download.db", DIRECTORY_KEY, values)
    feed = DirectoryFeed(desks.log.installed_directory, desks.log.install_directory)
    feed.install_file(file, DIRECTORY_KEY)
    feed.close()
    coupons = [
        grant(2 + n, ANNA, 1, asset=Asset.COUPON, lot=rule.rule_id + "0" * TOKEN_DIGITS)
        for n, rule in enumerate(COUPONS)
    ]
    desks.log.install_grants(desks.log.incarnation(), [grant(1, ANNA, POINTS), *coupons])
