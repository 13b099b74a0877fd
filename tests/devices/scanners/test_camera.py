"""The camera on generated videos and folders: reading, pacing, vanishing, newest picture only."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno

from pos_app.devices.base import Code, DeviceState
from pos_app.devices.scanners.camera import Camera, CameraObservers, CameraOptions
from pos_app.devices.scanners.decode import ChainDecoder
from pos_app.devices.scanners.pictures import FolderPictures, Pace, grey_frame, open_pictures, small_frame
from pos_app.errors import Unavailable

CARD = "M0012345678901"
SIZE = (640, 480)


def scene(rng, content=CARD, at=0):
    """One picture of a counter with a QR held before it: turned, tilted, blurred, noisy, unevenly lit."""
    rows = np.array([list(row) for row in segno.make_qr(content, error="m").matrix_iter(scale=7, border=4)], np.uint8)
    code = np.where(rows > 0, 20, 235).astype(np.uint8)
    side = code.shape[0]
    left, top = 180 + at % 7, 100 + at % 5
    corners = np.float32([[left, top], [left + 240, top + 18], [left + 222, top + 250], [left + 12, top + 228]])
    matrix = cv2.getPerspectiveTransform(np.float32([[0, 0], [side, 0], [side, side], [0, side]]), corners)
    picture = np.tile(np.linspace(60, 150, SIZE[0], dtype=np.uint8), (SIZE[1], 1))
    mask = cv2.warpPerspective(np.full_like(code, 255), matrix, SIZE)
    picture = np.where(mask > 127, cv2.warpPerspective(code, matrix, SIZE), picture)
    blurred = cv2.GaussianBlur(picture, (5, 5), 1.1).astype(np.int16)
    return np.clip(blurred + rng.normal(0, 9, blurred.shape), 0, 255).astype(np.uint8)


def write_video(path, pictures, fps=25.0):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, SIZE)
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def video(tmp_path, rng):
    empty = np.full((SIZE[1], SIZE[0]), 120, np.uint8)
    return write_video(tmp_path / "counter.avi", [empty] * 5 + [scene(rng, at=at) for at in range(20)])


class Watcher:
    """Takes what a camera says, from its threads."""

    def __init__(self):
        self.scans, self.states, self.frames = [], [], []
        self._news = threading.Condition()

    def observers(self, *, preview=False):
        return CameraObservers(self._scan, self._state, self._frame if preview else None)

    def _scan(self, scan):
        self._add(self.scans, scan)

    def _state(self, status):
        self._add(self.states, (status.state, status.detail))

    def _frame(self, frame):
        self._add(self.frames, frame)

    def _add(self, into, what):
        with self._news:
            into.append(what)
            self._news.notify_all()

    def wait(self, claim, seconds=10.0):
        with self._news:
            return self._news.wait_for(claim, seconds)


@pytest.fixture
def watch():
    return Watcher()


@pytest.fixture
def run(watch):
    """Start a camera and make sure that it ends."""
    cameras = []

    def start(source, *, preview=False, **more):
        options = CameraOptions(str(source), repeat=more.pop("repeat", False))
        camera = Camera(options, watch.observers(preview=preview), **more)
        cameras.append(camera)
        camera.start()
        return camera

    yield start
    for camera in cameras:
        camera.stop()
        assert camera.join(3.0)


def test_a_member_code_held_before_the_camera_is_one_scan(run, watch, video):
    run(video)

    assert watch.wait(lambda: (DeviceState.STOPPED, "camera.end") in watch.states)
    assert [(scan.text, scan.symbology, scan.source) for scan in watch.scans] == [(CARD, "QR", "camera")]
    assert watch.states[:2] == [(DeviceState.STARTING, ""), (DeviceState.RUNNING, "")]


def test_a_video_is_played_at_its_own_speed(run, watch, video):
    began = time.monotonic()
    run(video)

    assert watch.wait(lambda: (DeviceState.STOPPED, "camera.end") in watch.states)
    assert time.monotonic() - began >= 24 / 25


def test_stopping_takes_a_moment_only(run, watch, video):
    camera = run(video, repeat=True)
    assert watch.wait(lambda: watch.scans)

    began = time.monotonic()
    camera.stop()

    assert camera.join(2.0)
    assert time.monotonic() - began < 0.5
    assert watch.states[-1] == (DeviceState.STOPPED, "")


def test_a_stopped_camera_starts_again(run, watch, video):
    camera = run(video)
    assert watch.wait(lambda: watch.scans)
    camera.stop()

    camera.start()

    assert watch.wait(lambda: len(watch.scans) == 2)


def test_a_camera_that_is_not_there_says_so_and_is_found_when_it_comes(run, watch, tmp_path, rng):
    source = tmp_path / "camera"
    run(source)
    assert watch.wait(lambda: (DeviceState.ERROR, "camera.missing") in watch.states)

    hold_up(source, rng)

    assert watch.wait(lambda: watch.scans)
    assert watch.states[-1] == (DeviceState.RUNNING, "")


def test_a_camera_that_vanishes_is_used_again_when_it_reappears(run, watch, tmp_path, rng):
    source = hold_up(tmp_path / "camera", rng)
    run(source)
    assert watch.wait(lambda: watch.scans)

    source.rename(tmp_path / "pulled")
    assert watch.wait(lambda: (DeviceState.ERROR, "camera.vanished") in watch.states)
    hold_up(source, rng, content="M0099999999904")

    assert watch.wait(lambda: len(watch.scans) == 2)
    assert watch.scans[-1].text == "M0099999999904"


def hold_up(folder, rng, content=CARD):
    """Put a picture of a code into a folder, whole or not at all."""
    half = folder.with_name(folder.name + ".part")
    half.mkdir()
    cv2.imwrite(str(half / "001.png"), scene(rng, content))
    half.rename(folder)
    return folder


class SlowDecoder:
    """Reads one picture in the time of five."""

    def __init__(self):
        self.seen = []
        self._pause = threading.Event()

    def decode(self, frame):
        self.seen.append(frame.grey[0])
        self._pause.wait(0.1)
        return [Code(str(frame.grey[0]), "QR")]


class CountingPictures:
    """Fifty pictures a second; each is as bright as its number."""

    def __init__(self):
        self.count = 0

    def read(self, stopping):
        if stopping.wait(0.02) or self.count == 50:
            return None
        self.count += 1
        return np.full((24, 32), self.count, np.uint8)

    def close(self):
        pass


def test_a_slow_reader_sees_the_newest_picture_and_never_a_queue(run, watch):
    decoder, pictures = SlowDecoder(), CountingPictures()
    camera = run("made", make_decoder=lambda refused: decoder, opener=lambda source, clock: pictures)

    assert watch.wait(lambda: any(state is DeviceState.STOPPED for state, _ in watch.states))
    assert camera.join(3.0)
    assert pictures.count == 50
    assert 5 <= len(decoder.seen) <= 25
    assert decoder.seen == sorted(set(decoder.seen))
    assert decoder.seen[-1] == 50
    assert camera.dropped == 50 - len(decoder.seen)


class OddPictures(CountingPictures):
    """A camera that gives a picture of no sense before every good one."""

    def read(self, stopping):
        picture = super().read(stopping)
        return np.zeros((4, 4, 7), np.uint8) if picture is not None and self.count % 2 else picture


def test_a_picture_of_the_wrong_shape_is_told_and_the_next_is_read(run, watch):
    decoder = SlowDecoder()
    run("made", make_decoder=lambda refused: decoder, opener=lambda source, clock: OddPictures())

    assert watch.wait(lambda: len(watch.scans) >= 2)
    assert (DeviceState.ERROR, "camera.frame") in watch.states
    assert (DeviceState.RUNNING, "") in watch.states


class BrokenDecoder:
    """A bug."""

    def decode(self, frame):
        raise KeyError("bug")


def test_a_bug_in_a_decoder_is_reported_and_does_not_end_the_program(run, watch, video, expect_log):
    expect_log("camera.bug")

    run(video, make_decoder=lambda refused: BrokenDecoder())

    assert watch.wait(lambda: (DeviceState.ERROR, "camera.bug") in watch.states)


def test_a_hostile_code_is_told_once_and_the_camera_goes_on(run, watch, tmp_path, rng):
    hostile = scene(rng, "SALE\x1bp\x00")
    video = write_video(tmp_path / "hostile.avi", [hostile] * 10 + [scene(rng) for _ in range(10)])
    run(video)

    assert watch.wait(lambda: watch.scans)
    assert watch.states.count((DeviceState.RUNNING, "scan.binary")) == 1
    assert [scan.text for scan in watch.scans] == [CARD]


def test_previews_are_small_and_not_more_than_wanted(run, watch, tmp_path, rng):
    big = write_video(tmp_path / "counter.avi", [scene(rng) for _ in range(25)], fps=25)
    run(big, preview=True)

    assert watch.wait(lambda: any(state is DeviceState.STOPPED for state, _ in watch.states))
    assert 5 <= len(watch.frames) <= 14
    assert {(frame.width, frame.stride, len(frame.grey)) for frame in watch.frames} == {(640, 640, 640 * 480)}


def test_wide_pictures_are_made_small_for_the_preview():
    frame = grey_frame(np.zeros((720, 1280, 3), np.uint8))

    small = small_frame(frame, 640)

    assert (small.width, small.height, small.stride, len(small.grey)) == (640, 360, 640, 640 * 360)


@pytest.mark.parametrize("shape", [(0, 4), (4,), (4, 4, 2), (4, 4, 3, 1), (9_000, 2)])
def test_pictures_of_no_sense_are_refused(shape):
    with pytest.raises(Unavailable) as refusal:
        grey_frame(np.zeros(shape, np.uint8))

    assert refusal.value.code == "camera.frame"


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3), (4, 6, 4)])
def test_pictures_of_every_usual_shape_become_grey(shape):
    frame = grey_frame(np.full(shape, 200, np.uint8))

    assert (frame.width, frame.height, set(frame.grey)) == (6, 4, {200})


@pytest.mark.parametrize("source", ["/nowhere/video.avi", "63"])
def test_a_source_that_is_not_there_is_missing(source, capfd):
    with pytest.raises(Unavailable) as refusal:
        open_pictures(source, time.monotonic)

    assert refusal.value.code == "camera.missing"


def test_a_numbered_sequence_is_a_video(tmp_path, rng):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"img{number:03}.png"), scene(rng))

    pictures = open_pictures(str(tmp_path / "img%03d.png"), time.monotonic)

    assert pictures.read(threading.Event()).shape[:2] == (480, 640)
    pictures.close()


def test_a_folder_shows_each_picture_once_and_passes_over_other_files(tmp_path, rng):
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "000.png").write_bytes(b"no picture either")
    cv2.imwrite(str(tmp_path / "001.png"), scene(rng))
    cv2.imwrite(str(tmp_path / "002.png"), np.zeros((8, 8), np.uint8))
    pictures, stopping = FolderPictures(tmp_path, Pace(0.01, time.monotonic)), threading.Event()

    shapes = [pictures.read(stopping).shape for _ in range(2)]
    threading.Timer(0.05, stopping.set).start()

    assert shapes == [(480, 640), (8, 8)]
    assert pictures.read(stopping) is None


def test_the_live_chain_keeps_the_pace_of_a_camera(rng):
    decoder = ChainDecoder()
    frames = [grey_frame(scene(rng, at=at)) for at in range(20)]
    decoder.decode(frames[0])

    began = time.process_time()
    read = [decoder.decode(frame) for frame in frames]

    assert all(read)
    assert (time.process_time() - began) / len(frames) < 0.033


def test_the_modules_a_till_imports_at_start_load_no_device_library():
    code = (
        "import sys; import pos_app.devices.scanners.camera, pos_app.devices.scanners.wedge,"
        " pos_app.devices.printers.spool, pos_app.devices.printers.tcp, pos_app.devices.supervisor,"
        " pos_app.devices.printers.render, pos_app.devices.printers.simulated;"
        "heavy = {'cv2', 'numpy', 'pyzbar', 'zxingcpp', 'escpos', 'PIL'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )

    run = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False, capture_output=True)

    assert (run.returncode, run.stderr) == (0, b"")
