from dataclasses import replace

import argon2
import pytest

from pos_app.domain.audit import Noted, Part, noted
from pos_app.domain.codes import staff_card, staff_code
from pos_app.domain.events import (
    BasketVoided,
    Overridden,
    RightsReleased,
    StaffHandedOver,
    StaffLockedOut,
    StaffPinWrong,
    StaffSignedIn,
    StaffSignedOut,
)
from pos_app.domain.ledger import Spend
from pos_app.errors import Damaged, Refused
from pos_app.services.checkout import Checkout
from pos_app.services.overrides import Override
from pos_app.services.pins import Argon2Pins
from pos_app.services.staff import SignIn
from tests.fakes import FakePins
from tests.till_kit import CASHIER, grant, member, open_kit


@pytest.fixture
def desk(till):
    till.session.staff = None
    return SignIn(till.session, FakePins())


def newest(till):
    return till.store.tables.log.fact(till.log.head()[0] - 1)[0]


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value.code, error.value.facts


def test_the_people_of_the_store_are_shown(desk):
    assert [(tile.staff_id, tile.name) for tile in desk.tiles()] == [("E1", "李敏"), ("E2", "赵强")]


def test_the_right_pin_signs_in_and_is_said(desk, till):
    desk.sign_in("E1", "1111")

    fact, at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert (fact, at.staff_id) == (StaffSignedIn("李敏"), "E1")
    assert till.session.staff.staff_id == "E1"
    desk.sign_out()
    assert till.session.staff is None


def test_what_may_not_be_spent_any_more_goes_back_when_somebody_signs_in(desk, till):
    till.grant(grant(1, member(1), 500, lease_until_ms=till.clock.now_ms() - 1))

    desk.sign_in("E1", "1111")

    fact, _at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert fact == RightsReleased(member(1).member_id, (Spend("ho/1", 500),), "lease")


def test_wrong_pins_count_down_then_lock_for_a_minute_even_for_the_right_one(desk, till):
    lefts = [refusal(desk.sign_in, "E1", "0000") for _ in range(4)]
    locked = refusal(desk.sign_in, "E1", "0000")

    assert lefts == [("pin.wrong", {"left": left}) for left in (4, 3, 2, 1)]
    assert locked == ("pin.locked", {"wait_s": 60})
    till.clock.pass_ms(30_000)
    assert refusal(desk.sign_in, "E1", "1111") == ("pin.locked", {"wait_s": 30})
    assert desk.sign_in("E2", "2222").staff_id == "E2"
    till.clock.pass_ms(30_000)
    assert desk.sign_in("E1", "1111").staff_id == "E1"


def test_a_restart_does_not_lift_the_lock(desk, till):
    for _ in range(5):
        refusal(desk.sign_in, "E1", "0000")
    till.close()

    again = open_kit(till.home)

    assert refusal(SignIn(again.session, FakePins()).sign_in, "E1", "1111")[0] == "pin.locked"
    again.close()


@pytest.mark.parametrize("step_ms", [-86_400_000, 86_400_000])
def test_a_clock_that_jumps_neither_lifts_nor_prolongs_the_lock(desk, till, step_ms):
    for _ in range(5):
        refusal(desk.sign_in, "E1", "0000")
    till.clock.wall_ms += step_ms

    assert refusal(desk.sign_in, "E1", "1111") == ("pin.locked", {"wait_s": 60})
    till.clock.pass_ms(60_000)
    assert desk.sign_in("E1", "1111").staff_id == "E1"


def test_after_a_restart_of_the_machine_the_wait_begins_again_once(desk, till):
    till.clock.ticks_ms = 5_000_000
    for _ in range(5):
        refusal(desk.sign_in, "E1", "0000")
    till.close()

    again = open_kit(till.home, boot_id="boot2")
    people = SignIn(again.session, FakePins())

    assert refusal(people.sign_in, "E1", "1111") == ("pin.locked", {"wait_s": 60})
    again.clock.pass_ms(59_999)
    assert refusal(people.sign_in, "E1", "1111") == ("pin.locked", {"wait_s": 1})
    again.clock.pass_ms(1)
    assert people.sign_in("E1", "1111").staff_id == "E1"
    again.close()


def test_every_wrong_pin_is_said_and_never_the_pin(desk, till):
    before = till.log.head()[0]

    for _ in range(2):
        refusal(desk.sign_in, "E1", "8642")

    facts = till.store.tables.log.facts(before, before + 9)
    assert [fact for _seq, fact, _at in facts] == [StaffPinWrong("E1", "李敏", 1), StaffPinWrong("E1", "李敏", 2)]
    assert [noted(fact) for _seq, fact, _at in facts] == [Noted(Part.PEOPLE, "李敏")] * 2
    bodies = till.store._database.conn.execute("SELECT body FROM event WHERE kind = 'staff_pin_wrong'").fetchall()
    assert not any(b"8642" in bytes(body) for (body,) in bodies)


def test_too_many_wrong_pins_are_said(desk, till):
    for _ in range(5):
        refusal(desk.sign_in, "E1", "0000")

    assert newest(till) == StaffLockedOut("E1", "李敏")


def test_a_manager_lets_a_locked_out_person_try_again(desk, till):
    for _ in range(5):
        refusal(desk.sign_in, "E1", "0000")

    assert refusal(desk.end_lock_out, "E1")[0] == "override.needed"
    desk.end_lock_out("E1", Override("E2", "2222", "forgot_pin"))

    assert newest(till) == Overridden("unlock", "李敏", "forgot_pin", "E2", 0, "赵强")
    assert desk.sign_in("E1", "1111").staff_id == "E1"
    assert refusal(desk.end_lock_out, "X9")[0] == "staff.unknown"


def test_a_locked_out_manager_cannot_let_themselves_in(desk):
    for _ in range(5):
        refusal(desk.sign_in, "E2", "0000")

    assert refusal(desk.end_lock_out, "E2", Override("E2", "2222", "forgot_pin"))[0] == "pin.locked"


def test_unlocking_ones_own_till_says_nothing_and_changes_nothing(desk, till):
    desk.sign_in("E1", "1111")
    before = till.log.head()

    desk.sign_in("E1", "1111")

    assert till.log.head() == before


def test_taking_a_till_over_is_said_with_both_names_and_the_open_sale(desk, till):
    desk.sign_in("E1", "1111")
    checkout = Checkout(till.session, FakePins())
    sale_id = checkout.add_item(1).basket.sale_id

    desk.sign_in("E2", "2222")

    assert newest(till) == StaffHandedOver("赵强", "E1", "李敏", sale_id)
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[1].staff_id == "E2"
    assert checkout.state().basket.sale_id == sale_id


@pytest.mark.parametrize("go", [lambda desk: desk.sign_in("E2", "2222"), lambda desk: desk.sign_out()])
def test_who_cancelled_a_sale_is_who_the_void_names_when_they_go(desk, till, go):
    desk.sign_in("E1", "1111")
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.cancel()

    go(desk)

    ((said, at),) = [(fact, at) for _seq, fact, at in till.store.tables.log.facts(1, 99) if type(fact) is BasketVoided]
    assert (said.list_minor, at.staff_id) == (10_000, "E1")


def test_a_wrong_pin_leaves_the_till_with_whoever_locked_it(desk, till):
    desk.sign_in("E1", "1111")
    refusal(desk.sign_in, "E2", "0000")

    assert till.session.staff.staff_id == "E1"


def test_signing_out_says_what_waits_to_be_sent_and_is_never_refused(desk, till):
    desk.sign_in("E1", "1111")
    Checkout(till.session, FakePins()).add_item(1)
    waiting = till.log.head()[0] - 1

    desk.sign_out()
    desk.sign_out()

    assert newest(till) == StaffSignedOut("李敏", waiting)
    assert till.session.staff is None


def test_the_right_pin_forgets_the_wrong_ones(desk):
    for _ in range(4):
        refusal(desk.sign_in, "E1", "0000")
    desk.sign_in("E1", "1111")

    assert refusal(desk.sign_in, "E1", "0000") == ("pin.wrong", {"left": 4})


def test_somebody_of_another_store_is_unknown(desk):
    assert refusal(desk.sign_in, "X9", "1111")[0] == "staff.unknown"


def test_argon2_hashes_are_checked():
    hashed = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("4711")
    pins = Argon2Pins()

    assert pins.matches(hashed, "4711") is True
    assert pins.matches(hashed, "4712") is False
    with pytest.raises(Damaged) as error:
        pins.matches("not a hash", "4711")
    assert error.value.code == "staff.pin_hash"


def test_a_staff_card_names_its_person_and_only_at_their_store(desk, till):
    card = staff_card(bytes(range(10)))
    elsewhere = replace(CASHIER, staff_id="E7", store_id="S02", card=staff_card(bytes(10)), version=2)
    till.publish(replace(CASHIER, card=card, version=2), elsewhere)

    assert desk.with_card(card).staff_id == "E1"
    assert refusal(desk.with_card, elsewhere.card) == ("staff.card", {})
    assert refusal(desk.with_card, "") == ("staff.card", {})  # those without a card have none in common


def test_a_staff_card_is_not_part_of_a_sale(till):
    assert refusal(Checkout(till.session, FakePins()).scan, staff_code(staff_card(bytes(10))))[0] == "scan.staff_card"
