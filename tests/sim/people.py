"""What people do at the tills, on the real desks."""

from datetime import timedelta

from pos_app.domain.members import Purpose
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.member_models import SignUp
from tests.sim.chance import Choice
from tests.sim.founding import ITEMS
from tests.sim.machine import Process
from tests.sim.truth import demand
from tests.sim.world import World, attempt, trading

MOST_MEMBERS = 12
HUNDRED = 100


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
        attempt(world, "ring", process.machine, lambda: process.checkout.add_item(item_id, 1))
        attempt(world, "attach", process.machine, lambda: process.checkout.attach(who))
        if redeems:
            attempt(world, "redeem", process.machine, lambda: self._redeem(process, c))
        return True

    def pay(self, c: Choice) -> object:
        process = trading(self._world, c)
        return process and attempt(self._world, "pay", process.machine, lambda: self._pay(process))

    def _pay(self, process: Process) -> None:
        world, machine = self._world, process.machine
        priced = process.checkout.state().priced
        if priced is None:
            raise Refused("sale.empty")
        due = priced.due_minor
        done = process.checkout.pay((TenderAsked(TenderKind.CARD, due, reference="r"),) if due else ())
        world.hear(machine)
        branch = world.branches[machine.name]
        sale = branch.facts[-1]
        told = (done.earned_points, done.spent_points)
        facts = (sum(points for _, points in sale.earned), sum(points for _, points in sale.spent))
        demand(told == facts, "V5 told", told=told, facts=facts)
        world.truth.printed(done.receipt_no, done.sale_id, branch)
        world.counts["redeemed"] += bool(done.spent_points)

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
        if state.proposed_date > world.time.today() + timedelta(days=1):
            return None
        return attempt(world, "open", process.machine, lambda: process.day.open_day(0))

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
