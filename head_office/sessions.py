"""Nonces and sessions: in memory only, so that they die with the process and are in no backup.

The five rules of the handshake: fork logic runs only for a fresh nonce; nonces and sessions live in memory, bound to
the incarnation; a push carries the session; a new challenge revokes it; the terminal takes only the answer to its own
nonce. The first four are kept here and in ``handshake.py`` and ``intake.py``.
"""

import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from pos_app.errors import Refused
from pos_app.sync.wire.http import NONCE_UNKNOWN, REPLAYED, SESSION_UNKNOWN
from pos_app.sync.wire.signatures import NONCE_BYTES

NONCE_LIFE_MS = 60_000
SESSION_BYTES = 24
WINDOW = 1024  # how far behind the newest request of a session another may arrive


@dataclass(frozen=True, slots=True)
class Caller:
    """Which terminal life is speaking."""

    life_no: int
    terminal_id: str
    epoch: str
    store_id: str


@dataclass(frozen=True, slots=True)
class _Nonce:
    value: bytes
    until_mono_ms: int
    nth: int


class _Window:
    """The counters seen in one session: the newest, and as bits those just below it."""

    __slots__ = ("newest", "seen")

    def __init__(self) -> None:
        self.newest = -1
        self.seen = 0

    def take(self, counter: int) -> bool:
        """Note a counter and say whether it is new; one that is too old counts as seen."""
        ahead = counter - self.newest
        if ahead > 0:
            kept = self.seen << ahead if ahead < WINDOW else 0
            self.seen = (kept | 1) & ((1 << WINDOW) - 1)
            self.newest = counter
            return True
        bit = 1 << -ahead
        if -ahead >= WINDOW or self.seen & bit:
            return False
        self.seen |= bit
        return True


@dataclass(frozen=True, slots=True)
class Open:
    """A session in force: whose it is, and the public key that its requests are signed with.

    ``nth`` is the challenge of its life that it began with: a later one, of any process on this database, ends it.
    """

    caller: Caller
    device_key: bytes
    nth: int = 0
    window: _Window = field(default_factory=_Window)


class Sessions:
    """At most one nonce and one session for each terminal life. Safe for any thread.

    Args:
        token: unpredictable bytes of a given length.
    """

    def __init__(self, token: Callable[[int], bytes]) -> None:
        self._token = token
        self._lock = threading.Lock()
        self._nonces: dict[int, _Nonce] = {}
        self._tokens: dict[int, str] = {}
        self._open: dict[str, Open] = {}

    def challenge(self, life_no: int, mono_ms: int, nth: int) -> bytes:
        """Revoke the life's session and give the nonce for its next hello, its ``nth`` as the database counts."""
        nonce = self._token(NONCE_BYTES)
        with self._lock:
            self._revoke(life_no)
            self._nonces[life_no] = _Nonce(nonce, mono_ms + NONCE_LIFE_MS, nth)
        return nonce

    def check_nonce(self, life_no: int, nonce: bytes) -> None:
        """Raise Refused ``nonce.unknown`` unless this is the life's nonce; it is not used up."""
        with self._lock:
            issued = self._nonces.get(life_no)
        if issued is None or not secrets.compare_digest(issued.value, nonce):
            raise Refused(NONCE_UNKNOWN)

    def spend_nonce(self, life_no: int, nonce: bytes, mono_ms: int, nth: int) -> None:
        """Use up the life's nonce; raises Refused ``nonce.unknown`` unless it is this one, fresh, and its newest."""
        with self._lock:
            issued = self._nonces.get(life_no)
            if issued is None or not secrets.compare_digest(issued.value, nonce):
                raise Refused(NONCE_UNKNOWN)
            del self._nonces[life_no]
            if mono_ms > issued.until_mono_ms or nth != issued.nth:
                raise Refused(NONCE_UNKNOWN)

    def open(self, caller: Caller, device_key: bytes, nth: int = 0) -> str:
        """Start the life's one session and return its token."""
        token = self.stillborn()
        with self._lock:
            self._revoke(caller.life_no)
            self._tokens[caller.life_no] = token
            self._open[token] = Open(caller, device_key, nth)
        return token

    def opened(self, token: str) -> Open:
        """Return the session; raises Refused ``session.unknown``."""
        with self._lock:
            found = self._open.get(token)
        if found is None:
            raise Refused(SESSION_UNKNOWN)
        return found

    def stillborn(self) -> str:
        """Return a token that opens nothing: its first use is answered ``session.unknown``."""
        return urlsafe_b64encode(self._token(SESSION_BYTES)).decode()

    def revoke(self, life_no: int) -> None:
        """End the life's session, if it has one."""
        with self._lock:
            self._revoke(life_no)

    def forget_all(self) -> None:
        """End every session and void every nonce: head office became another incarnation."""
        with self._lock:
            self._nonces.clear()
            self._tokens.clear()
            self._open.clear()

    def caller(self, token: str) -> Caller:
        """Return who holds the session; raises Refused ``session.unknown``."""
        return self.opened(token).caller

    def count(self, token: str, counter: int) -> None:
        """Use up a request's counter; raises Refused ``session.unknown``, ``request.replayed`` (seen, or too old)."""
        session = self.opened(token)
        with self._lock:
            is_new = session.window.take(counter)
        if not is_new:
            raise Refused(REPLAYED)

    def named(self, token: str, terminal_id: str, epoch: str) -> Caller:
        """Return who holds the session if it is this terminal life; raises Refused ``session.unknown``."""
        caller = self.caller(token)
        if (caller.terminal_id, caller.epoch) != (terminal_id, epoch):
            raise Refused(SESSION_UNKNOWN)
        return caller

    def still(self, token: str, nth: int) -> None:
        """Make sure, with the life's row locked, that a session is in force; ``nth`` as that row counts challenges.

        Raises Refused ``session.unknown``.
        """
        if self.opened(token).nth != nth:
            raise Refused(SESSION_UNKNOWN)

    def _revoke(self, life_no: int) -> None:
        token = self._tokens.pop(life_no, None)
        if token is not None:
            self._open.pop(token, None)
