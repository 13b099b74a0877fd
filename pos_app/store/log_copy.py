"""A till's log read from a database that may be old, of an earlier life, or in use: nothing in it is changed."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pos_app.domain.events import LogEvent
from pos_app.domain.till import Countersigned, HeldSale, Identity
from pos_app.errors import Refused
from pos_app.store.basket import HeldTable
from pos_app.store.connection import Database, open_encrypted, quick_check
from pos_app.store.errors import edge
from pos_app.store.event_log import EventCodec, EventLogTable
from pos_app.store.memory import MemoryTable
from pos_app.store.rows import Rows

AT_ONCE, AT_ONCE_BYTES = 500, 4 << 20


@dataclass(frozen=True, slots=True)
class LogCopy:
    """The log as it stood when it was opened."""

    identity: Identity
    countersigned: Countersigned | None
    length: int
    _log: EventLogTable
    _held: HeldTable
    _database: Database

    def events(self) -> Iterator[LogEvent]:
        """Return every event as it is stored."""
        seq = 0
        while seq < self.length:
            with edge():
                events = self._log.after(seq, AT_ONCE, AT_ONCE_BYTES)
            yield from events
            seq = events[-1].seq

    def walk(self, after: int, prev_hash: bytes, limit: int) -> tuple[int, bytes]:
        """Recompute the chain over some events; see ``EventLogTable.walk``."""
        with edge():
            return self._log.walk(after, prev_hash, limit)

    def read_every_page(self) -> None:
        """Read what the log does not lie on too; raises Damaged ``store.damaged``."""
        quick_check(self._database)

    def held(self) -> tuple[HeldSale, ...]:
        """Return the sales that were put aside, oldest first."""
        with edge():
            return self._held.all()

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``; raises Damaged ``log.gap``."""
        with edge():
            return self._log.hash_at(seq)


@contextmanager
def opened_copy(path: Path, key: bytes, codec: EventCodec) -> Iterator[LogCopy]:
    """Open the log of a till's database for reading.

    Raises:
        Refused: ``till.not_enrolled``. Unavailable: ``store.missing``, ``store.write``.
        Damaged: ``store.wrong_key``, ``store.damaged``, here or while it is read; ``store.row``.
    """
    database = open_encrypted(path, key, must_exist=True)
    with closing(database), edge():
        database.conn.execute("BEGIN")
        rows = Rows(database)
        memory = MemoryTable(rows)
        identity = memory.identity()
        if identity is None:
            raise Refused("till.not_enrolled")
        log = EventLogTable(rows, memory, codec)
        yield LogCopy(identity, memory.countersigned(), log.next_seq() - 1, log, HeldTable(rows), database)
