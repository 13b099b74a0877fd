"""Where the till's two secrets lie: the device key's seed and the key of the databases.

In the system's keystore where there is one, else in files that only their owner may read. A store is chosen once:
where key files exist they are used, so that a keystore that appears later cannot hide them.
"""

import base64
import binascii
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Unavailable
from pos_app.sync.keys import DATABASE_KEY_BYTES, SEED_BYTES, DeviceKey

DEVICE = "device"
DATABASE = "database"
LOCKED = "keystore.locked"
OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


class KeyStore(Protocol):
    """Keeps secrets by name. Raises Unavailable ``keystore.locked`` when it cannot be opened now."""

    def load(self, name: str) -> bytes | None:
        """Return the secret; None if there is none."""
        ...

    def save(self, name: str, secret: bytes) -> None:
        """Keep the secret; durable when this returns."""
        ...

    def forget(self, name: str) -> None:
        """Delete the secret, if there is one."""
        ...


class FileKeys:
    """One file a secret, mode 0600, in a folder of mode 0700."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str) -> bytes | None:
        """Return the secret; None if there is none."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(LOCKED, cause=error.strerror) from error

    def save(self, name: str, secret: bytes) -> None:
        """Write beside, sync, rename: a kill leaves the old secret or the new one."""
        try:
            self._folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable("keystore.write", cause=error.strerror) from error
        write_private(self._folder / name, secret)

    def forget(self, name: str) -> None:
        """Delete the secret, if there is one."""
        try:
            (self._folder / name).unlink(missing_ok=True)
            sync_folder(self._folder)
        except OSError as error:
            raise Unavailable("keystore.write", cause=error.strerror) from error


class SystemKeys:
    """The system's keystore by way of ``keyring``; ``service`` tells tills on one machine apart."""

    def __init__(self, service: str) -> None:
        self._service = service

    def load(self, name: str) -> bytes | None:
        """Return the secret; None if there is none."""
        import keyring  # noqa: PLC0415 - 100 ms that only key access pays
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            text = keyring.get_password(self._service, name)
        except KeyringError as error:
            raise Unavailable(LOCKED, cause=type(error).__name__) from error
        try:
            return None if text is None else base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise Damaged("keystore.damaged", name=name) from error

    def save(self, name: str, secret: bytes) -> None:
        """Keep the secret."""
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            keyring.set_password(self._service, name, base64.b64encode(secret).decode())
        except KeyringError as error:
            raise Unavailable("keystore.write", cause=type(error).__name__) from error

    def forget(self, name: str) -> None:
        """Delete the secret, if there is one."""
        if self.load(name) is None:
            return
        import keyring  # noqa: PLC0415
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            keyring.delete_password(self._service, name)
        except KeyringError as error:
            raise Unavailable("keystore.write", cause=type(error).__name__) from error


def open_keystore(folder: Path, service: str) -> KeyStore:
    """Return where this till's secrets lie: the system's keystore if it has one and ``folder`` holds no key files."""
    files = FileKeys(folder)
    if any((folder / name).exists() for name in (DEVICE, DATABASE)) or not _system_has_keystore():
        return files
    return SystemKeys(service)


def device_key(keys: KeyStore, token: Callable[[int], bytes]) -> DeviceKey:
    """Return the device's key pair, made at the first call."""
    return DeviceKey(_load_or_make(keys, DEVICE, SEED_BYTES, token))


def database_key(keys: KeyStore, token: Callable[[int], bytes], *, may_make: bool) -> bytes:
    """Return the databases' raw key.

    Args:
        keys: where it lies. ``token``: unpredictable bytes of a given length.
        may_make: true only while there is no database yet; a new key would make an old one unreadable.

    Raises:
        Damaged: ``keystore.no_database_key`` when it is missing and must not be made.
    """
    if not may_make and keys.load(DATABASE) is None:
        raise Damaged("keystore.no_database_key")
    return _load_or_make(keys, DATABASE, DATABASE_KEY_BYTES, token)


def write_private(path: Path, body: bytes) -> None:
    """Put ``body`` in place of a file whole and durably, readable by its owner only; a kill leaves old or new.

    Raises:
        Unavailable: ``keystore.write``.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        mark(CommitPoint.KEY_WRITTEN_BEFORE_RENAME)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise Unavailable("keystore.write", cause=error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable; nothing to do where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _load_or_make(keys: KeyStore, name: str, length: int, token: Callable[[int], bytes]) -> bytes:
    secret = keys.load(name)
    if secret is None:
        secret = token(length)
        keys.save(name, secret)
        mark(CommitPoint.KEY_SAVED_BEFORE_USE)
        secret = keys.load(name)  # read back: some keystores acknowledge what they do not keep
    if secret is None or len(secret) != length:
        raise Damaged("keystore.damaged", name=name)
    return secret


def _system_has_keystore() -> bool:
    import keyring  # noqa: PLC0415

    try:
        return float(keyring.get_keyring().priority) >= 1
    except (RuntimeError, ValueError, TypeError):
        return False
