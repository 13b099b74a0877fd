"""Every log that lies on this machine, recomputed and held against head office's word; nothing is changed."""

from dataclasses import dataclass, replace
from pathlib import Path

from pos_app.bootstrap.log_export import database_key
from pos_app.errors import Damaged, PosError
from pos_app.paths import Paths
from pos_app.store.log_copy import LogCopy, opened_copy
from pos_app.sync.audit import Audit, audit
from pos_app.sync.keystore import KeyStore
from pos_app.sync.wire import event_codec

COPIES = "till-before-*.db"  # what was kept when the program was renewed; beside the copy of the last close


@dataclass(frozen=True, slots=True)
class Checked:
    """What one database says. ``length`` is how many events it claims; ``audit.problem`` the first thing wrong."""

    file: str
    terminal_id: str
    epoch: str
    length: int
    audit: Audit


def verify(paths: Paths, keys: KeyStore, database: Path | None = None, key: str = "") -> tuple[Checked, ...]:
    """Check the till's database, its second copies and its earlier lives, or ``database`` alone.

    A copy of the same life must agree with the till's own log as far as it goes. The till may be running.

    Args:
        key: of the database in hex, where the keystore does not have it.

    Raises:
        Damaged: ``keystore.no_database_key``, ``export.key``.
    """
    opener = database_key(keys, key)
    if database is not None:
        return (_checked(database, opener),)
    copies = [*([paths.copy] if paths.copy.exists() else []), *sorted(paths.home.glob(COPIES))]
    lives = sorted(paths.lives.glob("*.db")) if paths.lives.is_dir() else []
    own = _checked(paths.till_db, opener)
    return (own, *(_checked(copy, opener, paths.till_db) for copy in copies), *(_checked(one, opener) for one in lives))


def _checked(path: Path, key: bytes, original: Path | None = None) -> Checked:
    try:
        with opened_copy(path, key, event_codec) as log:
            found = audit(log)
            if found.problem is None and original is not None:
                found = _agreeing(log, found, original, key)
            if found.problem is None:
                found = _read_whole(log, found)
            return Checked(path.name, log.identity.terminal_id, log.identity.epoch, log.length, found)
    except PosError as error:
        return Checked(path.name, "", "", 0, Audit(0, 0, error))


def _agreeing(copy: LogCopy, found: Audit, original: Path, key: bytes) -> Audit:
    """Hold a copy against the log it was taken from; of another life, it stands for itself."""
    with opened_copy(original, key, event_codec) as log:
        if (log.identity.terminal_id, log.identity.epoch) != (copy.identity.terminal_id, copy.identity.epoch):
            return found
        if log.length < copy.length or log.hash_at(copy.length) != copy.hash_at(copy.length):
            return replace(found, problem=Damaged("log.copy_differs", seq=copy.length))
    return found


def _read_whole(log: LogCopy, found: Audit) -> Audit:
    """Add what is wrong with the rest of the file to a log that is whole."""
    try:
        log.read_every_page()
    except PosError as error:
        return replace(found, problem=error)
    return found
