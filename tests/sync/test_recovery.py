"""The database key survives its keystore: sealed beside the database, opened by head office's offline key alone."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from head_office import recovery_key
from pos_app.domain.till import Identity
from pos_app.errors import Damaged, Refused
from pos_app.store.till_store import open_till
from pos_app.sync import worker as sync_worker
from pos_app.sync.keystore import FileKeys, database_key
from pos_app.sync.recovery import RecoveryFile
from pos_app.sync.status import StatusBoard
from pos_app.sync.wire import event_codec, http, recovery_file
from pos_app.sync.wire.messages import HelloAnswer
from pos_app.sync.worker import Surroundings
from tests.head_office.rig import open_till as open_fake
from tests.sync.db_lane import RealChance
from tests.sync.shop import AppWire, StillClock, Terminal, ports_of
from tests.sync.test_countersigned import EditedWire
from tests.till_kit import TILL_KEY


def greet(terminal: Terminal, wire: AppWire) -> Path:
    """Say hello once, as the program does; return where the recovery file lies."""
    path = terminal.home / "till.recovery"
    identity: Identity = terminal.identity
    given = Surroundings(
        wire=wire,
        till=ports_of(terminal.till),
        identity=identity,
        device=terminal.device,
        downloads=terminal.home / "downloads",
        clock=StillClock(),
        chance=RealChance(),
        client_version="test",
        recovery=RecoveryFile(path, TILL_KEY).renew,
    )
    station = sync_worker.station_of(given, StatusBoard(lambda _status: None, StillClock()), lambda: False)
    station.link.open()
    return path


def test_a_lost_keystore_is_no_lost_log(terminal, office, line, tmp_path):
    keys = FileKeys(tmp_path / "keys")
    keys.save("database", TILL_KEY)
    recovery_key.make(office, tmp_path / "offline.key")
    terminal.sell()
    file = greet(terminal, AppWire(line))
    said = terminal.log()
    terminal.till.close()
    keys.forget("database")

    with pytest.raises(Damaged, match=r"keystore\.no_database_key"):
        database_key(keys, RealChance().token, may_make=False)
    command = [sys.executable, "-m", "head_office", "unwrap", str(file), "--key", str(tmp_path / "offline.key")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    store = open_till(terminal.home / "till.db", bytes.fromhex(told.strip()), event_codec)
    with store.view() as unit:
        assert [event.hash for event in unit.log.after(0, 100, 10**9)] == said
    store.close()


def test_the_private_half_is_in_its_file_alone(office, tmp_path):
    public = recovery_key.make(office, tmp_path / "offline.key")

    private = bytes.fromhex((tmp_path / "offline.key").read_text())
    assert bytes(PrivateKey(private).public_key) == public
    assert stat.S_IMODE((tmp_path / "offline.key").stat().st_mode) == 0o600
    office.database.close()
    assert all(private not in path.read_bytes() for path in tmp_path.glob("head-office.db*"))


def test_a_private_key_is_never_written_over_another(office, tmp_path):
    recovery_key.make(office, tmp_path / "offline.key")

    with pytest.raises(Refused, match=r"file\.exists"):
        recovery_key.make(office, tmp_path / "offline.key")


def test_the_file_is_sealed_anew_when_head_office_has_another_key(terminal, office, line, tmp_path):
    recovery_key.make(office, tmp_path / "first.key")
    file = greet(terminal, AppWire(line))
    first = file.read_bytes()
    assert greet(terminal, AppWire(line)).read_bytes() == first

    recovery_key.make(office, tmp_path / "second.key")
    greet(terminal, AppWire(line))

    assert recovery_key.unwrap(file, tmp_path / "second.key") == TILL_KEY
    with pytest.raises(Damaged, match=r"recovery\.key"):
        recovery_key.unwrap(file, tmp_path / "first.key")


def test_without_a_recovery_key_there_is_no_file(terminal, line):
    assert not greet(terminal, AppWire(line)).exists()


def test_a_key_that_head_office_did_not_sign_is_not_sealed_to(terminal, office, line, tmp_path):
    recovery_key.make(office, tmp_path / "offline.key")
    thief = bytes(PrivateKey.generate().public_key)

    file = greet(terminal, EditedWire(line, http.HELLO, HelloAnswer, recovery_key=thief))

    assert not file.exists()


def test_a_folder_that_cannot_be_written_stops_nothing(terminal, office, line, tmp_path, expect_log):
    expect_log("sync.no_recovery_file")
    recovery_key.make(office, tmp_path / "offline.key")
    (terminal.home / "till.recovery").mkdir()

    greet(terminal, AppWire(line))


def test_enrolment_tells_the_key_too(office, line, tmp_path):
    public = recovery_key.make(office, tmp_path / "offline.key")

    assert open_fake(office, line).identity.recovery_key == public


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"member-pos recovery 1\nzz\nzz\n", b"a\nb\nc\n", b"x" * 10**6])
def test_what_is_no_recovery_file_is_said(body):
    with pytest.raises(Damaged, match=r"recovery\.file"):
        recovery_file.read(body)
