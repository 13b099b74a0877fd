"""A lane: wakes at once, waits when it must, stops at once."""

import threading
import time
from collections.abc import Callable

import pytest

from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.sync.lane import Lane
from pos_app.sync.status import StatusBoard, SyncState, SyncStatus
from pos_app.sync.wire import http

SOON_S = 5.0


class RealClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class Bench:
    """A lane whose rounds are counted and scripted."""

    def __init__(self, *, chance: float = 0.0, pause_s: float = 60.0) -> None:
        self.errors: list[BaseException] = []
        self.pause_s = pause_s
        self.rounds = 0
        self.looks = 0
        self.ended = threading.Event()
        self.statuses: list[SyncStatus] = []
        self._changed = threading.Condition()
        self.board = StatusBoard(self._note, RealClock())
        self.board.expect("lane", tolerated_failures=0)
        self.lane = Lane("lane", self._work, self._look, self.ended.set, self.board, RealClock(), lambda: chance)

    def until(self, holds: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, SOON_S), (self.rounds, self.looks, self.statuses)

    def _work(self) -> float:
        with self._changed:
            self.rounds += 1
            self._changed.notify_all()
        if self.errors:
            raise self.errors.pop(0)
        return self.pause_s

    def _look(self) -> None:
        with self._changed:
            self.looks += 1
            self._changed.notify_all()
        raise Unavailable("store.read")

    def _note(self, status: SyncStatus) -> None:
        with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()


@pytest.fixture
def bench():
    made: list[Bench] = []

    def make(**how: float) -> Bench:
        made.append(Bench(**how))
        return made[-1]

    yield make
    for each in made:
        each.lane.stop()
        assert each.lane.join(SOON_S)


def test_the_first_round_runs_at_once_and_the_next_when_woken(bench):
    lane = bench()

    lane.lane.start()
    lane.until(lambda: lane.rounds == 1)
    lane.lane.wake()

    lane.until(lambda: lane.rounds == 2)


def test_stopping_a_sleeping_lane_is_instant(bench):
    lane = bench()
    lane.lane.start()
    lane.until(lambda: lane.rounds == 1)

    lane.lane.stop()

    assert lane.lane.join(SOON_S)
    assert lane.ended.is_set()


def test_a_lane_that_never_started_joins_at_once(bench):
    assert bench().lane.join(0)


def test_a_failed_round_is_tried_again_after_its_pause(bench):
    lane = bench()
    lane.errors = [Unavailable("head_office.unreachable")]

    lane.lane.start()

    lane.until(lambda: lane.rounds == 2)
    lane.until(lambda: lane.statuses[-1].state is SyncState.ONLINE)
    assert [status.detail for status in lane.statuses] == ["head_office.unreachable", ""]
    assert lane.statuses[0].next_retry_at_ms is not None


def test_a_sale_while_the_line_is_down_is_counted_but_not_sent(bench):
    lane = bench(chance=0.999)
    lane.errors = [Unavailable("head_office.busy", retry_after_ms=60_000)]
    lane.lane.start()
    lane.until(lambda: len(lane.statuses) == 1)

    lane.lane.wake()

    lane.until(lambda: lane.looks == 1)
    assert lane.rounds == 1


def test_somebody_who_presses_sync_now_does_not_wait(bench):
    lane = bench(chance=0.999)
    lane.errors = [Unavailable("head_office.busy", retry_after_ms=60_000)]
    lane.lane.start()
    lane.until(lambda: len(lane.statuses) == 1)

    lane.lane.now()

    lane.until(lambda: lane.rounds == 2)


def test_a_forgotten_session_is_begun_anew_without_a_pause_or_a_word(bench):
    lane = bench(chance=0.999)
    lane.errors = [Refused(http.SESSION_UNKNOWN), Refused(http.NONCE_UNKNOWN)]

    lane.lane.start()

    lane.until(lambda: bool(lane.statuses))
    assert lane.rounds == 3
    assert [status.state for status in lane.statuses] == [SyncState.ONLINE]


def test_a_session_that_is_forgotten_again_and_again_has_to_wait(bench):
    lane = bench(chance=0.0)
    lane.errors = [Refused(http.SESSION_UNKNOWN) for _ in range(4)]

    lane.lane.start()
    lane.until(lambda: bool(lane.statuses))

    assert (lane.statuses[0].state, lane.statuses[0].detail) == (SyncState.OFFLINE, http.SESSION_UNKNOWN)
    lane.until(lambda: lane.statuses[-1].state is SyncState.ONLINE)
    assert lane.rounds == 5


@pytest.mark.parametrize("error", [Refused("session.re_enrol"), Damaged("log.gap")])
def test_what_waiting_cannot_mend_asks_for_somebody(bench, expect_log, error: PosError):
    expect_log("sync.waiting")
    lane = bench()
    lane.errors = [error]

    lane.lane.start()
    lane.until(lambda: bool(lane.statuses))

    status = lane.statuses[0]
    assert (status.state, status.detail) == (SyncState.ATTENTION, error.code)
    assert status.next_retry_at_ms - RealClock().now_ms() > 50_000


def test_a_bug_in_a_round_does_not_end_the_lane(bench, expect_log):
    expect_log("sync.round_failed")
    expect_log("sync.waiting")
    lane = bench()
    lane.errors = [ZeroDivisionError()]
    lane.lane.start()
    lane.until(lambda: bool(lane.statuses))
    assert lane.statuses[0].detail == "sync.bug"

    lane.lane.now()

    lane.until(lambda: lane.statuses[-1].state is SyncState.ONLINE)
