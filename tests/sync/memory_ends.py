"""Both ends of the protocol in memory: a till whose log is a list, and a head office that keeps the handshake's rules.

The head office here knows sessions and logs only: enough to play every order of messages against the real session.
"""

from dataclasses import dataclass, field
from datetime import date

from nacl.signing import SigningKey

from pos_app.domain.events import Circumstances, DrawerOpened, LogEvent
from pos_app.domain.ids import Origin
from pos_app.errors import Refused
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.session import LogHead, Session, challenge_bytes, hello_bytes
from pos_app.sync.wire import http
from pos_app.sync.wire.event_codec import GENESIS, chain_hash, seal
from pos_app.sync.wire.messages import (
    ChallengeAnswer,
    ChallengeRequest,
    EventStatus,
    HelloAnswer,
    HelloRequest,
    PushAnswer,
    PushRequest,
)

TERMINAL, EPOCH = "S01-1", "1.1"
DEVICE = DeviceKey(bytes(range(32)))
AT = Circumstances(date(2026, 11, 23), "E1", 1_795_000_000_000, 1, "boot")


class ListLog:
    """An event log in a list, chained like the real one."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []

    def say(self, reason: str) -> LogEvent:
        origin = Origin(TERMINAL, EPOCH, len(self.events) + 1)
        event = seal(origin, self.head().hash, DrawerOpened(reason), AT)
        self.events.append(event)
        return event

    def head(self) -> LogHead:
        return LogHead(len(self.events) + 1, self.events[-1].hash if self.events else GENESIS)

    def after(self, seq: int) -> list[LogEvent]:
        return self.events[seq:]


def new_session(incarnation: str = "", problem: str = "") -> Session:
    """A fresh process of the terminal."""
    return Session(TERMINAL, EPOCH, incarnation, DEVICE.sign, "test", problem)


@dataclass
class TinyHeadOffice:
    """Rules 1 to 4 of the handshake, an inbox with a hash chain, and a restore from backup."""

    incarnation: str = "1-a"
    inbox: list[tuple[bytes, bytes]] = field(default_factory=list)  # (hash, body), seq is the place
    nonce: bytes | None = None
    session: str = ""
    issued: int = 0
    forks: int = 0
    key: SigningKey = field(default_factory=lambda: SigningKey(bytes(32)))

    @property
    def last_hash(self) -> bytes:
        return self.inbox[-1][0] if self.inbox else GENESIS

    def crash(self) -> None:
        self.nonce, self.session = None, ""

    def restore(self, upto: int, incarnation: str) -> None:
        """Become the backup that had ``upto`` events."""
        self.crash()
        del self.inbox[upto:]
        self.incarnation = incarnation

    def challenge(self, request: ChallengeRequest) -> ChallengeAnswer:
        signed = challenge_bytes(request.terminal_id, request.epoch, request.client_nonce)
        if not verify(DEVICE.public, signed, request.signature):
            raise Refused(http.TERMINAL_SIGNATURE)
        self.session = ""
        self.issued += 1
        self.nonce = f"{self.incarnation}/{self.issued}".encode()
        return ChallengeAnswer(incarnation=self.incarnation, server_time_ms=0, nonce=self.nonce)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        if not verify(DEVICE.public, hello_bytes(request), request.signature):
            raise Refused(http.TERMINAL_SIGNATURE)
        if request.nonce != self.nonce:
            raise Refused(http.NONCE_UNKNOWN)
        self.nonce = None
        theirs, ours = request.next_seq - 1, len(self.inbox)
        forked = theirs < ours or (theirs == ours and request.head_hash != self.last_hash)
        self.forks += forked
        self.issued += 1
        self.session = "" if forked else f"session-{self.issued}"
        return HelloAnswer(
            incarnation=self.incarnation,
            server_time_ms=0,
            nonce=request.nonce,
            session=self.session,
            resume_from=ours,
            stable_upto=ours,
            command="re_enrol" if forked else "go",
        )

    def push(self, request: PushRequest) -> PushAnswer:
        if not self.session or request.session != self.session:
            raise Refused(http.SESSION_UNKNOWN)
        if request.first_seq > len(self.inbox) + 1:
            raise Refused(http.PUSH_GAP)
        before = self.inbox[request.first_seq - 2][0] if request.first_seq > 1 else GENESIS
        if request.prev_hash != before:
            raise Refused(http.PUSH_FORK)
        statuses = []
        for event in request.events:
            if event.seq <= len(self.inbox):
                if self.inbox[event.seq - 1][0] != event.hash:
                    raise Refused(http.PUSH_FORK)
                statuses.append(EventStatus(event.seq, "duplicate"))
                continue
            origin = Origin(request.terminal_id, request.epoch, event.seq)
            assert event.hash == chain_hash(origin, self.last_hash, event.body)
            self.inbox.append((event.hash, event.body))
            statuses.append(EventStatus(event.seq, "posted"))
        upto = request.events[-1].seq
        return PushAnswer(
            incarnation=self.incarnation, server_time_ms=0, accepted_upto=upto, stable_upto=upto, statuses=statuses
        )
