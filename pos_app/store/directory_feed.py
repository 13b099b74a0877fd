"""Keep ``directory.db`` current: pages applied in one transaction with the cursor, on the sync lane."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.calls import Call
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import DirectoryChange, Published
from pos_app.domain.members import MemberAlias, MemberRecord
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Damaged
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_reader import visit_days
from pos_app.store.errors import edge, translated

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
    "item": "DELETE FROM item WHERE item_id = ? AND version < ?",
    "programme": "DELETE FROM programme WHERE rules_version = ? AND ? > 0",
    "staff": "DELETE FROM staff WHERE staff_id = ? AND version < ?",
    "member": "DELETE FROM member WHERE member_id = ? AND version < ?",
    "alias": "DELETE FROM alias WHERE loser = ? AND version < ?",
    "call": "DELETE FROM call WHERE call_id = ? AND version < ?",
}


class Kept(Protocol):
    """A change that nobody could read, as it came."""

    @property
    def pos(self) -> int:
        """Return its position."""
        ...

    @property
    def kind(self) -> str:
        """Return the kind that it claims."""
        ...

    @property
    def body(self) -> bytes:
        """Return its bytes."""
        ...

    @property
    def reason(self) -> str:
        """Return why it was kept."""
        ...


class DirectoryFeed:
    """Writes the installed directory.

    Args:
        installed: returns file and key of the directory that is installed, None if there is none.
        install: makes a file the installed directory (on the database lane).
    """

    def __init__(
        self, installed: Callable[[], tuple[Path, bytes] | None], install: Callable[[Path, bytes], None]
    ) -> None:
        self._installed = installed
        self._install = install
        self._database: Database | None = None

    def install_file(self, path: Path, key: bytes) -> None:
        """Make ``path`` the directory from now on, in place of any other; the file is moved."""
        self.close()
        self._install(path, key)

    def cursor(self, shard: str) -> tuple[str, int] | None:
        """Return incarnation and position that the shard was applied to; None if never, or without a directory."""
        database = self._open()
        if database is None:
            return None
        with edge():
            row = database.conn.execute("SELECT incarnation, pos FROM feed_state WHERE shard = ?", [shard]).fetchone()
        return None if row is None else (str(row[0]), int(row[1]))

    def apply_page(
        self,
        shard: str,
        incarnation: str,
        changes: Sequence[DirectoryChange],
        next_pos: int,
        kept: Sequence[Kept] = (),
    ) -> None:
        """Apply what is newer by version, keep what is unreadable, and move the cursor: one transaction.

        A change that clashes with another (two items with one barcode) is tried again after the rest of the page and
        then kept aside: one bad row never stops the feed.

        Raises:
            Damaged: ``directory.missing`` without an installed directory.
        """
        database = self._open()
        if database is None:
            raise Damaged("directory.missing", shard=shard)
        conn = database.conn
        try:
            conn.execute("BEGIN IMMEDIATE")
            clashing = [change for change in changes if not _applied(database, change)]
            for change in clashing:
                if not _applied(database, change):
                    _keep(database, shard, change.pos, change.kind, msgspec.json.encode(change), "feed.clash")
            for item in kept:
                _keep(database, shard, item.pos, item.kind, item.body, item.reason)
            mark(CommitPoint.PAGE_APPLIED_BEFORE_CURSOR)
            conn.execute(
                "INSERT INTO feed_state (shard, incarnation, pos) VALUES (?, ?, ?) ON CONFLICT (shard) DO UPDATE SET"
                " incarnation = excluded.incarnation, pos = excluded.pos",
                [shard, incarnation, next_pos],
            )
            mark(CommitPoint.PAGE_BEFORE_COMMIT)
            conn.execute("COMMIT")
        except sqlcipher.Error as error:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise translated(error) from error

    def kept(self, shard: str) -> list[tuple[int, str, bytes, str]]:
        """Return what was kept aside: position, kind, body, reason."""
        database = self._open()
        if database is None:
            return []
        with edge():
            rows = database.conn.execute("SELECT pos, kind, body, reason FROM feed_kept WHERE shard = ?", [shard])
            return [(pos, kind, bytes(body), reason) for pos, kind, body, reason in rows]

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _open(self) -> Database | None:
        if self._database is None:
            installed = self._installed()
            if installed is None or not installed[0].exists():
                return None
            self._database = open_encrypted(*installed, synchronous="NORMAL", must_exist=True)
        return self._database


def _applied(database: Database, change: DirectoryChange) -> bool:
    """Apply one change; False when it clashes with another row."""
    try:
        if change.value is None:
            sql = _DELETE.get(change.kind)
            if sql is not None:
                entity: object = int(change.entity_id) if change.kind == "item" else change.entity_id
                database.conn.execute(sql, [entity, change.version])
        else:
            database.conn.execute(*_upsert(change.value))
    except sqlcipher.IntegrityError:
        return False
    return True


def _upsert(value: Published) -> tuple[str, list[object]]:
    """Return the statement and the values that store a published value."""
    body = msgspec.json.encode(value)
    match value:
        case Item() as item:
            columns = [item.item_id, item.barcode, item.name, item.name_en, item.initials, item.category]
            return _UPSERT_ITEM, [*columns, item.price_minor, item.version, body]
        case Programme() as rules:
            return _UPSERT_PROGRAMME, [rules.version, rules.valid_from.isoformat(), body]
        case StaffMember() as person:
            return _UPSERT_STAFF, [person.staff_id, person.store_id, person.version, body]
        case MemberRecord() as record:
            return _UPSERT_MEMBER, [*_member_columns(record), body]
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


def _keep(database: Database, shard: str, pos: int, kind: str, body: bytes, reason: str) -> None:
    database.conn.execute(
        "INSERT INTO feed_kept (shard, pos, kind, body, reason) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (shard, pos) DO UPDATE SET kind = excluded.kind, body = excluded.body, reason = excluded.reason",
        [shard, pos, kind, body, reason],
    )
