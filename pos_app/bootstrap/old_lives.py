"""The earlier lives of a till: enrolling again begins a new database, and the old one is put aside, whole.

Nothing is copied from one to the other: what the old life said is its own for ever, under its own epoch. What it has
not delivered yet goes up from where it lies, by the running till or by ``pos-app deliver-old``; then its file is kept.
"""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.bootstrap.sync_port import till_port
from pos_app.bootstrap.world import Here, SystemChance, SystemClock
from pos_app.domain.till import Identity
from pos_app.errors import PosError, Refused
from pos_app.paths import Paths
from pos_app.store.connection import open_encrypted
from pos_app.sync.endpoints import Wire
from pos_app.sync.keys import DeviceKey
from pos_app.sync.keystore import DEVICE, KeyStore, device_key, sync_folder
from pos_app.sync.push import Pusher
from pos_app.sync.status import StatusBoard
from pos_app.sync.till_port import IdentityPort
from pos_app.sync.worker import Surroundings, station_of

FRESH = "till-fresh.db"  # a new life that is being enrolled; worth nothing yet
AFTER = "till-after-"  # + epoch: a new life that is enrolled, and which one it follows
LIFE, SENT = "till-", ".sent"
SIDE_FILES = ("-wal", "-shm")
LOOK_AGAIN_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one old life: how many facts went up now, and the code of what kept the rest."""

    epoch: str
    sent: int
    problem: str = ""


def check_over(desks: Desks) -> None:
    """Make sure that a life may be put aside.

    Raises Refused ``enrol.done`` while head office counts with it, ``enrol.day_open``, ``enrol.sales_held``.
    """
    with desks.store.view() as unit:
        if not unit.till.ended():
            raise Refused("enrol.done")
        if unit.days.open_shift() is not None:
            raise Refused("enrol.day_open")
        if unit.held.count():
            raise Refused("enrol.sales_held", held=unit.held.count())


def enrol_anew(
    paths: Paths, keys: KeyStore, key: bytes, old_epoch: str, enrol: Callable[[IdentityPort], Identity]
) -> Identity:
    """Enrol into a new database beside the old one; the next start puts the old one aside.

    A kill before the last line leaves the old life as it was: the code may be typed again.
    """
    fresh = paths.home / FRESH
    for name in (FRESH, *(FRESH + side for side in SIDE_FILES)):
        (paths.home / name).unlink(missing_ok=True)
    chance = SystemChance()
    keys.save(key_name(old_epoch), device_key(keys, chance.token).seed)
    desks = open_desks(fresh, key, World(SystemClock(), LinkState(), _nothing, chance))
    with closing(desks.store):
        identity = enrol(desks.log)
        desks.store.checkpoint()
    fresh.replace(paths.home / f"{AFTER}{old_epoch}.db")
    sync_folder(paths.home)
    return identity


def is_new(paths: Paths) -> bool:
    """Say whether this till has no database yet, so that its key may be made."""
    return not paths.till_db.exists() and not any(paths.home.glob(f"{AFTER}*.db")) and not paths.lives.exists()


def settle(paths: Paths, key: bytes) -> None:
    """Put an old life aside whose successor is enrolled; each step may be the last one before a power cut."""
    for successor in paths.home.glob(f"{AFTER}*.db"):
        epoch = successor.stem.removeprefix(AFTER)
        paths.lives.mkdir(mode=0o700, exist_ok=True)
        if paths.till_db.exists():
            if any(paths.till_db.with_name(paths.till_db.name + side).exists() for side in SIDE_FILES):
                _fold(paths.till_db, key)
            os.replace(paths.till_db, paths.lives / f"{LIFE}{epoch}.db")
            sync_folder(paths.lives)
            sync_folder(paths.home)
        successor.replace(paths.till_db)
        sync_folder(paths.home)


def waiting(paths: Paths) -> list[Path]:
    """Return the databases of old lives that may still have something to deliver."""
    return sorted(path for path in paths.lives.glob(f"{LIFE}*.db") if SENT not in path.name)


def deliver(path: Path, key: bytes, keys: KeyStore, wire: Wire, version: str) -> Delivered:
    """Send what an old life has not sent, and with it the rights it still holds; blocks.

    A life that was set back (``push.fork``) cannot be delivered: head office reads its disk.

    Raises Unavailable where head office is out of reach; what was sent until then stays sent.
    """
    chance, clock = SystemChance(), SystemClock()
    epoch = path.stem.removeprefix(LIFE)
    seed = keys.load(key_name(epoch))
    device = device_key(keys, chance.token) if seed is None else DeviceKey(seed)
    desks = open_desks(path, key, World(clock, LinkState(), _nothing, chance))
    with closing(desks.store):
        identity = desks.log.identity()
        if identity is None:
            return Delivered(epoch, 0, "till.not_enrolled")
        port = till_port(Here(), desks.log, desks.rights)
        given = Surroundings(wire, port, identity, device, path.parent, clock, chance, version)
        board = StatusBoard(lambda _status: None, clock)
        problem = ""
        try:
            Pusher(station_of(given, board, _never)).round()
        except Refused as error:
            problem = error.code
        left, sent = desks.log.unsent(), board.status().pushed
        desks.store.checkpoint()
    if left:
        return Delivered(epoch, sent, problem)
    path.replace(path.with_name(f"{path.stem}{SENT}.db"))
    return Delivered(epoch, sent)


@dataclass(frozen=True, slots=True)
class OldLives:
    """Delivers all that waits, a round at a time, on the thread of whoever asks."""

    paths: Paths
    key: bytes
    keys: KeyStore
    wire: Wire
    version: str

    def deliver(self) -> list[Delivered]:
        """Deliver each; raises the first Unavailable after all had their turn."""
        done: list[Delivered] = []
        problem: PosError | None = None
        for path in waiting(self.paths):
            try:
                done.append(deliver(path, self.key, self.keys, self.wire, self.version))
            except PosError as error:
                problem = problem or error
        if problem is not None:
            raise problem
        return done

    def round(self) -> float:
        """Deliver; return seconds until it is worth looking again."""
        self.deliver()
        return LOOK_AGAIN_S


def _fold(path: Path, key: bytes) -> None:
    """Bring what a killed program left beside the database into it."""
    database = open_encrypted(path, key, must_exist=True)
    database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    database.close()


def key_name(epoch: str) -> str:
    """Return the name under which the keystore has the device key of an old life."""
    return f"{DEVICE}-{epoch}"


def _never() -> bool:
    return False


def _nothing() -> None:
    """An old life wakes nobody."""
