"""How a presenter has work done elsewhere: on a lane in the program, at once in a test."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from pos_app.errors import PosError

T = TypeVar("T")


class TaskRunner(Protocol):
    """Runs work off the window's thread, one piece at a time, and brings the answer back to it."""

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work``, then ``done`` with its answer or ``failed`` with its PosError."""
        ...
