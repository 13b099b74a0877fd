"""A receipt printer without paper: answers like a real one, fails on demand, keeps bytes and paints its paper.

In this process through ``SimulatedTransport``, over TCP through ``PrinterServer``, or as a program of its own::

    python -m pos_app.devices.printers.simulated --port 0 --out FOLDER

which prints ``port N``, writes ``NNN.png``, ``NNN.bin`` and ``NNN.txt`` for each paper, and takes faults by name on
its standard input (``paper_out on``, ``offline off``, ``reset_after 200``, ``repair``), answering ``ok``.
"""

import argparse
import os
import socket
import stat
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from pos_app.devices.base import Link
from pos_app.devices.printers.mechanism import COUNTED, Faults, Mechanism, PowerCut, PrintedPaper
from pos_app.devices.printers.session import open_session
from pos_app.devices.printers.tcp import reset
from pos_app.errors import Unavailable

CHUNK_BYTES = 4096
STALL_LOOK_S = 0.05


@dataclass(slots=True)
class MechanismWire:
    """A ``Wire`` to a mechanism in this process."""

    mechanism: Mechanism
    _answers: bytearray = field(default_factory=bytearray)
    _gone: bool = False

    def send(self, data: bytes) -> None:
        """Feed the bytes."""
        if self._gone:
            raise Unavailable("printer.cut_off")
        try:
            self._answers += self.mechanism.feed(data)
        except PowerCut as error:
            self._gone = True
            raise Unavailable("printer.cut_off") from error

    def receive(self, timeout_s: float) -> bytes:
        """Return the answers; there is nobody to wait for, so no answer is silence at once."""
        del timeout_s
        if not self._answers:
            raise Unavailable("printer.silent")
        answers, self._answers = bytes(self._answers), bytearray()
        return answers

    def finish(self) -> None:
        """End the job."""
        if self._gone:
            raise Unavailable("printer.cut_off")

    def close(self) -> None:
        """Let go."""
        self.mechanism.hang_up()


@dataclass(frozen=True, slots=True)
class SimulatedTransport:
    """A transport to a mechanism in this process."""

    mechanism: Mechanism
    answers_status: bool = True

    def open(self) -> Link:
        """Plug in and ask; see ``Transport.open``."""
        if self.mechanism.faults.unplugged:
            raise Unavailable("printer.unreachable", host="simulated")
        return open_session(MechanismWire(self.mechanism), answers=self.answers_status)


class PrinterServer:
    """Listens like a network printer: one connection at a time, on a thread of its own."""

    def __init__(self, mechanism: Mechanism, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._mechanism = mechanism
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="simulated-printer", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and drop the connection, at once."""
        self._stopping.set()
        for end in (self._listener, self._connection):
            if end is not None:
                with suppress(OSError):  # it may be gone already
                    end.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._connection, _ = self._listener.accept()
            except OSError:
                return  # stopped
            with self._connection as connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(CHUNK_BYTES):
                while self._mechanism.faults.stall and not self._stopping.wait(STALL_LOOK_S):
                    pass  # the sender's buffers fill up meanwhile
                if answers := self._mechanism.feed(data):
                    connection.sendall(answers)
        except PowerCut:
            reset(connection)
        except OSError:
            pass  # the computer let go in its own way
        finally:
            self._mechanism.hang_up()


class PaperFolder:
    """Keeps each paper as ``NNN.png`` (painted), ``NNN.bin`` (bytes) and ``NNN.txt`` (text lines)."""

    def __init__(self, folder: Path, dots: int) -> None:
        from pos_app.devices.printers.fonts import Pen  # noqa: PLC0415  # Pillow is heavy

        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._dots = dots
        self._pen = Pen()

    def keep(self, paper: PrintedPaper) -> None:
        """Write the three files; the picture last, so that whoever waits for it finds the others."""
        from pos_app.devices.printers.thermal import paint, photograph  # noqa: PLC0415  # Pillow is heavy

        path = self._folder / f"{paper.number:03}"
        path.with_suffix(".bin").write_bytes(paper.raw)
        path.with_suffix(".txt").write_text("\n".join(paper.lines()) + "\n", encoding="utf-8")
        half = path.with_suffix(".part")
        photograph(paint(paper.parts, self._dots, self._pen)).save(half, format="PNG")
        half.replace(path.with_suffix(".png"))


def obey(mechanism: Mechanism, order: str) -> bool:
    """Carry out one line such as ``paper_out on`` or ``reset_after 200``; False when it is not understood."""
    name, _, value = order.strip().partition(" ")
    if name == "repair":
        mechanism.repair()
    elif name not in {known.name for known in fields(Faults)}:
        return False
    elif name in COUNTED:
        if not value.isdigit():
            return False
        mechanism.set_fault(name, after=int(value))
    else:
        mechanism.set_fault(name, on=value != "off")
    return True


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator as a program until its standard input, a pipe or terminal, ends; else until it is ended."""
    parser = argparse.ArgumentParser(description="Simulated receipt printer on TCP")
    parser.add_argument("--port", type=int, default=9100, help="0 lets the system choose")
    parser.add_argument("--out", type=Path, required=True, help="folder for papers")
    parser.add_argument("--dots", type=int, choices=(384, 512, 576), default=576)
    chosen = parser.parse_args(arguments)
    mechanism = Mechanism(chosen.dots, PaperFolder(chosen.out, chosen.dots).keep)
    with PrinterServer(mechanism, port=chosen.port) as server:
        sys.stdout.write(f"port {server.port}\n")
        sys.stdout.flush()
        for order in sys.stdin:
            sys.stdout.write("ok\n" if obey(mechanism, order) else "not understood\n")
            sys.stdout.flush()
        if not _has_partner():
            threading.Event().wait()
    return 0


def _has_partner() -> bool:
    """Say whether standard input is something whose end means that nobody needs this program any more."""
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or sys.stdin.isatty()


if __name__ == "__main__":
    raise SystemExit(main())
