"""A lane runs one piece at a time elsewhere and answers here."""

import threading

import pytest

from pos_app.errors import Refused
from pos_app.ui.lanes import Lane


@pytest.fixture
def lane(qapp):
    made = Lane("test")
    yield made
    made.close()


def test_the_answer_comes_back_on_the_window_s_thread(qtbot, lane):
    seen = []

    lane.run(threading.get_ident, lambda worker: seen.append((worker, threading.get_ident())), seen.append)

    qtbot.waitUntil(lambda: len(seen) == 1)
    worker, answered = seen[0]
    assert worker != answered == threading.get_ident()


def test_work_is_done_one_after_the_other_in_order(qtbot, lane):
    seen = []

    for number in range(20):
        lane.run(lambda number=number: number, seen.append, seen.append)

    qtbot.waitUntil(lambda: len(seen) == 20)
    assert seen == list(range(20))


def test_a_deliberate_error_goes_to_failed(qtbot, lane):
    seen = []

    def work():
        raise Refused("points.short", held=1, wanted=2)

    lane.run(work, seen.append, lambda error: seen.append(error.code))

    qtbot.waitUntil(lambda: seen == ["points.short"])


def test_a_bug_is_raised_where_the_crash_hook_sees_it(qtbot, lane):
    def work():
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        lane.run(work, lambda _: None, lambda _: None)
        qtbot.waitUntil(lambda: len(caught) == 1)

    assert caught[0][0] is ZeroDivisionError


def test_who_waits_for_a_turn_comes_after_what_lane_and_window_have_in_hand(qtbot, lane):
    seen, asked = [], threading.Event()

    def somebody():
        asked.wait()
        lane.wait_turn(60)
        seen.append("turn")

    waiting = threading.Thread(target=somebody)
    waiting.start()
    lane.run(lambda: "answer", seen.append, seen.append)
    asked.set()

    qtbot.waitUntil(lambda: len(seen) == 2)
    waiting.join()
    assert seen == ["answer", "turn"]


def test_a_window_that_never_answers_is_not_waited_for_for_ever(lane):
    lane.wait_turn(0)

    lane.close()
    lane.wait_turn(0)


def test_a_closed_lane_answers_no_more(qtbot, qapp):
    lane = Lane("closing")
    seen, started, go = [], threading.Event(), threading.Event()

    def work():
        started.set()
        go.wait(5)
        return 1

    lane.run(work, seen.append, seen.append)
    started.wait(5)
    lane.close(wait=False)
    go.set()
    lane.run(lambda: 2, seen.append, seen.append)
    qtbot.wait(30)

    assert seen == []
