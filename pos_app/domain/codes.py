"""Tell what was scanned or typed: an item, a member, a phone, a slip, a payment code, or words to search for.

1. ``parse`` never raises and never loses a digit: what it does not know is text to search for.
2. A payment code (付款码) is somebody's money: only its kind leaves this module, never its digits.
3. A code of ours that fails its own check is ``BadCode``, never a guess.
4. Codes of ours use digits and A-Z only, so that a keyboard-wedge scanner of any layout types them unshifted and a
   QR stays in alphanumeric mode.

Sources: GS1 General Specifications (mod 10 check digit 7.9, restricted circulation numbers 2.1.11, element strings
7.8), GS1 Digital Link; ISO/IEC 7064 MOD 97-10 with letters as 10…35, as in ISO 13616.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

MAX_LENGTH = 512  # characters of one scan; a GS1 Digital Link is well below
MAX_SEARCH = 64  # characters of a search
CARD_NO_DIGITS = 12
CARD_PREFIX = "9"  # no UPC-A begins with 9, so a typed card number is never taken for an item
STEP_CHARS = 6
MAC_CHARS = 8
STAFF_CARD_BYTES, STAFF_CARD_CHARS = 10, 16
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # RFC 4648
GROUP_SEPARATOR = "\x1d"  # FNC1 inside a GS1 element string


@dataclass(frozen=True, slots=True)
class ItemCode:
    """A GTIN as 13 digits; EAN-8 and UPC-A are filled with leading zeros."""

    gtin13: str


@dataclass(frozen=True, slots=True)
class InStoreCode:
    """A code of restricted circulation (02, 20–29, RCN-8) as 13 digits: weight, price or the shop's own number."""

    digits: str


@dataclass(frozen=True, slots=True)
class MemberCode:
    """A card number with a right check, printed, typed or from the card's QR."""

    card_no: str


@dataclass(frozen=True, slots=True)
class DynamicCode:
    """The code on a member's phone; ``dynamic_code.verify`` says whether it counts."""

    card_no: str
    step: int
    mac_text: str


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number: digits, with a leading ``+`` when the country was given."""

    digits: str


@dataclass(frozen=True, slots=True)
class LastFour:
    """Four digits: the end of a phone number."""

    digits: str


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """A receipt number, typed or from the receipt's QR."""

    receipt_no: str


@dataclass(frozen=True, slots=True)
class CallCode:
    """The code of a call slip, as ``Call.code`` holds it."""

    code: str


@dataclass(frozen=True, slots=True)
class HoldCode:
    """The slip of a held sale (挂单条), and the till where it waits."""

    store_no: int
    lane: int
    sale_id: str


@dataclass(frozen=True, slots=True)
class CouponCode:
    """A coupon of a member, by its lot."""

    lot: str


@dataclass(frozen=True, slots=True)
class StaffCode:
    """A staff card: it says whose turn it is, and is worth nothing without the PIN."""

    card: str


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """Somebody's mobile-payment code was scanned. Its digits are not kept."""

    kind: Literal["wechat", "alipay"]


@dataclass(frozen=True, slots=True)
class SearchText:
    """Words to search items and members for; empty when nothing was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class BadCode:
    """Something that must not be searched for; the text itself is not kept."""

    reason: Literal["check_digit", "control", "too_long", "damaged"]


Code: TypeAlias = (
    ItemCode
    | InStoreCode
    | MemberCode
    | DynamicCode
    | PhoneNumber
    | LastFour
    | ReceiptCode
    | CallCode
    | HoldCode
    | CouponCode
    | StaffCode
    | PaymentCode
    | SearchText
    | BadCode
)


def gtin_check_digit(body: str) -> int:
    """Return the mod 10 check digit for the digits before it (7, 11, 12 or 13 of them)."""
    assert _is_digits(body), body
    weighted = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
    return -weighted % 10


def gtin_ok(digits: str) -> bool:
    """Say whether a GTIN-8, -12, -13 or -14 has the right check digit."""
    return _is_digits(digits) and len(digits) in (8, 12, 13, 14) and gtin_check_digit(digits[:-1]) == int(digits[-1])


def check_pair(body: str) -> str:
    """Return the two check digits of ISO/IEC 7064 MOD 97-10 for upper-case letters and digits."""
    return f"{98 - _as_number(body + '00') % 97:02d}"


def pair_ok(text: str) -> bool:
    """Say whether ``text`` ends in its two check digits."""
    return re.fullmatch(r"[0-9A-Z]+[0-9]{2}", text) is not None and check_pair(text[:-2]) == text[-2:]


def card_no_ok(text: str) -> bool:
    """Say whether ``text`` is a card number: 12 digits, the last two their check."""
    return _is_digits(text) and len(text) == CARD_NO_DIGITS and pair_ok(text)


def make_card_no(n: int) -> str:
    """Return the ``n``-th card number, 0 up to 999,999,999."""
    assert 0 <= n < 10**9, n
    body = f"{CARD_PREFIX}{n:09d}"
    return body + check_pair(body)


def member_code(card_no: str) -> str:
    """Return what a card's QR holds."""
    assert card_no_ok(card_no), card_no
    return f"M1{card_no}"


def dynamic_code(card_no: str, step: int, mac_text: str) -> str:
    """Return what the phone shows: card number, time step, 40-bit code and check, 30 characters."""
    assert card_no_ok(card_no), card_no
    assert 0 <= step < 32**STEP_CHARS, step
    assert len(mac_text) == MAC_CHARS, mac_text
    body = f"M2{card_no}{_base32(step, STEP_CHARS)}{mac_text}"
    return body + check_pair(body)


def receipt_code(receipt_no: str) -> str:
    """Return what a receipt's QR holds; ``parse`` gives the number back."""
    body = "R" + receipt_no.replace("-", "X")
    return body + check_pair(body)


def call_code(call_id: str) -> str:
    """Return the code of a call slip: 50 bits of the call's identity and a check, 13 characters."""
    digest = hashlib.sha256(call_id.encode()).digest()
    body = "C" + _base32(int.from_bytes(digest[:7], "big") >> 6, 10)
    return body + check_pair(body)


def coupon_code(lot: str) -> str:
    """Return what a coupon's QR holds; ``parse`` gives the lot back."""
    return f"K{lot}{check_pair('K' + lot)}"


def hold_code(store_no: int, lane: int, sale_id: str) -> str:
    """Return the code of a held sale's slip; ``sale_id`` is 32 hex digits."""
    assert re.fullmatch(r"[0-9a-f]{32}", sale_id), sale_id
    body = f"H{store_no:04d}X{lane}X{sale_id.upper()}"
    return body + check_pair(body)


def staff_code(card: str) -> str:
    """Return what a staff card's QR holds; ``card`` is 16 characters of base 32."""
    assert re.fullmatch(rf"[A-Z2-7]{{{STAFF_CARD_CHARS}}}", card), card
    body = "S" + card
    return body + check_pair(body)


def staff_card(token: bytes) -> str:
    """Return the content of a new staff card from 10 unpredictable bytes."""
    return _base32(int.from_bytes(token[:STAFF_CARD_BYTES], "big"), STAFF_CARD_CHARS)


def parse(text: str) -> Code:
    """Tell what ``text`` is. Never raises; see the rules at the top of the module."""
    if len(text) > MAX_LENGTH:
        return BadCode("too_long")
    plain = _plain(text)
    if isinstance(plain, BadCode):
        return plain
    for reader in _READERS:
        found = reader(plain)
        if found is not None:
            return found
    return _search(plain)


def _plain(text: str) -> str | BadCode:
    """Return ``text`` in one spelling: full-width as ASCII, no space at the ends, no control characters inside."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n\0")
    plain = re.sub(r"^\][A-Za-z][0-9A-Za-z]", "", plain)  # what a scanner may say about the symbology (ISO/IEC 15424)
    if "\ufffd" in plain:
        return BadCode("damaged")
    kept: list[str] = []
    for char in plain:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Co", "Cn") and char != GROUP_SEPARATOR:
            return BadCode("control")
        if category not in ("Cf", "Zl", "Zp"):  # invisible and harmless: byte order mark, joiners, bidi marks
            kept.append(char)
    return "".join(kept).strip()


def _payment(text: str) -> Code | None:
    """Recognise WeChat Pay (18 digits, 10…15) and Alipay (16–24 digits, 25…30) payment codes."""
    digits = _squeezed(text)
    if re.fullmatch(r"1[0-5][0-9]{16}", digits):
        return PaymentCode("wechat")
    if re.fullmatch(r"(2[5-9]|30)[0-9]{14,22}", digits):
        return PaymentCode("alipay")
    return None


def _phone(text: str) -> Code | None:
    digits = _squeezed(re.sub(r"(?i)^tel:", "", text))
    if re.fullmatch(r"1[3-9][0-9]{9}", digits) or re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        return PhoneNumber(digits)
    if re.fullmatch(r"(00)?861[3-9][0-9]{9}", digits):  # no GTIN begins with 861…864
        return PhoneNumber("+86" + digits[-11:])
    return None


def _number(text: str) -> Code | None:
    """Recognise what is digits only."""
    digits = _squeezed(text)
    if not _is_digits(digits):
        return None
    if len(digits) == 4:
        return LastFour(digits)
    if len(digits) == CARD_NO_DIGITS:
        return _twelve(digits)
    if len(digits) in (8, 13):
        return _retail(digits) if gtin_ok(digits) else BadCode("check_digit")
    if len(digits) == 14 and digits.startswith("0"):
        return _retail(digits[1:]) if gtin_ok(digits) else BadCode("check_digit")
    return None


def _twelve(digits: str) -> Code:
    """Tell a card number from a UPC-A: ours begin with 9, which no UPC-A does."""
    if card_no_ok(digits) and (digits.startswith(CARD_PREFIX) or not gtin_ok(digits)):
        return MemberCode(digits)
    return _retail("0" + digits) if gtin_ok(digits) else BadCode("check_digit")


def _retail(digits: str) -> Code:
    """Return a GTIN-8 or GTIN-13 with a right check digit as an item or as an in-store number."""
    full = digits.zfill(13)
    in_store = digits[0] in "02" if len(digits) == 8 else full.startswith("02") or full[0] == "2"
    return InStoreCode(full) if in_store else ItemCode(full)


def _gs1(text: str) -> Code | None:
    """Recognise a GTIN in a GS1 element string, ``(01)`` form or Digital Link."""
    bare = text.lstrip(GROUP_SEPARATOR)
    shapes = (r"\(01\)([0-9]{14})(\(.*)?", r"01([0-9]{14})([0-9].*)?", r"(?i)https?://[^?#]*/01/([0-9]{14})([/?#].*)?")
    found = next(filter(None, (re.fullmatch(shape, bare) for shape in shapes)), None)
    if found is None:
        return None
    gtin = found.group(1)
    if not gtin_ok(gtin):
        return BadCode("check_digit")
    return _retail(gtin[1:]) if gtin.startswith("0") else None


def _ours(text: str) -> Code | None:
    """Recognise the codes that we print: member, receipt, call slip, held sale."""
    upper = text.upper()
    for shape, build in _OURS:
        found = re.fullmatch(shape, upper)
        if found:
            return build(*found.groups()) if upper.startswith("M1") or pair_ok(upper) else BadCode("check_digit")
    if re.fullmatch(r"[0-9]{4,}-[0-9]+-[A-Z]+[0-9]+-[0-9]{6,}", upper):
        return ReceiptCode(upper)
    return BadCode("damaged") if re.match(r"M[12][0-9]{6}", upper) else None


def _card(card_no: str) -> Code:
    return MemberCode(card_no) if card_no_ok(card_no) else BadCode("check_digit")


def _dynamic(card_no: str, step: str, mac_text: str) -> Code:
    return DynamicCode(card_no, _from_base32(step), mac_text) if card_no_ok(card_no) else BadCode("check_digit")


_OURS: tuple[tuple[str, Callable[..., Code]], ...] = (
    (r"M1([0-9]{12})", _card),
    (rf"M2([0-9]{{12}})([A-Z2-7]{{{STEP_CHARS}}})([A-Z2-7]{{{MAC_CHARS}}})[0-9]{{2}}", _dynamic),
    (r"R([0-9]{4,}X[0-9]+X[A-Z]+[0-9]+X[0-9]{6,})[0-9]{2}", lambda body: ReceiptCode(_with_hyphens(body))),
    (r"(C[A-Z2-7]{10}[0-9]{2})", CallCode),
    (rf"S([A-Z2-7]{{{STAFF_CARD_CHARS}}})[0-9]{{2}}", StaffCode),
    (r"K([0-9A-Z]{1,20}[0-9A-F]{32})[0-9]{2}", CouponCode),
    (
        r"H([0-9]{4,9})X([0-9]{1,4})X([0-9A-F]{32})[0-9]{2}",
        lambda store, lane, sale_id: HoldCode(int(store), int(lane), sale_id.lower()),
    ),
)

_READERS: tuple[Callable[[str], Code | None], ...] = (_gs1, _payment, _phone, _number, _ours)


def _search(text: str) -> Code:
    """Return words to search for; a long run of digits is no word, and might be a payment code read badly."""
    if GROUP_SEPARATOR in text:
        return BadCode("control")
    if re.search(r"(?:[0-9][\s-]*){16}", text):
        return BadCode("damaged")
    if len(text) > MAX_SEARCH:
        return BadCode("too_long")
    return SearchText(" ".join(text.split()))


def _with_hyphens(body: str) -> str:
    """Return ``0421-3-A2-000017`` for ``0421X3XA2X000017``; the letters of the third part may hold an X themselves."""
    store, lane, rest = body.split("X", 2)
    life, number = rest.rsplit("X", 1)
    return f"{store}-{lane}-{life}-{number}"


def _squeezed(text: str) -> str:
    """Return ``text`` without the spaces and hyphens that people put into numbers."""
    return re.sub(r"[\s\u2010-\u2015()-]", "", text)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _as_number(text: str) -> int:
    """Return digits as they are and letters as 10…35, one after the other, as one number."""
    return int("".join(str(int(char, 36)) for char in text))


def _base32(value: int, length: int) -> str:
    text = ""
    for _ in range(length):
        value, digit = divmod(value, 32)
        text = BASE32[digit] + text
    assert value == 0, value
    return text


def _from_base32(text: str) -> int:
    value = 0
    for char in text:
        value = value * 32 + BASE32.index(char)
    return value
