"""Stand-ins for presenters without Qt: a view that remembers what it was told, and lanes that run at once or later."""

from collections.abc import Callable
from typing import Any

from pos_app.errors import PosError


class Told:
    """A view of any shape: whatever it is told to show, set, open or dismiss is remembered, newest last."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        if not name.startswith(("show_", "set_", "open_", "dismiss")):
            raise AttributeError(name)
        return lambda *values, **named: self.said.append((name, *values, *named.values()))

    def last(self, name: str) -> tuple[Any, ...] | None:
        """What ``name`` was last told, or None."""
        return next((tuple(values) for said, *values in reversed(self.said) if said == name), None)

    def names(self) -> list[str]:
        """What was told, without the values."""
        return [said for said, *_values in self.said]


class AtOnce:
    """A lane that does the work while it is asked."""

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[PosError], None]) -> None:
        try:
            result = work()
        except PosError as error:
            failed(error)
        else:
            done(result)


class Later:
    """A lane that does nothing until ``settle``: for what happens between the question and the answer."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Any, ...]] = []

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[PosError], None]) -> None:
        self.waiting.append((work, done, failed))

    def settle(self) -> None:
        """Do what waits, in order, as often as answers ask for more."""
        while self.waiting:
            self.step()

    def step(self) -> None:
        """Do the oldest of what waits, and answer it."""
        AtOnce().run(*self.waiting.pop(0))

    def work(self) -> None:
        """Do the oldest of what waits; its answer is on its way."""
        work, done, failed = self.waiting[0]
        result = work()
        self.waiting[0] = (lambda: result, done, failed)
