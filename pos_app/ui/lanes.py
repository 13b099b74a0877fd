"""Lanes: work one piece at a time on a thread of its own, with the answer back on the window's. No other threads.

A lane belongs to one resource (database, printer, network). What a lane owns is opened, used and closed on it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from pos_app.errors import PosError, Unavailable

T = TypeVar("T")


class Lane(QObject):
    """Runs work one piece at a time on its own thread; answers arrive on this object's.

    The QObject lives with its parent, never with a task, so a task that outlives the screen that asked for it cannot
    emit from a deleted object.
    """

    _answered = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._closed = False
        self._answered.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work`` on the lane, then ``done`` or, for a PosError, ``failed`` on the window's thread.

        Any other exception is raised on the window's thread, where the crash hook sees it. After ``close`` nothing runs
        and nothing answers.
        """
        if not self._closed:
            future = self._pool.submit(work)
            future.add_done_callback(partial(self._settled, done, failed))

    def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` on the lane and wait for its answer; from any thread but the window's and the lane's own.

        Raises what ``work`` raises, and Unavailable ``lane.closed`` once the lane takes no more work.
        """
        try:
            return self._pool.submit(work).result()
        except (RuntimeError, CancelledError) as error:
            if not self._closed:
                raise
            raise Unavailable("lane.closed") from error

    def wait_turn(self, most_s: float) -> None:
        """Wait until lane and window have done what they have in hand, at most so long; from a thread of neither.

        The way is that of any work: through the lane, and back to the window's thread when it comes to that.
        """
        free = threading.Event()
        self.run(free.is_set, lambda _answer: free.set(), lambda _error: free.set())
        free.wait(most_s)

    def close(self, *, wait: bool = True) -> None:
        """Drop what has not started, and with ``wait`` return only when the piece under way has ended."""
        self._closed = True
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _settled(self, done: Callable[[T], None], failed: Callable[[PosError], None], future: Future[T]) -> None:
        if not self._closed:
            self._answered.emit(partial(self._settle, future, done, failed))

    def _answer(self, settle: Callable[[], None]) -> None:
        if not self._closed:
            settle()

    @staticmethod
    def _settle(future: Future[T], done: Callable[[T], None], failed: Callable[[PosError], None]) -> None:
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, PosError):
            failed(error)
        else:
            raise error
