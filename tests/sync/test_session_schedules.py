"""Random orders of lost, doubled, late and misplaced messages, of crashes and restores, against the real session.

Weighted by hand so that sessions, pushes, forks and restores really happen: the counters are asserted too, since a
schedule that never gets as far as a push would accept any protocol.
"""

import random
from collections import Counter

import pytest

from pos_app.errors import Refused
from pos_app.sync.session import Accepted, Bound, State
from pos_app.sync.wire.messages import (
    Answer,
    ChallengeAnswer,
    ChallengeRequest,
    HelloAnswer,
    HelloRequest,
    Problem,
    PushAnswer,
    PushRequest,
)
from tests.sync.memory_ends import ListLog, TinyHeadOffice, new_session

SEEDS = 200
STEPS = 250
Request = ChallengeRequest | HelloRequest | PushRequest


class World:
    """One terminal, one head office, and a network whose messages lie in two bags until chance delivers them."""

    def __init__(self, seed: int, *, restores: int = 0, rollbacks: int = 0) -> None:
        self.chance = random.Random(seed)
        self.restores_left, self.rollbacks_left = restores, rollbacks
        self.log = ListLog()
        self.office = TinyHeadOffice()
        self.bound = ""
        self.session = new_session()
        self.up: list[Request] = []
        self.down: list[tuple[Answer | Problem, str]] = []
        self.serial = 0
        self.rolled_back = False
        self.counts: Counter[str] = Counter()

    def run(self, steps: int) -> None:
        acts = {
            self.sell: 8,
            self.knock: 10,
            self.push: 14,
            self.deliver_up: 22,
            self.deliver_down: 22,
            self.lose: 3,
            self.give_up_waiting: 3,
            self.terminal_crashes: 1,
            self.head_office_crashes: 1,
            self.restore: 1,
            self.roll_back: 1,
        }
        for act in self.chance.choices(list(acts), list(acts.values()), k=steps):
            act()
            self.check()
        self.settle()

    def sell(self) -> None:
        self.serial += 1
        self.log.say(f"sale {self.serial}")

    def knock(self) -> None:
        if self.session.state is State.OFFLINE:
            self.serial += 1
            self.up.append(self.session.challenge(self.serial.to_bytes(32, "big")))

    def push(self) -> None:
        if self.session.state is State.IDLE:
            after = self.log.after(self.session.accepted_upto)
            request = self.session.batch(after[: self.chance.randint(1, 4)])
            if request is not None:
                self.up.append(request)

    def deliver_up(self) -> None:
        if not self.up:
            return
        request = self._take(self.up)
        session = request.session if isinstance(request, PushRequest) else ""
        self.counts[type(request).__name__] += 1
        try:
            self.down.append((self._answer(request), session))
        except Refused as error:
            self.counts[error.code] += 1
            self.down.append((Problem(error.code), session))

    def deliver_down(self) -> None:
        if self.down:
            self.receive(*self._take(self.down))

    def lose(self) -> None:
        for bag in (self.up, self.down):
            if bag and self.chance.random() < 0.5:
                bag.pop(self.chance.randrange(len(bag)))

    def give_up_waiting(self) -> None:
        self.session.failed()

    def terminal_crashes(self) -> None:
        self.session = new_session(self.bound)

    def head_office_crashes(self) -> None:
        self.office.crash()

    def restore(self) -> None:
        if self.restores_left and self.chance.random() < 0.5:
            self.restores_left -= 1
            self.counts["restores"] += 1
            self.office.restore(self.chance.randint(0, len(self.office.inbox)), f"{self.restores_left}-restored")

    def roll_back(self) -> None:
        """An old disk image: the log loses a suffix that head office may have; the process starts anew on it."""
        if self.rollbacks_left and self.log.events:
            self.rollbacks_left -= 1
            self.rolled_back = True
            self.counts["rollbacks"] += 1
            del self.log.events[self.chance.randrange(len(self.log.events)) :]
            self.session = new_session(self.bound)

    def check(self) -> None:
        if self.session.state is State.RE_ENROL_NEEDED:
            self.counts["re_enrol"] += 1
        if self.rolled_back:
            return
        held = [digest for digest, _body in self.office.inbox]
        assert held == [event.hash for event in self.log.events[: len(held)]]
        assert self.session.state not in (State.RE_ENROL_NEEDED, State.LOCKED), "a healthy terminal was turned away"
        assert self.office.forks == 0, "a healthy terminal was taken for a rolled-back one"

    def settle(self) -> None:
        """The faults stop: within a few exchanges the log has drained, or a rolled-back terminal was told so."""
        self.up.clear()
        self.down.clear()
        for _ in range(12):
            self.session.failed()
            if self.session.state is State.RE_ENROL_NEEDED:
                assert self.rolled_back
                return
            self.knock()
            self.push_all_steps()
        assert [digest for digest, _body in self.office.inbox] == [event.hash for event in self.log.events]

    def push_all_steps(self) -> None:
        request = self.session.batch(self.log.after(self.session.accepted_upto))
        if request is not None:
            self.up.append(request)
        while self.up or self.down:
            self.deliver_up_in_order()

    def deliver_up_in_order(self) -> None:
        if self.down:
            self.receive(*self.down.pop(0))
            return
        request = self.up.pop(0)
        session = request.session if isinstance(request, PushRequest) else ""
        try:
            self.down.append((self._answer(request), session))
        except Refused as error:
            self.down.append((Problem(error.code), session))

    def receive(self, answer: Answer | Problem, session: str) -> None:
        effects: tuple[object, ...] = ()
        match answer:
            case ChallengeAnswer():
                hello = self.session.challenged(answer, self.log.head())
                if hello is not None:
                    self.up.append(hello)
            case HelloAnswer():
                effects = self.session.greeted(answer)
                self.counts["sessions"] += self.session.state is State.IDLE and bool(effects)
            case PushAnswer():
                effects = self.session.pushed(answer)
                self.counts["acks"] += bool(effects)
            case Problem():
                self.session.refused(answer, session)
        for effect in effects:
            match effect:
                case Bound(incarnation):
                    self.bound = incarnation
                case Accepted(upto, _stable):
                    # What the terminal believes of the incarnation it talks to, that one really holds.
                    if self.session.incarnation == self.office.incarnation:
                        assert upto <= len(self.office.inbox)

    def _answer(self, request: Request) -> Answer:
        match request:
            case ChallengeRequest():
                return self.office.challenge(request)
            case HelloRequest():
                return self.office.hello(request)
            case PushRequest():
                return self.office.push(request)

    def _take(self, bag: list):
        """Mostly the oldest message, sometimes any; sometimes a copy stays to come again."""
        index = 0 if self.chance.random() < 0.7 else self.chance.randrange(len(bag))
        return bag[index] if self.chance.random() < 0.15 else bag.pop(index)


@pytest.mark.parametrize(
    ("restores", "rollbacks", "must_happen"),
    [
        (0, 0, ()),
        (2, 0, ("restores",)),
        (0, 1, ("rollbacks", "re_enrol")),
        (2, 1, ("rollbacks", "re_enrol", "restores")),
    ],
    ids=["network", "restore", "rollback", "everything"],
)
def test_no_order_of_faults_loses_doubles_or_turns_away(restores, rollbacks, must_happen):
    totals: Counter[str] = Counter()

    for seed in range(SEEDS):
        world = World(seed, restores=restores, rollbacks=rollbacks)
        try:
            world.run(STEPS)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, restores {restores}, rollbacks {rollbacks}: {error}") from error
        totals.update(world.counts)

    for happened in ("sessions", "acks", "nonce.unknown", "session.unknown", *must_happen):
        assert totals[happened] > 50, totals
