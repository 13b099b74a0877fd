"""Snapshots: an encrypted file of one store, complete together with the feed from its positions."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import msgspec
import pytest
import zstandard
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey
from sqlcipher3 import dbapi2 as sqlcipher

from head_office.campaigns import publish_campaign, withdraw_campaign
from head_office.catalogue import publish_items, publish_programme, publish_staff, set_price
from head_office.snapshots import CHUNK_BYTES, FRESH_MS, KEPT, SnapshotDesk
from head_office.store import schema
from pos_app.domain.catalogue import Item
from pos_app.domain.events import MemberRegistered
from pos_app.domain.members import MemberRecord
from pos_app.domain.programme import Programme
from pos_app.domain.staff import Role, StaffMember
from pos_app.errors import Refused
from pos_app.sync.wire.directory_file import TABLES
from pos_app.sync.wire.messages import SnapshotManifest
from tests.head_office.rig import TODAY, FakeTill, Refusal, answer, member, open_till, replace, rows_of
from tests.till_kit import campaign

MEMBERS = 40


def manifest_of(till: FakeTill) -> SnapshotManifest:
    reply = till.send("GET", "/v1/snapshot/manifest")
    return answer(reply, SnapshotManifest)


def chunk_of(till: FakeTill, manifest: SnapshotManifest, n: int | str, **headers: str):
    target = f"/v1/snapshot/{manifest.snapshot_id}/{n}"
    return till.send("GET", target, None, headers)


def install(till: FakeTill, manifest: SnapshotManifest, path: Path) -> sqlcipher.Connection:
    """Do what a terminal does: fetch, check, unpack, open with the sealed key."""
    whole = b""
    for chunk in manifest.chunks:
        packed = chunk_of(till, manifest, chunk.n).content
        piece = zstandard.decompress(packed, max_output_size=CHUNK_BYTES)
        assert (len(packed), len(piece)) == (chunk.length, chunk.file_length)
        assert hashlib.sha256(piece).hexdigest() == chunk.sha256
        whole += piece
    assert len(whole) == manifest.file_length
    path.write_bytes(whole)
    key = SealedBox(till.key.to_curve25519_private_key()).decrypt(manifest.sealed_key)
    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def members_in(connection: sqlcipher.Connection) -> dict[str, MemberRecord]:
    rows = connection.execute("SELECT member_id, body FROM member").fetchall()
    return {member_id: msgspec.json.decode(body, type=MemberRecord) for member_id, body in rows}


def apply_feed(till: FakeTill, members: dict[str, MemberRecord], pos: int) -> dict[str, MemberRecord]:
    """Return the members after the changes behind ``pos``, each applied if its version is newer."""
    members = dict(members)
    for change in till.changes(f"store:{till.identity.store_id}", pos):
        if change.kind != "member":
            continue
        record = msgspec.json.decode(change.body, type=MemberRecord)
        known = members.get(change.entity_id)
        if known is None or record.version > known.version:
            members[change.entity_id] = record
    return members


def as_told(members: dict[str, MemberRecord]) -> dict[str, MemberRecord]:
    """Return the members without how far their tills are in: a file says so later than the last change of each."""
    return {name: replace(one, balance=replace(one.balance, applied={}, as_of_ms=0)) for name, one in members.items()}


@pytest.fixture
def shop(office, till) -> FakeTill:
    item = Item(1, "9520000000011", "奶粉", "Formula", "nf", "900g", "优伴", "formula", 31_800)
    publish_items(office, [item, replace(item, item_id=2, barcode="9520000000028")])
    publish_programme(office, Programme("p1", TODAY))
    for n in (1, 2):
        publish_campaign(office, campaign(n))
    withdraw_campaign(office, campaign(2).campaign_id)
    publish_staff(office, [StaffMember(f"{s}-01", s, "李敏", Role.CASHIER, "hash") for s in ("S01", "S02")])
    for n in range(MEMBERS):
        till.say(MemberRegistered(member(n)))
        till.sell(member_id=f"m{n}", earn=70)
    till.push()
    return till


def test_the_file_holds_the_store_and_opens_only_for_the_device(office, shop, tmp_path):
    manifest = manifest_of(shop)

    connection = install(shop, manifest, tmp_path / "directory.db")

    counts = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("item", "programme", "campaign", "staff", "member")
    }
    assert counts == {"item": 2, "programme": 1, "campaign": 1, "staff": 1, "member": MEMBERS}
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert (tmp_path / "directory.db").read_bytes()[:15] != b"SQLite format 3"
    with pytest.raises(CryptoError):
        SealedBox(SigningKey.generate().to_curve25519_private_key()).decrypt(manifest.sealed_key)


def test_the_file_carries_no_identity(shop, tmp_path):
    connection = install(shop, manifest_of(shop), tmp_path / "directory.db")

    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    meta = connection.execute("SELECT k FROM meta").fetchall()
    connection.close()
    assert {name for name in tables if not name.startswith("sqlite_")} == {
        line.split()[2] for line in TABLES.splitlines() if line.startswith("CREATE TABLE")
    }
    assert meta == [("schema_version",)]


def test_look_ups_use_the_indexes_alone(shop, tmp_path):
    connection = install(shop, manifest_of(shop), tmp_path / "directory.db")

    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT member_id, name, tier, phone, points, last_visit FROM member"
        " WHERE last4 = '0001' ORDER BY last_visit DESC LIMIT 20"
    ).fetchall()
    connection.close()
    assert "USING COVERING INDEX member_last4" in plan[0][3]


def test_snapshot_and_feed_together_are_everything(office, shop, tmp_path):
    """While tills keep pushing, files are built: each with its feed is the same as a full read."""
    stop = threading.Event()

    def sell_on() -> None:
        chance = Random(1)
        while not stop.is_set():
            first = len(shop.log) + 1
            for _ in range(5):
                shop.sell(member_id=f"m{chance.randrange(MEMBERS)}", earn=10)
            shop.push(first)

    with ThreadPoolExecutor(1) as pool:
        seller = pool.submit(sell_on)
        desk = SnapshotDesk(office)
        caller = office.sessions.caller(shop.session)
        found = []
        for n in range(3):
            desk.build("S01")
            manifest = desk.manifest(caller)
            connection = install(shop, manifest, tmp_path / f"directory{n}.db")
            found.append((members_in(connection), manifest.positions["store:S01"]))
            connection.close()
        stop.set()
        seller.result(60)

    final = apply_feed(shop, {}, 0)
    assert len(final) == MEMBERS
    for members, pos in found:
        assert as_told(apply_feed(shop, members, pos)) == as_told(final)


def test_a_new_price_after_the_snapshot_comes_by_the_feed(office, shop, tmp_path):
    manifest = manifest_of(shop)
    set_price(office, "9520000000011", 29_800, None)

    changes = shop.changes("global", manifest.positions["global"])

    assert [change.entity_id for change in changes] == ["1"]


def test_a_second_till_gets_the_same_file_sealed_to_itself(office, line, shop, tmp_path):
    second = open_till(office, line, "S01", 2)
    first = manifest_of(shop)

    other = manifest_of(second)

    assert other.snapshot_id == first.snapshot_id
    assert other.sealed_key != first.sealed_key
    install(second, other, tmp_path / "second.db").close()


def test_a_snapshot_goes_stale_and_old_ones_are_forgotten(office, shop, clock):
    ids = []
    for _ in range(KEPT + 2):
        ids.append(manifest_of(shop).snapshot_id)
        clock.ms += FRESH_MS + 1

    assert len(set(ids)) == KEPT + 2
    assert {row.snapshot_id for row in rows_of(office, schema.snapshot)} == set(ids[-KEPT:])
    assert {path.name for path in office.folder.iterdir() if path.is_dir()} == set(ids[-KEPT:])


def test_a_chunk_goes_on_where_the_line_was_cut(shop):
    manifest = manifest_of(shop)
    whole = chunk_of(shop, manifest, 0).content

    rest = chunk_of(shop, manifest, 0, Range="bytes=1000-")

    assert rest.status_code == 206
    assert rest.content == whole[1000:]


def test_other_stores_and_strangers_get_nothing(office, line, shop):
    manifest = manifest_of(shop)
    other = open_till(office, line, "S02")

    assert chunk_of(other, manifest, 0).status_code == 404
    assert chunk_of(shop, manifest, 99).status_code == 404
    assert shop.send("GET", f"/v1/snapshot/{manifest.snapshot_id}/x").status_code == 404
    shop.session = "guess"
    assert chunk_of(shop, manifest, 0).status_code == 401
    with pytest.raises(Refusal, match=r"session\.unknown"):
        manifest_of(shop)


def test_two_members_with_one_card_number_do_not_break_the_file(shop, tmp_path):
    twin = replace(member(999), card_no=member(0).card_no)
    first = len(shop.log) + 1
    shop.say(MemberRegistered(twin))
    shop.push(first)

    connection = install(shop, manifest_of(shop), tmp_path / "directory.db")

    assert len(members_in(connection)) == MEMBERS
    connection.close()


def test_a_store_that_never_opened_has_no_snapshot(office):
    with pytest.raises(Refused, match=r"store\.unknown"):
        SnapshotDesk(office).build("S03")
