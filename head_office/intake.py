"""Push: a batch of a terminal's log is stored durably, posted, and acknowledged, exactly once.

The terminal's row is locked first; then the session is checked, because a challenge revokes it under the same lock.
The stream can be refused (another session, a gap, a fork); one event never is. A batch of everyday size is posted in
the same transaction; a backlog is only stored, and posted in its order by the postman, so that a region that comes
back is acknowledged at the speed of the disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from head_office import lives, recovery
from head_office.branches import said_as
from head_office.merging import MergeDesk
from head_office.office import Office
from head_office.posting import Aftermath, Poster
from head_office.reading import Letter
from head_office.rights import terms_of
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Refused
from pos_app.sync.wire.event_codec import GENESIS, chain_hash
from pos_app.sync.wire.http import MALFORMED, PUSH_FORK, PUSH_GAP, TOO_LARGE
from pos_app.sync.wire.messages import MAX_BATCH_EVENTS, EventStatus, PushAnswer, PushRequest, WireEvent

HASH_BYTES = len(GENESIS)
_INBOX, _LIFE, _POSTING = schema.inbox.c, schema.life.c, schema.posting.c
REPLAYED_AT_ONCE = 500
POSTED_AT_ONCE = 100  # a longer batch is a backlog
_BEHIND = (
    sa.select(schema.life)
    .where(_LIFE.posted_seq < _LIFE.last_seq, _LIFE.life_no > sa.bindparam("after"))
    .order_by(_LIFE.life_no)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_FROM = (
    sa.select(_INBOX.seq, _INBOX.body, _INBOX.hash)
    .where(_INBOX.life_no == sa.bindparam("life_no"), _INBOX.seq >= sa.bindparam("seq"))
    .order_by(_INBOX.seq)
    .limit(POSTED_AT_ONCE + 1)
)
_STORED_UPTO = (
    sa.update(schema.life)
    .where(_LIFE.life_no == sa.bindparam("of"))
    .values(
        last_seq=sa.bindparam("upto"),
        last_hash=sa.bindparam("head"),
        last_heard_ms=sa.func.coalesce(sa.bindparam("heard_ms", type_=sa.BigInteger), _LIFE.last_heard_ms),
    )
)
_POSTED_UPTO = sa.update(schema.life).where(_LIFE.life_no == sa.bindparam("of")).values(posted_seq=sa.bindparam("upto"))
_WAITING = sa.select(_POSTING.life_no).where(_POSTING.status == "deferred").distinct().order_by(_POSTING.life_no)
_WAITING_FOR = _WAITING.where(sa.text("depends_on <> ''"), among(_POSTING.depends_on, "keys"))  # by its index


@dataclass(frozen=True, slots=True)
class _Taken:
    """Where a life's log stands at head office after a push, and what became of each event."""

    upto: int
    head_hash: bytes
    stable_upto: int
    statuses: list[EventStatus]
    is_waiting: bool = False  # for the postman


class Intake:
    """Answers push requests."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def push(self, request: PushRequest) -> PushAnswer:
        """Store and post the events that head office does not have yet, and say what became of each.

        Raises:
            Refused: ``session.unknown``, ``push.gap``, ``push.fork``, ``request.malformed``, ``request.too_large``.
        """
        _check_shape(request)
        self._office.sessions.named(request.session, request.terminal_id, request.epoch)
        aftermath = Aftermath()
        taken = self._office.database.write(lambda connection: self._take(connection, request, aftermath))
        mark(CommitPoint.PUSH_COMMITTED_BEFORE_ANSWER)
        self.follow(aftermath)
        if taken.is_waiting:
            self._office.stored.set()
        self._office.bell.ring()
        return PushAnswer(
            incarnation=self._office.identity.incarnation,
            server_time_ms=self._office.clock.now_ms(),
            accepted_upto=taken.upto,
            stable_upto=taken.stable_upto,
            statuses=taken.statuses,
            head_signature=self._office.identity.countersign(
                request.terminal_id, request.epoch, taken.upto, taken.head_hash
            ),
        )

    def replay_deferred(self) -> int:
        """Post again, in order, what an older program had to defer; return how many were posted now."""
        with self._office.database.read() as connection:
            numbers = connection.execute(_WAITING).scalars().all()
        aftermath = Aftermath()
        done = sum(
            self._office.database.write(partial(self._replay, life_no=number, aftermath=aftermath))
            for number in numbers
        )
        self.follow(aftermath)
        return done

    def follow(self, aftermath: Aftermath) -> None:
        """Do what became possible by what was posted: merges by rule, and events that waited for a key.

        What waits is looked at once more itself: its key may have been committed while it was being posted.
        """
        if aftermath.candidates:
            MergeDesk(self._office).settle_by_rule(aftermath.candidates)
        keys = set(aftermath.resolved)
        for number in sorted(aftermath.waiting):
            late = Aftermath()
            self._office.database.write(partial(self._replay, life_no=number, aftermath=late))
            keys |= late.resolved
        while keys:
            with self._office.database.read() as connection:
                numbers = connection.execute(_WAITING_FOR, {"keys": keys}).scalars().all()
            again = Aftermath()
            for number in numbers:
                self._office.database.write(partial(self._replay, life_no=number, aftermath=again))
            keys = again.resolved - keys

    def _take(self, connection: sa.Connection, request: PushRequest, aftermath: Aftermath) -> _Taken:
        caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)
        life = lives.locked(connection, caller.life_no)
        self._office.sessions.still(request.session, life.challenges)
        recovery.check_current(self._office, connection)
        known = [event for event in request.events if event.seq <= life.last_seq]
        fresh = request.events[len(known) :]
        _check_stream(connection, request, known, life.last_seq, life.last_hash)
        statuses = [EventStatus(event.seq, "duplicate") for event in known]
        if not fresh:
            return _Taken(life.last_seq, life.last_hash, life.stable_seq, statuses)
        now_ms = self._office.clock.now_ms()
        store(connection, life.life_no, fresh, now_ms)
        mark(CommitPoint.INBOX_STORED_BEFORE_POSTING)
        waits = life.posted_seq < life.last_seq or len(fresh) > POSTED_AT_ONCE
        if waits:
            statuses += [EventStatus(event.seq, "stored") for event in fresh]
        else:
            statuses += self._post(connection, life, _letters(caller, fresh, life.last_hash), aftermath)
        return _Taken(fresh[-1].seq, fresh[-1].hash, life.stable_seq, statuses, waits)

    def post_waiting(self, after_life: int = 0) -> tuple[int, int]:
        """Post one slice of what a life has waiting, lives taking turns by their numbers.

        Returns:
            The life's number, to go on after, and how many events were posted; 0 events when none waits, or somebody
            else is at it.
        """
        aftermath = Aftermath()

        def work(connection: sa.Connection) -> tuple[int, int]:
            for after in sorted({after_life, 0}, reverse=True):
                life = connection.execute(_BEHIND, {"after": after}).one_or_none()
                if life is not None:
                    return life.life_no, self._post_slice(connection, life, aftermath)
            return 0, 0

        turn = self._office.database.write(work)
        self.follow(aftermath)
        self._office.bell.ring()
        return turn

    def _post_slice(self, connection: sa.Connection, life: lives.Life, aftermath: Aftermath) -> int:
        rows = connection.execute(_FROM, {"life_no": life.life_no, "seq": life.posted_seq}).all()
        follows = rows[0].seq == life.posted_seq  # else these are the first of all, or of a branch
        before = rows[0].hash if follows else lives.hash_at(connection, life, life.posted_seq)
        fresh = [WireEvent(row.seq, row.body, row.hash) for row in rows[follows : POSTED_AT_ONCE + follows]]
        self._post(connection, life, _letters(lives.caller_of(life), fresh, before), aftermath)
        return len(fresh)

    def _post(
        self, connection: sa.Connection, life: lives.Life, letters: Sequence[Letter], aftermath: Aftermath
    ) -> list[EventStatus]:
        """Post the letters that follow what is posted of a life."""
        connection.execute(_POSTED_UPTO, {"of": life.life_no, "upto": letters[-1].seq})
        terms = terms_of(self._office, connection, life)
        statuses = Poster(connection, terms, aftermath).post(letters)
        if terms.recovering:
            recovery.heard_upto(self._office, connection, life, letters[-1].seq)
        return statuses

    def _replay(self, connection: sa.Connection, *, life_no: int, aftermath: Aftermath) -> int:
        life = lives.locked(connection, life_no)
        rows = connection.execute(
            sa.select(_INBOX.seq, _INBOX.body)
            .join(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
            .where(_INBOX.life_no == life_no, _POSTING.status == "deferred")
            .order_by(_INBOX.seq)
            .limit(REPLAYED_AT_ONCE)
        ).all()
        terms = terms_of(self._office, connection, life)
        statuses = Poster(connection, terms, aftermath).post([Letter(row.seq, row.body) for row in rows])
        done = [status.seq for status in statuses if status.status != "deferred"]
        aftermath.resolved.update(f"event:{terms.holder}/{seq}" for seq in done)
        return len(done)


def store(
    connection: sa.Connection, life_no: int, fresh: Sequence[WireEvent], at_ms: int, *, is_heard: bool = True
) -> None:
    """Keep the next events of a life, whose row is locked; ``is_heard``: it said them itself."""
    rows = [
        {"life_no": life_no, "seq": event.seq, "hash": event.hash, "body": event.body, "received_at_ms": at_ms}
        for event in fresh
    ]
    insert_rows(connection, schema.inbox, rows)
    newest = {"of": life_no, "upto": fresh[-1].seq, "head": fresh[-1].hash, "heard_ms": at_ms if is_heard else None}
    connection.execute(_STORED_UPTO, newest)


def _check_shape(request: PushRequest) -> None:
    """Raise Refused ``request.malformed`` or ``request.too_large`` for a request that no terminal of ours makes."""
    events = request.events
    if not events or request.first_seq < 1 or len(request.prev_hash) != HASH_BYTES:
        raise Refused(MALFORMED, detail="first_seq, prev_hash or events")
    if len(events) > MAX_BATCH_EVENTS:
        raise Refused(TOO_LARGE, detail=f"more than {MAX_BATCH_EVENTS} events")
    if [event.seq for event in events] != list(range(request.first_seq, request.first_seq + len(events))):
        raise Refused(MALFORMED, detail="events are not consecutive")
    if any(len(event.hash) != HASH_BYTES for event in events):
        raise Refused(MALFORMED, detail="hash")


def _check_stream(
    connection: sa.Connection, request: PushRequest, known: Sequence[WireEvent], last_seq: int, last_hash: bytes
) -> None:
    """Raise Refused ``push.gap`` or ``push.fork`` unless the batch continues, or repeats, what is in the inbox."""
    if request.first_seq > last_seq + 1:
        raise Refused(PUSH_GAP, detail=f"expected {last_seq + 1}")
    if not known:
        if request.prev_hash != last_hash:
            raise Refused(PUSH_FORK, detail=f"after {last_seq}")
        return
    first, last = known[0].seq, known[-1].seq
    stored = connection.execute(
        sa.select(_INBOX.seq, _INBOX.hash)
        .join(schema.life, _LIFE.life_no == _INBOX.life_no)
        .where(_LIFE.terminal_id == request.terminal_id, _LIFE.epoch == request.epoch)
        .where(_INBOX.seq.between(first, last))
    )
    hashes = {row.seq: row.hash for row in stored}
    for event in known:
        if hashes[event.seq] != event.hash:
            raise Refused(PUSH_FORK, detail=f"at {event.seq}")


def _letters(caller: Caller, fresh: Sequence[WireEvent], last_hash: bytes) -> list[Letter]:
    """Return the new events, each checked against the hash it was chained with."""
    letters: list[Letter] = []
    before = last_hash
    for event in fresh:
        origin = said_as(caller.terminal_id, caller.epoch, event.seq)
        genuine = chain_hash(origin, before, event.body) == event.hash
        letters.append(Letter(event.seq, event.body, genuine))
        before = event.hash
    return letters
