"""What every part of head office is given: database, identity, clock, sessions, bell."""

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from nacl.signing import SigningKey

from head_office.bell import Bell
from head_office.clock import Clock, SystemClock
from head_office.sessions import Sessions
from head_office.store import schema
from head_office.store.database import Database
from head_office.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this head office database is. ``incarnation`` changes when it is restored from a backup."""

    incarnation: str
    incarnation_no: int
    signing_key: SigningKey

    @property
    def public_key(self) -> bytes:
        """Return the key that terminals check head office's signatures with."""
        return bytes(self.signing_key.verify_key)


@dataclass(frozen=True, slots=True)
class Office:
    """One running head office. ``folder`` holds snapshot files."""

    database: Database
    identity: Identity
    clock: Clock
    sessions: Sessions
    bell: Bell
    folder: Path


def open_office(url: str, clock: Clock | None = None, folder: Path | None = None) -> Office:
    """Bring the database to the newest shape and return the office on it; raises Unavailable."""
    database = Database(url)
    migrate(database)
    identity = database.write(_identity)
    place = folder or _beside(database)
    place.mkdir(parents=True, exist_ok=True)
    return Office(database, identity, clock or SystemClock(), Sessions(), Bell(), place)


def _identity(connection: sa.Connection) -> Identity:
    """Return the identity, made on the first start."""
    rows = {row.k: row.v for row in connection.execute(sa.select(schema.meta))}
    if not rows:
        number = 1
        rows = {
            "incarnation_no": str(number).encode(),
            "incarnation": f"{number}-{secrets.token_hex(16)}".encode(),
            "signing_seed": bytes(SigningKey.generate()),
        }
        connection.execute(sa.insert(schema.meta), [{"k": k, "v": v} for k, v in rows.items()])
    return Identity(rows["incarnation"].decode(), int(rows["incarnation_no"]), SigningKey(rows["signing_seed"]))


def _beside(database: Database) -> Path:
    """Return where snapshot files go: next to an embedded database, else in the machine's temporary folder."""
    if database.is_postgres or not database.url.database:
        return Path(tempfile.gettempdir()) / f"head-office-{database.url.database}"
    return Path(database.url.database).resolve().with_suffix(".snapshots")
