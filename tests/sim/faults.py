"""What breaks: processes, clocks, disks, machines, and head office itself."""

from pos_app.sync.device_keys import MADE, NEXT
from pos_app.sync.keystore import DEVICE
from tests.sim.chance import Choice
from tests.sim.headquarters import image_of
from tests.sim.world import World

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_BACKUPS = 3


class Faults:
    """Everything that can go wrong without hardware."""

    def __init__(self, world: World) -> None:
        self._world = world

    def crash(self, c: Choice) -> object:
        """A till's process dies wherever it is, and is started again."""
        world = self._world
        machine = c.of(world.machines)
        if machine.process is None:
            return None
        world.counts["crashes"] += 1
        machine.kill()
        machine.boot()
        return machine

    def reinstall(self, c: Choice) -> object:
        """A till gets the program before this one, or this one again."""
        world = self._world
        machine = c.of(world.machines)
        if machine.process is None:
            return None
        machine.is_older = not machine.is_older
        world.counts["older programs"] += machine.is_older
        machine.kill()
        machine.boot()
        return machine

    def old_key(self, c: Choice) -> object:
        """A device key has become 90 days old: no backup is so old that the till has changed its key since already."""
        world = self._world
        machine = c.of(world.machines)
        kept = machine.secrets.kept
        known = [keys[machine.name] for _, _, keys in world.backups if machine.name in keys]
        if machine.process is None or NEXT in kept or any(key != kept[DEVICE] for key in known):
            return None
        machine.secrets.save(MADE, bytes(8))
        machine.kill()
        machine.boot()
        return machine

    def office_crash(self, c: Choice) -> object:
        """Head office's process dies between two requests."""
        self._world.counts["office crashes"] += 1
        self._world.office.start()
        return True

    def office_doomed(self, c: Choice) -> object:
        """Head office will die inside one of its next transactions: before or after it commits."""
        database = self._world.office.database
        database.dies_in, database.dies_before = 1 + c.below(3), bool(c.below(2))
        return True

    def post(self, c: Choice) -> object:
        """The postman posts a slice of what head office has only stored."""
        posted = self._world.office.post_waiting()
        self._world.counts["posted later"] += posted
        return posted or None

    def backup(self, c: Choice) -> object:
        """Head office is backed up while it runs."""
        world = self._world
        keys = {each.name: each.secrets.kept[DEVICE] for each in world.machines}
        world.backups.append((image_of(world.office.raw), world.books.copy(), keys))
        world.counts["backups"] += 1
        if len(world.backups) > MOST_BACKUPS:
            raw, *_ = world.backups.pop(c.below(MOST_BACKUPS))
            raw.close()
        return True

    def restore(self, c: Choice) -> object:
        """Head office burns down, and begins again from a backup."""
        world = self._world
        if not world.backups:
            return None
        raw, books, _ = c.of(world.backups)
        world.counts["restores"] += 1
        world.books = books.copy()
        world.office.restore(raw)
        world.note_min_client()
        return True

    def pass_time(self, c: Choice) -> object:
        """A while goes by: seconds mostly, now and then a night."""
        self._world.time.ms += 8 * HOUR_MS if c.below(25) == 0 else 1_000 * (1 + c.below(60))
        return True

    def clock(self, c: Choice) -> object:
        """A till's clock jumps, stops, or is set right."""
        world = self._world
        clock = c.of(world.machines).clock
        world.counts["clock faults"] += 1
        clock.stopped_at_ms = None
        match c.below(5):
            case 0:
                clock.ahead_ms = 0
            case 1:
                clock.ahead_ms = -c.of((HOUR_MS, DAY_MS, 365 * DAY_MS))
            case 2:
                clock.ahead_ms = c.of((HOUR_MS, DAY_MS))
            case _:
                clock.stopped_at_ms = world.time.ms
        return True
