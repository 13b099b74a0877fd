"""Read ``directory.db``: what head office published. The file is replaced whole; it may be missing."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import msgspec

from pos_app.domain.calls import Call
from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import MemberHit
from pos_app.domain.in_force import Campaigns
from pos_app.domain.members import Ending, MemberRecord, Tier
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Damaged, Unavailable
from pos_app.store.connection import Database
from pos_app.store.errors import edge
from pos_app.store.memory import decoded
from pos_app.store.packing import Packing

_T = TypeVar("_T")

EPOCH = date(1970, 1, 1)
MAX_ROWS = 20  # of any look-up
MOST_KNOWN = 1_000  # things that are kept as they were read
SCANNED = 120  # rows of a prefix that are compared by last visit: bounds the time of a one-letter search
# Ends by itself even where aliases went in circles: a recursion without ALL finds each id once.
_NAMES = """
WITH RECURSIVE up (id, hops) AS (
    SELECT ?, 0 UNION SELECT alias.survivor, up.hops + 1 FROM alias JOIN up ON alias.loser = up.id WHERE up.hops < 100
), person (id) AS (
    SELECT id FROM (SELECT id FROM up ORDER BY hops DESC LIMIT 1)
    UNION SELECT alias.loser FROM alias JOIN person ON alias.survivor = person.id
) SELECT id FROM person
"""
log = logging.getLogger(__name__)

LAST_CHAR = "\U0010ffff"
_HIT = "member_id, name, tier, phone, points, last_visit"
_EXACT = {"phone": "phone", "last4": "last4"}
_PREFIX = {"name": "name", "initials": "initials"}


class _Lots(msgspec.Struct):
    """The part of a ``Balance`` by which it can be told whether its points are still those."""

    ending: tuple[Ending, ...] = ()
    owed_points: int = 0


class _Told(msgspec.Struct):
    """The part of a ``MemberRecord`` that has it."""

    balance: _Lots


class DirectoryReader:
    """Reads on the database lane; ``attach`` and ``detach`` follow the file that is installed.

    What every change of a basket asks for is kept as it was read, until anybody changes the file.
    """

    def __init__(self) -> None:
        self._database: Database | None = None
        self._packing: Packing | None = None
        self._generation = 0  # counts the files read
        self._is_held = False  # one moment is
        self._version = 0  # SQLite's, of the file when what is known was read
        self._known: dict[tuple[object, ...], Any] = {}
        self._day: date | None = None  # whose campaigns were last read, from which rows
        self._made_of: list[tuple[Any, ...]] = []
        self._campaigns = Campaigns()

    @property
    def is_attached(self) -> bool:
        """Say whether there is a directory to read."""
        return self._database is not None

    def attach(self, database: Database) -> None:
        """Read this file from now on, and close it at the end."""
        self.detach()
        with edge():
            database.conn.execute("PRAGMA query_only = ON")
        self._database, self._packing = database, Packing(database)
        self._generation += 1

    def detach(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None
            self._known.clear()

    def begin(self) -> None:
        """Hold one moment of the file, that of the next look at it, until ``end``."""
        self._is_held = True

    def end(self) -> None:
        """Let later changes be seen again."""
        self._is_held = False
        if self._database is not None and self._database.conn.in_transaction:
            self._database.conn.execute("COMMIT")

    def member(self, member_id: str) -> MemberRecord | None:
        """Return one member as head office published them; None also where there is no directory."""
        return self._once(("member", member_id), lambda: self._record("member_id = ?", member_id))

    def member_with_card(self, card_no: str) -> MemberRecord | None:
        """Return the member with this card."""
        return self._record("card_no = ?", card_no)

    def highest_card(self, first: str, last: str) -> str | None:
        """Return the highest card number from ``first`` to ``last``."""
        rows = self._rows("SELECT max(card_no) FROM member WHERE card_no BETWEEN ? AND ?", [first, last])
        return next((str(card_no) for (card_no,) in rows if card_no is not None), None)

    def names(self, member_id: str) -> tuple[str, ...]:
        """Return every id of this person: first the one that they are known by today, then who was merged into it."""
        known = self._once(("names", member_id), lambda: [str(one) for (one,) in self._rows(_NAMES, [member_id])])
        return tuple(known or (member_id,))

    def hits(self, by: str, text: str, limit: int) -> list[MemberHit]:
        """Look up by ``phone`` | ``last4`` (whole) or ``name`` | ``initials`` (prefix), newest visitors first.

        A prefix compares the visits of its first ``SCANNED`` rows in index order, whole matches before longer ones.
        """
        assert 0 < limit <= MAX_ROWS, limit
        if by in _EXACT:
            sql = f"SELECT {_HIT} FROM member WHERE {_EXACT[by]} = ? ORDER BY last_visit DESC LIMIT ?"
            return self._hits(self._rows(sql, [text, limit]))
        column = _PREFIX[by]
        sql = (
            f"SELECT {_HIT} FROM (SELECT {_HIT}, {column} = ? AS whole FROM member WHERE {column} >= ? AND {column} < ?"
            f" ORDER BY {column}, last_visit DESC LIMIT {SCANNED}) ORDER BY whole DESC, last_visit DESC LIMIT ?"
        )
        return self._hits(self._rows(sql, [text, text, text + LAST_CHAR, limit]))

    def item(self, item_id: int) -> Item | None:
        """Return one item."""
        sql = "SELECT body FROM item WHERE item_id = ?"
        return self._once(("item", item_id), lambda: self._value(Item, sql, item_id))

    def item_with_barcode(self, barcode: str) -> Item | None:
        """Return the item with this GTIN-13."""
        return self._value(Item, "SELECT body FROM item WHERE barcode = ?", barcode)

    def items(self, column: str, prefix: str, limit: int) -> list[Item]:
        """Return items whose ``barcode`` | ``name`` | ``initials`` begins with ``prefix``, in that order."""
        assert column in ("barcode", "name", "initials"), column
        sql = f"SELECT body FROM item WHERE {column} >= ? AND {column} < ? ORDER BY {column} LIMIT ?"
        return self._values(Item, sql, prefix, prefix + LAST_CHAR, limit)

    def items_named(self, part: str, limit: int) -> list[Item]:
        """Return items whose Chinese or English name holds ``part`` anywhere; reads the whole catalogue."""
        sql = "SELECT body FROM item WHERE instr(name, ?) OR instr(lower(name_en), lower(?)) ORDER BY name LIMIT ?"
        return self._values(Item, sql, part, part, limit)

    def items_between(self, least_minor: int, most_minor: int, limit: int) -> list[Item]:
        """Return items with a list price within these bounds, dearest first."""
        sql = "SELECT body FROM item WHERE price_minor BETWEEN ? AND ? ORDER BY price_minor DESC, item_id LIMIT ?"
        return self._values(Item, sql, least_minor, most_minor, limit)

    def advised_items(self) -> list[Item]:
        """Return the items that carry advice; reads the whole catalogue."""
        return self._values(Item, "SELECT body FROM item WHERE json_extract(CAST(body AS TEXT), '$.advice') <> ''")

    def catalogue_position(self) -> tuple[int, int]:
        """Return which file is read and how far its catalogue was applied: equal while the catalogue is."""
        rows = self._rows("SELECT pos FROM feed_state WHERE shard = 'global'", [])
        return self._generation, rows[0][0] if rows else 0

    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever anybody else changes the file, or another file is read."""
        self._look()
        return self._generation, self._version

    def programmes(self, today: date) -> list[Programme]:
        """Return the rules in force, newest first."""
        sql = "SELECT body FROM programme WHERE valid_from <= ? ORDER BY valid_from DESC, rules_version DESC LIMIT 1"
        return self._once(("programme", today), lambda: self._values(Programme, sql, today.isoformat()))

    def campaigns(self, today: date) -> Campaigns:
        """Return the campaigns whose period holds ``today``; one that nobody can carry out is left out."""
        return self._once(("campaigns", today), lambda: self._campaigns_of(today))

    def refresh(self) -> None:
        """Read the campaigns of the day that was last asked for now, not when the next price waits for them."""
        if self._day is not None:
            self.campaigns(self._day)

    def _campaigns_of(self, today: date) -> Campaigns:
        """Return a day's campaigns: what was made of them already, if nobody has changed them."""
        sql = "SELECT campaign_id, body FROM campaign WHERE ? BETWEEN valid_from AND valid_to ORDER BY campaign_id"
        rows = self._rows(sql, [today.isoformat()])
        if rows != self._made_of:
            self._made_of, self._campaigns = rows, Campaigns(_lawful(rows))
        self._day = today
        return self._campaigns

    def staff(self, store_id: str) -> list[StaffMember]:
        """Return the people of a store."""
        return self._values(StaffMember, "SELECT body FROM staff WHERE store_id = ?", store_id)

    def calls(self, where: str, values: Sequence[object]) -> list[Call]:
        """Return calls by a condition on ``call_id``, ``code``, ``member_id``, ``due_on`` and ``state``."""
        return self._values(Call, f"SELECT body FROM call WHERE {where}", *values)

    def require(self) -> None:
        """Raise Unavailable ``directory.missing`` where there is no directory yet."""
        if self._database is None:
            raise Unavailable("directory.missing")

    def _record(self, where: str, value: str) -> MemberRecord | None:
        for (body,) in self._rows(f"SELECT body FROM member WHERE {where}", [value]):
            return self._unpacked(body, MemberRecord)
        return None

    def _hits(self, rows: Sequence[tuple[Any, ...]]) -> list[MemberHit]:
        told = self._balances([row[0] for row in rows])
        return [
            MemberHit(
                member_id=member_id,
                name=name,
                tier=Tier(tier),
                phone=phone,
                points=None if told[member_id].owed_points else points,
                last_visit_on=visit_date(last_visit),
                ends_on=next((lot.last_day for lot in told[member_id].ending), None),
            )
            for member_id, name, tier, phone, points, last_visit in rows
        ]

    def _balances(self, member_ids: Sequence[str]) -> dict[str, _Lots]:
        sql = f"SELECT member_id, body FROM member WHERE member_id IN ({marks(member_ids)})"
        return {one: self._unpacked(body, _Told).balance for one, body in self._rows(sql, member_ids)}

    def _unpacked(self, body: bytes, shape: type[_T]) -> _T:
        assert self._packing is not None
        return decoded(self._packing.unpacked(bytes(body)), shape, "directory")

    def _value(self, shape: type[_T], sql: str, *values: object) -> _T | None:
        return next(iter(self._values(shape, sql, *values)), None)

    def _values(self, shape: type[_T], sql: str, *values: object) -> list[_T]:
        return [decoded(bytes(body), shape, "directory") for (body,) in self._rows(sql, values)]

    def _once(self, what: tuple[object, ...], read: Callable[[], _T]) -> _T:
        """Return what ``read`` returned when it was last asked for, unless the file has changed since."""
        if self._look() is None:
            return read()
        if what not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[what] = read()
        known: _T = self._known[what]
        return known

    def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:  # SQLite decides the types
        database = self._look()
        return [] if database is None else database.conn.execute(sql, values).fetchall()

    def _look(self) -> Database | None:
        """Return the file as it is now, or at the moment that is held; forget what is known of an older state."""
        database = self._database
        if database is None or database.conn.in_transaction:
            return database
        if self._is_held:
            database.conn.execute("BEGIN")
        (version,) = database.conn.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._known.clear()
        return database


def _lawful(rows: Iterable[tuple[Any, ...]]) -> Iterator[Campaign]:
    for campaign_id, body in rows:
        try:
            campaign = decoded(bytes(body), Campaign, "directory")
        except Damaged:
            log.warning("campaign.left_out campaign_id=%s reason=malformed", campaign_id)
            continue
        if problems := campaign.problems():
            log.warning("campaign.left_out campaign_id=%s problems=%s", campaign_id, ",".join(problems))
        else:
            yield campaign


def marks(values: Collection[object]) -> str:
    """Return as many placeholders as there are values."""
    return ", ".join("?" * len(values))


def visit_date(days: int) -> date | None:
    """Return the day that ``member.last_visit`` stores; 0 is never."""
    return EPOCH + timedelta(days=days) if days > 0 else None


def visit_days(on: date | None) -> int:
    """Return how ``member.last_visit`` stores a day."""
    return 0 if on is None else (on - EPOCH).days
