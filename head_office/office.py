"""What every part of head office is given: database, identity, clock, sessions, bell."""

import secrets
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

from head_office.bell import Bell
from head_office.clock import Clock, SystemClock
from head_office.sessions import Sessions
from head_office.store import schema
from head_office.store.database import Database
from head_office.store.migrate import migrate
from pos_app.sync.wire.signatures import head_bytes

INCARNATION_BYTES = 16
SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this head office database is.

    ``incarnation`` changes when it is restored from a backup. ``signing_key`` never does: it is made at the first
    start, lies in every backup, and what it signed proves to any incarnation what another one held.
    """

    incarnation: str
    incarnation_no: int
    signing_key: SigningKey

    @property
    def public_key(self) -> bytes:
        """Return the key that terminals check head office's signatures with."""
        return bytes(self.signing_key.verify_key)

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Say whether this is head office's own signature, of whatever incarnation."""
        try:
            self.signing_key.verify_key.verify(signed, signature)
        except (BadSignatureError, ValueError):
            return False
        return True

    def countersign(self, terminal_id: str, epoch: str, accepted_upto: int, head_hash: bytes) -> bytes:
        """Return head office's signature for holding a life's log up to an event with this chain hash."""
        return self.signing_key.sign(
            head_bytes(terminal_id, epoch, self.incarnation, accepted_upto, head_hash)
        ).signature


@dataclass(slots=True)
class Office:
    """One running head office.

    ``folder`` holds snapshot files; ``token`` gives unpredictable bytes of a given length, the only way to chance.
    ``identity`` changes, by ``become`` alone, when it turns out that the database was restored.
    """

    database: Database
    identity: Identity
    clock: Clock
    sessions: Sessions
    bell: Bell
    stored: threading.Event  # set when a push has stored what the postman is to post
    folder: Path
    token: Callable[[int], bytes]

    def become(self, identity: Identity) -> None:
        """Answer as another incarnation from now on: every session and nonce of the one before is void."""
        self.identity = identity
        self.sessions.forget_all()


def open_office(
    url: str,
    clock: Clock | None = None,
    folder: Path | None = None,
    token: Callable[[int], bytes] = secrets.token_bytes,
) -> Office:
    """Bring the database to the newest shape and return the office on it; raises Unavailable."""
    database = Database(url)
    migrate(database)
    return office_on(database, clock, folder, token)


def office_on(
    database: Database,
    clock: Clock | None = None,
    folder: Path | None = None,
    token: Callable[[int], bytes] = secrets.token_bytes,
) -> Office:
    """Return a fresh process of the office on a database of the newest shape."""
    identity = database.write(lambda connection: stored_identity(connection) or _first_identity(connection, token))
    place = folder or _beside(database)
    place.mkdir(parents=True, exist_ok=True)
    return Office(database, identity, clock or SystemClock(), Sessions(token), Bell(), threading.Event(), place, token)


# Whoever locks this row is alone in what the whole chain shares.
STORED_INCARNATION = sa.select(schema.meta.c.v).where(schema.meta.c.k == "incarnation")


def stored_identity(connection: sa.Connection) -> Identity | None:
    """Return who the database says it is; None before its first start."""
    rows = {row.k: row.v for row in connection.execute(sa.select(schema.meta))}
    if "incarnation" not in rows:
        return None
    return Identity(rows["incarnation"].decode(), int(rows["incarnation_no"]), SigningKey(rows["signing_seed"]))


def incarnation_name(number: int, token: Callable[[int], bytes]) -> str:
    """Return a name for the ``number``-th incarnation that no other database has."""
    return f"{number}-{token(INCARNATION_BYTES).hex()}"


def _first_identity(connection: sa.Connection, token: Callable[[int], bytes]) -> Identity:
    made = Identity(incarnation_name(1, token), 1, SigningKey(token(SEED_BYTES)))
    rows = {
        "incarnation_no": str(made.incarnation_no).encode(),
        "incarnation": made.incarnation.encode(),
        "signing_seed": bytes(made.signing_key),
    }
    connection.execute(sa.insert(schema.meta), [{"k": k, "v": v} for k, v in rows.items()])
    return made


def _beside(database: Database) -> Path:
    """Return where snapshot files go: next to an embedded database, else in the machine's temporary folder."""
    if database.is_postgres or not database.url.database:
        return Path(tempfile.gettempdir()) / f"head-office-{database.url.database}"
    return Path(database.url.database).resolve().with_suffix(".snapshots")
