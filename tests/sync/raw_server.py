"""A server that says exactly the bytes it is told to: what a portal, a broken proxy or a dying line would say."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Act = Callable[[socket.socket, bytes], None]


class RawServer:
    """Listens on a free port; ``act`` gets each connection with the bytes of its first request."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests: list[bytes] = []
        self.release = threading.Event()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        self.release.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while request := _request(connection):
                self.requests.append(request)
                with suppress(OSError):
                    self._act(connection, request)
                    if b"Connection: close" in self.last_said:
                        return
                    continue
                return

    last_said = b""

    def say(self, connection: socket.socket, said: bytes) -> None:
        self.last_said = said
        connection.sendall(said)


def answer(body: bytes, *, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    """Return an HTTP answer; ``length`` lies about the body."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body


def _request(connection: socket.socket) -> bytes:
    data = b""
    with suppress(OSError):
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        wanted = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(body) < wanted:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body
    return b""
