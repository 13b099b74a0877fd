"""The watch: one task looks at the feed for all who wait in this process, and wakes those whom it concerns.

It looks when the bell rings, at what came since it looked last, and once a second at all that is waited for: another
process rings another bell, and ends lives unheard. Nothing falls in between: who waits is on the list before the look
of his own that shows what was committed until then, and a ring follows what is committed later.
"""

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

import anyio.to_thread

from head_office import feed, lives
from head_office.bell import Ear
from head_office.office import Office
from pos_app.errors import PosError

LOOK_AGAIN_S = 1.0
APART_S = 0.05  # from look to look: what rings meanwhile is looked at together
AFTER_ERROR_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class _Waiter:
    """Whose poll it is, where it stands in its shards, and what wakes it."""

    life_no: int
    cursors: Mapping[str, int]
    ear: Ear


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where shards stand, and which lives trade no more."""

    heads: Mapping[str, int]
    ended: Collection[int]


class Watch:
    """Looks as long as anybody waits. Belongs to one event loop; only the looks themselves run on a thread."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._waiters: dict[str, set[_Waiter]] = {}  # by shard
        self._newest_row = 0  # of the feed, when it looked last
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self, life_no: int, cursors: Mapping[str, int]) -> Iterator[Ear]:
        """Give an ear that hears, from now on, when a shard stands elsewhere than its cursor or the life has ended."""
        waiter = _Waiter(life_no, cursors, Ear())
        for shard in cursors:
            self._waiters.setdefault(shard, set()).add(waiter)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        try:
            yield waiter.ear
        finally:
            self._forget(waiter)

    def _forget(self, waiter: _Waiter) -> None:
        for shard in waiter.cursors:
            self._waiters[shard].discard(waiter)
            if not self._waiters[shard]:
                del self._waiters[shard]
        if not self._waiters and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        """Look until cancelled: at everything, then at what rings, for a second."""
        clock = self._office.clock
        with self._office.bell.listening() as ear:
            while True:
                due_ms = clock.mono_ms() + LOOK_AGAIN_S * 1_000
                waiters = set(chain.from_iterable(self._waiters.values()))
                await self._look(list(self._waiters), {waiter.life_no for waiter in waiters})
                while (left_s := (due_ms - clock.mono_ms()) / 1_000) > 0 and await ear.wait(left_s):
                    await self._look(None, ())

    async def _look(self, shards: list[str] | None, life_nos: Collection[int]) -> None:
        """Look, wake whom it concerns, and rest; a look that fails is made up for by the next at everything."""
        rest_s = AFTER_ERROR_S
        try:
            seen = await anyio.to_thread.run_sync(self._see, shards, life_nos)
        except PosError as error:
            log.warning("watch.waiting code=%s facts=%s", error.code, error.facts)
        except Exception:
            log.critical("watch.failed", exc_info=True)
        else:
            self._wake(seen)
            rest_s = APART_S
        await asyncio.sleep(rest_s)

    def _see(self, shards: list[str] | None, life_nos: Collection[int]) -> _Seen:
        """Return where these shards stand; None: those of somebody who waits that have rows since the last look."""
        database = self._office.database
        if shards is None:
            touched = feed.touched(database, self._newest_row)
            self._newest_row = max(touched.values(), default=self._newest_row)
            shards = [shard for shard in touched if shard in self._waiters]
        else:
            self._newest_row = feed.newest_row(database)
        return _Seen(feed.heads(database, shards), lives.ended(database, life_nos))

    def _wake(self, seen: _Seen) -> None:
        for shard, head in seen.heads.items():
            for waiter in self._waiters.get(shard, ()):
                if waiter.cursors[shard] != head:
                    waiter.ear.tell()
        if seen.ended:
            for waiter in chain.from_iterable(self._waiters.values()):
                if waiter.life_no in seen.ended:
                    waiter.ear.tell()
