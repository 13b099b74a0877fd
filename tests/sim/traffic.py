"""What the programs' lanes and the line between them do."""

from dataclasses import replace

import msgspec

from pos_app.errors import Unavailable
from pos_app.sync.wire.http import FEED
from pos_app.sync.wire.messages import FeedAnswer
from tests.sim.chance import Choice
from tests.sim.lanes import Waits
from tests.sim.machine import Process
from tests.sim.world import World

MOST_WAITING = 60  # messages under way
MOST_ASTRAY = 10


class Traffic:
    """Lanes that take turns, and messages that come, get lost, come twice, late, or to the wrong asker."""

    def __init__(self, world: World) -> None:
        self._world = world

    def wake(self, c: Choice) -> object:
        """A lane that sleeps begins a round."""
        world = self._world
        running = world.running()
        if not running:
            return None
        process = c.of(running).process
        return process and self._wake(process, c.of(("push", "push", "pull")))

    def _wake(self, process: Process, name: str) -> object:
        lane, worker = process.lanes[name], process.worker
        if worker is None or not lane.is_idle:
            return None
        lane.start(worker._push._work if name == "push" else worker._pull._work)
        self._after(process)
        return lane

    def turn(self, c: Choice) -> object:
        """A lane that can go on goes on."""
        ready = self._world.waiting(Waits.TURN, Waits.LOCK)
        if not ready:
            return self.wake(c)
        machine, lane = c.of(ready)
        process = machine.process
        lane.go_on()
        if process is not None:
            self._after(process)
        return lane

    def _after(self, process: Process) -> None:
        self._world.hear(process.machine)
        self._world.check_trusted(process.machine)

    def deliver(self, c: Choice) -> object:
        """The line carries a message: mostly the oldest, sometimes any."""
        world = self._world
        if world.down and (not world.up or c.below(2)):
            return self._down(c)
        if world.up:
            return self._up(c)
        return self.turn(c)

    def _up(self, c: Choice) -> object:
        world = self._world
        late = world.astray and c.happens(15)
        request = world.astray.pop(c.below(len(world.astray))) if late else world.up.pop(_which(c, len(world.up)))
        if request.machine.name in world.cut_off:
            world.counts["cut off"] += 1
            return request
        reply = world.answer(request)
        if reply is not None:
            world.down.append((request, reply))
        return request

    def _down(self, c: Choice) -> object:
        """An answer comes; one to a connection that is gone reaches nobody."""
        world = self._world
        request, reply = world.down.pop(_which(c, len(world.down)))
        process = request.machine.process
        if request.machine.name in world.cut_off:
            world.counts["cut off"] += 1
            return request
        for lane in () if process is None else process.lanes.values():
            if lane.waits is Waits.ANSWER and lane.asked == request.number:
                lane.go_on(reply)
                self._after(process)
                break
        return request

    def lose(self, c: Choice) -> object:
        """A request or an answer is gone."""
        world = self._world
        lost: object = None
        if c.below(2) and world.up:
            lost = world.up.pop(c.below(len(world.up)))
        elif world.down:
            lost = world.down.pop(c.below(len(world.down)))
        world.counts["lost"] += lost is not None
        return lost

    def double(self, c: Choice) -> object:
        """A request arrives twice, the copy at once or much later."""
        world = self._world
        if not world.up or len(world.up) > MOST_WAITING:
            return None
        world.counts["doubled"] += 1
        copy, bag = c.of(world.up), c.of((world.up, world.astray))
        bag.append(copy)
        del world.astray[:-MOST_ASTRAY]
        return True

    def late(self, c: Choice) -> object:
        """An old answer reaches whoever asks the same: a cache, or a connection mixed up."""
        world = self._world
        asking = [(request, reply) for request, reply in world.old if request.machine.process is not None]
        if not asking:
            return None
        request, reply = c.of(asking)
        process = request.machine.process
        for lane in () if process is None else process.lanes.values():
            if lane.waits is Waits.ANSWER and lane.point == request.target and lane.asked != request.number:
                world.counts["stale answers"] += 1
                lane.go_on(reply)
                self._after(process)
                return lane
        return None

    def spoil(self, c: Choice) -> object:
        """A page of the feed is not what head office sent, and still reads well."""
        down = self._world.down
        pages = [n for n, (request, reply) in enumerate(down) if request.path == FEED and reply.status == 200]
        if not pages:
            return None
        n = c.of(pages)
        request, reply = down[n]
        page = msgspec.json.decode(reply.body, type=FeedAnswer)
        if not page.items:
            return None
        items = list(page.items)
        k = c.below(len(items))
        items[k] = msgspec.structs.replace(items[k], entity_id=f"{items[k].entity_id}x")
        down[n] = (request, replace(reply, body=msgspec.json.encode(msgspec.structs.replace(page, items=items))))
        self._world.counts["spoilt pages"] += 1
        return True

    def give_up(self, c: Choice) -> object:
        """A lane has waited long enough."""
        waiting = self._world.waiting(Waits.ANSWER, Waits.LOCK)
        if not waiting:
            return None
        machine, lane = c.of(waiting)
        process = machine.process
        self._world.counts["timeouts"] += 1
        lane.go_on(False if lane.waits is Waits.LOCK else Unavailable("head_office.unreachable", cause="timeout"))
        if process is not None:
            self._after(process)
        return lane

    def cut(self, c: Choice) -> object:
        """A machine's line breaks."""
        machine = c.of(self._world.machines)
        self._world.counts["partitions"] += machine.name not in self._world.cut_off
        self._world.cut_off.add(machine.name)
        return True

    def mend(self, c: Choice) -> object:
        """A machine's line is mended."""
        cut_off = self._world.cut_off
        if not cut_off:
            return None
        cut_off.discard(c.of(sorted(cut_off)))
        return True


def _which(c: Choice, count: int) -> int:
    return c.below(count) if c.happens(25) else 0
