"""The threads of a program as greenlets: they run only when a step says so, and can be killed wherever they wait.

The real lanes, link and desks run unchanged; whatever would block them gives the turn back to the world instead.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

_T = TypeVar("_T")


class Killed(BaseException):
    """The process died here."""


class Waits(Enum):
    """What a lane waits for."""

    NOTHING = auto()  # no work in hand
    TURN = auto()  # a step that lets it go on
    ANSWER = auto()  # head office
    LOCK = auto()  # another lane of its process


class Lane:
    """One thread of one process."""

    def __init__(self, name: str, done: Callable[["Lane", BaseException | None], None]) -> None:
        self.name = name
        self.waits = Waits.NOTHING
        self.asked: int = 0  # the request whose answer it waits for
        self.point = ""  # where it waits
        self._done = done
        self._let: greenlet | None = None

    @property
    def is_idle(self) -> bool:
        """Say whether it has no work in hand."""
        return self._let is None

    def start(self, work: Callable[[], object]) -> None:
        """Begin a piece of work; it runs until it first waits."""
        assert self._let is None, self.name

        def run() -> None:
            error: BaseException | None = None
            try:
                work()
            except Killed:
                return
            except BaseException as raised:  # noqa: BLE001 - the world decides what it means
                error = raised
            self._let, self.waits = None, Waits.NOTHING
            self._done(self, error)

        self._let = greenlet(run)
        self._let.lane = self
        self._let.switch()

    def go_on(self, answer: Any = None) -> None:
        """Give it the turn, with what it waited for."""
        assert self._let is not None, self.name
        self._let.switch(answer)

    def kill(self) -> None:
        """End it where it waits."""
        if self._let is not None:
            let, self._let = self._let, None
            self.waits = Waits.NOTHING
            let.throw(Killed)


def wait(waits: Waits, point: str = "", asked: int = 0) -> Any:
    """Give the turn back to the world from inside a lane; return what the lane is woken with."""
    here = getcurrent()
    lane: Lane = here.lane  # type: ignore[attr-defined]
    lane.waits, lane.point, lane.asked = waits, point, asked
    answer = here.parent.switch()
    lane.waits = Waits.NOTHING
    return answer


def in_lane() -> bool:
    """Say whether a lane is running, and not the world itself."""
    return getcurrent().parent is not None


class LinkLock:
    """The lock of a link among lanes that take turns; who waits for it may also give up, as after a timeout."""

    def __init__(self) -> None:
        self.held = False

    def acquire(self, timeout: float = -1) -> bool:
        while self.held:
            if wait(Waits.LOCK) is False:
                return False
        self.held = True
        return True

    def release(self) -> None:
        self.held = False


class StoreLane:
    """The lane of the till's database: every piece of work is a step of its own, before which anything may happen."""

    def __init__(self) -> None:
        self.is_dead = False

    def call(self, work: Callable[[], _T]) -> _T:
        if self.is_dead:
            raise Killed
        if in_lane():
            wait(Waits.TURN)
        return work()
