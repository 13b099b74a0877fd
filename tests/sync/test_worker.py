"""The worker with its threads, between a real till and the real head office in this process."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from head_office.enrolment import new_code
from head_office.office import Office
from pos_app.errors import Refused, Unavailable
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey
from pos_app.sync.signer import Signer
from pos_app.sync.status import SyncState, SyncStatus
from pos_app.sync.wire import http, signing
from pos_app.sync.worker import Surroundings, SyncWorker
from tests.head_office.rig import Line, member
from tests.sync.books import truth
from tests.sync.db_lane import LaneTill, RealChance, RealClock
from tests.sync.shop import AppWire, Terminal, open_terminal, settle

SOON_S = 20.0
WHO = member(1).member_id
DEVICE = DeviceKey(bytes(range(32)))


class GateWire(AppWire):
    """Shuts single paths, and holds long polls until it is aborted."""

    def __init__(self, line: Line) -> None:
        super().__init__(line)
        self.shut: set[str] = set()
        self.aborted = threading.Event()
        self.polls = 0

    def send(self, method: str, target: str, headers: Any, body: bytes | None, read_s: float) -> Any:
        path = target.partition("?")[0]
        if path in self.shut:
            raise Unavailable("head_office.unreachable", cause="shut")
        if "wait=25" in target:
            self.polls += 1
            self.aborted.wait(0.3)
            target = target.replace("wait=25", "wait=0")
            headers = signed_again(target, headers)
        if self.aborted.is_set():
            raise Unavailable("sync.stopped")
        return super().send(method, target, headers, body, read_s)

    def abort(self) -> None:
        self.aborted.set()


def signed_again(target: str, headers: dict[str, str]) -> dict[str, str]:
    """Sign the changed target in place of the one that the worker signed."""
    signer = Signer("S01-1/1.1", DEVICE.sign)
    signer._counter = int(headers[signing.SIGNATURE_INPUT].split('nonce="')[1].split('"')[0]) - 1
    return {**headers, **signer.fields("GET", target, headers[http.SESSION_HEADER], None)}


class Station:
    """One till with its worker; ``statuses`` is what the status bar was told."""

    def __init__(self, home: Path, office: Office, line: Line) -> None:
        home.mkdir()
        self.lane_till = LaneTill(home)
        self.wire = GateWire(line)
        identity = enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), DEVICE, self.lane_till.identity)
        self.terminal = Terminal(home, DEVICE, self.lane_till.till, identity)
        self.statuses: list[SyncStatus] = []
        self._changed = threading.Condition()
        self.worker = SyncWorker(
            Surroundings(
                wire=self.wire,
                till=self.lane_till.ports,
                identity=identity,
                device=DEVICE,
                downloads=home / "downloads",
                clock=RealClock(),
                chance=RealChance(),
                client_version="test",
            ),
            self._note,
        )

    def sell(self, **sale: Any) -> None:
        self.lane_till.lane.call(lambda: self.terminal.sell(**sale))
        self.worker.wake()

    def do(self, work: Callable[[], Any]) -> Any:
        return self.lane_till.lane.call(work)

    def until(self, holds: Callable[[SyncStatus], bool]) -> SyncStatus:
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.worker.status()), SOON_S), self.worker.status()
        return self.worker.status()

    def close(self) -> None:
        self.worker.stop()
        self.lane_till.close()

    def _note(self, status: SyncStatus) -> None:
        with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()


@pytest.fixture
def station(tmp_path: Path, office: Office, line: Line) -> Iterator[Station]:
    station = Station(tmp_path / "till", office, line)
    yield station
    station.close()


def test_a_sale_is_pushed_as_soon_as_the_worker_is_woken(station, office):
    station.worker.start()
    station.until(lambda status: status.state is SyncState.ONLINE)
    station.do(station.terminal.open_day)

    station.sell()

    status = station.until(lambda status: status.pushed == 2)
    assert status.unsent == 0
    assert len(truth(office).inbox["S01-1"]) == 2


def test_stopping_is_instant_even_in_a_long_poll(station):
    station.worker.start()
    station.until(lambda status: status.state is SyncState.ONLINE)
    while not station.wire.polls:
        threading.Event().wait(0.01)
    began = time.monotonic()

    station.worker.stop()

    assert time.monotonic() - began < 0.5
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("sync-")] == []


def test_a_stuck_push_does_not_stop_the_pull(station, office, line, tmp_path):
    station.wire.shut = {http.PUSH}
    other = open_terminal(tmp_path / "other", office, line, lane=2)
    other.open_day()
    other.register(member(1))
    settle(other.run(AppWire(line)))

    station.do(station.terminal.open_day)
    station.worker.start()
    station.until(lambda status: status.state is SyncState.OFFLINE and status.unsent == 1)
    other.sell(WHO, earn=5)
    settle(other.run(AppWire(line), 2))

    status = station.until(lambda status: status.pulled > 0)
    assert (status.state, status.unsent) == (SyncState.OFFLINE, 1)
    other.till.close()


def test_a_stuck_pull_does_not_stop_the_push(station, office):
    station.wire.shut = {http.FEED, http.SNAPSHOT_MANIFEST}
    station.worker.start()
    station.do(station.terminal.open_day)

    station.sell()

    status = station.until(lambda status: status.unsent == 0 and status.pushed == 2)
    assert status.pulled == 0
    station.until(lambda status: status.state is SyncState.OFFLINE and status.detail == "head_office.unreachable")


def test_while_offline_the_unsent_count_grows_with_every_sale(station):
    station.wire.shut = {http.HEALTH}
    station.do(station.terminal.open_day)
    station.worker.start()
    station.until(lambda status: status.unsent == 1)

    for sold in range(1, 4):
        station.sell()
        station.until(lambda status, sold=sold: status.unsent == 1 + sold)

    assert station.worker.status().state is SyncState.OFFLINE


def test_the_line_comes_back_and_everything_is_sent_without_anybody_s_help(station, office):
    station.wire.shut = {http.HEALTH}
    station.do(station.terminal.open_day)
    station.worker.start()
    station.until(lambda status: status.detail == "head_office.unreachable")
    for _ in range(5):
        station.sell()

    station.wire.shut = set()

    status = station.until(lambda status: status.state is SyncState.ONLINE)
    assert (status.unsent, status.pushed) == (0, 6)


def test_points_asked_for_are_a_holding_at_once_and_are_not_given_twice(station, office, line):
    station.do(station.terminal.open_day)
    station.do(lambda: station.terminal.register(member(1, "S02")))
    station.sell(member_id=WHO, earn=100)
    station.do(lambda: station.terminal.release(WHO))
    station.worker.start()
    station.until(lambda status: status.unsent == 0 and status.pushed > 0)

    granted = station.worker.request_rights(WHO, 60, 1)
    again = station.worker.request_rights(WHO, 60, 1)

    assert (granted, again) == (60, 60)
    assert station.do(lambda: station.terminal.usable(WHO)) == 60
    station.sell(member_id=WHO, points=60)
    station.until(lambda status: status.pushed == 6)  # day, member, sale, release, grants installed, sale
    assert truth(office).members[WHO] == 40


def test_a_members_points_are_opened_up_by_head_office_while_somebody_looks(station):
    station.do(station.terminal.open_day)
    station.do(lambda: station.terminal.register(member(1, "S02")))
    station.sell(member_id=WHO, earn=100)
    station.worker.start()
    station.until(lambda status: status.unsent == 0 and status.pushed > 0)

    statement = station.worker.statement(WHO)

    assert ([one.entry.points for one in statement.entries], statement.is_whole) == ([100], True)
    assert sum(lot.points for lot in statement.lots) == 100
    with pytest.raises(Refused, match=r"member\.unknown"):
        station.worker.statement("nobody")


def test_points_that_are_not_there_are_refused_with_what_there_is(station):
    station.do(station.terminal.open_day)
    station.do(lambda: station.terminal.register(member(1, "S02")))
    station.sell(member_id=WHO, earn=100)
    station.do(lambda: station.terminal.release(WHO))
    station.worker.start()
    station.until(lambda status: status.unsent == 0 and status.pushed > 0)

    with pytest.raises(Refused) as raised:
        station.worker.request_rights(WHO, 101, 1)

    assert (raised.value.code, raised.value.facts["available"]) == ("rights.short", 100)


def test_points_cannot_be_asked_for_without_a_line(station):
    station.wire.shut = {http.HEALTH}

    with pytest.raises(Unavailable, match=r"head_office\.unreachable"):
        station.worker.request_rights(WHO, 10, 1)


def test_a_restarted_head_office_is_greeted_again_without_a_word(station, office):
    station.worker.start()
    station.until(lambda status: status.state is SyncState.ONLINE)
    office.sessions._tokens.clear()
    office.sessions._open.clear()

    station.do(station.terminal.open_day)
    station.worker.wake()

    station.until(lambda status: status.pushed == 1)
    states = [status.state for status in station.statuses]
    assert set(states[states.index(SyncState.ONLINE) :]) == {SyncState.ONLINE}
