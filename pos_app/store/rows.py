"""Reads of ``till.db``: what every click asks for is kept as it was read, until anything is written here."""

from collections.abc import Sequence
from typing import Any

from pos_app.store.connection import Database

MOST_KNOWN = 500

Row = tuple[Any, ...]  # SQLite decides the types


class Rows:
    """Rows by statement and values. Nobody else writes to the file, so only this connection's changes count.

    A transaction that is rolled back has to be forgotten: SQLite counts its changes, and not that they are gone.
    """

    def __init__(self, database: Database) -> None:
        self.conn = database.conn
        self._changes = -1  # SQLite's count when what is known was read
        self._known: dict[tuple[object, ...], list[Row]] = {}

    def all(self, sql: str, *values: object) -> Sequence[Row]:
        """Return the rows of a SELECT."""
        changes = self.conn.total_changes
        if changes != self._changes or len(self._known) >= MOST_KNOWN:
            self._changes = changes
            self._known.clear()
        asked = (sql, *values)
        rows = self._known.get(asked)
        if rows is None:
            rows = self._known[asked] = self.conn.execute(sql, values).fetchall()
        return rows

    def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row of a SELECT; None where there is none."""
        return next(iter(self.all(sql, *values)), None)

    def forget(self) -> None:
        """Forget what was read in a transaction that is rolled back."""
        self._known.clear()
