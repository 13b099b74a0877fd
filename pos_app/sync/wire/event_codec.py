"""Event bodies as bytes: typed JSON, and the hash that chains them."""

import hashlib
from dataclasses import dataclass

import msgspec

from pos_app.domain.events import KIND_OF, KINDS, SCHEMA_VERSION, Circumstances, Fact, LogEvent
from pos_app.domain.ids import Origin
from pos_app.errors import Damaged, Refused
from pos_app.sync.wire.upcast import upcast

GENESIS = bytes(32)
MAX_BODY_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """A body with its fact still undecoded: what every kind shares."""

    kind: str
    v: int
    at: Circumstances
    fact: msgspec.Raw


_ENVELOPE = msgspec.json.Decoder(Envelope)


def encode(fact: Fact, at: Circumstances) -> bytes:
    """Return the bytes of a fact and its circumstances, as they are hashed, stored and sent.

    Raises:
        Refused: ``event.too_long`` for what could never be sent; better not said than stuck in front of all the rest.
    """
    kind = KIND_OF[type(fact)]
    body = msgspec.json.encode({"kind": kind, "v": SCHEMA_VERSION, "at": at, "fact": fact})
    if len(body) > MAX_BODY_BYTES:
        raise Refused("event.too_long", length=len(body), most=MAX_BODY_BYTES)
    return body


def opened(body: bytes) -> Envelope:
    """Return a body's envelope; raises Damaged ``event.malformed``."""
    if len(body) > MAX_BODY_BYTES:
        raise Damaged("event.malformed", cause="too long", length=len(body))
    try:
        return _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged("event.malformed", cause=str(error)) from error


def fact_of(envelope: Envelope) -> Fact:
    """Return the fact in an envelope; one of an older version, as today's says it.

    Raises:
        Damaged: ``event.unknown`` for a kind or version that this program does not know (keep it, replay later),
            ``event.too_old`` for a version that is no longer read, ``event.malformed`` for anything that does not have
            the shape of its kind.
    """
    fact_type = KINDS.get(envelope.kind)
    if fact_type is None or envelope.v > SCHEMA_VERSION:
        raise Damaged("event.unknown", kind=envelope.kind, version=envelope.v)
    newest = upcast(envelope.kind, envelope.v, envelope.fact, SCHEMA_VERSION)
    try:
        return msgspec.json.decode(newest, type=fact_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged("event.malformed", kind=envelope.kind, cause=str(error)) from error


def decode(body: bytes) -> tuple[Fact, Circumstances]:
    """Return the fact and its circumstances; raises Damaged as ``opened`` and ``fact_of`` do."""
    envelope = opened(body)
    return fact_of(envelope), envelope.at


def kind_of(body: bytes) -> str:
    """Return which kind of fact a body says; empty where it cannot be opened: it is kept and sent all the same."""
    try:
        return opened(body).kind
    except Damaged:
        return ""


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
