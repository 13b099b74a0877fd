"""What is signed for one purpose can never stand for another."""

from hypothesis import given
from hypothesis import strategies as st

from pos_app.sync.wire.messages import HelloRequest
from pos_app.sync.wire.signatures import (
    certificate_bytes,
    challenge_bytes,
    enrol_bytes,
    health_bytes,
    hello_bytes,
)

TEXT, RAW = st.text(max_size=8), st.binary(max_size=8)


@given(TEXT, TEXT, RAW, TEXT, TEXT, RAW)
def test_two_challenges_are_equal_only_if_every_field_is(id1, epoch1, nonce1, id2, epoch2, nonce2):
    same = (id1, epoch1, nonce1) == (id2, epoch2, nonce2)

    assert (challenge_bytes(id1, epoch1, nonce1) == challenge_bytes(id2, epoch2, nonce2)) == same


@given(TEXT, TEXT, RAW)
def test_purposes_never_meet(terminal_id, epoch, key):
    assert challenge_bytes(terminal_id, epoch, key) != certificate_bytes(terminal_id, epoch, key)
    assert enrol_bytes(terminal_id, key) != health_bytes(terminal_id, int.from_bytes(key, "big") % 2**63)


def test_every_field_of_hello_is_signed():
    base = HelloRequest("T", "1.1", b"n", 5, b"h", "1-a", "v")
    others = [
        HelloRequest("U", "1.1", b"n", 5, b"h", "1-a", "v"),
        HelloRequest("T", "1.2", b"n", 5, b"h", "1-a", "v"),
        HelloRequest("T", "1.1", b"m", 5, b"h", "1-a", "v"),
        HelloRequest("T", "1.1", b"n", 6, b"h", "1-a", "v"),
        HelloRequest("T", "1.1", b"n", 5, b"i", "1-a", "v"),
        HelloRequest("T", "1.1", b"n", 5, b"h", "1-b", "v"),
        HelloRequest("T", "1.1", b"n", 5, b"h", "1-a", "w"),
        HelloRequest("T", "1.1", b"n", 5, b"h", "1-a", "v", accepted_upto=4),
    ]

    assert hello_bytes(base) not in [hello_bytes(other) for other in others]


def test_the_signature_itself_is_not_signed():
    base = HelloRequest("T", "1.1", b"n", 5, b"h", "1-a", "v")
    signed = HelloRequest("T", "1.1", b"n", 5, b"h", "1-a", "v", b"signature")

    assert hello_bytes(base) == hello_bytes(signed)
