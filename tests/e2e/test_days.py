"""Days at a till of its own: closing, coming back after a restart, a call recorded from its slip."""

import pytest

from pos_app.domain.cash import CashKind
from pos_app.domain.codes import call_code, member_code
from pos_app.domain.day_proof import unproven
from pos_app.domain.events import CallRecorded, CashMoved, DayClosed, ShiftHandedOver, StaffSignedOut
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CALL_ID, CASHIER_PIN, MANAGER_PIN

pytestmark = pytest.mark.slow


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


def count(hands: Hands, minor: int) -> None:
    """Count so much into the notes and coins, and hand it in."""
    for value, field in hands.window.close_day.count.fields.items():
        pieces, minor = divmod(minor, value)
        field.setFocus()
        hands.type(str(pieces))
    hands.press("Return")
    hands.settle()


def begin_close(hands: Hands) -> None:
    hands.press("Ctrl+6")
    hands.settle()


def test_the_day_is_closed_after_a_blind_count(own_till: Hands, tmp_path):
    hands = own_till
    hands.ring_up(1)
    hands.pay_exactly()
    hands.next_customer()
    begin_close(hands)
    hands.press("Right")  # a cashier is offered the hand-over first
    hands.press("Return")
    hands.settle()
    count(hands, 50_000 + 1_000)
    hands.press("Return")
    hands.until(hands.window.override.isVisible)  # the close is not a cashier's alone
    hands.press("Right")
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: isinstance(hands.facts()[-1], DayClosed))
    hands.settle()
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is None)

    hands.until((tmp_path / "till-copy.db").exists)
    approved, closed, left = hands.facts()[-3:]
    assert isinstance(left, StaffSignedOut)
    assert (approved.act, approved.approver, closed.approver) == ("close_day", "赵强", "赵强")
    assert (closed.z_no, closed.over_short_minor, closed.kept_minor) == (1, 0, 50_000)
    assert unproven(closed.proof) == ()
    assert not hands.ask(hands.till.desks.day.state).is_open


def test_a_shift_is_handed_over_and_the_next_person_sells_on(own_till: Hands):
    hands = own_till
    hands.ring_up(1)
    hands.pay_exactly()
    hands.next_customer()
    hands.ring_up(2)
    begin_close(hands)
    hands.press("Return")
    hands.settle()
    count(hands, 50_000 + 1_000)
    hands.press("Return")
    hands.until(lambda: isinstance(hands.facts()[-1], ShiftHandedOver))
    hands.settle()
    hands.press("Ctrl+1")  # there is nothing more to do for who handed over
    hands.until(lambda: hands.app.signed_in is None)

    hands.sign_in("赵强", MANAGER_PIN)

    assert hands.pieces == 1
    state = hands.ask(hands.till.desks.day.state)
    assert (state.shift_no, state.float_minor) == (2, 51_000)


def test_cash_is_taken_out_with_an_approval_and_a_slip(own_till: Hands):
    hands = own_till
    begin_close(hands)
    hands.press("F8")
    hands.until(hands.window.cash.isVisible)
    hands.press("Up")
    hands.type("30")
    hands.press("Return")
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: isinstance(hands.facts()[-1], CashMoved))

    moved, approved = hands.facts()[-1], hands.facts()[-2]
    assert (moved.kind, moved.amount_minor, approved.act) == (CashKind.EXPENSE, 3_000, "move_cash")


def test_a_past_paper_is_printed_again_by_keyboard(own_till: Hands):
    hands = own_till
    hands.press("F12")
    hands.settle()
    hands.sign_in("赵强", MANAGER_PIN)
    begin_close(hands)
    hands.press("Ctrl+P")
    hands.until(hands.window.close_day.report.isVisible)
    hands.press("Escape")
    hands.settle()
    hands.press("Ctrl+H")
    hands.until(hands.window.past_papers.isVisible)
    hands.settle()
    hands.press("Return")
    hands.until(lambda: hands.rows("SELECT kind, reprints FROM day_paper") == [("x", 1)])
