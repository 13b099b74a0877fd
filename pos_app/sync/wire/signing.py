"""Signed requests: one strict profile of HTTP Message Signatures (RFC 9421), the same code at both ends.

Every request of a session is signed with the device key. Covered, in this order: ``@method``, ``@path``, ``@query``,
``content-digest`` (RFC 9530, SHA-256 over the body as it travels; only where there is a body) and ``x-session``.
Parameters, in this order: ``nonce``, a counter that is never used twice in one session; ``keyid``,
``{terminal}/{epoch}``; ``alg``, ``ed25519``. There is no ``created``: the clocks of terminals are wrong, and session
and counter say better than a time whether a request is new. The path is the one in ``http``, without whatever a proxy
puts before it.

The profile is fixed to the letter, so that nothing needs a general parser of structured fields: what deviates is not
signed.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, field

LABEL = "pos"
CONTENT_DIGEST = "Content-Digest"
SIGNATURE_INPUT = "Signature-Input"
SIGNATURE = "Signature"
MAX_COUNTER = 2**53
MAX_FIELD = 512  # characters of one header field

_COVERED = '"@method" "@path" "@query" "x-session"'
_COVERED_WITH_BODY = '"@method" "@path" "@query" "content-digest" "x-session"'
_INPUT = re.compile(
    r'pos=(?P<params>\((?P<covered>[^()]{1,80})\);nonce="(?P<counter>0|[1-9][0-9]{0,15})"'
    r';keyid="(?P<key_id>[\x21\x23-\x5b\x5d-\x7e]{1,120})";alg="ed25519")'
)
_SIGNATURE = re.compile(r"pos=:([A-Za-z0-9+/]{86}==):")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as both ends see it. ``query`` is without its question mark; ``body`` None where there is none."""

    method: str
    path: str
    query: str
    session: str
    body: bytes | None
    digest: str = field(init=False)  # of the body as it travels; empty where there is none

    def __post_init__(self) -> None:
        """Take the digest once: a body may be large."""
        object.__setattr__(self, "digest", "" if self.body is None else content_digest(self.body))


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signature's fields say: which counter and key, the bytes signed, and the signature over them."""

    counter: int
    key_id: str
    base: bytes
    signature: bytes


def key_id(terminal_id: str, epoch: str) -> str:
    """Return the name of a terminal life's key."""
    return f"{terminal_id}/{epoch}"


def content_digest(body: bytes) -> str:
    """Return the value of ``Content-Digest`` for a body as it travels, compressed or not."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def parameters(counter: int, name: str, *, has_body: bool) -> str:
    """Return ``@signature-params``: what is covered, and the counter and key of this signature."""
    assert 0 <= counter < MAX_COUNTER, counter
    return f'({_COVERED_WITH_BODY if has_body else _COVERED});nonce="{counter}";keyid="{name}";alg="ed25519"'


def signature_base(asked: Asked, params: str) -> bytes:
    """Return the very bytes that are signed."""
    lines = [f'"@method": {asked.method}', f'"@path": {asked.path}', f'"@query": ?{asked.query}']
    if asked.body is not None:
        lines.append(f'"content-digest": {asked.digest}')
    lines += [f'"x-session": {asked.session}', f'"@signature-params": {params}']
    return "\n".join(lines).encode()


def fields(asked: Asked, params: str, signature: bytes) -> dict[str, str]:
    """Return the header fields of a signed request."""
    signed = {
        SIGNATURE_INPUT: f"{LABEL}={params}",
        SIGNATURE: f"{LABEL}=:{base64.b64encode(signature).decode()}:",
    }
    return {CONTENT_DIGEST: asked.digest, **signed} if asked.digest else signed


def read(asked: Asked, digest: str, signature_input: str, signature: str) -> Signed | None:
    """Return what a request's fields claim; whether the signature is good is the caller's to find out.

    Args:
        asked: the request. ``digest``, ``signature_input``, ``signature``: its header fields, empty where absent.

    Returns:
        None when a field is absent or not of this profile to the letter, or the digest is not the body's.
    """
    if len(signature_input) > MAX_FIELD:
        return None
    claimed, signed = _INPUT.fullmatch(signature_input), _SIGNATURE.fullmatch(signature)
    if claimed is None or signed is None:
        return None
    has_body = asked.body is not None
    if claimed["covered"] != (_COVERED_WITH_BODY if has_body else _COVERED):
        return None
    if digest != asked.digest:
        return None
    counter = int(claimed["counter"])
    if counter >= MAX_COUNTER:
        return None
    base = signature_base(asked, claimed["params"])
    return Signed(counter, claimed["key_id"], base, base64.b64decode(signed[1]))
