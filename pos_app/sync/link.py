"""The one session of this process, shared by the lanes that push, pull and ask for rights."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.till import Countersigned
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.sync.endpoints import NOT_HEAD_OFFICE, HeadOffice
from pos_app.sync.keys import Device, DeviceKey, verify
from pos_app.sync.session import Accepted, Bound, Effect, Ended, Papers, Session, Sign, State
from pos_app.sync.till_port import LogPort
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    Answer,
    ChallengeAnswer,
    HelloAnswer,
    HelloRequest,
    Problem,
    PushAnswer,
    PushRequest,
)
from pos_app.sync.wire.signatures import NONCE_BYTES, head_bytes, recovery_bytes

LOST = "head_office.lost"
LOCK_S = 15.0  # longer than a handshake whose answers are slow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a request needs: the session in force, and the incarnation it belongs to."""

    session: str
    incarnation: str


@dataclass(frozen=True, slots=True)
class News:
    """Who is told what a handshake brings.

    ``notice`` is told ``head_office.lost`` while head office holds less than it signed for, "" once it holds it again;
    ``recovery`` is given the public key that the database key is to be sealed to.
    """

    notice: Callable[[str], None] = lambda _code: None
    recovery: Callable[[bytes], None] = lambda _public_key: None


class Link:
    """Holds the session under a lock. Effects are written down before the lock is let go, so they keep their order.

    Args:
        session: of this process. ``office``: head office. ``log``: where effects go.
        head_office_key: what head office's health answers and countersigned heads must be signed with.
        token: unpredictable bytes of a given length.
        device: tried key by key where head office may know this till by another; None: the session's own signature.
        news: who is told what a handshake brings.
    """

    def __init__(
        self,
        session: Session,
        office: HeadOffice,
        log: LogPort,
        head_office_key: bytes,
        token: Callable[[int], bytes],
        news: News | None = None,
        device: Device | None = None,
    ) -> None:
        self._session = session
        self._office = office
        self._log = log
        self._head_office_key = head_office_key
        self._token = token
        self._news = news or News()
        self._device = device
        self._in_flight: dict[int, bytes] = {}  # seq to chain hash
        self._lost_upto = 0
        self._lock = threading.Lock()

    def open(self, *, for_history: bool = False) -> Pass:
        """Return the session in force, after a handshake if there is none.

        Args:
            for_history: true also lets a life that was replaced send what it still has.

        Raises:
            Unavailable: no answer, or nothing that head office signed.
            Refused: ``session.re_enrol``, ``push.fork``, ``terminal.locked`` and what else ends trading with this
                terminal; codes that a new try mends are ``nonce.unknown`` and ``session.unknown``.
        """
        with self._held():
            if not self._session.is_open:
                self._shake_hands()
            if not (for_history or self._session.may_trade):
                raise Refused(self._session.problem)
            return Pass(self._session.session_id, self._session.incarnation)

    def next_batch(self) -> PushRequest | None:
        """Read the log and put the next batch in flight; None when all is sent or the session has ended meanwhile."""
        with self._held():
            if self._session.state is not State.IDLE:
                return None
            events = self._log.events_after(self._session.accepted_upto, MAX_BATCH_EVENTS, MAX_BATCH_BYTES)
            request = self._session.batch(events)
            self._in_flight = {} if request is None else {event.seq: event.hash for event in request.events}
            return request

    def pushed(self, answer: PushAnswer) -> bool:
        """Take the answer to a push and say whether it moved anything.

        Raises:
            Damaged: ``head_office.signature`` when it is not signed for what was sent: nothing counts as accepted.
        """
        with self._held():
            head = self._pushed_head(answer)
            effects = self._session.pushed(answer)
            if not effects:
                self._session.outlived(answer.incarnation)
                self._session.failed()
            self._write_down(effects, head)
            if head is not None and head.seq >= self._lost_upto > 0:
                self._lost_upto = 0
                self._news.notice("")
            return bool(effects)

    def failed(self) -> None:
        """No answer came to a push."""
        with self._held():
            self._session.failed()

    def refused(self, error: Refused, session_id: str) -> None:
        """Head office refused a request of this session."""
        with self._held():
            self._write_down(self._session.refused(Problem(error.code), session_id))

    def checked(self, answer: Answer, ticket: Pass) -> None:
        """Make sure that an answer comes from the incarnation that the session belongs to.

        Raises:
            Unavailable: ``head_office.changed``; the session is over, a new try begins a new one.
        """
        if answer.incarnation != ticket.incarnation:
            with self._held():
                self._session.outlived(answer.incarnation)
            raise Unavailable("head_office.changed")

    def renew(self) -> None:
        """End the session here: the next request shakes hands first."""
        with self._held():
            self._session.renew()

    def show(self, papers: Papers) -> None:
        """Show these papers with every challenge from now on."""
        with self._held():
            self._session.papers = papers

    def _challenge(self) -> tuple[ChallengeAnswer, DeviceKey | None]:
        """Ask for a nonce with the key that head office knows this till by; return that key with the answer."""
        keys = self._device.candidates() if self._device is not None else ()
        for key in keys[:-1]:
            try:
                return self._challenge_with(key.sign), key
            except Refused as error:
                if error.code != http.TERMINAL_SIGNATURE:
                    raise
        if keys:
            return self._challenge_with(keys[-1].sign), keys[-1]
        return self._challenge_with(None), None

    def _challenge_with(self, sign: Sign | None) -> ChallengeAnswer:
        return self._office.challenge(self._session.challenge(self._token(NONCE_BYTES), sign))

    def _shake_hands(self) -> None:
        session = self._session
        if session.state is State.RE_ENROL_NEEDED:
            raise Refused(session.problem)
        try:
            self._office.health(self._head_office_key)
            nonce, key = self._challenge()
            log_head, signed_for = self._log.head(), self._log.countersigned()
            hello = session.challenged(nonce, log_head, signed_for)
            assert hello is not None, session.state
            greeting = self._office.hello(hello)
            mark(CommitPoint.HELLO_ANSWERED_BEFORE_BIND)
            head = self._greeted_head(greeting, hello)
            if self._device is not None and key is not None and head is not None:
                self._device.accepted(key)
            effects = session.greeted(greeting)
            self._look_for_loss(head, signed_for)
            self._write_down(effects, head)
            self._log.heard(greeting.server_time_ms)
            self._take_recovery_key(greeting)
        except Refused as error:
            self._write_down(session.refused(Problem(error.code), ""))
            raise
        finally:
            session.failed()
        if session.is_open:
            return
        if session.problem:
            raise Refused(session.problem)
        raise Unavailable(NOT_HEAD_OFFICE, cause="nonce")

    def _pushed_head(self, answer: PushAnswer) -> Countersigned | None:
        """Return what head office signed for by an answer to the batch in flight, None if it is not for that."""
        head_hash = self._in_flight.get(answer.accepted_upto)
        if head_hash is None:
            return None
        try:
            return self._countersigned(answer.incarnation, answer.accepted_upto, head_hash, answer.head_signature)
        except Damaged:
            self._session.failed()
            raise

    def _greeted_head(self, greeting: HelloAnswer, hello: HelloRequest) -> Countersigned | None:
        """Return the head that head office resumes from; None where no session begins with this answer.

        Raises:
            Damaged: ``head_office.signature``.
            Refused: ``push.fork`` when another event stands there in this log.
        """
        if greeting.nonce != hello.nonce or not greeting.session or greeting.resume_from >= hello.next_seq:
            return None
        head = self._countersigned(
            greeting.incarnation, greeting.resume_from, greeting.head_hash, greeting.head_signature
        )
        if self._log.hash_at(head.seq) != head.hash:
            raise Refused(http.PUSH_FORK, detail=f"at {head.seq}")
        return head

    def _countersigned(self, incarnation: str, upto: int, head_hash: bytes, signature: bytes) -> Countersigned:
        signed = head_bytes(self._session.terminal_id, self._session.epoch, incarnation, upto, head_hash)
        if not verify(self._head_office_key, signed, signature):
            raise Damaged("head_office.signature", upto=upto)
        return Countersigned(incarnation, upto, head_hash, signature)

    def _take_recovery_key(self, greeting: HelloAnswer) -> None:
        """Pass on the key that the database key is to be sealed to; a file that cannot be written stops nothing."""
        key = greeting.recovery_key
        if not key or not verify(self._head_office_key, recovery_bytes(key), greeting.recovery_signature):
            return
        try:
            self._news.recovery(key)
        except PosError as error:
            log.warning("sync.no_recovery_file code=%s", error.code)

    def _look_for_loss(self, head: Countersigned | None, kept: Countersigned | None) -> None:
        """Say so when head office, which was not restored, holds less than it has signed for; it is sent again."""
        if head is None or kept is None:
            return
        if kept.incarnation == head.incarnation and kept.seq > head.seq:
            log.error("sync.head_office_lost signed_upto=%d holds=%d", kept.seq, head.seq)
            self._lost_upto = kept.seq
            self._news.notice(LOST)
        elif self._lost_upto:
            self._lost_upto = 0
            self._news.notice("")

    def _write_down(self, effects: tuple[Effect, ...], head: Countersigned | None = None) -> None:
        for effect in effects:
            match effect:
                case Bound(incarnation):
                    self._log.bind(incarnation)
                case Accepted(accepted_upto, stable_upto):
                    self._log.mark_accepted(accepted_upto, stable_upto, head)
                case Ended(code):
                    self._log.mark_ended(code)

    @contextmanager
    def _held(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=LOCK_S):
            raise Unavailable("head_office.unreachable", cause="handshake")
        try:
            yield
        finally:
            self._lock.release()
