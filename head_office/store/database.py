"""The connection to SQLite or PostgreSQL: one way to read a consistent state, one way to change it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlcipher3 import dbapi2 as bundled_sqlite

from head_office.store.connection import Connection, plans_of
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Refused, Unavailable

_T = TypeVar("_T")

DEFAULT_URL = "sqlite:///head-office.db"
MAX_TRIES = 6
SQLITE_BUSY_MS = 20_000
# PostgreSQL: serialization failure, deadlock. The transaction did nothing and may run again.
AGAIN = frozenset({"40001", "40P01"})


class Overtaken(Exception):
    """Somebody else changed what a transaction builds on before it had its locks: it runs again."""


class Database:
    """One database by URL. SQLite has a single writer, kept by a lock; PostgreSQL has row locks.

    SQLite comes with sqlcipher3's wheel, because the system's may carry the WAL-reset bug (fixed in 3.51.3).
    """

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self.url = sa.make_url(url)
        self.is_postgres = self.url.get_backend_name() == "postgresql"
        self._one_writer = threading.Lock()
        if self.is_postgres:
            self.engine = sa.create_engine(self.url, pool_size=20, max_overflow=20, pool_pre_ping=True)
        else:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(self.url, module=bundled_sqlite, **_pool(self.url))
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        self._plans = plans_of(self.engine.dialect.name)
        self._is_closed = False
        sa.event.listen(self.engine, "checkin", self._given_back)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the database until it is left (repeatable read).

        Raises:
            Unavailable: ``database.unreachable``.
        """
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if self.is_postgres else {}
        try:
            with self._connected().execution_options(**options) as connection, connection.begin():
                self._begin("BEGIN", connection)
                yield connection
        except sa.exc.OperationalError as error:
            raise Unavailable("database.unreachable", cause=str(error.orig)) from error

    def write(self, work: Callable[[sa.Connection], _T]) -> _T:
        """Run ``work`` as one transaction and return its answer; run it again after a deadlock, or when overtaken.

        Raises:
            Unavailable: ``database.unreachable``, ``database.busy``.
            Refused: ``request.malformed`` for a value that this database cannot hold.
        """
        for tries in range(MAX_TRIES):
            try:
                with self._turn(), self._connected() as connection:
                    with connection.begin():
                        self._begin("BEGIN IMMEDIATE", connection)
                        answer = work(connection)
                        mark(CommitPoint.OFFICE_BEFORE_COMMIT)
                    mark(CommitPoint.OFFICE_COMMITTED)
                    return answer
            except sa.exc.DataError as error:  # a text with a NUL, a number past 64 bits: no row can be meant
                raise Refused("request.malformed", detail="value") from error
            except Overtaken as error:
                if tries == MAX_TRIES - 1:
                    raise Unavailable("database.busy", cause=str(error)) from error
            except sa.exc.OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in AGAIN:
                    raise Unavailable("database.unreachable", cause=str(error.orig)) from error
                if tries == MAX_TRIES - 1:
                    raise Unavailable("database.busy", cause=str(error.orig)) from error
        raise AssertionError

    def close(self) -> None:
        """Close all connections, those in use as soon as they are given back."""
        self._is_closed = True
        self.engine.dispose()

    def _given_back(self, _connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        if self._is_closed:
            record.close()

    def _connected(self) -> Connection:
        return Connection(self.engine, self._plans)

    def _begin(self, how: str, connection: sa.Connection) -> None:
        """Begin on SQLite, whose driver does not. A listener would cost every statement its share."""
        if not self.is_postgres:
            connection.exec_driver_sql(how)

    def _turn(self) -> AbstractContextManager[object]:
        return nullcontext() if self.is_postgres else self._one_writer


class Within(Database):
    """A database as one transaction that is under way sees it: what is written commits with that one, or not at all.

    It answers one thread, and cannot be closed.
    """

    def __init__(self, outer: Database, connection: sa.Connection) -> None:
        self.url, self.is_postgres, self.engine = outer.url, outer.is_postgres, outer.engine
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give the connection of the transaction."""
        yield self._connection

    def write(self, work: Callable[[sa.Connection], _T]) -> _T:
        """Run ``work`` in a savepoint: an error takes back what it did, and nothing else."""
        with self._connection.begin_nested():
            return work(self._connection)

    def close(self) -> None:
        """Leave the connection to whoever began the transaction."""


def _pool(url: sa.URL) -> dict[str, Any]:
    """Return how connections are kept: many to a file, exactly one to a database that lives in memory."""
    return {"pool_size": 20, "max_overflow": 20} if url.database else {"poolclass": sa.StaticPool}


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 - untyped driver
    dbapi_connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {SQLITE_BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
        "temp_store = MEMORY",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()
