"""The device's key pair: signs for this till, and opens what head office sealed to it."""

from collections.abc import Sequence
from typing import Protocol

from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from pos_app.errors import Damaged

SEED_BYTES = 32
DATABASE_KEY_BYTES = 32


class Device(Protocol):
    """Whatever signs for this till: one key, or keys that follow each other."""

    @property
    def public(self) -> bytes:
        """The public half of the key in force."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the key in force."""
        ...

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return what was sealed to this device; raises Damaged ``key.sealed``."""
        ...

    def candidates(self) -> "Sequence[DeviceKey]":
        """Return the keys that head office may know this till by, the likeliest first."""
        ...

    def accepted(self, key: "DeviceKey") -> None:
        """Head office greeted whoever signed with ``key``: it is in force from now on, durably."""
        ...


class DeviceKey:
    """An Ed25519 key pair made from a 32-byte seed. Nothing of it is ever printed or logged."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise Damaged("keystore.device_key", length=len(seed))
        self._key = SigningKey(seed)

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes, as head office knows this device."""
        return bytes(self._key.verify_key)

    @property
    def seed(self) -> bytes:
        """What the keystore keeps."""
        return bytes(self._key)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return self._key.sign(message).signature

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return what was sealed to this device (NaCl sealed box over the key's Curve25519 form).

        Raises:
            Damaged: ``key.sealed`` when it was sealed to another device or changed on the way.
        """
        try:
            return SealedBox(self._key.to_curve25519_private_key()).decrypt(sealed)
        except CryptoError as error:
            raise Damaged("key.sealed") from error

    def candidates(self) -> "Sequence[DeviceKey]":
        """Return this key: there is no other."""
        return (self,)

    def accepted(self, key: "DeviceKey") -> None:
        """Nothing changes: there is no other."""
        assert key is self, key


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether ``signature`` over ``message`` was made with the private half of ``public``."""
    try:
        VerifyKey(public).verify(message, signature)
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True
