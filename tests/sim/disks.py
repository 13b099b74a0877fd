"""Disks that are copied, put back, cloned and lost, and the machines that replace them."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from head_office import salvage as salvaging
from head_office.branches import MARK
from head_office.enrolment import CODE_LIFE_MS, new_code
from pos_app.domain.ids import Origin
from pos_app.domain.refunds import REFUND
from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Refused
from pos_app.store.connection import Database
from pos_app.store.event_log import EventLogTable
from pos_app.store.memory import MemoryTable, decoded
from pos_app.store.rows import Rows
from pos_app.store.till_log import COUNTERSIGNED
from pos_app.sync.device_keys import BEFORE, NEXT
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.keystore import DEVICE
from pos_app.sync.wire import event_codec
from pos_app.sync.wire.log_file import VERSION, Speaker, write_log
from pos_app.sync.wire.messages import WireEvent
from pos_app.sync.wire.signatures import certificate_bytes
from tests.sim.chance import Choice
from tests.sim.machine import Image, Machine, image_of
from tests.sim.truth import Branch, Said, ledger_name
from tests.sim.world import Shop, World

MOST_IMAGES = 4
MOST_MACHINES = 7
# What no program of ours says: kinds and versions to come, and bytes that are nothing.
BABBLE = (
    b'{"kind":"hologram","v":1,"at":{"business_date":"2026-11-23","staff_id":"E1","wall_utc_ms":1,"mono_ms":1,'
    b'"boot_id":"b"},"fact":{}}',
    b'{"kind":"drawer_opened","v":99,"at":{"business_date":"2026-11-23","staff_id":"E1","wall_utc_ms":1,"mono_ms":1,'
    b'"boot_id":"b"},"fact":{"reason":"new"}}',
    b'{"kind":"sale","v":1,"at":{"business_date":"2026-11-23","staff_id":"E1","wall_utc_ms":1,"mono_ms":1,'
    b'"boot_id":"b"},"fact":{"sale_id":1}}',
    b'{"kind":"drawer_opened","v":1,"at":{"business_date":"2099-01-01","staff_id":"E1","wall_utc_ms":1,"mono_ms":1,'
    b'"boot_id":"b"},"fact":{"reason":"wrong year"}}',
    b'{"kind":"drawer_opened","v":1,"at":{"business_date":"2026-11-23","staff_id":"E1","wall_utc_ms":1e400,'
    b'"mono_ms":1,"boot_id":"b"},"fact":{"reason":"NaN"}}',
    b"\xff\xfe\x00",
    b"",
)


class Disks:
    """What happens to a till's disk behind the program's back."""

    def __init__(self, world: World) -> None:
        self._world = world

    def image(self, c: Choice) -> object:
        """Somebody copies the disk of a running till."""
        world = self._world
        machine = _enrolled(world, c)
        if machine is None:
            return None
        world.images.append((_copied(world, machine), world.branches[machine.name].copy(), machine))
        if len(world.images) > MOST_IMAGES:
            image, *_ = world.images.pop(0)
            image.disk.close()
        world.counts["images"] += 1
        return machine

    def roll_back(self, c: Choice) -> object:
        """An old image is put back."""
        world = self._world
        fitting = [each for each in world.images if _is_older(world, *each)]
        if not fitting:
            return None
        image, branch, machine = c.of(fitting)
        world.counts["roll-backs"] += 1
        lost = world.branches[machine.name].after(len(branch.facts))
        world.risk(machine, twice(branch, lost))
        machine.kill()
        image.put_on(machine)
        world.branches[machine.name] = branch.copy()
        world.branches[machine.name].is_true = False
        machine.boot()
        return machine

    def clone(self, c: Choice) -> object:
        """A disk is put into a second machine, and both run."""
        world = self._world
        machine = _enrolled(world, c)
        if machine is None or len(world.machines) >= MOST_MACHINES:
            return None
        world.counts["clones"] += 1
        own = sum(world.branches[machine.name].own.values())
        world.risk(machine, Counter(machine.held()) + Counter({REFUND: own}))
        branch = world.branches[machine.name]
        branch.is_true = False
        second = world.new_machine(machine)
        image = _copied(world, machine)
        image.put_on(second)
        image.disk.close()
        world.branches[second.name] = branch.copy()
        second.boot()
        store_id, _, lane = branch.life[0].partition("-")
        world.shops.append(Shop(store_id, int(lane), second, is_lane=False))
        return second

    def die(self, c: Choice) -> object:
        """A machine is gone, with all that it has not told."""
        world = self._world
        shop = c.of(world.shops)
        machine = shop.machine
        if machine is None or len([each for each in world.shops if each.machine is not None]) < 2:
            return None
        world.counts["deaths"] += 1
        if c.below(2):  # the disk lies in a drawer, and may be found
            machine.kill()
            shop.machine = None
            return True
        world.truth.tainted.add(world.branches[machine.name].life)
        world.forget(machine)
        return True

    def found(self, c: Choice) -> object:
        """Somebody starts a machine from the drawer: it tells what it knows, whatever became of its lane."""
        world = self._world
        off = [each for each in world.machines if each.process is None]
        if not off:
            return None
        world.counts["found"] += 1
        c.of(off).boot()
        return True

    def salvage(self, c: Choice) -> object:
        """Somebody brings the log of a disk: of a machine that is off, an image, or a second copy."""
        world = self._world
        off = [
            (each.disk, each)
            for each in world.machines
            if each.process is None or not world.branches[each.name].is_true
        ]
        disk, machine = c.of([*off, *((image.disk, each) for image, _, each in world.images)] or [(None, None)])
        if machine is None or world.branches[machine.name].life == ("", ""):
            return None
        world.copies += 1
        path = Path(world.root, f"log{world.copies}")
        identity = export(disk, machine, path)
        # Whoever shook hands is no longer known to be the one whose history goes on.
        world.admitted.pop((identity.terminal_id, identity.epoch), None)
        try:
            done = salvaging.salvage(world.office.office, path, "clerk")
        except Refused as error:
            world.counts[f"salvage {error.code}"] += 1
        else:
            world.counts["salvages"] += 1
            world.counts["salvaged events"] += done.new
            world.counts["branches"] += MARK in done.epoch
        return True

    def fence(self, c: Choice) -> object:
        """Two people fence a life that is gone; now and then one that is not."""
        world = self._world
        gone = world.gone()
        if c.happens(3):
            gone = [world.branches[each.name].life for each in world.machines]
        gone = [life for life in gone if life != ("", "")]
        return world.fence(c.of(gone)) if gone else None

    def replace(self, c: Choice) -> object:
        """A lane gets a new machine; now and then the old one goes on somewhere else until it is told."""
        world = self._world
        shop = c.of([each for each in world.shops if each.is_lane])
        machine = shop.machine
        if machine is not None and world.branches[machine.name].life == ("", ""):
            return self._enrol_again(shop, machine)
        needs_one = machine is None or not world.healthy(machine)
        if not needs_one and not c.happens(20):
            return None
        if machine is not None and c.happens(70):
            world.truth.tainted.add(world.branches[machine.name].life)
            world.forget(machine)
        if len(world.machines) >= MOST_MACHINES:
            return None
        world.counts["replacements"] += 1
        shop.machine = world.new_machine()
        shop.machine.boot()
        return self._enrol_again(shop, shop.machine)

    def _enrol_again(self, shop: Shop, machine: Machine) -> object:
        world, process = self._world, machine.process
        if process is None or not process.lanes["enrol"].is_idle:
            return None
        code, made_ms = world.codes.get(machine.name, ("", 0))
        if world.time.ms - made_ms >= CODE_LIFE_MS:
            code = new_code(world.office.office, shop.store_id, shop.lane)
            world.codes[machine.name] = (code, world.time.ms)
        process.lanes["enrol"].start(lambda: world.become(machine, code))
        return machine

    def babble(self, c: Choice) -> object:
        """A program that is newer, older or broken says something that head office cannot read."""
        world = self._world
        machine = _enrolled(world, c)
        if machine is None or machine.process is None:
            return None
        body = c.of(BABBLE)
        with machine.process.store.unit() as unit:
            seq, before = unit.log.head()
            digest = event_codec.chain_hash(Origin(*world.branches[machine.name].life, seq), before, body)
            machine.disk.conn.execute(
                "INSERT INTO event (seq, kind, schema_version, body, prev_hash, hash) VALUES (?, ?, 1, ?, ?, ?)",
                [seq, event_codec.kind_of(body) or "babble", body, before, digest],
            )
        world.hear(machine)
        return machine

    def upgrade(self, c: Choice) -> object:
        """Head office gets a new program, and posts what the old one could not read."""
        self._world.office.start()
        self._world.counts["replayed"] += self._world.office.intake.replay_deferred()
        return True


def _enrolled(world: World, c: Choice) -> Machine | None:
    machine = c.of(world.shops).machine
    return None if machine is None or world.branches[machine.name].life == ("", "") else machine


def export(disk: Database, machine: Machine, path: Path) -> Identity:
    """Write a disk's log as the till's own command does, signed by the key that its certificate is for."""
    rows = Rows(disk)
    memory = MemoryTable(rows)
    identity, signed = memory.identity(), memory.get(COUNTERSIGNED)
    assert identity is not None
    head = None if signed is None else decoded(signed, Countersigned, COUNTERSIGNED)
    log = EventLogTable(rows, memory, event_codec)
    count = log.next_seq() - 1
    key = next((each for each in _keys(machine) if _is_certified(identity, each)), None)
    speaker = Speaker(
        VERSION,
        identity.terminal_id,
        identity.epoch,
        identity.certificate,
        b"" if key is None else key.public,
        count,
        head,
    )
    events = [WireEvent(event.seq, event.body, event.hash) for event in log.after(0, count, 10**9)]
    write_log(path, speaker, events, None if key is None else key.sign)
    return identity


def _keys(machine: Machine) -> list[DeviceKey]:
    kept = machine.secrets.kept
    return [DeviceKey(kept[name]) for name in (DEVICE, NEXT, BEFORE) if name in kept]


def _is_certified(identity: Identity, key: DeviceKey) -> bool:
    signed = certificate_bytes(identity.terminal_id, identity.epoch, key.public)
    return verify(identity.head_office_key, signed, identity.certificate)


def twice(branch: Branch, lost: Iterable[Said]) -> Counter[str]:
    """Return what a disk that is put back can spend again: what left its holdings since, and what it may take back."""
    again = Counter({REFUND: sum(branch.own.values())})
    for fact in lost:
        for gid, amount in fact.out:
            if gid in branch.grants:
                again[ledger_name(branch.grants[gid].asset)] += amount
    return again


def _is_older(world: World, _image: Image, branch: Branch, machine: Machine) -> bool:
    """Say whether an image would take a machine in use back to fewer facts of its own life."""
    now = world.branches[machine.name]
    same = machine in world.machines and now.life == branch.life
    return same and len(branch.facts) < len(now.facts)


def _copied(world: World, machine: Machine) -> Image:
    world.copies += 1
    return image_of(machine, Path(world.root, f"image{world.copies}"))
