"""How presenters have work done off the window's thread, and how answers are dropped once a screen has been left."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from pos_app.errors import PosError

T = TypeVar("T")
Answer = Callable[[T], None]


class TaskRunner(Protocol):
    """A lane by shape: runs work in order, answers on the caller's thread."""

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work``, then ``done`` with its result or ``failed`` with its PosError."""
        ...


class Errands:
    """The work of one screen. After ``close`` nothing is started and no answer is delivered."""

    def __init__(self, tasks: TaskRunner) -> None:
        self._tasks = tasks
        self._closed = False

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work`` like the lane does, for as long as the screen is there."""
        if not self._closed:
            self._tasks.run(work, self.kept(done), self.kept(failed))

    def close(self) -> None:
        """Leave the screen."""
        self._closed = True

    def kept(self, answer: Callable[[T], None]) -> Callable[[T], None]:
        """Return ``answer``, delivered for as long as the screen is there."""

        def deliver(value: T) -> None:
            if not self._closed:
                answer(value)

        return deliver


def whole(value: object) -> int:
    """Return a fact of an error as the number it is, 0 for anything else."""
    return value if isinstance(value, int) else 0


def drop_answer(_answer: object) -> None:
    """Take an answer that nobody waits for."""
