"""What breaks: processes, clocks, disks, machines, and head office itself."""

from collections.abc import Callable

import sqlalchemy as sa

from head_office.books.holders import Wanted
from head_office.books.members import MemberBook
from head_office.catalogue import set_price
from head_office.feed import GLOBAL, Change, publish
from head_office.merging import MergeDesk
from head_office.recalls import recall_by_hand
from pos_app.domain.ledger import Asset
from pos_app.errors import Refused
from tests.sim.chance import Choice
from tests.sim.founding import ITEMS
from tests.sim.headquarters import image_of
from tests.sim.world import World

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_BACKUPS = 3


class Faults:
    """Everything that can go wrong without hardware, and head office's own acts between."""

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
        world.backups.append((image_of(world.office.raw), world.books.copy()))
        world.counts["backups"] += 1
        if len(world.backups) > MOST_BACKUPS:
            raw, _ = world.backups.pop(c.below(MOST_BACKUPS))
            raw.close()
        return True

    def restore(self, c: Choice) -> object:
        """Head office burns down, and begins again from a backup."""
        world = self._world
        if not world.backups:
            return None
        raw, books = c.of(world.backups)
        world.counts["restores"] += 1
        world.books = books.copy()
        world.office.restore(raw)
        for each in world.machines:
            if not world.healthy(each):
                # A restored head office does not wait for replaced tills: what it forgot of theirs is given again.
                world.truth.exposure += each.held_points()
        return True

    def pass_time(self, c: Choice) -> object:
        """A while goes by: seconds mostly, now and then a night."""
        self._world.time.ms += 8 * HOUR_MS if c.below(40) == 0 else 1_000 * (1 + c.below(60))
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

    def publish(self, c: Choice) -> object:
        """Head office publishes a price, now and then something that no till can read."""
        world = self._world
        if c.below(3):
            item = c.of(ITEMS)
            set_price(world.office.office, item.barcode, 100 + c.below(20_000), None)
            return True
        body = c.of((b'{"new":1}', b"[]", b'{"version":-1}'))
        change = Change(GLOBAL, c.of(("hologram", "item", "programme")), "x", body)
        world.office.database.write(lambda connection: publish(connection, [change]))
        world.counts["poison down"] += 1
        return True

    def merge(self, c: Choice) -> object:
        """A person at head office finds that two members are one."""
        world = self._world
        desk, (loser, survivor) = MergeDesk(world.office.office), (c.of(world.members), c.of(world.members))
        return self._decide("merges", lambda: desk.merge(loser, survivor, "manager"))

    def unmerge(self, c: Choice) -> object:
        """And that they are not."""
        world = self._world
        desk, loser = MergeDesk(world.office.office), c.of(world.members)
        return self._decide("unmerges", lambda: desk.unmerge(loser, "manager"))

    def recall(self, c: Choice) -> object:
        """Head office asks back what tills hold of a member."""
        world = self._world
        wanted = Wanted(c.of(world.members), Asset.POINTS)
        return self._decide("recalls", lambda: recall_by_hand(world.office.office, wanted))

    def _decide(self, name: str, work: Callable[[], object]) -> object:
        try:
            work()
        except Refused as error:
            self._world.counts[f"{name} {error.code}"] += 1
            return None
        self._world.counts[name] += 1
        return True

    def tie(self, c: Choice) -> object:
        """A member becomes known in another store."""
        world = self._world
        who, shop = c.of(world.members), c.of(world.shops)
        clock = world.office.office.clock

        def work(connection: sa.Connection) -> None:
            book = MemberBook(connection)
            book.load([who])
            if book.get(who) is not None:
                book.visited(who, shop.store_id, clock.today(), ())
                publish(connection, book.write(clock.today(), clock.now_ms()))

        world.office.database.write(work)
        return True
