"""A till's machine: a disk in memory, and a process on it that runs the real program without its window."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from pos_app.bootstrap.sync_port import till_port
from pos_app.domain.events import SCHEMA_VERSION, Circumstances, Fact, LogEvent
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset
from pos_app.domain.staff import StaffMember
from pos_app.domain.till import Identity
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.members import MemberDesk
from pos_app.services.refunds import RefundDesk
from pos_app.services.rights import Rights
from pos_app.services.till import TillSession
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_file import attach_installed
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.migrations import migrate
from pos_app.store.till_log import TillLog
from pos_app.store.till_store import TillStore
from pos_app.sync.device_keys import DeviceKeys
from pos_app.sync.endpoints import Download, HeadOffice, Reply
from pos_app.sync.enrol import enrol
from pos_app.sync.keystore import DEVICE
from pos_app.sync.status import SyncState
from pos_app.sync.wire import event_codec
from pos_app.sync.worker import Surroundings, SyncWorker
from tests.fakes import FakePins
from tests.sim.headquarters import SHANGHAI, Time
from tests.sim.lanes import Lane, LinkLock, StoreLane, Waits, wait
from tests.sim.truth import ledger_name

TILL_KEY = bytes(range(32))
OLDER = SCHEMA_VERSION - 1
IN_MEMORY = Path(":memory:")


@dataclass
class FaultyClock:
    """A till's clock: the true time, moved or stopped."""

    time: Time
    ahead_ms: int = 0
    stopped_at_ms: int | None = None

    def now_ms(self) -> int:
        return (self.time.ms if self.stopped_at_ms is None else self.stopped_at_ms) + self.ahead_ms

    def mono_ms(self) -> int:
        return self.time.ms


class Token:
    """Chance from a seed."""

    def __init__(self, seed: int) -> None:
        self._source = Random(seed)

    def token(self, length: int) -> bytes:
        return self._source.randbytes(length)


@dataclass(frozen=True)
class Request:
    """One request under way. ``number`` tells copies of one request from each other's answers."""

    number: int
    machine: "Machine"
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class LaneWire:
    """Gives requests to the network and waits for the answer; raises what the network sends instead of one."""

    def __init__(self, machine: "Machine", send: Callable[[Request], None], count: Callable[[], int]) -> None:
        self._machine = machine
        self._send = send
        self._count = count

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        request = Request(self._count(), self._machine, method, target, headers, body)
        self._send(request)
        answer = wait(Waits.ANSWER, target, request.number)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @contextmanager
    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> Iterator[Download]:
        reply = self.send("GET", target, headers, None, read_s)
        yield Download(reply.status, iter([reply.body]))

    def abort(self) -> None:
        """There is no connection to cut."""


class Secrets:
    """A keystore in memory: it outlives the process, and no image of the disk has it."""

    def __init__(self, kept: Mapping[str, bytes]) -> None:
        self.kept = dict(kept)

    def load(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def save(self, name: str, secret: bytes) -> None:
        self.kept[name] = secret

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


class OlderCodec:
    """Event bodies as the program before this one writes them."""

    decode = staticmethod(event_codec.decode)
    chain_hash = staticmethod(event_codec.chain_hash)
    kind_of = staticmethod(event_codec.kind_of)

    def seal(self, origin: Origin, prev_hash: bytes, fact: Fact, at: Circumstances) -> LogEvent:
        new = event_codec.seal(origin, prev_hash, fact, at)
        body = new.body.replace(b'"v":%d' % SCHEMA_VERSION, b'"v":%d' % OLDER, 1)
        return replace(new, schema_version=OLDER, body=body, hash=event_codec.chain_hash(origin, prev_hash, body))


class Line:
    """Whether the till believes that it is online."""

    def __init__(self) -> None:
        self.worker: SyncWorker | None = None

    def is_online(self) -> bool:
        return self.worker is not None and self.worker.status().state is SyncState.ONLINE


class Process:
    """One run of the program: whatever of it is not on the disk dies with it."""

    def __init__(self, machine: "Machine", surroundings: "Place", run: int) -> None:
        self.machine = machine
        self.store_lane = StoreLane()
        reader = DirectoryReader()
        codec: Any = OlderCodec() if machine.is_older else event_codec
        self.store = TillStore(machine.disk, machine.folder, codec, reader, None)
        attach_installed(self.store.tables.till, reader, machine.folder)
        self.token = Token(machine.seed * 1_000 + run)
        self.device = DeviceKeys(machine.secrets, self.token.token, machine.clock.now_ms)
        self.line = Line()
        self.session = TillSession(self.store, machine.clock, self.token, self.line, f"boot{run}", SHANGHAI)
        self.session.staff = surroundings.cashier
        self.log = TillLog(self.store, self.session.say, machine.clock.now_ms, self.session.boot_id)
        self.checkout = Checkout(self.session, FakePins())
        self.day = DayDesk(self.session, FakePins())
        self.members = MemberDesk(self.session, FakePins())
        self.refunds = RefundDesk(self.session, FakePins())
        self.rights = Rights(self.session)
        self.port = till_port(self.store_lane, self.log, self.rights)
        self.wire = LaneWire(machine, surroundings.send, surroundings.count)
        self.lanes = {name: Lane(name, surroundings.done) for name in ("push", "pull", "ask", "enrol")}
        self.worker: SyncWorker | None = None
        with self.store.unit() as unit:
            if unit.till.identity() is not None:
                unit.log.verify(20)
            unit.members.tidy()
        self.connect()

    def connect(self) -> None:
        """Build the sync of an enrolled till, as the program does; its threads are lanes here."""
        identity = self.log.identity()
        if identity is None:
            return
        machine = self.machine
        given = Surroundings(
            wire=self.wire,
            till=self.port,
            identity=identity,
            device=self.device,
            downloads=machine.folder / "downloads",
            clock=machine.clock,
            chance=self.token,
            client_version="sim",
            wait_s=0,
        )
        self.worker = SyncWorker(given, lambda _status: None)
        self.worker._rights._station.link._lock = LinkLock()  # type: ignore[assignment]
        self.line.worker = self.worker

    def enrol(self, code: str) -> None:
        """Become the terminal life that ``code`` stands for."""
        enrol(HeadOffice(self.wire), code, self.device, self.log)

    def kill(self) -> None:
        """End the process wherever its lanes are."""
        self.store_lane.is_dead = True
        for lane in self.lanes.values():
            lane.kill()
        self.port.directory.close()
        self.store._directory.detach()


@dataclass(frozen=True)
class Place:
    """What the world gives to a process."""

    send: Callable[[Request], None]
    count: Callable[[], int]
    done: Callable[[Lane, BaseException | None], None]
    cashier: StaffMember


class Machine:
    """One computer: disk, clock and device key outlive the process."""

    def __init__(self, number: int, seed: int, time: Time, place: Place, root: Path) -> None:
        self.name = name = f"m{number}"
        self.seed = seed * 100 + number
        self.secrets = Secrets({DEVICE: Random(f"device {number}").randbytes(32)})
        self.is_older = False
        self.clock = FaultyClock(time)
        self.folder = root / name
        self.folder.mkdir(parents=True)
        self.disk: Database = open_encrypted(IN_MEMORY, TILL_KEY, synchronous="OFF")
        self.process: Process | None = None
        self._place = place
        self._runs = 0

    def format(self, image: Any) -> None:
        """Put an image on the disk."""
        image.conn.backup(self.disk.conn)

    def boot(self) -> Process:
        """Start a process on what the disk holds."""
        assert self.process is None
        self._runs += 1
        self.process = Process(self, self._place, self._runs)
        return self.process

    def kill(self) -> None:
        """The process dies, or the power goes: the disk keeps what was committed."""
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()

    def identity(self) -> Identity | None:
        return None if self.process is None else self.process.log.identity()

    def held(self) -> dict[str, int]:
        """Return what this disk could still spend of each ledger."""
        rows = self.disk.conn.execute("SELECT asset, sum(remaining) FROM holding WHERE remaining > 0 GROUP BY asset")
        return {ledger_name(Asset(asset)): int(left) for asset, left in rows}

    def scrap(self) -> None:
        """Take the machine away for good."""
        self.kill()
        self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Image:
    """A copy of a disk: the database, and the directory file beside it."""

    disk: Database
    folder: Path

    def put_on(self, machine: Machine) -> None:
        """Make a machine's disk this one; its process must not run."""
        assert machine.process is None
        self.disk.conn.backup(machine.disk.conn)
        shutil.rmtree(machine.folder)
        shutil.copytree(self.folder, machine.folder)


def image_of(machine: Machine, folder: Path) -> Image:
    """Copy a machine's disk while it runs, as an imaging tool does."""
    copy = open_encrypted(IN_MEMORY, TILL_KEY, synchronous="OFF")
    machine.disk.conn.backup(copy.conn)
    shutil.copytree(machine.folder, folder)
    return Image(copy, folder)


def new_disk() -> Database:
    """Return an empty till database of the newest shape."""
    disk = open_encrypted(IN_MEMORY, TILL_KEY, synchronous="OFF")
    migrate(disk, IN_MEMORY)
    return disk
