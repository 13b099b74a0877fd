"""`pos-app verify` on a real till: whole, and with damage planted at every kind of place."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from pos_app import cli
from pos_app.bootstrap.verify import verify
from pos_app.domain.events import DrawerOpened
from pos_app.domain.till import Countersigned
from pos_app.store.connection import open_encrypted
from pos_app.sync.audit import Audit
from tests.bootstrap.test_old_lives import _drawer, code, machine, replaced  # noqa: F401 - a fixture

FREE = "DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"
CHANGE = "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'change', 'chance') AS BLOB) WHERE seq = 2"
DAMAGE = {
    "a changed body": (CHANGE, "log.chain", 1),
    "another kind": ("UPDATE event SET kind = 'sale' WHERE seq = 2", "log.kind", 1),
    "a changed hash": ("UPDATE event SET hash = zeroblob(32) WHERE seq = 2", "log.chain", 1),
    "a changed link": ("UPDATE event SET prev_hash = zeroblob(32) WHERE seq = 3", "log.chain", 2),
    "a removed record": ("DELETE FROM event WHERE seq = 2", "log.gap", 1),
    "the first record removed": ("DELETE FROM event WHERE seq = 1", "log.gap", 0),
}


@pytest.fixture
def till(machine):  # noqa: F811
    machine.enrol(code(machine.office))
    for _ in range(3):
        machine.do(_drawer)
    return machine


def tamper(till, path, *statements):
    """Do what somebody with the key could do."""
    database = open_encrypted(path, till.key)
    for statement in (*FREE, *statements):
        database.conn.execute(statement)
    database.close()


def another_drawer(desks):
    with desks.store.unit() as unit:
        desks.session.say(unit, DrawerOpened("check_cash"))


def sign(till, seq, signature=None):
    """Keep head office's word for the first ``seq`` events, or what claims to be it."""

    def work(desks):
        life, office = desks.log.identity(), till.office.identity
        digest = desks.log.hash_at(seq)
        signed = signature or office.countersign(life.terminal_id, life.epoch, seq, digest)
        desks.log.mark_accepted(seq, seq, Countersigned(office.incarnation, seq, digest, signed))

    till.do(work)


def test_a_whole_log_is_told_with_what_head_office_confirmed(till):
    (own,) = verify(till.paths, till.keys)

    assert (own.file, own.terminal_id, own.epoch, own.length) == ("till.db", "S01-1", "1.1", 3)
    assert own.audit == Audit(3, 0, None)
    sign(till, 2)
    assert verify(till.paths, till.keys)[0].audit == Audit(3, 2, None)


@pytest.mark.parametrize("place", DAMAGE)
def test_the_first_broken_link_is_named(till, place):
    statement, problem, whole = DAMAGE[place]
    tamper(till, till.paths.till_db, statement)

    (own,) = verify(till.paths, till.keys)

    assert (own.audit.problem.code, own.audit.events) == (problem, whole)
    assert own.audit.problem.facts["seq"] == whole + 1


def test_a_cut_off_end_is_found_by_head_offices_word(till):
    sign(till, 3)
    tamper(till, till.paths.till_db, "DELETE FROM event WHERE seq = 3")

    (own,) = verify(till.paths, till.keys)

    assert (own.audit.problem.code, own.audit.events) == ("log.rewritten", 2)


def test_a_history_made_anew_is_found_by_head_offices_word(till):
    sign(till, 3)
    tamper(till, till.paths.till_db, "DELETE FROM event WHERE seq = 3")
    till.do(another_drawer)

    (own,) = verify(till.paths, till.keys)

    assert (own.audit.problem.code, own.audit.events) == ("log.rewritten", 3)


def test_a_word_that_is_not_head_offices_counts_for_nothing(till):
    sign(till, 3, signature=bytes(64))

    (own,) = verify(till.paths, till.keys)

    assert (own.audit.problem.code, own.audit.countersigned) == ("head_office.signature", 0)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_flipped_bit_anywhere_in_the_file_is_told(till, place):
    till.do(lambda desks: desks.store.checkpoint())
    content = bytearray(till.paths.till_db.read_bytes())
    content[int(len(content) * place)] ^= 1
    till.paths.till_db.write_bytes(bytes(content))

    (own,) = verify(till.paths, till.keys)

    assert own.audit.problem.code == "store.damaged"


def test_what_is_no_database_is_told_in_words(till, tmp_path):
    (tmp_path / "x.db").write_bytes(bytes(8192))

    (own,) = verify(till.paths, till.keys, tmp_path / "x.db")

    assert own.audit.problem.code == "store.wrong_key"
    assert verify(till.paths, till.keys, tmp_path / "none.db")[0].audit.problem.code == "store.missing"


@pytest.mark.parametrize("name", ["till-before-next.db", "till-copy.db"])
def test_a_second_copy_must_agree_as_far_as_it_goes(till, name):
    copy = till.paths.home / name
    shutil.copy(till.paths.till_db, copy)
    till.do(_drawer)
    assert [one.audit.problem for one in verify(till.paths, till.keys)] == [None, None]

    tamper(till, till.paths.till_db, "DELETE FROM event WHERE seq > 2")

    own, second = verify(till.paths, till.keys)
    assert own.audit.problem is None, "nothing is missing inside, and head office has signed for none"
    assert second.audit.problem.code == "log.copy_differs"


def test_earlier_lives_are_checked_too(machine, tmp_path, line):  # noqa: F811
    replaced(machine, tmp_path, line)
    machine.enrol_again(code(machine.office))
    machine.epoch()

    checked = verify(machine.paths, machine.keys)

    assert [one.file for one in checked] == ["till.db", "till-1.1.db"]
    assert [one.audit.problem for one in checked] == [None, None]


# ---- the command


@pytest.fixture
def command(till, monkeypatch):
    monkeypatch.setenv("POS_HOME", str(till.paths.home))
    return lambda *words: CliRunner().invoke(cli.app, ["verify", *words])


def test_the_command_says_what_it_checked(command):
    done = command()

    assert done.exit_code == 0
    assert "3 records checked, the chain is whole" in done.stdout


def test_the_command_says_where_it_broke_and_exits_with_1(command, till):
    tamper(till, till.paths.till_db, DAMAGE["a changed body"][0])

    done = command()

    assert done.exit_code == 1
    assert "1 of 3 records" in done.stdout
    assert "Record 2" in done.stdout


def test_the_command_speaks_json(command, till):
    tamper(till, till.paths.till_db, DAMAGE["a removed record"][0])

    done = command("--json")

    said = json.loads(done.stdout)
    assert (done.exit_code, said["ok"]) == (1, False)
    assert said["files"][0]["problem"] == {"code": "log.gap", "facts": {"seq": 2}}


def test_the_command_without_a_key_says_so(command, till, tmp_path, monkeypatch):
    shutil.copy(till.paths.till_db, tmp_path / "till.db")
    monkeypatch.setenv("POS_HOME", str(tmp_path))

    done = command()

    assert done.exit_code == 1
    assert "keystore.no_database_key" in done.stderr
