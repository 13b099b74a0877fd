"""What terminal and head office say to each other: one struct a message, JSON by msgspec.

Every answer carries ``incarnation`` (of the head office database) and ``server_time_ms``. Bytes travel as base64.
Endpoints (all ``/v1``): enrol, challenge, hello, push, feed, news, rights, receipt, statement,
snapshot/manifest, snapshot/{id}/{n}, health.
"""

from typing import Literal

import msgspec

from pos_app.domain.calls import Call
from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.members import HeldElsewhere, MemberAlias, MemberRecord
from pos_app.domain.profile import Lot
from pos_app.domain.programme import Programme
from pos_app.domain.releases import Recall
from pos_app.domain.returnable import Returnable
from pos_app.domain.staff import StaffMember
from pos_app.domain.statement import StatementEntry
from pos_app.domain.till import Countersigned

PROTOCOL_VERSION = 1
MAX_BATCH_EVENTS = 500
MAX_BATCH_BYTES = 1024 * 1024
MAX_DECOMPRESSED_BYTES = 8 * 1024 * 1024
MAX_FEED_ITEMS = 500


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer carries."""

    incarnation: str
    server_time_ms: int
    min_client: int = PROTOCOL_VERSION
    retry_after_ms: int | None = None


class EnrolRequest(msgspec.Struct, frozen=True):
    """One-time ``code`` from head office and the device's public key (Ed25519, 32 bytes).

    ``signature`` covers ``signatures.enrol_bytes``: the device has the private half.
    """

    code: str
    device_key: bytes
    signature: bytes = b""


class EnrolAnswer(Answer, frozen=True, kw_only=True):
    """The terminal's identity. ``certificate`` is head office's signature over terminal, epoch and device key."""

    terminal_id: str
    epoch: str
    certificate: bytes
    head_office_key: bytes
    store_id: str
    store_no: int
    store_name: str
    store_name_en: str
    lane: int
    recovery_key: bytes = b""
    recovery_signature: bytes = b""


class HealthAnswer(Answer, frozen=True, kw_only=True):
    """Says that this is head office: ``signature`` covers ``signatures.health_bytes``."""

    signature: bytes


class AuthorityAnswer(Answer, frozen=True, kw_only=True):
    """The authority that signed head office's certificate, PEM: worth nothing until its fingerprint is compared."""

    certificate: bytes


class ChallengeRequest(msgspec.Struct, frozen=True):
    """Asks for a nonce and thereby ends the session in force; signed so that nobody else can end it.

    ``signature`` covers ``signatures.challenge_bytes``. ``certificate`` and ``device_key`` as at enrolment: a head
    office restored from a backup older than the enrolment knows the terminal again by them.
    """

    terminal_id: str
    epoch: str
    client_nonce: bytes
    signature: bytes
    certificate: bytes = b""
    device_key: bytes = b""


class ChallengeAnswer(Answer, frozen=True, kw_only=True):
    """A nonce for one hello: good for 60 seconds, in memory only."""

    nonce: bytes


class HelloRequest(msgspec.Struct, frozen=True):
    """Starts a session. ``signature`` covers ``signatures.hello_bytes``: the nonce and all other fields but ``proof``.

    ``accepted_upto`` is the last seq that ``incarnation`` acknowledged; ``proof`` the furthest head of this log that
    head office signed for, if any: one that no longer has it was restored. ``proof`` needs no signature of the device.
    ``protocol`` is the ``PROTOCOL_VERSION`` of the client; below head office's ``min_client`` it gets no new rights.
    """

    terminal_id: str
    epoch: str
    nonce: bytes
    next_seq: int
    head_hash: bytes
    incarnation: str
    client_version: str
    signature: bytes = b""
    accepted_upto: int = 0
    protocol: int = 1
    proof: Countersigned | None = None


class HelloAnswer(Answer, frozen=True, kw_only=True):
    """``resume_from`` is the last seq that head office durably holds: pushing goes on after it.

    ``recovery_key``, signed too, is what the terminal seals its database key to (Curve25519; empty if there is none).
    ``head_hash`` is the chain hash there and ``head_signature`` head office's word for it (``signatures.head_bytes``).
    """

    nonce: bytes
    session: str
    resume_from: int
    stable_upto: int
    head_hash: bytes = b""
    head_signature: bytes = b""
    recovery_key: bytes = b""
    recovery_signature: bytes = b""
    command: Literal["go", "re_enrol", "locked"] = "go"


class WireEvent(msgspec.Struct, frozen=True):
    """One log row on the wire: the exact stored bytes and the hash they were chained with."""

    seq: int
    body: bytes
    hash: bytes


class PushRequest(msgspec.Struct, frozen=True):
    """Consecutive events from ``first_seq``; ``prev_hash`` is the hash of the event before it."""

    session: str
    terminal_id: str
    epoch: str
    first_seq: int
    prev_hash: bytes
    events: list[WireEvent]


class EventStatus(msgspec.Struct, frozen=True):
    """What became of one event. All five are acknowledgements: it is stored and need not be sent again.

    ``stored`` comes for a backlog, which is posted later, in its order.
    """

    seq: int
    status: Literal["posted", "stored", "duplicate", "quarantined", "deferred"]
    code: str = ""


class PushAnswer(Answer, frozen=True, kw_only=True):
    """``accepted_upto``: committed; ``stable_upto``: also in an off-machine copy.

    ``head_signature`` is head office's signature over the log's head at ``accepted_upto`` (``signatures.head_bytes``).
    """

    accepted_upto: int
    stable_upto: int
    statuses: list[EventStatus]
    head_signature: bytes = b""


class Tombstone(msgspec.Struct, frozen=True):
    """The entity is gone; ``version`` orders it against upserts."""

    entity: str
    version: int


class FeedItem(msgspec.Struct, frozen=True):
    """One change at one position. ``body`` is the JSON of the value that ``kind`` names (see ``FEED_KINDS``).

    Unknown kinds are kept raw by the terminal and replayed after an upgrade.
    """

    pos: int
    kind: str
    entity_id: str
    body: msgspec.Raw


class FeedAnswer(Answer, frozen=True, kw_only=True):
    """Changes after the cursor, positions contiguous; ``next_pos`` is the cursor to ask with next.

    ``checksum`` is the shard's rolling checksum at ``next_pos`` (see ``wire.checksum``); None where it is not known.
    """

    shard: str
    items: list[FeedItem]
    next_pos: int
    head_pos: int
    checksum: int | None = None


class NewsAnswer(Answer, frozen=True, kw_only=True):
    """Which of the shards asked about stand elsewhere than the cursor: ask the feed for their changes."""

    moved: list[str]


# Shards: "global" (item, programme, campaign), "store:{id}" (staff, member, alias, call),
# "terminal:{id}/{epoch}" (grant, recall).
FEED_KINDS: dict[str, type] = {
    "item": Item,
    "programme": Programme,
    "campaign": Campaign,
    "staff": StaffMember,
    "member": MemberRecord,
    "alias": MemberAlias,
    "call": Call,
    "grant": Grant,
    "recall": Recall,
    "tombstone": Tombstone,
}


class RightsRequest(msgspec.Struct, frozen=True):
    """Asks for rights in one asset (and lot, see ``Grant``) of a member now.

    Idempotent by (terminal, epoch, request_no). ``member_id`` may be empty for the refund right of an anonymous sale.
    """

    session: str
    terminal_id: str
    epoch: str
    request_no: int
    member_id: str
    amount: int
    asset: Asset = Asset.POINTS
    lot: str = ""


class RightsAnswer(Answer, frozen=True, kw_only=True):
    """The grants given (also on the feed, installed once by gid). ``code`` says why there are none.

    ``held`` tells a short asker who holds the rest; those lives were told to give it back, so asking again may help.
    """

    grants: list[Grant]
    code: str = ""
    available: int = 0
    held: list[HeldElsewhere] = []


class ReceiptRequest(msgspec.Struct, frozen=True):
    """Asks for a sale by the number on its receipt, to take goods back."""

    session: str
    terminal_id: str
    epoch: str
    receipt_no: str


class ReceiptAnswer(Answer, frozen=True, kw_only=True):
    """The sale without what no refund needs, or the ``code`` of why there is none.

    ``held`` names the till that alone may take it back, where that is why.
    """

    found: Returnable | None = None
    code: str = ""
    held: list[HeldElsewhere] = []


class StatementRequest(msgspec.Struct, frozen=True):
    """Asks for the points of a member of this store; ``before`` is ``next_before`` of the page before."""

    session: str
    terminal_id: str
    epoch: str
    member_id: str
    before: str = ""


class StatementAnswer(Answer, frozen=True, kw_only=True):
    """Points by their last day, held anywhere, and papers of all stores that moved them, newest first.

    ``next_before`` asks for the next page, empty after the last.
    """

    lots: list[Lot]
    entries: list[StatementEntry]
    next_before: str = ""


class RotateRequest(msgspec.Struct, frozen=True):
    """Puts a new device key beside the one in force, or asks for the certificate of the one in force again.

    Both signatures cover ``signatures.rotate_bytes``, by the key in force and by the new one. Both keys are good until
    a challenge comes that the new one signed; from then on only that one is.
    """

    session: str
    terminal_id: str
    epoch: str
    device_key: bytes
    old_signature: bytes
    new_signature: bytes


class RotateAnswer(Answer, frozen=True, kw_only=True):
    """``certificate`` is head office's signature over terminal, epoch and the new device key."""

    certificate: bytes


class SnapshotChunk(msgspec.Struct, frozen=True):
    """One piece of the directory file, a zstd frame of its own.

    ``length`` is what travels; ``file_length`` and ``sha256`` are of the piece that it unpacks to.
    """

    n: int
    length: int
    sha256: str
    file_length: int


class SnapshotManifest(Answer, frozen=True, kw_only=True):
    """A directory file ready to install: zstd chunks of an SQLCipher file.

    ``sealed_key`` is the file's raw 256-bit key, sealed to the device key (NaCl sealed box over its Curve25519 form).
    ``positions`` are the feed positions inside the file, to pull from.
    """

    snapshot_id: str
    chunks: list[SnapshotChunk]
    file_length: int
    sealed_key: bytes
    positions: dict[str, int]


class Problem(msgspec.Struct, frozen=True):
    """A refusal about the request as a whole, never about one event: session, fork, resync, busy, enrol code."""

    code: str
    detail: str = ""
    incarnation: str = ""
    retry_after_ms: int | None = None
