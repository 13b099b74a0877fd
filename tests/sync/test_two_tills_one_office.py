"""Two real tills and the real head office over a line that loses, doubles, halves and repeats; and kills anywhere."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from head_office.office import Office, open_office
from head_office.store import schema
from pos_app.domain.basket import Basket
from pos_app.domain.till import OpenSale, Undo
from pos_app.errors import Refused, Unavailable
from pos_app.sync import pull
from pos_app.sync.endpoints import Reply
from pos_app.sync.session import State
from pos_app.sync.wire import http
from tests.head_office.offices import either_url as database_url  # noqa: F401 - on both databases
from tests.head_office.rig import Line, TestClock, member, new_office, publish_rules
from tests.sync.books import assert_equal_books, directory_points, truth
from tests.sync.shop import AppWire, Fate, HostileWire, Killed, Process, Terminal, open_terminal, settle
from tests.till_kit import open_kit


class Day:
    """A random day at two lanes, with the points that members must end up with counted beside it."""

    def __init__(self, seed: int, terminals: list[Terminal], line: Line) -> None:
        self.chance = random.Random(seed)
        self.terminals = terminals
        self.wires = {each.name: HostileWire(AppWire(line), seed * 10 + n) for n, each in enumerate(terminals)}
        self.runs = 0
        self.processes = {each.name: self._start(each) for each in terminals}
        self.points: Counter[str] = Counter()
        self.members: list[str] = []
        self.request_no: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()

    def run(self, steps: int) -> None:
        acts = [self.register, self.earn, self.earn, self.redeem, self.redeem, self.release, self.ask, self.ask]
        acts += [self.push, self.push, self.push, self.pull, self.pull, self.crash]
        for _ in range(steps):
            terminal = self.chance.choice(self.terminals)
            self.chance.choice(acts)(terminal)

    def register(self, terminal: Terminal) -> None:
        number = self.chance.randrange(10**6)
        who = member(number)
        if len(self.members) < 4 and who.member_id not in self.members:
            terminal.register(who)
            self.members.append(who.member_id)
            self.points[who.member_id] += 0

    def earn(self, terminal: Terminal) -> None:
        earned = self.chance.randint(1, 500)
        if self.members:
            who = self.chance.choice(self.members)
            terminal.sell(who, earn=earned)
            self.points[who] += earned

    def redeem(self, terminal: Terminal) -> None:
        for who in self.members:
            usable = terminal.usable(who)
            if usable:
                spent = self.chance.randint(1, usable)
                terminal.sell(who, points=spent)
                self.points[who] -= spent
                self.happened["redeemed"] += 1
                return

    def release(self, terminal: Terminal) -> None:
        if self.members:
            terminal.release(self.chance.choice(self.members))

    def ask(self, terminal: Terminal) -> None:
        if not self.members:
            return
        self.request_no[terminal.name] += 1
        who, amount = self.chance.choice(self.members), self.chance.randint(1, 200)
        try:
            self.processes[terminal.name].ask(who, amount, self.request_no[terminal.name])
            self.happened["granted"] += 1
        except (Refused, Unavailable) as error:
            self.happened[error.code] += 1

    def push(self, terminal: Terminal) -> None:
        self._try(self.processes[terminal.name].push)

    def pull(self, terminal: Terminal) -> None:
        self._try(self.processes[terminal.name].pull)

    def crash(self, terminal: Terminal) -> None:
        terminal.restart()
        self.processes[terminal.name] = self._start(terminal)
        self.happened["crashes"] += 1

    def calm(self) -> None:
        for wire in self.wires.values():
            wire.badness = 0.0
        settle(*self.processes.values())

    def _start(self, terminal: Terminal) -> Process:
        self.runs += 1
        return terminal.run(self.wires[terminal.name], self.runs)

    def _try(self, work) -> None:
        try:
            work()
        except (Refused, Unavailable) as error:
            self.happened[error.code] += 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_line_does_both_ends_agree_to_the_point(seed, office, line, tmp_path):
    terminals = [open_terminal(tmp_path / f"till{lane}", office, line, lane=lane) for lane in (1, 2)]
    for terminal in terminals:
        terminal.open_day()
    day = Day(seed, terminals, line)

    day.run(150)
    day.calm()

    assert_equal_books(office, terminals, day.points)
    for who in day.members:
        assert [directory_points(terminal, who) for terminal in terminals] == [day.points[who]] * 2
    faults = Counter(fault for wire in day.wires.values() for fault in wire.faults)
    assert len(faults) == 5, faults
    assert day.happened["redeemed"] > 0
    assert day.happened["crashes"] > 0
    for terminal in terminals:
        terminal.till.close()


def trade(terminal: Terminal, process: Process, who: str) -> None:
    """A piece of a day in which every kind of exchange happens; each part can be done again after a kill."""
    process.push()
    process.pull()
    process.ask(who, 100, 1)
    process.push()


def test_a_kill_between_any_two_steps_changes_nothing(tmp_path):
    """The same piece of trade, on a fresh lane each time, killed at step 1, 2, 3 … until it runs to its end."""
    office = new_office(f"sqlite:///{tmp_path}/head-office.db", tmp_path / "snapshots", TestClock())
    line = Line(office)
    who = member(1).member_id
    donor = open_terminal(tmp_path / "donor", office, line, lane=1)
    donor.open_day()
    donor.register(member(1))
    donor.sell(who, earn=100_000)
    donor.release(who)
    donor_run = donor.run(AppWire(line))
    settle(donor_run)
    redeemed = earned = 0
    lane, finished = 1, False

    while not finished:
        lane += 1
        terminal = open_terminal(tmp_path / f"till{lane}", office, line, lane=lane)
        terminal.open_day()
        terminal.sell(who, earn=7)
        terminal.sell()
        earned += 7
        fate = Fate(at=lane - 1)
        try:
            trade(terminal, terminal.run(AppWire(line), 1, fate), who)
            finished = True
        except Killed:
            terminal.restart()
            trade(terminal, terminal.run(AppWire(line), 2), who)
        # The 100 points of request 1 came exactly once, however often they were asked for or sent.
        assert sum(left for gid, left in terminal.holdings().items() if "request" in gid) == 100, fate.steps[-1]
        terminal.sell(who, points=107)
        redeemed += 107
        terminal.run(AppWire(line), 3).push()
        assert_equal_books(office, [terminal], {who: 100_000 + earned - redeemed})
        terminal.till.close()

    assert lane > 40, "the trade has fewer steps than it used to: is everything still wrapped?"
    settle(donor_run)
    assert directory_points(donor, who) == 100_000 + earned - redeemed
    donor.till.close()
    line.close()
    office.database.close()


def test_a_till_restored_from_an_old_copy_is_told_to_enrol_again_and_sends_nothing(office, line, tmp_path):
    terminal = open_terminal(tmp_path / "till", office, line)
    terminal.open_day()
    terminal.run(AppWire(line)).push()
    terminal.till.store.backup(tmp_path / "copy.db")
    terminal.sell()
    terminal.run(AppWire(line)).push()
    terminal.till.close()
    for file in (tmp_path / "till").glob("till.db*"):
        file.unlink()
    (tmp_path / "copy.db").rename(tmp_path / "till" / "till.db")
    terminal.till = open_kit(tmp_path / "till")
    terminal.sell(paid_minor=1)
    terminal.sell(paid_minor=2)
    process = terminal.run(AppWire(line), 2)
    before = truth(office).inbox

    with pytest.raises(Refused):
        process.push()

    assert process.session.state is State.RE_ENROL_NEEDED
    assert terminal.till.log.ended() == http.PUSH_FORK
    assert truth(office).inbox == before
    terminal.till.close()


def test_a_replaced_till_that_still_has_sales_delivers_them_and_is_told_to_enrol(office, line, tmp_path):
    old = open_terminal(tmp_path / "old", office, line)
    old.open_day()
    old.run(AppWire(line)).push()
    for _ in range(3):
        old.sell()
    new = open_terminal(tmp_path / "new", office, line, device=b"another machine")
    process = old.run(AppWire(line), 2)

    with pytest.raises(Refused, match=r"session\.re_enrol"):
        process.push()

    assert truth(office).inbox["S01-1"] == old.log()
    assert (old.till.log.unsent(), old.till.log.ended()) == (0, "session.re_enrol")
    with pytest.raises(Refused, match=r"session\.re_enrol"):
        process.pull()
    with pytest.raises(Refused, match=r"session\.re_enrol"):
        process.ask(member(1).member_id, 1, 1)
    old.till.close()
    new.till.close()


def test_what_a_replaced_till_still_holds_goes_back_to_the_member(office, line, tmp_path):
    who = member(1).member_id
    old = open_terminal(tmp_path / "old", office, line)
    old.open_day()
    old.register(member(1, "S02"))
    old.sell(who, earn=50)
    old.run(AppWire(line)).push()
    new = open_terminal(tmp_path / "new", office, line, device=b"another machine")
    new.open_day()
    for run in (2, 3):  # the first time it is told, the next time it knows
        with pytest.raises(Refused, match=r"session\.re_enrol"):
            old.run(AppWire(line), run).push()

    assert (old.usable(who), sum(old.holdings().values()), truth(office).unposted) == (0, 0, [])
    process = new.run(AppWire(line))
    process.pull()  # who visits this store has a small float here
    process.ask(who, 50 - new.usable(who), 1)
    assert new.usable(who) == 50

    old.till.close()
    new.till.close()


def test_what_one_till_holds_and_another_needs_is_asked_back_unless_it_is_being_spent(office, line, tmp_path):
    who = member(1).member_id
    holder, asker = (open_terminal(tmp_path / f"till{lane}", office, line, lane=lane) for lane in (1, 2))
    for terminal in (holder, asker):
        terminal.open_day()
    holder.register(member(1, "S02"))
    holder.sell(who, earn=50)
    sale = OpenSale(Basket("s1", member_id=who))
    with holder.till.store.unit() as unit:
        unit.basket.push(sale, Undo(""))
    first, second = holder.run(AppWire(line)), asker.run(AppWire(line))
    first.push()

    with pytest.raises(Refused) as short:
        second.ask(who, 30, 1)
    first.pull()
    assert (short.value.facts["held"][0].points, sum(holder.holdings().values())) == (50, 50)
    with holder.till.store.unit() as unit:
        unit.basket.clear()
    holder.restart()
    again = holder.run(AppWire(line), 2)
    again.push()

    assert second.ask(who, 30, 2) == 30
    second.push()
    assert_equal_books(office, [holder, asker], {who: 50})
    holder.till.close()
    asker.till.close()


def test_a_head_office_restored_from_a_backup_is_told_again_what_it_forgot(tmp_path):
    """The events and a grant are gone, the incarnation is new; the till just goes on, and installs nothing twice.

    There are no floats, so that none is granted before the forgotten grant is told.
    """
    office = new_office(f"sqlite:///{tmp_path}/head-office.db", tmp_path / "snapshots", TestClock())
    publish_rules(office, float_share_bp=0)
    line = Line(office)
    who = member(1).member_id
    terminal = open_terminal(tmp_path / "till", office, line)
    terminal.open_day()
    terminal.register(member(1, "S02"))
    terminal.sell(who, earn=50)
    terminal.release(who)
    process = terminal.run(AppWire(line))
    process.push()
    restored_url = back_up(office, tmp_path / "backup.db")
    process.ask(who, 30, 1)
    terminal.sell(who, points=10)
    process.push()
    process.pull()
    line.close()
    office.database.close()

    restored = open_office(restored_url, TestClock(), tmp_path / "snapshots")
    line = Line(restored)
    again = terminal.run(AppWire(line), 2)
    settle(again)

    assert_equal_books(restored, [terminal], {who: 40})
    assert terminal.till.log.incarnation() == "2-restored"
    assert terminal.usable(who) == 20
    line.close()
    restored.database.close()
    terminal.till.close()


def test_rights_answered_before_and_arriving_after_a_restore_are_not_installed(office, line, tmp_path):
    who = member(1).member_id
    terminal = open_terminal(tmp_path / "till", office, line)
    terminal.open_day()
    terminal.register(member(1, "S02"))
    terminal.sell(who, earn=50)
    terminal.release(who)
    slow = SlowAnswer(line, http.RIGHTS, lambda: terminal.till.log.bind("2-restored"))
    process = terminal.run(slow)
    process.push()

    with pytest.raises(Unavailable, match=r"head_office\.changed"):
        process.ask(who, 30, 1)

    assert terminal.usable(who) == 0
    assert [gid for gid in truth(office).grants if "request1" in gid] == ["ho1/S01-1/1.1/request1/0"]
    terminal.till.close()


class SlowAnswer(AppWire):
    """Something happens at the till while the answer to ``target`` is on its way."""

    def __init__(self, line: Line, target: str, meanwhile: Callable[[], None]) -> None:
        super().__init__(line)
        self._target = target
        self._meanwhile = meanwhile

    def send(self, method: str, target: str, headers: Any, body: bytes | None, read_s: float) -> Reply:
        reply = super().send(method, target, headers, body, read_s)
        if target == self._target:
            self._meanwhile()
        return reply


def back_up(office: Office, path: Path) -> str:
    """Copy head office's database as its restore tool would leave it: under a new incarnation."""
    with office.database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("VACUUM INTO ?", [str(path)])
    copy = sa.create_engine(f"sqlite:///{path}")
    with copy.begin() as connection:
        for name, value in (("incarnation", b"2-restored"), ("incarnation_no", b"2")):
            connection.execute(sa.update(schema.meta).where(schema.meta.c.k == name).values(v=value))
    copy.dispose()
    return f"sqlite:///{path}"


def test_a_till_far_behind_takes_its_store_as_a_file_and_ends_where_pages_would_have(
    office, line, tmp_path, monkeypatch
):
    monkeypatch.setattr(pull, "FAR_BEHIND", 20)
    publish_rules(office)
    away, here = (open_terminal(tmp_path / name, office, line, lane=n) for n, name in ((1, "away"), (2, "here")))
    settle(away.run(AppWire(line)))
    for n in range(30):
        here.register(member(n))
        here.sell(member(n).member_id, earn=10 + n)
    settle(here.run(AppWire(line), 1))
    back = away.run(AppWire(line), 2)

    settle(back)

    assert back.board.status().pulled < 20
    for n in range(30):
        assert directory_points(away, member(n).member_id) == 10 + n
    for shard in ("global", "store:S01"):
        assert away.till.feed.cursor(shard) == here.till.feed.cursor(shard)
