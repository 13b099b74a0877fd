"""One thread that does one round after another until it is stopped, and waits longer the more rounds fail."""

import logging
import threading
from collections.abc import Callable

from pos_app.errors import Damaged, PosError, Refused
from pos_app.sync.backoff import CAP_S, delay_s
from pos_app.sync.status import Clock, LaneReport, StatusBoard
from pos_app.sync.wire import http

AT_ONCE = frozenset({http.SESSION_UNKNOWN, http.NONCE_UNKNOWN, http.PUSH_GAP, http.REPLAYED, "head_office.changed"})
MAX_AT_ONCE = 3  # in a row, then even these wait once
BUG = "sync.bug"

log = logging.getLogger(__name__)


class Lane:
    """Runs ``work`` on a thread of its own.

    Args:
        name: of the thread, and of the lane on the board.
        work: one round; returns how many seconds the lane may then sleep unless woken. Raises PosError.
        looked_in: called when somebody wakes the lane while it backs off: it may count, it must not send.
        ended: called on the thread when it ends.
        chance: uniform in [0, 1).
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], float],
        looked_in: Callable[[], None],
        ended: Callable[[], None],
        board: StatusBoard,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._name = name
        self._work = work
        self._looked_in = looked_in
        self._ended = ended
        self._board = board
        self._clock = clock
        self._chance = chance
        self._signal = threading.Event()
        self._now = False
        self._stopped = False
        self._failures = 0
        self._again = 0
        self._last_code = ""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopped(self) -> bool:
        """Say whether ``stop`` was called: a round in progress ends at the next step."""
        return self._stopped

    def start(self) -> None:
        """Begin; the first round runs at once."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do; a lane that backs off goes on waiting."""
        self._signal.set()

    def now(self) -> None:
        """Ask for a round at once, even from one that backs off."""
        self._now = True
        self._signal.set()

    def stop(self) -> None:
        """Ask the thread to end; ``join`` waits for it."""
        self._stopped = True
        self._signal.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread and say whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._rounds()
        finally:
            self._ended()

    def _rounds(self) -> None:
        while True:
            self._signal.clear()
            self._now = False
            if self._stopped:  # after clear, or a stop just before it would be slept over
                return
            pause_s, backs_off = self._round()
            if backs_off:
                self._wait_out(pause_s)
            else:
                self._signal.wait(pause_s)

    def _round(self) -> tuple[float, bool]:
        """Do one round; return the pause in seconds and whether it is a punishment."""
        try:
            pause_s = self._work()
        except PosError as error:
            return self._after(error)
        except Exception:
            if self._stopped:
                return 0.0, False
            log.critical("sync.round_failed lane=%s", self._name, exc_info=True)
            return self._after(Damaged(BUG))
        self._failures, self._again, self._last_code = 0, 0, ""
        self._board.report(self._name, LaneReport(tried=True))
        return pause_s, False

    def _after(self, error: PosError) -> tuple[float, bool]:
        if self._stopped:
            return 0.0, False
        if error.code in AT_ONCE and self._again < MAX_AT_ONCE:
            self._again += 1
            return 0.0, False
        self._failures += 1
        self._again = 0
        retry_after_ms = error.facts.get("retry_after_ms")
        pause_s = delay_s(self._failures, self._chance(), retry_after_ms if isinstance(retry_after_ms, int) else None)
        needs_somebody = isinstance(error, Refused | Damaged) and error.code not in AT_ONCE
        if needs_somebody:
            pause_s = max(pause_s, CAP_S)
        if error.code != self._last_code:
            level = logging.WARNING if needs_somebody else logging.INFO
            log.log(level, "sync.waiting lane=%s code=%s facts=%s", self._name, error.code, error.facts)
            self._last_code = error.code
        self._board.report(
            self._name,
            LaneReport(
                tried=True,
                failures=self._failures,
                code=error.code,
                needs_somebody=needs_somebody,
                next_retry_at_ms=self._clock.now_ms() + round(pause_s * 1000),
            ),
        )
        return pause_s, True

    def _wait_out(self, pause_s: float) -> None:
        until_ms = self._clock.mono_ms() + pause_s * 1000
        while not (self._stopped or self._now):
            left_s = (until_ms - self._clock.mono_ms()) / 1000
            if left_s <= 0 or not self._signal.wait(left_s):
                return
            self._signal.clear()
            if not (self._stopped or self._now):
                self._look_in()

    def _look_in(self) -> None:
        try:
            self._looked_in()
        except PosError as error:
            log.info("sync.no_count lane=%s code=%s", self._name, error.code)
