"""Keep the devices of one till: start and stop them together, remember how each is, tell whoever shows it."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from pos_app.devices.base import Device, DeviceState, DeviceStatus, StatusObserver

log = logging.getLogger(__name__)

STOP_S = 1.5


class Supervisor:
    """Give ``report`` to each device as its observer. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._devices: list[Device] = []
        self._observers: list[StatusObserver] = []
        self._states: dict[str, DeviceStatus] = {}

    def add(self, device: Device) -> None:
        """Take a device into care; it is stopped until ``start``."""
        with self._lock:
            self._devices.append(device)
            self._states.setdefault(device.name, DeviceStatus(device.name, DeviceState.STOPPED))

    def observe(self, observer: StatusObserver) -> None:
        """Tell ``observer`` of every change from now on, and first how each device is; on the devices' threads."""
        with self._lock:
            self._observers.append(observer)
            known = list(self._states.values())
        for status in known:
            observer(status)

    def report(self, status: DeviceStatus) -> None:
        """Take a device's new state and pass it on when it is new; logged once a change."""
        with self._lock:
            before = self._states.get(status.name)
            if before == status:
                return
            self._states[status.name] = status
            observers = list(self._observers)
        if before is None or (before.state, before.detail) != (status.state, status.detail):
            log.info("device.state name=%s state=%s detail=%s", status.name, status.state, status.detail)
        for observer in observers:
            observer(status)

    def states(self) -> dict[str, DeviceStatus]:
        """Return how each device is now."""
        with self._lock:
            return dict(self._states)

    def start(self, names: Iterable[str] | None = None) -> None:
        """Start all devices, or the named ones."""
        for device in self._named(names):
            device.start()

    def stop(self, names: Iterable[str] | None = None, timeout_s: float = STOP_S) -> list[str]:
        """Stop all devices, or the named ones, at the same time; return those still busy after ``timeout_s``."""
        devices = self._named(names)
        for device in devices:
            device.stop()
        ends = self._clock() + timeout_s
        return [device.name for device in devices if not device.join(max(0.0, ends - self._clock()))]

    def _named(self, names: Iterable[str] | None) -> list[Device]:
        wanted = None if names is None else set(names)
        with self._lock:
            return [device for device in self._devices if wanted is None or device.name in wanted]
