"""Salvage: the log of an old disk, brought in a file, is posted like any history. Twice is as good as once.

Where the file goes on from what head office has of the life, it is the life's own history. Where it tells another one
from some event on (a disk that was rolled back or copied), that branch becomes a life of its own, which never had
rights: what it sold and earned is posted in full, what it redeemed is the merchant's risk. A slice is a transaction,
and the postman posts what is stored, so that a kill at any place leaves work that the next attempt goes on with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from head_office import lives, recovery
from head_office.acts import Act, keep, record
from head_office.branches import MARK
from head_office.doorman import check_signature
from head_office.flags import raise_flag
from head_office.intake import Intake, store
from head_office.office import Office
from head_office.readmission import NewLife, check_papers, is_epoch, readmit
from head_office.store import schema
from pos_app.domain.ids import Origin
from pos_app.errors import Damaged, Refused
from pos_app.sync.session import Papers
from pos_app.sync.wire.event_codec import GENESIS, chain_hash
from pos_app.sync.wire.http import TERMINAL_UNKNOWN
from pos_app.sync.wire.log_file import LogFile, Speaker, opened_log
from pos_app.sync.wire.messages import MAX_BATCH_EVENTS, WireEvent
from pos_app.sync.wire.signatures import head_bytes, log_bytes

SALVAGE = "salvage"
BRANCH_BYTES = 6  # of the hash of its first event: what a branch is named after
_LIFE, _INBOX = schema.life.c, schema.inbox.c


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What a salvage came to.

    ``epoch`` names the life that was continued, or the branch that was found; ``new`` events were stored now, and
    ``waiting`` of the life are left to the postman of a running head office.
    """

    terminal_id: str
    epoch: str
    events: int
    new: int
    waiting: int
    is_signed: bool


def salvage(office: Office, path: Path, by: str) -> Salvaged:
    """Post what a log file says and head office does not have.

    Args:
        by: who brought it, and answers for it where the device's key was lost.

    Raises:
        Damaged: ``log_file.malformed``, ``log.gap``, ``log.chain``.
        Refused: ``salvage.nobody``, ``file.missing``, ``log_file.too_large``, ``terminal.unknown`` (papers that head
            office never signed), ``terminal.signature`` (an end that the device did not sign),
            ``office.restored_unannounced``.
    """
    if not by.strip():
        raise Refused("salvage.nobody")
    with opened_log(path) as file:
        speaker, head_hash = file.speaker, _verify(file)
        is_signed = _check_end(file, head_hash)
    life_no = _life(office, speaker)
    new = 0
    with opened_log(path) as file:
        events = _chained(file)
        while some := list(islice(events, MAX_BATCH_EVENTS)):
            life_no, taken = _take_all(office, life_no, some)
            new += taken
    epoch = office.database.write(partial(_note, office, life_no, speaker, head_hash, by.strip(), new))
    keep(office)
    waiting = _post(office, life_no)
    return Salvaged(speaker.terminal_id, epoch, speaker.events, new, waiting, is_signed)


def salvaged_again(office: Office, act: Act) -> None:
    """After a restore: what the file said may be forgotten, so somebody has to bring it again."""

    def work(connection: sa.Connection) -> None:
        raise_flag(
            connection, office.clock.now_ms(), "salvage.again", entity_id=act.body["terminal_id"], facts=act.body
        )
        record(connection, act.kind, act.act_id, act.at_ms, act.body)

    office.database.write(work)


def _verify(file: LogFile) -> bytes:
    """Check the whole chain, and head office's word on it where there is one; return the hash of the last event."""
    head, before = file.speaker.head, GENESIS
    for event in _chained(file):
        before = event.hash
        if head is not None and event.seq == head.seq and event.hash != head.hash:
            raise Damaged("log.chain", seq=event.seq)
    if head is not None and head.seq > file.speaker.events:
        raise Damaged("log.gap", wanted=head.seq, found=file.speaker.events)
    return before


def _chained(file: LogFile) -> Iterator[WireEvent]:
    """Return the events, each of them checked; raises Damaged ``log.gap``, ``log.chain``."""
    speaker, before = file.speaker, GENESIS
    for seq, event in enumerate(file.events(), 1):
        if event.seq != seq:
            raise Damaged("log.gap", wanted=seq, found=event.seq)
        if chain_hash(Origin(speaker.terminal_id, speaker.epoch, seq), before, event.body) != event.hash:
            raise Damaged("log.chain", seq=seq)
        before = event.hash
        yield event


def _check_end(file: LogFile, head_hash: bytes) -> bool:
    """Check the last line and say whether the device signed it."""
    speaker, end = file.speaker, file.end()
    if end.head_hash != head_hash:
        raise Damaged("log.chain", seq=speaker.events)
    if not end.signature:
        return False
    check_signature(
        speaker.device_key,
        log_bytes(speaker.terminal_id, speaker.epoch, speaker.events, head_hash),
        end.signature,
    )
    return True


def _life(office: Office, speaker: Speaker) -> int:
    """Return the number of the speaker's life, known again by its papers if it has to be.

    Raises Refused ``terminal.unknown`` unless head office signed for this life: its certificate, or its log;
    ``office.restored_unannounced`` for a life that this very incarnation enrolled and has forgotten.
    """
    if not is_epoch(speaker.epoch):
        raise Refused(TERMINAL_UNKNOWN, epoch=speaker.epoch)
    life = _known(office, speaker)
    if life is not None:
        _check_known(office, speaker, life)
        return int(life.life_no)
    check_papers(office, speaker.terminal_id, speaker.epoch, Papers(speaker.certificate, speaker.device_key))

    def work(connection: sa.Connection) -> None:
        restore = readmit(office, connection, NewLife(speaker.terminal_id, speaker.epoch, speaker.device_key))
        if restore is not None:
            raise Refused(restore.code, reason=restore.reason)  # whoever salvages can say so with the restore tool

    office.database.write(work)
    life = _known(office, speaker)
    assert life is not None
    return int(life.life_no)


def _known(office: Office, speaker: Speaker) -> lives.Life | None:
    with office.database.read() as connection:
        named = sa.select(schema.life).where(_LIFE.terminal_id == speaker.terminal_id, _LIFE.epoch == speaker.epoch)
        return connection.execute(named).one_or_none()


def _check_known(office: Office, speaker: Speaker, life: lives.Life) -> None:
    """Raise Refused ``terminal.unknown`` unless one of our signatures is on it.

    A file without a device key is measured by the keys on record; a certificate of a key before those cannot be read
    without that key, but head office also signed for the log.
    """
    head = speaker.head
    for key in filter(None, (speaker.device_key, life.device_key, life.next_key)):
        try:
            check_papers(office, speaker.terminal_id, speaker.epoch, Papers(speaker.certificate, key))
        except Refused:
            continue
        return
    is_ours = (
        head is not None
        and head.seq > 0
        and office.identity.has_signed(
            head_bytes(speaker.terminal_id, speaker.epoch, head.incarnation, head.seq, head.hash), head.signature
        )
    )
    if not is_ours:
        raise Refused(TERMINAL_UNKNOWN, terminal_id=speaker.terminal_id, epoch=speaker.epoch)


def _take_all(office: Office, life_no: int, events: list[WireEvent]) -> tuple[int, int]:
    """Store what is new; return the life that the history went on in, and how many events were new."""
    while True:
        went_on, new = office.database.write(partial(_take, office, life_no=life_no, events=events))
        if went_on == life_no:
            return life_no, new
        life_no = went_on


def _take(office: Office, connection: sa.Connection, *, life_no: int, events: list[WireEvent]) -> tuple[int, int]:
    """Store what is new in this life's history, or return the branch to go on in if they leave it."""
    recovery.check_current(office, connection)
    life = lives.locked(connection, life_no)
    held = sa.select(_INBOX.seq, _INBOX.hash).where(
        _INBOX.life_no == life_no, _INBOX.seq.between(events[0].seq, events[-1].seq)
    )
    hashes = {row.seq: row.hash for row in connection.execute(held)}
    for event in events:
        if hashes.get(event.seq, event.hash) != event.hash:
            return _branch(office, connection, life, event), 0
    fresh = [event for event in events if event.seq > life.last_seq]
    if fresh:
        assert fresh[0].seq == life.last_seq + 1, (life.last_seq, fresh[0].seq)
        store(connection, life_no, fresh, office.clock.now_ms(), is_heard=False)
    return life_no, len(fresh)


def _branch(office: Office, connection: sa.Connection, life: lives.Life, first: WireEvent) -> int:
    """Return the life of the branch that begins with an event, made if it is the first that we see of it."""
    epoch = f"{life.epoch}{MARK}{first.hash[:BRANCH_BYTES].hex()}"
    known = sa.select(_LIFE.life_no).where(_LIFE.terminal_id == life.terminal_id, _LIFE.epoch == epoch)
    found = connection.execute(known).scalar()
    if found is not None:
        return int(found)
    row = {
        "terminal_id": life.terminal_id,
        "epoch": epoch,
        "store_id": life.store_id,
        "device_key": life.device_key,
        "status": lives.SALVAGED,
        "last_seq": first.seq - 1,
        "last_hash": lives.hash_at(connection, life, first.seq - 1),
        "posted_seq": first.seq - 1,
        "stable_seq": 0,
    }
    made = connection.execute(sa.insert(schema.life).values(row).returning(_LIFE.life_no)).scalar_one()
    facts = {"epoch": epoch, "from_seq": first.seq, "held": life.last_seq}
    raise_flag(connection, office.clock.now_ms(), "salvage.branch", caller=lives.caller_of(life), facts=facts)
    return int(made)


def _note(
    office: Office, life_no: int, speaker: Speaker, head_hash: bytes, by: str, new: int, connection: sa.Connection
) -> str:
    """Write down who brought what, and return the epoch that it went to."""
    life = lives.locked(connection, life_no)
    now_ms = office.clock.now_ms()
    body = {
        "terminal_id": speaker.terminal_id,
        "epoch": speaker.epoch,
        "events": speaker.events,
        "head_hash": head_hash.hex(),
        "by": by,
    }
    record(connection, SALVAGE, f"{SALVAGE}/{speaker.terminal_id}/{speaker.epoch}/{head_hash.hex()}", now_ms, body)
    if new:
        facts = {**body, "went_to": life.epoch, "new": new}
        raise_flag(connection, now_ms, "salvage.done", caller=lives.caller_of(life), facts=facts)
    return str(life.epoch)


def _post(office: Office, life_no: int) -> int:
    """Post what waits of a life until it is done or somebody else is at it; return how many events still wait."""
    posted = 1
    while waiting := _waiting(office, life_no):
        if not posted:
            return waiting
        _turn, posted = Intake(office).post_waiting(life_no - 1)
    return 0


def _waiting(office: Office, life_no: int) -> int:
    with office.database.read() as connection:
        behind = sa.select(_LIFE.last_seq - _LIFE.posted_seq).where(_LIFE.life_no == life_no)
        return int(connection.execute(behind).scalar_one())
