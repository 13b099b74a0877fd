"""Wakes across threads: whoever commits a change rings, the watch hears it, and wakes whom it concerns."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Ear:
    """One waiter, in its own event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def tell(self) -> None:
        """Wake the waiter, from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, timeout_s: float) -> bool:
        """Return True when it rang since the last time, False after ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Bell:
    """Rung from any thread. A ring of another process is not heard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: set[Ear] = set()

    def ring(self) -> None:
        """Wake everybody who listens."""
        with self._lock:
            ears = list(self._ears)
        for ear in ears:
            ear.tell()

    @contextmanager
    def listening(self) -> Iterator[Ear]:
        """Give an ear that hears every ring from now on."""
        ear = Ear()
        with self._lock:
            self._ears.add(ear)
        try:
            yield ear
        finally:
            with self._lock:
                self._ears.discard(ear)
