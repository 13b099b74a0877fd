"""Make what a code holds safe to use: decode it, refuse what no code of ours can be.

A code is written by strangers: it can hold printer commands, four kilobytes of binary, or text that runs backwards.
"""

import unicodedata

from pos_app.errors import Refused

LONGEST = 512  # characters; ours have at most 80, GS1 Digital Links and payment pages up to 300
GS1_SEPARATOR = "\x1d"


def read_payload(data: bytes, encodings: tuple[str, ...] = ("utf-8", "gb18030")) -> str:
    """Return the text in ``data`` without its outer white space.

    Args:
        encodings: tried in turn; a QR is UTF-8, or GB18030 as older Chinese makers write it.

    Raises:
        Refused: ``scan.binary``, ``scan.too_long``, ``scan.empty``.
    """
    if len(data) > LONGEST * 4:
        raise Refused("scan.too_long", length=len(data))
    for encoding in encodings:
        try:
            return clean_payload(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Refused("scan.binary", length=len(data))


def clean_payload(text: str) -> str:
    """Return ``text`` without its outer white space, refused when it holds what a code for a till never holds.

    GS (0x1D) stays, because it separates the elements of a GS1 code.

    Raises:
        Refused: ``scan.binary`` for control characters and bidi overrides, ``scan.too_long``, ``scan.empty``.
    """
    text = text.strip(" \t\r\n\x00\ufeff")
    if not text:
        raise Refused("scan.empty")
    if len(text) > LONGEST:
        raise Refused("scan.too_long", length=len(text))
    for char in text:
        if char != GS1_SEPARATOR and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise Refused("scan.binary", length=len(text))
    return text
