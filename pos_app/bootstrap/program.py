"""The whole till as one process: opened in order, closed in order."""

import gc
import logging
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType

from pos_app import config, i18n, logs
from pos_app.bootstrap import log_export, old_lives, restoring, training, verify
from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.bootstrap.equipment import Printing, QueueOnLane, camera, payment_gateway, receipt_printer
from pos_app.bootstrap.log_export import Exported
from pos_app.bootstrap.old_lives import Delivered, OldLives
from pos_app.bootstrap.restoring import Restored
from pos_app.bootstrap.saved import keep_file
from pos_app.bootstrap.sync_port import IdentityOnLane, till_port
from pos_app.bootstrap.training import NoLine, TrainingQueue
from pos_app.bootstrap.world import SystemChance, SystemClock, boot_id
from pos_app.config import Config
from pos_app.devices.base import DeviceState, DeviceStatus
from pos_app.devices.printers.spool import PrinterState, PrintQueue
from pos_app.devices.scanners.camera import CameraObservers
from pos_app.devices.scanners.wedge import WedgeDecoder
from pos_app.devices.supervisor import Supervisor
from pos_app.domain.till import Identity
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.paths import Paths
from pos_app.store.lock import TillLock
from pos_app.store.space import Ballast
from pos_app.store.till_store import TillStore
from pos_app.sync.client import RequestsWire
from pos_app.sync.device_keys import DeviceKeys
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keystore import KeyStore, database_key, device_key, open_keystore
from pos_app.sync.lane import Lane as Rounds
from pos_app.sync.recovery import RecoveryFile
from pos_app.sync.status import StatusBoard, SyncState, SyncStatus
from pos_app.sync.trust import fetch_authority, pin, read_authority
from pos_app.sync.worker import STOP_S, Surroundings, SyncWorker
from pos_app.ui.application import TillApplication
from pos_app.ui.bridge import Bridge
from pos_app.ui.keymap import load_keymap
from pos_app.ui.lanes import Lane
from pos_app.ui.presenters.rights_gate import Lanes
from pos_app.ui.second_screen import Placement
from pos_app.ui.start import leave_with, make_application, show_start_problem, show_until_left
from pos_app.ui.wiring import connect
from pos_app.ui.world import UiWorld

VERSION = "0.1.0"
SERVICE = "member-pos"
OTHER_TILL = 64  # exit status of the window when somebody goes to the training till, or back from it
WAY_S = 0.1  # so long the feed waits for the window at most before it takes another short turn
TURN_S = 0.001  # how long a thread that computes may keep the window waiting for Python; Python's own 5 ms add up

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Hooks:
    """What happens after a commit; filled in once spool and worker exist."""

    spool: Callable[[], None] = lambda: None
    sync: Callable[[], None] = lambda: None

    def announce(self) -> None:
        """Wake whoever may have something to do."""
        self.spool()
        self.sync()


@dataclass(frozen=True, slots=True)
class Start:
    """How to start.

    ``repeat_camera`` plays a camera file again and again; ``key_time_s`` says when a key event was pressed (None: the
    window system knows). ``training_of`` is the real till whose training till this is, None for a real one.
    """

    paths: Paths
    clock: SystemClock = field(default_factory=SystemClock)
    repeat_camera: bool = False
    key_time_s: Callable[[object], float] | None = None
    training_of: Paths | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A till that runs: the window's controller, and what lies behind it."""

    application: TillApplication
    desks: Desks
    db: Lane
    worker: SyncWorker | NoLine
    supervisor: Supervisor


@contextmanager
def opened_desks(start: Start, hooks: Hooks, link: LinkState) -> Iterator[tuple[Lane, Desks, KeyStore]]:
    """Open the till's data on its lane, alone; raises Refused ``till.running`` and what opening raises."""
    chance = SystemChance()
    with ExitStack() as stack:
        stack.enter_context(TillLock(start.paths.lock))
        keys = open_keystore(start.paths.keys, SERVICE)
        key = database_key(keys, chance.token, may_make=old_lives.is_new(start.paths))
        old_lives.settle(start.paths, key)
        lane = Lane("db")
        stack.callback(lane.close)
        world = World(start.clock, link, hooks.announce, chance, boot_id=boot_id())
        space = None if start.training_of is not None else Ballast(start.paths.home)
        desks = lane.call(lambda: open_desks(start.paths.till_db, key, world, space=space))
        stack.callback(lambda: lane.call(desks.store.close))
        yield lane, desks, keys


@contextmanager
def running(start: Start) -> Iterator[Running]:
    """Start everything of a till that is enrolled; on leaving, stop it in order.

    Raises:
        Refused: ``till.not_enrolled``, ``till.running``, ``config.*``.
        Unavailable, Damaged: what opening the data raises.
    """
    sys.setswitchinterval(TURN_S)
    settings = config.load(start.paths.config)
    i18n.use(settings.language)
    bridge, link, hooks = Bridge(), LinkState(), Hooks()
    is_training = start.training_of is not None
    with ExitStack() as stack:
        if start.training_of is not None:
            stack.enter_context(TillLock(start.training_of.lock))  # the real till is not opened beside it
        db, desks, keys = stack.enter_context(opened_desks(start, hooks, link))
        identity = db.call(desks.log.identity)
        if identity is None:
            raise Refused("till.not_enrolled")
        queue = QueueOnLane(db, desks.store)
        supervisor = _devices(start, settings, bridge, TrainingQueue(queue) if is_training else queue, hooks)
        joint = _Joint(db, desks, keys, identity)
        worker = NoLine() if is_training else _worker(start, settings, joint, link, bridge)
        hooks.sync = worker.wake
        line, pay = Lane("line"), Lane("pay")
        world = UiWorld(
            desks=desks,
            lanes=Lanes(db, line, pay),
            bridge=bridge,
            decoder=WedgeDecoder(settings.scanner.gap_ms / 1000, settings.scanner.prefix, settings.scanner.suffix),
            clock=start.clock,
            identity=identity,
            version=VERSION,
            is_online=link.is_online,
            ask_rights=worker.request_rights,
            look_up=worker.look_up,
            statement=worker.statement,
            sync_now=worker.sync_now,
            keep_copy=_no_copy if is_training else _copier(desks.store, start.paths.copy, settings, identity),
            set_camera=lambda on: _turn(supervisor, on=on),
            keep_file=partial(keep_file, start.paths.exports),
            keep_language=lambda code: config.save(start.paths.config, {"language": code}),
            gateway=payment_gateway(settings.gateway),
            switch_training=partial(leave_with, OTHER_TILL),
            is_training=is_training,
            customer_screen=_placement(settings),
            idle_lock_s=settings.idle_lock_s,
            auto_hold_s=settings.auto_hold_s,
            key_time_s=start.key_time_s,
        )
        application = TillApplication(world, load_keymap())
        connect(application)
        stack.callback(line.close)
        stack.callback(pay.close)
        supervisor.observe(bridge.say_device)
        supervisor.report(DeviceStatus("scanner", DeviceState.RUNNING))
        worker.start()
        stack.callback(worker.stop)
        if not is_training:
            _deliver_old(start, settings, keys, stack)
        supervisor.start(["printer"])
        stack.callback(supervisor.stop)
        application.start()
        stack.callback(application.stop)
        gc.freeze()  # what was made up to now stays: looking through it all stops the window for some 90 ms
        yield Running(application, desks, db, worker, supervisor)


def keep_copy(store: TillStore, target: Path, elsewhere: Path | None = None) -> None:
    """Copy the database to ``target``, and on to ``elsewhere``, each whole or not at all; on the database lane.

    Raises Unavailable ``store.*``, ``copy.folder {path}`` where only the copy elsewhere could not be kept.
    """
    half = target.with_suffix(".part")
    half.unlink(missing_ok=True)
    store.backup(half)
    half.replace(target)
    if elsewhere is None:
        return
    half = elsewhere.with_suffix(".part")
    try:
        shutil.copyfile(target, half)
        half.replace(elsewhere)
    except OSError as error:
        raise Unavailable("copy.folder", path=str(elsewhere.parent)) from error


def _copier(store: TillStore, target: Path, settings: Config, identity: Identity) -> Callable[[], None]:
    elsewhere = Path(settings.copy_folder) / f"{identity.terminal_id}.db" if settings.copy_folder else None
    return partial(keep_copy, store, target, elsewhere)


def _no_copy() -> None:
    """Keep nothing of a training till."""


def run(start: Start, *, in_training: bool = False) -> int:
    """Run the till, or its training till, until the window is closed and return the exit status."""
    logs.start(start.paths.logs)
    make_application(sys.argv[:1])
    here = start
    try:
        if in_training:
            here = begin_training(start)
        while (status := _run_window(here)) == OTHER_TILL:
            here = begin_training(start) if here.training_of is None else start
    except PosError as error:
        log.critical("start.failed code=%s facts=%s", error.code, error.facts)
        return show_start_problem(error)
    return status


def _run_window(start: Start) -> int:
    with running(start) as till:
        sys.excepthook = partial(_bug, till.application)
        return show_until_left(till.application.window)


def begin_training(start: Start) -> Start:
    """Make the training till of a till that is not running, anew, and return how to start it.

    Raises Refused ``till.running``, ``till.not_enrolled``, ``training.no_goods``, and what opening raises.
    """
    token = SystemChance().token
    folder = training.clear(start.paths)
    key = token(training.DIRECTORY_KEY_BYTES)
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        real = lane.call(lambda: training.copy_goods(desks, folder.home, key))
    there = replace(start, paths=folder, training_of=start.paths)
    with opened_desks(there, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: training.furnish(desks, folder.home, key, real, token))
    return there


def _bug(
    application: TillApplication, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log what should not have happened and say so; what was committed is safe, and the till goes on."""
    log.critical("till.bug", exc_info=(kind, error, trace))
    application.say_bug()


@dataclass(frozen=True, slots=True)
class Trust:
    """How the till is to know head office: by a certificate ``file``, or by its ``fingerprint``; neither: as before."""

    file: Path | None = None
    fingerprint: str = ""


def enrol_till(start: Start, url: str, code: str, trust: Trust | None = None) -> Identity:
    """Exchange a one-time code for this till's identity and remember head office's address.

    A till whose life head office has ended begins a new one; the old one's database is kept in ``paths.lives``.

    Raises:
        Refused: what ``enrol`` and ``old_lives.check_over`` raise; ``authority.fingerprint``,
            ``head_office.not_https``.
        Damaged: ``authority.file``. Unavailable: ``head_office.untrusted`` and what else keeps from an answer.
    """
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, keys):
        old = lane.call(desks.log.identity)
        if old is not None:
            lane.call(lambda: old_lives.check_over(desks))
        authority = start.paths.authority
        if trust is not None and trust.file is not None:
            pin(authority, read_authority(trust.file))
        elif trust is not None and trust.fingerprint:
            pin(authority, fetch_authority(url, trust.fingerprint))
        token = SystemChance().token
        work = partial(enrol, HeadOffice(_wire(start, url)), code, device_key(keys, token))
        if old is None:
            identity = work(IdentityOnLane(lane, desks.log))
        else:
            key = database_key(keys, token, may_make=False)
            identity = old_lives.enrol_anew(start.paths, keys, key, old.epoch, work)
    config.save(start.paths.config, {"head_office_url": url})
    with opened_desks(start, Hooks(), LinkState()):
        return identity  # opened once, so that an old life is put aside now


def deliver_old(start: Start) -> list[Delivered]:
    """Send what earlier lives of this till have not sent.

    Raises Refused ``till.running`` (a running till delivers by itself); Unavailable, Damaged.
    """
    settings = config.load(start.paths.config)
    with opened_desks(start, Hooks(), LinkState()) as (_lane, _desks, keys):
        return _old_lives(start, settings, keys)[0].deliver()


def export_log(start: Start, out: Path, database: Path | None = None, key: str = "") -> Exported:
    """Write the log of this till, or of another database, to a file; raises what ``log_export`` does."""
    return log_export.export_log(start.paths, open_keystore(start.paths.keys, SERVICE), out, database, key)


def restore(start: Start, copy: Path, out: Path, key: str = "") -> Restored:
    """Read the second copy of an earlier life of this till; raises what ``restoring.restore`` does."""
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, keys):
        return lane.call(lambda: restoring.restore(start.paths, keys, desks, copy, out, key))


def verify_logs(start: Start, database: Path | None = None, key: str = "") -> tuple[verify.Checked, ...]:
    """Check every log on this machine, or that of one database; raises what ``verify.verify`` does."""
    return verify.verify(start.paths, open_keystore(start.paths.keys, SERVICE), database, key)


def _old_lives(start: Start, settings: Config, keys: KeyStore) -> tuple[OldLives, RequestsWire]:
    key = database_key(keys, SystemChance().token, may_make=False)
    wire = _wire(start, settings.head_office_url)
    return OldLives(start.paths, key, keys, wire, VERSION), wire


def _deliver_old(start: Start, settings: Config, keys: KeyStore, stack: ExitStack) -> None:
    """Let earlier lives deliver on a thread of their own, where any still has something to say."""
    if not old_lives.waiting(start.paths):
        return
    old, wire = _old_lives(start, settings, keys)
    board = StatusBoard(lambda _status: None, start.clock)
    rounds = Rounds("sync-old-lives", old.round, _nothing, _nothing, board, start.clock, random.random)
    rounds.start()

    def stop() -> None:
        rounds.stop()
        wire.abort()
        rounds.join(STOP_S)

    stack.callback(stop)


def _nothing() -> None:
    """Nobody wakes an old life, and it holds nothing open between its rounds."""


@dataclass(frozen=True, slots=True)
class _Joint:
    """What the worker is joined to."""

    db: Lane
    desks: Desks
    keys: KeyStore
    identity: Identity


def _worker(start: Start, settings: Config, joint: _Joint, link: LinkState, bridge: Bridge) -> SyncWorker:
    chance = SystemChance()
    key = database_key(joint.keys, chance.token, may_make=False)

    def on_status(status: SyncStatus) -> None:
        link.online = status.state is SyncState.ONLINE
        bridge.say_sync(status)

    given = Surroundings(
        wire=_wire(start, settings.head_office_url),
        till=till_port(joint.db, joint.desks.log, joint.desks.rights, start.clock.ahead_ms),
        identity=joint.identity,
        device=DeviceKeys(joint.keys, chance.token, start.clock.now_ms),
        downloads=start.paths.downloads,
        clock=start.clock,
        chance=chance,
        client_version=VERSION,
        recovery=RecoveryFile(start.paths.recovery, key).renew,
        give_way=lambda: joint.db.wait_turn(WAY_S),
    )
    return SyncWorker(given, on_status)


def _wire(start: Start, url: str) -> RequestsWire:
    authority = start.paths.authority
    return RequestsWire(url, authority if authority.exists() else None)


def _devices(start: Start, settings: Config, bridge: Bridge, queue: PrintQueue, hooks: Hooks) -> Supervisor:
    supervisor = Supervisor()

    def on_printer(state: PrinterState) -> None:
        supervisor.report(state.as_status())

    printing: Printing | None = receipt_printer(settings.printer, queue, on_printer, start.clock.now_ms)
    if printing is not None:
        supervisor.add(printing.worker)
        hooks.spool = printing.worker.wake
    observers = CameraObservers(bridge.say_scan, supervisor.report, bridge.say_frame)
    eye = camera(settings.camera, observers, repeat=start.repeat_camera)
    if eye is not None:
        supervisor.add(eye)
    return supervisor


def _placement(settings: Config) -> Placement:
    """Return where the customer's screen goes; raises Refused ``config.type``."""
    try:
        return Placement(settings.customer_screen)
    except ValueError as error:
        raise Refused("config.type", setting="customer_screen", value=repr(settings.customer_screen)) from error


def _turn(supervisor: Supervisor, *, on: bool) -> None:
    if on:
        supervisor.start(["camera"])
    else:
        supervisor.stop(["camera"], timeout_s=0)
