from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from benchmarks._kit import entry
from head_office.directory_writer import FEWEST, DirectoryWriter
from pos_app.domain.calls import Bought, Call, CallState
from pos_app.domain.campaigns import What
from pos_app.domain.directory import SHARD_TABLES, Cursor, DirectoryChange, KeptItem
from pos_app.domain.staff import Role, StaffMember
from pos_app.errors import Damaged, Unavailable
from pos_app.store.connection import open_encrypted
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.directory_file import opened
from pos_app.store.directory_reader import DirectoryReader
from tests.till_kit import (
    CASHIER,
    DIRECTORY_KEY,
    MANAGER,
    PROGRAMME,
    TODAY,
    barcode,
    build_directory,
    campaign,
    change,
    item,
    member,
    new_till,
    open_kit,
    record,
)

SHARD_KEY = bytes(range(64, 96))
CALL = Call("c1", "CAAAA", member(1).member_id, "S01", TODAY, TODAY, (Bought(1, "x", 1, "formula"),))


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path, item(1), record(member(1), 500, visit=date(2026, 11, 1)))
    yield till
    till.close()


def view(till, read):
    with till.store.view() as unit:
        return read(unit)


def test_every_kind_of_change_is_read_back_as_it_was_published(till):
    values = (item(2), replace(PROGRAMME, version="p2", valid_from=TODAY), replace(CASHIER, staff_id="E9"), CALL)

    till.publish(*values, record(member(2), 70), campaign(1))

    assert view(till, lambda unit: unit.published.item(2)) == values[0]
    assert view(till, lambda unit: unit.published.programme(TODAY)) == values[1]
    assert values[2] in view(till, lambda unit: unit.published.staff("S01"))
    assert view(till, lambda unit: unit.calls.call("c1")) == CALL
    assert view(till, lambda unit: unit.published.campaigns(TODAY)).all == (campaign(1),)
    assert view(till, lambda unit: unit.members.known(member(2).member_id)).balance.points == 70


def test_only_a_newer_version_replaces(till):
    newer, older = item(1, 700, version=5), item(1, 900, version=4)

    till.publish(newer)
    till.publish(older)
    till.publish(replace(newer, price_minor=1))

    assert view(till, lambda unit: unit.published.item(1)) == newer


def test_a_tombstone_removes_what_is_older_than_itself(till):
    gone = DirectoryChange(1, "item", "1", None, 2)
    too_old = DirectoryChange(2, "member", member(1).member_id, None, 1)

    till.feed.apply_page("global", Cursor("1", 2), [gone, too_old])

    assert view(till, lambda unit: unit.published.item(1)) is None
    assert view(till, lambda unit: unit.members.known(member(1).member_id)) is not None


def test_campaigns_are_those_whose_period_holds_the_day_and_read_once(till):
    day = timedelta(days=1)
    till.publish(campaign(1), campaign(2, valid_from=TODAY + day), campaign(3, valid_from=TODAY, valid_to=TODAY))

    first = view(till, lambda unit: unit.published.campaigns(TODAY))

    assert [each.campaign_id for each in first.all] == ["C1", "C3"]
    assert view(till, lambda unit: unit.published.campaigns(TODAY)) is first
    till.publish(campaign(1, version=2, valid_to=TODAY))
    assert [each.version for each in view(till, lambda unit: unit.published.campaigns(TODAY)).all] == [2, 1]
    till.feed.apply_page("global", Cursor("1", 2), [DirectoryChange(1, "campaign", "C1", None, 3)])
    assert [each.campaign_id for each in view(till, lambda unit: unit.published.campaigns(TODAY + day)).all] == ["C2"]


def test_campaigns_are_made_anew_only_when_one_of_them_changed_and_then_at_once(till):
    first = view(till, lambda unit: unit.published.campaigns(TODAY))
    till.publish(item(7))

    assert view(till, lambda unit: unit.published.campaigns(TODAY)) is first
    read = []
    feed = DirectoryFeed(
        till.log.installed_directory,
        till.log.install_directory,
        lambda: read.append(view(till, lambda unit: unit.published.campaigns(TODAY))),
    )
    cursor = replace(feed.cursor("global"), pos=900)
    feed.apply_page("global", cursor, [DirectoryChange(900, "campaign", "C9", campaign(9), 1)])
    feed.close()
    till.log.refresh_directory()
    assert [each.campaign_id for each in read[0].all] == ["C9"]
    assert view(till, lambda unit: unit.published.campaigns(TODAY)) is read[0]


def test_a_campaign_that_nobody_can_carry_out_is_left_out_and_said(till, expect_log):
    till.publish(campaign(1), campaign(2), campaign(3, valid_to=campaign(3).valid_from - timedelta(days=1)))
    path, key = till.log.installed_directory()
    other = open_encrypted(path, key)
    upside_down = campaign(1, what=What())
    other.conn.execute("UPDATE campaign SET body = ? WHERE campaign_id = 'C1'", [msgspec.json.encode(upside_down)])
    other.conn.execute("UPDATE campaign SET body = x'7b7d' WHERE campaign_id = 'C2'")
    other.close()
    expect_log("campaign.left_out")

    assert view(till, lambda unit: unit.published.campaigns(TODAY)).all == ()
    assert view(till, lambda unit: unit.published.item(1)) == item(1)


def test_page_and_cursor_go_together(till):
    assert till.feed.cursor("store:S01") is None

    till.feed.apply_page("store:S01", Cursor("7", 1, 99), [change(1, item(3))])

    assert till.feed.cursor("store:S01") == Cursor("7", 1, 99)
    till.feed.apply_page("store:S01", Cursor("8", 0), [])
    assert till.feed.cursor("store:S01") == Cursor("8", 0)


def test_a_page_that_rests_half_way_holds_up_neither_reader_nor_writer(till):
    seen = []

    def slowly():
        for n in (2, 3):
            yield change(n, item(n))
            with till.store.unit() as unit:
                unit.till.put("rested", bytes([n]))
                seen.append((unit.published.item(2), unit.till.get("rested")))

    till.feed.apply_page("store:S01", Cursor("1", 3), slowly())

    assert seen == [(None, b"\x02"), (None, b"\x03")]
    assert view(till, lambda unit: unit.published.item(2)) == item(2)


def test_two_items_that_swap_barcodes_inside_a_page_both_arrive(till):
    till.publish(item(2))
    first, second = item(1, version=2, barcode=barcode(2)), item(2, version=2, barcode=barcode(99))

    till.publish(first, second)

    assert view(till, lambda unit: unit.published.item_with_barcode(barcode(2))) == first
    assert till.feed.kept("store:S01") == []


def test_a_change_that_clashes_for_good_is_kept_and_the_feed_goes_on(till):
    clash = item(2, barcode=barcode(1))

    till.publish(clash, item(3))

    assert view(till, lambda unit: unit.published.item(2)) is None
    assert view(till, lambda unit: unit.published.item(3)) == item(3)
    assert [(kept.pos, kept.kind, kept.reason) for kept in till.feed.kept("store:S01")] == [(1, "item", "feed.clash")]


def test_what_nobody_can_read_is_kept_as_it_came(till):
    kept = KeptItem(4, "coupon", "c1", b'{"x":1}', "feed.unknown_kind")

    till.feed.apply_page("global", Cursor("1", 4), [], [kept])

    assert till.feed.kept("global") == [kept]


def test_a_new_file_replaces_the_old_one_and_the_old_one_goes(till, tmp_path):
    other_key = bytes(reversed(DIRECTORY_KEY))
    file = build_directory(tmp_path / "new.db", other_key, [PROGRAMME, item(8)], incarnation="2")

    till.feed.install_file(file, other_key)

    assert view(till, lambda unit: (unit.published.item(1), unit.published.item(8))) == (None, item(8))
    assert till.feed.cursor("global") == Cursor("2", 0)
    assert [path.name for path in sorted(tmp_path.glob("directory-*.db"))] == ["directory-000002.db"]
    assert not file.exists()


def test_a_file_under_another_key_is_not_installed(till, tmp_path):
    file = build_directory(tmp_path / "new.db", bytes(32), [item(8)])

    with pytest.raises(Damaged) as error:
        till.feed.install_file(file, DIRECTORY_KEY)

    assert error.value.code == "store.wrong_key"
    assert view(till, lambda unit: unit.published.item(1)) == item(1)
    assert till.feed.cursor("global") is not None


def test_a_file_that_is_no_directory_is_not_installed(till, tmp_path):
    other = open_encrypted(tmp_path / "new.db", DIRECTORY_KEY)
    other.conn.execute("CREATE TABLE item (x) ")
    other.close()

    with pytest.raises(Damaged) as error:
        till.feed.install_file(tmp_path / "new.db", DIRECTORY_KEY)

    assert error.value.code == "directory.file"
    assert view(till, lambda unit: unit.published.item(1)) == item(1)


def test_the_directory_is_there_after_a_restart(tmp_path):
    new_till(tmp_path, item(1)).close()

    again = open_kit(tmp_path)

    assert view(again, lambda unit: unit.published.item(1)) == item(1)
    again.close()


def test_a_lost_directory_is_said_and_asked_for_anew_while_the_till_opens(tmp_path, expect_log):
    new_till(tmp_path, item(1)).close()
    for path in tmp_path.glob("directory-*"):
        path.unlink()
    expect_log("directory.unreadable")

    again = open_kit(tmp_path)

    with pytest.raises(Unavailable) as error:
        view(again, lambda unit: unit.published.item(1))
    assert error.value.code == "directory.missing"
    assert again.feed.cursor("global") is None
    again.feed.install_file(build_directory(tmp_path / "new.db", DIRECTORY_KEY, [item(1)]), DIRECTORY_KEY)
    assert view(again, lambda unit: unit.published.item(1)) == item(1)
    again.close()


def test_rules_count_from_their_day_on(till):
    till.publish(replace(PROGRAMME, version="p2", valid_from=date(2026, 11, 23)))

    assert view(till, lambda unit: unit.published.programme(TODAY)).version == "p1"
    assert view(till, lambda unit: unit.published.programme(date(2026, 11, 23))).version == "p2"
    with pytest.raises(Unavailable) as error:
        view(till, lambda unit: unit.published.programme(date(2025, 1, 1)))
    assert error.value.code == "directory.no_programme"


def test_people_of_other_stores_are_not_listed(till):
    till.publish(StaffMember("X1", "S02", "别人", Role.MANAGER, "plain:1"))

    assert view(till, lambda unit: unit.published.staff("S01")) == tuple(
        sorted((CASHIER, MANAGER), key=lambda p: p.name)
    )


def test_items_are_found_by_barcode_initials_and_any_part_of_the_name(till):
    milk = item(5, name="优伴 配方奶粉 2段", name_en="Youban formula 2", initials="ybpfnf2d")
    till.publish(milk)

    found = {
        text: view(till, lambda unit, text=text: unit.published.find_items(text, 20))
        for text in ("优伴", "奶粉", "YBPF", "formula", barcode(5)[:12], "zzz", "")
    }

    assert {text: milk in items for text, items in found.items()} == {
        "优伴": True, "奶粉": True, "YBPF": True, "formula": True, barcode(5)[:12]: True, "zzz": False, "": False,
    }  # fmt: skip


def test_redeemables_and_advised_items_follow_the_catalogue(till):
    till.publish(item(5, 500, redeemable=False), item(6, 600, advice="formula"))
    before = view(till, lambda unit: unit.published.advised(frozenset({"formula"})))
    till.publish(item(7, 700, advice="formula"), shard="global")

    after = view(till, lambda unit: unit.published.advised(frozenset({"formula"})))

    assert [one.item_id for one in view(till, lambda unit: unit.published.redeemables(1, 700, 9))] == [7, 6]
    assert [one.item_id for one in before] == [6]
    assert [one.item_id for one in after] == [6, 7]


def test_of_two_versions_of_a_call_the_higher_counts_wherever_it_is(till):
    done = replace(CALL, state=CallState.DONE, version=3)
    till.publish(replace(CALL, version=2))
    with till.store.unit() as unit:
        unit.calls.put([CALL])

    assert view(till, lambda unit: unit.calls.call("c1")).version == 2
    with till.store.unit() as unit:
        unit.calls.put([done])
    assert view(till, lambda unit: unit.calls.due_between(TODAY, TODAY, 9)) == []
    assert view(till, lambda unit: unit.calls.done_since(TODAY, 9)) == [done]
    till.publish(replace(CALL, version=4))
    assert [call.version for call in view(till, lambda unit: unit.calls.due_between(TODAY, TODAY, 9))] == [4]
    assert view(till, lambda unit: unit.calls.done_since(TODAY, 9)) == []
    assert [call.version for call in view(till, lambda unit: unit.calls.of_member(CALL.member_id, TODAY, 9))] == [4]


def shard_file(till, shard, *values, cursor=None):
    """Return a file that holds one shard, as head office builds it."""
    path = build_directory(till.home / "shard.db", SHARD_KEY, values)
    feed = DirectoryFeed(lambda: (path, SHARD_KEY), lambda _path, _key: None)
    feed.apply_page(shard, cursor or Cursor("1", 40, 4), [])
    feed._open().conn.execute("DELETE FROM feed_state WHERE shard <> ?", [shard])
    feed.close()
    return path


def spoilt(till):
    """Let every table hold something that head office never sent, and something kept aside in each shard."""
    till.publish(item(7), CALL, record(member(7), 70))
    for shard in ("global", "store:S01"):
        kept = KeptItem(3, "hologram", "1", b"{}", "feed.unknown_kind")
        till.feed.apply_page(shard, Cursor("1", 9, 1), [], [kept])
    return till


@pytest.mark.parametrize(
    ("shard", "fresh", "gone", "stays"),
    [
        ("global", [item(5), PROGRAMME], lambda unit: unit.published.item(7), lambda unit: unit.calls.call("c1")),
        ("store:S01", [record(member(5)), CASHIER], lambda unit: unit.calls.call("c1"),
         lambda unit: unit.published.item(7)),
    ],
    ids=["catalogue", "store"],
)  # fmt: skip
def test_one_shard_is_replaced_and_the_other_stays(till, shard, fresh, gone, stays):
    other = {"global": "store:S01", "store:S01": "global"}[shard]
    spoilt(till)

    till.feed.install_shard(shard, shard_file(till, shard, *fresh), SHARD_KEY)

    assert view(till, gone) is None
    assert view(till, stays) is not None
    assert till.feed.cursor(shard) == Cursor("1", 40, 4)
    assert till.feed.cursor(other) == Cursor("1", 9, 1)
    assert till.feed.kept(shard) == []
    assert len(till.feed.kept(other)) == 1
    assert view(till, lambda unit: unit.published.staff("S01")) != ()
    assert not (till.home / "shard.db").exists()


@pytest.mark.parametrize("shard", ["global", "store:S01"])
def test_a_shard_under_another_key_changes_nothing(till, shard):
    spoilt(till)
    path = shard_file(till, shard, item(5))

    with pytest.raises(Damaged):
        till.feed.install_shard(shard, path, DIRECTORY_KEY)

    assert view(till, lambda unit: (unit.published.item(7), unit.calls.call("c1"))) == (item(7), CALL)
    till.publish(item(8))
    assert view(till, lambda unit: unit.published.item(8)) == item(8)


def test_a_reader_sees_the_old_catalogue_or_the_new_never_half(till):
    spoilt(till)
    path = shard_file(till, "global", item(5), PROGRAMME)

    reader = DirectoryReader()
    reader.attach(opened(*till.log.installed_directory()))
    reader.begin()
    assert reader.item(7) == item(7)

    till.feed.install_shard("global", path, SHARD_KEY)

    assert (reader.item(7), reader.item(5)) == (item(7), None)
    reader.end()
    assert (reader.item(7), reader.item(5)) == (None, item(5))
    reader.detach()
    assert view(till, lambda unit: (unit.published.item(7), unit.published.item(5))) == (None, item(5))


def test_every_table_of_the_directory_belongs_to_a_shard(till):
    of_shards = {table for tables in SHARD_TABLES.values() for table in tables}

    assert set(till.feed._open().table_names()) - of_shards == {"meta", "packing", "feed_state", "feed_kept"}


def test_what_can_be_read_now_is_applied_by_version_and_forgotten(till):
    till.publish(item(1, 700, version=5))
    kept = [KeptItem(pos, "item", str(pos), b"{}", "feed.unknown_kind") for pos in (1, 2, 3)]
    till.feed.apply_page("global", Cursor("1", 3), [], kept)

    till.feed.apply_kept("global", [change(1, item(1, 900, version=4)), change(2, item(2))])

    assert view(till, lambda unit: (unit.published.item(1).price_minor, unit.published.item(2))) == (700, item(2))
    assert [item.pos for item in till.feed.kept("global")] == [3]


def test_what_clashes_when_it_is_tried_again_stays_kept(till):
    till.feed.apply_page("global", Cursor("1", 1), [], [KeptItem(1, "item", "2", b"{}", "feed.unknown_kind")])

    till.feed.apply_kept("global", [change(1, item(2, barcode=barcode(1)))])

    assert [item.pos for item in till.feed.kept("global")] == [1]


def test_what_was_kept_of_an_entity_does_not_come_back_after_its_end(till):
    kept = KeptItem(1, "item", "9", b"{}", "feed.unknown_kind")
    till.feed.apply_page("global", Cursor("1", 1), [], [kept])

    till.feed.apply_page("global", Cursor("1", 2), [DirectoryChange(2, "item", "9", None, 2)])

    assert till.feed.kept("global") == []


@pytest.fixture
def packed_file(tmp_path):
    """Return a directory of so many members that head office packs their bodies."""
    path = tmp_path / "packed.db"
    with DirectoryWriter(path, SHARD_KEY) as writer:
        writer.cursors({shard: Cursor("1", 0) for shard in ("global", "store:S01")})
        writer.members(entry(n, record(member(n), n)) for n in range(1, 2 * FEWEST))
    return path


def bodies(path):
    database = open_encrypted(path, SHARD_KEY)
    found = [bytes(body) for (body,) in database.conn.execute("SELECT body FROM member").fetchall()]
    database.close()
    return found


def test_a_reader_knows_what_it_read_until_anybody_changes_the_file(till):
    assert view(till, lambda unit: unit.members.known(member(1).member_id).balance.points) == 500
    till.publish(record(member(1), 700, version=2))

    assert view(till, lambda unit: unit.members.known(member(1).member_id).balance.points) == 700


def test_a_transaction_that_writes_sees_one_moment_of_the_directory_too(till):
    till.feed.cursor("global")
    with till.store.unit() as unit:
        assert unit.published.item(1) == item(1)
        till.publish(item(1, 777, version=2), shard="global")
        assert unit.published.item(1) == item(1)

    assert view(till, lambda unit: unit.published.item(1).price_minor) == 777


def test_packed_members_are_read_as_they_were_written_and_take_less_room(packed_file):
    reader = DirectoryReader()
    reader.attach(opened(packed_file, SHARD_KEY))

    for n in (1, FEWEST, 2 * FEWEST - 1):
        assert reader.member(member(n).member_id) == record(member(n), n)
    reader.detach()
    plain = sum(len(msgspec.json.encode(record(member(n), n))) for n in range(1, 2 * FEWEST))
    assert sum(map(len, bodies(packed_file))) < plain / 3


def test_what_the_feed_brings_into_a_packed_file_is_packed_too_and_read_back(packed_file):
    feed = DirectoryFeed(lambda: (packed_file, SHARD_KEY), lambda _path, _key: None)
    news = [record(member(1), 77, version=2), record(member(5_000), 5)]
    feed.apply_page("store:S01", Cursor("1", 2), [change(n, value) for n, value in enumerate(news, 1)])
    feed.close()

    reader = DirectoryReader()
    reader.attach(opened(packed_file, SHARD_KEY))
    assert [reader.member(one.member.member_id) for one in news] == news
    reader.detach()
    assert not any(body.startswith(b"{") for body in bodies(packed_file))


def test_a_body_that_does_not_unpack_is_damage_and_not_a_crash(packed_file):
    database = open_encrypted(packed_file, SHARD_KEY)
    database.conn.execute("UPDATE member SET body = substr(body, 1, 20) WHERE member_no = 3")
    database.close()
    reader = DirectoryReader()
    reader.attach(opened(packed_file, SHARD_KEY))

    with pytest.raises(Damaged, match=r"store\.row"):
        reader.member(member(3).member_id)
    assert reader.member(member(4).member_id) == record(member(4), 4)
    reader.detach()


def test_the_file_of_an_older_program_is_brought_up_where_it_lies(tmp_path):
    till = new_till(tmp_path, item(1))
    till.feed.close()
    path, key = till.log.installed_directory()
    till.close()
    old = open_encrypted(path, key)
    old.conn.execute("DROP TABLE alias")
    old.conn.execute("DROP TABLE packing")
    old.conn.execute("DROP TABLE campaign")
    for table, column in (("feed_state", "checksum"), ("feed_kept", "entity_id")):
        old.conn.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    old.conn.execute("INSERT OR REPLACE INTO meta VALUES ('schema_version', '1')")
    old.close()

    again = open_kit(tmp_path)

    assert view(again, lambda unit: unit.published.item(1)) == item(1)
    cursor = again.feed.cursor("global")
    assert (cursor.pos, cursor.checksum) == (0, None)
    again.publish(item(2), campaign(1), shard="global")
    assert view(again, lambda unit: unit.published.campaigns(TODAY)).all == (campaign(1),)
    again.close()
