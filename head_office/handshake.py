"""Challenge and hello: how a terminal proves who it is, and how a rolled-back or cloned one is found.

The rules that simulation taught: fork logic runs only for a nonce that head office has just issued; nonces and sessions
are in memory only; a push carries its session; issuing a challenge revokes the session, under the same row lock that a
push holds, so that an honest ``hello.next_seq`` is never behind; the terminal takes only the answer to its own nonce.
"""

import logging
from collections.abc import Callable
from typing import Literal

import sqlalchemy as sa

from head_office import again, lives, recovery, recovery_key
from head_office.acts import keep
from head_office.branches import MARK
from head_office.clients import min_client
from head_office.doorman import check_signature
from head_office.flags import raise_flag
from head_office.office import Identity, Office
from head_office.readmission import NewLife, check_papers, readmit
from head_office.rotation import check_challenge
from head_office.sessions import Caller
from head_office.store import schema
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import PosError, Refused
from pos_app.sync.session import Papers
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.http import MALFORMED, TERMINAL_SIGNATURE, TERMINAL_UNKNOWN
from pos_app.sync.wire.messages import ChallengeAnswer, ChallengeRequest, HelloAnswer, HelloRequest
from pos_app.sync.wire.signatures import challenge_bytes, hello_bytes

MAX_SEQ = 2**53
OTHER_KEY = "terminal.other_key"
KEY_DIGITS = 16  # of a device key, enough to tell them apart
log = logging.getLogger(__name__)
_COMMANDS: dict[str, Literal["go", "locked"]] = {lives.LIVE: "go", lives.REVOKED: "locked"}
_LIFE = schema.life.c
_OF_LIFE = sa.update(schema.life).where(_LIFE.life_no == sa.bindparam("of"))
_CHALLENGED = _OF_LIFE.values(challenges=sa.bindparam("nth"))
_HEARD = _OF_LIFE.values(
    last_heard_ms=sa.bindparam("at_ms"), status=sa.bindparam("now"), protocol=sa.bindparam("speaks")
)


class Handshake:
    """Answers challenge and hello. ``greet`` runs after a live terminal was let in, for its float of rights."""

    def __init__(self, office: Office, greet: Callable[[Caller], None]) -> None:
        self._office = office
        self._greet = greet

    def challenge(self, request: ChallengeRequest) -> ChallengeAnswer:
        """End the life's session and give a nonce; raises Refused ``terminal.unknown``, ``terminal.signature``."""
        signed = challenge_bytes(request.terminal_id, request.epoch, request.client_nonce)
        papers = Papers(request.certificate, request.device_key)

        if MARK in request.epoch:
            raise Refused(TERMINAL_UNKNOWN)  # a branch is nobody's life

        def work(connection: sa.Connection) -> bytes:
            life = lives.named(connection, request.terminal_id, request.epoch)
            check_challenge(connection, life, signed, request.signature)
            nth = life.challenges + 1
            connection.execute(_CHALLENGED, {"of": life.life_no, "nth": nth})
            return self._office.sessions.challenge(life.life_no, self._office.clock.mono_ms(), nth)

        try:
            nonce = self._office.database.write(work)
        except Refused as error:
            if not papers.certificate:
                raise
            if error.code == TERMINAL_SIGNATURE:
                self._note_other_key(request, papers, signed)
            if error.code != TERMINAL_UNKNOWN:
                raise
            check_signature(papers.device_key, signed, request.signature)
            check_papers(self._office, request.terminal_id, request.epoch, papers)
            self._know_again(NewLife(request.terminal_id, request.epoch, papers.device_key))
            nonce = self._office.database.write(work)
        return ChallengeAnswer(
            incarnation=self._office.identity.incarnation, server_time_ms=self._office.clock.now_ms(), nonce=nonce
        )

    def _know_again(self, new: NewLife) -> None:
        """Let a life in that the database forgot, and become another incarnation if that proves a restore."""
        office = self._office

        def work(connection: sa.Connection) -> Identity | None:
            restore = readmit(office, connection, new)
            return None if restore is None else again.found_out(office, connection, restore)

        became = office.database.write(work)
        if became is not None:
            self._become(became)

    def _become(self, identity: Identity) -> None:
        """Answer as another incarnation; its acts, if they cannot be kept now, are kept with the next one."""
        self._office.become(identity)
        try:
            keep(self._office)
        except PosError as error:
            log.warning("head_office.acts_not_kept code=%s facts=%s", error.code, error.facts)

    def _note_other_key(self, request: ChallengeRequest, papers: Papers, signed: bytes) -> None:
        """Flag, once, a key that we certified for a life and that is not the life's.

        Two databases restored from one backup may have given one epoch to two devices; or a database restored from
        before a change of keys has not been told of the new one yet.
        """
        try:
            check_signature(papers.device_key, signed, request.signature)
            check_papers(self._office, request.terminal_id, request.epoch, papers)
        except Refused:
            return
        name = f"{request.terminal_id}/{request.epoch}/{papers.device_key.hex()[:KEY_DIGITS]}"
        flag = schema.flag.c
        known = sa.select(flag.code).where(flag.code == OTHER_KEY, flag.entity_id == name)

        def work(connection: sa.Connection) -> None:
            life = lives.named(connection, request.terminal_id, request.epoch)
            if connection.execute(known).first() is None:
                caller = lives.caller_of(life)
                raise_flag(connection, self._office.clock.now_ms(), OTHER_KEY, caller=caller, entity_id=name)

        self._office.database.write(work)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Start a session, or tell a life that was rolled back, cloned or replaced to enrol again.

        Raises:
            Refused: ``terminal.unknown``, ``terminal.signature``, ``nonce.unknown``, ``request.malformed``.
        """
        if not 1 <= request.next_seq <= MAX_SEQ:
            raise Refused(MALFORMED, detail="next_seq")
        if not 0 <= request.accepted_upto < request.next_seq:
            raise Refused(MALFORMED, detail="accepted_upto")
        if not 0 <= request.protocol <= MAX_SEQ:
            raise Refused(MALFORMED, detail="protocol")
        if request.proof is not None and not 0 <= request.proof.seq < request.next_seq:
            raise Refused(MALFORMED, detail="proof")
        answer, caller, became = self._office.database.write(lambda connection: self._admit(connection, request))
        mark(CommitPoint.HELLO_ADMITTED_BEFORE_ANSWER)
        if became is not None:
            self._become(became)
        elif answer.command == "go":
            self._greet(caller)
        return answer

    def _admit(self, connection: sa.Connection, request: HelloRequest) -> tuple[HelloAnswer, Caller, Identity | None]:
        """Return the answer, who asked, and which incarnation head office turns out to be, if it is another."""
        office = self._office
        recovery.check_current(office, connection)
        life = lives.named(connection, request.terminal_id, request.epoch)
        try:
            check_signature(life.device_key, hello_bytes(request), request.signature)
        except Refused:
            office.sessions.check_nonce(life.life_no, request.nonce)  # an old answer may have led it to the wrong key
            raise
        office.sessions.spend_nonce(life.life_no, request.nonce, office.clock.mono_ms(), life.challenges)
        status = life.status
        is_fork = _is_fork(request, life.last_seq, life.last_hash)
        if is_fork and status in (lives.LIVE, lives.SUPERSEDED):
            status = lives.FORKED
            raise_flag(connection, office.clock.now_ms(), "terminal.forked", caller=lives.caller_of(life))
            recovery.settle(office, connection, life.life_no, status)
        heard = {"of": life.life_no, "at_ms": office.clock.now_ms(), "now": status, "speaks": request.protocol}
        connection.execute(_HEARD, heard)
        caller = lives.caller_of(life)
        restore, became = recovery.proven(office, life, request), None
        if restore is not None:
            became = again.found_out(office, connection, restore)
            status = lives.locked(connection, life.life_no).status  # people may have ended it since the backup
        else:
            recovery.note_claim(office, connection, life, request)
        has_upto = request.next_seq - 1
        if is_fork or status == lives.FORKED:
            session = ""  # what it would push belongs to another history
        elif became or not recovery.greeted(office, connection, life, request.incarnation, has_upto):
            session = office.sessions.stillborn()  # it binds itself to this incarnation, and says hello again
        else:
            session = office.sessions.open(caller, life.device_key, life.challenges)
        public, signature = recovery_key.told(connection, office.identity)
        answer = HelloAnswer(
            incarnation=(became or office.identity).incarnation,
            server_time_ms=office.clock.now_ms(),
            nonce=request.nonce,
            session=session,
            resume_from=life.last_seq,
            stable_upto=life.stable_seq,
            head_hash=life.last_hash,
            head_signature=(became or office.identity).countersign(
                life.terminal_id, life.epoch, life.last_seq, life.last_hash
            ),
            min_client=min_client(connection),
            recovery_key=public,
            recovery_signature=signature,
            command=_COMMANDS.get(status, "re_enrol"),
        )
        return answer, caller, became


def _is_fork(request: HelloRequest, last_seq: int, last_hash: bytes) -> bool:
    """Say whether head office has more of this life than the terminal, or another event at the same place."""
    theirs = request.next_seq - 1
    if theirs == 0 and request.head_hash not in (GENESIS, b""):
        return True
    return theirs < last_seq or (theirs == last_seq and theirs > 0 and request.head_hash != last_hash)
