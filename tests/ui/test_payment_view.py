"""Paying: the amount, the ways, finishing once, and the done panel."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pos_app.ui.presenters.view_models import PaymentFace, Way
from pos_app.ui.views.payment import typed_minor
from tests.ui.desk import Desk, states
from tests.ui.test_checkout_view import Heard, button

ASKS = ("tender_asked", "points_asked", "tender_removed", "finish_asked", "back_asked", "next_asked", "amount_refused")


@pytest.fixture
def desk(make_desk, qapp) -> Desk:
    made = make_desk("en", (1366, 728))
    states()["s6_split"](made)
    made.payment.show_way(Way.CASH)
    qapp.processEvents()
    return made


def test_the_amount_still_owed_is_ready_to_be_taken(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "cash", 72200, "")]


def test_typing_replaces_the_amount(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.keyClicks(desk.payment.entry.amount, "800")
    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "cash", 80000, "")]


def test_the_keypad_and_the_filled_button_take_the_amount_too(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    for word in ("Clear", "5", "00"):
        qtbot.mouseClick(button(desk, word), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(desk.payment.pay.primary, Qt.MouseButton.LeftButton)

    assert heard.said == [("tender_asked", "cash", 50000, "")]


def test_a_wallet_payment_carries_its_kind_and_reference(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.show_way(Way.SCAN_PAY)

    qtbot.mouseClick(button(desk, "Alipay"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(desk.payment.entry.reference, " A-4021 ")
    qtbot.keyClick(desk.payment.entry.reference, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "alipay", 72200, "A-4021")]


def test_a_quick_amount_is_cash_in_one_tap(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.mouseClick(button(desk, "Cash 800"), Qt.MouseButton.LeftButton)

    assert heard.said == [("tender_asked", "cash", 80000, "")]


def test_points_are_chosen_elsewhere(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.mouseClick(button(desk, "Points 9,880"), Qt.MouseButton.LeftButton)

    assert heard.said == [("points_asked",)]


def test_a_payment_can_be_taken_back(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.mouseClick(button(desk, "Take this payment back"), Qt.MouseButton.LeftButton)

    assert heard.said == [("tender_removed", "t1")]


def test_nothing_typed_cannot_be_taken(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.entry.amount.clear()

    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Return)

    assert heard.said == [("amount_refused",)]
    assert not desk.payment.pay.primary.isEnabled()


def test_escape_goes_back(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Escape)

    assert heard.said == [("back_asked",)]


def test_a_paid_sale_is_finished_once_however_often_it_is_pressed(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.show_payment(desk.faces.paid())

    for _press in range(3):
        qtbot.mouseClick(desk.payment.pay.primary, Qt.MouseButton.LeftButton)
        qtbot.keyClick(desk.payment.pay.primary, Qt.Key.Key_Return)

    assert heard.said == [("finish_asked",)]


def test_enter_finishes_a_paid_sale(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    desk.payment.show_payment(desk.faces.paid())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert heard.said == [("finish_asked",)]


def test_a_sale_that_could_not_be_written_can_be_finished_again(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.show_payment(desk.faces.paid())
    qtbot.mouseClick(desk.payment.pay.primary, Qt.MouseButton.LeftButton)
    desk.payment.set_busy(True)

    desk.payment.set_busy(False)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is desk.payment.pay.primary)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert heard.said == [("finish_asked",), ("finish_asked",)]


def test_while_the_sale_is_written_nothing_more_is_taken(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    desk.payment.set_busy(True)
    qtbot.mouseClick(desk.payment.pay.primary, Qt.MouseButton.LeftButton)

    assert heard.said == []


def test_after_the_sale_enter_calls_the_next_customer(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)

    desk.payment.show_done(desk.faces.done())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert heard.said == [("next_asked",)]


def test_a_sale_paid_in_one_tap_goes_from_selling_to_done(desk):
    desk.payment.close()

    desk.payment.show_done(desk.faces.done())

    assert desk.payment.is_done()
    assert desk.checkout.left.currentWidget() is desk.payment.taken
    assert desk.checkout.zone.entry.currentWidget() is desk.checkout.zone.scan


def test_what_is_owed_still_after_one_tap_opens_the_screen_of_paying(desk):
    desk.payment.close()

    desk.payment.show_payment(desk.faces.payment())

    assert desk.checkout.right.currentWidget() is desk.payment.pay


def test_the_customer_who_paid_stays_in_view_while_the_next_sale_loads(desk):
    desk.payment.show_payment(desk.faces.paid())
    desk.payment.show_done(desk.faces.done())

    desk.checkout.show_idle(desk.faces.figures())

    assert desk.payment.taken._who._name.text() == "Y. T. Chen"


def test_a_way_is_taken_in_hand_by_its_key_and_points_are_chosen_elsewhere(desk):
    heard = Heard(desk.payment, *ASKS)

    desk.payment.ask_way(Way.CARD)
    assert not desk.payment.entry.reference.isHidden()
    desk.payment.ask_way(Way.VALUE)  # nobody has any here
    assert desk.payment._way is Way.CARD
    desk.payment.ask_way(Way.POINTS)

    assert heard.said == [("points_asked",)]


def test_the_pay_key_goes_from_one_way_to_the_next_that_can_be_used(desk):
    hands = []
    for _press in range(4):
        desk.payment.ask_next_way()
        hands.append(desk.payment._way)

    assert hands == [Way.CARD, Way.SCAN_PAY, Way.CASH, Way.CARD]


def test_enter_asks_for_the_reference_first_and_takes_the_payment_then(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.show_way(Way.CARD)

    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is desk.payment.entry.reference
    qtbot.keyClicks(desk.payment.entry.reference, "T889")
    qtbot.keyClick(desk.payment.entry.reference, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "card", 72200, "T889")]


def test_where_a_gateway_asks_for_the_money_no_reference_is_needed(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    desk.payment.show_payment(replace(desk.faces.payment(), by_gateway=True))
    desk.payment.show_way(Way.CARD)

    qtbot.keyClick(desk.payment.entry.amount, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "card", 72200, "")]


def test_arrows_lead_to_the_other_wallet_and_to_other_currencies(qtbot, desk):
    heard = Heard(desk.payment, *ASKS)
    amount = desk.payment.entry.amount

    desk.payment.show_way(Way.SCAN_PAY)
    qtbot.keyClick(amount, Qt.Key.Key_Down)
    qtbot.keyClicks(desk.payment.entry.reference, "A1")
    qtbot.keyClick(desk.payment.entry.reference, Qt.Key.Key_Return)
    desk.payment.show_way(Way.CASH)
    qtbot.keyClick(amount, Qt.Key.Key_Up)
    qtbot.keyClicks(amount, "20")
    qtbot.keyClick(amount, Qt.Key.Key_Return)

    assert heard.said == [("tender_asked", "alipay", 72200, "A1"), ("tender_asked", "foreign", 2000, "USD")]


def test_a_code_is_for_what_stands_there_while_wallets_are_in_hand(qtbot, desk):
    heard = Heard(desk.payment, "code_taken")

    desk.payment.take_code("134567890123456789")
    desk.payment.show_way(Way.SCAN_PAY)
    qtbot.keyClicks(desk.payment.entry.amount, "20")
    desk.payment.take_code("134567890123456789")

    assert heard.said == [("code_taken", "134567890123456789", 0), ("code_taken", "134567890123456789", 2000)]


def test_going_back_gives_the_focus_to_the_scan_line_and_wakes_the_basket(desk):
    desk.payment.close()

    assert QApplication.focusWidget() is desk.checkout.zone.scan.line
    assert desk.checkout.zone.view.isEnabled()
    assert not desk.payment.is_open()


def test_change_is_the_large_number_when_cash_exceeds_the_sale(desk):
    desk.payment.show_payment(PaymentFace(107200, (), 0, change_minor=2800, can_finish=True))

    assert desk.payment.pay.due._amount.accessibleName() == "Change 28.00"


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("722", 72200), ("722.5", 72250), ("1,072.05", 107205), ("", None), (".", None), ("1.005", None), ("-3", None)],
)
def test_an_amount_is_read_to_the_cent(typed, minor):
    assert typed_minor(typed) == minor


@given(st.integers(0, 99_999_999))
def test_every_amount_survives_being_written_and_read(minor):
    assert typed_minor(f"{minor // 100}.{minor % 100:02d}") == minor
