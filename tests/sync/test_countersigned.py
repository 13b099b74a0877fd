"""Head office signs for the log it holds: a forged word counts for nothing, a broken one is shown."""

import msgspec
import pytest
import sqlalchemy as sa

from head_office.office import Office
from head_office.store import schema
from pos_app.errors import Damaged, Refused
from pos_app.sync.endpoints import Reply
from pos_app.sync.keys import verify
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import HelloAnswer, PushAnswer
from pos_app.sync.wire.signatures import head_bytes
from tests.head_office.offices import either_url as database_url  # noqa: F401 - on both databases
from tests.head_office.rig import Line
from tests.sync.books import truth
from tests.sync.shop import AppWire, try_hard


class EditedWire(AppWire):
    """Changes the answers of one path on their way."""

    def __init__(self, line: Line, path: str, shape: type[msgspec.Struct], **changes: object) -> None:
        super().__init__(line)
        self._path, self._shape, self._changes = path, shape, changes

    def send(self, method, target, headers, body, read_s) -> Reply:
        reply = super().send(method, target, headers, body, read_s)
        if target != self._path or reply.status != 200:
            return reply
        changed = msgspec.structs.replace(msgspec.json.decode(reply.body, type=self._shape), **self._changes)
        return Reply(200, msgspec.json.encode(changed))


def test_an_accepted_log_is_countersigned_and_the_word_is_kept(terminal, office, line):
    terminal.sell()
    terminal.run(AppWire(line)).push()

    kept = terminal.till.log.countersigned()

    assert kept is not None
    assert (kept.seq, kept.hash, kept.incarnation) == (2, terminal.log()[1], office.identity.incarnation)
    signed = head_bytes(terminal.name, terminal.identity.epoch, kept.incarnation, 2, kept.hash)
    assert verify(terminal.identity.head_office_key, signed, kept.signature)


def test_a_push_answer_that_head_office_did_not_sign_marks_nothing(terminal, line):
    process = terminal.run(EditedWire(line, http.PUSH, PushAnswer, head_signature=bytes(64)))

    with pytest.raises(Damaged, match=r"head_office\.signature"):
        process.push()

    assert terminal.till.log.unsent() == 1
    assert terminal.till.log.countersigned().seq == 0


def test_the_word_for_one_event_does_not_stand_for_another(terminal, office, line):
    terminal.run(AppWire(line)).push()
    word = terminal.till.log.countersigned().signature
    terminal.sell()
    process = terminal.run(EditedWire(line, http.PUSH, PushAnswer, head_signature=word))

    with pytest.raises(Damaged, match=r"head_office\.signature"):
        process.push()


def test_a_greeting_that_head_office_did_not_sign_starts_no_session(terminal, line):
    process = terminal.run(EditedWire(line, http.HELLO, HelloAnswer, head_signature=bytes(64)))

    with pytest.raises(Damaged, match=r"head_office\.signature"):
        process.push()

    assert not process.session.is_open


def test_a_greeting_with_another_history_is_a_fork(terminal, office, line):
    terminal.run(AppWire(line)).push()
    terminal.sell()
    other = bytes(32)

    def rewrite(connection: sa.Connection) -> None:
        connection.execute(sa.update(schema.life).values(last_hash=other))

    office.database.write(rewrite)
    process = terminal.run(AppWire(line), 1)

    with pytest.raises(Refused, match=r"push\.fork"):
        process.push()
    with pytest.raises(Refused, match=r"push\.fork"):
        process.push()


def forget(office: Office, upto: int) -> None:
    """Head office rolls back by itself: what it had of the log after ``upto`` is gone, its incarnation stays."""

    def work(connection: sa.Connection) -> None:
        last = connection.execute(sa.select(schema.inbox.c.hash).where(schema.inbox.c.seq == upto)).scalar_one()
        connection.execute(sa.delete(schema.inbox).where(schema.inbox.c.seq > upto))
        connection.execute(sa.delete(schema.posting).where(schema.posting.c.seq > upto))
        connection.execute(sa.delete(schema.transfer).where(schema.transfer.c.seq > upto))
        connection.execute(sa.update(schema.life).values(last_seq=upto, posted_seq=upto, last_hash=last))

    office.database.write(work)


def test_a_head_office_that_lost_what_it_signed_for_becomes_another_and_gets_it_again(terminal, office, line):
    for _ in range(3):
        terminal.sell()
    terminal.run(AppWire(line)).push()
    before = office.identity.incarnation
    forget(office, 2)
    process = terminal.run(AppWire(line), 1)

    try_hard(process.push)

    assert office.identity.incarnation != before
    assert process.board.status().detail == ""
    assert len(truth(office).inbox[terminal.name]) == 4
    kept = terminal.till.log.countersigned()
    assert (kept.seq, kept.incarnation) == (4, office.identity.incarnation)
