"""What sync needs of the till's stores, as shapes; bootstrap joins them to the db lane.

Every method is one transaction. Implementations may block until the db lane is free, so nothing here may be called
from the db lane itself. ``DirectoryPort`` is used by the pulling thread alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pos_app.domain.directory import Cursor, DirectoryChange, KeptItem
from pos_app.domain.events import LogEvent
from pos_app.domain.ledger import Grant
from pos_app.domain.releases import Recall
from pos_app.domain.till import Countersigned, Identity
from pos_app.sync.session import LogHead


class LogPort(Protocol):
    """The event log, as the outbox that it is."""

    def head(self) -> LogHead:
        """Return where the log stands."""
        ...

    def events_after(self, seq: int, limit: int, max_bytes: int) -> Sequence[LogEvent]:
        """Return the rows after ``seq`` in order: at most ``limit``, at most ``max_bytes`` of bodies, at least one."""
        ...

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``; of 0 the genesis hash. Raises Damaged ``log.gap``."""
        ...

    def mark_accepted(self, accepted_upto: int, stable_upto: int, head: Countersigned | None = None) -> None:
        """Remember what head office holds; it may be less than before, after head office was restored.

        ``head`` is what it signed for; the furthest of one incarnation is kept.
        """
        ...

    def keep_certificate(self, certificate: bytes) -> None:
        """Remember head office's certificate of the device key that is in force now."""
        ...

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head of this log that head office has signed for; None if none yet."""
        ...

    def incarnation(self) -> str:
        """Return the incarnation of head office's database that this terminal is bound to; empty if none yet."""
        ...

    def bind(self, incarnation: str) -> None:
        """Remember which incarnation of head office's database this terminal talks to."""
        ...

    def ended(self) -> str:
        """Return the code for which head office ended this life; empty while it trades."""
        ...

    def mark_ended(self, code: str) -> None:
        """Remember why head office ended this life, empty: it did not. Nothing can be redeemed in an ended life."""
        ...

    def heard(self, server_time_ms: int) -> None:
        """Remember head office's clock, as it was said at the start of a session."""
        ...

    def unsent(self) -> int:
        """Return how many facts head office is not known to hold."""
        ...


class HoldingsPort(Protocol):
    """The grants of this terminal, in ``till.db``."""

    def cursor(self, shard: str) -> Cursor | None:
        """Return how far the terminal's own shard was applied; None if never."""
        ...

    def install_page(
        self,
        shard: str,
        cursor: Cursor,
        grants: Sequence[Grant],
        recalls: Sequence[Recall] = (),
        kept: Sequence[KeptItem] = (),
    ) -> None:
        """Install the grants not yet known by gid, say so in one event, and move the cursor: one transaction.

        A grant that an incarnation before the bound one made is passed over: it may have been given again. Raises
        Unavailable ``head_office.changed`` where the terminal was bound to another incarnation than the cursor's.
        Recalls are remembered until ``hand_back`` has answered them.
        """
        ...

    def kept(self, shard: str) -> Sequence[KeptItem]:
        """Return what was kept aside of the shard, in order."""
        ...

    def rewind(self, shard: str, incarnation: str) -> None:
        """Have the shard read again from its start; what was kept aside of it is forgotten, since it comes again."""
        ...

    def install_grants(self, incarnation: str, grants: Sequence[Grant]) -> None:
        """Install grants that ``incarnation`` answered with, as ``install_page`` does."""
        ...

    def hand_back(self) -> int:
        """Hand back what this terminal should hold no longer, recalls first of all; return how many holdings went."""
        ...


class DirectoryPort(Protocol):
    """``directory.db``: what head office publishes."""

    def cursor(self, shard: str) -> Cursor | None:
        """Return how far the shard was applied; None if never, or if there is no directory."""
        ...

    def size(self, shard: str) -> int:
        """Return how many entities of the shard the directory holds; 0 without a directory. Takes a while."""
        ...

    def install_file(self, path: Path, key: bytes) -> None:
        """Take ``path`` (SQLCipher, raw ``key``) as the directory from now on, in place of any other."""
        ...

    def install_shard(self, shard: str, path: Path, key: bytes) -> None:
        """Replace what one shard published by what ``path`` holds of it; the other shards stay as they are."""
        ...

    def kept(self, shard: str) -> Sequence[KeptItem]:
        """Return what was kept aside of the shard, in order."""
        ...

    def apply_kept(self, shard: str, changes: Sequence[DirectoryChange]) -> None:
        """Apply what was kept aside and can be read now, by version, and forget it: one transaction."""
        ...

    def apply_page(
        self, shard: str, cursor: Cursor, changes: Iterable[DirectoryChange], kept: Sequence[KeptItem]
    ) -> None:
        """Apply what is newer by version, keep what is unreadable, and move the cursor: one transaction."""
        ...

    def close(self) -> None:
        """Let go of the file; called on the pulling thread when it ends."""
        ...


class IdentityPort(Protocol):
    """Where the terminal's identity is kept, beside its log."""

    def identity(self) -> Identity | None:
        """Return who this terminal is; None before enrolment."""
        ...

    def save_identity(self, identity: Identity) -> None:
        """Remember it; there is one identity for the whole life of a till's database."""
        ...


@dataclass(frozen=True, slots=True)
class TillPort:
    """The till's stores as sync sees them."""

    log: LogPort
    holdings: HoldingsPort
    directory: DirectoryPort
