"""The HTTP face: bodies of every encoding, clear refusals, and a description that is true."""

import gzip
import json

import msgspec
import pytest
import zstandard

from head_office.openapi import STRUCTS
from pos_app.errors import Unavailable
from pos_app.sync.wire import http, messages
from pos_app.sync.wire.messages import MAX_DECOMPRESSED_BYTES, FeedAnswer, HealthAnswer, Problem, PushAnswer
from pos_app.sync.wire.signatures import health_bytes
from tests.head_office.rig import answer


@pytest.mark.parametrize(
    ("encoding", "pack"), [("identity", bytes), ("gzip", gzip.compress), ("zstd", zstandard.compress), ("", bytes)]
)
def test_a_push_is_read_in_every_encoding(till, encoding, pack):
    till.sell()
    body = pack(msgspec.json.encode(till.batch(1, 1)))

    reply = till.send("POST", http.PUSH, body, {"Content-Encoding": encoding} if encoding else {})

    assert answer(reply, PushAnswer).accepted_upto == 1


@pytest.mark.parametrize(
    ("encoding", "body", "status", "code"),
    [
        ("identity", b"", 400, http.MALFORMED),
        ("identity", b"\xff\x00", 400, http.MALFORMED),
        ("identity", b"[1, 2]", 400, http.MALFORMED),
        ("identity", b'{"session": 3}', 400, http.MALFORMED),
        ("identity", b"[" * 200_000, 400, http.MALFORMED),
        ("zstd", b"not zstd", 400, http.MALFORMED),
        ("gzip", b"not gzip", 400, http.MALFORMED),
        ("gzip", gzip.compress(b"{}" * 5_000, mtime=0)[:20], 400, http.MALFORMED),
        ("br", b"{}", 400, http.MALFORMED),
        ("zstd", zstandard.compress(bytes(MAX_DECOMPRESSED_BYTES + 1)), 413, http.TOO_LARGE),
        ("gzip", gzip.compress(bytes(MAX_DECOMPRESSED_BYTES + 1)), 413, http.TOO_LARGE),
        ("identity", b" " * (MAX_DECOMPRESSED_BYTES + 1), 413, http.TOO_LARGE),
    ],
)
def test_a_malformed_request_is_refused_with_a_problem(till, office, encoding, body, status, code):
    reply = till.send("POST", http.PUSH, body, {"Content-Encoding": encoding})

    problem = msgspec.json.decode(reply.content, type=Problem)
    assert (reply.status_code, problem.code) == (status, code)
    assert problem.incarnation == office.identity.incarnation


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("zstd, gzip", "zstd"), ("gzip, deflate", "gzip"), ("identity", None)]
)
def test_a_long_answer_is_compressed_as_the_caller_can_read_it(till, accepted, encoding):
    for _ in range(60):
        till.sell()

    body = msgspec.json.encode(till.batch(1, 60))
    reply = till.send("POST", http.PUSH, body, {"Accept-Encoding": accepted})

    assert reply.headers.get("content-encoding") == encoding
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(reply.content) if _is_zstd(reply) else reply.content
    assert msgspec.json.decode(plain, type=PushAnswer).accepted_upto == 60


def _is_zstd(reply) -> bool:
    return reply.content[:4] == b"\x28\xb5\x2f\xfd"


def test_health_is_signed_by_head_office(line, office):
    said = answer(line.send("GET", http.HEALTH), HealthAnswer)

    signed = health_bytes(said.incarnation, said.server_time_ms)
    assert office.identity.signing_key.verify_key.verify(signed, said.signature)


def test_a_database_that_is_away_is_busy_not_broken(line, office, till, monkeypatch):
    def away(_work):
        raise Unavailable("database.unreachable")

    till.sell()
    body = msgspec.json.encode(till.batch(1, 1))
    monkeypatch.setattr(type(office.database), "write", lambda _self, work: away(work))

    reply = till.send("POST", http.PUSH, body)

    problem = msgspec.json.decode(reply.content, type=Problem)
    assert (reply.status_code, problem.code) == (503, http.BUSY)
    assert problem.retry_after_ms


def test_the_description_names_every_path_of_the_wire(line):
    document = line.send("GET", "/openapi.json").json()

    paths = {value for name, value in vars(http).items() if isinstance(value, str) and value.startswith("/v1/")}
    assert set(document["paths"]) == paths


def test_the_description_has_the_schema_of_every_struct_as_it_is_decoded(line):
    document = line.send("GET", "/openapi.json").json()

    _, schemas = msgspec.json.schema_components(
        [*STRUCTS, *messages.FEED_KINDS.values()], ref_template="#/components/schemas/{name}"
    )
    assert document["components"]["schemas"] == json.loads(json.dumps(schemas))
    spoken = {
        struct.__name__
        for struct in vars(messages).values()
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct) and struct is not messages.Answer
    }
    assert spoken <= set(schemas) | {"Struct"}


def test_every_reference_of_the_description_leads_somewhere(line):
    document = line.send("GET", "/openapi.json").json()
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert found <= names
    assert {"#/components/schemas/PushRequest", "#/components/schemas/PushAnswer"} <= found


def test_what_the_feed_really_answers_fits_its_description(till):
    reply = till.send("GET", f"/v1/feed?shard=global&incarnation={till.identity.incarnation}")

    schema = till.line.send("GET", "/openapi.json").json()["components"]["schemas"]["FeedAnswer"]
    assert set(reply.json()) <= set(schema["properties"])
    assert set(schema["required"]) <= set(reply.json())
    assert answer(reply, FeedAnswer).items == []


def test_the_docs_page_is_there(line):
    assert line.send("GET", "/docs").status_code == 200
