"""The terminal's side of the session and of pushing: no socket, no clock, no chance, no store.

Feed it what came back; it says what to send next and what to write down. The rules of the handshake, each of which a
simulated terminal once broke while it was missing:

1. Head office looks for a rolled-back terminal only in a hello that carries a nonce it has just issued.
2. Nonces and sessions live in memory on both sides and are bound to one incarnation of head office.
3. A push carries the session in force; head office refuses any other.
4. Asking for a nonce ends the session in force. The head of the log is read after the nonce came, so that an honest
   hello never looks older than what head office holds.
5. Only the answer to the nonce this process waits for starts a session, and if head office holds more of this life
   than the log did when hello was said, the database was rolled back: re-enrol.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

import msgspec

from pos_app.domain.events import LogEvent
from pos_app.domain.till import Countersigned
from pos_app.errors import Damaged
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    PROTOCOL_VERSION,
    ChallengeAnswer,
    ChallengeRequest,
    HelloAnswer,
    HelloRequest,
    Problem,
    PushAnswer,
    PushRequest,
    WireEvent,
)
from pos_app.sync.wire.signatures import (
    certificate_bytes,
    challenge_bytes,
    enrol_bytes,
    health_bytes,
    hello_bytes,
)

__all__ = [
    "Accepted",
    "Bound",
    "Effect",
    "Ended",
    "LogHead",
    "Papers",
    "Session",
    "State",
    "certificate_bytes",
    "challenge_bytes",
    "cut_batch",
    "enrol_bytes",
    "health_bytes",
    "hello_bytes",
]

Sign: TypeAlias = Callable[[bytes], bytes]

RE_ENROL = "session.re_enrol"
_HANDSHAKE_AGAIN = frozenset({http.SESSION_UNKNOWN, http.NONCE_UNKNOWN, http.PUSH_GAP})
_JUDGED = {"go": "", "re_enrol": RE_ENROL, "locked": http.TERMINAL_LOCKED}
_LOCKED = frozenset({http.TERMINAL_LOCKED, http.TERMINAL_UNKNOWN, http.TERMINAL_SIGNATURE})
# What ends a life; a terminal that is unknown may be one that a restored head office will admit again.
_ENDS = frozenset({RE_ENROL, http.PUSH_FORK, http.TERMINAL_LOCKED})


class State(StrEnum):
    """Where the session stands. Only ``RE_ENROL_NEEDED`` is final for the process."""

    OFFLINE = "offline"
    CHALLENGING = "challenging"
    GREETING = "greeting"
    IDLE = "idle"
    PUSHING = "pushing"
    RE_ENROL_NEEDED = "re_enrol_needed"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class LogHead:
    """The next seq that the log will give out, and the hash of the event before it."""

    next_seq: int
    hash: bytes
    accepted_upto: int = 0  # what the incarnation that this terminal is bound to acknowledged


@dataclass(frozen=True, slots=True)
class Papers:
    """What head office gave at enrolment: its certificate of this life, for this public device key."""

    certificate: bytes = b""
    device_key: bytes = b""


@dataclass(frozen=True, slots=True)
class Bound:
    """Write down: this terminal now talks to this incarnation of head office's database."""

    incarnation: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Write down what head office holds: a hint for the unsent count, since every session begins with its word."""

    accepted_upto: int
    stable_upto: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Write down: head office ended this life for the reason ``code``; empty: it trades (again)."""

    code: str


Effect: TypeAlias = Bound | Accepted | Ended
NO_PAPERS = Papers()


class Session:
    """One process run of one terminal life. Not thread-safe: whoever shares it holds a lock.

    Args:
        terminal_id: who speaks. ``epoch``: in which life.
        incarnation: of head office's database, as last bound ("" if never).
        sign: the device key's signature over the given bytes.
        client_version: for head office's list of terminals.
        problem: why this life may not trade, as written down by an earlier run.
        papers: shown with every challenge, for a head office that was restored and forgot this terminal.
    """

    def __init__(
        self,
        terminal_id: str,
        epoch: str,
        incarnation: str,
        sign: Sign,
        client_version: str,
        problem: str = "",
        *,
        papers: Papers = NO_PAPERS,
    ) -> None:
        self.terminal_id = terminal_id
        self.epoch = epoch
        self._sign = self._sign_hello = sign
        self._client_version = client_version
        self.papers = papers
        self._hello: HelloRequest | None = None
        self._in_flight: tuple[int, int] | None = None
        self.state = State.OFFLINE
        self.problem = problem  # why this life may not trade
        self.incarnation = incarnation
        self.session_id = ""
        self.accepted_upto = 0

    @property
    def is_open(self) -> bool:
        """Say whether there is a session to push with."""
        return self.state in (State.IDLE, State.PUSHING)

    @property
    def may_trade(self) -> bool:
        """Say whether the session is also good for pulling and asking: this life was not replaced by a newer one."""
        return self.is_open and not self.problem

    def challenge(self, client_nonce: bytes, sign: Sign | None = None) -> ChallengeRequest:
        """Begin anew: return the request for a nonce (rule 4); where another key is to be tried, by its ``sign``.

        The same key signs the hello that follows.
        """
        assert self.state is not State.RE_ENROL_NEEDED, self.problem
        self._close(State.CHALLENGING)
        self._sign_hello = sign or self._sign
        signature = self._sign_hello(challenge_bytes(self.terminal_id, self.epoch, client_nonce))
        certificate, device_key = self.papers.certificate, self.papers.device_key
        return ChallengeRequest(self.terminal_id, self.epoch, client_nonce, signature, certificate, device_key)

    def challenged(
        self, answer: ChallengeAnswer, head: LogHead, proof: Countersigned | None = None
    ) -> HelloRequest | None:
        """Take the nonce and the head of the log as read *after* it came; return hello, None if nobody asked.

        ``proof`` is the furthest head of this log that head office signed for.
        """
        if self.state is not State.CHALLENGING:
            return None
        unsigned = HelloRequest(
            terminal_id=self.terminal_id,
            epoch=self.epoch,
            nonce=answer.nonce,
            next_seq=head.next_seq,
            head_hash=head.hash,
            incarnation=self.incarnation,
            client_version=self._client_version,
            accepted_upto=head.accepted_upto,
            protocol=PROTOCOL_VERSION,
            proof=proof,
        )
        self._hello = msgspec.structs.replace(unsigned, signature=self._sign_hello(hello_bytes(unsigned)))
        self.state = State.GREETING
        return self._hello

    def greeted(self, answer: HelloAnswer) -> tuple[Effect, ...]:
        """Take the answer to hello; one that is not for the nonce waited for changes nothing (rule 5)."""
        hello = self._hello
        if self.state is not State.GREETING or hello is None or answer.nonce != hello.nonce:
            return ()
        self._hello = None
        if self.problem == http.PUSH_FORK:
            # Set back once, set back for ever: a restored head office that forgot the other history cannot tell, but
            # what this life seems to hold was spent in it.
            return self._stop(State.RE_ENROL_NEEDED, http.PUSH_FORK)
        if answer.command == "locked" and not answer.session:
            return self._stop(State.LOCKED, http.TERMINAL_LOCKED)
        replaced = answer.command == "re_enrol"
        if (replaced and not answer.session) or answer.resume_from >= hello.next_seq:
            return self._stop(State.RE_ENROL_NEEDED, http.PUSH_FORK)
        self.state = State.IDLE
        # A life that was replaced or revoked still delivers its history.
        judged = Ended(_JUDGED[answer.command])
        news = (judged,) if judged.code != self.problem else ()
        self.problem = judged.code
        self.session_id = answer.session
        self.accepted_upto = answer.resume_from
        moved = answer.incarnation != self.incarnation
        self.incarnation = answer.incarnation
        accepted = Accepted(answer.resume_from, min(answer.stable_upto, answer.resume_from))
        # In this order: what one incarnation acknowledged must never be remembered as another's word.
        return (*news, accepted, Bound(answer.incarnation)) if moved else (*news, accepted)

    def batch(self, events: Sequence[LogEvent]) -> PushRequest | None:
        """Put the next batch in flight.

        Args:
            events: log rows after ``accepted_upto``, in order; as many as fit are taken.

        Returns:
            None when there is nothing to send, no session, or a batch in flight already.

        Raises:
            Damaged: ``log.gap`` or ``log.chain`` when the rows do not follow each other.
        """
        if self.state is not State.IDLE or not events:
            return None
        cut = cut_batch(events)
        _check_follows(self.accepted_upto, cut)
        self._in_flight = (cut[0].seq, cut[-1].seq)
        self.state = State.PUSHING
        return PushRequest(
            session=self.session_id,
            terminal_id=self.terminal_id,
            epoch=self.epoch,
            first_seq=cut[0].seq,
            prev_hash=cut[0].prev_hash,
            events=[WireEvent(event.seq, event.body, event.hash) for event in cut],
        )

    def pushed(self, answer: PushAnswer) -> tuple[Effect, ...]:
        """Take the answer to a push; one that cannot be for the batch in flight changes nothing.

        An answer to an earlier copy of the same events is as true as the one waited for: what head office has
        committed within one incarnation, it holds.
        """
        if self._in_flight is None or answer.incarnation != self.incarnation:
            return ()
        first, last = self._in_flight
        if not first <= answer.accepted_upto <= last:
            return ()
        self._in_flight = None
        self.state = State.IDLE
        self.accepted_upto = answer.accepted_upto
        return (Accepted(answer.accepted_upto, min(answer.stable_upto, answer.accepted_upto)),)

    def failed(self) -> None:
        """No answer came: a batch may be sent again in the same session, a handshake begins anew."""
        if self.state is State.PUSHING:
            self._in_flight = None
            self.state = State.IDLE
        elif self.state in (State.CHALLENGING, State.GREETING):
            self._close(State.OFFLINE)

    def refused(self, problem: Problem, session_id: str) -> tuple[Effect, ...]:
        """Head office refused a request that carried ``session_id`` ("" during the handshake); old ones are ignored."""
        if session_id != self.session_id:
            return ()
        if problem.code == http.PUSH_FORK:
            return self._stop(State.RE_ENROL_NEEDED, problem.code)
        if problem.code in _LOCKED:
            return self._stop(State.LOCKED, problem.code)
        if problem.code in _HANDSHAKE_AGAIN:
            self._close(State.OFFLINE)
        else:
            self.failed()
        return ()

    def renew(self) -> None:
        """Let go of the session, so that the next request begins a new one."""
        if self.is_open:
            self._close(State.OFFLINE)

    def outlived(self, incarnation: str) -> bool:
        """Say whether an answer shows that head office became another incarnation; the session is over then."""
        if not self.is_open or incarnation == self.incarnation:
            return False
        self._close(State.OFFLINE)
        return True

    def _stop(self, state: State, problem: str) -> tuple[Effect, ...]:
        self._close(state)
        self.problem = problem
        return (Ended(problem),) if problem in _ENDS else ()

    def _close(self, state: State) -> None:
        self.state = state
        self.session_id = ""
        self._hello = None
        self._in_flight = None


def cut_batch(events: Sequence[LogEvent]) -> Sequence[LogEvent]:
    """Return the longest prefix within the limits of one push: at least one event, since one always fits."""
    size = 0
    for count, event in enumerate(events[:MAX_BATCH_EVENTS]):
        size += len(event.body)
        if size > MAX_BATCH_BYTES and count:
            return events[:count]
    return events[:MAX_BATCH_EVENTS]


def _check_follows(accepted_upto: int, events: Sequence[LogEvent]) -> None:
    for seq, event in enumerate(events, accepted_upto + 1):
        if event.seq != seq:
            raise Damaged("log.gap", wanted=seq, found=event.seq)
    for before, event in pairwise(events):
        if event.prev_hash != before.hash:
            raise Damaged("log.chain", seq=event.seq)
