"""Admission: how many requests of a kind are worked on at once, and how many may wait.

When a region comes back after an outage, thousands of terminals knock at the same moment. Whoever would wait too long
is sent away at once with a time to come back, which is cheaper for both than a request that ends in a time-out. A
customer who waits at a counter is let in by a door of their own.
"""

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from pos_app.errors import Unavailable

_T = TypeVar("_T")

CROWD = 4  # threads of one process share one interpreter: more of them would only make each other late
COUNTER = 8
LOOKS = 8
WAITING_FOR_EACH = 64  # a thread serves about ten requests a second when all is slow
RETRY_AFTER_MS = 3_000


class Door:
    """Lets ``at_once`` pieces of work in, and as many wait as these get through in some seconds."""

    def __init__(self, at_once: int) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._again = CapacityLimiter(at_once)
        self._most_waiting = at_once * WAITING_FOR_EACH

    async def through(self, work: Callable[[], _T]) -> _T:
        """Run ``work`` on a thread; raises Unavailable ``head_office.busy`` when too many wait already."""
        if self._limiter.statistics().tasks_waiting >= self._most_waiting:
            raise Unavailable("head_office.busy", retry_after_ms=RETRY_AFTER_MS)
        return await anyio.to_thread.run_sync(work, limiter=self._limiter)

    async def again(self, work: Callable[[], _T]) -> _T:
        """Run ``work`` of somebody who was let in before and waits.

        A change for all wakes thousands at once: a few of them at a time join the line, so that it does not grow by
        them, and none is sent away for being many.
        """
        async with self._again:
            return await self.through(work)


class Doors:
    """The doors of one process."""

    def __init__(self) -> None:
        self.crowd = Door(CROWD)  # handshakes, pushes, files
        self.counter = Door(COUNTER)  # a customer waits
        self.looks = Door(LOOKS)  # short looks at the feed
