"""One contract for every scanner with a life of its own: the camera on a video, and the scripted one."""

import threading

import cv2
import numpy as np
import pytest
import segno

from pos_app.devices.base import DeviceState
from pos_app.devices.scanners.camera import Camera, CameraObservers, CameraOptions
from pos_app.devices.scanners.simulated import ScriptedScan, SimulatedScanner

CODES = ["M0012345678901", "M0099999999904"]


class Seen:
    """What the scanner said, from its threads."""

    def __init__(self):
        self.scans, self.states = [], []
        self.ended = threading.Event()

    def scan(self, scan):
        self.scans.append(scan)

    def state(self, status):
        self.states.append(status)
        if status.state is DeviceState.STOPPED:
            self.ended.set()


def camera(seen, tmp_path):
    writer = cv2.VideoWriter(str(tmp_path / "c.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (320, 320))
    for content in CODES:
        rows = np.array([list(row) for row in segno.make_qr(content).matrix_iter(scale=8, border=4)])
        code = np.where(rows > 0, 0, 255).astype(np.uint8)
        picture = cv2.resize(code, (320, 320), interpolation=cv2.INTER_AREA)
        for _ in range(8):
            writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    return Camera(CameraOptions(str(tmp_path / "c.avi")), CameraObservers(seen.scan, seen.state))


def scripted(seen, tmp_path):
    return SimulatedScanner([ScriptedScan(code, 0.2) for code in CODES], seen.scan, seen.state)


@pytest.fixture(params=[camera, scripted])
def scanner_and_seen(request, tmp_path):
    seen = Seen()
    scanner = request.param(seen, tmp_path)
    yield scanner, seen
    scanner.stop()
    assert scanner.join(3.0)


def test_each_code_is_scanned_once_in_order(scanner_and_seen):
    scanner, seen = scanner_and_seen

    scanner.start()

    assert seen.ended.wait(10.0)
    assert scanner.join(3.0)
    assert [(scan.text, scan.symbology) for scan in seen.scans] == [(code, "QR") for code in CODES]


def test_times_grow_and_sources_are_named(scanner_and_seen):
    scanner, seen = scanner_and_seen

    scanner.start()

    assert seen.ended.wait(10.0)
    assert scanner.join(3.0)
    first, second = seen.scans
    assert first.at_s < second.at_s
    assert {scan.source for scan in seen.scans} <= {"camera", "simulated"}


def test_it_runs_before_it_scans_and_is_stopped_at_the_end(scanner_and_seen):
    scanner, seen = scanner_and_seen

    scanner.start()

    assert seen.ended.wait(10.0)
    states = [status.state for status in seen.states]
    assert DeviceState.RUNNING in states
    assert states[-1] is DeviceState.STOPPED


def test_starting_twice_is_starting_once(scanner_and_seen):
    scanner, seen = scanner_and_seen

    scanner.start()
    scanner.start()

    assert seen.ended.wait(10.0)
    assert scanner.join(3.0)
    assert len(seen.scans) == len(CODES)


def test_a_scanner_that_is_stopped_says_nothing_more(scanner_and_seen):
    scanner, seen = scanner_and_seen
    scanner.start()

    scanner.stop()

    assert scanner.join(3.0)
    assert seen.states[-1].state is DeviceState.STOPPED
    assert len(seen.scans) < len(CODES)
