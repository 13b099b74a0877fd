"""The rolling checksum of a shard: both ends compute it from the changes alone, whatever the size of the pages.

Every change has a term, and the checksum at a position is the sum of the terms up to it, modulo 2^52, so that any JSON
reader holds it exactly. The term covers the position, so the order counts; being a sum, a database can compute it.
"""

import hashlib
from collections.abc import Iterable

from pos_app.sync.wire.messages import FeedItem

HEX_DIGITS = 13
MODULUS = 1 << 4 * HEX_DIGITS
START = 0  # before the first change


def term(pos: int, kind: str, entity_id: str, body: bytes) -> int:
    """Return what one change adds: the first 52 bits of the SHA-256 of its parts, with a zero byte between them."""
    digest = hashlib.sha256(b"%d\0%s\0%s\0" % (pos, kind.encode(), entity_id.encode()))
    digest.update(body)
    return int(digest.hexdigest()[:HEX_DIGITS], 16)


def advanced(checksum: int, items: Iterable[FeedItem]) -> int:
    """Return the checksum after further changes."""
    terms = [term(item.pos, item.kind, item.entity_id, bytes(item.body)) for item in items]
    return (checksum + sum(terms)) % MODULUS
