"""The feed steps back while somebody is served."""

import pytest

from pos_app.sync.pace import REST, TURN_MS, Pace
from tests.fakes import FakeClock


class Counter:
    """Work of a millisecond a thing, and rests that are noted instead of taken."""

    def __init__(self, *, serving: bool) -> None:
        self.clock = FakeClock()
        self.serving = serving
        self.rests: list[tuple[int, float]] = []
        self.done: list[int] = []
        self.pace = Pace(lambda: self.serving, self._rest, self.clock)

    def work(self, things: int) -> None:
        for thing in self.pace(range(things)):
            self.done.append(thing)
            self.clock.pass_ms(1)

    def _rest(self, seconds: float) -> None:
        self.rests.append((len(self.done), seconds))
        self.clock.pass_ms(round(seconds * 1000))


@pytest.mark.parametrize("serving", [True, False])
def test_everything_is_handed_on_in_order(serving):
    counter = Counter(serving=serving)

    counter.work(25)

    assert counter.done == list(range(25))


def test_while_somebody_is_served_each_turn_is_followed_by_a_rest_in_proportion():
    counter = Counter(serving=True)

    counter.work(3 * TURN_MS + 1)

    assert counter.rests == [(TURN_MS * n, TURN_MS * REST / 1000) for n in (1, 2, 3)]


def test_a_turn_that_was_interrupted_earns_a_longer_rest():
    counter = Counter(serving=True)

    for _ in counter.pace([1]):
        counter.clock.pass_ms(50)

    assert counter.rests == [(0, 50 * REST / 1000)]


def test_a_till_that_serves_nobody_does_not_rest():
    counter = Counter(serving=False)

    counter.work(100)

    assert counter.rests == []


def test_it_steps_back_as_soon_as_somebody_is_served():
    counter = Counter(serving=False)

    for thing in counter.pace(range(20)):
        counter.clock.pass_ms(1)
        counter.done.append(thing)
        counter.serving = thing >= 10

    assert [done for done, _ in counter.rests] == [12, 16, 20]
