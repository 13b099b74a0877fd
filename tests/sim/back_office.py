"""What people at head office do while everything else goes on."""

from collections.abc import Callable
from datetime import date
from functools import partial

import sqlalchemy as sa

from head_office.books.holders import Wanted
from head_office.books.issues import Issue
from head_office.books.members import MemberBook
from head_office.catalogue import set_price
from head_office.clients import set_min_client
from head_office.feed import GLOBAL, Change, publish
from head_office.issuing import issue
from head_office.merging import MergeDesk
from head_office.recalls import recall_by_hand
from head_office.revocation import revoke
from head_office.store_days import StoreDays
from pos_app.domain.ledger import Asset
from pos_app.errors import Refused
from pos_app.sync.wire.messages import PROTOCOL_VERSION
from tests.sim.chance import Choice
from tests.sim.founding import ITEMS, LOT
from tests.sim.truth import ledger_name
from tests.sim.world import World


class BackOffice:
    """Prices, members, gifts, recalls, and the end of days."""

    def __init__(self, world: World) -> None:
        self._world = world

    def publish(self, c: Choice) -> object:
        """Head office publishes a price, now and then something that no till can read."""
        world = self._world
        if c.below(3):
            item = c.of(ITEMS)
            set_price(world.office.office, item.barcode, 100 + c.below(20_000), None)
            return True
        body = c.of((b'{"new":1}', b"[]", b'{"version":-1}'))
        change = Change(GLOBAL, c.of(("hologram", "item", "programme", "campaign")), "x", body)
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
        asset = c.of((Asset.POINTS, Asset.POINTS, Asset.VALUE, Asset.COUPON))
        wanted = Wanted(c.of(world.members), asset)
        if asset is Asset.COUPON:
            if not world.coupons:
                return None
            lot, member_id = c.of(world.coupons)
            wanted = Wanted(member_id, asset, lot)
        return self._decide("recalls", lambda: recall_by_hand(world.office.office, wanted))

    def top_up(self, c: Choice) -> object:
        """A member buys stored value, or is given some."""
        return self._issue("top-ups", c.of(self._world.members), c.of((Asset.VALUE, Asset.VALUE, Asset.GIFT)), c)

    def coupon(self, c: Choice) -> object:
        """A member gets a coupon that may be used once."""
        return self._issue("coupons", c.of(self._world.members), Asset.COUPON, c)

    def _issue(self, name: str, member_id: str, asset: Asset, c: Choice) -> object:
        world = self._world
        world.issues += 1
        issue_id, coupon = f"i{world.issues}", asset is Asset.COUPON
        lot, amount = (f"K{world.issues}", 1) if coupon else ("", 500 * (1 + c.below(60)))
        try:
            given = Issue(issue_id, member_id, asset, amount, LOT, lot)
            return self._decide(name, lambda: issue(world.office.office, given))
        finally:  # also when head office dies over it: it may have been committed
            if world.office.has_issued(issue_id):
                world.truth.issue((ledger_name(asset), lot or member_id), amount)
                world.coupons += [(lot, member_id)] if coupon else []

    def postman(self, c: Choice) -> object:
        """The postman has a turn: what was only stored, floats of tills that said hello, acts that waited."""
        posted = self._world.office.postman_turn()
        self._world.counts["postman turns"] += posted
        return posted or None

    def min_client(self, c: Choice) -> object:
        """Head office wants newer programs than tills have, for a while: they get no rights, and say all they have."""
        world = self._world
        oldest = PROTOCOL_VERSION + 1 if c.below(3) == 0 else 1
        try:
            set_min_client(world.office.office, oldest)
        finally:  # also when head office dies over it
            world.note_min_client()
        return True

    def revoke(self, c: Choice) -> object:
        """A till is stolen, or is held to be: it trades no more, and says what it has."""
        world = self._world
        shop = c.of([each for each in world.shops if each.is_lane])
        machine = shop.machine
        if machine is None or not world.healthy(machine) or world.branches[machine.name].life == ("", ""):
            return None
        terminal_id, _ = life = world.branches[machine.name].life
        world.truth.revoked.add(life)  # also when head office dies over it
        return self._decide("revocations", lambda: revoke(world.office.office, terminal_id, "manager", "stolen"))

    def seal(self, c: Choice) -> object:
        """Somebody wants a store's day to be final, and says of lanes that never opened that they did not trade."""
        world = self._world
        open_days = world.office.unsealed_days()
        if not open_days:
            return None
        store_id, on = c.of(open_days)
        days, day = StoreDays(world.office.office), date.fromisoformat(on)
        for lane in world.office.missing_lanes(store_id, day) if c.below(2) else ():
            self._decide("not trading", partial(days.not_trading, store_id, lane, day, "manager"))
        return self._decide("seals", lambda: days.seal(store_id, day, "manager", "auditor"))

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
