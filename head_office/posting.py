"""Posting: a batch of events of one terminal life becomes transfers, grants, members, calls, days and feed items.

A fact is never refused. What contradicts itself or the books is quarantined with its value in suspense; what this
program does not know yet is deferred. A batch is planned in memory over locked rows and written in few statements;
when the database refuses something, or this program makes a mistake, the batch is undone and each event is posted under
its own savepoint.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from head_office.batch import Batch, Verdict
from head_office.floats import homed_here, top_up
from head_office.reading import Letter, Reading, read
from head_office.rights import Terms
from head_office.store import schema
from head_office.store.bulk import insert_rows
from head_office.store.database import AGAIN
from pos_app.sync.wire.messages import EventStatus

log = logging.getLogger(__name__)

FAILED = "posting.failed"
# What the database refuses, and mistakes of this program: one fact that meets one is kept for a person to look at,
# and what its till says after it is posted.
MISTAKES = (sa.exc.DBAPIError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What to look at when posted events are committed."""

    candidates: set[str] = field(default_factory=set)  # who joined with a phone that somebody has
    resolved: set[str] = field(default_factory=set)  # keys that deferred events may have waited for
    waiting: set[int] = field(default_factory=set)  # lives with events that wait for a key


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts batches within one transaction, for one terminal life whose row is locked."""

    connection: sa.Connection
    terms: Terms
    aftermath: Aftermath = field(default_factory=Aftermath)

    def post(self, letters: Sequence[Letter]) -> list[EventStatus]:
        """Post the letters in order and say what became of each; none is refused."""
        readings = [read(letter, self.terms.today) for letter in letters]
        try:
            posted = [self._post(readings)]
        except MISTAKES as error:
            _raise_if_transient(error)
            posted = [self._post_alone(reading) for reading in readings]
        for each in posted:  # last of all, see ``store_days``
            each.batch.note_days(each.readings, each.verdicts)
        return [status for each in posted for status in each.statuses]

    def _post_alone(self, reading: Reading) -> "_Posted":
        try:
            return self._post([reading])
        except MISTAKES as error:
            _raise_if_transient(error)
            if not isinstance(error, sa.exc.DBAPIError | OverflowError):  # those the fact is to blame for
                log.critical(
                    "posting.failed life=%s seq=%s", self.terms.caller.life_no, reading.letter.seq, exc_info=True
                )
        unreadable = Reading(reading.letter, reading.kind, self.terms.today, trouble=FAILED)
        return self._post([unreadable])

    def _post(self, readings: Sequence[Reading]) -> "_Posted":
        with self.connection.begin_nested():
            batch = Batch(self.connection, self.terms)
            batch.load(readings)
            verdicts = [batch.take(reading) for reading in readings]
            batch.write()
            self._write_verdicts(readings, verdicts)
            self.aftermath.candidates.update(batch.candidates)
            self.aftermath.resolved.update(batch.resolved)
            if any(verdict.depends_on for verdict in verdicts):
                self.aftermath.waiting.add(self.terms.caller.life_no)
            spenders = homed_here(self.connection, batch.spenders, self.terms.caller.store_id)
            top_up(self.connection, self.terms, spenders)
        return _Posted(batch, readings, verdicts)

    def _write_verdicts(self, readings: Iterable[Reading], verdicts: Iterable[Verdict]) -> None:
        rows = [
            {
                "life_no": self.terms.caller.life_no,
                "seq": reading.letter.seq,
                "kind": reading.kind,
                "status": verdict.status,
                "code": verdict.code,
                "depends_on": verdict.depends_on,
                "store_id": self.terms.caller.store_id,
                "business_date": reading.business_date.isoformat(),
                "posted_at_ms": self.terms.now_ms,
            }
            for reading, verdict in zip(readings, verdicts, strict=True)
        ]
        insert_rows(self.connection, schema.posting, rows, clash="update")


@dataclass(frozen=True, slots=True)
class _Posted:
    """A batch that is written, but for the store's days."""

    batch: Batch
    readings: Sequence[Reading]
    verdicts: Sequence[Verdict]

    @property
    def statuses(self) -> Iterator[EventStatus]:
        for reading, verdict in zip(self.readings, self.verdicts, strict=True):
            yield EventStatus(reading.letter.seq, verdict.status, verdict.code)


def _raise_if_transient(error: Exception) -> None:
    """Raise again what the whole transaction must be tried again for, or what broke the connection."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(error, sa.exc.OperationalError) or getattr(original, "sqlstate", None) in AGAIN:
        raise error
