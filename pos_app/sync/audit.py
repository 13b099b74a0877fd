"""The proof that a till's log is whole and that head office has it as it was said."""

from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Damaged, PosError
from pos_app.sync.keys import verify
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.signatures import head_bytes

STEP = 1_000  # events


class AuditPort(Protocol):
    """The log as an auditor reads it."""

    @property
    def identity(self) -> Identity: ...
    @property
    def countersigned(self) -> Countersigned | None: ...

    def walk(self, after: int, prev_hash: bytes, limit: int) -> tuple[int, bytes]:
        """Recompute the chain over at most ``limit`` events after one whose hash is known; return where it came to."""
        ...

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``. Raises Damaged ``log.gap``."""
        ...


@dataclass(frozen=True, slots=True)
class Audit:
    """``events`` are chained from the first without a break; head office has signed for ``countersigned`` of them.

    ``problem`` is the first thing that is wrong, None where nothing is: ``log.gap``, ``log.chain``, ``log.kind`` with
    the ``seq`` of the first broken link, what ``check_mark`` raises, or what kept the log from being read.
    """

    events: int
    countersigned: int
    problem: PosError | None


def audit(log: AuditPort) -> Audit:
    """Walk the whole chain and hold it against head office's countersigned head."""
    at, last_hash = 0, GENESIS
    try:
        while (reached := log.walk(at, last_hash, STEP))[0] > at:
            at, last_hash = reached
    except PosError as error:
        return Audit(whole_before(error, at), 0, error)
    try:
        return Audit(at, _confirmed(log, at), None)
    except PosError as error:
        return Audit(at, 0, error)


def whole_before(error: PosError, at: int) -> int:
    """Return how many events are chained before a walk from ``at`` broke off."""
    seq = error.facts.get("seq")
    return seq - 1 if isinstance(seq, int) else at


def _confirmed(log: AuditPort, events: int) -> int:
    head = log.countersigned
    if head is None:
        return 0
    check_mark(log.identity, head)
    if head.seq > events or log.hash_at(head.seq) != head.hash:
        raise Damaged("log.rewritten", seq=head.seq)
    return head.seq


def check_mark(identity: Identity, head: Countersigned) -> None:
    """Make sure that a countersigned head is head office's own word; raises Damaged ``head_office.signature``."""
    signed = head_bytes(identity.terminal_id, identity.epoch, head.incarnation, head.seq, head.hash)
    if not verify(identity.head_office_key, signed, head.signature):
        raise Damaged("head_office.signature", upto=head.seq)
