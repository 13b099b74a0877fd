"""The requests wire against a server that says anything at all."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
import zstandard

from pos_app.domain.directory import Cursor
from pos_app.errors import Refused, Unavailable
from pos_app.sync.client import RequestsWire
from pos_app.sync.endpoints import HeadOffice, Reply
from pos_app.sync.keys import DeviceKey
from pos_app.sync.session import health_bytes
from pos_app.sync.signer import Signer
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import FeedAnswer, HealthAnswer, Problem, PushAnswer, PushRequest, WireEvent
from tests.sync.raw_server import RawServer, answer

KEY = DeviceKey(bytes(range(32)))
SIGNER = Signer("S01-1/1.1", KEY.sign)


@contextmanager
def talking(*said: bytes) -> Iterator[tuple[RawServer, RequestsWire]]:
    """Serve these bytes, one piece a request; the last is repeated."""
    rest = list(said)

    def act(connection: socket.socket, _request: bytes) -> None:
        server.say(connection, rest.pop(0) if len(rest) > 1 else rest[0])

    server = RawServer(act)
    wire = RequestsWire(server.url)
    try:
        yield server, wire
    finally:
        wire.abort()
        server.close()


def get(wire: RequestsWire, read_s: float = 5.0) -> Reply:
    return wire.send("GET", "/v1/health", {}, None, read_s)


def push_answer() -> bytes:
    return msgspec.json.encode(
        PushAnswer(incarnation="1", server_time_ms=1, accepted_upto=1, stable_upto=1, statuses=[])
    )


def test_a_push_travels_as_compressed_json():
    with talking(answer(push_answer())) as (server, wire):
        asked = PushRequest("s", "T", "1.1", 1, b"p" * 32, [WireEvent(1, b'{"a":1}', b"h" * 32)])

        HeadOffice(wire, SIGNER).push(asked)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert b"Content-Encoding: zstd" in head
        assert msgspec.json.decode(zstandard.decompress(body), type=PushRequest) == asked


def test_a_compressed_answer_is_read():
    packed = zstandard.compress(push_answer())
    with talking(answer(packed, headers="Content-Encoding: zstd\r\n")) as (_server, wire):
        assert get(wire).body == push_answer()


def test_a_request_of_the_feed_names_shard_cursor_and_session():
    page = FeedAnswer(incarnation="1-a", server_time_ms=1, shard="store:S01", items=[], next_pos=7, head_pos=7)
    with talking(answer(msgspec.json.encode(page))) as (server, wire):
        HeadOffice(wire, SIGNER).feed("sess", "store:S01", Cursor("1-a", 7))

        head = server.requests[0].decode()
        assert head.startswith("GET /v1/feed?shard=store%3AS01&incarnation=1-a&cursor=7&limit=500 ")
        assert "X-Session: sess" in head


def test_connections_are_kept_alive():
    with talking(answer(push_answer())) as (server, wire):
        for _ in range(3):
            get(wire)

        assert len(server._threads) == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(push_answer()[:10], length=len(push_answer())),
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["half a body", "nothing", "not HTTP"],
)
def test_a_cut_answer_is_no_answer(said):
    cut_answer_is_unreachable(said)


def test_a_cut_head_is_no_answer(expect_log):
    expect_log("Failed to parse headers")  # urllib3 says so, and goes on as if the head were whole

    cut_answer_is_unreachable(b"HTTP/1.1 200 OK\r\nContent-Le")


def cut_answer_is_unreachable(said: bytes) -> None:
    def act(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_RDWR)
        raise OSError

    server = RawServer(act)
    wire = RequestsWire(server.url)

    with pytest.raises(Unavailable, match=r"head_office\.unreachable"):
        get(wire)

    wire.abort()
    server.close()


def test_a_closed_port_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    wire = RequestsWire(f"http://127.0.0.1:{port}")

    with pytest.raises(Unavailable, match=r"head_office\.unreachable"):
        get(wire)

    wire.abort()


def test_silence_ends_after_the_time_allowed():
    server = RawServer(lambda _connection, _request: server.release.wait(5) and None)
    wire = RequestsWire(server.url)
    began = time.monotonic()

    with pytest.raises(Unavailable, match=r"head_office\.unreachable"):
        get(wire, read_s=0.2)

    assert time.monotonic() - began < 2
    wire.abort()
    server.close()


@pytest.mark.parametrize(
    "said",
    [
        answer(b"<html>Welcome to the Mall Wi-Fi</html>"),
        answer(b"", status="302 Found", headers="Location: http://portal.example/\r\n"),
        answer(b"<html>login</html>", status="511 Network Authentication Required"),
        answer(b"{}"),
        answer(b'{"incarnation": 7}'),
        answer(b"\xff\xfe"),
        answer(push_answer(), headers="Content-Encoding: gzip\r\n"),
        answer(b"not zstd", headers="Content-Encoding: zstd\r\n"),
    ],
    ids=["page", "redirect", "511", "empty", "wrong type", "not text", "gzip", "not zstd"],
)
def test_a_captive_portal_is_not_head_office(said):
    with talking(said) as (_server, wire), pytest.raises(Unavailable) as raised:
        HeadOffice(wire).health(KEY.public)

    assert raised.value.code in ("head_office.not_there", "head_office.failed")


def test_health_counts_only_with_head_office_s_signature():
    forged = HealthAnswer(incarnation="1", server_time_ms=5, signature=DeviceKey(bytes(32)).sign(health_bytes("1", 5)))
    true = HealthAnswer(incarnation="1", server_time_ms=5, signature=KEY.sign(health_bytes("1", 5)))
    with talking(answer(msgspec.json.encode(forged)), answer(msgspec.json.encode(true))) as (_server, wire):
        office = HeadOffice(wire)

        with pytest.raises(Unavailable, match=r"head_office\.not_there"):
            office.health(KEY.public)
        assert office.health(KEY.public).server_time_ms == 5


def test_a_bomb_is_not_unpacked():
    bomb = zstandard.compress(bytes(50_000_000))
    with (
        talking(answer(bomb, headers="Content-Encoding: zstd\r\n")) as (_server, wire),
        pytest.raises(Unavailable, match="too long"),
    ):
        get(wire)


def test_an_endless_answer_is_not_read():
    with talking(answer(bytes(20_000_000))) as (_server, wire), pytest.raises(Unavailable, match="too long"):
        get(wire)


@pytest.mark.parametrize(
    ("status", "problem", "kind", "code"),
    [
        ("401 Unauthorized", Problem(http.SESSION_UNKNOWN, "who?", "2-b"), Refused, http.SESSION_UNKNOWN),
        ("409 Conflict", Problem(http.PUSH_FORK), Refused, http.PUSH_FORK),
        ("503 Service Unavailable", Problem(http.BUSY, retry_after_ms=2000), Unavailable, http.BUSY),
        ("500 Oops", Problem("books.exploded"), Unavailable, "head_office.failed"),
    ],
)
def test_a_problem_becomes_the_error_that_it_means(status, problem, kind, code):
    said = answer(msgspec.json.encode(problem), status=status)
    with talking(said) as (_server, wire), pytest.raises(kind) as raised:
        HeadOffice(wire, SIGNER).snapshot("s")

    assert raised.value.code == code
    assert raised.value.facts.get("retry_after_ms") == problem.retry_after_ms
    assert raised.value.facts.get("incarnation", problem.incarnation) == problem.incarnation


def test_a_problem_page_of_something_else_is_no_refusal():
    with (
        talking(answer(b"<h1>Bad gateway</h1>", status="502 Bad Gateway")) as (_server, wire),
        pytest.raises(Unavailable, match=r"head_office\.failed"),
    ):
        HeadOffice(wire, SIGNER).snapshot("s")


def test_a_long_poll_ends_at_once_when_the_wire_is_aborted():
    server = RawServer(lambda _connection, _request: server.release.wait(20) and None)
    wire = RequestsWire(server.url)
    errors: list[Unavailable] = []

    def poll() -> None:
        try:
            get(wire, read_s=30)
        except Unavailable as error:
            errors.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    while not server.requests:
        threading.Event().wait(0.005)
    began = time.monotonic()
    wire.abort()
    thread.join(5)

    assert time.monotonic() - began < 0.5
    assert [error.code for error in errors] == ["sync.stopped"]
    server.close()


def test_an_aborted_wire_carries_nothing_any_more():
    with talking(answer(push_answer())) as (server, wire):
        wire.abort()

        with pytest.raises(Unavailable, match=r"sync\.stopped"):
            get(wire)
        assert server.requests == []


def test_a_download_comes_in_pieces_and_tells_where_it_begins():
    body = bytes(range(256)) * 2000
    said = answer(body[100:], status="206 Partial Content")
    with talking(said) as (server, wire):
        with HeadOffice(wire, SIGNER).chunk("s", "snap", 3, 100) as download:
            pieces = list(download.pieces)

        assert (download.status, b"".join(pieces)) == (206, body[100:])
        assert len(pieces) > 1
        assert b"Range: bytes=100-" in server.requests[0]
        assert server.requests[0].startswith(b"GET /v1/snapshot/snap/3 ")
