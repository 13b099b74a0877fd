"""Event bodies as bytes: typed JSON, and the hash that chains them."""

import hashlib
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from pos_app.domain.events import KIND_OF, KINDS, SCHEMA_VERSION, Circumstances, Fact, LogEvent
from pos_app.domain.ids import Origin
from pos_app.errors import Damaged
from pos_app.sync.wire.upcast import upcast

_T = TypeVar("_T")

GENESIS = bytes(32)
MAX_BODY_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Head:
    """The part of a body that every kind shares."""

    kind: str
    v: int
    at: Circumstances


def encode(fact: Fact, at: Circumstances) -> bytes:
    """Return the bytes of a fact and its circumstances, as they are hashed, stored and sent."""
    kind = KIND_OF[type(fact)]
    return msgspec.json.encode({"kind": kind, "v": SCHEMA_VERSION, "at": at, "fact": fact})


def kind_of(body: bytes) -> tuple[str, int]:
    """Return kind and schema version of a body; raises Damaged ``event.malformed``."""
    head = _decode(body, _Head)
    return head.kind, head.v


def decode(body: bytes) -> tuple[Fact, Circumstances]:
    """Return the fact and its circumstances; of an older version, as today's says it.

    Raises:
        Damaged: ``event.unknown`` for a kind or version that this program does not know (keep it, replay later),
            ``event.too_old`` for a version that is no longer read, ``event.malformed`` for anything that does not have
            the shape of its kind.
    """
    head = _decode(body, _Head)
    fact_type = KINDS.get(head.kind)
    if fact_type is None or head.v > SCHEMA_VERSION:
        raise Damaged("event.unknown", kind=head.kind, version=head.v)
    whole = _decode(body, _Raw)
    newest = upcast(head.kind, head.v, whole.fact, SCHEMA_VERSION)
    try:
        return msgspec.json.decode(newest, type=fact_type), head.at
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged("event.malformed", kind=head.kind, cause=str(error)) from error


@dataclass(frozen=True, slots=True)
class _Raw:
    """A body with its fact still undecoded."""

    fact: msgspec.Raw


def _decode(body: bytes, shape: type[_T]) -> _T:
    if len(body) > MAX_BODY_BYTES:
        raise Damaged("event.malformed", cause="too long", length=len(body))
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged("event.malformed", cause=str(error)) from error


def chain_hash(origin: Origin, prev_hash: bytes, body: bytes) -> bytes:
    """Return the SHA-256 that links an event to the one before it.

    Covers terminal, epoch and seq (each length-prefixed), the previous hash and the exact body bytes.
    """
    digest = hashlib.sha256()
    for part in (origin.terminal_id.encode(), origin.epoch.encode(), origin.seq.to_bytes(8, "big"), prev_hash, body):
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
    return digest.digest()


def seal(origin: Origin, prev_hash: bytes, fact: Fact, at: Circumstances) -> LogEvent:
    """Return the log row of a fact said as ``origin`` after the event with ``prev_hash`` (GENESIS for the first)."""
    body = encode(fact, at)
    return LogEvent(
        seq=origin.seq,
        kind=KIND_OF[type(fact)],
        schema_version=SCHEMA_VERSION,
        body=body,
        prev_hash=prev_hash,
        hash=chain_hash(origin, prev_hash, body),
    )
