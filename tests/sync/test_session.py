"""Each rule of the session on its own."""

import pytest

from pos_app.errors import Damaged
from pos_app.sync.keys import verify
from pos_app.sync.session import Accepted, Bound, Ended, Session, State, challenge_bytes, hello_bytes
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import (
    MAX_BATCH_BYTES,
    MAX_BATCH_EVENTS,
    ChallengeAnswer,
    HelloAnswer,
    Problem,
    PushAnswer,
)
from tests.sync.memory_ends import DEVICE, EPOCH, TERMINAL, ListLog, new_session


def log_of(count: int, size: int = 10) -> ListLog:
    log = ListLog()
    for n in range(count):
        log.say(f"{n} " + "x" * size)
    return log


def challenge_answer(nonce: bytes = b"n1", incarnation: str = "1-a") -> ChallengeAnswer:
    return ChallengeAnswer(incarnation=incarnation, server_time_ms=0, nonce=nonce)


def hello_answer(
    nonce: bytes = b"n1", resume_from: int = 0, command: str = "go", session: str = "s1", incarnation: str = "1-a"
) -> HelloAnswer:
    return HelloAnswer(
        incarnation=incarnation,
        server_time_ms=0,
        nonce=nonce,
        session=session,
        resume_from=resume_from,
        stable_upto=resume_from + 5,
        command=command,
    )


def push_answer(upto: int, incarnation: str = "1-a", stable: int = 0) -> PushAnswer:
    return PushAnswer(incarnation=incarnation, server_time_ms=0, accepted_upto=upto, stable_upto=stable, statuses=[])


def greeting(log: ListLog) -> Session:
    session = new_session()
    session.challenge(bytes(32))
    session.challenged(challenge_answer(), log.head())
    return session


def greeted(log: ListLog, resume_from: int = 0) -> Session:
    session = greeting(log)
    session.greeted(hello_answer(resume_from=resume_from))
    return session


def test_the_challenge_is_signed_with_the_device_key():
    request = new_session().challenge(b"c" * 32)

    assert verify(DEVICE.public, challenge_bytes(TERMINAL, EPOCH, b"c" * 32), request.signature)


def test_hello_tells_the_head_of_the_log_and_is_signed_with_the_device_key():
    log = log_of(3)
    session = new_session()
    session.challenge(bytes(32))

    hello = session.challenged(challenge_answer(b"fresh"), log.head())

    assert (hello.nonce, hello.next_seq, hello.head_hash) == (b"fresh", 4, log.events[-1].hash)
    assert verify(DEVICE.public, hello_bytes(hello), hello.signature)


def test_a_nonce_that_nobody_asked_for_is_ignored():
    session = new_session()

    assert session.challenged(challenge_answer(), log_of(1).head()) is None
    assert session.state is State.OFFLINE


def test_the_answer_to_another_nonce_starts_no_session():
    session = greeting(log_of(2))

    assert session.greeted(hello_answer(nonce=b"of a former life")) == ()
    assert session.state is State.GREETING


def test_the_same_hello_answer_counts_once():
    session = greeted(log_of(2))

    assert session.greeted(hello_answer(session="another")) == ()
    assert session.session_id == "s1"


def test_head_office_says_where_pushing_resumes():
    log = log_of(5)
    session = greeted(log, resume_from=3)

    request = session.batch(log.after(session.accepted_upto))

    assert (request.first_seq, request.prev_hash) == (4, log.events[2].hash)


def test_after_a_restore_of_head_office_the_log_is_sent_again_from_there():
    log = log_of(5)
    session = greeted(log)
    session.batch(log.after(0))
    session.pushed(push_answer(5))
    session.challenge(bytes(32))
    session.challenged(challenge_answer(b"n2", "2-b"), log.head())

    effects = session.greeted(hello_answer(b"n2", resume_from=2, session="s2", incarnation="2-b"))

    assert effects == (Accepted(2, 2), Bound("2-b"))
    assert session.batch(log.after(session.accepted_upto)).first_seq == 3


@pytest.mark.parametrize("resume_from", [3, 4, 100])
def test_more_at_head_office_than_in_the_log_means_rolled_back(resume_from):
    session = greeting(log_of(2))

    assert session.greeted(hello_answer(resume_from=resume_from)) == (Ended(http.PUSH_FORK),)
    assert (session.state, session.problem) == (State.RE_ENROL_NEEDED, http.PUSH_FORK)


def test_just_as_much_at_head_office_is_healthy():
    assert greeted(log_of(2), resume_from=2).state is State.IDLE


@pytest.mark.parametrize(("command", "state"), [("re_enrol", State.RE_ENROL_NEEDED), ("locked", State.LOCKED)])
def test_head_office_can_end_trading_with_a_terminal(command, state):
    session = greeting(log_of(2))

    session.greeted(hello_answer(command=command, session=""))

    assert session.state is state
    assert not session.is_open


def test_a_life_that_was_replaced_sends_its_history_and_does_nothing_else():
    log = log_of(2)
    session = greeting(log)

    session.greeted(hello_answer(command="re_enrol", resume_from=1))

    assert (session.is_open, session.may_trade, session.problem) == (True, False, "session.re_enrol")
    assert session.batch(log.after(1)).first_seq == 2


@pytest.mark.parametrize(
    ("before", "command", "said"),
    [
        ("", "go", ()),
        ("", "re_enrol", (Ended("session.re_enrol"),)),
        ("session.re_enrol", "re_enrol", ()),
        ("session.re_enrol", "go", (Ended(""),)),
    ],
    ids=["lives", "is ended", "stays ended", "lives again"],
)
def test_what_head_office_says_of_a_life_is_written_down_once(before, command, said):
    log = log_of(2)
    session = new_session(problem=before)
    session.challenge(bytes(32))
    session.challenged(challenge_answer(), log.head())

    effects = session.greeted(hello_answer(command=command))

    assert tuple(effect for effect in effects if isinstance(effect, Ended)) == said


@pytest.mark.parametrize(
    ("code", "ends"), [(http.PUSH_FORK, True), (http.TERMINAL_LOCKED, True), (http.TERMINAL_UNKNOWN, False)]
)
def test_a_refusal_that_ends_a_life_is_written_down(code, ends):
    session = greeted(log_of(1))

    effects = session.refused(Problem(code), session.session_id)

    assert effects == ((Ended(code),) if ends else ())
    assert not session.is_open


def test_a_rolled_back_life_sends_nothing_even_if_it_was_replaced_too():
    session = greeting(log_of(2))

    session.greeted(hello_answer(command="re_enrol", resume_from=5))

    assert session.state is State.RE_ENROL_NEEDED


def test_a_locked_terminal_may_knock_again():
    session = greeting(log_of(1))
    session.greeted(hello_answer(command="locked"))

    session.challenge(bytes(32))
    session.challenged(challenge_answer(b"n2"), log_of(1).head())
    session.greeted(hello_answer(b"n2"))

    assert (session.state, session.problem) == (State.IDLE, "")


def test_one_batch_is_in_flight_at_a_time():
    log = log_of(3)
    session = greeted(log)

    first, second = session.batch(log.after(0)), session.batch(log.after(0))

    assert [event.seq for event in first.events] == [1, 2, 3]
    assert second is None


def test_a_batch_has_a_limit_of_events():
    log = log_of(MAX_BATCH_EVENTS + 1)
    session = greeted(log)

    assert len(session.batch(log.after(0)).events) == MAX_BATCH_EVENTS


def test_a_batch_has_a_limit_of_bytes():
    log = log_of(9, size=MAX_BATCH_BYTES // 8)
    session = greeted(log)

    request = session.batch(log.after(0))

    assert sum(len(event.body) for event in request.events) <= MAX_BATCH_BYTES
    assert len(request.events) == 7


def test_an_acknowledgement_moves_the_mark_and_stable_never_passes_it():
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0))

    assert session.pushed(push_answer(3, stable=9)) == (Accepted(3, 3),)
    assert (session.state, session.accepted_upto) == (State.IDLE, 3)


def test_a_doubled_acknowledgement_changes_nothing():
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0)[:2])
    session.pushed(push_answer(2))
    session.batch(log.after(2))

    assert session.pushed(push_answer(2)) == ()
    assert session.state is State.PUSHING


def test_an_acknowledgement_beyond_the_batch_changes_nothing():
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0)[:2])

    assert session.pushed(push_answer(3)) == ()


def test_a_late_acknowledgement_of_an_earlier_incarnation_changes_nothing():
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0))

    assert session.pushed(push_answer(3, incarnation="0-before-the-restore")) == ()
    assert session.accepted_upto == 0


def test_a_lost_acknowledgement_sends_the_same_batch_again_in_the_same_session():
    log = log_of(3)
    session = greeted(log)
    lost = session.batch(log.after(0))

    session.failed()

    assert session.batch(log.after(session.accepted_upto)) == lost


@pytest.mark.parametrize("code", [http.SESSION_UNKNOWN, http.PUSH_GAP])
def test_a_session_that_head_office_forgot_is_begun_anew(code):
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0))

    session.refused(Problem(code), "s1")

    assert session.state is State.OFFLINE


def test_the_refusal_of_a_former_session_is_ignored():
    log = log_of(3)
    session = greeted(log)

    session.refused(Problem(http.PUSH_FORK), "s0")

    assert session.state is State.IDLE


def test_a_fork_ends_pushing_for_good():
    log = log_of(3)
    session = greeted(log)
    session.batch(log.after(0))

    session.refused(Problem(http.PUSH_FORK), "s1")

    assert (session.state, session.problem) == (State.RE_ENROL_NEEDED, http.PUSH_FORK)


def test_an_answer_of_another_incarnation_ends_the_session():
    session = greeted(log_of(3))

    assert session.outlived("2-b")
    assert session.state is State.OFFLINE


def test_a_log_with_a_hole_is_not_sent():
    log = log_of(4)
    session = greeted(log)

    with pytest.raises(Damaged, match=r"log\.gap"):
        session.batch([log.events[0], log.events[2]])


def test_a_log_whose_chain_is_broken_is_not_sent():
    log = log_of(3)
    session = greeted(log)
    other = log_of(3, size=20)

    with pytest.raises(Damaged, match=r"log\.chain"):
        session.batch([log.events[0], other.events[1]])


def test_a_life_that_was_set_back_never_trades_again_whatever_a_restored_head_office_says():
    session = new_session(problem=http.PUSH_FORK)
    session.challenge(bytes(32))
    session.challenged(challenge_answer(), log_of(3).head())

    assert session.greeted(hello_answer(resume_from=1, incarnation="2-b")) == (Ended(http.PUSH_FORK),)

    assert (session.state, session.may_trade) == (State.RE_ENROL_NEEDED, False)


def test_a_life_that_was_replaced_trades_again_when_head_office_takes_it_back():
    session = new_session(problem=http.TERMINAL_LOCKED)
    session.challenge(bytes(32))
    session.challenged(challenge_answer(), log_of(3).head())

    assert session.greeted(hello_answer(resume_from=1))[0] == Ended("")
    assert session.may_trade
