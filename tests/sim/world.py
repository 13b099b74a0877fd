"""The world: tills, head office, the line between them, and what is looked at after every step.

Nothing here has a thread, a socket or a clock of its own. A step is one act with one number that decides all of its
choices, so that a script of steps can be played again, and shortened.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from head_office.catalogue import set_price
from pos_app.domain.events import DrawerOpened
from pos_app.domain.ids import grant_incarnation
from pos_app.domain.ledger import Grant
from pos_app.domain.posting import POINTS
from pos_app.domain.refunds import REFUND
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.sync.endpoints import Reply
from pos_app.sync.session import State
from pos_app.sync.wire.http import CHALLENGE, ENROL, FEED, HELLO, PUSH, TERMINAL_SIGNATURE
from pos_app.sync.wire.messages import PROTOCOL_VERSION, HelloAnswer
from tests.sim.audits import audit, check_holdings
from tests.sim.books import Books
from tests.sim.chance import Choice
from tests.sim.days import check_days, check_lanes
from tests.sim.founding import CASHIER, ITEMS, LANES, OPENING_POINTS, chain_of, till_image
from tests.sim.headquarters import Died, Headquarters, Time
from tests.sim.lanes import Lane, Waits
from tests.sim.machine import Image, Machine, Place, Process, Request, Secrets
from tests.sim.script import Profile, Step
from tests.sim.truth import Branch, Life, Pot, Truth, Violation, demand, ledger_name
from tests.till_kit import member

AUDIT_EVERY = 2_000
CALM_ROUNDS = 12
CALM_TURNS = 5_000
REMEMBERED = 20  # old answers
UNREADABLE = frozenset({"event.unknown", "event.malformed"})  # what a broken program finds in its own log
ENDED = frozenset({"fenced", "salvaged"})
BY_DESIGN = frozenset({"feed.resync_again", "feed.checksum"})  # Damaged, and a line can cause it


@dataclass
class Shop:
    """One lane of one store, and the machine that stands there now; or a place where a second copy sells."""

    store_id: str
    lane: int
    machine: Machine | None = None
    is_lane: bool = True


class World:
    """Everything there is, and what happened to it."""

    def __init__(self, seed: int, profile: Profile, root: Path) -> None:
        self.seed = seed
        self.profile = profile
        self.counts: Counter[str] = Counter()
        self.time = Time()
        self.root = Path(tempfile.mkdtemp(dir=root))
        chain = chain_of(profile.machines, profile.members)
        token = Random(f"head office {seed}").randbytes
        self.office = Headquarters(chain.office, self.time, self.root / "snapshots", token)
        self.members = [member(n).member_id for n in range(1, profile.members + 1)]
        self.truth = Truth(dict.fromkeys(self.members, OPENING_POINTS))
        self.books = Books(self.truth)
        self.up: list[Request] = []
        self.down: list[tuple[Request, Reply]] = []
        self.old: list[tuple[Request, Reply]] = []
        self.astray: list[Request] = []  # copies that come much later
        self.cut_off: set[str] = set()
        self.machines: list[Machine] = []
        self.branches: dict[str, Branch] = {}
        self.images: list[tuple[Image, Branch, Machine]] = []
        self.backups: list[tuple[Any, Books, dict[str, bytes]]] = []  # with the device keys of then
        self.phones = profile.members
        self.codes: dict[str, tuple[str, int]] = {}  # machine to enrolment code and when it was made
        self.admitted: dict[Life, Branch | None] = {}  # who shook hands last
        self.copies = self.issues = 0
        self.too_old: int | None = None  # the newest grant when tills became too old
        self.coupons: list[tuple[str, str]] = []  # lot, member
        self.step_no = 0
        self._heard: dict[str, int] = {}  # machine to how often its disk had changed when it was last heard
        self._requests = 0
        self._made = 0
        self._written = 0
        self._error: BaseException | None = None
        self.place = Place(self.up.append, self._count, self._done, CASHIER)
        self.shops = [Shop(store_id, lane) for store_id, lane in LANES[: profile.machines]]
        for shop, image in zip(self.shops, chain.tills, strict=True):
            shop.machine = self.new_machine()
            image.put_on(shop.machine)
            shop.machine.boot()
            self.enrolled(shop.machine)
            self.hear(shop.machine)
            terminal_id, epoch = self.branches[shop.machine.name].life
            self.truth.newest[terminal_id] = epoch
        self.books.read(self.office.raw)

    def close(self) -> None:
        """Let go of everything."""
        for each in self.machines:
            each.scrap()
        for image, *_ in self.images:
            image.disk.close()
        for raw, *_ in self.backups:
            raw.close()
        self.office.close()
        shutil.rmtree(self.root, ignore_errors=True)

    # ---- machines

    def new_machine(self, key_of: Machine | None = None) -> Machine:
        """Put up a machine on which the program was just installed; with the keys of another one if told."""
        self._made += 1
        made = Machine(self._made, self.seed, self.time, self.place, self.root)
        if key_of is not None:
            made.secrets = Secrets(key_of.secrets.kept)
        made.format(till_image())
        self.machines.append(made)
        self.branches[made.name] = Branch(("", ""))
        return made

    def enrolled(self, machine: Machine) -> None:
        """Note which life a machine has become."""
        assert machine.process is not None
        identity = machine.process.log.identity()
        assert identity is not None
        self.branches[machine.name].life = (identity.terminal_id, identity.epoch)
        machine.process.connect()

    def become(self, machine: Machine, code: str) -> None:
        """Enrol a machine; runs on its own lane."""
        assert machine.process is not None
        machine.process.enrol(code)
        self.enrolled(machine)
        self.counts["enrolments"] += 1

    def forget(self, machine: Machine) -> None:
        """Take a machine away for good; what is under way to it reaches nobody."""
        for shop in self.shops:
            if shop.machine is machine:
                shop.machine = None
        self.shops = [shop for shop in self.shops if shop.is_lane or shop.machine is not None]
        self.machines.remove(machine)
        self.cut_off.discard(machine.name)
        machine.scrap()

    def risk(self, machine: Machine, twice: Mapping[str, int]) -> None:
        """A disk has two histories from now on: so much of each ledger may be spent in both."""
        self.truth.tainted.add(self.branches[machine.name].life)
        self.truth.exposure.update(twice)

    def unfenced(self) -> list[Life]:
        """Return the lives that head office has not ended for good."""
        rows = self.office.raw.execute("SELECT terminal_id, epoch, status FROM life ORDER BY life_no").fetchall()
        return [(terminal_id, epoch) for terminal_id, epoch, status in rows if status not in ENDED]

    def gone(self) -> list[Life]:
        """Return the lives that no running machine has any more, and that were not ended for good yet."""
        there = {self.branches[each.name].life for each in self.running()}
        return [life for life in self.unfenced() if life not in there]

    def fence(self, life: Life) -> object:
        """Fence a life: what it held may turn out to be spent, so much more may now be spent than was earned."""
        self.truth.tainted.add(life)
        self.truth.exposure[REFUND] += self.own_rights(life)
        self.truth.exposure.update(self.forgotten(life))
        try:
            self.truth.exposure.update(self.office.fence(life))
        except Refused as error:
            self.counts[f"fence {error.code}"] += 1
        else:
            self.counts["fences"] += 1
        return True

    def note_min_client(self) -> None:
        """Note whether every till is older than head office wants, and what was granted until then."""
        self.too_old = self.office.newest_grant() if self.office.min_client() > PROTOCOL_VERSION else None
        self.counts["too old"] += self.too_old is not None

    def own_rights(self, life: Life) -> int:
        """Return the pieces that a life may take back by its own right, or has and not yet told."""
        untold = len(self.books.held[life])
        known = [branch for branch in self.branches.values() if branch.life == life]
        return max((sum(branch.own.values()) + branch.taken_back(untold) for branch in known), default=0)

    def forgotten(self, life: Life) -> Counter[str]:
        """Return what head office gave a life and a restore made it forget, of each ledger: it may give it again."""
        wanted = "SELECT g.gid FROM rights_grant AS g JOIN life USING (life_no) WHERE terminal_id = ? AND epoch = ?"
        known = {gid for (gid,) in self.office.raw.execute(wanted, life)}
        given: dict[str, Grant] = {}
        for branch in self.branches.values():
            given |= branch.grants if branch.life == life else {}
        lost: Counter[str] = Counter()
        for gid, grant in given.items():
            if gid not in known and grant_incarnation(gid):
                lost[ledger_name(grant.asset)] += grant.amount
        return lost

    def healthy(self, machine: Machine) -> bool:
        """Say whether head office has no reason to turn this machine away."""
        return self.truth.is_healthy(self.branches[machine.name].life)

    def running(self) -> list[Machine]:
        """Return the machines whose program runs."""
        return [each for each in self.machines if each.process is not None]

    def waiting(self, *waits: Waits) -> list[tuple[Machine, Lane]]:
        """Return the lanes that wait for one of these."""
        return [
            (each, lane)
            for each in self.machines
            if each.process is not None
            for lane in each.process.lanes.values()
            if lane.waits in waits
        ]

    # ---- steps

    def play(self, steps: Iterator[Step], acts: Callable[["World"], dict[str, Callable[[Choice], object]]]) -> None:
        """Take the steps one after another, and look at everything after each."""
        known = acts(self)
        for step in steps:
            self.step_no += 1
            self.time.ms += 40
            try:
                self.counts["idle"] += known[step.act](Choice(step.number)) is None
            except Died:
                self.office_died()
            if self._error is not None:
                raise self._error
            self.look()
            if self.step_no % AUDIT_EVERY == 0:
                audit(self.office.raw, self.books)

    # ---- looking

    def look(self) -> None:
        """Check what head office has written since."""
        if self.office.database.written == self._written:
            return
        self._written = self.office.database.written
        before = {life: len(facts) for life, facts in self.books.held.items()}
        grown = self.books.read(self.office.raw)
        self._check_sessions(before)
        if self.too_old is not None:
            demand(not self.office.given_since(self.too_old), "V1 given to an old program", since=self.too_old)
        self.counts["late adjustments"] += check_days(self.office.raw, self.books)
        for life in grown:
            self.counts["batches"] += 1
            self._check_life(life)
        if grown:
            check_lanes(self.office.raw, self.books)

    def _check_sessions(self, before: dict[Life, int]) -> None:
        """V8: after a handshake head office takes facts of the history that shook hands, and of no other."""
        for life, facts in self.books.held.items():
            news = facts[before.get(life, 0) :]
            if not news or life not in self.admitted:
                continue
            branch = self.admitted[life]
            demand(branch is not None, "V8 no session", life=life, seq=news[0].seq)
            assert branch is not None
            known = branch.facts[news[0].seq - 1 : news[-1].seq]
            same = [fact.hash for fact in known] == [fact.hash for fact in news]
            demand(same, "V8 session of another history", life=life, seq=news[0].seq)

    def _check_life(self, life: Life) -> None:
        if life in self.truth.tainted:
            return
        for each in self.machines:
            branch = self.branches[each.name]
            if branch.life == life and branch.is_true:
                waiting = self.books.waiting_of(life)
                check_holdings(self.office.raw, each.disk.conn, branch, self.books.posted[life], waiting)

    def hear(self, machine: Machine) -> None:
        """Take down what a machine has committed."""
        changes = machine.disk.conn.total_changes
        if machine.process is None or self._heard.get(machine.name) == changes:
            return
        self._heard[machine.name] = changes
        branch = self.branches[machine.name]
        told = len(branch.facts)
        newest = machine.disk.conn.execute("SELECT max(seq) FROM event").fetchone()[0] or 0
        if newest > told:
            events = machine.process.store.tables.log.after(told, 10_000, 10**9)
            self.truth.heard(branch, events)
            for event in events:
                self.counts[event.kind] += 1

    def _count(self) -> int:
        self._requests += 1
        return self._requests

    def _done(self, lane: Lane, error: BaseException | None) -> None:
        """Look at how a lane's round ended. Called inside the lane: what is wrong is raised by the step."""
        if error is None:
            return
        if isinstance(error, PosError) and not (isinstance(error, Damaged) and error.code not in BY_DESIGN):
            self.counts[error.code] += 1
            return
        self._error = error if isinstance(error, AssertionError) else Violation("unexpected", error=repr(error))
        self._error.__cause__ = error

    def check_trusted(self, machine: Machine) -> None:
        """V8, V10: what a till takes for acknowledged is held; no healthy one is told to enrol again or locked out.

        One refusal is not counted, ``terminal.signature``: a till that changes its key tries several, so that such
        answers are under way, and nobody signs them. One that comes late is worth as much as a lost answer: nothing is
        written down, and the next handshake tries every key again.
        """
        process = machine.process
        if process is None or process.worker is None:
            return
        session = process.worker._rights._station.link._session
        if session.is_open and session.accepted_upto and session.incarnation == self.office.office.identity.incarnation:
            self._check_acknowledged(self.branches[machine.name], session.accepted_upto)
        if not self.healthy(machine):
            return
        problem = session.problem if session.problem != TERMINAL_SIGNATURE else ""
        self.counts["late refusals"] += session.problem != problem
        turned_away = session.state is State.RE_ENROL_NEEDED or bool(problem) or bool(process.store.tables.till.ended())
        demand(not turned_away, "V10", life=self.branches[machine.name].life, problem=session.problem)

    def _check_acknowledged(self, branch: Branch, upto: int) -> None:
        held = self.books.held[branch.life]
        same = upto <= min(len(held), len(branch.facts)) and held[upto - 1].hash == branch.facts[upto - 1].hash
        demand(same, "V8 acknowledged", life=branch.life, upto=upto, held=len(held), said=len(branch.facts))

    # ---- a good line

    def calmly(self, machine: Machine, lane_name: str, work: Callable[[], object]) -> None:
        """Run one piece of work over a line that brings everything at once."""
        assert machine.process is not None
        lane = machine.process.lanes[lane_name]
        lane.start(work)
        self._carry(machine, lane)

    def _carry(self, machine: Machine, lane: Lane, upto: str = "") -> Request | None:
        """Let a lane go on to its end, or until it asks for ``upto``: then return that request, unanswered."""
        for _ in range(CALM_TURNS):
            if lane.is_idle:
                break
            if lane.waits is Waits.ANSWER:
                request = next(each for each in self.up if each.number == lane.asked)
                self.up.remove(request)
                if request.path == upto:
                    return request
                self.hear(machine)
                lane.go_on(self.answer(request))
            else:
                lane.go_on()
        else:
            raise Violation("V16", lane=lane.name, waits=lane.waits, point=lane.point)
        self.hear(machine)
        self.look()
        if self._error is not None:
            raise self._error
        return None

    def _until_asked(self, machine: Machine, lane_name: str, work: Callable[[], object], path: str) -> Request:
        """Begin a round and leave it without an answer."""
        assert machine.process is not None
        lane = machine.process.lanes[lane_name]
        lane.start(work)
        request = self._carry(machine, lane, path)
        demand(request is not None, "V19 never asked", lane=lane_name, path=path)
        assert request is not None
        return request

    def answer(self, request: Request) -> Reply | None:
        """Let head office answer a request; None when it died over it."""
        self.counts[request.path.partition("/v1/")[2].partition("/")[0]] += 1
        try:
            reply = self.office.answer(request.method, request.target, request.headers, request.body)
        except Died:
            self.office_died()
            return None
        finally:
            if request.path == ENROL:
                self.truth.newest |= self.office.newest_epochs()
        if request.path in (CHALLENGE, HELLO) and reply.status == 200:
            self._shook_hands(request, reply)
        self.look()
        self.counts["refused"] += reply.status != 200
        self.old.append((request, reply))
        del self.old[:-REMEMBERED]
        return reply

    def office_died(self) -> None:
        """Start head office anew on what it had committed."""
        self.counts["office died at work"] += 1
        self.look()
        self.office.start()

    def _shook_hands(self, request: Request, reply: Reply) -> None:
        """Note whose history head office takes facts of from now on; none of a life that has asked for a nonce."""
        life = self.branches[request.machine.name].life
        self.admitted[life] = None
        if request.path == HELLO and msgspec.json.decode(reply.body, type=HelloAnswer).session:
            self.admitted[life] = self.branches[request.machine.name]

    def calm(self, machine: Machine) -> None:
        """Push and pull once."""
        process = machine.process
        assert process is not None
        assert process.worker is not None
        for name, work in (("push", process.worker._push._work), ("pull", process.worker._pull._work)):
            self.calmly(machine, name, work)
            self.check_trusted(machine)

    def settle(self) -> None:
        """V16: the faults stop; within a few rounds everything is told, and everybody agrees."""
        self.up.clear()
        self.down.clear()
        self.astray.clear()
        self.cut_off.clear()
        self.office.start()
        live = [shop.machine for shop in self.shops if shop.machine is not None]
        for each in self.machines:
            each.clock.ahead_ms, each.clock.stopped_at_ms = 0, None
            if each.process is not None or each in live:
                each.kill()
                each.boot()
        healthy = {self.branches[each.name].life for each in live if self.healthy(each)}
        for each in self.running():
            if self.branches[each.name].life not in healthy | {("", "")}:
                self.calm(each)  # tells what it has, if head office still takes it
        for life in self.unfenced():
            if life not in healthy:
                self.fence(life)
        for _ in range(CALM_ROUNDS):
            before = self._moves(live)
            while self.office.post_waiting():
                self.look()
            self.office.postman_turn()
            self.look()
            for each in live:
                if self.branches[each.name].life != ("", "") and self.healthy(each):
                    self.calm(each)
            if self._moves(live) == before and not self.office.recovers():
                break  # nobody has said anything new: another round would be this one again
        for each in live:
            if self.healthy(each):
                self._check_lanes_apart(each)
                self._check_agreement(each)
        self.look()
        audit(self.office.raw, self.books)
        self._check_pots()
        demand(not self.office.recovers(), "V17", incarnation=self.office.office.identity.incarnation)
        owed = {pot: amount for pot, amount in self.books.owed.items() if amount and not self._is_lost(pot)}
        demand(not owed, "V17", owed=owed)

    def _moves(self, live: Sequence[Machine]) -> list[object]:
        """Return what changes whenever head office or a till moves: facts, transfers, grants, feeds, cursors."""
        feeds = self.office.raw.execute("SELECT shard, pos FROM feed_head ORDER BY shard").fetchall()
        return [self.office.raw.total_changes, feeds, *(each.disk.conn.total_changes for each in live)]

    def _check_lanes_apart(self, machine: Machine) -> None:
        """V19: while a push gets no answer the pull brings the news, and while the pull gets none a push is taken."""
        process = machine.process
        assert process is not None
        assert process.worker is not None
        branch = self.branches[machine.name]
        push, pull = process.worker._push._work, process.worker._pull._work
        process.session.run(lambda unit: process.session.say(unit, DrawerOpened("apart")))
        self.hear(machine)
        set_price(self.office.office, ITEMS[0].barcode, 100 + self.step_no, None)
        stuck = self._until_asked(machine, "push", push, PUSH)
        self.calmly(machine, "pull", pull)
        head = self.office.raw.execute("SELECT pos FROM feed_head WHERE shard = 'global'").fetchone()[0]
        cursor = process.port.directory.cursor("global")
        demand(cursor is not None and cursor.pos == head, "V19 pull", life=branch.life, cursor=cursor, head=head)
        self.up.append(stuck)
        self._carry(machine, process.lanes["push"])
        process.session.run(lambda unit: process.session.say(unit, DrawerOpened("apart")))
        stuck = self._until_asked(machine, "pull", pull, FEED)
        self.calmly(machine, "push", push)
        demand(len(self.books.held[branch.life]) == len(branch.facts), "V19 push", life=branch.life)
        self.up.append(stuck)
        self._carry(machine, process.lanes["pull"])
        while self.office.post_waiting():
            self.look()

    def _is_lost(self, pot: Pot) -> bool:
        """Say whether this is owed to the lines of a sale that no machine can tell any more."""
        return pot[0] == REFUND and not self.books.given[pot] and bool(self.truth.tainted)

    def _check_agreement(self, machine: Machine) -> None:
        branch = self.branches[machine.name]
        held = self.books.posted[branch.life]
        demand(held == len(branch.facts), "V16 drained", life=branch.life, posted=held, said=len(branch.facts))
        waiting = self.books.waiting_of(branch.life)
        demand(not waiting or bool(self.truth.tainted), "V16 waits", life=branch.life, seqs=waiting)
        check_holdings(self.office.raw, machine.disk.conn, branch, held, waiting, at_rest=True)
        self._check_directory(machine)

    def _check_directory(self, machine: Machine) -> None:
        """V11, V12: what the till has been told of members is what head office says of them now."""
        assert machine.process is not None
        reader = machine.process.store._directory
        for member_id in self.members:
            record = reader.member(member_id)
            if record is not None and len(self.truth.person(member_id)) == 1:
                have, want = record.balance.points, self.books.totals[POINTS, member_id]
                demand(have == want, "V12", member=member_id, told=have, books=want)

    def _check_pots(self) -> None:
        """V5: what everybody has in the books is what they were given and earned, less what they spent."""
        given, issued = self.books.given_to_members(), self.truth.issued
        wrong = {pot: (given[pot], issued[pot]) for pot in given.keys() | issued.keys() if given[pot] != issued[pot]}
        more = any(have > want for have, want in wrong.values())
        demand(not more and not (wrong and not self.truth.tainted), "V16 issued", books_and_truth=wrong)
        if self.truth.tainted:
            return
        for ledger, owner in self.books.totals.keys() | self.truth.had.keys():
            pots = [(ledger, each) for each in self.truth.person(owner)]
            if ledger == REFUND and not self.books.given[ledger, owner]:
                continue  # nobody has asked for this right yet
            have = sum(self.books.totals[pot] + self.books.debts[pot] for pot in pots)
            want = self.truth.left((ledger, owner))
            demand(have == want, "V5", ledger=ledger, owner=owner, books=have, truth=want)


def trading(world: World, c: Choice) -> Process | None:
    """Return the process of a lane where somebody sells."""
    machine = c.of(world.shops).machine
    return None if machine is None else machine.process


def attempt(world: World, name: str, machine: Machine, work: Callable[[], object]) -> object:
    """Do what a person might try: a refusal is an answer, anything else is a bug."""
    try:
        work()
    except (Refused, Unavailable) as error:
        world.counts[f"{name} {error.code}"] += 1
    except PosError as error:
        babbled = not all(fact.sound for fact in world.branches[machine.name].facts)
        if not (babbled and error.code in UNREADABLE):
            raise Violation("unexpected", act=name, error=repr(error)) from error
    else:
        world.counts[name] += 1
    world.hear(machine)
    return True
