"""The append-only, hash-chained log of everything this terminal said; it is also the outbox."""

from typing import Protocol

from pos_app.domain.events import Circumstances, Fact, LogEvent, whose_history
from pos_app.domain.ids import Origin
from pos_app.errors import Damaged, Refused
from pos_app.store.audit import AuditTable
from pos_app.store.memory import MemoryTable
from pos_app.store.rows import Rows

GENESIS = bytes(32)
ACCEPTED, STABLE = "accepted_upto", "stable_upto"
_COLUMNS = "seq, kind, schema_version, body, prev_hash, hash"


class EventCodec(Protocol):
    """Event bodies as bytes and the hash that chains them; ``sync.wire.event_codec`` has this shape."""

    def seal(self, origin: Origin, prev_hash: bytes, fact: Fact, at: Circumstances) -> LogEvent:
        """Return the log row of a fact said as ``origin`` after the event with ``prev_hash``."""
        ...

    def decode(self, body: bytes) -> tuple[Fact, Circumstances]:
        """Return the fact and its circumstances."""
        ...

    def kind_of(self, body: bytes) -> str:
        """Return which kind of fact a body says; empty where it cannot be opened."""
        ...

    def chain_hash(self, origin: Origin, prev_hash: bytes, body: bytes) -> bytes:
        """Return the hash that links an event to the one before it."""
        ...


class EventLogTable:
    """Table ``event``, whose triggers refuse gaps, changes and removals, and its indexes by member and part."""

    def __init__(self, rows: Rows, memory: MemoryTable, codec: EventCodec) -> None:
        self._audit = AuditTable(rows)
        self._rows = rows
        self._conn = rows.conn
        self._memory = memory
        self._codec = codec

    def say(self, fact: Fact, at: Circumstances) -> LogEvent:
        """Append a fact after the head of the log; raises Refused ``till.not_enrolled``."""
        seq, prev_hash = self.head()
        event = self._codec.seal(self._origin(seq), prev_hash, fact, at)
        self._conn.execute(
            "INSERT INTO event (seq, kind, schema_version, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?)",
            [event.seq, event.kind, event.schema_version, event.body, event.prev_hash, event.hash],
        )
        self._audit.note(event.seq, fact, at)
        member_id = whose_history(fact)
        if member_id:
            self._conn.execute("INSERT INTO about_member (member_id, seq) VALUES (?, ?)", [member_id, event.seq])
        return event

    def head(self) -> tuple[int, bytes]:
        """Return the next seq and the hash of the event before it."""
        row = self._rows.one("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return (1, GENESIS) if row is None else (row[0] + 1, bytes(row[1]))

    def next_seq(self) -> int:
        """Return the place that the next fact takes."""
        return self.head()[0]

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``; of 0 the genesis hash. Raises Damaged ``log.gap``."""
        if seq == 0:
            return GENESIS
        row = self._conn.execute("SELECT hash FROM event WHERE seq = ?", [seq]).fetchone()
        if row is None:
            raise Damaged("log.gap", seq=seq)
        return bytes(row[0])

    def after(self, seq: int, limit: int, max_bytes: int) -> list[LogEvent]:
        """Return events after ``seq``, at most ``limit`` and ``max_bytes`` of bodies, but always the next one."""
        events: list[LogEvent] = []
        size = 0
        rows = self._conn.execute(f"SELECT {_COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit])
        for row in rows:
            size += len(row[3])
            if events and size > max_bytes:
                break
            events.append(_event(row))
        return events

    def fact(self, seq: int) -> tuple[Fact, Circumstances]:
        """Return the fact of one event; raises Damaged ``log.gap``."""
        row = self._conn.execute("SELECT body FROM event WHERE seq = ?", [seq]).fetchone()
        if row is None:
            raise Damaged("log.gap", seq=seq)
        return self._codec.decode(bytes(row[0]))

    def facts(self, seq_from: int, seq_to: int) -> list[tuple[int, Fact, Circumstances]]:
        """Return the facts from ``seq_from`` to ``seq_to``, both included."""
        rows = self._conn.execute(
            "SELECT seq, body FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq", [seq_from, seq_to]
        )
        return [(seq, *self._codec.decode(bytes(body))) for seq, body in rows]

    def said_since(self, seq: int) -> dict[str, int]:
        """Return how many events of each kind were said from ``seq`` on."""
        rows = self._conn.execute("SELECT kind, count(*) FROM event WHERE seq >= ? GROUP BY kind", [seq])
        return dict(rows)

    def oldest_unsent(self) -> Circumstances | None:
        """Return when the oldest fact that head office has not accepted was said; None if it has all."""
        row = self._conn.execute(
            "SELECT body FROM event WHERE seq = ?", [self._memory.last_number(ACCEPTED) + 1]
        ).fetchone()
        return None if row is None else self._codec.decode(bytes(row[0]))[1]

    def unsent_count(self) -> int:
        """Return how many events head office has not accepted yet."""
        return self.next_seq() - 1 - self._memory.last_number(ACCEPTED)

    def unsent(self) -> dict[str, int]:
        """Return how many events of each kind head office has not accepted yet."""
        accepted = self._memory.last_number(ACCEPTED)
        rows = self._conn.execute("SELECT kind, count(*) FROM event WHERE seq > ? GROUP BY kind", [accepted])
        return dict(rows)

    def verify(self, last: int | None = None) -> None:
        """Recompute the chain over the ``last`` events (None: all); raises what ``walk`` raises."""
        next_seq, _hash = self.head()
        after = 0 if last is None else max(0, next_seq - 1 - last)
        self.walk(after, self.hash_at(after), next_seq)

    def walk(self, after: int, prev_hash: bytes, limit: int) -> tuple[int, bytes]:
        """Recompute the chain over at most ``limit`` events after one whose hash is known; return where it came to.

        Raises:
            Damaged: ``log.gap {seq}`` where an event is missing, ``log.chain {seq}`` where one does not follow from the
                one before it or is not what was hashed, ``log.kind {seq}`` where the table calls it something else.
        """
        at = after
        for row in self._conn.execute(
            f"SELECT {_COLUMNS} FROM event WHERE seq > ? ORDER BY seq LIMIT ?", [after, limit]
        ):
            event = _event(row)
            if event.seq != at + 1:
                raise Damaged("log.gap", seq=at + 1)
            sealed = self._codec.chain_hash(self._origin(event.seq), prev_hash, event.body)
            if event.prev_hash != prev_hash or event.hash != sealed:
                raise Damaged("log.chain", seq=event.seq)
            if event.kind != (self._codec.kind_of(event.body) or event.kind):
                raise Damaged("log.kind", seq=event.seq)
            at, prev_hash = event.seq, event.hash
        return at, prev_hash

    def _origin(self, seq: int) -> Origin:
        identity = self._memory.identity()
        if identity is None:
            raise Refused("till.not_enrolled")
        return Origin(identity.terminal_id, identity.epoch, seq)


def _event(row: tuple[int, str, int, bytes, bytes, bytes]) -> LogEvent:
    seq, kind, schema_version, body, prev_hash, digest = row
    return LogEvent(seq, kind, schema_version, bytes(body), bytes(prev_hash), bytes(digest))
