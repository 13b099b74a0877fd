"""One program per data folder: a second start is refused while the first one lives."""

import os
import sys
from pathlib import Path
from types import TracebackType

from pos_app.errors import Refused, Unavailable


class TillLock:
    """Holds ``running.lock``. The system lets go of it when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def __enter__(self) -> "TillLock":
        """Take the lock.

        Raises:
            Refused: ``till.running`` with the other's ``pid`` (0 if it could not be read).
            Unavailable: ``store.write`` when the folder cannot be written.
        """
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise Unavailable("store.write", cause=str(error)) from error
        try:
            _lock(fd)
        except OSError as error:
            pid = _read_pid(fd)
            os.close(fd)
            raise Refused("till.running", pid=pid) from error
        os.ftruncate(fd, 0)
        os.lseek(fd, 0, os.SEEK_SET)
        os.write(fd, str(os.getpid()).encode())
        self._fd = fd
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go; the file stays, since removing it would let two others lock two files of one name."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _read_pid(fd: int) -> int:
    try:
        os.lseek(fd, 0, os.SEEK_SET)
        text = os.read(fd, 20).decode("ascii", "replace").strip()
    except OSError:
        return 0
    return int(text) if text.isdecimal() else 0


if sys.platform == "win32":  # pragma: no cover - the lock of the other system
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, 100, os.SEEK_SET)  # past the pid, which others may read
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
