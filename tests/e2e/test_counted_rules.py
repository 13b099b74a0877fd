"""What can be counted about the speed of hands: keys, scans, and where the focus is afterwards."""

from collections.abc import Callable

import pytest

from pos_app.domain.codes import member_code
from pos_app.domain.events import CallRecorded
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA
from tests.till_kit import barcode

PAYMENT_CODE = "134567890123456789"
GAP_S = 0.08


def test_exact_cash_is_two_keys_after_the_last_scan(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1, 2, 3)
    hands.keys = 0

    hands.press("F9", "Return")
    hands.until(hands.window.payment.is_done)

    assert (hands.keys, len(hands.sales())) == (2, 1)


def test_exact_cash_is_one_tap_after_the_last_scan(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1, 2)

    hands.tap(hands.quick(3_000))
    hands.until(hands.window.payment.is_done)

    assert (hands.keys, len(hands.sales())) == (0, 1)


def test_enter_on_an_empty_line_opens_payment_but_completes_nothing(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)

    hands.press("Return")
    hands.until(hands.window.payment.is_open)

    assert hands.sales() == []


def test_a_known_member_with_n_items_takes_n_plus_two_scans_to_the_payment(at_the_till: Hands):
    hands = at_the_till
    numbers = (1, 2, 3, 4, 5)

    for code in (member_code(ANNA.card_no), *map(barcode, numbers), PAYMENT_CODE):
        hands.burst(code)
    hands.until(hands.window.payment.is_open)
    hands.settle()

    owed = hands.app.sale.payment._state().owed_minor
    assert (hands.keys, hands.state.basket.member_id, hands.pieces, owed) == (0, ANNA.member_id, 5, 15_000)


def test_a_new_member_and_a_sale_are_at_most_twenty_six_keys(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(4)

    hands.press("F2")
    hands.type("13900001111")
    hands.press("Return")
    hands.until(lambda: hands.window.sign_up.isVisible() and hands.window.sign_up.confirm.isEnabled())
    hands.type("202605")
    hands.type("12")
    hands.press("Return")
    hands.until(lambda: hands.state.member is not None)
    hands.press("F9", "Return")
    hands.until(hands.window.payment.is_done)

    assert len(hands.sales()) == 1
    assert hands.keys <= 26


def test_holding_is_one_key_and_recalling_two(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1, 2)

    hands.press("F6")
    hands.until(lambda: hands.state.held_count == 1)
    to_hold, empty = hands.keys, hands.state.basket.is_empty
    hands.press("F6")
    hands.until(lambda: hands.window.hold.isVisible() and hands.window.hold.model.rowCount() == 1)
    hands.press("1")
    hands.until(lambda: hands.pieces == 2)

    assert (to_hold, empty, hands.keys - to_hold, hands.state.held_count) == (1, True, 2, 0)


def test_splitting_into_two_tenders_is_at_most_six_keys_and_the_amount(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9)
    hands.keys = 0

    hands.press("F9")
    hands.type("50")
    hands.press("Return", "Return")
    hands.until(hands.window.payment.is_done)

    assert hands.keys - len("50") <= 6
    assert [amount for _, amount, *_ in hands.tenders()] == [5_000, 4_000]


def test_redeeming_any_item_is_a_key_a_scan_and_enter(at_the_till: Hands):
    hands = at_the_till
    hands.serve(member_code(ANNA.card_no))
    hands.ring_up(9)
    hands.keys = 0

    hands.press("F4")
    hands.burst(barcode(2))
    hands.until(lambda: hands.state.priced.redeemed_points == 2_000)
    hands.press("Return")
    hands.until(hands.window.redeem.isHidden)
    hands.settle()

    assert (hands.keys, hands.state.priced.redeemed_points) == (2, 2_000)


def test_twenty_scans_eighty_milliseconds_apart_lose_none(at_the_till: Hands):
    hands = at_the_till

    for n in range(20):
        hands.rest(GAP_S)
        hands.burst(barcode(1 + n % 9))
    hands.settle()

    assert hands.pieces == 20


def test_the_filled_button_pressed_twice_makes_one_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)

    hands.press("F9", "Return", "Return")
    hands.until(lambda: len(hands.sales()) == 1)
    hands.settle()

    assert len(hands.sales()) == 1


def test_a_quick_amount_tapped_twice_makes_one_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    hands.press("F9")
    quick = hands.quick(1_000)

    hands.tap(quick)
    quick.click()
    hands.until(hands.window.payment.is_done)
    hands.settle()

    assert len(hands.sales()) == 1


SHEETS = (places.finder, places.items, places.hold, places.sign_up, places.outcome, places.redeem, places.keys,
          places.payment)  # fmt: skip
ELSEWHERE = (places.sell, places.finder, places.items, places.hold, places.sign_up, places.outcome, places.keys,
             places.payment, places.calls, places.close, places.count, places.sync)  # fmt: skip


@pytest.mark.parametrize("open_one", SHEETS, ids=lambda go: go.__name__)
def test_the_focus_is_back_on_the_scan_line_after_escape(at_the_till: Hands, open_one: Callable[[Hands], None]):
    hands = at_the_till
    open_one(hands)
    hands.settle()

    hands.press("Esc")

    assert hands.focused() is hands.scan_line


@pytest.mark.parametrize("open_one", ELSEWHERE, ids=lambda go: go.__name__)
def test_a_scan_is_taken_from_every_place_and_leaves_every_field_as_it_was(
    at_the_till: Hands, open_one: Callable[[Hands], None]
):
    hands = at_the_till
    open_one(hands)
    hands.settle()
    was = hands.pieces
    field = hands.focused()
    before = field.text() if hasattr(field, "text") else None

    hands.burst(barcode(7))
    hands.until(lambda: hands.pieces == was + 1)
    hands.settle()

    assert (field.text() if hasattr(field, "text") else None) == before
    assert hands.focused() is hands.scan_line


def test_a_scan_is_taken_whatever_control_of_the_sale_screen_has_the_focus(at_the_till: Hands):
    hands = at_the_till
    hands.serve(member_code(ANNA.card_no))
    hands.ring_up(9)
    controls = hands.focusable(hands.window.shell)
    missed = []

    for place, control in enumerate(controls):
        if not (control.isVisible() and control.isEnabled()):
            continue
        control.setFocus()
        was, number = hands.pieces, 1 + place % 9
        hands.burst(barcode(number))
        hands.settle()
        if hands.pieces != was + 1 or hands.window.payment.is_open():
            missed.append(control.accessibleName() or type(control).__name__)

    assert len(controls) >= 15
    assert missed == []


def test_a_scan_over_an_open_call_records_nothing(at_the_till: Hands):
    hands = at_the_till
    places.outcome(hands)
    for n in range(1, 10):
        hands.burst(barcode(n))
    hands.settle()

    recorded = [fact for fact in hands.facts() if isinstance(fact, CallRecorded)]
    assert (recorded, hands.pieces) == ([], 9)


def test_a_scan_over_the_held_sales_recalls_none(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    hands.press("F6")
    hands.until(lambda: hands.state.held_count == 1)
    places.hold(hands)
    hands.settle()

    hands.burst(barcode(1))
    hands.until(lambda: hands.pieces == 1)
    hands.settle()

    assert (hands.pieces, hands.state.held_count) == (1, 1)


def test_a_scan_over_the_consents_ticks_none(at_the_till: Hands):
    hands = at_the_till
    places.sign_up(hands)
    ticks = hands.window.sign_up.ticks.values()
    next(iter(ticks)).setFocus()

    hands.burst(barcode(123_412_341))
    hands.settle()

    assert [tick.isChecked() for tick in ticks] == [False, False, False, False]


def test_a_half_typed_code_survives_a_scan(at_the_till: Hands):
    hands = at_the_till
    hands.type("6901")

    hands.burst(barcode(1))
    hands.until(lambda: hands.pieces == 1)

    assert hands.scan_line.text() == "6901"


def test_a_quantity_typed_before_the_scan_counts(at_the_till: Hands):
    hands = at_the_till
    hands.type("3*")

    hands.burst(barcode(1))
    hands.until(lambda: hands.pieces == 3)

    assert hands.scan_line.text() == ""
