"""The telephone line between till and head office: a TCP relay that can be cut and mended."""

import contextlib
import selectors
import socket
import threading

CHUNK = 64 * 1024
CONNECT_TIMEOUT_S = 3.0


class Line:
    """Relays ``127.0.0.1:port`` to the head office's port on its own thread. Cut, it refuses and drops everything."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        self._stopping = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._relay, name="line", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Pull the cable: what is under way is lost, new connections are dropped."""
        self._whole.clear()

    def mend(self) -> None:
        """Put the cable back."""
        self._whole.set()

    def close(self) -> None:
        """Stop relaying."""
        self._stopping.set()
        self._thread.join(2)

    def _relay(self) -> None:
        while not self._stopping.is_set():
            if not self._whole.is_set():
                self._drop_all()
            for key, _ in self._selector.select(0.05):
                assert isinstance(key.fileobj, socket.socket)
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._forward(key.fileobj)
        self._drop_all()
        self._listener.close()
        self._selector.close()

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if not self._whole.is_set():
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._target_port), CONNECT_TIMEOUT_S)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _forward(self, source: socket.socket) -> None:
        peer = self._peers.get(source)
        if peer is None:
            return
        try:
            data = source.recv(CHUNK)
            if data and self._whole.is_set():
                peer.sendall(data)
                return
        except OSError:
            pass  # either side went away: the pair goes with it
        self._drop(source)

    def _drop(self, one: socket.socket) -> None:
        other = self._peers.pop(one, None)
        for end in (one, other):
            if end is not None:
                self._peers.pop(end, None)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(end)
                end.close()

    def _drop_all(self) -> None:
        while self._peers:  # each drop takes both ends of a pair
            self._drop(next(iter(self._peers)))
