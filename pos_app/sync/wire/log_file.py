"""A terminal's whole log in one file, for a disk that comes to head office without its terminal.

zstd-compressed lines of JSON: who speaks, every event exactly as stored, and at the end the hash of the last one with
the device's signature. A file that stops before its last line is told from a whole one. Nothing in it is verified here.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import zstandard

from pos_app.domain.till import Countersigned
from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.wire.event_codec import GENESIS, MAX_BODY_BYTES
from pos_app.sync.wire.messages import WireEvent
from pos_app.sync.wire.signatures import log_bytes

VERSION = 1
MAX_FILE_BYTES = 1 << 30  # packed: years of a lane
MAX_EVENTS = 10_000_000
MAX_LINE_BYTES = 2 * MAX_BODY_BYTES  # a body as base64, with its frame
MALFORMED = "log_file.malformed"

_T = TypeVar("_T", bound=msgspec.Struct)


class Speaker(msgspec.Struct, frozen=True):
    """The first line: whose log this is, and what proves it.

    ``device_key`` is the public key that ``certificate`` is for, empty where the keystore was lost; ``head`` is head
    office's own word on the log, None if it never gave one.
    """

    version: int
    terminal_id: str
    epoch: str
    certificate: bytes
    device_key: bytes
    events: int
    head: Countersigned | None = None


class End(msgspec.Struct, frozen=True):
    """The last line. ``signature`` (over ``signatures.log_bytes``) is empty where the device's key was lost."""

    head_hash: bytes
    signature: bytes = b""


def write_log(
    path: Path, speaker: Speaker, events: Iterable[WireEvent], sign: Callable[[bytes], bytes] | None = None
) -> None:
    """Write a new file with the ``speaker.events`` events of a log, durably.

    Args:
        sign: signs with the private half of ``speaker.device_key``; None where it was lost.

    Raises:
        Refused: ``file.exists``. Unavailable: ``file.write``.
    """
    last = GENESIS
    try:
        with path.open("xb") as raw:
            with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as file:
                file.write(msgspec.json.encode(speaker) + b"\n")
                for event in events:
                    file.write(msgspec.json.encode(event) + b"\n")
                    last = event.hash
                signed = log_bytes(speaker.terminal_id, speaker.epoch, speaker.events, last)
                file.write(msgspec.json.encode(End(last, sign(signed) if sign else b"")) + b"\n")
            raw.flush()
            os.fsync(raw.fileno())
    except FileExistsError as error:
        raise Refused("file.exists", path=str(path)) from error
    except OSError as error:
        raise Unavailable("file.write", path=str(path), cause=error.strerror) from error


class LogFile:
    """A log in a file: ``speaker``, then ``events`` once, then ``end``. Everything in it is yet to be verified."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.speaker = _decoded(next(lines, b""), Speaker)
        if self.speaker.version != VERSION or not 0 <= self.speaker.events <= MAX_EVENTS:
            raise Damaged(MALFORMED, version=self.speaker.version, events=self.speaker.events)

    def events(self) -> Iterator[WireEvent]:
        """Return the events in the order of the file."""
        for _n in range(self.speaker.events):
            yield _decoded(next(self._lines, b""), WireEvent)

    def end(self) -> End:
        """Return the last line; call it when all events were read."""
        end = _decoded(next(self._lines, b""), End)
        if any(self._lines):
            raise Damaged(MALFORMED, cause="more than it says")
        return end


@contextmanager
def opened_log(path: Path) -> Iterator[LogFile]:
    """Open a log file.

    Raises:
        Refused: ``file.missing``, ``log_file.too_large``.
        Damaged: ``log_file.malformed``, here or while it is read.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Refused("log_file.too_large", path=str(path), most=MAX_FILE_BYTES)
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as reader:
            yield LogFile(_split(lambda: reader.read(MAX_LINE_BYTES)))
    except zstandard.ZstdError as error:
        raise Damaged(MALFORMED, cause=str(error)) from error
    except OSError as error:
        raise Refused("file.missing", path=str(path), cause=error.strerror) from error


def _split(read: Callable[[], bytes]) -> Iterator[bytes]:
    """Return whole lines; what has no end is none."""
    rest = b""
    while piece := read():
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        if len(rest) > MAX_LINE_BYTES:
            raise Damaged(MALFORMED, cause="a line without end")
    if rest:
        raise Damaged(MALFORMED, cause="cut off")


def _decoded(line: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(line, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(MALFORMED, cause=str(error)) from error
