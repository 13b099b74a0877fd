"""A till enrols again: its old database is put aside whole, and what it had not sent is delivered from there."""

import secrets
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from head_office.enrolment import new_code
from head_office.office import Office
from head_office.store import schema
from pos_app.bootstrap import old_lives
from pos_app.bootstrap.desks import LinkState, World, open_desks
from pos_app.bootstrap.program import Hooks, Start, opened_desks
from pos_app.bootstrap.world import SystemClock
from pos_app.domain.events import DrawerOpened
from pos_app.errors import Refused, Unavailable
from pos_app.paths import Paths
from pos_app.services.till import TillSession
from pos_app.store.space import BALLAST_BYTES
from pos_app.store.till_log import TillLog
from pos_app.store.till_store import open_till
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keystore import FileKeys, database_key, device_key
from pos_app.sync.wire import event_codec
from pos_app.ui.lanes import Lane
from tests.fakes import FakeClock, FakeLink, FakeRng
from tests.head_office.rig import Line, member
from tests.sync.books import truth
from tests.sync.shop import AppWire, Terminal, open_terminal
from tests.till_kit import CASHIER, Till

WHO = member(1).member_id


class Machine:
    """One till's folder, as the program sees it."""

    def __init__(self, home: Path, office: Office, line: Line) -> None:
        home.mkdir()
        with (home / "ballast.bin").open("wb") as ballast:
            ballast.truncate(BALLAST_BYTES)
        self.start, self.paths = Start(Paths(home)), Paths(home)
        self.office, self.wire = office, AppWire(line)
        self.keys = FileKeys(self.paths.keys)

    @property
    def key(self) -> bytes:
        return database_key(self.keys, secrets.token_bytes, may_make=False)

    def epoch(self) -> str:
        with opened_desks(self.start, Hooks(), LinkState()) as (lane, desks, _keys):
            identity = lane.call(desks.log.identity)
        return "" if identity is None else identity.epoch

    def enrol(self, code: str) -> None:
        with opened_desks(self.start, Hooks(), LinkState()) as (lane, desks, keys):
            device = device_key(keys, secrets.token_bytes)
            lane.call(lambda: enrol(HeadOffice(self.wire), code, device, desks.log))

    def enrol_again(self, code: str) -> None:
        """What ``enrol_till`` does, over this line."""
        with opened_desks(self.start, Hooks(), LinkState()) as (lane, desks, keys):
            old = lane.call(desks.log.identity)
            lane.call(lambda: old_lives.check_over(desks))
            device = device_key(keys, secrets.token_bytes)
            work = lambda till: enrol(HeadOffice(self.wire), code, device, till)  # noqa: E731
            old_lives.enrol_anew(self.paths, keys, self.key, old.epoch, work)

    def deliver(self, wire: AppWire | None = None) -> list[old_lives.Delivered]:
        return old_lives.OldLives(self.paths, self.key, self.keys, wire or self.wire, "test").deliver()

    def do(self, work) -> None:
        with opened_desks(self.start, Hooks(), LinkState()) as (lane, desks, _keys):
            desks.session.staff = CASHIER
            lane.call(lambda: work(desks))


@pytest.fixture
def machine(tmp_path: Path, office: Office, line: Line) -> Machine:
    return Machine(tmp_path / "till", office, line)


def code(office: Office) -> str:
    return new_code(office, "S01", 1)


def replaced(machine: Machine, tmp_path: Path, line: Line) -> None:
    """Enrol, say something, and let another machine take the till's place; the till has heard of it."""
    machine.enrol(code(machine.office))
    machine.do(_drawer)
    other = open_terminal(tmp_path / "other", machine.office, line, device=b"another machine")
    other.till.close()
    machine.do(lambda desks: desks.log.mark_ended("session.re_enrol"))


def _drawer(desks) -> None:

    with desks.store.unit() as unit:
        desks.session.say(unit, DrawerOpened("change"))


def test_a_till_that_head_office_counts_with_is_not_enrolled_again(machine, office):
    machine.enrol(code(office))

    with pytest.raises(Refused, match=r"enrol\.done"):
        machine.enrol_again(code(office))

    assert machine.epoch() == "1.1"


def test_an_ended_till_begins_a_new_life_and_its_old_log_is_delivered_from_where_it_lies(
    machine, office, line, tmp_path
):
    replaced(machine, tmp_path, line)

    machine.enrol_again(code(office))

    assert machine.epoch() == "1.3"
    (aside,) = old_lives.waiting(machine.paths)
    assert aside.name == "till-1.1.db"
    assert machine.deliver() == [old_lives.Delivered("1.1", 1)]
    assert len(truth(office).inbox["S01-1"]) == 1
    assert old_lives.waiting(machine.paths) == []
    assert (machine.paths.lives / "till-1.1.sent.db").exists()
    assert machine.deliver() == []


def test_what_an_old_life_holds_goes_back_to_the_member_with_its_history(machine, office, line, tmp_path):
    machine.enrol(code(office))
    home = machine.paths.home
    with opened_desks(machine.start, Hooks(), LinkState()) as (lane, desks, keys):
        identity, device = lane.call(desks.log.identity), device_key(keys, secrets.token_bytes)
    terminal = terminal_on(home, machine.key, device, identity)
    terminal.open_day()
    terminal.register(member(1))
    terminal.sell(WHO, earn=50)
    terminal.till.store.close()
    open_terminal(tmp_path / "other", office, line, device=b"another machine").till.close()
    machine.do(lambda desks: desks.log.mark_ended("session.re_enrol"))

    machine.enrol_again(code(office))
    machine.epoch()
    (done,) = machine.deliver()

    assert (done.epoch, done.problem, truth(office).members[WHO]) == ("1.1", "", 50)
    assert sum(left for gid, left in truth(office).grants.items()) == 0
    assert truth(office).unposted == []


def terminal_on(home: Path, key: bytes, device, identity) -> Terminal:
    """Return the shop's hands on the program's own database."""

    store = open_till(home / "till.db", key, event_codec, durable=False)
    clock, rng, link = FakeClock(), FakeRng(), FakeLink()
    session = TillSession(store, clock, rng, link, boot_id="boot1")
    log = TillLog(store, session.say, clock.now_ms, "boot1")
    return Terminal(home, device, Till(home, store, clock, rng, link, session, log, None), identity)


def test_without_a_line_the_old_log_waits_and_nothing_of_it_is_lost(machine, office, line, tmp_path):
    replaced(machine, tmp_path, line)
    machine.enrol_again(code(office))
    machine.epoch()

    with pytest.raises(Unavailable):
        machine.deliver(Dead(line))

    assert [path.name for path in old_lives.waiting(machine.paths)] == ["till-1.1.db"]
    assert machine.deliver()[0].sent == 1


class Dead(AppWire):
    def send(self, *request):
        raise Unavailable("head_office.unreachable")


def test_a_life_that_was_set_back_stays_aside_for_head_office_to_read(machine, office, line, tmp_path):
    replaced(machine, tmp_path, line)
    machine.do(lambda desks: desks.log.mark_ended("push.fork"))
    machine.enrol_again(code(office))
    machine.epoch()
    with office.database.engine.begin() as connection:
        old = sa.update(schema.life).where(schema.life.c.epoch == "1.1")
        connection.execute(old.values(status="forked"))

    (told,) = machine.deliver()

    assert (told.sent, told.problem) == (0, "push.fork")
    assert [path.name for path in old_lives.waiting(machine.paths)] == ["till-1.1.db"]


@pytest.mark.parametrize("killed", ["before the old one moved", "before the new one moved", "with a log beside it"])
def test_a_kill_between_the_two_moves_is_made_good_at_the_next_start(machine, office, line, tmp_path, killed):
    replaced(machine, tmp_path, line)
    machine.enrol_again(code(office))
    assert machine.paths.till_db.exists()
    if killed == "before the new one moved":
        machine.paths.lives.mkdir()
        machine.paths.till_db.rename(machine.paths.lives / "till-1.1.db")
    if killed == "with a log beside it":
        leave_a_log(machine, tmp_path)

    assert machine.epoch() == "1.3"

    assert machine.deliver() == [old_lives.Delivered("1.1", 1 + (killed == "with a log beside it"))]
    assert list(machine.paths.home.glob("till-after-*")) == []


def leave_a_log(machine: Machine, tmp_path: Path) -> None:
    """Say one thing more and die: copy the files while they are open, as a killed program leaves them."""
    lane = Lane("db")

    desks = lane.call(lambda: open_desks(machine.paths.till_db, machine.key, World(SystemClock(), LinkState(), int)))
    lane.call(lambda: _drawer(desks))
    for side in ("", "-wal"):
        shutil.copy(f"{machine.paths.till_db}{side}", tmp_path / f"copy{side}")
    lane.call(desks.store.close)
    lane.close()
    for side in ("", "-wal"):
        shutil.copy(tmp_path / f"copy{side}", f"{machine.paths.till_db}{side}")


def test_a_kill_while_enrolling_leaves_the_old_life_and_the_code_works_again(machine, office, line, tmp_path):
    replaced(machine, tmp_path, line)
    again = code(office)

    def die(_till) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), opened_desks(machine.start, Hooks(), LinkState()):
        old_lives.enrol_anew(machine.paths, machine.keys, machine.key, "1.1", die)
    assert machine.epoch() == "1.1"

    machine.enrol_again(again)

    assert machine.epoch() == "1.3"


def test_a_day_or_a_sale_in_hand_is_finished_first(machine, office, line, tmp_path):
    replaced(machine, tmp_path, line)

    def open_day(desks) -> None:
        desks.day.open_day(50_000)

    machine.do(open_day)

    with pytest.raises(Refused, match=r"enrol\.day_open"):
        machine.enrol_again(code(office))
