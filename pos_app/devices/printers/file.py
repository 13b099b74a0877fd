"""Print into a folder, one file a job, or into a device file such as ``/dev/usb/lp0``."""

import os
from dataclasses import dataclass
from pathlib import Path

from pos_app.devices.base import Delivery, Link, Outcome
from pos_app.errors import Unavailable


@dataclass(frozen=True, slots=True)
class FileTransport:
    """Jobs become ``000001.bin``, ``000002.bin`` in a folder, or are written to one device file."""

    path: Path

    def open(self) -> Link:
        """Make sure that the target can be written; see ``Transport.open``."""
        if self.path.is_dir():
            if not os.access(self.path, os.W_OK):
                raise Unavailable("printer.unreachable", path=str(self.path))
            return FolderLink(self.path)
        try:
            return DeviceLink(os.open(self.path, os.O_WRONLY | os.O_NOCTTY))
        except OSError as error:
            raise Unavailable("printer.unreachable", path=str(self.path)) from error


@dataclass(slots=True)
class FolderLink:
    """Writes a job whole or not at all."""

    folder: Path

    def deliver(self, job: bytes, *, confirm: bool = True) -> Delivery:
        """Store the job durably under the next number."""
        del confirm  # a file is there or it is not
        number = max((int(path.stem) for path in self.folder.glob("*.bin") if path.stem.isdigit()), default=0) + 1
        target = self.folder / f"{number:06}.bin"
        half = target.with_suffix(".part")
        try:
            with half.open("wb") as file:
                file.write(job)
                file.flush()
                os.fsync(file.fileno())
            half.replace(target)
        except OSError:
            half.unlink(missing_ok=True)
            return Delivery(Outcome.FAILED, "printer.write")
        return Delivery(Outcome.PRINTED)

    def close(self) -> None:
        """Do nothing: nothing is held."""


class DeviceLink:
    """Writes to a device file, which cannot say what became of the bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def deliver(self, job: bytes, *, confirm: bool = True) -> Delivery:
        """Write all bytes; one that fails on the first byte can be sent again."""
        del confirm  # nothing ever answers
        assert self._descriptor is not None
        left = memoryview(job)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            return Delivery(Outcome.FAILED if len(left) == len(job) else Outcome.UNCERTAIN, "printer.write")
        return Delivery(Outcome.PRINTED, "printer.unconfirmed")

    def close(self) -> None:
        """Close the device file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
