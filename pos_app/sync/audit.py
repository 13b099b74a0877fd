"""The proof that a till's log is whole and that head office has it as it was said."""

from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Damaged
from pos_app.sync.keys import verify
from pos_app.sync.wire.signatures import head_bytes


class AuditPort(Protocol):
    """The log as an auditor reads it."""

    def verify_chain(self) -> int:
        """Recompute the whole chain and return how many events it has; raises Damaged ``log.gap``, ``log.chain``."""
        ...

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``. Raises Damaged ``log.gap``."""
        ...

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head of this log that head office has signed for; None if none yet."""
        ...


@dataclass(frozen=True, slots=True)
class Audit:
    """``events`` in the log, all of them chained; the first ``countersigned`` of them head office has signed for."""

    events: int
    countersigned: int


def audit(log: AuditPort, identity: Identity) -> Audit:
    """Walk the whole chain and hold it against head office's countersigned head.

    Raises:
        Damaged: ``log.gap``, ``log.chain`` (something in the log was changed), ``head_office.signature`` (the
            countersigned head is not head office's), ``log.rewritten`` (head office signed for another event there).
    """
    events = log.verify_chain()
    head = log.countersigned()
    if head is None:
        return Audit(events, 0)
    signed = head_bytes(identity.terminal_id, identity.epoch, head.incarnation, head.seq, head.hash)
    if not verify(identity.head_office_key, signed, head.signature):
        raise Damaged("head_office.signature", upto=head.seq)
    if head.seq > events or log.hash_at(head.seq) != head.hash:
        raise Damaged("log.rewritten", seq=head.seq)
    return Audit(events, head.seq)
