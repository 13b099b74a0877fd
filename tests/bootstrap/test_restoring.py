"""A till's disk dies: the till in its place reads the second copy, and nothing that the copy had is lost."""

import shutil

import pytest

from head_office.enrolment import new_code
from head_office.salvage import salvage
from head_office.store import schema
from pos_app.bootstrap.desks import LinkState
from pos_app.bootstrap.program import Hooks, keep_copy, opened_desks, restore
from pos_app.domain.basket import Basket
from pos_app.domain.till import HeldSale, OpenSale
from pos_app.errors import PosError, Unavailable
from tests.bootstrap.test_old_lives import Machine, _drawer, code
from tests.head_office.rig import rows_of
from tests.till_kit import CASHIER, item

BASKET = Basket(f"{7:032x}").with_item(item(1), 2)
HELD = HeldSale(0, 1_700_000_000_000, CASHIER.staff_id, "red coat", "", 2, 20_000, OpenSale(BASKET))


@pytest.fixture
def stick(tmp_path):
    """A folder on another disk."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def put_aside(desks) -> None:
    with desks.store.unit() as unit:
        unit.held.add(HELD)


def waiting(machine: Machine) -> list[HeldSale]:
    with opened_desks(machine.start, Hooks(), LinkState()) as (lane, desks, _keys):
        return list(lane.call(desks.checkout.held))


@pytest.fixture
def dead(tmp_path, office, line, stick):
    """A till that closed its shift with a sale on hold; then its whole disk went. Its copy and its key are left."""
    machine = Machine(tmp_path / "till", office, line)
    machine.enrol(code(office))
    for _ in range(3):
        machine.do(_drawer)
    machine.do(put_aside)
    machine.do(lambda desks: keep_copy(desks.store, machine.paths.copy, stick / "S01-1.db"))
    key = machine.key.hex()
    shutil.rmtree(machine.paths.home)
    return key


@pytest.fixture
def new(tmp_path, office, line, dead):
    """The machine that stands in its place."""
    machine = Machine(tmp_path / "new", office, line)
    machine.enrol(code(office))
    return machine


def refused(machine: Machine, copy, out, key) -> str:
    with pytest.raises(PosError) as error:
        restore(machine.start, copy, out, key)
    assert not out.exists()
    assert waiting(machine) == []
    return error.value.code


def test_nothing_is_lost_that_the_copy_had(new, dead, stick, tmp_path, office):
    done = restore(new.start, stick / "S01-1.db", tmp_path / "dead.log", dead)

    assert (done.log.epoch, done.log.events, done.log.is_signed, done.held) == ("1.1", 3, False, 1)
    assert salvage(office, tmp_path / "dead.log", "Chen").new == 3
    assert [row.status for row in rows_of(office, schema.posting)] == ["posted"] * 3
    (held,) = waiting(new)
    assert (held.note, held.sale) == ("red coat", HELD.sale)


def test_read_twice_nothing_comes_twice(new, dead, stick, tmp_path, office):
    for name, held in (("one.log", 1), ("two.log", 0)):
        assert restore(new.start, stick / "S01-1.db", tmp_path / name, dead).held == held

    assert [salvage(office, tmp_path / name, "Chen").new for name in ("one.log", "two.log")] == [3, 0]
    assert len(waiting(new)) == 1


def test_a_copy_is_read_at_the_till_in_its_place_only(new, dead, stick, tmp_path, office, line):
    other = Machine(tmp_path / "other", office, line)
    out = tmp_path / "dead.log"
    assert refused(other, stick / "S01-1.db", out, dead) == "till.not_enrolled"
    other.enrol(new_code(office, "S01", 2))

    assert refused(other, stick / "S01-1.db", out, dead) == "restore.other_till"
    new.do(lambda desks: keep_copy(desks.store, new.paths.copy))
    assert refused(new, new.paths.copy, out, "") == "restore.this_life"


def test_a_copy_that_is_damaged_or_of_another_key_changes_nothing(new, dead, stick, tmp_path):
    out = tmp_path / "dead.log"
    assert refused(new, stick / "S01-1.db", out, "00" * 32) == "store.wrong_key"
    assert refused(new, stick / "none.db", out, dead) == "store.missing"
    content = bytearray((stick / "S01-1.db").read_bytes())
    for place in range(5_000, len(content), 4_096):
        content[place] ^= 1
    (stick / "S01-1.db").write_bytes(bytes(content))

    assert refused(new, stick / "S01-1.db", out, dead) == "store.damaged"


def test_a_disk_that_is_not_plugged_in_is_said_and_the_tills_own_copy_is_there(new, tmp_path):
    with pytest.raises(Unavailable, match=r"copy\.folder"):
        new.do(lambda desks: keep_copy(desks.store, new.paths.copy, tmp_path / "nowhere" / "S01-1.db"))

    assert new.paths.copy.exists()
