"""Snapshots: the directory of one store as a file, with the feed positions of the very state it was read from.

Everything numbered up to a position was committed before the state was read, so nothing can be missing; what was
committed but not numbered comes again from the feed, which is harmless, because changes are versioned upserts.
"""

import hashlib
import shutil
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa
import zstandard
from nacl.public import SealedBox
from nacl.signing import VerifyKey

from head_office import campaigns, feed
from head_office.books.members import KnownMember, Publisher, Told, known_member
from head_office.directory_writer import DirectoryWriter, MemberEntry, day_number
from head_office.office import Office
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.calls import Call, CallState
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import Cursor
from pos_app.domain.members import MemberAlias
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Refused
from pos_app.sync.wire.http import SHARD_UNKNOWN, SNAPSHOT_UNKNOWN
from pos_app.sync.wire.messages import SnapshotChunk, SnapshotManifest

KEY_BYTES = 32
ID_BYTES = 16
CHUNK_BYTES = 4 * 1024 * 1024
ZSTD_LEVEL = -5  # encrypted pages do not shrink: little time is spent on trying
FRESH_MS = 10 * 60_000
KEPT = 2
MEMBERS_AT_ONCE = 2_000
VISITED_WITHIN = timedelta(days=731)
CALLS_WITHIN = timedelta(days=60)

_MEMBER, _TIE, _CALL, _SNAPSHOT = schema.member.c, schema.member_tie.c, schema.call.c, schema.snapshot.c
_ALIAS = schema.member_alias.c
_NUMBERED = sa.select(schema.member).where(among(_MEMBER.member_no, "numbers")).order_by(_MEMBER.member_no)


class _Named(msgspec.Struct, frozen=True):
    """What of a member's JSON stands in the file's columns and not in the row's."""

    name: str
    initials: str


_NAMED_JSON = msgspec.json.Decoder(_Named)


class Contents(msgspec.Struct, frozen=True):
    """What a built snapshot consists of."""

    chunks: list[SnapshotChunk]
    file_length: int
    positions: dict[str, int]


class SnapshotDesk:
    """Builds directory files, one at a time, and hands them out sealed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._one_build = threading.Lock()

    def manifest(self, caller: Caller, shard: str = "") -> SnapshotManifest:
        """Return what the caller downloads: a fresh file of its store, its key sealed to the caller's device.

        Args:
            shard: the one to hold, if not all of the directory.

        Raises:
            Refused: ``feed.shard`` for a shard that is not of this store's directory.
        """
        if shard and shard not in _shards(caller.store_id):
            raise Refused(SHARD_UNKNOWN, detail=shard)
        with self._one_build:
            row = self._fresh(caller.store_id, shard) or self._built(caller.store_id, shard)
        with self._office.database.read() as connection:
            life = schema.life.c
            found = sa.select(life.device_key).where(life.life_no == caller.life_no)
            device_key = connection.execute(found).scalar_one()
        contents = msgspec.json.decode(row.manifest, type=Contents)
        seal = SealedBox(VerifyKey(device_key).to_curve25519_public_key())
        return SnapshotManifest(
            incarnation=self._office.identity.incarnation,
            server_time_ms=self._office.clock.now_ms(),
            snapshot_id=row.snapshot_id,
            chunks=contents.chunks,
            file_length=contents.file_length,
            sealed_key=seal.encrypt(row.file_key),
            positions=contents.positions,
        )

    def chunk(self, caller: Caller, snapshot_id: str, n: int) -> Path:
        """Return the file of one chunk; raises Refused ``snapshot.unknown``."""
        with self._office.database.read() as connection:
            mine = sa.select(_SNAPSHOT.snapshot_id).where(
                _SNAPSHOT.snapshot_id == snapshot_id, _SNAPSHOT.store_id == caller.store_id
            )
            found = connection.execute(mine).scalar()
        path = self._folder(snapshot_id) / f"{n}.zst"
        if found is None or not path.is_file():
            raise Refused(SNAPSHOT_UNKNOWN)
        return path

    def build(self, store_id: str, shard: str = "") -> str:
        """Build a new file of a store now and return its identity; raises Refused ``store.unknown``."""
        shards = (shard,) if shard else _shards(store_id)
        snapshot_id, key = self._office.token(ID_BYTES).hex(), self._office.token(KEY_BYTES)
        folder = self._folder(snapshot_id)
        folder.mkdir(parents=True)
        path = folder / "directory.db"
        for each in shards:
            while feed.number(self._office.database, each):
                pass
        with self._office.database.read() as connection, DirectoryWriter(path, key) as writer:
            cursors = self._cursors(connection, shards)
            writer.cursors(cursors)
            if feed.GLOBAL in shards:
                _write_catalogue(connection, writer)
            if feed.store_shard(store_id) in shards:
                _write_store(connection, writer, store_id, self._office.clock.today(), self._office.clock.now_ms())
        contents = _cut(path, {each: cursor.pos for each, cursor in cursors.items()})
        path.unlink()
        mark(CommitPoint.SNAPSHOT_CUT_BEFORE_ROW)
        row = {
            "snapshot_id": snapshot_id,
            "store_id": store_id,
            "shard": shard,
            "built_at_ms": self._office.clock.now_ms(),
            "file_key": key,
            "manifest": msgspec.json.encode(contents),
        }
        self._office.database.write(lambda connection: connection.execute(sa.insert(schema.snapshot).values(row)))
        mark(CommitPoint.SNAPSHOT_ROW_BEFORE_SWEEP)
        self._sweep(store_id, shard)
        return snapshot_id

    def _cursors(self, connection: sa.Connection, shards: tuple[str, ...]) -> dict[str, Cursor]:
        head = schema.feed_head.c
        rows = connection.execute(sa.select(schema.feed_head).where(head.shard.in_(shards)))
        found = {row.shard: Cursor(self._office.identity.incarnation, row.pos, row.checksum) for row in rows}
        if set(found) != set(shards):
            raise Refused("store.unknown", shards=shards)
        return found

    def _built(self, store_id: str, shard: str) -> sa.Row[tuple[object, ...]]:
        snapshot_id = self.build(store_id, shard)
        with self._office.database.read() as connection:
            return connection.execute(sa.select(schema.snapshot).where(_SNAPSHOT.snapshot_id == snapshot_id)).one()

    def _fresh(self, store_id: str, shard: str) -> sa.Row[tuple[object, ...]] | None:
        """Return the newest snapshot of the store if it is young and its files are on this machine."""
        since_ms = self._office.clock.now_ms() - FRESH_MS
        newest = sa.select(schema.snapshot).where(
            _SNAPSHOT.store_id == store_id, _SNAPSHOT.shard == shard, _SNAPSHOT.built_at_ms >= since_ms
        )
        with self._office.database.read() as connection:
            row = connection.execute(newest.order_by(_SNAPSHOT.built_at_ms.desc()).limit(1)).one_or_none()
        return row if row is not None and self._folder(row.snapshot_id).is_dir() else None

    def _sweep(self, store_id: str, shard: str) -> None:
        """Forget all but the newest snapshots of a store that hold the same."""

        def work(connection: sa.Connection) -> list[str]:
            known = sa.select(_SNAPSHOT.snapshot_id).where(_SNAPSHOT.store_id == store_id, _SNAPSHOT.shard == shard)
            ids = (
                connection.execute(known.order_by(_SNAPSHOT.built_at_ms.desc(), _SNAPSHOT.snapshot_id)).scalars().all()
            )
            old = list(ids[KEPT:])
            connection.execute(sa.delete(schema.snapshot).where(_SNAPSHOT.snapshot_id.in_(old)))
            return old

        for snapshot_id in self._office.database.write(work):
            shutil.rmtree(self._folder(snapshot_id), ignore_errors=True)

    def _folder(self, snapshot_id: str) -> Path:
        return self._office.folder / snapshot_id


def _shards(store_id: str) -> tuple[str, ...]:
    """Return the shards that make up the directory of a store."""
    return feed.GLOBAL, feed.store_shard(store_id)


def _write_catalogue(connection: sa.Connection, writer: DirectoryWriter) -> None:
    item, programme = schema.item.c, schema.programme.c
    items = connection.execute(sa.select(item.body).order_by(item.item_id)).scalars()
    writer.items(msgspec.json.decode(body, type=Item) for body in items)
    rules = connection.execute(sa.select(programme.body)).scalars()
    writer.programmes(msgspec.json.decode(body, type=Programme) for body in rules)
    writer.campaigns(campaigns.in_force(connection))


def _write_store(connection: sa.Connection, writer: DirectoryWriter, store_id: str, today: date, now_ms: int) -> None:
    staff = schema.staff.c
    people = connection.execute(sa.select(staff.body).where(staff.store_id == store_id)).scalars()
    writer.staff(msgspec.json.decode(body, type=StaffMember) for body in people)
    aliases: list[MemberAlias] = []
    writer.members(_members(connection, store_id, today, now_ms, aliases))
    writer.aliases(aliases)
    writer.calls(_calls(connection, store_id, today))


def _members(
    connection: sa.Connection, store_id: str, today: date, now_ms: int, aliases: list[MemberAlias]
) -> Iterator[MemberEntry]:
    """Yield the members that a store knows: its own, and who visited it lately; ``aliases`` takes who was merged.

    Of two with one card number the first stays: the file's index is unique.
    """
    publisher = Publisher(connection, today, now_ms)
    cards: set[str] = set()
    numbers = connection.execute(_tied(store_id, today)).scalars().all()
    for start in range(0, len(numbers), MEMBERS_AT_ONCE):
        rows = connection.execute(_NUMBERED, {"numbers": numbers[start : start + MEMBERS_AT_ONCE]}).all()
        for person in publisher.people({row.member_id: known_member(row) for row in rows}, [store_id]):
            aliases += person.aliases
            for known, told in publisher.told(store_id, person):
                if known.card_no not in cards:
                    yield _entry(known, told)
                cards.add(known.card_no)


def _entry(known: KnownMember, told: Told) -> MemberEntry:
    named = _NAMED_JSON.decode(told.member)
    visit = day_number(date.fromisoformat(told.last_visit_on) if told.last_visit_on else None)
    return MemberEntry(
        known.member_no,
        known.member_id,
        known.card_no,
        known.phone,
        known.phone[-4:],
        named.name,
        named.initials,
        known.tier,
        visit,
        told.balance.points,
        told.version,
        msgspec.json.encode(told),
    )


def _tied(store_id: str, today: date) -> sa.Select[tuple[int]]:
    """Select the numbers of those whom a store knows, in order: one walk over its ties, however many they are."""
    since = (today - VISITED_WITHIN).isoformat()
    return (
        sa.select(_MEMBER.member_no)
        .join(schema.member_tie, _TIE.member_id == _MEMBER.member_id)
        .where(_TIE.store_id == store_id)
        .where(sa.or_(_MEMBER.home_store_id == store_id, _TIE.last_visit_on >= since))
        .where(~sa.exists().where(_ALIAS.loser == _MEMBER.member_id, _ALIAS.undone_at_ms.is_(None)))
        .order_by(_MEMBER.member_no)
    )


def _calls(connection: sa.Connection, store_id: str, today: date) -> Iterator[Call]:
    since = (today - CALLS_WITHIN).isoformat()
    wanted = sa.select(_CALL.body).where(
        _CALL.store_id == store_id, sa.or_(_CALL.state == CallState.DUE.value, _CALL.due_on >= since)
    )
    for body in connection.execute(wanted.order_by(_CALL.call_id)).scalars():
        yield msgspec.json.decode(body, type=Call)


def _cut(path: Path, positions: dict[str, int]) -> Contents:
    """Cut a file into compressed chunks beside it; each is a zstd frame of its own."""
    packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    chunks: list[SnapshotChunk] = []
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            packed = packer.compress(piece)
            path.with_name(f"{len(chunks)}.zst").write_bytes(packed)
            chunks.append(SnapshotChunk(len(chunks), len(packed), hashlib.sha256(piece).hexdigest(), len(piece)))
    return Contents(chunks, path.stat().st_size, positions)
