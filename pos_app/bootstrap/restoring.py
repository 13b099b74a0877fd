"""A dead machine's second copy at its successor: the log as a file for head office, held sales back on this till."""

from dataclasses import dataclass
from pathlib import Path

from pos_app.bootstrap.desks import Desks
from pos_app.bootstrap.log_export import Exported, database_key, export_log
from pos_app.errors import Refused
from pos_app.paths import Paths
from pos_app.store.log_copy import opened_copy
from pos_app.sync.audit import audit
from pos_app.sync.keystore import KeyStore
from pos_app.sync.wire import event_codec


@dataclass(frozen=True, slots=True)
class Restored:
    """What a copy gave: its log, written to a file, and how many held sales wait here again."""

    log: Exported
    held: int


def restore(paths: Paths, keys: KeyStore, desks: Desks, copy: Path, out: Path, key: str = "") -> Restored:
    """Read the copy of an earlier life of this till; on the database lane. Done again, it changes nothing more.

    The copy is never sold with: its facts go to head office by ``out`` (``head-office salvage``), and what is no fact,
    its held sales, is put aside here. Its chain is recomputed first.

    Raises:
        Refused: ``till.not_enrolled``, ``restore.other_till {terminal_id, own}``, ``restore.this_life``,
            ``file.exists``, ``hold.full``; Damaged: what ``audit`` finds, and, like Unavailable, what opening the copy
            raises.
    """
    own = desks.log.identity()
    if own is None:
        raise Refused("till.not_enrolled")
    with opened_copy(copy, database_key(keys, key), event_codec) as old:
        if old.identity.terminal_id != own.terminal_id:
            raise Refused("restore.other_till", terminal_id=old.identity.terminal_id, own=own.terminal_id)
        if old.identity.epoch == own.epoch:
            raise Refused("restore.this_life")
        problem = audit(old).problem
        if problem is not None:
            raise problem
        held = old.held()
    log = export_log(paths, keys, out, copy, key)
    return Restored(log, desks.checkout.adopt(held))
