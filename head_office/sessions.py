"""Nonces and sessions: in memory only, so that they die with the process and are in no backup.

The five rules of the handshake: fork logic runs only for a fresh nonce; nonces and sessions live in memory, bound to
the incarnation; a push carries the session; a new challenge revokes it; the terminal takes only the answer to its own
nonce. The first four are kept here and in ``handshake.py`` and ``intake.py``.
"""

import secrets
import threading
from dataclasses import dataclass

from pos_app.errors import Refused
from pos_app.sync.wire.http import NONCE_UNKNOWN, SESSION_UNKNOWN
from pos_app.sync.wire.signatures import NONCE_BYTES

NONCE_LIFE_MS = 60_000
SESSION_BYTES = 24


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


class Sessions:
    """At most one nonce and one session for each terminal life. Safe for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nonces: dict[int, _Nonce] = {}
        self._tokens: dict[int, str] = {}
        self._callers: dict[str, Caller] = {}

    def challenge(self, life_no: int, mono_ms: int) -> bytes:
        """Revoke the life's session and give the nonce for its next hello."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        with self._lock:
            self._revoke(life_no)
            self._nonces[life_no] = _Nonce(nonce, mono_ms + NONCE_LIFE_MS)
        return nonce

    def spend_nonce(self, life_no: int, nonce: bytes, mono_ms: int) -> None:
        """Use up the life's nonce; raises Refused ``nonce.unknown`` unless it is this one and fresh."""
        with self._lock:
            issued = self._nonces.get(life_no)
            if issued is None or not secrets.compare_digest(issued.value, nonce):
                raise Refused(NONCE_UNKNOWN)
            del self._nonces[life_no]
            if mono_ms > issued.until_mono_ms:
                raise Refused(NONCE_UNKNOWN)

    def open(self, caller: Caller) -> str:
        """Start the life's one session and return its token."""
        token = secrets.token_urlsafe(SESSION_BYTES)
        with self._lock:
            self._revoke(caller.life_no)
            self._tokens[caller.life_no] = token
            self._callers[token] = caller
        return token

    def caller(self, token: str) -> Caller:
        """Return who holds the session; raises Refused ``session.unknown``."""
        with self._lock:
            caller = self._callers.get(token)
        if caller is None:
            raise Refused(SESSION_UNKNOWN)
        return caller

    def named(self, token: str, terminal_id: str, epoch: str) -> Caller:
        """Return who holds the session if it is this terminal life; raises Refused ``session.unknown``."""
        caller = self.caller(token)
        if (caller.terminal_id, caller.epoch) != (terminal_id, epoch):
            raise Refused(SESSION_UNKNOWN)
        return caller

    def _revoke(self, life_no: int) -> None:
        token = self._tokens.pop(life_no, None)
        if token is not None:
            self._callers.pop(token, None)
