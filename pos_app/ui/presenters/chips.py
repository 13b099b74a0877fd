"""From what workers and drivers report to the chips of the status bar and the sync centre's link."""

from dataclasses import dataclass
from typing import Protocol

from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.sync_centre_models import Download, Link, LinkStatus, Run

RUNS_KEPT = 20
DOWNLOADS = ("catalogue", "members", "programme", "points")  # one round brings all of them up to date
NAMES = {"printer": face.Device.PRINTER, "scanner": face.Device.SCANNER, "camera": face.Device.CAMERA}


class SyncReport(Protocol):
    """The sync worker's status by shape; see ``sync/status.py``."""

    @property
    def state(self) -> str:
        """Return ``online`` | ``offline`` | ``attention``."""
        ...

    @property
    def unsent(self) -> int:
        """Return how many facts wait."""
        ...

    @property
    def last_ok_at_ms(self) -> int | None:
        """Return when head office answered last."""
        ...

    @property
    def next_retry_at_ms(self) -> int | None:
        """Return when it is tried next."""
        ...

    @property
    def detail(self) -> str:
        """Return the error code, empty when all is well."""
        ...

    @property
    def pushed(self) -> int:
        """Return how many facts were sent since the start."""
        ...

    @property
    def pulled(self) -> int:
        """Return how many changes came since the start."""
        ...

    @property
    def put_aside(self) -> tuple[str, ...]:
        """Return what came and cannot be used: kind and id."""
        ...


class DeviceReport(Protocol):
    """A device's status by shape; see ``devices/base.py``."""

    @property
    def name(self) -> str:
        """Return ``printer`` | ``scanner`` | ``camera``."""
        ...

    @property
    def state(self) -> str:
        """Return ``stopped`` | ``starting`` | ``running`` | ``error``."""
        ...

    @property
    def detail(self) -> str:
        """Return the error code, empty when all is well."""
        ...

    @property
    def facts(self) -> dict[str, object]:
        """Return what fills the sentence."""
        ...


class Picture(Protocol):
    """A camera frame by shape: 8-bit grey, ``stride`` bytes a row."""

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        ...

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        ...

    @property
    def stride(self) -> int:
        """Return the bytes of one row."""
        ...

    @property
    def grey(self) -> bytes:
        """Return the pixels, rows from the top."""
        ...


class CameraScan(Protocol):
    """A code that the camera read."""

    @property
    def text(self) -> str:
        """Return what it says."""
        ...


def packed(frame: Picture) -> bytes:
    """Return the pixels of a frame without what pads its rows."""
    if frame.stride == frame.width:
        return frame.grey[: frame.width * frame.height]
    rows = (frame.grey[top : top + frame.width] for top in range(0, frame.stride * frame.height, frame.stride))
    return b"".join(rows)


def print_state(report: DeviceReport) -> face.PrintState:
    """Return what the printer's report means for the receipt that was just queued."""
    if report.facts.get("uncertain"):
        return face.PrintState.UNCERTAIN
    if not report.facts.get("waiting"):
        return face.PrintState.PRINTED
    return face.PrintState.WAITING if str(report.state) == "error" else face.PrintState.PRINTING


def sync_chip(report: SyncReport) -> face.SyncStatus:
    """Return what the status bar says of synchronising."""
    states = {"online": face.SyncState.SYNCED, "offline": face.SyncState.OFFLINE}
    state = states.get(str(report.state), face.SyncState.ATTENTION)
    if state is face.SyncState.SYNCED and report.unsent:
        state = face.SyncState.WAITING
    conflicts = 1 if state is face.SyncState.ATTENTION else 0
    return face.SyncStatus(state, report.unsent, conflicts, report.last_ok_at_ms, report.detail)


def device_chip(report: DeviceReport) -> face.DeviceChip | None:
    """Return what the status bar says of a device, None for one without a chip."""
    device = NAMES.get(report.name)
    if device is None:
        return None
    waiting = report.facts.get("waiting", 0)
    return face.DeviceChip(device, _device_state(report), waiting if isinstance(waiting, int) else 0)


def _device_state(report: DeviceReport) -> face.DeviceState:
    state = str(report.state)
    if state == "error":
        if report.detail == "printer.paper_out":
            return face.DeviceState.PAPER_OUT
        missing = report.detail.endswith((".unreachable", ".missing", ".gone", ".silent"))
        return face.DeviceState.MISSING if missing else face.DeviceState.FAULT
    known = {"running": face.DeviceState.READY, "stopped": face.DeviceState.OFF, "starting": face.DeviceState.BUSY}
    return known.get(state, face.DeviceState.FAULT)


@dataclass(slots=True)
class LinkDiary:
    """Remembers the sync worker's reports as the runs that the sync centre lists, newest first."""

    runs: tuple[Run, ...] = ()
    link: Link = Link.OFFLINE
    since_ms: int | None = None
    _pushed: int = 0
    _pulled: int = 0
    _detail: str = ""

    def take(self, report: SyncReport, now_ms: int) -> LinkStatus:
        """Take a report and return how the link stands."""
        links = {"online": Link.WAITING if report.unsent else Link.SYNCED, "offline": Link.OFFLINE}
        link = links.get(str(report.state), Link.ATTENTION)
        if link is not self.link or self.since_ms is None:
            self.link, self.since_ms = link, now_ms
        sent, received = report.pushed - self._pushed, report.pulled - self._pulled
        news = sent or received or (report.detail and report.detail != self._detail)
        if news:
            self.runs = (Run(now_ms, sent, received, 0, report.detail), *self.runs)[:RUNS_KEPT]
        self._pushed, self._pulled, self._detail = report.pushed, report.pulled, report.detail
        return LinkStatus(
            link=self.link,
            since_ms=self.since_ms,
            last_ok_ms=report.last_ok_at_ms,
            next_try_ms=report.next_retry_at_ms,
            downloads=tuple(Download(kind, report.last_ok_at_ms) for kind in DOWNLOADS),
            runs=self.runs,
            code=report.detail,
            put_aside=report.put_aside,
        )
