"""The postman: a thread that posts what pushes have only stored, a slice of one life at a time, lives in turn.

While backlogs come in he steps aside, for what is stored is safe and what is posted is only up to date: after a slice
in which one came he waits until none has come for a moment, yet never longer than two seconds. Between slices he brings
terminals that have said hello their float, so that no handshake waits for it.
"""

import logging
import queue
import threading
from types import TracebackType

from head_office import again
from head_office.floats import FloatDesk
from head_office.intake import Intake
from head_office.office import Office
from head_office.sessions import Caller
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import PosError

LOOK_AGAIN_S = 1.0  # another process may have stored, or may have left something behind
AFTER_ERROR_S = 5.0
QUIET_S = 0.5  # a terminal that goes on sending has sent its next batch by then
MOST_QUIETS = 4

log = logging.getLogger(__name__)


class Postman:
    """Works while its block runs; with several processes on PostgreSQL each has one, and they pass each other by."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._intake = Intake(office)
        self._floats = FloatDesk(office)
        self._greeted: queue.SimpleQueue[Caller] = queue.SimpleQueue()
        self._acted_as = ""  # the incarnation in which what waited for the end of a recovery was tried
        self._stored = office.stored
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def __enter__(self) -> "Postman":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_stopped.set()
        self._stored.set()
        self._thread.join()

    def greet(self, caller: Caller) -> None:
        """Bring a terminal its float, soon; at once where nobody serves. One that is lost comes with the next hello."""
        if not self._thread.is_alive():
            self._floats.greet(caller)
            return
        self._greeted.put(caller)
        self._stored.set()

    def _run(self) -> None:
        life_no = 0
        while not self._is_stopped.is_set():
            self._stored.clear()
            try:
                life_no = self._deliver(life_no)
            except PosError as error:
                log.warning("postman.waiting code=%s facts=%s", error.code, error.facts)
                self._is_stopped.wait(AFTER_ERROR_S)
            except Exception:
                log.critical("postman.failed", exc_info=True)
                self._is_stopped.wait(AFTER_ERROR_S)
            else:
                self._stored.wait(LOOK_AGAIN_S)

    def _deliver(self, life_no: int) -> int:
        """Post and bring floats until nothing waits; return whose turn it was last."""
        posted, brought = 1, True
        while (posted or brought) and not self._is_stopped.is_set():
            life_no, posted = self._intake.post_waiting(life_no)
            mark(CommitPoint.POSTMAN_POSTED_BEFORE_FLOAT)
            brought = self._bring_float()
            self._step_aside()
        incarnation = self._office.identity.incarnation
        if incarnation != self._acted_as and again.after_recovery(self._office) is not None:
            self._acted_as = incarnation
        return life_no

    def _bring_float(self) -> bool:
        try:
            caller = self._greeted.get_nowait()
        except queue.Empty:
            return False
        self._floats.greet(caller)
        return True

    def _step_aside(self) -> None:
        for _ in range(MOST_QUIETS):
            if not self._stored.is_set():
                return
            self._stored.clear()
            self._stored.wait(QUIET_S)
