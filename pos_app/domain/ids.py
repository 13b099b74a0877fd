"""Identities that live for ever: events, members, receipts, grants, calls."""

from dataclasses import dataclass

UUID7_RANDOM_BYTES = 10


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Who said a fact, in which life of its database, as its how-manieth: the identity of the fact for ever.

    ``epoch`` is ``"{incarnation}.{n}"`` as head office gave it out; ``seq`` counts from 1 without gaps.
    """

    terminal_id: str
    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.terminal_id}/{self.epoch}/{self.seq}"

    def part(self, name: str, n: int) -> str:
        """Return the identity of the ``n``-th ``name`` (grant, call, transfer) that this fact made."""
        return f"{self}/{name}{n}"


def uuid7(at_ms: int, random: bytes) -> str:
    """Return a time-ordered UUID as 32 hex digits.

    Args:
        at_ms: UTC milliseconds, 48 bits.
        random: ten random bytes; 74 of their bits are used.

    Source: RFC 9562, section 5.7.
    """
    assert len(random) == UUID7_RANDOM_BYTES, len(random)
    rand_a = int.from_bytes(random[:2], "big") & 0x0FFF
    rand_b = int.from_bytes(random[2:], "big") & 0x3FFF_FFFF_FFFF_FFFF
    value = (at_ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return f"{value:032x}"


def incarnation_number(incarnation: str) -> int:
    """Return the number of an incarnation of head office's database (``"3-9f…"`` → 3); 0 for one without."""
    return _whole(incarnation.partition("-")[0])


def grant_incarnation(gid: str) -> int:
    """Return the number of the incarnation that made a grant (``ho3/…`` → 3); 0 for one that head office did not."""
    maker, slash, _rest = gid.partition("/")
    return _whole(maker.removeprefix("ho")) if slash and maker.startswith("ho") else 0


def is_from_before(gid: str, incarnation_no: int) -> bool:
    """Say whether an earlier incarnation of head office than ``incarnation_no`` made a grant."""
    return 0 < grant_incarnation(gid) < incarnation_no


def is_requested(gid: str) -> bool:
    """Say whether head office made a grant because a terminal asked for it (``ho3/S01-1/3.1/request7/0``)."""
    return grant_incarnation(gid) > 0 and any(part.startswith("request") for part in gid.split("/")[1:])


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def receipt_number(store_no: int, lane: int, epoch: str, n: int) -> str:
    """Return the number printed on a receipt, for example ``0421-3-A2-000017``.

    The third part names the life of the till's database (incarnation letter, epoch number), so that a
    replaced or restored terminal can never print a number twice.
    """
    incarnation, life = epoch.split(".")
    return f"{store_no:04d}-{lane}-{_letters(int(incarnation))}{life}-{n:06d}"


def is_training_number(receipt_no: str) -> bool:
    """Say whether a till in training printed this number: its life is number 0, which head office gives to none."""
    parts = receipt_no.split("-")
    return len(parts) == 4 and parts[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "0"


def _letters(n: int) -> str:
    """Return 1 → A, 26 → Z, 27 → AA."""
    assert n >= 1, n
    text = ""
    while n:
        n, digit = divmod(n - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
