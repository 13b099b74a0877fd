"""A TCP proxy that treats every exchange as badly as chance has it: drops, delays, cuts in half, loses, repeats."""

import random
import socket
import threading
from collections import Counter
from contextlib import suppress

PIECE = 65536
FAULTS = ("reset", "half request", "answer lost", "half answer", "late", "repeated")


class HostileProxy:
    """Stands between terminals and one server.

    ``badness`` is the chance that an exchange (one burst of the client and what the server says to it) goes wrong;
    ``cut`` takes the line away altogether. Everything is counted in ``faults``.
    """

    def __init__(self, target_port: int, seed: int, badness: float = 0.0, late_s: float = 0.05) -> None:
        self.badness = badness
        self.faults: Counter[str] = Counter()
        self.is_cut = False
        self._target = ("127.0.0.1", target_port)
        self._chance = random.Random(seed)
        self._late_s = late_s
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def retarget(self, port: int) -> None:
        """The server has moved."""
        self._target = ("127.0.0.1", port)

    def cut(self) -> None:
        """Take the line away: whatever is open breaks, whatever comes is turned away."""
        self.is_cut = True
        self._break_all()

    def mend(self) -> None:
        """Give the line back."""
        self.is_cut = False

    def close(self) -> None:
        """End."""
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break_all()
        self._accepting.join(5)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self.is_cut:
                _reset(client)
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, 5)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)  # a long poll is silent for long
        with self._lock:
            self._open |= {client, server}
        try:
            self._exchange(client, server)
        except OSError:
            pass
        finally:
            with self._lock:
                self._open -= {client, server}
            _reset(client)
            server.close()

    def _exchange(self, client: socket.socket, server: socket.socket) -> None:
        """Carry bursts up on this thread and answers down on another; a fault ends the connection."""
        state = {"answer": "whole"}
        down = threading.Thread(target=self._answers, args=(client, server, state), daemon=True)
        down.start()
        while burst := client.recv(PIECE):
            fault = self._fault()
            match fault:
                case "reset":
                    return
                case "half request":
                    server.sendall(burst[: len(burst) // 2])
                    return
                case "answer lost" | "half answer":
                    state["answer"] = fault
                case "late":
                    self._ended.wait(self._chance.random() * self._late_s)
                case "repeated":
                    threading.Thread(target=self._repeat, args=(burst,), daemon=True).start()
                case _:
                    pass
            server.sendall(burst)

    def _answers(self, client: socket.socket, server: socket.socket, state: dict[str, str]) -> None:
        with suppress(OSError):
            while burst := server.recv(PIECE):
                if state["answer"] == "answer lost":
                    break
                if state["answer"] == "half answer":
                    client.sendall(burst[: len(burst) // 2])
                    break
                client.sendall(burst)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _repeat(self, burst: bytes) -> None:
        """Send the same bytes again a little later, on another connection; nobody reads the answer."""
        self._ended.wait(self._chance.random() * 2 * self._late_s)
        with suppress(OSError), socket.create_connection(self._target, 5) as again:
            again.settimeout(5)
            again.sendall(burst)
            again.recv(PIECE)

    def _fault(self) -> str:
        with self._lock:
            if self._chance.random() >= self.badness:
                return ""
            fault = self._chance.choice(FAULTS)
            self.faults[fault] += 1
            return fault

    def _break_all(self) -> None:
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
