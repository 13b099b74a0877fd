"""Devices kept together: started, stopped at the same time, their states remembered and told."""

import threading
import time

from pos_app.devices.base import DeviceState, DeviceStatus
from pos_app.devices.supervisor import Supervisor

WELL = DeviceStatus("printer", DeviceState.RUNNING)
EMPTY = DeviceStatus("printer", DeviceState.ERROR, "printer.paper_out", {"waiting": 2})


class Lamp:
    """A device with a thread that needs a moment to end."""

    def __init__(self, name, report, ends_s=0.0):
        self.name = name
        self._report = report
        self._ends_s = ends_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def stop(self):
        self._stopping.set()

    def join(self, timeout_s):
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self):
        self._report(DeviceStatus(self.name, DeviceState.RUNNING))
        self._stopping.wait()
        threading.Event().wait(self._ends_s)
        self._report(DeviceStatus(self.name, DeviceState.STOPPED))


def test_a_change_is_told_once():
    supervisor, told = Supervisor(), []
    supervisor.observe(told.append)

    for status in (WELL, WELL, EMPTY, EMPTY, WELL):
        supervisor.report(status)

    assert told == [WELL, EMPTY, WELL]


def test_whoever_comes_late_learns_how_each_device_is():
    supervisor, told = Supervisor(), []
    supervisor.report(EMPTY)

    supervisor.observe(told.append)

    assert told == [EMPTY]


def test_a_device_that_was_never_started_is_stopped():
    supervisor = Supervisor()

    supervisor.add(Lamp("camera", supervisor.report))

    assert supervisor.states() == {"camera": DeviceStatus("camera", DeviceState.STOPPED)}


def test_all_devices_stop_at_the_same_time():
    supervisor = Supervisor()
    for name in ("printer", "camera", "scanner"):
        supervisor.add(Lamp(name, supervisor.report, ends_s=0.2))
    supervisor.start()

    began = time.monotonic()
    busy = supervisor.stop()

    assert busy == []
    assert time.monotonic() - began < 0.5
    assert {status.state for status in supervisor.states().values()} == {DeviceState.STOPPED}


def test_a_device_that_does_not_end_is_named_and_holds_up_nobody():
    supervisor = Supervisor()
    supervisor.add(Lamp("printer", supervisor.report, ends_s=5.0))
    supervisor.add(Lamp("camera", supervisor.report))
    supervisor.start()

    assert supervisor.stop(timeout_s=0.2) == ["printer"]


def test_one_device_can_be_started_and_stopped_alone():
    supervisor = Supervisor()
    for name in ("printer", "camera"):
        supervisor.add(Lamp(name, supervisor.report))
    supervisor.start(["camera"])

    supervisor.stop(["camera"])

    assert {name: status.state for name, status in supervisor.states().items()} == {
        "printer": DeviceState.STOPPED,
        "camera": DeviceState.STOPPED,
    }
