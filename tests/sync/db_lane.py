"""The one thread that a till's store lives on, and a till opened there, as the program does it."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pos_app.bootstrap.sync_port import IdentityOnLane, till_port
from pos_app.services.rights import Rights
from tests.till_kit import Till, open_kit

_T = TypeVar("_T")


class DbLane:
    """Runs work on its own thread and waits for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="db")

    def call(self, work: Callable[[], _T]) -> _T:
        return self._pool.submit(work).result()

    def close(self) -> None:
        self._pool.shutdown()


class LaneTill:
    """A till whose money lives on the db lane, and whose directory is written by whoever pulls."""

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self.lane = DbLane()
        self.till: Till = self.lane.call(lambda: open_kit(home, durable=durable))
        self.identity = IdentityOnLane(self.lane, self.till.log)
        self.ports = till_port(self.lane, self.till.log, Rights(self.till.session))

    def close(self) -> None:
        self.lane.call(self.till.store.close)
        self.lane.close()


class RealClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


class RealChance:
    def token(self, length: int) -> bytes:
        return os.urandom(length)
