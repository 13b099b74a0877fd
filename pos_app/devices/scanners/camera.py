"""Scan with a camera: one thread takes pictures as they come, another reads the newest and forgets the others.

Neither is the window's thread. OpenCV and the decoders are imported on these threads. A camera that vanishes is
looked for again until it is stopped.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos_app.devices.base import (
    Decoder,
    DeviceState,
    DeviceStatus,
    Frame,
    Scan,
    ScanObserver,
    StatusObserver,
    error_status,
)
from pos_app.devices.scanners.decode import ChainDecoder, OnRefused
from pos_app.devices.scanners.gate import QUIET_S, Gate
from pos_app.errors import PosError, Unavailable

if TYPE_CHECKING:  # its module imports OpenCV, which is for the camera's thread
    from pos_app.devices.scanners.pictures import Pictures

log = logging.getLogger(__name__)

REOPEN_S = (0.5, 1.0, 2.0, 5.0)  # waits between looks for a camera that is gone; the last one repeats
PREVIEW_FPS = 12.0
PREVIEW_WIDTH = 640
LOOK_S = 0.5  # how long the reading thread waits for a picture before it looks whether it is to stop

MakeDecoder = Callable[[OnRefused], Decoder]
FrameObserver = Callable[[Frame], None]
Opener = Callable[[str, Callable[[], float]], "Pictures"]


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """``source`` as in ``open_pictures``. ``repeat`` plays a file again from its start when it ends."""

    source: str
    repeat: bool = False
    preview_fps: float = PREVIEW_FPS


@dataclass(frozen=True, slots=True)
class CameraObservers:
    """Who gets what; all are called on the camera's threads: hop to yours and return at once."""

    on_scan: ScanObserver
    on_status: StatusObserver
    on_frame: FrameObserver | None = None


class _Run:
    """One life of the camera, from start to stop: it ends by its own event, so the next can begin at once.

    Holds the newest picture only; whoever is slow never sees the others.
    """

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.ended = False
        self.threads: list[threading.Thread] = []
        self.dropped = 0
        self._frame: Frame | None = None
        self._fresh = threading.Condition()

    def put(self, frame: Frame) -> None:
        with self._fresh:
            self.dropped += self._frame is not None
            self._frame = frame
            self._fresh.notify()

    def take(self, timeout_s: float) -> Frame | None:
        with self._fresh:
            if self._frame is None and not self.ended and not self.stopping.is_set():
                self._fresh.wait(timeout_s)
            frame, self._frame = self._frame, None
            return frame

    def end(self) -> None:
        """Let the reading thread look at the last picture and end."""
        self.ended = True
        with self._fresh:
            self._fresh.notify()

    def stop(self) -> None:
        """End both threads now."""
        self.stopping.set()
        self.end()


class Camera:
    """A scanner that looks; give it to the supervisor."""

    def __init__(
        self,
        options: CameraOptions,
        observers: CameraObservers,
        make_decoder: MakeDecoder = ChainDecoder,
        clock: Callable[[], float] = time.monotonic,
        opener: Opener | None = None,
    ) -> None:
        self.name = "camera"
        self._options = options
        self._observers = observers
        self._make_decoder = make_decoder
        self._clock = clock
        self._opener = opener
        self._run = _Run()
        self._refused_until: dict[str, float] = {}

    @property
    def dropped(self) -> int:
        """Count the pictures since the start that nobody read because a newer one was there."""
        return self._run.dropped

    def start(self) -> None:
        """Start both threads; a stopped camera can be started again at once."""
        if not self._run.stopping.is_set() and any(thread.is_alive() for thread in self._run.threads):
            return
        run = _Run()
        run.threads = [
            threading.Thread(target=self._guarded, args=(work, run), name=name, daemon=True)
            for work, name in ((self._look, "camera"), (self._read, "camera-decode"))
        ]
        self._run = run
        for thread in run.threads:
            thread.start()

    def stop(self) -> None:
        """Ask both threads to end; returns at once."""
        self._run.stop()

    def join(self, timeout_s: float) -> bool:
        """Wait for both threads' end."""
        ends = time.monotonic() + timeout_s
        for thread in self._run.threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._run.threads)

    def _guarded(self, work: Callable[[_Run], None], run: _Run) -> None:
        try:
            work(run)
        except Exception:  # the thread's outermost frame: selling goes on without a camera
            log.critical("camera.bug", exc_info=True)
            self._say(DeviceState.ERROR, "camera.bug")

    def _say(self, state: DeviceState, detail: str = "") -> None:
        self._observers.on_status(DeviceStatus(self.name, state, detail))

    def _look(self, run: _Run) -> None:
        failures = 0
        self._say(DeviceState.STARTING)
        while not run.stopping.is_set():
            try:
                took_any = self._take_pictures(run)
            except PosError as error:
                failures = 0 if error.code == "camera.vanished" else failures
                log.info("camera.lost code=%s", error.code)
                self._observers.on_status(error_status(self.name, error))
                run.stopping.wait(REOPEN_S[min(failures, len(REOPEN_S) - 1)])
                failures += 1
                continue
            if not took_any or not self._options.repeat:
                break
        self._say(DeviceState.STOPPED, "" if run.stopping.is_set() else "camera.end")
        run.end()

    def _take_pictures(self, run: _Run) -> bool:
        """Take pictures until the source ends, vanishes or is to stop; say whether there were any."""
        pictures = self._open()
        from pos_app.devices.scanners.pictures import grey_frame  # noqa: PLC0415  # OpenCV

        state = DeviceState.STARTING
        try:
            while (picture := pictures.read(run.stopping)) is not None:
                try:
                    run.put(grey_frame(picture))
                except Unavailable as error:  # one bad picture; the next may be well
                    state = DeviceState.ERROR
                    self._observers.on_status(error_status(self.name, error))
                    continue
                if state is not DeviceState.RUNNING:
                    state = DeviceState.RUNNING
                    self._say(state)
        finally:
            pictures.close()
        return state is not DeviceState.STARTING

    def _open(self) -> "Pictures":
        try:
            from pos_app.devices.scanners.pictures import open_pictures  # noqa: PLC0415  # OpenCV
        except ImportError as error:
            raise Unavailable("camera.library", cause=str(error)) from error
        return (self._opener or open_pictures)(self._options.source, self._clock)

    def _read(self, run: _Run) -> None:
        decoder = self._make_decoder(self._refused)
        gate = Gate()
        next_preview_s = float("-inf")
        while not run.stopping.is_set():
            frame = run.take(LOOK_S)
            if frame is None:
                if run.ended:
                    return
                continue
            at_s = self._clock()
            for code in gate.take(decoder.decode(frame), at_s):
                self._observers.on_scan(Scan(code.text, code.symbology, "camera", at_s))
                if self._refused_until:  # what was refused before is no news any more
                    self._refused_until.clear()
                    self._say(DeviceState.RUNNING)
            if self._observers.on_frame is not None and at_s >= next_preview_s:
                next_preview_s = at_s + 1 / self._options.preview_fps
                self._preview(frame)

    def _preview(self, frame: Frame) -> None:
        from pos_app.devices.scanners.pictures import small_frame  # noqa: PLC0415  # OpenCV

        assert self._observers.on_frame is not None
        self._observers.on_frame(small_frame(frame, PREVIEW_WIDTH))

    def _refused(self, refused: PosError) -> None:
        """A code whose content is no code of ours: the camera goes on, the cashier learns why nothing happened."""
        now = self._clock()
        if self._refused_until.get(refused.code, 0.0) <= now:
            log.info("camera.refused code=%s", refused.code)
            self._observers.on_status(DeviceStatus(self.name, DeviceState.RUNNING, refused.code, refused.facts))
        self._refused_until[refused.code] = now + QUIET_S
