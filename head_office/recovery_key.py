"""The recovery key: tills seal their database keys to it; its private half is kept offline, never in the database."""

import os
from pathlib import Path

import sqlalchemy as sa
from nacl.public import PrivateKey

from head_office.acts import Act, keep, record
from head_office.office import Identity, Office
from head_office.store import schema
from pos_app.errors import Refused
from pos_app.sync.wire import recovery_file
from pos_app.sync.wire.signatures import recovery_bytes

RECOVERY_KEY = "recovery-key"
META = "recovery_key"
OWNER_ONLY = 0o600
_META = schema.meta.c
_STORED = sa.select(_META.v).where(_META.k == META)


def make(office: Office, out: Path) -> bytes:
    """Make a new key pair, write the private half to ``out`` (hex, mode 0600) and return the public half.

    Tills seal their keys anew at their next hello; keep the former private key until all of them have.

    Raises:
        Refused: ``file.exists`` where there is a file: a private key is never written over another.
    """
    private = PrivateKey.generate()
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise Refused("file.exists", path=str(out)) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(bytes(private).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    public = bytes(private.public_key)

    _keep(office, public, office.clock.now_ms())
    keep(office)
    return public


def kept_again(office: Office, act: Act) -> None:
    """Tell tills of this key again, after a restore that forgot it."""
    _keep(office, bytes.fromhex(act.body["public"]), act.at_ms)


def _keep(office: Office, public: bytes, at_ms: int) -> None:
    def work(connection: sa.Connection) -> None:
        connection.execute(sa.delete(schema.meta).where(_META.k == META))
        connection.execute(sa.insert(schema.meta).values(k=META, v=public))
        record(connection, RECOVERY_KEY, f"{RECOVERY_KEY}/{public.hex()}", at_ms, {"public": public.hex()})

    office.database.write(work)


def told(connection: sa.Connection, identity: Identity) -> tuple[bytes, bytes]:
    """Return the public half and head office's signature over it; empty where none was made."""
    public = connection.execute(_STORED).scalar()
    if public is None:
        return b"", b""
    return public, identity.signing_key.sign(recovery_bytes(public)).signature


def unwrap(file: Path, key: Path) -> bytes:
    """Return the database key in a till's recovery file, opened with the private key in ``key``.

    Raises:
        Refused: ``file.missing``. Damaged: ``recovery.file``, ``recovery.key``.
    """
    try:
        body, private = file.read_bytes(), bytes.fromhex(key.read_text(encoding="ascii"))
    except OSError as error:
        raise Refused("file.missing", path=str(error.filename)) from error
    except ValueError as error:
        raise Refused("recovery.key", path=str(key)) from error
    return recovery_file.unwrap(body, private)
