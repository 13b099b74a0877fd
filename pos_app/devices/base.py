"""What every device shares: its states, what scanners and printers hand over, and the small Protocols of drivers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pos_app.errors import PosError


class DeviceState(StrEnum):
    """Where a device is in its life; the status bar shows it."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The state of one device at one moment. ``detail`` is an error code or empty; ``facts`` fill its sentence."""

    name: str  # "printer", "scanner", "camera": what the shop calls it
    state: DeviceState
    detail: str = ""
    facts: dict[str, object] = field(default_factory=dict)


class StatusObserver(Protocol):
    """Takes each change of a device. Called on the device's own thread: hop to yours and return at once."""

    def __call__(self, status: DeviceStatus, /) -> None: ...


class Device(Protocol):
    """What the supervisor starts and stops. All calls return at once."""

    name: str

    def start(self) -> None:
        """Begin work on the device's own thread; a second start is the same as one."""
        ...

    def stop(self) -> None:
        """Ask the device to end. Returns at once; ``join`` waits."""
        ...

    def join(self, timeout_s: float) -> bool:
        """Wait until the device's threads have ended; False when they have not by then."""
        ...


@dataclass(frozen=True, slots=True)
class Scan:
    """One code that counts. ``at_s`` is monotonic; ``text`` is free of control characters except GS (GS1's FNC1)."""

    text: str
    symbology: str  # "QR", "EAN13", "EAN8", "UPCA", "CODE128", or "" when the scanner does not say
    source: str  # "camera", "wedge", "simulated"
    at_s: float


class ScanObserver(Protocol):
    """Takes each scan, on the scanner's thread: hop to yours and return at once."""

    def __call__(self, scan: Scan, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A grey picture: one byte a pixel, ``stride`` bytes a row, 0 is black."""

    width: int
    height: int
    stride: int
    grey: bytes

    def __post_init__(self) -> None:
        assert self.stride >= self.width > 0 < self.height, self
        assert len(self.grey) >= self.stride * (self.height - 1) + self.width, self


@dataclass(frozen=True, slots=True)
class Code:
    """What a decoder read in one picture, before anybody decides whether it counts."""

    text: str
    symbology: str


class Decoder(Protocol):
    """Reads codes in a picture; never raises for what a picture holds."""

    def decode(self, frame: Frame) -> list[Code]:
        """Return the codes found, none twice; blocks 5 to 50 ms at 720p."""
        ...


class Outcome(StrEnum):
    """What became of a job that was handed to a printer."""

    PRINTED = "printed"  # the printer said so, or took all of it and cannot say
    UNCERTAIN = "uncertain"  # bytes left, nobody knows what reached paper
    FAILED = "failed"  # no byte can have reached paper: it may be sent again


@dataclass(frozen=True, slots=True)
class Delivery:
    """The end of one job. ``detail`` is a code such as ``printer.paper_out``, empty when all is well."""

    outcome: Outcome
    detail: str = ""


class Link(Protocol):
    """An open way to a printer that was ready a moment ago; for one job."""

    def deliver(self, job: bytes, *, confirm: bool = True) -> Delivery:
        """Send one job and learn what became of it; blocks up to 8 s. Never raises for what the device does.

        With ``confirm`` False nobody waits for paper, which a drawer pulse has none of.
        """
        ...

    def close(self) -> None:
        """Let the printer go; calling it twice does no harm."""
        ...


class Transport(Protocol):
    """A way to reach one printer. Used on the spool's thread only."""

    def open(self) -> Link:
        """Connect and make sure the printer is ready; blocks up to 5 s.

        Raises:
            Unavailable: ``printer.unreachable``, ``printer.silent``, ``printer.nonsense``, ``printer.offline``,
                ``printer.cover_open``, ``printer.paper_out``, ``printer.fault``; nothing was printed.
        """
        ...


def error_status(name: str, error: PosError) -> DeviceStatus:
    """Return the status that ``error`` puts the device in."""
    return DeviceStatus(name, DeviceState.ERROR, error.code, error.facts)
