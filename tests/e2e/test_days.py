"""Days at a till of its own: closing, coming back after a restart, a call recorded from its slip."""

import pytest

from pos_app.domain.codes import call_code, member_code
from pos_app.domain.events import CallRecorded, DayClosed, StaffSignedOut
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CALL_ID, CASHIER_PIN, MANAGER_PIN


@pytest.fixture
def own_till(tills, tmp_path) -> Hands:
    """A till that no other test sees."""
    hands = tills.open(tmp_path)
    hands.sign_in("李敏", CASHIER_PIN, 50_000)
    return hands


def test_after_a_restart_the_basket_is_back(own_till: Hands, tills, tmp_path):
    own_till.ring_up(1, 2)
    own_till.serve(member_code(ANNA.card_no))
    tills.close_last()

    again = tills.open(tmp_path)
    again.sign_in("李敏", CASHIER_PIN)

    assert (again.pieces, again.state.basket.member_id) == (2, ANNA.member_id)


def test_a_scanned_call_slip_opens_its_call_and_one_key_records_it(own_till: Hands):
    hands = own_till
    hands.burst(call_code(CALL_ID))
    hands.until(hands.window.outcome.isVisible)

    hands.press("1")
    hands.until(lambda: hands.rows("SELECT state FROM call_here") == [("done",)])

    assert isinstance(hands.facts()[-1], CallRecorded)


def test_the_day_is_closed_after_a_blind_count(own_till: Hands):
    hands = own_till
    hands.ring_up(1)
    hands.pay_exactly()
    hands.next_customer()
    hands.press("Ctrl+6")
    hands.settle()
    hands.press("Return")
    hands.settle()
    screen = hands.window.close_day

    left = 50_000 + 1_000
    for value, field in screen.count.fields.items():
        pieces, left = divmod(left, value)
        field.setFocus()
        hands.type(str(pieces))
    hands.press("Return")
    hands.settle()
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: isinstance(hands.facts()[-1], DayClosed))
    hands.settle()
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is None)

    closed, left = hands.facts()[-2:]
    assert isinstance(left, StaffSignedOut)
    assert (closed.z_no, closed.over_short_minor) == (1, 0)
    assert not hands.ask(hands.till.desks.day.state).is_open
