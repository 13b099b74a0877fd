"""A shop for sync tests: real tills on SQLCipher, the real head office in-process, and sales that move points."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from head_office.enrolment import new_code
from head_office.office import Office
from pos_app.bootstrap.sync_port import HoldingsOnLane, LogOnLane
from pos_app.bootstrap.world import Here
from pos_app.domain.events import DayOpened, MemberRegistered, RightsReleased, Sale, SaleLine
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend, spend, usable
from pos_app.domain.members import Member
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.till import Identity
from pos_app.errors import Refused, Unavailable
from pos_app.services.rights import Rights
from pos_app.sync.endpoints import Download, HeadOffice, Reply
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey
from pos_app.sync.link import Link, News
from pos_app.sync.pull import Puller, Shards
from pos_app.sync.push import Pusher
from pos_app.sync.rights import RightsDesk
from pos_app.sync.session import Papers, Session
from pos_app.sync.signer import Signer
from pos_app.sync.snapshot import SnapshotFetcher
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.till_port import TillPort
from pos_app.sync.wire.signing import key_id
from tests.head_office.rig import TODAY, Line
from tests.till_kit import PROGRAMME, Till, open_kit


def ports_of(till: Till) -> TillPort:
    """Return the till's stores as sync wants them, on the calling thread."""
    log = till.log
    return TillPort(LogOnLane(Here(), log, 0), HoldingsOnLane(Here(), log, Rights(till.session)), till.feed)


class Killed(BaseException):
    """The process died here."""


class Fate:
    """Counts the steps between which a process can die, and kills at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.steps: list[str] = []
        self._at = at

    def step(self, name: str) -> None:
        self.steps.append(name)
        if len(self.steps) == self._at:
            raise Killed(name)


class Mortal:
    """The process may die before whatever ``inner`` does; to die after it is to die before what comes next."""

    def __init__(self, inner: object, fate: Fate) -> None:
        self._inner = inner
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.step(name)
            return method(*args, **kwargs)

        return call


class AppWire:
    """Carries requests to the real application, in this process."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        answer = self._line.send(method, target, body, dict(headers))
        return Reply(answer.status_code, answer.content)

    @contextmanager
    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> Iterator[Download]:
        answer = self._line.send("GET", target, None, dict(headers))
        yield Download(answer.status_code, iter([answer.content]))

    def abort(self) -> None:
        """There is no connection to cut."""


class HostileWire:
    """Loses requests and answers, doubles them, halves answers, and repeats old requests later."""

    def __init__(self, wire: AppWire, seed: int, badness: float = 0.3) -> None:
        self._wire = wire
        self._chance = random.Random(seed)
        self._old: list[tuple[Any, ...]] = []
        self.badness = badness
        self.faults: list[str] = []

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        request = (method, target, dict(headers), body, read_s)
        self._old.append(request)
        if self._chance.random() >= self.badness:
            return self._wire.send(*request)
        fault = self._chance.choice(["request lost", "answer lost", "doubled", "halved", "late copy", "late copy"])
        self.faults.append(fault)
        match fault:
            case "request lost":
                raise Unavailable("head_office.unreachable", cause=fault)
            case "answer lost":
                self._wire.send(*request)
                raise Unavailable("head_office.unreachable", cause=fault)
            case "doubled":
                first, second = self._wire.send(*request), self._wire.send(*request)
                return self._chance.choice([first, second])
            case "halved":
                reply = self._wire.send(*request)
                return Reply(reply.status, reply.body[: len(reply.body) // 2])
            case _:
                self._wire.send(*self._chance.choice(self._old))
                return self._wire.send(*request)

    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> Any:
        return self._wire.download(target, headers, read_s)

    def abort(self) -> None:
        """There is no connection to cut."""


class StillClock:
    def now_ms(self) -> int:
        return 1_795_406_400_000

    def mono_ms(self) -> int:
        return 0


@dataclass
class Terminal:
    """One terminal of a shop: its files, its identity, and one process run of its sync."""

    home: Path
    device: DeviceKey
    till: Till
    identity: Identity
    today: date = TODAY

    @property
    def name(self) -> str:
        return self.identity.terminal_id

    def run(self, wire: Any, seed: int = 0, fate: Fate | None = None) -> "Process":
        """Start a process: everything volatile is new."""
        return Process(self, wire, seed, fate or Fate())

    def restart(self) -> None:
        """The process died: what is not committed is gone, what is on disk stays."""
        self.till.close()
        self.till = open_kit(self.home)

    # What a cashier does, on the real tables.

    def open_day(self) -> None:
        with self.till.store.unit() as unit:
            self.till.session.say(unit, DayOpened(1, 50_000), self.today)

    def register(self, who: Member) -> None:
        with self.till.store.unit() as unit:
            event = self.till.session.say(unit, MemberRegistered(who), self.today)
            unit.members.register(who, event.seq)

    def usable(self, member_id: str) -> int:
        with self.till.store.view() as unit:
            return usable(unit.holdings.of(member_id), self.today, self.till.clock.now_ms())

    def sell(self, member_id: str | None = None, *, paid_minor: int = 10_000, points: int = 0, earn: int = 0) -> None:
        """Sell one line for cash and ``points``; raises Refused ``points.short_here``."""
        with self.till.store.unit() as unit:
            origin = Origin(self.identity.terminal_id, self.identity.epoch, unit.log.next_seq())
            spends: tuple[Spend, ...] = ()
            if points and member_id:
                spends = spend(unit.holdings.of(member_id), points, self.today, self.till.clock.now_ms())
                unit.holdings.take(spends)
            lot = date(self.today.year + 1, 12, 31)
            earned = Grant(origin.part("grant", 0), member_id or "", Asset.POINTS, earn, lot) if earn else None
            sale = _sale(origin, member_id, paid_minor, spends, earned)
            self.till.session.say(unit, sale, self.today)
            if sale.earned is not None:
                unit.holdings.install([sale.earned])

    def release(self, member_id: str) -> None:
        """Hand everything held for a member back."""
        with self.till.store.unit() as unit:
            held = tuple(Spend(each.grant.gid, each.remaining) for each in unit.holdings.of(member_id))
            if held:
                unit.holdings.take(held)
                self.till.session.say(unit, RightsReleased(member_id, held, "recall"), self.today)

    def holdings(self) -> dict[str, int]:
        """Return gid to what is left, spent-out ones included."""
        with self.till.store.view() as unit:
            rows = unit.holdings._conn.execute("SELECT gid, remaining FROM holding").fetchall()
        return dict(rows)

    def log(self) -> list[bytes]:
        return [event.hash for event in self.till.log.events_after(0, 10_000, 10**9)]


class Process:
    """One run of a terminal's sync, a round at a time, on the calling thread."""

    def __init__(self, terminal: Terminal, wire: Any, seed: int, fate: Fate) -> None:
        till, identity = terminal.till, terminal.identity
        self.terminal = terminal
        real = ports_of(till)
        log, holdings, directory = (Mortal(each, fate) for each in (real.log, real.holdings, real.directory))
        ports = TillPort(log, holdings, directory)  # type: ignore[arg-type]
        signer = Signer(key_id(identity.terminal_id, identity.epoch), terminal.device.sign)
        office = HeadOffice(Mortal(wire, fate), signer)  # type: ignore[arg-type]
        token = random.Random(f"{terminal.name} {seed}").randbytes
        session = Session(
            identity.terminal_id,
            identity.epoch,
            log.incarnation(),
            terminal.device.sign,
            "test",
            log.ended(),
            papers=Papers(identity.certificate, terminal.device.public),
        )
        self.board = StatusBoard(lambda _status: None, StillClock())
        link = Link(session, office, log, identity.head_office_key, token, News(self.board.notice))
        station = Station(office, link, ports, self.board, StillClock(), lambda: False)
        self.session = session
        self.pusher = Pusher(station)
        snapshots = SnapshotFetcher(station, till.home / "downloads", terminal.device.open_sealed)
        self.puller = Puller(
            station, Shards(identity.store_id, identity.terminal_id, identity.epoch), snapshots.install, wait_s=0
        )
        self.rights = RightsDesk(station, identity.terminal_id, identity.epoch)

    def push(self) -> None:
        self.pusher.round()

    def pull(self) -> None:
        self.puller.round()

    def ask(self, member_id: str, amount: int, request_no: int, *, asset: Asset = Asset.POINTS, lot: str = "") -> int:
        return self.rights.request(member_id, amount, request_no, asset=asset, lot=lot)


def open_terminal(
    home: Path, office: Office, line: Line, store_id: str = "S01", lane: int = 1, device: bytes = b"first machine"
) -> Terminal:
    """Enrol a new terminal at head office, through the real enrolment."""
    home.mkdir(parents=True, exist_ok=True)
    till = open_kit(home)
    key = DeviceKey(random.Random(f"{store_id}-{lane}-{device!r}").randbytes(32))
    identity = enrol(HeadOffice(AppWire(line)), new_code(office, store_id, lane), key, till.log)
    return Terminal(home, key, till, identity)


def try_hard(work: Callable[[], object], times: int = 60) -> None:
    """Do something over a bad line until it succeeds; ``Refused`` that only a bug can cause still fails."""
    for _ in range(times):
        try:
            work()
        except Unavailable:
            continue
        except Refused as error:
            if error.code in ("session.unknown", "nonce.unknown", "push.gap"):
                continue
            raise
        return
    raise AssertionError("no success over a line that is bad, not dead")


def settle(*processes: Process) -> None:
    """The line is good again: twice, so that what one till caused at head office reaches the other."""
    for _ in range(2):
        for process in processes:
            try_hard(process.push)
            try_hard(process.pull)
            try_hard(process.push)


def _sale(
    origin: Origin, member_id: str | None, paid_minor: int, spends: tuple[Spend, ...], earned: Grant | None
) -> Sale:
    points = sum(each.amount for each in spends)
    net = paid_minor + points
    earn = earned.amount if earned else 0
    line = SaleLine(1, 1, "6900000000014", "奶粉", 1, net, net, 0, 0, points, points, paid_minor, earn, ())
    tenders = (Tender(TenderKind.CASH, paid_minor, paid_minor, 0),)
    number = f"{origin.terminal_id}-{origin.seq:06d}"
    return Sale(str(origin), number, member_id, (line,), tenders, paid_minor, 0, spends, earned, (), PROGRAMME.version)
