"""A directory that came as files, pages and files of one shard, after whatever kills, held against one read from the
feed's first change: both must know the same."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from head_office import feed
from head_office.office import Office
from pos_app.domain.directory import Cursor, tables_of
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.packing import Packing
from pos_app.sync.pull import read_changes
from tests.till_kit import build_directory

KEY = bytes(32)
PAGE = 500
STORE = feed.store_shard("S01")
OF_THE_FILE = {"member_no", "packing"}
LATER = ("as_of_ms", "applied")  # a file says later than the last change how far each till is in


def directory_differences(office: Office, till_has: tuple[Path, bytes], folder: Path) -> list[str]:
    """Read what a till's directory lacks of the feed, and return what it then has otherwise than a full read.

    Up to the end, for a file may be newer than the position that it is given out with.
    """
    file = build_directory(folder / "full_read.db", KEY, ())
    full = DirectoryFeed(lambda: (file, KEY), lambda _path, _key: None)
    theirs = DirectoryFeed(lambda: till_has, lambda _path, _key: None)
    wrong: list[str] = []
    with closing(theirs), closing(full):
        for shard in (feed.GLOBAL, STORE):
            reached = theirs.cursor(shard)
            assert reached is not None, shard
            full.apply_page(shard, Cursor(reached.incarnation, 0, 0), ())
            ends = [_read_on(office, each, shard) for each in (theirs, full)]
            wrong += [] if ends[0] == ends[1] else [f"{shard}: {ends[0]}, a full read ends at {ends[1]}"]
    with closing(open_encrypted(*till_has, must_exist=True)) as have, closing(open_encrypted(file, KEY)) as want:
        tables = [*tables_of(feed.GLOBAL), *tables_of(STORE)]
        differ = [table for table in tables if sorted(_rows(have, table)) != sorted(_rows(want, table))]
    return wrong + [f"{table} differs" for table in differ]


def _read_on(office: Office, directory: DirectoryFeed, shard: str) -> Cursor:
    """Apply the feed from where a directory stands to its end, and return that."""
    while True:
        cursor = directory.cursor(shard)
        assert cursor is not None, shard
        page = feed.page(office.database, shard, cursor.pos, PAGE)
        if not page.items:
            return cursor
        changes, kept = read_changes(page.items)
        directory.apply_page(shard, Cursor(cursor.incarnation, page.next_pos, page.checksum), changes, kept)


def _rows(database: Database, table: str) -> Iterator[str]:
    packing = Packing(database)
    found = database.conn.execute(f"SELECT * FROM {table}")
    names = [name for name, *_ in found.description]
    for row in found.fetchall():
        told: dict[str, Any] = {name: value for name, value in zip(names, row, strict=True) if name not in OF_THE_FILE}
        if "body" in told:
            body = json.loads(packing.unpacked(bytes(told["body"])))
            balance = body.get("balance", {}) if isinstance(body, dict) else {}
            for name in LATER:
                balance.pop(name, None)
            told["body"] = body
        yield json.dumps(told, sort_keys=True, default=bytes.hex)
