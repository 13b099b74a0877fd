"""How synchronising stands, for the status bar and the sync centre."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol


class Clock(Protocol):
    """The only way to the time."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        ...

    def mono_ms(self) -> int:
        """Return milliseconds that never run backwards."""
        ...


class SyncState(StrEnum):
    """``ATTENTION``: waiting will not mend it, somebody must act."""

    ONLINE = "online"
    OFFLINE = "offline"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """One moment of synchronising.

    ``unsent`` counts facts that head office is not known to hold. ``last_ok_at_ms`` is the last answer, and
    ``next_retry_at_ms`` the next try while there is none (UTC); None when there is none. ``detail`` is an error code,
    empty when all is well. ``pushed`` and ``pulled`` count since the program started, ``quarantined`` what head office
    kept aside of it, ``taken_anew`` shards whose checksum was wrong. ``put_aside`` names what this till keeps aside of
    head office's, kind and id: it cannot be read or carried out. ``ended`` is the code for which head office ended
    this life, however the line is; empty while it trades. ``head_office_offset_ms`` is head office's clock minus ours
    when last heard.
    """

    state: SyncState = SyncState.OFFLINE
    unsent: int = 0
    last_ok_at_ms: int | None = None
    next_retry_at_ms: int | None = None
    detail: str = ""
    pushed: int = 0
    pulled: int = 0
    quarantined: int = 0
    taken_anew: int = 0
    put_aside: tuple[str, ...] = ()
    head_office_offset_ms: int | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class LaneReport:
    """How one lane's last round went. ``failures`` in a row; ``code`` is empty after a success."""

    tried: bool = False
    failures: int = 0
    code: str = ""
    needs_somebody: bool = False
    next_retry_at_ms: int | None = None


class StatusBoard:
    """Joins what the lanes report into one status and tells ``listener`` of each change, on the reporting thread.

    The listener is called under the board's lock, so that changes arrive in order; it may read ``status``, which takes
    no lock, and must not report.

    A pull that failed once does not count yet: long polls are cut all the time, and the next try shows the truth.
    """

    def __init__(self, listener: Callable[[SyncStatus], None], clock: Clock) -> None:
        self._listener = listener
        self._clock = clock
        self._lock = threading.Lock()
        self._lanes: dict[str, LaneReport] = {}
        self._tolerated: dict[str, int] = {}
        self._status = SyncStatus()
        self._notice = ""

    def expect(self, lane: str, tolerated_failures: int) -> None:
        """Name a lane whose first success is needed to be online."""
        self._lanes[lane] = LaneReport()
        self._tolerated[lane] = tolerated_failures

    def status(self) -> SyncStatus:
        """Return the newest status; never blocks."""
        return self._status

    def report(self, lane: str, report: LaneReport) -> None:
        """Take how a lane's round went."""
        with self._lock:
            self._lanes[lane] = report
            self._publish(self._status)

    def notice(self, code: str) -> None:
        """Show ``code`` as something that somebody must look at, until it is taken back with ""."""
        with self._lock:
            self._notice = code
            self._publish(self._status)

    def put_aside(self, names: tuple[str, ...]) -> None:
        """Show what is kept aside of what head office published; empty when nothing is."""
        with self._lock:
            self._publish(replace(self._status, put_aside=names))

    def heard(self, server_time_ms: int) -> None:
        """Note that head office answered just now."""
        now_ms = self._clock.now_ms()
        with self._lock:
            self._publish(replace(self._status, last_ok_at_ms=now_ms, head_office_offset_ms=server_time_ms - now_ms))

    def ended(self, code: str) -> None:
        """Take what is written down about the end of this life; empty while it trades."""
        with self._lock:
            self._publish(replace(self._status, ended=code))

    def count(
        self,
        *,
        pushed: int = 0,
        pulled: int = 0,
        quarantined: int = 0,
        taken_anew: int = 0,
        unsent: int | None = None,
    ) -> None:
        """Add to the counters; ``unsent`` replaces the number."""
        with self._lock:
            status = self._status
            self._publish(
                replace(
                    status,
                    pushed=status.pushed + pushed,
                    pulled=status.pulled + pulled,
                    quarantined=status.quarantined + quarantined,
                    taken_anew=status.taken_anew + taken_anew,
                    unsent=status.unsent if unsent is None else unsent,
                )
            )

    def _publish(self, status: SyncStatus) -> None:
        worst = self._worst()
        if status.ended:
            retry_ms = None if worst is None else worst.next_retry_at_ms
            status = replace(status, state=SyncState.ATTENTION, detail=status.ended, next_retry_at_ms=retry_ms)
        elif self._notice and (worst is None or not worst.needs_somebody):
            status = replace(status, state=SyncState.ATTENTION, detail=self._notice, next_retry_at_ms=None)
        elif worst is None:
            status = replace(status, state=SyncState.ONLINE, detail="", next_retry_at_ms=None)
        else:
            state = SyncState.ATTENTION if worst.needs_somebody else SyncState.OFFLINE
            status = replace(status, state=state, detail=worst.code, next_retry_at_ms=worst.next_retry_at_ms)
        if status != self._status:
            self._status = status
            self._listener(status)

    def _worst(self) -> LaneReport | None:
        """Return the report that keeps us from being online; None if none does."""
        counted = [
            report
            for lane, report in self._lanes.items()
            if not report.tried or report.needs_somebody or report.failures > self._tolerated[lane]
        ]
        return max(counted, key=lambda report: (report.needs_somebody, report.failures), default=None)
