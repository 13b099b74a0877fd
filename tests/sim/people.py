"""What people do at the tills, on the real desks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias, TypeVar

from head_office.intake import POSTED_AT_ONCE
from pos_app.domain.events import DrawerOpened, Sale
from pos_app.domain.ledger import Asset
from pos_app.domain.members import Purpose
from pos_app.domain.posting import POINTS
from pos_app.domain.refunds import STORED, lot_of, sold_line
from pos_app.services.member_models import SignUp
from pos_app.services.ports import Unit
from tests.sim.chance import Choice
from tests.sim.counter import pay, take_back
from tests.sim.founding import ITEMS
from tests.sim.machine import Process
from tests.sim.truth import COUPON, Said, demand, ledger_name
from tests.sim.world import World, attempt, trading

MOST_MEMBERS = 12
HUNDRED = 100
LATELY = 12
DAYS_AHEAD = 2
STORED_VALUE = frozenset(map(ledger_name, STORED.values()))

_T = TypeVar("_T")
Sold: TypeAlias = tuple[Said, int, int]  # sale, line, pieces


class People:
    """Cashiers and their customers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def ring(self, c: Choice) -> object:
        process = trading(self._world, c)
        item_id = c.of(ITEMS).item_id
        return process and attempt(self._world, "ring", process.machine, lambda: process.checkout.add_item(item_id, 1))

    def attach(self, c: Choice) -> object:
        process = trading(self._world, c)
        who = c.of(self._world.members)
        return process and attempt(self._world, "attach", process.machine, lambda: process.checkout.attach(who))

    def redeem(self, c: Choice) -> object:
        process = trading(self._world, c)
        return process and attempt(self._world, "redeem", process.machine, lambda: self._redeem(process, c))

    def _redeem(self, process: Process, c: Choice) -> object:
        if c.below(4) == 0:
            return process.checkout.redeem_item(c.of(ITEMS).item_id)
        card = process.checkout.state().member
        usable = 0 if card is None else card.usable_here
        return process.checkout.redeem_points((1 + c.below(max(1, usable // HUNDRED))) * HUNDRED)

    def serve(self, c: Choice) -> object:
        """A member buys something, and may spend points on it."""
        world = self._world
        process = trading(world, c)
        if process is None:
            return None
        item_id, who, redeems = c.of(ITEMS).item_id, c.of(world.members), c.below(2)
        attempt(world, "ring", process.machine, lambda: process.checkout.add_item(item_id, 1 + c.below(3)))
        attempt(world, "attach", process.machine, lambda: process.checkout.attach(who))
        if redeems:
            attempt(world, "redeem", process.machine, lambda: self._redeem(process, c))
        return True

    def pay(self, c: Choice) -> object:
        process = trading(self._world, c)
        return process and attempt(self._world, "pay", process.machine, lambda: self._pay(process, c))

    def _pay(self, process: Process, c: Choice) -> None:
        world, machine = self._world, process.machine
        lot, is_held = self._presented(process)
        lot = lot if c.below(3) else ""
        done = pay(process, stored=bool(c.below(2)), lot=lot, at_risk=not is_held and c.below(3) == 0)
        world.hear(machine)
        branch = world.branches[machine.name]
        sale = branch.facts[-1]
        told = (done.earned_points, done.spent_points)
        facts = tuple(
            sum(amount for ledger, _, amount in changes if ledger == POINTS) for changes in (sale.earned, sale.spent)
        )
        demand(told == facts, "V5 told", told=told, facts=facts)
        world.truth.printed(done.receipt_no, done.sale_id, branch)
        world.counts["redeemed"] += bool(done.spent_points)
        world.counts["stored value used"] += any(ledger in STORED_VALUE for ledger, _, _ in sale.spent)
        world.counts["coupons used"] += any(ledger == COUPON for ledger, _, _ in sale.spent)
        world.counts["coupons at risk"] += bool(sale.risked)

    def _presented(self, process: Process) -> tuple[str, bool]:
        """Return a coupon that the member in hand shows, and whether it is held here; used ones are shown too."""
        with process.store.view() as unit:
            current = unit.basket.current()
            member_id = None if current is None else current[0].basket.member_id
            held = [] if member_id is None else unit.holdings.of(member_id)
        here = [each.grant.lot for each in held if each.grant.asset is Asset.COUPON]
        shown = [lot for lot, who in self._world.coupons if who == member_id]
        return (here[0], True) if here else (shown[-1] if shown else "", False)

    def refund(self, c: Choice) -> object:
        """Goods come back, mostly those that were sold lately; the receipt may be of any till."""
        world = self._world
        process = trading(world, c)
        sold = None if process is None else self._granted(process, c) or self._sold(c, world.truth.sales)
        if process is None or sold is None:
            return None

        def come_back() -> None:
            of = take_back(process, *sold)
            world.counts["refunds by grant"] += not of.has_right

        return attempt(world, "refund", process.machine, come_back)

    def ask_refund(self, c: Choice) -> object:
        """Ask head office for the right to take back what another till sold, or this one on an earlier day."""
        truth = self._world.truth
        sold = self._sold(c, truth.closed if c.below(4) else truth.sales)
        if sold is None:
            return None
        said, line_no, pieces = sold
        sale = said.fact
        assert isinstance(sale, Sale)
        lot = lot_of(sale.sale_id, line_no)
        return self._ask(trading(self._world, c), "ask refund", sale.member_id or "", pieces, Asset.REFUND, lot)

    def ask_coupon(self, c: Choice) -> object:
        """Ask head office for a coupon that somebody shows."""
        world = self._world
        process = trading(world, c)
        if process is None or not world.coupons:
            return None
        lot, _ = self._presented(process)
        lot, member_id = (lot, dict(world.coupons)[lot]) if lot else _lately(c, world.coupons)
        return self._ask(process, "ask coupon", member_id, 1, Asset.COUPON, lot)

    def ask_value(self, c: Choice) -> object:
        """Ask head office for stored value."""
        who, amount = c.of(self._world.members), 100 * (1 + c.below(60))
        return self._ask(trading(self._world, c), "ask value", who, amount, Asset.VALUE)

    def _ask(
        self, process: Process | None, name: str, member_id: str, amount: int, asset: Asset, lot: str = ""
    ) -> object:
        world = self._world
        if process is None or process.worker is None or not process.lanes["ask"].is_idle:
            return None
        desk, lane = process.worker._rights, process.lanes["ask"]

        def ask() -> None:
            number = process.session.run(lambda unit: unit.till.next_number("request"))
            lane.start(lambda: desk.request(member_id, amount, number, asset=asset, lot=lot))

        return attempt(world, name, process.machine, ask)

    def _sold(self, c: Choice, sales: Sequence[Said]) -> Sold | None:
        if not sales:
            return None
        said = _lately(c, sales)
        assert isinstance(said.fact, Sale)
        line = c.of(said.fact.lines)
        return said, line.line_no, 1 + c.below(line.quantity)

    def _granted(self, process: Process, c: Choice) -> Sold | None:
        """Return what this till was given the right to take back, mostly, where it was."""
        if c.below(4) == 0:
            return None
        with process.store.view() as unit:
            rights = [each.holding for each in unit.holdings.live() if each.holding.grant.asset is Asset.REFUND]
        if not rights:
            return None
        right = c.of(rights)
        sale_id, line_no = sold_line(right.grant.lot) or ("", 0)
        for said in reversed(self._world.truth.sales):
            sale = said.fact  # of this name; a copy of the disk may have sold something else under it
            if isinstance(sale, Sale) and sale.sale_id == sale_id and line_no in {line.line_no for line in sale.lines}:
                return said, line_no, 1 + c.below(right.remaining)
        return None

    def rush(self, c: Choice) -> object:
        """More is said at once than head office posts in one go."""
        process = trading(self._world, c)
        if process is None or process.worker is None:
            return None

        def rush(unit: Unit) -> None:
            for _ in range(POSTED_AT_ONCE + 10):
                process.session.say(unit, DrawerOpened("rush"))

        return attempt(self._world, "rush", process.machine, lambda: process.session.run(rush))

    def cancel(self, c: Choice) -> object:
        process = trading(self._world, c)
        return process and attempt(self._world, "cancel", process.machine, process.checkout.cancel)

    def day(self, c: Choice) -> object:
        """Close the day, or open the next one when its time has come."""
        world = self._world
        process = trading(world, c)
        if process is None:
            return None
        state = process.day.state()
        if state.is_open:
            return attempt(world, "close", process.machine, lambda: process.day.close_day({}))
        if state.proposed_date > world.time.today() + timedelta(days=DAYS_AHEAD):
            return None
        sure_of = state.proposed_date
        return attempt(world, "open", process.machine, lambda: process.day.open_day(0, sure_of=sure_of))

    def join(self, c: Choice) -> object:
        """Somebody joins; now and then with a phone that has joined in another store."""
        world = self._world
        process = trading(world, c)
        if process is None or len(world.members) >= MOST_MEMBERS:
            return None
        if not c.happens(30):
            world.phones += 1
        form = SignUp(f"138{world.phones:08d}", f"会员{world.phones}", agreed=frozenset({Purpose.MEMBERSHIP}))

        def join() -> None:
            world.members.append(process.members.sign_up(form).member.member_id)

        return attempt(world, "join", process.machine, join)

    def release(self, c: Choice) -> object:
        """The till hands back what it should hold no longer."""
        process = trading(self._world, c)
        return process and attempt(self._world, "release", process.machine, process.rights.hand_back)

    def ask(self, c: Choice) -> object:
        """Ask head office for what the attached member lacks here."""
        process = trading(self._world, c)
        if process is None or process.worker is None or not process.lanes["ask"].is_idle:
            return None
        worker, lane, points = process.worker, process.lanes["ask"], (1 + c.below(40)) * HUNDRED

        def ask() -> None:
            need = process.rights.short_for(points)
            lane.start(lambda: worker.request_rights(need.member_id, need.amount, need.request_no))

        return attempt(self._world, "ask", process.machine, ask)


def _lately(c: Choice, things: Sequence[_T]) -> _T:
    """Return one of the newest things mostly, sometimes any."""
    return c.of(things[-LATELY:] if c.below(4) else things)
