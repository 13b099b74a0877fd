"""Device keys that follow each other: whatever is lost or killed in between, head office and till meet again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from nacl.public import SealedBox
from nacl.signing import VerifyKey

from head_office.enrolment import new_code
from head_office.lives_console import announce
from head_office.office import Office
from head_office.store import schema
from pos_app.domain.events import DayOpened
from pos_app.errors import Refused, Unavailable
from pos_app.sync import worker as sync_worker
from pos_app.sync.device_keys import LIFETIME_MS, DeviceKeys
from pos_app.sync.endpoints import HeadOffice, Reply
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.keystore import FileKeys, device_key
from pos_app.sync.push import Pusher
from pos_app.sync.rotation import TRY_AGAIN_MS, Rotator
from pos_app.sync.status import StatusBoard
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import ChallengeAnswer
from pos_app.sync.wire.signatures import certificate_bytes, challenge_bytes
from pos_app.sync.worker import Surroundings
from tests.head_office.offices import either_url as database_url  # noqa: F401 - on both databases
from tests.head_office.restoring import backed_up, put_back
from tests.head_office.rig import TODAY, Line
from tests.sync.books import truth
from tests.sync.db_lane import RealChance
from tests.sync.shop import AppWire, Fate, Killed, Mortal, ports_of, try_hard
from tests.till_kit import Till, open_kit

pytestmark = pytest.mark.slow


@dataclass
class Time:
    ms: int = 1_795_406_400_000
    mono: int = 0

    def now_ms(self) -> int:
        return self.ms

    def mono_ms(self) -> int:
        return self.mono


class LosingWire(AppWire):
    """Delivers, and loses the answers of one path, or gives a forged one without asking, while told to."""

    losing = ""
    forged: Mapping[str, Reply] = MappingProxyType({})

    def send(self, method, target, headers, body, read_s) -> Reply:
        if target in self.forged:
            return self.forged[target]
        reply = super().send(method, target, headers, body, read_s)
        if target == self.losing:
            raise Unavailable("head_office.unreachable")
        return reply


@dataclass
class Machine:
    """A till's disk, and what runs on it until it is killed."""

    home: Path
    office: Office
    line: Line
    time: Time = field(default_factory=Time)
    fate: Fate = field(default_factory=Fate)
    till: Till = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir()
        self.keys = FileKeys(self.home / "keys")
        self.till = open_kit(self.home)
        device = device_key(self.keys, RealChance().token)
        enrol(HeadOffice(AppWire(self.line)), new_code(self.office, "S01", 1), device, self.till.log)
        with self.till.store.unit() as unit:
            self.till.session.say(unit, DayOpened(1, 0), TODAY)
        self.start()

    def start(self, wire: AppWire | None = None) -> None:
        """A new process on this disk."""
        identity = self.till.log.identity()
        assert identity is not None
        keys: Any = Mortal(self.keys, self.fate)
        ports = ports_of(self.till)
        log: Any = Mortal(ports.log, self.fate)
        self.device = DeviceKeys(keys, RealChance().token, self.time.now_ms)
        self.wire = LosingWire(self.line)
        given = Surroundings(
            wire=Mortal(self.wire, self.fate),  # type: ignore[arg-type]
            till=replace(ports, log=log),
            identity=identity,
            device=self.device,
            downloads=self.home / "downloads",
            clock=self.time,
            chance=RealChance(),
            client_version="test",
        )
        self.station = sync_worker.station_of(given, StatusBoard(lambda _status: None, self.time), lambda: False)
        self.pusher = Pusher(self.station)
        self.rotator = Rotator(self.station, identity, self.device)

    def rounds(self, count: int = 4) -> None:
        """What the push lane does."""
        for _ in range(count):
            self.pusher.round()
            self.rotator.round()

    def restart(self, fate: Fate | None = None) -> None:
        self.till.close()
        self.till = open_kit(self.home)
        self.fate = fate or Fate()
        self.start()

    def known_key(self) -> bytes:
        with self.office.database.read() as connection:
            return connection.execute(sa.select(schema.life.c.device_key)).scalar_one()

    def is_settled(self) -> bool:
        """Say whether both ends have one key, certified, and nothing is under way."""
        identity = self.till.log.identity()
        stored = DeviceKey(self.keys.load("device")).public
        signed = certificate_bytes(identity.terminal_id, identity.epoch, stored)
        certified = verify(identity.head_office_key, signed, identity.certificate)
        return stored == self.known_key() == self.device.public and certified and self.keys.load("device.next") is None


@pytest.fixture
def machine(tmp_path: Path, office: Office, line: Line) -> Iterator[Machine]:
    machine = Machine(tmp_path / "till", office, line)
    yield machine
    machine.till.close()


def test_a_key_lives_ninety_days(machine):
    first = machine.known_key()
    machine.time.ms += LIFETIME_MS - 1
    machine.rounds()
    assert machine.known_key() == first

    machine.time.ms += 1
    machine.rounds()

    assert machine.known_key() != first
    assert machine.is_settled()


def test_the_old_key_is_worth_nothing_after_the_first_challenge_of_the_new(machine):
    old = machine.device.candidates()[0]
    machine.time.ms += LIFETIME_MS
    machine.rounds()

    identity = machine.till.log.identity()
    request = machine.station.link._session.challenge(bytes(32), old.sign)

    assert request.signature == old.sign(challenge_bytes(identity.terminal_id, identity.epoch, bytes(32)))
    with pytest.raises(Refused, match=r"terminal\.signature"):
        HeadOffice(AppWire(machine.line)).challenge(request)


def test_until_then_the_old_key_stays_good(machine):
    machine.time.ms += LIFETIME_MS
    machine.pusher.round()
    old = machine.known_key()

    machine.rotator.round()

    assert machine.known_key() == old
    assert machine.device.public == old


def test_a_challenge_that_somebody_else_answers_puts_no_key_in_force(machine):
    old = machine.known_key()
    machine.time.ms += LIFETIME_MS
    machine.pusher.round()
    machine.device.prepare()
    machine.station.link.renew()
    said = ChallengeAnswer(incarnation="1-x", server_time_ms=0, nonce=bytes(32))
    machine.wire.forged = {http.CHALLENGE: Reply(200, msgspec.json.encode(said))}

    with pytest.raises(Refused, match=r"nonce\.unknown"):
        machine.pusher.round()

    assert machine.device.public == old
    machine.wire.forged = {}
    machine.rounds()
    assert machine.is_settled()


@pytest.mark.parametrize("path", [http.ROTATE, http.CHALLENGE, http.HELLO])
def test_a_lost_answer_is_asked_for_again(machine, path):
    machine.time.ms += LIFETIME_MS
    machine.pusher.round()
    machine.wire.losing = path
    for _ in range(3):
        machine.rotator.round()
        machine.time.mono += TRY_AGAIN_MS
        try:
            machine.pusher.round()
        except Unavailable:
            continue
    machine.wire.losing = ""

    machine.rounds()

    assert machine.is_settled()


def test_a_kill_between_any_two_steps_of_a_rotation_is_mended_at_the_next_start(tmp_path, office, line):
    at, died = 0, 0
    steps: set[str] = set()
    machine = Machine(tmp_path / "till", office, line)
    while True:
        at += 1
        machine.time.ms += LIFETIME_MS
        try:
            machine.restart(Fate(at))
            machine.rounds()
        except Killed as killed:
            died += 1
            steps.add(str(killed))
        else:
            break
        machine.restart()
        machine.time.ms += LIFETIME_MS  # whichever key it has is due
        machine.rounds()
        assert machine.is_settled(), f"killed before step {at}, {machine.fate.steps}"
    machine.till.close()

    assert died > 20, died
    assert {"save", "forget", "send", "keep_certificate"} <= steps


def test_a_head_office_restored_from_before_the_change_is_met_with_the_former_key(machine):
    with machine.office.database.read() as connection:
        before = dict(connection.execute(sa.select(schema.life)).one()._mapping)
    machine.time.ms += LIFETIME_MS
    machine.rounds()
    changed = machine.known_key()

    def restore(connection: sa.Connection) -> None:
        kept = {"device_key": before["device_key"], "next_key": None}
        connection.execute(sa.update(schema.life).values(kept))

    machine.office.database.write(restore)
    machine.office.sessions._open.clear()
    machine.office.sessions._tokens.clear()
    machine.restart()
    machine.rounds()

    assert machine.known_key() == changed
    assert machine.is_settled()


def test_a_till_that_head_office_forgot_is_known_again_wherever_its_change_of_keys_was_cut_off(tmp_path, office, line):
    """Its certificate may be of the key before the one in force: the papers that it shows have to fit each other."""
    backup, was = backed_up(office), office.identity
    machine = Machine(tmp_path / "till", office, line)
    at, is_cut_off = 0, True
    while is_cut_off:
        at += 1
        machine.time.ms += LIFETIME_MS
        try:
            machine.restart(Fate(at))
            machine.rounds()
            is_cut_off = False
        except Killed:
            pass
        put_back(office, backup)
        office.become(was)
        announce(office, "fire", "", None)
        machine.restart()
        try_hard(lambda: machine.rounds(8))
        assert machine.is_settled(), f"killed before step {at}, {machine.fate.steps}"
        assert len(truth(office).inbox["S01-1"]) == 1
    machine.till.close()

    assert at > 20, at


def test_a_next_key_is_taken_only_from_who_has_both(machine, office):
    machine.pusher.round()
    thief = DeviceKey(bytes(32))
    machine.device._next = thief
    machine.device.sign = thief.sign  # type: ignore[method-assign]

    assert machine.rotator.round() is False
    assert machine.known_key() == device_key(machine.keys, RealChance().token).public


def test_what_was_sealed_to_any_of_the_keys_is_opened(machine):
    old = machine.device.public
    machine.time.ms += LIFETIME_MS
    machine.rounds()

    for public in (old, machine.device.public):
        sealed = SealedBox(VerifyKey(public).to_curve25519_public_key()).encrypt(b"key")
        assert machine.device.open_sealed(sealed) == b"key"
