"""One day of one till as a process of its own: enrol, sign a member up, sell, redeem, print, close, send.

It can be killed anywhere and started again: it looks at what the till knows, as a cashier would, and goes on from
there. What it has been answered it tells at once; that is the truth outside the system.
"""

import logging
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.bootstrap.equipment import QueueOnLane
from pos_app.bootstrap.sync_port import IdentityOnLane, till_port
from pos_app.devices.printers.file import FileTransport
from pos_app.devices.printers.render import PROFILES
from pos_app.devices.printers.spool import Spool, SpoolWorker
from pos_app.domain.events import RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.domain.members import Purpose
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import Identity
from pos_app.errors import Refused, Unavailable
from pos_app.services.member_models import SignUp
from pos_app.store.connection import Database, open_encrypted
from pos_app.store.directory_file import opened
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.lock import TillLock
from pos_app.store.till_store import StoreUnit
from pos_app.sync import rotation
from pos_app.sync.client import RequestsWire
from pos_app.sync.device_keys import BEFORE, MADE, NEXT, DeviceKeys
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.keystore import DEVICE, FileKeys, database_key, device_key
from pos_app.sync.pull import Shards
from pos_app.sync.recovery import RecoveryFile
from pos_app.sync.status import SyncState, SyncStatus
from pos_app.sync.wire.signatures import certificate_bytes
from pos_app.sync.worker import Surroundings, SyncWorker
from tests.rigs.doom import Doom, listen
from tests.sync.db_lane import DbLane, RealChance, RealClock
from tests.till_kit import CASHIER, MANAGER, barcode

SALES = 4
PHONE = "13800000001"
SPOILT = -1  # no checksum is negative
POLL_S = 0.05
PATIENCE_S = 60.0
REPRINT = "REPRINT 1"
OF_DAY = re.compile(r"Z report (\d+)|Shift (\d+) handed over")
RECEIPT_NO = re.compile(r"\d{4}-\d+-[A-Z]+\d+-\d{6}")


def live(home: Path, url: str, code: str, doom: Doom | None, tell: Connection) -> None:
    """Live through the day and tell ``("paid", …)`` for each sale, ``("done",)`` at the end."""
    logging.basicConfig(filename=home / "till.log", level=logging.INFO, format="%(asctime)s %(threadName)s %(message)s")
    (home / "pid").write_text(str(os.getpid()))
    listen(doom, home.parent / "till.diary")
    rotation.TRY_AGAIN_MS = 100  # an hour is longer than this day
    with TillLock(home / "running.lock"):
        day = Day(home, url, tell)
        day.enrol(code)
        day.work()
        day.stop()
        tell.send(("done",))


class Day:
    """The till, its printer, its line, and the person in front of it."""

    def __init__(self, home: Path, url: str, tell: Connection) -> None:
        keys, chance = FileKeys(home / "keys"), RealChance()
        key = database_key(keys, chance.token, may_make=not (home / "till.db").exists())
        self._key, self._keys = key, keys
        self._device = device_key(keys, chance.token)
        if keys.load(MADE) is None:
            keys.save(MADE, bytes(8))  # as old as can be: it is changed today
        self._home, self._url, self._tell = home, url, tell
        self._lane, self._link = DbLane(), LinkState()
        self._spool: SpoolWorker | None = None
        self._worker: SyncWorker | None = None
        self._papers = home / "papers"
        self._papers.mkdir(exist_ok=True)
        world = World(RealClock(), self._link, self._announce)
        self._desks: Desks = self._do(lambda: open_desks(home / "till.db", key, world, durable=False))

    def enrol(self, code: str) -> None:
        """Become a terminal, if it is none yet."""
        ports = IdentityOnLane(self._lane, self._desks.log)
        while ports.identity() is None:
            with suppress(Unavailable):
                enrol(HeadOffice(RequestsWire(self._url)), code, self._device, ports)

    def work(self) -> None:
        """Do what is left of the day."""
        self._start()
        self._until("a directory", lambda: self._do(self._desks.log.installed_directory) is not None)
        self._desks.session.staff = CASHIER
        if self._do(lambda: self._number("z")) == 0:
            if not self._do(self._desks.day.state).is_open:
                self._do(lambda: self._desks.day.open_day(50_000))
            self._tell.send(("open",))
            member = self._member()
            self._until("the member by a page of the feed", lambda: self._is_in_directory(member))
            self._spoil_the_directory()
            while (n := self._do(lambda: self._number("receipt"))) < SALES:
                if n and self._do(self._desks.day.state).shift_no == 1:
                    self._do(lambda: self._desks.day.hand_over({10_000: 5}))
                    self._desks.session.staff = CASHIER
                self._sell(n, member)
            self._until("papers", self._papers_done)
            self._desks.session.staff = MANAGER
            self._do(lambda: self._desks.day.close_day({10_000: 5}))
        self._until("papers", self._papers_done)
        self._until("head office has all", self._drained)
        self._until("the grants by the feed too", self._grants_came)
        self._until("both shards taken anew", lambda: not self._is_spoilt())
        self._until("a new key", lambda: self._keys.load(BEFORE) is not None and self._keys.load(NEXT) is None)
        self._until("a certificate of it", self._is_certified)
        self._until("a recovery file", (self._home / "till.recovery").exists)

    def stop(self) -> None:
        """End everything in order."""
        assert self._worker is not None
        assert self._spool is not None
        self._worker.stop()
        self._spool.stop()
        self._spool.join(5)
        self._do(self._desks.store.close)
        self._lane.close()

    def _start(self) -> None:
        identity = self._do(self._desks.log.identity)
        assert identity is not None
        queue = QueueOnLane(self._lane, self._desks.store)
        spool = Spool(
            "receipt", queue, FileTransport(self._papers), PROFILES["80mm-utf8"], lambda _: None, RealClock().now_ms
        )
        self._spool_desk = spool
        self._spool = SpoolWorker(spool)
        self._spool.start()
        self._start_sync(identity)

    def _start_sync(self, identity: Identity) -> None:
        given = Surroundings(
            wire=RequestsWire(self._url),
            till=till_port(self._lane, self._desks.log, self._desks.rights),
            identity=identity,
            device=DeviceKeys(self._keys, RealChance().token, RealClock().now_ms),
            downloads=self._home / "downloads",
            clock=RealClock(),
            chance=RealChance(),
            client_version="rig",
            recovery=RecoveryFile(self._home / "till.recovery", self._key).renew,
        )
        self._worker = SyncWorker(given, self._heard)
        self._worker.start()

    def _spoil_the_directory(self) -> None:
        """Make both shards something else than head office sent, once: they are taken anew, each by itself."""
        done = self._home / "spoilt"
        if done.exists():
            return
        assert self._worker is not None
        self._worker.stop()
        with closing(self._directory()) as directory:
            directory.conn.execute("UPDATE feed_state SET checksum = ?", [SPOILT])
        done.touch()
        identity = self._do(self._desks.log.identity)
        self._start_sync(identity)

    def _is_spoilt(self) -> bool:
        with closing(self._directory()) as directory:
            rows = directory.conn.execute("SELECT 1 FROM feed_state WHERE checksum = ?", [SPOILT]).fetchall()
        return bool(rows)

    def _directory(self) -> Database:
        path, key = self._do(self._desks.log.installed_directory)
        return open_encrypted(path, key, must_exist=True)

    def _is_in_directory(self, member_id: str) -> bool:
        reader = DirectoryReader()
        reader.attach(opened(*self._do(self._desks.log.installed_directory)))
        try:
            return reader.member(member_id) is not None
        finally:
            reader.detach()

    def _is_certified(self) -> bool:
        one = self._do(self._desks.log.identity)
        current = DeviceKey(self._keys.load(DEVICE)).public
        return verify(one.head_office_key, certificate_bytes(one.terminal_id, one.epoch, current), one.certificate)

    def _member(self) -> str:
        found = self._do(lambda: self._desks.members.find(PHONE))
        if found:
            return found[0].member_id
        form = SignUp(PHONE, "林静", agreed=frozenset(Purpose))
        return self._do(lambda: self._desks.members.sign_up(form)).member.member_id

    def _sell(self, n: int, member: str) -> None:
        """Ring up whatever is not yet in the basket, and pay; the third sale is paid in part with points."""
        checkout = self._desks.checkout
        state = self._do(checkout.state)
        if state.basket.is_empty:
            self._do(lambda: checkout.scan(barcode(1)))
        if n < SALES - 1 and state.member is None:
            state = self._do(lambda: checkout.attach(member))
        if n == 2 and not state.basket.points:
            self._hand_back(member)
            self._redeem()
        due_minor = self._do(checkout.state).priced.due_minor
        done = self._do(lambda: checkout.pay((TenderAsked(TenderKind.CARD, due_minor, reference="r"),)))
        self._tell.send(("paid", done.sale_id, done.receipt_no, done.earned_points, done.spent_points))

    def _hand_back(self, member: str) -> None:
        """Give what is held here back, once, so that head office must be asked for it."""

        def said() -> bool:
            with self._desks.store.view() as unit:
                return "rights_released" in unit.log.said_since(1)

        if not self._do(said):
            self._do(lambda: self._desks.session.run(lambda unit: self._release(unit, member)))
        self._until("head office has it", self._drained)

    def _release(self, unit: StoreUnit, member: str) -> None:
        held = tuple(Spend(each.grant.gid, each.remaining) for each in unit.holdings.of(member))
        unit.holdings.take(held)
        self._desks.session.say(unit, RightsReleased(member, held, "recall"))

    def _redeem(self) -> None:
        """Bring points here while the customer waits, and spend them."""
        assert self._worker is not None
        self._do(lambda: self._desks.checkout.prove(PHONE[-4:]))
        for _ in range(200):
            known = self._do(self._desks.checkout.state).member
            wanted = min(known.usable_here + 500, known.total) // 100 * 100
            logging.info("redeem: %s of %s, usable %s", wanted, known.total, known.usable_here)
            if wanted < 500:  # released, and head office's figure has not come back yet
                threading.Event().wait(POLL_S)
                continue
            try:
                if wanted > known.usable_here:
                    need = self._do(lambda: self._desks.rights.short_for(wanted))  # noqa: B023 - called at once
                    self._worker.request_rights(need.member_id, need.amount, need.request_no)
                self._do(lambda: self._desks.checkout.redeem_points(wanted))  # noqa: B023
            except (Unavailable, Refused) as error:
                logging.info("redeem: %s %s", error.code, error.facts)
                threading.Event().wait(POLL_S)
            else:
                return
        raise AssertionError("never redeemed")

    def _papers_done(self) -> bool:
        """Look at what the printer is not sure of, as a person does; True when nothing waits any more."""

        def open_jobs() -> dict[JobState, int]:
            with self._desks.store.view() as unit:
                return dict(unit.papers.counts("receipt"))

        def uncertain() -> list[Any]:
            with self._desks.store.view() as unit:
                return unit.papers.in_state("receipt", JobState.UNCERTAIN)

        counts = self._do(open_jobs)
        if counts.get(JobState.QUEUED) or counts.get(JobState.SENDING):
            return False
        for job in self._do(uncertain):
            wanted = named(from_json(job.job.paper_json).title) or job.job.subject
            if wanted in {paper_of(path)[0] for path in self._papers.glob("*.bin")}:
                self._spool_desk.came_out(job.job_id)
            else:
                self._spool_desk.print_again(job.job_id, REPRINT, RealClock().now_ms())
            self._announce()
            return False
        return True

    def _drained(self) -> bool:
        assert self._worker is not None
        if self._do(self._desks.log.unsent) == 0 and self._worker.status().state is SyncState.ONLINE:
            return True
        self._worker.sync_now()
        return False

    def _grants_came(self) -> bool:
        one = self._do(self._desks.log.identity)
        shard = Shards(one.store_id, one.terminal_id, one.epoch).own
        return self._do(lambda: self._desks.log.cursor(shard)) is not None

    def _until(self, what: str, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > until:
                status = self._worker.status() if self._worker else ""
                raise AssertionError(f"waited in vain for {what}: {status}")
            if self._worker:
                self._worker.sync_now()
            threading.Event().wait(POLL_S)

    def _number(self, name: str) -> int:
        with self._desks.store.view() as unit:
            return unit.till.last_number(name)

    def _do(self, work: Callable[[], Any]) -> Any:
        return self._lane.call(work)

    def _announce(self) -> None:
        if self._spool:
            self._spool.wake()
        if self._worker:
            self._worker.wake()

    def _heard(self, status: SyncStatus) -> None:
        self._link.online = status.state is SyncState.ONLINE


def paper_of(path: Path) -> tuple[str, bool]:
    """Return the receipt number on a paper, or which paper of the day it is, and whether it is marked as a reprint.

    A drawer's pulse has neither.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    of_day = named(text)
    numbers = RECEIPT_NO.findall(text)
    return of_day or (numbers[0] if numbers else ""), REPRINT in text


def named(text: str) -> str:
    """Return which paper of the day a text is of (``Z 0001``, ``shift 1``), empty for none."""
    found = OF_DAY.search(text)
    return "" if found is None else f"Z {found[1]}" if found[1] else f"shift {found[2]}"
