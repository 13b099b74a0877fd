"""Enrolment: one code, one device, one life of one lane."""

import pytest

from head_office.enrolment import CODE_LIFE_MS, MAX_WRONG_A_MINUTE, MINUTE_MS, new_code
from head_office.store import schema
from pos_app.errors import Refused
from pos_app.sync.wire.signatures import certificate_bytes
from tests.head_office.rig import FakeTill, Refusal, open_till, rows_of


def test_a_code_makes_a_device_a_terminal_with_a_certificate(office, line):
    till = FakeTill(line)

    identity = till.enrol(new_code(office, "S01", 2))

    assert (identity.terminal_id, identity.epoch, identity.store_no, identity.lane) == ("S01-2", "1.1", 1, 2)
    signed = certificate_bytes("S01-2", "1.1", till.device_key)
    assert office.identity.signing_key.verify_key.verify(signed, identity.certificate) == signed


def test_a_code_is_read_however_it_is_typed(office, line):
    code = new_code(office, "S01", 1)

    assert FakeTill(line).enrol(f" {code.lower().replace('-', ' ')} ").terminal_id == "S01-1"


def test_the_same_device_gets_the_same_answer_when_the_first_got_lost(office, line):
    till, code = FakeTill(line), new_code(office, "S01", 1)

    assert till.enrol(code) == till.enrol(code)
    assert len(rows_of(office, schema.life)) == 1


def test_a_used_code_enrols_no_other_device(office, line):
    code = new_code(office, "S01", 1)
    FakeTill(line).enrol(code)

    with pytest.raises(Refusal) as refused:
        FakeTill(line).enrol(code)

    assert (refused.value.status, refused.value.code) == (403, "enrol.code")


def test_a_code_dies_after_fifteen_minutes(office, line, clock):
    code = new_code(office, "S01", 1)
    clock.ms += CODE_LIFE_MS + 1

    with pytest.raises(Refusal, match=r"enrol\.code"):
        FakeTill(line).enrol(code)


def test_a_device_must_have_the_private_half_of_its_key(office, line):
    till, other = FakeTill(line), FakeTill(line)
    till.key, stolen = other.key, till.device_key

    class Pretender(FakeTill):
        device_key = stolen

    pretender = Pretender(line, key=other.key)

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        pretender.enrol(new_code(office, "S01", 1))


def test_guessing_codes_is_slowed_down_and_then_possible_again(office, line, clock):
    for _ in range(MAX_WRONG_A_MINUTE):
        with pytest.raises(Refusal, match=r"enrol\.code"):
            FakeTill(line).enrol("0000-0000-0000")

    with pytest.raises(Refusal, match=r"head_office\.busy") as refused:
        FakeTill(line).enrol(new_code(office, "S01", 1))

    assert refused.value.status == 503
    clock.ms += MINUTE_MS
    assert FakeTill(line).enrol(new_code(office, "S01", 1)).epoch == "1.1"


def test_a_lane_enrolled_again_gets_the_next_epoch_and_the_old_life_may_only_deliver(office, line):
    old = open_till(office, line)
    old.sell()
    new = open_till(office, line)

    said = old.hello()

    assert new.epoch == "1.2"
    assert said.command == "re_enrol"
    assert old.push().accepted_upto == 1
    assert old.rights("m1", 10).code == "rights.not_live"


def test_an_unknown_store_gets_no_code(office):
    with pytest.raises(Refused, match=r"store\.unknown"):
        new_code(office, "S99", 1)
