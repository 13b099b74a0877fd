"""The feed: positions without gaps, every change once, waiting included."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import msgspec
import pytest
import sqlalchemy as sa

from head_office import feed
from head_office.catalogue import publish_items, publish_programme, publish_staff, set_price, set_tax
from head_office.feed import Change
from head_office.store import schema
from head_office.store.database import Database
from head_office.store.migrations.versions import v0002_protocol
from pos_app.domain.catalogue import Item
from pos_app.domain.programme import Programme
from pos_app.domain.staff import Role, StaffMember
from pos_app.errors import Damaged, Refused
from pos_app.sync.wire.checksum import START, advanced
from tests.head_office.rig import TODAY, Refusal, open_till, rows_of

WRITERS, BATCHES = 8, 25


class RolledBack(Exception):
    """A writer changed its mind."""


def item(n: int, version: int = 1) -> Item:
    return Item(n, f"952{n:010d}", f"商品{n}", f"Item {n}", "sp", "1", "b", "c", 100 * n, version=version)


def write_changes(database: Database, writer: int) -> list[str]:
    """Publish in many transactions of several rows; some are rolled back. Return what was committed."""
    chance = Random(writer)
    committed: list[str] = []
    for batch in range(BATCHES):
        names = [f"{writer}/{batch}/{n}" for n in range(chance.randint(1, 6))]
        fails, pause_s = chance.random() < 0.15, chance.random() / 200

        def work(connection: sa.Connection, names=names, fails=fails, pause_s=pause_s) -> None:
            feed.publish(connection, [Change("global", "item", name, b"{}") for name in names])
            threading.Event().wait(pause_s)
            if fails:
                raise RolledBack

        try:
            database.write(work)
            committed += names
        except RolledBack:
            continue
    return committed


def test_a_reader_beside_eight_writers_sees_every_commit_once_and_no_gap(office, till):
    database, done = office.database, threading.Event()
    seen: list[str] = []

    def read_all() -> None:
        cursor, checksum = 0, START
        while True:
            last_look = done.is_set()
            page = feed.page(database, "global", cursor, 100)
            assert [item.pos for item in page.items] == list(range(cursor + 1, cursor + 1 + len(page.items)))
            seen.extend(item.entity_id for item in page.items)
            checksum = advanced(checksum, page.items)
            assert checksum == page.checksum
            cursor = page.next_pos
            if last_look and not page.items:
                return

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read_all)
        committed = [name for names in pool.map(lambda n: write_changes(database, n), range(WRITERS)) for name in names]
        done.set()
        reader.result(60)

    assert len(seen) == len(set(seen))
    assert set(seen) == set(committed)


def test_changes_of_one_writer_keep_their_order(office, till):
    for version in range(1, 30):
        publish_items(office, [item(1, version)])

    versions = [msgspec.json.decode(change.body, type=Item).version for change in till.changes("global")]

    assert versions == list(range(1, 30))


def test_pages_join_without_overlap(office, till):
    publish_items(office, [item(n) for n in range(1, 26)])

    first = till.feed("global", 0, limit=10)
    second = till.feed("global", first.next_pos, limit=10)

    assert [each.pos for each in first.items + second.items] == list(range(1, 21))
    assert first.head_pos == 25


def test_waiting_ends_as_soon_as_something_is_published(office, till):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(till.feed, "global", 0, 500, 20)
        threading.Event().wait(0.3)
        began = time.monotonic()
        publish_items(office, [item(1)])
        page = waiting.result(20)

    assert [each.entity_id for each in page.items] == ["1"]
    assert time.monotonic() - began < 15  # it would have been held for 20


def test_another_incarnation_or_a_position_past_the_head_is_sent_to_a_snapshot(till):
    for wrong in ({"incarnation": "2-restored"}, {"cursor": 9}):
        with pytest.raises(Refusal) as refused:
            till.feed("global", **wrong)
        assert (refused.value.status, refused.value.code) == (410, "feed.resync")


def test_a_cursor_below_the_floor_is_sent_to_a_snapshot(office, till):
    floor = sa.update(schema.feed_head).where(schema.feed_head.c.shard == "global").values(pos=5, floor_pos=5)
    office.database.write(lambda connection: connection.execute(floor))

    with pytest.raises(Refusal, match=r"feed\.resync"):
        till.feed("global", 4)
    assert till.feed("global", 5).items == []


@pytest.mark.parametrize("shard", ["store:S02", "terminal:S02-1", "everything", ""])
def test_other_peoples_shards_are_not_given_out(till, shard):
    with pytest.raises(Refusal) as refused:
        till.feed(shard)

    assert (refused.value.status, refused.value.code) == (404, "feed.shard")


@pytest.mark.parametrize("query", ["cursor=-1", "cursor=x", "limit=501", "wait=26", "cursor=99999999999999999999"])
def test_a_malformed_query_is_refused(till, query):
    target = f"/v1/feed?shard=global&incarnation={till.identity.incarnation}&{query}"

    reply = till.send("GET", target)

    assert reply.status_code == 400
    assert b"request.malformed" in reply.content


def test_without_a_session_nothing_is_told(till):
    till.session = "guess"

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.feed("global")


def test_a_hole_is_an_incident(office, till):
    publish_items(office, [item(n) for n in range(1, 4)])
    feed.page(office.database, "global", 0, 10)
    hole = sa.delete(schema.feed).where(schema.feed.c.pos == 2)
    office.database.write(lambda connection: connection.execute(hole))

    with pytest.raises(Damaged, match=r"feed\.hole"):
        feed.page(office.database, "global", 0, 10)


def test_a_new_price_reaches_the_till(office, till):
    publish_items(office, [item(1)])

    set_price(office, item(1).barcode, 990, 900)

    change = till.changes("global")[-1]
    assert b'"price_minor":990,"member_price_minor":900' in bytes(change.body)
    assert b'"version":2' in bytes(change.body)


def test_a_price_that_is_none_is_refused(office):
    with pytest.raises(Refused, match=r"item\.price"):
        set_price(office, item(1).barcode, 100, 200)
    with pytest.raises(Refused, match=r"item\.unknown"):
        set_price(office, "nothing", 100, None)


def test_a_rate_of_tax_reaches_the_till_and_an_impossible_one_is_refused(office, till):
    publish_items(office, [item(1)])

    set_tax(office, item(1).barcode, 600, included=False)

    change = till.changes("global")[-1]
    assert b'"tax_bp":600,"tax_included":false' in bytes(change.body)
    for bp in (-1, 10_001):
        with pytest.raises(Refused, match=r"item\.price"):
            set_tax(office, item(1).barcode, bp, included=True)
        with pytest.raises(Refused, match=r"item\.price.*tax_bp"):
            publish_items(office, [replace(item(2), tax_bp=bp)])


def test_rules_go_to_everybody_and_staff_to_their_store(office, line, till):
    other = open_till(office, line, "S02")
    publish_programme(office, Programme("p2", TODAY))
    publish_staff(office, [StaffMember("S01-09", "S01", "周", Role.CASHIER, "hash")])

    assert [change.kind for change in other.changes("global")] == ["programme"]
    assert [change.kind for change in till.changes("store:S01")] == ["staff"]
    assert other.changes("store:S02") == []


def heads_of(till) -> dict[str, int]:
    return {shard: till.feed(shard).head_pos for shard in till.shards}


def test_news_name_the_shards_that_moved_and_no_other(office, till):
    cursors = heads_of(till)
    assert till.news(cursors) == []

    publish_items(office, [item(1)])
    publish_staff(office, [StaffMember("S01-09", "S01", "周", Role.CASHIER, "hash")])

    assert till.news(cursors) == ["global", "store:S01"]


def test_waiting_for_news_ends_as_soon_as_any_shard_moves(office, till):
    cursors = heads_of(till)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(till.news, cursors, 20)
        threading.Event().wait(0.3)
        began = time.monotonic()
        publish_items(office, [item(1)])
        moved = waiting.result(20)

    assert moved == ["global"]
    assert time.monotonic() - began < 15  # it would have been held for 20


@pytest.mark.parametrize(
    ("query", "status"),
    [("shard=global", 400), ("shard=store:S02&cursor=0", 404), ("", 400), ("shard=global&cursor=-1", 400),
     ("shard=global&cursor=x", 400), ("&".join(["shard=global&cursor=0"] * 9), 400)],
)  # fmt: skip
def test_a_malformed_question_for_news_is_refused(till, query, status):
    assert till.send("GET", f"/v1/news?incarnation={till.incarnation}&{query}").status_code == status


def test_a_page_is_cut_by_its_bytes_and_one_large_change_always_goes(office, till, monkeypatch):
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 600)
    publish_items(office, [item(n) for n in range(1, 4)])
    large = Item(9, "9529999999999", "x" * 2_000, "", "", "1", "b", "c", 1)
    publish_items(office, [large])

    sizes = []
    cursor = 0
    while (page := till.feed("global", cursor)).items:
        sizes.append(len(page.items))
        cursor = page.next_pos

    assert (sum(sizes), sizes[-1]) == (4, 1)
    assert max(sizes[:-1]) < 3


def test_changes_numbered_by_an_older_program_get_their_checksums(office, till):
    """What the migration does to a feed that was there before it."""
    publish_items(office, [item(n) for n in range(1, 8)])
    publish_staff(office, [StaffMember("S01-09", "S01", "周", Role.CASHIER, "hash")])
    heads_of(till)
    feed_rows, heads = rows_of(office, schema.feed), rows_of(office, schema.feed_head)

    def forget_and_sum(connection: sa.Connection) -> None:
        connection.execute(sa.update(schema.feed).values(checksum=None))
        connection.execute(sa.update(schema.feed_head).values(checksum=0))
        v0002_protocol._sum_old_changes(connection)

    office.database.write(forget_and_sum)

    assert sorted(rows_of(office, schema.feed)) == sorted(feed_rows)
    assert sorted(rows_of(office, schema.feed_head)) == sorted(heads)
