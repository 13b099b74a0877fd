"""The recovery file: a till's database key, sealed to a key pair whose private half head office keeps offline.

Three lines of text: a title with a version, the public key it is sealed to, and the NaCl sealed box, both in hex.
"""

from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from pos_app.errors import Damaged

TITLE = "member-pos recovery 1"
KEY_BYTES = 32
MAX_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A database key that only the private half of ``public_key`` opens."""

    public_key: bytes
    sealed: bytes


def wrap(database_key: bytes, public_key: bytes) -> bytes:
    """Return the file's bytes; raises Damaged ``recovery.key`` for what is no public key."""
    if len(public_key) != KEY_BYTES:
        raise Damaged("recovery.key", length=len(public_key))
    sealed = SealedBox(PublicKey(public_key)).encrypt(database_key)
    return f"{TITLE}\n{public_key.hex()}\n{sealed.hex()}\n".encode()


def read(body: bytes) -> Wrapped:
    """Return what a recovery file holds; raises Damaged ``recovery.file``."""
    try:
        title, public_key, sealed = body[:MAX_BYTES].decode("ascii").splitlines()
        wrapped = Wrapped(bytes.fromhex(public_key), bytes.fromhex(sealed))
    except ValueError as error:
        raise Damaged("recovery.file") from error
    if title != TITLE or len(wrapped.public_key) != KEY_BYTES:
        raise Damaged("recovery.file")
    return wrapped


def unwrap(body: bytes, private_key: bytes) -> bytes:
    """Return the database key in a recovery file; raises Damaged ``recovery.file``, ``recovery.key`` (not its key)."""
    wrapped = read(body)
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(wrapped.sealed)
    except (CryptoError, ValueError, TypeError) as error:
        raise Damaged("recovery.key") from error
