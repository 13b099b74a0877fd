"""What no terminal of ours would send: each has its answer, nothing of it is kept, and the stream goes on."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

from head_office.office import open_office
from pos_app.domain.events import DrawerOpened
from pos_app.errors import Refused
from pos_app.sync.wire import event_codec, http
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES, Problem, RightsRequest
from tests.head_office.rig import FakeTill, found_chain

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024


def goes_on(till: FakeTill) -> bool:
    """Say whether the next sale arrives as if nothing had happened."""
    before = len(till.log)
    till.sell()
    return till.push(1).accepted_upto == before + 1


def problem_of(reply) -> tuple[int, str]:
    return reply.status_code, msgspec.json.decode(reply.content, type=Problem).code


def changed(struct: msgspec.Struct, **changes: object) -> bytes:
    return json.dumps({**msgspec.json.decode(msgspec.json.encode(struct)), **changes}).encode()


def a_push(till: FakeTill) -> msgspec.Struct:
    till.sell()
    batch = till.batch(len(till.log), len(till.log))
    till.log.pop()
    return batch


def a_request(till: FakeTill) -> msgspec.Struct:
    return RightsRequest(till.session, till.terminal_id, till.epoch, 1, "m1", 10)


BODIES = {
    "a bomb of zeros": (http.PUSH, lambda till: zstandard.compress(bytes(64 * MIB)), "zstd", (413, http.TOO_LARGE)),
    "a bomb of frames": (
        http.PUSH, lambda till: zstandard.compress(b" " * MIB) * 20, "zstd", (400, http.MALFORMED),
    ),
    "a frame that claims 2^62 bytes": (
        http.PUSH, lambda till: bytes.fromhex("28b52ffde0000000000000004001000000"), "zstd", (400, http.MALFORMED),
    ),
    "zstd said, gzip sent": (http.PUSH, lambda till: b"\x1f\x8b\x08", "zstd", (400, http.MALFORMED)),
    "an encoding nobody knows": (http.PUSH, lambda till: b"{}", "br, zstd", (400, http.MALFORMED)),
    "a note of 10 MiB": (
        http.PUSH, lambda till: changed(a_push(till), note="x" * 10 * MIB), "", (413, http.TOO_LARGE),
    ),
    "invalid UTF-8": (http.PUSH, lambda till: b'{"session": "\xc3\x28"}', "", (400, http.MALFORMED)),
    "half a letter": (http.PUSH, lambda till: b'{"session": "\\ud800"}', "", (400, http.MALFORMED)),
    "100,000 brackets deep": (http.PUSH, lambda till: b'{"events":' + b"[" * 100_000, "", (400, http.MALFORMED)),
    "NaN": (http.RIGHTS, lambda till: changed(a_request(till), amount=float("nan")), "", (400, http.MALFORMED)),
    "a fraction": (http.RIGHTS, lambda till: changed(a_request(till), amount=1.5), "", (400, http.MALFORMED)),
    "a number past 2^64": (http.RIGHTS, lambda till: changed(a_request(till), amount=2**70), "", (400, http.MALFORMED)),
    "a request number past 2^64": (
        http.RIGHTS, lambda till: changed(a_request(till), request_no=2**70), "", (400, http.MALFORMED),
    ),
    "a negative seq": (http.PUSH, lambda till: changed(a_push(till), first_seq=-1), "", (400, http.MALFORMED)),
    "a seq past 2^64": (http.PUSH, lambda till: changed(a_push(till), first_seq=2**70), "", (400, http.MALFORMED)),
    "no JSON at all": (http.PUSH, lambda till: b"", "", (400, http.MALFORMED)),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_gets_its_answer_and_the_stream_goes_on(till, name):
    path, make, encoding, expected = BODIES[name]

    reply = till.send("POST", path, make(till), {"Content-Encoding": encoding} if encoding else {})

    assert problem_of(reply) == expected
    assert goes_on(till)


def test_a_note_that_just_fits_a_request_is_kept_aside_and_the_stream_goes_on(till):
    till.say_raw(b'{"kind": "sale", "note": "' + b"x" * 5 * MIB + b'"}')
    till.sell()

    statuses = till.push().statuses

    assert [each.status for each in statuses] == ["quarantined", "posted"]


def test_a_till_says_nothing_that_head_office_could_not_read():
    origin = event_codec.Origin("S01-1", "1.1", 1)

    with pytest.raises(Refused, match=r"event\.too_long"):
        event_codec.seal(origin, event_codec.GENESIS, DrawerOpened("x" * event_codec.MAX_BODY_BYTES), None)


QUERIES = {
    "a cursor of 5,000 digits": f"shard=global&cursor={'9' * 5_000}",
    "a cursor in other digits": "shard=global&cursor=%D9%A3",
    "a negative cursor": "shard=global&cursor=-1",
    "a limit of 5,000 digits": f"shard=global&limit={'9' * 5_000}",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
def test_a_hostile_query_is_malformed(till, query):
    reply = till.send("GET", f"{http.FEED}?incarnation={till.identity.incarnation}&{query}")

    assert problem_of(reply) == (400, http.MALFORMED)


@pytest.mark.parametrize(
    "target", [f"/v1/snapshot/{'x' * 500}/0", f"/v1/snapshot/x/{'9' * 5_000}", "/v1/snapshot/..%2f/1"]
)
def test_a_hostile_chunk_is_unknown(till, target):
    assert till.send("GET", target).status_code == 404


STRANGERS = [
    (http.CHALLENGE, b'{"terminal_id": "\\u0000", "epoch": "1.1", "client_nonce": "", "signature": ""}', (400, 401)),
    (
        http.CHALLENGE,
        b'{"terminal_id": "' + b"x" * 100_000 + b'", "epoch": "", "client_nonce": "", "signature": ""}',
        413,
    ),
    (http.ENROL, b'{"code": "\\u0000", "device_key": "' + b"A" * 43 + b'=", "signature": ""}', 401),
    (http.HELLO, b"[" * 60_000, 400),
    (http.CHALLENGE, b" " * (MAX_DECOMPRESSED_BYTES // 8), 413),
]


@pytest.mark.parametrize(("path", "body", "status"), STRANGERS)
def test_who_has_no_session_yet_is_heard_briefly(till, path, body, status):
    reply = till.line.send("POST", path, body)

    assert reply.status_code in (status if isinstance(status, tuple) else (status,))
    assert msgspec.json.decode(reply.content, type=Problem).code in http.STATUS
    assert goes_on(till)


@pytest.mark.parametrize("field", ["next_seq", "accepted_upto", "protocol"])
def test_a_hello_with_a_number_past_2_to_64_is_malformed(till, field):
    hello = {
        "terminal_id": till.terminal_id, "epoch": till.epoch, "nonce": "", "next_seq": 1, "head_hash": "",
        "incarnation": "", "client_version": "", "signature": "", field: 2**70,
    }  # fmt: skip

    assert problem_of(till.line.send("POST", http.HELLO, json.dumps(hello).encode())) == (400, http.MALFORMED)


class Server:
    """A real head office on a real socket."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder}/head-office.db"
        office = open_office(url)
        found_chain(office)
        office.database.close()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        serve = [sys.executable, "-m", "head_office", "serve", "--db", url, "--port", str(self.port)]
        self._process = subprocess.Popen(serve, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        pause = threading.Event()
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            pause.wait(0.05)
        raise AssertionError("head office does not answer")

    def say(self, said: bytes, *, then_leave: bool = False) -> bytes:
        """Send bytes and return what comes back until the other end closes."""
        heard = b""
        with socket.create_connection(("127.0.0.1", self.port), 10) as line:
            try:
                line.sendall(said)
                if then_leave:
                    return b""
                while piece := line.recv(65536):
                    heard += piece
                    if b"\r\n\r\n" in heard:
                        break
            except ConnectionError:
                pass
        return heard

    def is_well(self) -> bool:
        return self.say(b"GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")

    def close(self) -> str:
        self._process.terminate()
        return self._process.communicate(timeout=20)[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("hostile"))
    yield server
    complaints = server.close()
    assert "Traceback" not in complaints, complaints


POST = b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\n"
WIRE = {
    "a megabyte of headers": (b"GET /v1/health HTTP/1.1\r\nX-Session: " + b"x" * MIB + b"\r\n\r\n", b"400"),
    "10,000 header fields": (b"GET /v1/health HTTP/1.1\r\n" + b"X-A: b\r\n" * 10_000 + b"\r\n", b"400"),
    "a body of 2^60 bytes": (POST + b"Content-Length: 1152921504606846976\r\n\r\n{}", b"413"),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", b"400"),
    "a length in words": (POST + b"Content-Length: two\r\n\r\n{}", b"400"),
    "no HTTP": (os.urandom(200).replace(b"\n", b"x") + b"\r\n\r\n", b"400"),
    "no such path": (b"GET /v1/../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
}


@pytest.mark.parametrize("name", WIRE)
def test_hostile_bytes_on_the_socket_are_turned_away(server, name):
    said, status = WIRE[name]

    heard = server.say(said)

    assert heard == b"" or heard.split(b" ")[1] == status, heard[:200]
    assert server.is_well()


def test_a_body_that_ends_early_leaves_nothing_behind(server):
    server.say(POST + b"Content-Length: 5000\r\n\r\n" + b"x" * 100, then_leave=True)

    assert server.is_well()


def test_a_chunked_body_without_end_is_cut_at_the_limit(server):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"

    heard = server.say(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20)

    assert heard == b"" or heard.split(b" ")[1] == b"413", heard[:200]
    assert server.is_well()
