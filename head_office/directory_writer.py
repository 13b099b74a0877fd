"""Writes ``directory.db`` for one store: an SQLCipher file under a key of its own, indexes included."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.domain.calls import Call
from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import Cursor
from pos_app.domain.members import MemberAlias
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.sync.wire.directory_file import INDEXES, SCHEMA_VERSION, TABLES

UNIX_EPOCH = date(1970, 1, 1)
SAMPLED = 1_000  # members whose bodies the dictionary is made from
FEWEST = 300  # with fewer there is nothing to learn, and little to save
DICTIONARY_BYTES = 16 * 1024
LEVEL = 3
SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -65536")


class MemberEntry(NamedTuple):
    """A member as the table has them; ``body`` is the JSON of the ``MemberRecord``."""

    member_no: int
    member_id: str
    card_no: str
    phone: str
    last4: str
    name: str
    initials: str
    tier: str
    last_visit: int
    points: int
    version: int
    body: bytes


def day_number(day: date | None) -> int:
    """Return days since 1970-01-01, 0 for never."""
    return (day - UNIX_EPOCH).days if day else 0


class DirectoryWriter:
    """One new file; nothing in it says which terminal will read it. Use as a context: leaving it finishes the file."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._connection = sqlcipher.connect(str(path), isolation_level=None)
        self._connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in SETTINGS:
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("BEGIN")
        _run(self._connection, TABLES)

    def __enter__(self) -> "DirectoryWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            _run(self._connection, INDEXES)
            self._connection.execute("COMMIT")
            self._connection.execute("ANALYZE")
        self._connection.close()

    def cursors(self, cursors: Mapping[str, Cursor]) -> None:
        """Write down where the feed of each shard goes on, and the schema."""
        rows = [(shard, each.incarnation, each.pos, each.checksum) for shard, each in cursors.items()]
        self._connection.executemany("INSERT INTO feed_state VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))

    def items(self, items: Iterable[Item]) -> None:
        """Add items."""
        self._insert("item", 9, (_item_row(item) for item in items))

    def programmes(self, programmes: Iterable[Programme]) -> None:
        """Add versions of the rules."""
        rows = ((rules.version, rules.valid_from.isoformat(), msgspec.json.encode(rules)) for rules in programmes)
        self._insert("programme", 3, rows)

    def campaigns(self, campaigns: Iterable[Campaign]) -> None:
        """Add campaigns."""
        rows = (
            (
                each.campaign_id,
                each.valid_from.isoformat(),
                each.valid_to.isoformat(),
                each.version,
                msgspec.json.encode(each),
            )
            for each in campaigns
        )
        self._insert("campaign", 5, rows)

    def staff(self, people: Iterable[StaffMember]) -> None:
        """Add staff."""
        rows = ((one.staff_id, one.store_id, one.version, msgspec.json.encode(one)) for one in people)
        self._insert("staff", 4, rows)

    def members(self, members: Iterable[MemberEntry]) -> None:
        """Add members; no two may have one card number."""
        rest = iter(members)
        sample = list(islice(rest, SAMPLED))
        packed = self._packer([entry.body for entry in sample])
        self._insert("member", 12, ((*entry[:-1], packed(entry.body)) for entry in chain(sample, rest)))

    def aliases(self, aliases: Iterable[MemberAlias]) -> None:
        """Add who was merged into whom."""
        self._insert("alias", 3, ((alias.loser, alias.survivor, alias.version) for alias in aliases))

    def calls(self, calls: Iterable[Call]) -> None:
        """Add follow-up calls."""
        self._insert("call", 7, (_call_row(call) for call in calls))

    def _packer(self, sample: list[bytes]) -> Callable[[bytes], bytes]:
        """Write down the dictionary that bodies like these are packed with; return what packs one."""
        if len(sample) < FEWEST:
            return bytes
        words = zstandard.train_dictionary(DICTIONARY_BYTES, [*sample])
        words.precompute_compress(level=LEVEL)
        self._insert("packing", 2, [("member", words.as_bytes())])
        return zstandard.ZstdCompressor(level=LEVEL, dict_data=words, write_dict_id=False).compress

    def _insert(self, table: str, width: int, rows: Iterable[tuple[object, ...]]) -> None:
        marks = ", ".join("?" * width)
        self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names


def _run(connection: sqlcipher.Connection, script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)


def _item_row(item: Item) -> tuple[object, ...]:
    return (
        item.item_id,
        item.barcode,
        item.name,
        item.name_en,
        item.initials,
        item.category,
        item.price_minor,
        item.version,
        msgspec.json.encode(item),
    )


def _call_row(call: Call) -> tuple[object, ...]:
    return (
        call.call_id,
        call.code,
        call.member_id,
        call.due_on.isoformat(),
        call.state.value,
        call.version,
        msgspec.json.encode(call),
    )
