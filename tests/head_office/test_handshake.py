"""The handshake's rules: what a healthy terminal is never told, and what a rolled-back one always is."""

import os

import msgspec
import pytest
from nacl.signing import SigningKey

from head_office.office import office_on, open_office
from head_office.sessions import NONCE_LIFE_MS
from head_office.store import schema
from pos_app.sync.session import challenge_bytes
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.messages import ChallengeAnswer, ChallengeRequest, HelloAnswer, HelloRequest
from tests.head_office.rig import FakeTill, Line, Refusal, rows_of


def test_hello_says_where_pushing_resumes(till):
    till.sell()
    till.sell()
    till.push(1, 1)

    said = till.hello()

    assert (said.resume_from, said.command) == (1, "go")


def test_a_nonce_is_good_for_one_hello(till):
    nonce = till.challenge()
    till.hello(nonce)

    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(nonce)


def test_a_hello_with_a_wrong_nonce_leaves_the_right_one_good(till):
    nonce = till.challenge()
    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(os.urandom(32))

    assert till.hello(nonce).command == "go"


def test_a_hello_of_another_key_hears_first_that_its_nonce_is_none_of_ours(till):
    nonce, key = till.challenge(), till.key
    till.key = SigningKey.generate()
    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(os.urandom(32))
    with pytest.raises(Refusal, match=r"terminal\.signature"):
        till.hello(nonce)
    till.key = key

    assert till.hello(nonce).command == "go"


def test_a_nonce_dies_after_a_minute(till, clock):
    nonce = till.challenge()
    clock.ms += NONCE_LIFE_MS + 1

    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(nonce)


def test_a_challenge_ends_the_session_in_force(till):
    till.sell()
    till.challenge()

    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.push()


def test_a_challenge_that_the_device_did_not_sign_ends_nothing(till):
    till.sell()
    nonce = os.urandom(32)
    forged = FakeTill(till.line).key.sign(challenge_bytes(till.terminal_id, till.epoch, nonce)).signature
    request = ChallengeRequest(till.terminal_id, till.epoch, nonce, forged)

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        till.ask("/v1/challenge", request, ChallengeAnswer)

    assert till.push().accepted_upto == 1


def test_a_delayed_old_hello_does_not_look_like_a_rollback(till):
    old_nonce = till.challenge()
    old_log = list(till.log)
    till.hello(old_nonce)
    till.sell()
    till.push()

    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(old_nonce, log=old_log)

    assert till.hello().command == "go"


def test_a_database_from_an_old_image_is_told_to_enrol_again(office, till):
    for _ in range(3):
        till.sell()
    till.push()
    image = till.log[:1]

    said = till.hello(log=image)

    assert (said.command, said.session, said.resume_from) == ("re_enrol", "", 3)
    assert [flag.code for flag in rows_of(office, schema.flag)] == ["terminal.forked"]


def test_a_clone_that_went_its_own_way_is_told_to_enrol_again(till):
    till.sell()
    till.push()
    till.log[:] = []
    till.sell(paid_minor=777)

    assert till.hello().command == "re_enrol"


def test_a_life_once_forked_stays_so(till):
    till.sell()
    till.push()
    till.hello(log=[])

    assert till.hello().command == "re_enrol"


def test_nonces_and_sessions_die_with_the_process(database_url, tmp_path, clock, till):
    nonce = till.challenge()
    again = open_office(database_url, clock, tmp_path / "snapshots")
    line = Line(again)
    till.line, before = line, till.line

    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(nonce)

    assert till.hello().command == "go"
    till.line = before
    line.close()
    again.database.close()


def test_an_unknown_terminal_is_told_so(till):
    till.identity = msgspec.structs.replace(till.identity, terminal_id="S09-9")

    with pytest.raises(Refusal, match=r"terminal\.unknown"):
        till.challenge()


@pytest.mark.parametrize("next_seq", [0, -1, 2**60])
def test_a_hello_with_an_impossible_place_is_malformed(till, next_seq):
    request = HelloRequest(
        till.terminal_id, till.epoch, till.challenge(), next_seq, GENESIS, till.identity.incarnation, "t", b"x" * 64
    )

    with pytest.raises(Refusal, match=r"request\.malformed"):
        till.ask("/v1/hello", request, HelloAnswer)


@pytest.fixture
def other_process(office):
    """A second process of head office on the same database."""
    line = Line(office_on(office.database, office.clock, office.folder))
    yield line
    line.close()


def test_a_hello_that_one_process_kept_back_is_too_old_when_the_terminal_went_on_with_another(
    office, till, line, other_process
):
    late = till.challenge()
    till.line = other_process
    till.hello()
    till.sell()
    till.push()

    till.line = line
    with pytest.raises(Refusal, match=r"nonce\.unknown"):
        till.hello(late, log=[])

    assert [row.status for row in rows_of(office, schema.life)] == ["live"]


@pytest.mark.parametrize("ask", ["push", "rights"])
def test_a_challenge_by_one_process_ends_the_session_with_another(till, line, other_process, ask):
    till.sell()
    till.line = other_process
    till.challenge()

    till.line = line
    with pytest.raises(Refusal, match=r"session\.unknown"):
        till.push() if ask == "push" else till.rights("m1", 1)
