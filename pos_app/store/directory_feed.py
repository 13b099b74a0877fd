"""Keep ``directory.db`` current: pages applied in one transaction with the cursor, on the sync lane."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.calls import Call
from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import SHARD_TABLES, Cursor, DirectoryChange, KeptItem, Published, tables_of
from pos_app.domain.members import MemberAlias, MemberRecord
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Damaged
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_reader import visit_days
from pos_app.store.errors import edge, translated
from pos_app.store.packing import Packing

_UPSERT_ITEM = """
INSERT INTO item (item_id, barcode, name, name_en, initials, category, price_minor, version, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (item_id) DO UPDATE SET barcode = excluded.barcode, name = excluded.name, name_en = excluded.name_en,
    initials = excluded.initials, category = excluded.category, price_minor = excluded.price_minor,
    version = excluded.version, body = excluded.body WHERE excluded.version > item.version
"""
_UPSERT_PROGRAMME = """
INSERT INTO programme (rules_version, valid_from, body) VALUES (?, ?, ?)
ON CONFLICT (rules_version) DO UPDATE SET valid_from = excluded.valid_from, body = excluded.body
"""
_UPSERT_CAMPAIGN = """
INSERT INTO campaign (campaign_id, valid_from, valid_to, version, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (campaign_id) DO UPDATE SET valid_from = excluded.valid_from, valid_to = excluded.valid_to,
    version = excluded.version, body = excluded.body WHERE excluded.version > campaign.version
"""
_UPSERT_STAFF = """
INSERT INTO staff (staff_id, store_id, version, body) VALUES (?, ?, ?, ?)
ON CONFLICT (staff_id) DO UPDATE SET store_id = excluded.store_id, version = excluded.version, body = excluded.body
    WHERE excluded.version > staff.version
"""
_UPSERT_MEMBER = """
INSERT INTO member (member_id, card_no, phone, last4, name, initials, tier, last_visit, points, version, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (member_id) DO UPDATE SET card_no = excluded.card_no, phone = excluded.phone, last4 = excluded.last4,
    name = excluded.name, initials = excluded.initials, tier = excluded.tier, last_visit = excluded.last_visit,
    points = excluded.points, version = excluded.version, body = excluded.body
    WHERE excluded.version > member.version
"""
_UPSERT_CALL = """
INSERT INTO call (call_id, code, member_id, due_on, state, version, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (call_id) DO UPDATE SET code = excluded.code, member_id = excluded.member_id, due_on = excluded.due_on,
    state = excluded.state, version = excluded.version, body = excluded.body WHERE excluded.version > call.version
"""
_UPSERT_ALIAS = """
INSERT INTO alias (loser, survivor, version) VALUES (?, ?, ?)
ON CONFLICT (loser) DO UPDATE SET survivor = excluded.survivor, version = excluded.version
    WHERE excluded.version > alias.version
"""
_DELETE = {
    "item": "DELETE FROM item WHERE item_id = CAST(? AS INTEGER) AND version < ?",
    "programme": "DELETE FROM programme WHERE rules_version = ? AND ? > 0",
    "campaign": "DELETE FROM campaign WHERE campaign_id = ? AND version < ?",
    "staff": "DELETE FROM staff WHERE staff_id = ? AND version < ?",
    "member": "DELETE FROM member WHERE member_id = ? AND version < ?",
    "alias": "DELETE FROM alias WHERE loser = ? AND version < ?",
    "call": "DELETE FROM call WHERE call_id = ? AND version < ?",
}
_SHAPE = "SELECT sql FROM source.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
_FORGET = "DELETE FROM feed_kept WHERE shard = ? AND kind = ? AND entity_id = ? AND pos < ?"


class DirectoryFeed:
    """Writes the installed directory.

    Args:
        installed: returns file and key of the directory that is installed, None if there is none.
        install: makes a file the installed directory (on the database lane).
        refresh: lets the till read what was published with the catalogue now, not when a price waits for it.
    """

    def __init__(
        self,
        installed: Callable[[], tuple[Path, bytes] | None],
        install: Callable[[Path, bytes], None],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._installed = installed
        self._install = install
        self._refresh = refresh
        self._database: Database | None = None
        self._packing: Packing | None = None
        self._keeps = False  # something of the shard that is being written was kept aside

    def install_file(self, path: Path, key: bytes) -> None:
        """Make ``path`` the directory from now on, in place of any other; the file is moved."""
        self.close()
        self._install(path, key)
        self._refresh()

    def install_shard(self, shard: str, path: Path, key: bytes) -> None:
        """Replace what one shard published by what ``path`` holds of it; the file is used up.

        The smaller part moves: the catalogue into the installed file, or the catalogue of the installed file into a
        new file of members, which then takes its place. Readers see the old or the new, never half of it.

        Raises:
            Damaged: ``directory.missing``, ``store.wrong_key``.
        """
        installed = self._installed()
        if installed is None:
            raise Damaged("directory.missing", shard=shard)
        if tables_of(shard) == SHARD_TABLES["global"]:
            _move_shards(self._writable(shard), (path, key), [shard])
            mark(CommitPoint.SHARD_REPLACED_BEFORE_SWEEP)
            path.unlink(missing_ok=True)
            self._refresh()
            return
        self.close()
        fresh = open_encrypted(path, key, synchronous="NORMAL", must_exist=True)
        try:
            others = fresh.conn.execute("SELECT 1 FROM feed_state WHERE shard <> ?", [shard]).fetchall()
            assert not others, "a file of one shard"
            _move_shards(fresh, installed, ["global"])
            fresh.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            fresh.close()
        mark(CommitPoint.SHARD_JOINED_BEFORE_SWITCH)
        self.install_file(path, key)

    def cursor(self, shard: str) -> Cursor | None:
        """Return how far the shard was applied; None if never, or without a directory."""
        database = self._open()
        if database is None:
            return None
        sql = "SELECT incarnation, pos, checksum FROM feed_state WHERE shard = ?"
        with edge():
            row = database.conn.execute(sql, [shard]).fetchone()
        return None if row is None else Cursor(*row)

    def size(self, shard: str) -> int:
        """Return how many entities of the shard the directory holds; 0 without a directory. Counts them all."""
        database = self._open()
        if database is None:
            return 0
        with edge():
            counts = (database.conn.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables_of(shard))
            return sum(int(count) for (count,) in counts)

    def apply_page(
        self, shard: str, cursor: Cursor, changes: Iterable[DirectoryChange], kept: Sequence[KeptItem] = ()
    ) -> None:
        """Apply what is newer by version, keep what is unreadable, and move the cursor: one transaction.

        A change that clashes with another (two items with one barcode) is tried again after the rest of the page and
        then kept aside: one bad row never stops the feed.

        Raises:
            Damaged: ``directory.missing`` without an installed directory.
        """
        database = self._writable(shard)
        conn = database.conn
        with _transaction(database):
            self._keeps = (
                conn.execute("SELECT 1 FROM feed_kept WHERE shard = ? LIMIT 1", [shard]).fetchone() is not None
            )
            for item in (*kept, *self._apply(database, shard, changes)):
                _keep(database, shard, item)
            mark(CommitPoint.PAGE_APPLIED_BEFORE_CURSOR)
            conn.execute(
                "INSERT INTO feed_state (shard, incarnation, pos, checksum) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (shard) DO UPDATE SET incarnation = excluded.incarnation, pos = excluded.pos,"
                " checksum = excluded.checksum",
                [shard, cursor.incarnation, cursor.pos, cursor.checksum],
            )
            mark(CommitPoint.PAGE_BEFORE_COMMIT)
        if "campaign" in tables_of(shard):
            self._refresh()

    def kept(self, shard: str) -> list[KeptItem]:
        """Return what was kept aside, in order."""
        database = self._open()
        if database is None:
            return []
        sql = "SELECT pos, kind, entity_id, body, reason FROM feed_kept WHERE shard = ? ORDER BY pos"
        with edge():
            rows = database.conn.execute(sql, [shard]).fetchall()
        return [KeptItem(pos, kind, entity_id, bytes(body), reason) for pos, kind, entity_id, body, reason in rows]

    def apply_kept(self, shard: str, changes: Sequence[DirectoryChange]) -> None:
        """Apply what was kept aside and can be read now, by version, and forget it: one transaction.

        What clashes with another row still does, and stays.
        """
        database = self._writable(shard)
        with _transaction(database):
            clashing = {item.pos for item in self._apply(database, shard, changes)}
            done = [(shard, change.pos) for change in changes if change.pos not in clashing]
            database.conn.executemany("DELETE FROM feed_kept WHERE shard = ? AND pos = ?", done)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _apply(self, database: Database, shard: str, changes: Iterable[DirectoryChange]) -> list[KeptItem]:
        """Apply changes in order and return what clashes with another row, after a second try."""
        clashing = [change for change in changes if not self._applied(database, shard, change)]
        return [
            KeptItem(change.pos, change.kind, change.entity_id, msgspec.json.encode(change.value), "feed.clash")
            for change in clashing
            if not self._applied(database, shard, change)
        ]

    def _applied(self, database: Database, shard: str, change: DirectoryChange) -> bool:
        """Apply one change; False when it clashes with another row."""
        try:
            if change.value is None:
                sql = _DELETE.get(change.kind)
                if sql is not None:
                    database.conn.execute(sql, [change.entity_id, change.version])
                # What was kept aside of an entity that is gone now must not bring it back after an upgrade.
                database.conn.execute(_FORGET, [shard, change.kind, change.entity_id, change.pos])
            else:
                database.conn.execute(*_upsert(change.value, self._packed))
                if self._keeps:  # a sound version takes the place of one that was kept aside
                    database.conn.execute(_FORGET, [shard, change.kind, change.entity_id, change.pos])
        except sqlcipher.IntegrityError:
            return False
        return True

    def _packed(self, body: bytes) -> bytes:
        assert self._packing is not None
        return self._packing.packed(body)

    def _writable(self, shard: str) -> Database:
        database = self._open()
        if database is None:
            raise Damaged("directory.missing", shard=shard)
        return database

    def _open(self) -> Database | None:
        if self._database is None:
            installed = self._installed()
            if installed is None or not installed[0].exists():
                return None
            database = open_encrypted(*installed, synchronous="NORMAL", must_exist=True)
            self._database, self._packing = database, Packing(database)
        return self._database


@contextmanager
def _transaction(database: Database) -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    try:
        database.conn.execute("BEGIN IMMEDIATE")
        yield
        database.conn.execute("COMMIT")
    except sqlcipher.Error as error:
        _roll_back(database)
        raise translated(error) from error
    except BaseException:
        _roll_back(database)
        raise


def _roll_back(database: Database) -> None:
    if database.conn.in_transaction:
        database.conn.execute("ROLLBACK")


def _upsert(value: Published, packed: Callable[[bytes], bytes]) -> tuple[str, list[object]]:
    """Return the statement and the values that store a published value; members are packed."""
    body = msgspec.json.encode(value)
    match value:
        case Item() as item:
            columns = [item.item_id, item.barcode, item.name, item.name_en, item.initials, item.category]
            return _UPSERT_ITEM, [*columns, item.price_minor, item.version, body]
        case Programme() as rules:
            return _UPSERT_PROGRAMME, [rules.version, rules.valid_from.isoformat(), body]
        case Campaign() as campaign:
            dates = [campaign.valid_from.isoformat(), campaign.valid_to.isoformat()]
            return _UPSERT_CAMPAIGN, [campaign.campaign_id, *dates, campaign.version, body]
        case StaffMember() as person:
            return _UPSERT_STAFF, [person.staff_id, person.store_id, person.version, body]
        case MemberRecord() as record:
            return _UPSERT_MEMBER, [*_member_columns(record), packed(body)]
        case MemberAlias() as alias:
            return _UPSERT_ALIAS, [alias.loser, alias.survivor, alias.version]
        case Call() as call:
            columns_of_call = [call.call_id, call.code, call.member_id, call.due_on.isoformat(), call.state.value]
            return _UPSERT_CALL, [*columns_of_call, call.version, body]


def _member_columns(record: MemberRecord) -> list[object]:
    member = record.member
    return [
        member.member_id,
        member.card_no,
        member.phone,
        member.phone[-4:],
        member.name,
        member.initials,
        member.tier.value,
        visit_days(record.last_visit_on),
        record.balance.points,
        record.version,
    ]


def _keep(database: Database, shard: str, item: KeptItem) -> None:
    database.conn.execute(
        "INSERT OR REPLACE INTO feed_kept (shard, pos, kind, entity_id, body, reason) VALUES (?, ?, ?, ?, ?, ?)",
        [shard, item.pos, item.kind, item.entity_id, item.body, item.reason],
    )


def copy_without_members(source: tuple[Path, bytes], target: tuple[Path, bytes]) -> None:
    """Make a directory file of what another says about goods, rules and staff: nobody's data, no cursor.

    Raises Damaged ``store.wrong_key`` and what opening raises.
    """
    path, key = source
    database = open_encrypted(*target, synchronous="NORMAL")
    try:
        with edge():
            database.conn.execute(f"ATTACH DATABASE ? AS source KEY \"x'{key.hex()}'\"", [str(path)])
        with _transaction(database):
            for (statement,) in database.conn.execute(_SHAPE).fetchall():
                database.conn.execute(statement)
            for table in ("meta", *SHARD_TABLES["global"], "staff"):
                _copy(database, table, "1")
        with edge():
            database.conn.execute("DETACH DATABASE source")
    finally:
        database.close()


def _move_shards(database: Database, source: tuple[Path, bytes], shards: Sequence[str]) -> None:
    """Replace what ``shards`` published by what the file ``source`` holds of them: one transaction."""
    path, key = source
    with edge():
        database.conn.execute(f"ATTACH DATABASE ? AS source KEY \"x'{key.hex()}'\"", [str(path)])
    try:
        with _transaction(database):
            for table in sorted({table for shard in shards for table in tables_of(shard)}):
                database.conn.execute(f"DELETE FROM main.{table}")
                _copy(database, table, "1")
            of_them = f"shard IN ({', '.join('?' * len(shards))})"
            for table in ("feed_state", "feed_kept"):
                database.conn.execute(f"DELETE FROM main.{table} WHERE {of_them}", shards)
                _copy(database, table, of_them, shards)
            mark(CommitPoint.SHARD_MOVED_BEFORE_COMMIT)
    finally:
        with edge():
            database.conn.execute("DETACH DATABASE source")


def _copy(database: Database, table: str, which: str, values: Sequence[str] = ()) -> None:
    """Copy rows from the attached file: the columns that both files have."""
    sql = "SELECT name FROM pragma_table_info(?, 'main') INTERSECT SELECT name FROM pragma_table_info(?, 'source')"
    names = ", ".join(name for (name,) in database.conn.execute(sql, [table, table]).fetchall())
    database.conn.execute(
        f"INSERT INTO main.{table} ({names}) SELECT {names} FROM source.{table} WHERE {which}", values
    )
