"""Who this terminal is, its gapless counters, remembered numbers and secrets: ``meta`` and ``number``."""

from typing import TypeVar

import msgspec

from pos_app.domain.directory import Cursor, KeptItem
from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Damaged, Refused
from pos_app.store.rows import Rows

_T = TypeVar("_T")
COUNTERSIGNED = "countersigned"


def decoded(body: bytes, shape: type[_T], where: str) -> _T:
    """Return a stored value; raises Damaged ``store.row``."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged("store.row", where=where, cause=str(error)) from error


class MemoryTable:
    """``meta`` (bytes by name) and ``number`` (integers by name)."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._identity: Identity | None = None

    def identity(self) -> Identity | None:
        """Return who this terminal is, None before enrolment."""
        if self._identity is None:
            body = self.get("identity")
            self._identity = None if body is None else decoded(body, Identity, "meta.identity")
        return self._identity

    def save_identity(self, identity: Identity) -> None:
        """Keep who this terminal is; raises Refused ``identity.other_life`` once another life has said facts."""
        known = self.identity()
        if known is not None and (known.terminal_id, known.epoch) != (identity.terminal_id, identity.epoch):
            (said,) = self._conn.execute("SELECT count(*) FROM (SELECT 1 FROM event LIMIT 1)").fetchone()
            if said:
                raise Refused("identity.other_life", epoch=known.epoch, wanted=identity.epoch)
        self.put("identity", msgspec.json.encode(identity))
        self._identity = None  # read back, so that a rolled back transaction leaves nothing here

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head of this log that head office has signed for; None if none yet."""
        body = self.get(COUNTERSIGNED)
        return None if body is None else decoded(body, Countersigned, "meta.countersigned")

    def ended(self) -> str:
        """Return the code for which head office ended this life; empty while it trades."""
        return (self.get("ended") or b"").decode()

    def end(self, code: str) -> None:
        """Remember why head office ended this life; empty: it did not."""
        self.put("ended", code.encode() or None)

    def heard_boot(self) -> str:
        """Return the run of the machine in which head office was heard last, empty for never."""
        return (self.get("heard_boot") or b"").decode()

    def next_number(self, name: str) -> int:
        """Count ``name`` up by one and return it; the first is 1."""
        (n,) = self._conn.execute(
            "INSERT INTO number (name, n) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1 RETURNING n", [name]
        ).fetchone()
        return int(n)

    def last_number(self, name: str) -> int:
        """Return the last number given out for ``name``, 0 if none."""
        return self.note(name) or 0

    def note(self, name: str) -> int | None:
        """Return a remembered number."""
        row = self._rows.one("SELECT n FROM number WHERE name = ?", name)
        return None if row is None else int(row[0])

    def remember(self, name: str, value: int | None) -> None:
        """Remember a number, or forget it with None."""
        if value is None:
            self._conn.execute("DELETE FROM number WHERE name = ?", [name])
        else:
            self._conn.execute(
                "INSERT INTO number (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n",
                [name, value],
            )

    def get(self, name: str) -> bytes | None:
        """Return remembered bytes."""
        row = self._rows.one("SELECT v FROM meta WHERE k = ?", name)
        return None if row is None else bytes(row[0])

    def put(self, name: str, value: bytes | None) -> None:
        """Remember bytes, or forget them with None."""
        if value is None:
            self._conn.execute("DELETE FROM meta WHERE k = ?", [name])
        else:
            self._conn.execute(
                "INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v", [name, value]
            )

    def feed_state(self, shard: str) -> Cursor | None:
        """Return how far a shard was applied here; None if never."""
        sql = "SELECT incarnation, pos, checksum FROM feed_state WHERE shard = ?"
        row = self._conn.execute(sql, [shard]).fetchone()
        return None if row is None else Cursor(*row)

    def move_feed(self, shard: str, cursor: Cursor) -> None:
        """Remember how far a shard was applied, in the transaction that applied it."""
        self._conn.execute(
            "INSERT OR REPLACE INTO feed_state (shard, incarnation, pos, checksum) VALUES (?, ?, ?, ?)",
            [shard, cursor.incarnation, cursor.pos, cursor.checksum],
        )

    def keep_item(self, shard: str, item: KeptItem) -> None:
        """Keep a change aside that nobody could read."""
        self._conn.execute(
            "INSERT OR REPLACE INTO feed_kept (shard, pos, kind, entity_id, body, reason) VALUES (?, ?, ?, ?, ?, ?)",
            [shard, item.pos, item.kind, item.entity_id, item.body, item.reason],
        )

    def kept_items(self, shard: str) -> list[KeptItem]:
        """Return what was kept aside, in order."""
        sql = "SELECT pos, kind, entity_id, body, reason FROM feed_kept WHERE shard = ? ORDER BY pos"
        rows = self._conn.execute(sql, [shard]).fetchall()
        return [KeptItem(pos, kind, entity_id, bytes(body), reason) for pos, kind, entity_id, body, reason in rows]

    def forget_items(self, shard: str) -> None:
        """Forget what was kept aside."""
        self._conn.execute("DELETE FROM feed_kept WHERE shard = ?", [shard])
