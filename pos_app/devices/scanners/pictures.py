"""Where a camera's pictures come from: a device, a video file paced to its own speed, or a folder of pictures.

Imports OpenCV: import this module on the camera's thread, not at start-up.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pos_app.devices.base import Frame
from pos_app.errors import Unavailable

Picture = NDArray[np.uint8]

FOLDER_FPS = 10.0
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})
SLOWEST_FPS, FASTEST_FPS = 1.0, 120.0
LARGEST_SIDE = 8_192


class Pictures(Protocol):
    """An open source of pictures."""

    def read(self, stopping: threading.Event) -> Picture | None:
        """Return the next picture when its time has come; None at the end of a file, or when stopping.

        Raises:
            Unavailable: ``camera.vanished`` when a device gives no more.
        """
        ...

    def close(self) -> None:
        """Let the device go."""
        ...


def open_pictures(source: str, clock: Callable[[], float]) -> Pictures:
    """Open ``source``: a device index such as ``0``, a video file, a folder, or a numbered sequence ``img%03d.png``.

    Raises:
        Unavailable: ``camera.missing``.
    """
    path = Path(source)
    if path.is_dir():
        return FolderPictures(path, Pace(1 / FOLDER_FPS, clock))
    live = source.isdigit()
    if not live and "%" not in source and not path.exists():
        raise Unavailable("camera.missing", source=source)
    try:
        capture = cv2.VideoCapture(int(source)) if live else cv2.VideoCapture(source)
    except cv2.error as error:
        raise Unavailable("camera.missing", source=source) from error
    if not capture.isOpened():
        capture.release()
        raise Unavailable("camera.missing", source=source)
    if live:
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return CapturePictures(capture, source, None)
    fps = capture.get(cv2.CAP_PROP_FPS) or FOLDER_FPS
    return CapturePictures(capture, source, Pace(1 / min(FASTEST_FPS, max(SLOWEST_FPS, fps)), clock))


@dataclass(slots=True)
class Pace:
    """Holds back pictures that are there before their time, as a file's are."""

    interval_s: float
    clock: Callable[[], float]
    _next_s: float | None = None

    def wait(self, stopping: threading.Event) -> bool:
        """Wait for the next picture's time; False when stopping. A late reader is not made to catch up."""
        now = self.clock()
        due = now if self._next_s is None else self._next_s
        if due > now and stopping.wait(due - now):
            return False
        self._next_s = max(due, now - self.interval_s) + self.interval_s
        return not stopping.is_set()


@dataclass(slots=True)
class CapturePictures:
    """Pictures of ``cv2.VideoCapture``; ``pace`` is for files, a device keeps its own."""

    capture: cv2.VideoCapture
    source: str
    pace: Pace | None

    def read(self, stopping: threading.Event) -> Picture | None:
        """Return the next picture."""
        if self.pace is not None and not self.pace.wait(stopping):
            return None
        try:
            there, picture = self.capture.read()
        except cv2.error as error:
            raise Unavailable("camera.vanished", source=self.source) from error
        if there:
            return np.asarray(picture, dtype=np.uint8)
        if self.pace is None:
            raise Unavailable("camera.vanished", source=self.source)
        return None

    def close(self) -> None:
        """Release the device."""
        self.capture.release()


@dataclass(slots=True)
class FolderPictures:
    """The pictures in a folder, by name, then those that are added; gone with its folder, like a pulled cable."""

    folder: Path
    pace: Pace
    _shown: set[str] = field(default_factory=set)

    def read(self, stopping: threading.Event) -> Picture | None:
        """Return the next picture that was not shown yet, waiting for one; other files are passed over."""
        while self.pace.wait(stopping):
            try:
                names = sorted(path.name for path in self.folder.iterdir() if path.suffix.lower() in SUFFIXES)
            except OSError as error:
                raise Unavailable("camera.vanished", source=str(self.folder)) from error
            for name in names:
                if name not in self._shown:
                    self._shown.add(name)
                    picture = cv2.imread(str(self.folder / name), cv2.IMREAD_UNCHANGED)
                    if picture is not None:
                        return np.asarray(picture, dtype=np.uint8)
        return None

    def close(self) -> None:
        """Do nothing: no file stays open."""


def grey_frame(picture: Picture) -> Frame:
    """Return the picture in grey.

    Raises:
        Unavailable: ``camera.frame`` for a picture of no shape that a camera gives.
    """
    shape = picture.shape
    if (
        len(shape) not in (2, 3)
        or 0 in shape
        or max(shape[:2]) > LARGEST_SIDE
        or (len(shape) == 3 and shape[2] not in (1, 3, 4))
    ):
        raise Unavailable("camera.frame", shape=str(shape))
    try:
        if len(shape) == 3 and shape[2] > 1:
            code = cv2.COLOR_BGR2GRAY if shape[2] == 3 else cv2.COLOR_BGRA2GRAY
            picture = np.asarray(cv2.cvtColor(picture, code), dtype=np.uint8)
    except cv2.error as error:
        raise Unavailable("camera.frame", shape=str(shape)) from error
    return Frame(shape[1], shape[0], shape[1], np.ascontiguousarray(picture).tobytes())


def small_frame(frame: Frame, widest: int) -> Frame:
    """Return the frame at most ``widest`` pixels wide, rows without padding, for a preview."""
    grey = np.frombuffer(frame.grey, np.uint8).reshape(frame.height, frame.stride)[:, : frame.width]
    if frame.width > widest:
        height = max(1, frame.height * widest // frame.width)
        grey = np.asarray(cv2.resize(grey, (widest, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    height, width = grey.shape
    return Frame(width, height, width, grey.tobytes())
