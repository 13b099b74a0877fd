"""The member code on a phone that changes every 30 seconds, checked offline: a screenshot is worth nothing.

The key of a card is made from the member's key, the card's number and its version; with it, RFC 6238 makes a value of
every time step. What two lanes can and cannot know of each other's scans is in ``docs/tiers.md``.

Source: RFC 6238 with HMAC-SHA-256 and a step of 30 s; in place of the digits of RFC 4226, section 5.3, the code keeps
the first 40 bits, as RFC 2104, section 5, allows.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection

from pos_app.domain.codes import DynamicCode, dynamic_code
from pos_app.domain.members import Member
from pos_app.errors import Damaged, Refused

STEP_MS = 30_000
WINDOW_STEPS = 1  # a code counts one step before and after its own
MAC_BYTES = 5  # 40 bits, 8 characters in base 32


def step_of(at_ms: int) -> int:
    """Return the time step that the instant (UTC milliseconds) falls into."""
    return at_ms // STEP_MS


def time_hmac(key: bytes, step: int) -> bytes:
    """Return the value of a time step: RFC 6238, section 4.2, before its digits are cut."""
    return hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha256)


def make(card_no: str, key_hex: str, at_ms: int, card_version: int = 1) -> str:
    """Return what the member's phone shows at ``at_ms`` (UTC).

    Args:
        card_no: 12 digits with their check.
        key_hex: the member's ``code_key``.
        at_ms: UTC milliseconds.
        card_version: the member's; raising it makes all earlier codes worthless.

    Raises:
        Damaged: ``member.code_key`` when the key is no hexadecimal text.
    """
    step = step_of(at_ms)
    return dynamic_code(card_no, step, _mac(card_no, card_version, step, key_hex))


def verify(code: DynamicCode, member: Member, at_ms: int, used_steps: Collection[int]) -> None:
    """Check a scanned code of this member's card.

    Args:
        code: as ``codes.parse`` returned it, for ``member.card_no``.
        member: holds the key and the version of the card.
        at_ms: the till's clock, UTC milliseconds.
        used_steps: steps of this card whose code was accepted before, at least those of the last two minutes.

    Raises:
        Refused: ``member_code.expired {late_s}``; ``member_code.ahead {ahead_s}`` of this clock, which is slow then, or
            the phone's is fast; ``member_code.revoked`` when key or card version do not make this code;
            ``member_code.used``.
        Damaged: ``member.code_key``.
    """
    assert code.card_no == member.card_no, "the member of another card"
    now = step_of(at_ms)
    if not member.code_key:
        raise Refused("member_code.revoked")
    expected = _mac(member.card_no, member.card_version, code.step, member.code_key)
    if not hmac.compare_digest(expected, code.mac_text):
        raise Refused("member_code.revoked")
    if code.step - now > WINDOW_STEPS:
        raise Refused("member_code.ahead", ahead_s=(code.step - now) * STEP_MS // 1000)
    if now - code.step > WINDOW_STEPS:
        raise Refused("member_code.expired", late_s=(now - code.step) * STEP_MS // 1000)
    if code.step in used_steps:
        raise Refused("member_code.used")


def _mac(card_no: str, card_version: int, step: int, key_hex: str) -> str:
    try:
        key = bytes.fromhex(key_hex)
    except ValueError as error:
        raise Damaged("member.code_key") from error
    card_key = hmac.digest(key, f"{card_no}.{card_version}".encode(), hashlib.sha256)
    return base64.b32encode(time_hmac(card_key, step)[:MAC_BYTES]).decode()
