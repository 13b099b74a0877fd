"""Where the till's secrets lie."""

import os
import stat
from base64 import b64encode

import keyring
import keyring.backend
import keyring.errors
import pytest
from nacl.public import SealedBox
from nacl.signing import VerifyKey

from pos_app.errors import Damaged, Unavailable
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.keystore import FileKeys, SystemKeys, database_key, device_key, open_keystore


class MemoryBackend(keyring.backend.KeyringBackend):
    """A system keystore that is there, may be locked, and may forget."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.forgets = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]

    def _check(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked


@pytest.fixture
def system():
    before = keyring.get_keyring()
    backend = MemoryBackend()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def test_a_key_file_is_for_its_owner_only(tmp_path):
    keys = FileKeys(tmp_path / "keys")

    keys.save("device", b"s" * 32)

    assert stat.S_IMODE((tmp_path / "keys" / "device").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert keys.load("device") == b"s" * 32


def test_a_missing_key_is_none(tmp_path):
    assert FileKeys(tmp_path / "nowhere").load("device") is None


def test_saving_again_replaces_whole(tmp_path):
    keys = FileKeys(tmp_path)
    keys.save("device", b"a" * 32)
    (tmp_path / ".device.new").write_bytes(b"left by a kill")

    keys.save("device", b"b" * 32)

    assert keys.load("device") == b"b" * 32
    assert sorted(path.name for path in tmp_path.iterdir()) == ["device"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_key_file_is_locked_not_absent(tmp_path):
    keys = FileKeys(tmp_path)
    keys.save("device", b"a" * 32)
    (tmp_path / "device").chmod(0)

    with pytest.raises(Unavailable, match=r"keystore\.locked"):
        keys.load("device")


def test_a_folder_where_the_key_should_be_is_locked_not_absent(tmp_path):
    (tmp_path / "device").mkdir()

    with pytest.raises(Unavailable, match=r"keystore\.locked"):
        FileKeys(tmp_path).load("device")


def test_the_system_s_keystore_is_used_where_there_is_one(tmp_path, system):
    keys = open_keystore(tmp_path, "till-1")

    made = device_key(keys, os.urandom)

    assert isinstance(keys, SystemKeys)
    assert list(system.kept) == [("till-1", "device")]
    assert device_key(keys, os.urandom).public == made.public
    assert list(tmp_path.iterdir()) == []


def test_key_files_that_exist_are_not_hidden_by_a_keystore_that_appears(tmp_path, system):
    FileKeys(tmp_path).save("database", b"d" * 32)

    assert isinstance(open_keystore(tmp_path, "till-1"), FileKeys)


def test_without_a_keystore_there_are_files(tmp_path, system):
    system.__class__.priority = 0
    try:
        assert isinstance(open_keystore(tmp_path, "till-1"), FileKeys)
    finally:
        system.__class__.priority = 5


def test_a_locked_keystore_is_said_and_nothing_is_made(tmp_path, system):
    keys = open_keystore(tmp_path, "till-1")
    system.locked = True

    with pytest.raises(Unavailable, match=r"keystore\.locked"):
        device_key(keys, os.urandom)


def test_a_keystore_that_forgets_is_found_out_before_the_key_is_used(tmp_path, system):
    system.forgets = True

    with pytest.raises(Damaged, match=r"keystore\.damaged"):
        device_key(open_keystore(tmp_path, "till-1"), os.urandom)


def test_two_tills_on_one_machine_have_keys_of_their_own(tmp_path, system):
    first = device_key(SystemKeys("till-1"), os.urandom)
    second = device_key(SystemKeys("till-2"), os.urandom)

    assert first.public != second.public


def test_a_missing_database_key_is_never_made_for_a_database_that_exists(tmp_path):
    with pytest.raises(Damaged, match=r"keystore\.no_database_key"):
        database_key(FileKeys(tmp_path), os.urandom, may_make=False)


def test_the_database_key_stays_the_same(tmp_path):
    made = database_key(FileKeys(tmp_path), os.urandom, may_make=True)

    assert database_key(FileKeys(tmp_path), os.urandom, may_make=False) == made
    assert len(made) == 32


def test_a_key_of_the_wrong_length_is_damage(tmp_path):
    FileKeys(tmp_path).save("device", b"short")

    with pytest.raises(Damaged, match=r"keystore\.damaged"):
        device_key(FileKeys(tmp_path), os.urandom)


def test_only_the_device_opens_what_was_sealed_to_it():
    device, other = DeviceKey(bytes(32)), DeviceKey(b"\1" * 32)
    sealed = SealedBox(VerifyKey(device.public).to_curve25519_public_key()).encrypt(b"the file's key")

    assert device.open_sealed(sealed) == b"the file's key"
    with pytest.raises(Damaged, match=r"key\.sealed"):
        other.open_sealed(sealed)


@pytest.mark.parametrize(("public", "signature"), [(b"", b""), (bytes(32), b"x"), (b"k" * 31, bytes(64))])
def test_a_malformed_signature_is_just_wrong(public, signature):
    assert not verify(public, b"message", signature)


def test_secrets_do_not_show(tmp_path):
    seed = bytes(range(200, 232))
    device = DeviceKey(seed)

    shown = f"{device} {device!r} {vars(device)}"
    assert seed.hex() not in shown.lower()
    assert repr(seed)[2:-1] not in shown
    assert b64encode(seed).decode() not in shown
