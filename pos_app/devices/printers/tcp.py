"""Print over TCP, port 9100: a fresh connection for each job, because a kept one hides that the printer is gone."""

import socket
import struct
from dataclasses import dataclass

from pos_app.devices.base import Link
from pos_app.devices.printers.session import ANSWER_S, PRINT_S, open_session
from pos_app.errors import Unavailable

TIMEOUT_S = 3.0
PORT = 9100


@dataclass(frozen=True, slots=True)
class TcpTransport:
    """One network printer."""

    host: str
    port: int = PORT
    answers_status: bool = True
    timeout_s: float = TIMEOUT_S
    print_s: float = PRINT_S

    def open(self) -> Link:
        """Connect and ask; see ``Transport.open``."""
        try:
            wire = SocketWire(socket.create_connection((self.host, self.port), self.timeout_s), self.timeout_s)
        except OSError as error:
            raise Unavailable("printer.unreachable", host=self.host, port=self.port) from error
        answer_s = min(ANSWER_S, self.timeout_s)
        return open_session(wire, answers=self.answers_status, answer_s=answer_s, print_s=self.print_s)


class SocketWire:
    """A ``Wire`` over a connected socket."""

    def __init__(self, connection: socket.socket, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Send all bytes."""
        self._connection.settimeout(self._timeout_s)
        try:
            self._connection.sendall(data)
        except TimeoutError as error:
            raise Unavailable("printer.silent") from error
        except OSError as error:
            raise Unavailable("printer.cut_off") from error

    def receive(self, timeout_s: float) -> bytes:
        """Return the bytes that came."""
        self._connection.settimeout(timeout_s)
        try:
            data = self._connection.recv(64)
        except TimeoutError as error:
            raise Unavailable("printer.silent") from error
        except OSError as error:
            raise Unavailable("printer.cut_off") from error
        if not data:
            raise Unavailable("printer.cut_off")
        return data

    def finish(self) -> None:
        """End our half and wait up to a second for the printer to end its own; a reset is a cut-off."""
        self._connection.settimeout(min(1.0, self._timeout_s))
        try:
            self._connection.shutdown(socket.SHUT_WR)
            while self._connection.recv(64):
                pass
        except TimeoutError:
            return  # many printers keep their half open; all bytes were taken
        except OSError as error:
            raise Unavailable("printer.cut_off") from error

    def close(self) -> None:
        """Close the socket."""
        self._connection.close()


def reset(connection: socket.socket) -> None:
    """Close a socket with a reset instead of an orderly end, as a printer does that loses its power."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
