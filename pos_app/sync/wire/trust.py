"""The chain's authority as both ends see it: one certificate, known by its fingerprint."""

import hashlib
import ssl

from pos_app.errors import Damaged

MAX_PEM_BYTES = 16 * 1024


def fingerprint(pem: bytes) -> str:
    """Return the SHA-256 of a PEM certificate as people compare it: pairs of hex digits with colons between.

    Raises:
        Damaged: ``authority.file`` when it is not one certificate in PEM.
    """
    if len(pem) > MAX_PEM_BYTES or pem.count(b"BEGIN CERTIFICATE") != 1:
        raise Damaged("authority.file")
    try:
        der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii").strip())
        ssl.create_default_context(cadata=der)
    except (ValueError, ssl.SSLError, UnicodeDecodeError) as error:
        raise Damaged("authority.file") from error
    return hashlib.sha256(der).digest().hex(":").upper()


def same(one: str, other: str) -> bool:
    """Say whether two fingerprints are the same, however they are typed."""
    return _digits(one) == _digits(other) != ""


def _digits(text: str) -> str:
    return "".join(each for each in text.upper() if each in "0123456789ABCDEF")
