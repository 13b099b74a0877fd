"""How a thread that computes steps back while somebody is served: Python runs one at a time, and the window is one."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pos_app.sync.status import Clock

T = TypeVar("T")

TURN_MS = 4  # of work, then a rest
REST = 4  # times as long as the turn took: what the window does then takes a tenth longer, not twice as long


class Pace:
    """Hands things on as fast as they are taken, or, while the till serves somebody, in short turns with rests between.

    A turn is measured on the wall: one that the window interrupted took longer and earns a longer rest.

    Args:
        is_serving: says whether somebody is served now; asked once a turn.
        rest: waits so many seconds, or returns at once when the program ends.
    """

    def __init__(self, is_serving: Callable[[], bool], rest: Callable[[float], object], clock: Clock) -> None:
        self._is_serving = is_serving
        self._rest = rest
        self._clock = clock

    def __call__(self, things: Iterable[T]) -> Iterator[T]:
        """Hand on the things in order; what is done with each counts as work."""
        began_ms = self._clock.mono_ms()
        for thing in things:
            yield thing
            worked_ms = self._clock.mono_ms() - began_ms
            if worked_ms >= TURN_MS:
                if self._is_serving():
                    self._rest(REST * worked_ms / 1000)
                began_ms = self._clock.mono_ms()
