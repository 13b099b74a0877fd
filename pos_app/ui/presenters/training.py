"""Decides what a trainee is told: the task at hand, what is done, and how long it took so far."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.training import Progress, Task
from pos_app.errors import PosError
from pos_app.ui.presenters.tasks import TaskRunner


@dataclass(frozen=True, slots=True)
class TrainingFace:
    """The tasks with whether each is done, the one at hand (None: all are done), and the seconds since the start."""

    tasks: tuple[tuple[Task, bool], ...]
    current: Task | None
    seconds: int


class TrainingView(Protocol):
    """What shows the training's progress."""

    def show_training(self, face: TrainingFace) -> None: ...


class TrainingDesk(Protocol):
    """Reads from the facts what is done."""

    def progress(self) -> Progress: ...


class TrainingPresenter:
    """Asks the facts after each step; the clock stops with the last task. ``mono_ms`` never runs backwards."""

    def __init__(
        self,
        view: TrainingView,
        desk: TrainingDesk,
        tasks: TaskRunner,
        mono_ms: Callable[[], int],
        failed: Callable[[PosError], None],
    ) -> None:
        self._view, self._desk, self._tasks, self._mono_ms, self._failed = view, desk, tasks, mono_ms, failed
        self._began_ms: int | None = None
        self._seconds = 0
        self._progress = Progress(frozenset())

    def begin(self) -> None:
        """Start the clock with the first sign-in."""
        if self._began_ms is None:
            self._began_ms = self._mono_ms()
        self.look()

    def look(self) -> None:
        """See what is done by now."""
        self._tasks.run(self._desk.progress, self._seen, self._failed)

    def tick(self) -> None:
        """Show the time; called once a second."""
        if self._began_ms is not None and self._progress.next is not None:
            self._seconds = (self._mono_ms() - self._began_ms) // 1000
            self.show()

    def show(self) -> None:
        """Show everything, in the language in force."""
        tasks = tuple((task, task in self._progress.done) for task in Task)
        self._view.show_training(TrainingFace(tasks, self._progress.next, self._seconds))

    def _seen(self, progress: Progress) -> None:
        self._progress = progress
        self.show()
