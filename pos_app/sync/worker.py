"""The sync worker: one lane that pushes and one that pulls, each on its own thread, sharing one session."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pos_app.domain.ledger import Asset
from pos_app.domain.returnable import Returnable
from pos_app.domain.statement import Statement
from pos_app.domain.till import Identity
from pos_app.sync.device_keys import DeviceKeys
from pos_app.sync.endpoints import HeadOffice, Wire
from pos_app.sync.keys import Device, verify
from pos_app.sync.lane import Lane
from pos_app.sync.link import Link, News
from pos_app.sync.pace import Pace
from pos_app.sync.pull import Puller, Shards
from pos_app.sync.push import Pusher
from pos_app.sync.receipts import ReceiptLookup
from pos_app.sync.rights import RightsDesk
from pos_app.sync.rotation import Rotator
from pos_app.sync.session import Papers, Session
from pos_app.sync.signer import Signer
from pos_app.sync.snapshot import SnapshotFetcher
from pos_app.sync.statements import StatementLookup
from pos_app.sync.station import Station
from pos_app.sync.status import Clock, StatusBoard, SyncStatus
from pos_app.sync.till_port import TillPort
from pos_app.sync.wire import http
from pos_app.sync.wire.signatures import certificate_bytes
from pos_app.sync.wire.signing import key_id

STOP_S = 0.25  # then a thread that still connects is left to end by itself; it touches nothing any more
PUSH = "sync-push"
PULL = "sync-pull"


class Chance(Protocol):
    """The only way to chance."""

    def token(self, length: int) -> bytes:
        """Return ``length`` unpredictable bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the worker is given.

    ``downloads`` is a folder for half-finished snapshots; ``wait_s`` how long head office may hold a long poll;
    ``recovery`` seals the database key to the public key that it is given. ``give_way`` is called on the pulling thread
    before each short turn of work: it returns when the window has nothing in hand, or soon in any case.
    """

    wire: Wire
    till: TillPort
    identity: Identity
    device: Device
    downloads: Path
    clock: Clock
    chance: Chance
    client_version: str
    wait_s: int = http.MAX_WAIT_S
    recovery: Callable[[bytes], None] = lambda _public_key: None
    give_way: Callable[[], object] = lambda: None


class SyncWorker:
    """Keeps one terminal and head office in step until it is stopped.

    Threads: ``start``, ``stop``, ``wake`` and ``sync_now`` return at once and may be called from any thread;
    ``request_rights``, ``look_up`` and ``statement`` block their caller, never the db lane; ``on_status`` is called on
    the worker's threads and must return at once.
    """

    def __init__(self, given: Surroundings, on_status: Callable[[SyncStatus], None]) -> None:
        self._wire = given.wire
        self._board = StatusBoard(on_status, given.clock)
        self._board.expect(PUSH, tolerated_failures=0)
        self._board.expect(PULL, tolerated_failures=1)
        station = station_of(given, self._board, self._is_stopped)
        identity = given.identity
        pusher = Pusher(station)
        snapshots = SnapshotFetcher(station, given.downloads, given.device.open_sealed)
        puller = Puller(
            station,
            Shards(identity.store_id, identity.terminal_id, identity.epoch),
            snapshots.install,
            wait_s=given.wait_s,
            pace=Pace(lambda: self._is_stopped() or given.give_way(), given.clock),
        )

        def chance() -> float:
            return int.from_bytes(given.chance.token(6), "big") / 2**48

        board, clock = self._board, given.clock
        rotator = Rotator(station, identity, given.device) if isinstance(given.device, DeviceKeys) else None

        def push() -> float:
            pause_s = pusher.round()
            return 0.0 if rotator is not None and rotator.round() else pause_s

        self._push = Lane(PUSH, push, pusher.count, _nothing, board, clock, chance)
        self._pull = Lane(PULL, puller.round, _nothing, given.till.directory.close, board, clock, chance)
        self._rights = RightsDesk(station, identity.terminal_id, identity.epoch)
        self._receipts = ReceiptLookup(station, identity.terminal_id, identity.epoch)
        self._statements = StatementLookup(station, identity.terminal_id, identity.epoch)

    def start(self) -> None:
        """Begin to push and pull."""
        self._push.start()
        self._pull.start()

    def stop(self) -> None:
        """End both lanes: connections are cut, so that no answer is waited for. Returns within about half a second.

        What is not sent stays in the log. Stop the worker before the db lane.
        """
        lanes = (self._push, self._pull)
        for lane in lanes:
            lane.stop()
        self._wire.abort()
        for lane in lanes:
            lane.join(STOP_S)

    def _is_stopped(self) -> bool:
        return self._push.is_stopped

    def wake(self) -> None:
        """Say that the log has grown; called after each commit."""
        self._push.wake()

    def sync_now(self) -> None:
        """Push and pull at once, without waiting out a pause."""
        self._push.now()
        self._pull.now()

    def status(self) -> SyncStatus:
        """Return the newest status."""
        return self._board.status()

    def request_rights(
        self, member_id: str, amount: int, request_no: int, asset: Asset = Asset.POINTS, lot: str = ""
    ) -> int:
        """Ask for rights of a member now (see ``RightsDesk.request``) and return how many came."""
        granted = self._rights.request(member_id, amount, request_no, asset=asset, lot=lot)
        self._push.wake()
        return granted

    def look_up(self, receipt_no: str) -> Returnable:
        """Return the sale of a receipt, as head office has it (see ``ReceiptLookup.look``)."""
        return self._receipts.look(receipt_no)

    def statement(self, member_id: str) -> Statement:
        """Return a member's points as head office has them (see ``StatementLookup.look``)."""
        return self._statements.look(member_id)


def _papers(identity: Identity, device: Device) -> Papers:
    """Return the certificate with the key that it is for: after a kill in a change of keys that is the one before."""
    for key in device.candidates():
        signed = certificate_bytes(identity.terminal_id, identity.epoch, key.public)
        if verify(identity.head_office_key, signed, identity.certificate):
            return Papers(identity.certificate, key.public)
    return Papers(identity.certificate, device.public)


def station_of(given: Surroundings, board: StatusBoard, stopped: Callable[[], bool]) -> Station:
    """Return what the lanes of one terminal life share."""
    identity = given.identity
    office = HeadOffice(given.wire, Signer(key_id(identity.terminal_id, identity.epoch), given.device.sign))
    session = Session(
        identity.terminal_id,
        identity.epoch,
        given.till.log.incarnation(),
        given.device.sign,
        given.client_version,
        given.till.log.ended(),
        papers=_papers(identity, given.device),
    )
    link = Link(
        session,
        office,
        given.till.log,
        identity.head_office_key,
        given.chance.token,
        News(board.notice, given.recovery),
        given.device,
    )
    return Station(office, link, given.till, board, given.clock, stopped)


def _nothing() -> None:
    """A pull that backs off has nothing to count, a push that ends nothing to let go of."""
