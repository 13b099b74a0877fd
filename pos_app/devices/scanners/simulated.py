"""A scanner that gives the scans of a script, for demos, training and tests."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_app.devices.base import DeviceState, DeviceStatus, Scan, ScanObserver, StatusObserver


@dataclass(frozen=True, slots=True)
class ScriptedScan:
    """``text`` comes ``after_s`` seconds after the scan before it, or after the start."""

    text: str
    after_s: float = 0.0
    symbology: str = "QR"


class SimulatedScanner:
    """Plays a script once, on its own thread."""

    def __init__(
        self,
        script: Sequence[ScriptedScan],
        on_scan: ScanObserver,
        on_status: StatusObserver,
        clock: Callable[[], float] = time.monotonic,
        name: str = "scanner",
    ) -> None:
        self.name = name
        self._script = tuple(script)
        self._on_scan = on_scan
        self._on_status = on_status
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin the script."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._play, name=self.name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the script where it is; returns at once."""
        self._stopping.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _play(self) -> None:
        self._on_status(DeviceStatus(self.name, DeviceState.RUNNING))
        for scan in self._script:
            if self._stopping.wait(scan.after_s):
                break
            self._on_scan(Scan(scan.text, scan.symbology, "simulated", self._clock()))
        self._on_status(DeviceStatus(self.name, DeviceState.STOPPED))
