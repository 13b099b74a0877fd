"""Decides which paper of a past day is printed again."""

from collections.abc import Callable
from typing import Protocol

from pos_app.domain.till import DayPaper
from pos_app.errors import PosError
from pos_app.services.day_papers import Copied
from pos_app.ui.presenters.tasks import TaskRunner


class PapersView(Protocol):
    """What shows the papers."""

    def open_papers(self, papers: tuple[DayPaper, ...]) -> None: ...
    def dismiss(self) -> None: ...


class PaperDesk(Protocol):
    """The papers that are kept."""

    def papers(self) -> tuple[DayPaper, ...]: ...
    def reprint(self, paper_no: int) -> Copied: ...


class PastPapersPresenter:
    """One per window. ``copied`` is told which copy waits for the printer, ``failed`` why none does."""

    def __init__(
        self,
        view: PapersView,
        desk: PaperDesk,
        tasks: TaskRunner,
        copied: Callable[[Copied], None],
        failed: Callable[[PosError], None],
    ) -> None:
        self._view, self._desk, self._tasks = view, desk, tasks
        self._copied, self._failed = copied, failed

    def start(self) -> None:
        """Show the newest papers."""
        self._tasks.run(self._desk.papers, self._view.open_papers, self._failed)

    def reprint(self, paper_no: int) -> None:
        """Print a paper again, as a copy."""
        self._view.dismiss()
        self._tasks.run(lambda: self._desk.reprint(paper_no), self._copied, self._failed)
