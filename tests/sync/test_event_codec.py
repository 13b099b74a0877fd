"""Event bodies: what was written is read again, also what an older program wrote."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import KINDS, SCHEMA_VERSION, Circumstances
from pos_app.domain.posting import MAX_AMOUNT
from pos_app.errors import Damaged
from pos_app.sync.wire.event_codec import decode, encode

AT = Circumstances(date(2026, 11, 23), "s1", 1, 1, "boot")
# Fields that a version added, by the version they came with: an older body does not have them.
ADDED = {
    2: {"lot", "refunds", "refunded_minor", "refund_tenders", "points_returned", "points_taken_back", "at_risk"},
}


def facts():
    """Any fact at all, with numbers that books can hold."""
    st.register_type_strategy(int, st.integers(-MAX_AMOUNT, MAX_AMOUNT))
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.from_type(KINDS[kind]))


def without(value, names):
    """Return a decoded body as a program wrote it that did not know these fields."""
    if isinstance(value, dict):
        return {name: without(part, names) for name, part in value.items() if name not in names}
    return [without(part, names) for part in value] if isinstance(value, list) else value


def as_written_by(version, body):
    names = {name for added, names in ADDED.items() if added > version for name in names}
    return msgspec.json.encode({**without(msgspec.json.decode(body), names), "v": version})


@given(facts())
def test_what_is_written_is_read_again(fact):
    assert decode(encode(fact, AT)) == (fact, AT)


@given(facts(), st.integers(1, SCHEMA_VERSION))
def test_a_body_of_an_older_program_is_read_as_it_was_meant(fact, version):
    older = as_written_by(version, encode(fact, AT))

    read, at = decode(older)

    assert at == AT
    assert as_written_by(version, encode(read, AT)) == older


def test_a_body_of_a_newer_program_is_unknown_not_malformed():
    body = encode(KINDS["drawer_opened"](reason="change"), AT)

    with pytest.raises(Damaged, match=r"event\.unknown"):
        decode(body.replace(b'"v":%d' % SCHEMA_VERSION, b'"v":%d' % (SCHEMA_VERSION + 1)))
