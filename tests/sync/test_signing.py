"""The profile of signed requests, to the byte: what is signed, how it is written, and what is not accepted."""

import base64
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.errors import Refused, Unavailable
from pos_app.sync.endpoints import HeadOffice, Reply
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.signer import Signer
from pos_app.sync.wire import http, signing
from pos_app.sync.wire.signing import Asked

KEY = DeviceKey(bytes(range(32)))
PUSH = Asked("POST", "/v1/push", "", "abc", b"hello")
FEED = Asked("GET", "/v1/feed", "shard=global&cursor=7", "abc", None)

PARAMS = '("@method" "@path" "@query" "content-digest" "x-session");nonce="7";keyid="S01-1/1.1";alg="ed25519"'
BASE = (
    '"@method": POST\n'
    '"@path": /v1/push\n'
    '"@query": ?\n'
    '"content-digest": sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:\n'
    '"x-session": abc\n'
    f'"@signature-params": {PARAMS}'
)


def signed(asked: Asked, counter: int = 7) -> dict[str, str]:
    params = signing.parameters(counter, "S01-1/1.1", has_body=asked.body is not None)
    return signing.fields(asked, params, KEY.sign(signing.signature_base(asked, params)))


def read(asked: Asked, fields: dict[str, str]) -> signing.Signed | None:
    names = (signing.CONTENT_DIGEST, signing.SIGNATURE_INPUT, signing.SIGNATURE)
    return signing.read(asked, *(fields.get(name, "") for name in names))


def test_the_signature_base_is_this_to_the_byte():
    assert signing.parameters(7, "S01-1/1.1", has_body=True) == PARAMS
    assert signing.signature_base(PUSH, PARAMS) == BASE.encode()


def test_the_fields_of_a_request_are_these_to_the_letter():
    fields = signed(PUSH)

    assert fields[signing.CONTENT_DIGEST] == "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"
    assert fields[signing.SIGNATURE_INPUT] == f"pos={PARAMS}"
    assert fields[signing.SIGNATURE] == f"pos=:{base64.b64encode(KEY.sign(BASE.encode())).decode()}:"


def test_the_query_is_signed_with_its_question_mark_and_a_request_without_body_has_no_digest():
    params = signing.parameters(0, "k", has_body=False)

    assert b'"@query": ?shard=global&cursor=7\n"x-session": abc\n' in signing.signature_base(FEED, params)
    assert signing.CONTENT_DIGEST not in signed(FEED)


@pytest.mark.parametrize("asked", [PUSH, FEED], ids=["with a body", "without"])
def test_what_one_end_signs_the_other_reads(asked):
    found = read(asked, signed(asked))

    assert found is not None
    assert (found.counter, found.key_id) == (7, "S01-1/1.1")
    assert verify(KEY.public, found.base, found.signature)


OTHERS = [
    Asked("PUT", "/v1/push", "", "abc", b"hello"),
    Asked("POST", "/v1/rights", "", "abc", b"hello"),
    Asked("POST", "/v1/push", "a=b", "abc", b"hello"),
    Asked("POST", "/v1/push", "", "abd", b"hello"),
]


@pytest.mark.parametrize("other", OTHERS, ids=["method", "path", "query", "session"])
def test_every_part_of_a_request_is_covered(other):
    found = read(other, signed(PUSH))

    assert found is not None
    assert not verify(KEY.public, found.base, found.signature)


def test_another_body_is_not_what_was_signed():
    assert read(Asked("POST", "/v1/push", "", "abc", b"hellO"), signed(PUSH)) is None


def test_the_counter_and_the_key_are_covered():
    fields = signed(PUSH)
    for old, new in (('nonce="7"', 'nonce="8"'), ("S01-1/1.1", "S01-2/1.1")):
        changed = {**fields, signing.SIGNATURE_INPUT: fields[signing.SIGNATURE_INPUT].replace(old, new)}

        found = read(PUSH, changed)

        assert found is not None
        assert not verify(KEY.public, found.base, found.signature)


GOOD = signed(PUSH)
MALFORMED = {
    "no input": {signing.SIGNATURE_INPUT: ""},
    "no signature": {signing.SIGNATURE: ""},
    "no digest": {signing.CONTENT_DIGEST: ""},
    "two signatures": {signing.SIGNATURE: f"{GOOD[signing.SIGNATURE]}, {GOOD[signing.SIGNATURE]}"},
    "another label": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace("pos=", "sig1=")},
    "less is covered": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace(' "x-session"', "")},
    "another order": {
        signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace('"@method" "@path"', '"@path" "@method"')
    },
    "another algorithm": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace("ed25519", "hmac-sha256")},
    "a negative counter": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace('"7"', '"-7"')},
    "a counter past 2^53": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace('"7"', f'"{2**53}"')},
    "a counter with noughts": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace('"7"', '"07"')},
    "digits of another script": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT].replace('"7"', '"٧"')},
    "a megabyte": {signing.SIGNATURE_INPUT: "pos=" + "(" * 1_000_000},
    "a short signature": {signing.SIGNATURE: "pos=:AAAA:"},
    "no base 64": {signing.SIGNATURE: "pos=:" + "*" * 86 + "==:"},
    "a digest of another kind": {signing.CONTENT_DIGEST: GOOD[signing.CONTENT_DIGEST].replace("256", "512")},
    "a line break": {signing.SIGNATURE_INPUT: GOOD[signing.SIGNATURE_INPUT] + "\n"},
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=list(MALFORMED))
def test_what_deviates_from_the_profile_is_not_signed(change):
    assert read(PUSH, {**GOOD, **change}) is None


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_the_reader(digest, signature_input, signature):
    assert signing.read(PUSH, digest, signature_input, signature) is None


def test_no_two_requests_of_a_process_carry_one_counter():
    signer, seen = Signer("S01-1/1.1", KEY.sign), []

    def sign() -> None:
        seen.extend(signer.fields("GET", "/v1/feed", "abc", None)[signing.SIGNATURE_INPUT] for _ in range(50))

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(seen)) == 200


class Replaying:
    """Says that it has had the first ``times`` requests before."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.inputs: list[str] = []

    def send(self, method, target, headers, body, read_s) -> Reply:
        self.inputs.append(headers[signing.SIGNATURE_INPUT])
        code = http.REPLAYED if len(self.inputs) <= self._times else http.SNAPSHOT_UNKNOWN
        return Reply(http.STATUS[code], f'{{"code": "{code}"}}'.encode())


def test_a_request_that_came_twice_is_signed_and_sent_again():
    wire = Replaying(2)

    with pytest.raises(Refused, match=r"snapshot\.unknown"):
        HeadOffice(wire, Signer("S01-1/1.1", KEY.sign)).snapshot("abc")

    assert len(set(wire.inputs)) == 3


def test_a_line_that_always_says_replayed_is_given_up():
    wire = Replaying(99)

    with pytest.raises(Unavailable):
        HeadOffice(wire, Signer("S01-1/1.1", KEY.sign)).snapshot("abc")

    assert len(wire.inputs) == 4


def test_the_example_of_the_protocol_s_description_is_true():
    text = (Path(__file__).parents[2] / "docs" / "sync.md").read_text(encoding="utf-8")
    asked = Asked("POST", "/v1/push", "", "abc", b'{"x":1}')
    params = signing.parameters(7, "S01-1/1.1", has_body=True)
    base = signing.signature_base(asked, params)
    fields = {http.SESSION_HEADER: "abc", **signing.fields(asked, params, KEY.sign(base))}

    told = text.replace(" ", "").replace("\n", "")
    assert f"public`{KEY.public.hex()}`" in told
    assert f"```\n{base.decode()}\n```" in text
    assert "```\n" + "\n".join(f"{name}: {value}" for name, value in fields.items()) + "\n```" in text
