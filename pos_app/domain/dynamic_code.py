"""The member code on a phone that changes every 30 seconds, checked offline: a screenshot is worth nothing.

Source: RFC 6238 (time steps of HMAC) and RFC 4226; truncated to the first 40 bits of HMAC-SHA256 as RFC 2104,
section 5, allows.
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
        Refused: ``member_code.expired {late_s}`` (negative: ahead of this clock); ``member_code.revoked`` when key or
            card version do not make this code; ``member_code.used``.
        Damaged: ``member.code_key``.
    """
    assert code.card_no == member.card_no, "the member of another card"
    now = step_of(at_ms)
    if not member.code_key:
        raise Refused("member_code.revoked")
    expected = _mac(member.card_no, member.card_version, code.step, member.code_key)
    if not hmac.compare_digest(expected, code.mac_text):
        raise Refused("member_code.revoked")
    if abs(code.step - now) > WINDOW_STEPS:
        raise Refused("member_code.expired", late_s=(now - code.step) * STEP_MS // 1000)
    if code.step in used_steps:
        raise Refused("member_code.used")


def _mac(card_no: str, card_version: int, step: int, key_hex: str) -> str:
    try:
        key = bytes.fromhex(key_hex)
    except ValueError as error:
        raise Damaged("member.code_key") from error
    said = f"{card_no}.{card_version}.{step}".encode()
    digest = hmac.digest(key, said, hashlib.sha256)
    return base64.b32encode(digest[:MAC_BYTES]).decode()
