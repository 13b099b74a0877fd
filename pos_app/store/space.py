"""Room on the disk: a ballast file that is let go when the disk is full, so that a sale in hand can still be paid."""

import os
import shutil
from pathlib import Path
from typing import Protocol

from pos_app.errors import Unavailable

BALLAST_BYTES = 64 * 1024 * 1024
WARN_BELOW_BYTES = 1024 * 1024 * 1024
STOP_BELOW_BYTES = 256 * 1024 * 1024  # no new sales; the one in hand, the close and sync go on
_CHUNK = 1024 * 1024


class Space(Protocol):
    """How much room there is, and how to get some in need."""

    def free_bytes(self) -> int:
        """Return the free bytes of the data folder's disk."""
        ...

    def release(self) -> bool:
        """Let the ballast go; False when there was none."""
        ...

    def refill(self) -> None:
        """Take ballast again if there is room for it."""
        ...


class Ballast:
    """A file that only takes room. Real bytes are written: a sparse file would hold nothing back."""

    def __init__(self, folder: Path, size: int = BALLAST_BYTES) -> None:
        self._file = folder / "ballast.bin"
        self._size = size

    def free_bytes(self) -> int:
        """Return the free bytes of the data folder's disk; raises Unavailable ``store.write``."""
        try:
            return shutil.disk_usage(self._file.parent).free
        except OSError as error:
            raise Unavailable("store.write", cause=str(error)) from error

    def release(self) -> bool:
        """Let the ballast go; False when there was none."""
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unavailable("store.write", cause=str(error)) from error
        return True

    def refill(self) -> None:
        """Take ballast again if that leaves the disk above the stop line; a disk too small keeps none."""
        try:
            if self._file.exists() and self._file.stat().st_size == self._size:
                return
            if self.free_bytes() < self._size + STOP_BELOW_BYTES:
                return
            self._write()
        except OSError:
            self._file.unlink(missing_ok=True)  # half a ballast is worse than none

    def _write(self) -> None:
        with self._file.open("wb") as file:
            for _chunk in range(0, self._size, _CHUNK):
                file.write(os.urandom(min(_CHUNK, self._size)))
            file.flush()
            os.fsync(file.fileno())
