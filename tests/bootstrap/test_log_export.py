"""The log of a real till in a file: of a running till, of an old life, without its keystore; head office takes it."""

import shutil

import pytest

from head_office.salvage import salvage
from head_office.store import schema
from pos_app.bootstrap.desks import LinkState
from pos_app.bootstrap.log_export import export_log
from pos_app.bootstrap.program import Hooks, opened_desks
from pos_app.errors import Damaged, PosError, Refused
from pos_app.sync.keystore import FileKeys
from tests.bootstrap.test_old_lives import _drawer, code, machine, replaced  # noqa: F401 - a fixture
from tests.head_office.rig import rows_of


@pytest.fixture
def till(machine):  # noqa: F811
    machine.enrol(code(machine.office))
    for _ in range(3):
        machine.do(_drawer)
    return machine


def test_head_office_takes_what_a_till_wrote(till, tmp_path):
    done = export_log(till.paths, till.keys, tmp_path / "till.log")

    assert (done.terminal_id, done.epoch, done.events, done.is_signed) == ("S01-1", "1.1", 3, True)
    found = salvage(till.office, tmp_path / "till.log", "Wang")
    assert (found.new, found.is_signed) == (3, True)
    assert [row.status for row in rows_of(till.office, schema.posting)] == ["posted"] * 3


def test_a_running_till_may_be_read(till, tmp_path):
    with opened_desks(till.start, Hooks(), LinkState()):
        assert export_log(till.paths, till.keys, tmp_path / "till.log").events == 3


def test_an_old_life_is_read_with_the_key_it_had(machine, tmp_path, line):  # noqa: F811
    replaced(machine, tmp_path, line)
    machine.enrol_again(code(machine.office))
    machine.epoch()

    done = export_log(machine.paths, machine.keys, tmp_path / "old.log", machine.paths.lives / "till-1.1.db")

    assert (done.epoch, done.events, done.is_signed) == ("1.1", 1, True)
    assert salvage(machine.office, tmp_path / "old.log", "Wang").new == 1


def test_a_disk_without_its_keystore_is_read_with_the_recovered_key(till, tmp_path):
    disk = tmp_path / "disk.db"
    shutil.copy(till.paths.till_db, disk)
    nothing = FileKeys(tmp_path / "nothing")

    with pytest.raises(Damaged, match=r"keystore\.no_database_key"):
        export_log(till.paths, nothing, tmp_path / "disk.log", disk)
    done = export_log(till.paths, nothing, tmp_path / "disk.log", disk, till.key.hex())

    assert (done.events, done.is_signed) == (3, False)
    assert salvage(till.office, tmp_path / "disk.log", "Wang").new == 3


@pytest.mark.parametrize(("key", "error"), [("00" * 32, "store.wrong_key"), ("zz", "export.key"), ("00", "export.key")])
def test_a_wrong_key_writes_nothing(till, tmp_path, key, error):
    with pytest.raises(PosError) as refused:
        export_log(till.paths, till.keys, tmp_path / "till.log", key=key)

    assert refused.value.code == error
    assert not (tmp_path / "till.log").exists()


def test_a_file_is_never_written_over_another(till, tmp_path):
    (tmp_path / "till.log").write_bytes(b"mine")

    with pytest.raises(Refused, match=r"file\.exists"):
        export_log(till.paths, till.keys, tmp_path / "till.log")

    assert (tmp_path / "till.log").read_bytes() == b"mine"
