"""Readmission: a head office restored from a backup older than an enrolment knows the terminal again by its papers.

The certificate is head office's own signature over terminal, epoch and device key, so nobody else can have made it. The
newest epoch of a terminal is its live life, whatever came back in which order.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from head_office import feed, lives, recovery
from head_office.branches import said_epoch
from head_office.flags import raise_flag
from head_office.office import Office
from head_office.recovery import Restore
from head_office.store import schema
from pos_app.errors import Refused
from pos_app.sync.session import Papers
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.http import TERMINAL_UNKNOWN
from pos_app.sync.wire.signatures import DEVICE_KEY_BYTES, certificate_bytes

_LIFE, _TERMINAL, _STORE = schema.life.c, schema.terminal.c, schema.store.c


@dataclass(frozen=True, slots=True)
class NewLife:
    """A life that the database does not know, and who it is."""

    terminal_id: str
    epoch: str
    device_key: bytes


def readmit(office: Office, connection: sa.Connection, new: NewLife) -> Restore | None:
    """Know a life again whose papers were checked; return what an epoch proves that this very incarnation gave out.

    Raises:
        Refused: ``terminal.unknown`` for a store that head office does not know.
    """
    recovery.check_current(office, connection)
    add_life(office, connection, new)
    number, _n = epoch_order(new.epoch)
    if number < office.identity.incarnation_no:
        return None
    reason = f"{new.terminal_id}/{new.epoch} was enrolled by a head office of this incarnation or a newer one"
    return Restore(recovery.UNANNOUNCED, reason, number)


def check_papers(office: Office, terminal_id: str, epoch: str, papers: Papers) -> None:
    """Raise Refused ``terminal.unknown`` unless head office signed the certificate for this life and key."""
    if len(papers.device_key) != DEVICE_KEY_BYTES or not is_epoch(epoch):
        raise Refused(TERMINAL_UNKNOWN)
    if not office.identity.has_signed(certificate_bytes(terminal_id, epoch, papers.device_key), papers.certificate):
        raise Refused(TERMINAL_UNKNOWN)


def add_life(office: Office, connection: sa.Connection, new: NewLife) -> int:
    """Add a life whose papers were checked, and return its number; one that is known by now stays as it is.

    Raises Refused ``terminal.unknown`` for a store that head office does not know.
    """
    known = sa.select(_LIFE.life_no).where(_LIFE.terminal_id == new.terminal_id, _LIFE.epoch == new.epoch)
    store_id, _dash, lane = new.terminal_id.rpartition("-")
    shop = connection.execute(sa.select(_STORE.store_id).where(_STORE.store_id == store_id).with_for_update()).scalar()
    there = connection.execute(known).scalar()
    if there is not None:
        return int(there)
    if shop is None or not lane.isdecimal():
        raise Refused(TERMINAL_UNKNOWN)
    _count_lives(connection, new, store_id, int(lane))
    status = _status(office, connection, new)
    own = feed.terminal_shard(new.terminal_id, new.epoch)
    feed.open_shards(connection, (feed.GLOBAL, feed.store_shard(store_id), own))
    row = {
        "terminal_id": new.terminal_id,
        "epoch": new.epoch,
        "store_id": store_id,
        "device_key": new.device_key,
        "status": status,
        "last_seq": 0,
        "last_hash": GENESIS,
        "posted_seq": 0,
        "stable_seq": 0,
    }
    life_no = int(connection.execute(sa.insert(schema.life).values(row).returning(_LIFE.life_no)).scalar_one())
    number = office.identity.incarnation_no
    if status in lives.AWAITED and recovery.is_on(connection, number):
        recovery.await_life(connection, number, life_no)
    facts = {"terminal_id": new.terminal_id, "epoch": new.epoch, "status": status}
    raise_flag(connection, office.clock.now_ms(), "terminal.readmitted", entity_id=new.terminal_id, facts=facts)
    return life_no


def epoch_order(epoch: str) -> tuple[int, int]:
    """Return what orders the epochs of a terminal: incarnation number, then count."""
    number, _dot, n = said_epoch(epoch).partition(".")
    return int(number), int(n)


def is_epoch(epoch: str) -> bool:
    """Say whether this is an epoch as head office gives them out."""
    parts = epoch.split(".")
    return len(parts) == 2 and all(part.isascii() and part.isdecimal() and len(part) <= 9 for part in parts)


def _count_lives(connection: sa.Connection, new: NewLife, store_id: str, lane: int) -> None:
    """Move the terminal's counter past the epoch, so that it is never given out again."""
    count = epoch_order(new.epoch)[1]
    known = sa.select(_TERMINAL.lives).where(_TERMINAL.terminal_id == new.terminal_id).with_for_update()
    counted = connection.execute(known).scalar()
    if counted is None:
        row = {"terminal_id": new.terminal_id, "store_id": store_id, "lane": lane, "lives": count}
        connection.execute(sa.insert(schema.terminal).values(row))
    elif counted < count:
        more = sa.update(schema.terminal).where(_TERMINAL.terminal_id == new.terminal_id).values(lives=count)
        connection.execute(more)


def _status(office: Office, connection: sa.Connection, new: NewLife) -> str:
    """Return the status of the new life; an older live one is superseded by it."""
    others = connection.execute(sa.select(schema.life).where(_LIFE.terminal_id == new.terminal_id)).all()
    if any(epoch_order(life.epoch) > epoch_order(new.epoch) for life in others):
        return lives.SUPERSEDED
    for life in others:
        if life.status == lives.LIVE:
            supersede(office, connection, life.life_no)
    return lives.LIVE


def supersede(office: Office, connection: sa.Connection, life_no: int) -> None:
    """Make a life history: it may deliver what it has, never trade; its rights stay with it until it is fenced.

    A recovery that waits for it goes on waiting: what was given to it may be forgotten here and spent there.
    """
    connection.execute(sa.update(schema.life).where(_LIFE.life_no == life_no).values(status=lives.SUPERSEDED))
    office.sessions.revoke(life_no)
