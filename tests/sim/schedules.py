"""Directed schedules: orders of messages that chance meets too seldom, one for each rule of the handshake.

With the rule in force the schedule ends well; without it an invariant breaks.
"""

from pathlib import Path

from head_office.enrolment import new_code
from pos_app.sync.wire.http import HELLO, PUSH, RIGHTS
from pos_app.sync.worker import SyncWorker
from tests.sim.counter import pay
from tests.sim.headquarters import image_of as image_of_office
from tests.sim.lanes import Lane, Waits
from tests.sim.machine import Machine, Request, image_of
from tests.sim.world import World

MOST_TURNS = 200
ROUNDS = 6


class Director:
    """Leads one till's push lane through an exchange, message by message."""

    def __init__(self, world: World, machine: Machine | None = None) -> None:
        self.world = world
        self.machine: Machine = machine or world.machines[0]

    @property
    def lane(self) -> Lane:
        assert self.machine.process is not None
        return self.machine.process.lanes["push"]

    def say(self) -> None:
        """Let the till say something, without telling it yet."""
        process = self.machine.process
        assert process is not None
        process.checkout.add_item(1)
        process.checkout.cancel()
        process.checkout.add_item(1)
        self.world.hear(self.machine)

    @property
    def worker(self) -> SyncWorker:
        """Return the sync of the process that runs now."""
        assert self.machine.process is not None
        assert self.machine.process.worker is not None
        return self.machine.process.worker

    def asks(self, path: str) -> Request:
        """Let a push round go on, all answers coming at once, until it asks for ``path``; return that request."""
        if self.lane.is_idle:
            self.lane.start(self.worker._push._work)
        for _ in range(MOST_TURNS):
            request = self.asked(self.lane)
            if request is not None and request.path == path:
                return request
            self.go_on(self.lane, request)
        raise AssertionError(path)

    def asked(self, lane: Lane) -> Request | None:
        """Take the request that a lane waits for out of the line; None when it waits for something else."""
        if lane.waits is not Waits.ANSWER:
            return None
        request = next(each for each in self.world.up if each.number == lane.asked)
        self.world.up.remove(request)
        return request

    def go_on(self, lane: Lane, request: Request | None = None) -> None:
        """Let a lane go on, with the answer to its request if it has one under way."""
        request = request or self.asked(lane)
        lane.go_on(None if request is None else self.world.answer(request))
        self.look()

    def finish(self) -> None:
        """Let the round end, all answers coming at once."""
        while not self.lane.is_idle:
            self.go_on(self.lane)

    def carry(self, request: Request) -> None:
        """Bring a request and its answer."""
        self.go_on(self.lane, request)

    def look(self) -> None:
        """Look at everything."""
        self.world.hear(self.machine)
        self.world.check_trusted(self.machine)
        self.world.look()

    def sell(self) -> None:
        """Sell something, and print the receipt."""
        process = self.machine.process
        assert process is not None
        process.checkout.add_item(1)
        done = pay(process, stored=False)
        self.world.hear(self.machine)
        self.world.truth.printed(done.receipt_no, done.sale_id, self.world.branches[self.machine.name])

    def ask(self, amount: int, number: int) -> Lane:
        """Begin to ask for points of the first member."""
        assert self.machine.process is not None
        lane, worker, who = self.machine.process.lanes["ask"], self.worker, self.world.members[0]
        lane.start(lambda: worker.request_rights(who, amount, number))
        return lane

    def asks_for_rights(self, lane: Lane) -> Request:
        """Let a lane go on until it asks for rights; return that request."""
        while (request := self.asked(lane)) is None or request.path != RIGHTS:
            self.go_on(lane, request)
        return request

    def push(self) -> None:
        """Send everything."""
        self.world.calmly(self.machine, "push", self.worker._push._work)
        self.look()

    def restart(self) -> None:
        """The till's process dies and is started again."""
        self.machine.kill()
        self.machine.boot()


def old_hello(world: World) -> None:
    """Rule 1: a copy of a hello comes long after the till has said more."""
    till = Director(world)
    hello = till.asks(HELLO)
    till.carry(hello)
    till.finish()
    till.say()
    till.push()
    world.answer(hello)
    till.restart()
    till.push()


def returned_nonce(world: World) -> None:
    """Rule 2: head office is started anew between a hello and its copy, while the till goes on."""
    till = Director(world)
    hello = till.asks(HELLO)
    till.carry(hello)
    till.finish()
    world.office.start()
    till.say()
    till.push()
    world.answer(hello)
    till.restart()
    till.push()


def late_push(world: World) -> None:
    """Rule 3: a push of a history that was set back comes after the till has begun another one."""
    till = Director(world)
    till.push()
    before = image_of(till.machine, Path(world.root, "before"))
    branch = world.branches[till.machine.name].copy()
    till.say()
    push = till.asks(PUSH)
    till.machine.kill()
    before.put_on(till.machine)
    before.disk.close()
    world.risk(till.machine, {})
    world.branches[till.machine.name] = branch
    branch.is_true = False
    till.machine.boot()
    till.push()
    world.answer(push)


def push_after_challenge(world: World) -> None:
    """Rule 4: a push comes while the next handshake is under way."""
    till = Director(world)
    till.push()
    till.say()
    push = till.asks(PUSH)
    till.restart()
    till.asks(HELLO)
    world.answer(push)


def another_greeting(world: World) -> None:
    """Rule 5: a till that was set back waits for its greeting, and gets the one that its former self waited for."""
    till = Director(world)
    till.push()
    before = image_of(till.machine, Path(world.root, "before"))
    branch = world.branches[till.machine.name].copy()
    for _ in range(2):
        till.say()
    till.push()
    till.restart()
    greeting = world.answer(till.asks(HELLO))
    till.machine.kill()
    before.put_on(till.machine)
    before.disk.close()
    world.risk(till.machine, {})
    world.branches[till.machine.name] = branch
    branch.is_true = False
    till.machine.boot()
    till.asks(HELLO)
    till.lane.go_on(greeting)
    till.look()
    till.finish()


def torn_page(world: World) -> None:
    """A till dies at the n-th step of a pull that brings a grant, for every n."""
    till = Director(world)
    for turns in range(1, 25):
        world.answer(till.asks_for_rights(till.ask(10, 1_000 + turns)))
        till.restart()
        assert till.machine.process is not None
        pull = till.machine.process.lanes["pull"]
        pull.start(till.worker._pull._work)
        for _ in range(turns):
            if not pull.is_idle:
                till.go_on(pull)
        till.restart()
    world.settle()


def late_grant(world: World) -> None:
    """Rights reach a till after head office was put back to before it gave them, and gave them to another."""
    first, second = Director(world), Director(world, world.machines[1])
    for machine in world.machines:
        world.calm(machine)
    world.office.postman_turn()
    backup, books = image_of_office(world.office.raw), world.books.copy()
    ask = first.ask(_available(world), 1)
    late = world.answer(first.asks_for_rights(ask))
    world.books = books
    world.office.restore(backup)
    backup.close()
    for machine in ROUNDS * world.machines:  # they hear of the new incarnation, then tell it what they have
        if world.office.recovers():
            world.calm(machine)
    assert not world.office.recovers()
    again = second.ask(_available(world), 1)
    while not again.is_idle:
        second.go_on(again)
    ask.go_on(late)
    while not ask.is_idle:
        first.go_on(ask)
    world.settle()


def _available(world: World) -> int:
    """Return what head office holds of the first member's points."""
    wanted = "SELECT sum(credit - debit) FROM account WHERE ledger = 'POINTS' AND kind = 'available' AND owner = ?"
    return int(world.office.raw.execute(wanted, [world.members[0]]).fetchone()[0])


def forgotten_enrolment(world: World) -> None:
    """A lane is enrolled, head office is put back to before that, its acts are lost, and the lane is enrolled again."""
    backup, books = image_of_office(world.office.raw), world.books.copy()
    first = _replacement(world)
    first.push()
    world.books = books
    world.office.restore(backup, with_acts=False)
    backup.close()
    second = _replacement(world)
    second.push()


def _replacement(world: World) -> Director:
    """Enrol a new machine for the first lane, and sell with it."""
    machine = world.new_machine()
    machine.boot()
    shop = world.shops[0]
    code = new_code(world.office.office, shop.store_id, shop.lane)
    world.calmly(machine, "enrol", lambda: world.become(machine, code))
    world.calm(machine)
    assert machine.process is not None
    machine.process.day.open_day(0)
    till = Director(world, machine)
    till.sell()
    return till
