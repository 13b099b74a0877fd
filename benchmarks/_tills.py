"""A till as the program joins it, without window and devices: use cases on one thread, and the sync worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TypeVar

from benchmarks._common import wait_until
from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.bootstrap.sync_port import IdentityOnLane, till_port
from pos_app.bootstrap.world import SystemChance, SystemClock
from pos_app.sync.client import RequestsWire
from pos_app.sync.endpoints import HeadOffice, Wire
from pos_app.sync.enrol import enrol
from pos_app.sync.keystore import FileKeys, database_key, device_key
from pos_app.sync.status import SyncState, SyncStatus
from pos_app.sync.worker import Surroundings, SyncWorker

T = TypeVar("T")

DRAIN_S = 120.0


class OneThread:
    """The thread that owns a till's database."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="db")

    def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` there and wait for its answer."""
        return self._pool.submit(work).result()

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown()


@dataclass
class PastClock:
    """A wall clock that is set, over the machine's monotonic one."""

    wall_ms: int = field(default_factory=SystemClock().now_ms)

    def now_ms(self) -> int:
        """Return the time that was set."""
        return self.wall_ms

    def mono_ms(self) -> int:
        """Return milliseconds that never run backwards."""
        return SystemClock().mono_ms()


@dataclass(frozen=True)
class BenchTill:
    """An open till. ``desks`` are used inside ``lane.call`` only; ``worker`` is not started yet."""

    home: Path
    lane: OneThread
    desks: Desks
    worker: SyncWorker
    given: Surroundings  # of the worker, for those who want its parts without its threads

    def drained(self) -> bool:
        """Bring everything to head office and back; False when that takes too long."""

        def done() -> bool:
            self.worker.sync_now()
            online = self.worker.status().state is SyncState.ONLINE
            return online and self.lane.call(self.desks.log.unsent) == 0

        return wait_until(done, DRAIN_S, 0.1)

    def cursor(self, shard: str) -> int:
        """Return how far the directory was applied, -1 without one."""
        cursor = till_port(self.lane, self.desks.log, self.desks.rights).directory.cursor(shard)
        return -1 if cursor is None else cursor.pos


@contextmanager
def open_bench_till(
    home: Path, wire: Wire, clock: PastClock | None = None, code: str = "", *, durable: bool = True
) -> Iterator[BenchTill]:
    """Open the till in ``home`` and, with a ``code``, enrol it over ``wire``."""
    home.mkdir(parents=True, exist_ok=True)
    keys, chance, lane, link = FileKeys(home / "keys"), SystemChance(), OneThread(), LinkState()
    key = database_key(keys, chance.token, may_make=not (home / "till.db").exists())
    device = device_key(keys, chance.token)
    wake: list[Callable[[], None]] = []
    world = World(clock or PastClock(), link, lambda: [each() for each in wake], chance, UTC)  # type: ignore[arg-type]
    desks = lane.call(lambda: open_desks(home / "till.db", key, world, durable=durable))
    if code:
        enrol(HeadOffice(wire), code, device, IdentityOnLane(lane, desks.log))
    identity = lane.call(desks.log.identity)
    assert identity is not None, "enrol first"

    def on_status(status: SyncStatus) -> None:
        link.online = status.state is SyncState.ONLINE

    given = Surroundings(
        wire=wire,
        till=till_port(lane, desks.log, desks.rights),
        identity=identity,
        device=device,
        downloads=home / "downloads",
        clock=world.clock,
        chance=chance,
        client_version="benchmark",
    )
    worker = SyncWorker(given, on_status)
    wake.append(worker.wake)
    try:
        yield BenchTill(home, lane, desks, worker, given)
    finally:
        worker.stop()
        lane.call(desks.store.close)
        lane.close()


def wire_to(port: int) -> RequestsWire:
    """Return a wire to head office on this machine."""
    return RequestsWire(f"http://127.0.0.1:{port}")
