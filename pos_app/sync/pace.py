"""How a thread that computes gives way to those who serve somebody: Python runs one thread at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pos_app.sync.status import Clock

T = TypeVar("T")

TURN_MS = 2  # of work: so long a cashier waits for it at most, but for a step that cannot be divided


class Pace:
    """Hands things on, and lets others go first before each short turn of work.

    Args:
        give_way: returns when those who go first have nothing in hand.
    """

    def __init__(self, give_way: Callable[[], object], clock: Clock) -> None:
        self._give_way = give_way
        self._clock = clock

    def __call__(self, things: Iterable[T]) -> Iterator[T]:
        """Hand on the things in order; what is done with each counts as work."""
        ends_ms = self._clock.mono_ms()
        for thing in things:
            if self._clock.mono_ms() >= ends_ms:
                self._give_way()
                ends_ms = self._clock.mono_ms() + TURN_MS
            yield thing
