"""Bodies of older programs: frozen ones of each version must be read for as long as that version is."""

import json
from pathlib import Path

import msgspec
import pytest

from pos_app.domain.events import KINDS, SCHEMA_VERSION
from pos_app.errors import Damaged
from pos_app.sync.wire import event_codec
from pos_app.sync.wire.upcast import VERSIONS_BACK, upcast

DATA = Path(__file__).parent.parent / "data"
# Today's version is frozen when the next one begins; until then there may be no file of it.
STILL_READ = [
    version
    for version in range(max(1, SCHEMA_VERSION - VERSIONS_BACK), SCHEMA_VERSION + 1)
    if version < SCHEMA_VERSION or (DATA / f"events_v{version}.json").exists()
]
KINDS_OF_1 = {
    "basket_voided", "call_recorded", "clock_stepped", "consent_changed", "day_closed", "day_opened", "drawer_opened",
    "grants_installed", "member_registered", "receipt_reprinted", "rights_released", "sale", "slips_printed",
    "staff_signed_in",
}  # fmt: skip


def frozen(version: int) -> list[bytes]:
    """Return the bodies of one whole day as that version's program wrote them."""
    return [row["body"].encode() for row in json.loads((DATA / f"events_v{version}.json").read_text("utf-8"))]


def rename(tree):
    return {"label": tree["name"]}


def shout(tree):
    return {"label": tree["label"].upper()}


STEPS = {("sign", 1): rename, ("sign", 2): shout}


@pytest.mark.parametrize("version", STILL_READ)
def test_every_body_of_a_version_that_is_still_read_is_read(version):
    for body in frozen(version):
        envelope = event_codec.opened(body)
        kind, said_version = envelope.kind, envelope.v
        fact, _at = event_codec.decode(body)

        assert said_version == version
        assert isinstance(fact, KINDS[kind])


def test_version_1_is_frozen_with_every_kind_it_had():
    assert {event_codec.opened(body).kind for body in frozen(1)} == KINDS_OF_1


def test_what_a_version_1_body_says_is_what_is_read():
    facts = {event_codec.opened(body).kind: event_codec.decode(body)[0] for body in frozen(1)}

    assert facts["day_opened"].float_minor == 20_000
    assert facts["member_registered"].member.children[1].expected
    assert facts["grants_installed"].grants[0].amount == 600
    assert facts["day_closed"].totals.sales == 3
    assert facts["day_closed"].counted == ((100, 4), (500, 1), (2_000, 2), (5_000, 7))


def test_steps_are_taken_one_after_the_other():
    fact = msgspec.Raw(b'{"name":"a"}')

    assert bytes(upcast("sign", 1, fact, 3, STEPS)) == b'{"label":"A"}'
    assert bytes(upcast("sign", 2, msgspec.Raw(b'{"label":"b"}'), 3, STEPS)) == b'{"label":"B"}'


def test_what_needs_no_step_keeps_its_bytes():
    fact = msgspec.Raw(b'{ "label" : "b" }')

    assert upcast("sign", 3, fact, 3, STEPS) is fact
    assert upcast("other", 1, fact, 3, STEPS) is fact


@pytest.mark.parametrize("version", [-1, 0, 1])
def test_a_version_that_is_no_longer_read_says_so(version):
    with pytest.raises(Damaged) as error:
        upcast("sign", version, msgspec.Raw(b"{}"), 4, STEPS)

    assert error.value.code == "event.too_old"


@pytest.mark.parametrize("fact", [b"[]", b'{"no name":1}', b'{"name":"a"', b'{"name":null}'])
def test_what_is_not_of_its_version_is_malformed(fact):
    with pytest.raises(Damaged) as error:
        upcast("sign", 1, msgspec.Raw(fact), 3, STEPS)

    assert error.value.code == "event.malformed"
