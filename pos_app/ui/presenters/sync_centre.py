"""Decides what the sync centre shows: how head office stands, what waits, what ran lately."""

from collections.abc import Callable
from typing import Protocol

from pos_app.errors import PosError
from pos_app.ui.presenters.sync_centre_models import KindCount, LinkStatus, SyncBoard
from pos_app.ui.presenters.tasks import Errands, TaskRunner


class SyncCentreView(Protocol):
    """What the sync centre can show."""

    def show_board(self, board: SyncBoard, now_ms: int) -> None: ...
    def show_problem(self, error: PosError) -> None: ...


class UnsentDesk(Protocol):
    """What head office has not seen yet."""

    def by_kind(self) -> dict[str, int]: ...


class SyncCentrePresenter:
    """Shows the newest state. ``try_now`` asks the sync lane to start a run at once; it never blocks.

    ``now_ms`` is the wall clock, UTC milliseconds.
    """

    def __init__(
        self,
        view: SyncCentreView,
        desk: UnsentDesk,
        tasks: TaskRunner,
        try_now: Callable[[], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._view, self._desk, self._try_now, self._now_ms = view, desk, try_now, now_ms
        self._errands = Errands(tasks)
        self._status = LinkStatus()
        self._board = SyncBoard(self._status)

    def update(self, status: LinkStatus) -> None:
        """Take the newest state of the sync lane and count anew what waits."""
        self._status = status
        self._errands.run(self._desk.by_kind, self._show, self._view.show_problem)

    def try_now(self) -> None:
        """Ask for a run at once."""
        self._try_now()

    def tick(self) -> None:
        """Let the times on the screen move; called about once a second while it is shown."""
        self._view.show_board(self._board, self._now_ms())

    def close(self) -> None:
        """Leave the screen; answers still under way are dropped."""
        self._errands.close()

    def _show(self, waiting: dict[str, int]) -> None:
        kinds = tuple(KindCount(kind, count) for kind, count in waiting.items() if count)
        self._board = SyncBoard(self._status, tuple(sorted(kinds, key=lambda kind: (-kind.count, kind.kind))))
        self.tick()
