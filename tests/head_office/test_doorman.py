"""Signed requests at head office's door: who comes in, once, and who does not."""

import os
import random

import msgspec
import pytest
from nacl.signing import SigningKey

from head_office import doorman
from head_office.sessions import WINDOW, Sessions
from pos_app.errors import Refused
from pos_app.sync.wire import http, signing
from pos_app.sync.wire.messages import FeedAnswer, PushAnswer
from pos_app.sync.wire.signing import Asked
from tests.head_office.rig import FakeTill, Refusal, answer, open_till

FEED = "/v1/feed?shard=global&incarnation={}"


def feed_of(till: FakeTill) -> str:
    return FEED.format(till.identity.incarnation)


def test_a_request_is_let_in_once(till):
    target = feed_of(till)
    headers = till.signature("GET", target, None)

    assert answer(till.line.send("GET", target, None, headers), FeedAnswer)
    with pytest.raises(Refusal, match=r"request\.replayed") as refused:
        answer(till.line.send("GET", target, None, headers), FeedAnswer)
    assert refused.value.status == 401


def test_a_push_that_came_twice_is_answered_once_and_stored_once(till):
    till.sell()
    body = msgspec.json.encode(till.batch(1, 1))
    headers = till.signature("POST", http.PUSH, body)

    assert answer(till.line.send("POST", http.PUSH, body, headers), PushAnswer).accepted_upto == 1
    with pytest.raises(Refusal, match=r"request\.replayed"):
        answer(till.line.send("POST", http.PUSH, body, headers), PushAnswer)


@pytest.mark.parametrize("missing", [signing.SIGNATURE_INPUT, signing.SIGNATURE])
def test_an_unsigned_request_is_refused(till, missing):
    headers = till.signature("GET", feed_of(till), None)
    del headers[missing]

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        answer(till.line.send("GET", feed_of(till), None, headers), FeedAnswer)


def test_a_request_without_a_session_is_refused_before_anything_else(till):
    with pytest.raises(Refusal, match=r"session\.unknown"):
        answer(till.line.send("POST", http.PUSH, b"x" * 100), PushAnswer)


def test_a_stolen_session_is_worth_nothing_without_the_key(till, office, line):
    thief = open_till(office, line, "S02")
    headers = thief.signature("GET", feed_of(till), None, till.session)

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        answer(line.send("GET", feed_of(till), None, headers), FeedAnswer)


def test_a_stolen_session_in_the_body_of_one_s_own_request_is_worth_nothing(till, office, line):
    thief = open_till(office, line, "S02")
    till.sell()
    body = msgspec.json.encode(till.batch(1, 1))

    with pytest.raises(Refusal, match=r"session\.unknown"):
        answer(thief.send("POST", http.PUSH, body), PushAnswer)


def test_a_changed_request_is_refused_and_does_not_use_up_the_counter(till):
    headers = till.signature("GET", feed_of(till), None)
    changed = feed_of(till).replace("global", f"terminal:{till.terminal_id}")

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        answer(till.line.send("GET", changed, None, headers), FeedAnswer)
    assert answer(till.line.send("GET", feed_of(till), None, headers), FeedAnswer)


def test_a_field_that_comes_twice_is_refused(till):
    headers = list(till.signature("GET", feed_of(till), None).items())
    twice = [*headers, (signing.SIGNATURE, dict(headers)[signing.SIGNATURE])]

    with pytest.raises(Refusal, match=r"terminal\.signature"):
        answer(till.line.send("GET", feed_of(till), None, twice), FeedAnswer)


def test_what_was_signed_in_a_former_session_is_refused(till):
    headers = till.signature("GET", feed_of(till), None)
    till.hello()

    with pytest.raises(Refusal, match=r"session\.unknown"):
        answer(till.line.send("GET", feed_of(till), None, headers), FeedAnswer)


def test_the_door_needs_no_http(till, office):
    asked = Asked("PUSH", "/anywhere", "", till.session, b"body")
    headers = {name.lower(): value for name, value in till.signature("PUSH", "/anywhere", b"body").items()}

    caller = doorman.admit(
        office.sessions, asked, headers["content-digest"], headers["signature-input"], headers["signature"]
    )

    assert (caller.terminal_id, caller.epoch) == (till.terminal_id, till.epoch)


@pytest.fixture
def session():
    sessions = Sessions(os.urandom)
    token = sessions.open(doorman.Caller(1, "S01-1", "1.1", "S01"), bytes(SigningKey.generate().verify_key))
    return sessions, token


def accepted(session, counter: int) -> bool:
    sessions, token = session
    try:
        sessions.count(token, counter)
    except Refused:
        return False
    return True


def test_requests_may_overtake_each_other_within_the_window(session):
    assert accepted(session, 5000)

    assert accepted(session, 4999)
    assert accepted(session, 5000 - WINDOW + 1)
    assert not accepted(session, 5000 - WINDOW)
    assert [accepted(session, counter) for counter in (5000, 4999, 5000 - WINDOW + 1)] == [False] * 3


def test_a_leap_of_the_counter_forgets_nothing_that_could_come_again(session):
    taken = [3, 10, 10 + WINDOW - 1, 10 + 5 * WINDOW]
    assert all(accepted(session, counter) for counter in taken)

    assert not any(accepted(session, counter) for counter in taken)


def test_every_counter_is_good_exactly_once_in_any_order(session):
    counters = list(range(3 * WINDOW))
    chance = random.Random(4)
    for start in range(0, len(counters), 200):
        piece = counters[start : start + 200]
        chance.shuffle(piece)
        counters[start : start + 200] = piece

    assert all(accepted(session, counter) for counter in counters)
    assert not any(accepted(session, counter) for counter in counters)
