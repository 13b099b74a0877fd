"""How two lanes become one word in the status bar."""

import pytest

from pos_app.sync.status import LaneReport, StatusBoard, SyncState, SyncStatus
from tests.sync.shop import StillClock

OK = LaneReport(tried=True)


def failed(times: int = 1, *, somebody: bool = False, code: str = "head_office.unreachable") -> LaneReport:
    return LaneReport(tried=True, failures=times, code=code, needs_somebody=somebody, next_retry_at_ms=9)


@pytest.fixture
def said() -> list[SyncStatus]:
    return []


@pytest.fixture
def board(said: list[SyncStatus]) -> StatusBoard:
    board = StatusBoard(said.append, StillClock())
    board.expect("push", tolerated_failures=0)
    board.expect("pull", tolerated_failures=1)
    return board


def test_online_means_that_both_lanes_got_through(board, said):
    board.report("push", OK)
    assert board.status().state is SyncState.OFFLINE

    board.report("pull", OK)

    assert board.status().state is SyncState.ONLINE
    assert [status.state for status in said] == [SyncState.ONLINE]


def test_a_long_poll_cut_once_is_not_offline_yet(board, said):
    board.report("push", OK)
    board.report("pull", OK)

    board.report("pull", failed(1))
    assert board.status().state is SyncState.ONLINE
    board.report("pull", failed(2))

    assert (board.status().state, board.status().detail) == (SyncState.OFFLINE, "head_office.unreachable")


def test_what_needs_somebody_outweighs_what_needs_time(board):
    board.report("push", failed(9))

    board.report("pull", failed(1, somebody=True, code="feed.hole"))

    assert (board.status().state, board.status().detail) == (SyncState.ATTENTION, "feed.hole")


def test_a_life_that_has_ended_needs_somebody_whatever_the_line_does(board):
    board.ended("session.re_enrol")

    for report in (failed(3), OK):
        board.report("push", report)
        board.report("pull", report)
        assert (board.status().state, board.status().detail) == (SyncState.ATTENTION, "session.re_enrol")


def test_counts_add_up_and_unsent_is_replaced(board, said):
    board.count(pushed=3, unsent=9)
    board.count(pushed=2, pulled=1, quarantined=1, unsent=7)

    status = board.status()
    assert (status.pushed, status.pulled, status.quarantined, status.unsent) == (5, 1, 1, 7)


def test_hearing_from_head_office_tells_the_difference_of_clocks(board):
    board.heard(StillClock().now_ms() + 1234)

    assert board.status().head_office_offset_ms == 1234
    assert board.status().last_ok_at_ms == StillClock().now_ms()


def test_nothing_new_is_not_said(board, said):
    board.count(unsent=0)
    board.report("push", OK)
    board.report("push", OK)

    assert said == []


def test_the_listener_may_read_the_status(said):
    read: list[SyncStatus] = []
    board = StatusBoard(lambda _status: read.append(board.status()), StillClock())

    board.count(unsent=5)

    assert [status.unsent for status in read] == [5]
