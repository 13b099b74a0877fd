"""Room on the disk: a ballast file that is let go when the disk is full, so that a sale in hand can still be paid."""

import os
import shutil
from pathlib import Path
from typing import Protocol

from pos_app.errors import Unavailable

BALLAST_BYTES = 64 * 1024 * 1024
WARN_BELOW_BYTES = 1024 * 1024 * 1024
STOP_BELOW_BYTES = 256 * 1024 * 1024  # no new sales; the one in hand, the close and sync go on
TIGHT_BYTES = 16 * 1024 * 1024  # less than this could fail in the middle of a transaction
_CHUNK = 1024 * 1024


class Space(Protocol):
    """How much room there is, and how to get some in need."""

    def is_tight(self) -> bool:
        """Say whether the next transaction might not fit."""
        ...

    def has_room(self) -> bool:
        """Say whether a new sale may begin."""
        ...

    def release(self) -> bool:
        """Let the ballast go; False when there was none."""
        ...

    def refill(self) -> None:
        """Take ballast again if there is room for it."""
        ...


class Ballast:
    """A file that only takes room. Real bytes are written: a sparse file would hold nothing back."""

    def __init__(
        self, folder: Path, size: int = BALLAST_BYTES, stop_below: int = STOP_BELOW_BYTES, tight: int = TIGHT_BYTES
    ) -> None:
        self._file = folder / "ballast.bin"
        self._size = size
        self._stop_below = stop_below
        self._tight = tight

    def free_bytes(self) -> int:
        """Return the free bytes of the data folder's disk; raises Unavailable ``store.write``."""
        try:
            return shutil.disk_usage(self._file.parent).free
        except OSError as error:
            raise Unavailable("store.write", cause=str(error)) from error

    def is_tight(self) -> bool:
        """Say whether the next transaction might not fit."""
        return self.free_bytes() < self._tight

    def has_room(self) -> bool:
        """Say whether a new sale may begin."""
        return self.free_bytes() >= self._stop_below

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
            if self.free_bytes() < self._size + self._stop_below:
                return
            self._write()
        except OSError:
            self._file.unlink(missing_ok=True)  # half a ballast is worse than none

    def _write(self) -> None:
        with self._file.open("wb") as file:
            for start in range(0, self._size, _CHUNK):
                file.write(os.urandom(min(_CHUNK, self._size - start)))
            file.flush()
            os.fsync(file.fileno())
