"""Head office as typed questions: each method is one request and its answer, over anything that carries bytes."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

import msgspec
import zstandard

from pos_app.domain.directory import Cursor
from pos_app.errors import Refused, Unavailable
from pos_app.sync.keys import verify
from pos_app.sync.session import health_bytes
from pos_app.sync.signer import Signer
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    MAX_FEED_ITEMS,
    ChallengeAnswer,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    FeedAnswer,
    HealthAnswer,
    HelloAnswer,
    HelloRequest,
    NewsAnswer,
    Problem,
    PushAnswer,
    PushRequest,
    ReceiptAnswer,
    ReceiptRequest,
    RightsAnswer,
    RightsRequest,
    RotateAnswer,
    RotateRequest,
    SnapshotManifest,
    StatementAnswer,
    StatementRequest,
)

READ_S = 10.0
RIGHTS_S = 5.0  # a cashier and a customer are waiting
POLL_MARGIN_S = 10.0
MANIFEST_S = 180.0  # head office may have to build the file first
ZSTD_LEVEL = 3
NOT_HEAD_OFFICE = "head_office.not_there"  # something answered, but not head office: a captive portal, a proxy
OK = 200
PARTIAL = 206
SENDINGS = 4  # of one request that head office says it has had

_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, decompressed."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A large body as it arrives. ``status`` 206 when it begins at the offset asked for, 200 at the start."""

    status: int
    pieces: Iterator[bytes]


class Wire(Protocol):
    """Carries bytes to head office and back; may be used by several threads.

    Raises Unavailable ``head_office.unreachable`` when no whole answer came (the request may have arrived all the
    same) and ``sync.stopped`` after ``abort``.
    """

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, read_s: float) -> Reply:
        """Send one request and wait for the whole answer; ``read_s`` is the longest silence, in seconds."""
        ...

    def download(self, target: str, headers: Mapping[str, str], read_s: float) -> AbstractContextManager[Download]:
        """Open a large body; leaving the context ends it."""
        ...

    def abort(self) -> None:
        """Break off what is under way, from any thread, and refuse what comes later."""
        ...


class HeadOffice:
    """The questions a terminal asks. ``signer`` signs those that belong to a session; enrolment needs none.

    A line that delivers a request twice can bring back the answer to the second copy, ``request.replayed``: the request
    is then sent again, signed anew. Every request may be sent again.

    Raises:
        Unavailable: ``head_office.unreachable``, ``head_office.failed {status}``, ``head_office.busy
            {retry_after_ms}``, ``head_office.not_there``.
        Refused: a code of ``wire.http``, with ``detail`` and head office's ``incarnation``.
    """

    def __init__(self, wire: Wire, signer: Signer | None = None) -> None:
        self._wire = wire
        self._signer = signer

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Exchange a one-time code for an identity."""
        return self._post(http.ENROL, request, EnrolAnswer)

    def health(self, head_office_key: bytes) -> HealthAnswer:
        """Make sure that head office itself answers, by its signature."""
        answer = self._get(http.HEALTH, "", HealthAnswer)
        signed = health_bytes(answer.incarnation, answer.server_time_ms)
        if not verify(head_office_key, signed, answer.signature):
            raise Unavailable(NOT_HEAD_OFFICE, cause="signature")
        return answer

    def challenge(self, request: ChallengeRequest) -> ChallengeAnswer:
        """Ask for a nonce."""
        return self._post(http.CHALLENGE, request, ChallengeAnswer)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Start a session."""
        return self._post(http.HELLO, request, HelloAnswer)

    def push(self, request: PushRequest) -> PushAnswer:
        """Send one batch."""
        return self._post(http.PUSH, request, PushAnswer, session=request.session)

    def rights(self, request: RightsRequest) -> RightsAnswer:
        """Ask for points of one member."""
        return self._post(http.RIGHTS, request, RightsAnswer, RIGHTS_S, request.session)

    def receipt(self, request: ReceiptRequest) -> ReceiptAnswer:
        """Ask for a sale by its receipt number."""
        return self._post(http.RECEIPT, request, ReceiptAnswer, RIGHTS_S, request.session)

    def statement(self, request: StatementRequest) -> StatementAnswer:
        """Ask for a page of a member's points."""
        return self._post(http.STATEMENT, request, StatementAnswer, RIGHTS_S, request.session)

    def rotate(self, request: RotateRequest) -> RotateAnswer:
        """Tell of a new device key, or ask for the certificate of the one in force."""
        return self._post(http.ROTATE, request, RotateAnswer, session=request.session)

    def feed(self, session: str, shard: str, cursor: Cursor) -> FeedAnswer:
        """Ask for the changes after ``cursor``, as they are now."""
        query = {
            "shard": shard,
            "incarnation": cursor.incarnation,
            "cursor": cursor.pos,
            "limit": MAX_FEED_ITEMS,
        }
        return self._get(f"{http.FEED}?{urlencode(query)}", session, FeedAnswer)

    def news(self, session: str, cursors: Mapping[str, Cursor], wait_s: int = 0) -> NewsAnswer:
        """Ask which shards have changes after their cursor; head office holds the answer until one has."""
        assert 0 <= wait_s <= http.MAX_WAIT_S, wait_s
        query = [("incarnation", next(iter(cursors.values())).incarnation), ("wait", str(wait_s))]
        for shard, cursor in cursors.items():
            query += [("shard", shard), ("cursor", str(cursor.pos))]
        return self._get(f"{http.NEWS}?{urlencode(query)}", session, NewsAnswer, READ_S + wait_s)

    def snapshot(self, session: str, shard: str = "") -> SnapshotManifest:
        """Ask for a directory file of this terminal's store, or of one shard of it."""
        target = f"{http.SNAPSHOT_MANIFEST}?{urlencode({'shard': shard})}" if shard else http.SNAPSHOT_MANIFEST
        return self._get(target, session, SnapshotManifest, MANIFEST_S)

    def chunk(self, session: str, snapshot_id: str, n: int, offset: int) -> AbstractContextManager[Download]:
        """Open the rest of one chunk from byte ``offset``; the caller checks the status and the hash."""
        target = http.SNAPSHOT_CHUNK.format(snapshot_id=snapshot_id, n=n)
        headers = {"Accept-Encoding": "identity", **self._signed("GET", target, session, None)}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        return self._wire.download(target, headers, READ_S)

    def _post(
        self, target: str, request: msgspec.Struct, answer: type[_T], read_s: float = READ_S, session: str = ""
    ) -> _T:
        body = zstandard.compress(msgspec.json.encode(request), ZSTD_LEVEL)
        headers = {"Content-Type": "application/json", "Content-Encoding": "zstd"}
        return self._send("POST", target, headers, body, read_s, session, answer)

    def _get(self, target: str, session: str, answer: type[_T], read_s: float = READ_S) -> _T:
        return self._send("GET", target, {}, None, read_s, session, answer)

    def _send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        read_s: float,
        session: str,
        answer: type[_T],
    ) -> _T:
        for _ in range(SENDINGS):
            signed = self._signed(method, target, session, body)
            try:
                return _answer(self._wire.send(method, target, {**headers, **signed}, body, read_s), answer)
            except Refused as error:
                if error.code != http.REPLAYED:
                    raise
        raise Unavailable(NOT_HEAD_OFFICE, cause=http.REPLAYED)

    def _signed(self, method: str, target: str, session: str, body: bytes | None) -> dict[str, str]:
        """Return session and signature of one sending; nothing outside a session."""
        if not session:
            return {}
        assert self._signer is not None, target
        return {http.SESSION_HEADER: session, **self._signer.fields(method, target, session, body)}


def _answer(reply: Reply, shape: type[_T]) -> _T:
    if reply.status != OK:
        raise problem_of(reply)
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        digest = hashlib.sha256(reply.body).hexdigest()[:12]
        raise Unavailable(NOT_HEAD_OFFICE, cause="body", length=len(reply.body), sha256=digest) from error


def problem_of(reply: Reply) -> Refused | Unavailable:
    """Return the error that an answer other than 200 means."""
    try:
        problem = msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        code = "head_office.failed" if reply.status >= 500 else NOT_HEAD_OFFICE
        return Unavailable(code, status=reply.status)
    if problem.code == http.BUSY:
        return Unavailable(http.BUSY, retry_after_ms=problem.retry_after_ms)
    if problem.code not in http.STATUS:
        return Unavailable("head_office.failed", status=reply.status, said=problem.code)
    return Refused(problem.code, detail=problem.detail, incarnation=problem.incarnation)
