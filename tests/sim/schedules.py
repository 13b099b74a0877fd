"""Directed schedules: orders of messages that chance meets too seldom, one for each rule of the handshake.

With the rule in force the schedule ends well; without it an invariant breaks.
"""

from pathlib import Path

from pos_app.sync.wire.http import HELLO, PUSH, RIGHTS
from pos_app.sync.worker import SyncWorker
from tests.sim.lanes import Lane, Waits
from tests.sim.machine import Machine, Request, image_of
from tests.sim.world import World

MOST_TURNS = 200


class Director:
    """Leads one till's push lane through an exchange, message by message."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.machine: Machine = world.machines[0]

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
        worker, request_no = till.worker, 1_000 + turns
        assert till.machine.process is not None
        ask = till.machine.process.lanes["ask"]
        ask.start(lambda worker=worker, request_no=request_no: worker.request_rights(world.members[0], 10, request_no))
        while (request := till.asked(ask)) is None or request.path != RIGHTS:
            till.go_on(ask, request)
        world.answer(request)
        till.restart()
        assert till.machine.process is not None
        pull = till.machine.process.lanes["pull"]
        pull.start(till.worker._pull._work)
        for _ in range(turns):
            if not pull.is_idle:
                till.go_on(pull)
        till.restart()
    world.settle()
