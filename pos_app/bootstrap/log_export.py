"""The log of a till, or of one of its earlier lives, as one file for head office."""

from dataclasses import dataclass
from pathlib import Path

from pos_app.bootstrap.old_lives import key_name
from pos_app.domain.till import Identity
from pos_app.errors import Damaged
from pos_app.paths import Paths
from pos_app.store.log_copy import opened_copy
from pos_app.sync.device_keys import BEFORE, NEXT
from pos_app.sync.keys import DATABASE_KEY_BYTES, DeviceKey, verify
from pos_app.sync.keystore import DATABASE, DEVICE, KeyStore
from pos_app.sync.wire import event_codec
from pos_app.sync.wire.log_file import VERSION, Speaker, write_log
from pos_app.sync.wire.messages import WireEvent
from pos_app.sync.wire.signatures import certificate_bytes


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written; ``is_signed`` says whether the device's key was there to vouch for it."""

    terminal_id: str
    epoch: str
    events: int
    is_signed: bool


def export_log(paths: Paths, keys: KeyStore, out: Path, database: Path | None = None, key: str = "") -> Exported:
    """Write the log of a database to a new file; the till may be running.

    Args:
        database: default the till's own. ``key``: of the database in hex, where the keystore does not have it.

    Raises:
        Refused: ``file.exists``, ``till.not_enrolled``. Damaged: ``keystore.no_database_key``, ``export.key``, and,
            like Unavailable, what opening the database raises.
    """
    path = database or paths.till_db
    with opened_copy(path, database_key(keys, key), event_codec) as log:
        identity = log.identity
        device = _device(keys, identity)
        speaker = Speaker(
            VERSION,
            identity.terminal_id,
            identity.epoch,
            identity.certificate,
            b"" if device is None else device.public,
            log.length,
            log.countersigned,
        )
        events = (WireEvent(event.seq, event.body, event.hash) for event in log.events())
        write_log(out, speaker, events, None if device is None else device.sign)
    return Exported(identity.terminal_id, identity.epoch, speaker.events, device is not None)


def database_key(keys: KeyStore, typed: str = "") -> bytes:
    """Return the key of the till's databases: the one ``typed`` in hex, or the keystore's.

    Raises Damaged ``export.key``, ``keystore.no_database_key``.
    """
    if typed:
        try:
            key = bytes.fromhex(typed)
        except ValueError as error:
            raise Damaged("export.key") from error
        if len(key) != DATABASE_KEY_BYTES:
            raise Damaged("export.key")
        return key
    kept = keys.load(DATABASE)
    if kept is None or len(kept) != DATABASE_KEY_BYTES:
        raise Damaged("keystore.no_database_key")
    return kept


def _device(keys: KeyStore, identity: Identity) -> DeviceKey | None:
    """Return the key that the certificate is for, if it is still here."""
    for name in (key_name(identity.epoch), DEVICE, NEXT, BEFORE):
        seed = keys.load(name)
        device = None if seed is None else DeviceKey(seed)
        if device is not None:
            signed = certificate_bytes(identity.terminal_id, identity.epoch, device.public)
            if verify(identity.head_office_key, signed, identity.certificate):
                return device
    return None
