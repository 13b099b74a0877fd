"""The customer's screen beside the real window: it follows the counter, and shows nobody's sale to anybody else."""

from pos_app.domain.codes import member_code
from pos_app.domain.members import Purpose
from pos_app.ui.presenters.customer_display import CustomerFace, Stage
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA
from tests.till_kit import barcode


def seen(hands: Hands) -> CustomerFace:
    return hands.app.second_screen._face


def test_the_customer_sees_the_sale_the_change_and_then_the_next_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(5)
    hands.serve(member_code(ANNA.card_no))
    assert (seen(hands).stage, seen(hands).figure_minor, seen(hands).points_before) == (Stage.SELLING, 5_000, 8_000)

    hands.pay_exactly()
    hands.until(lambda: seen(hands).stage is Stage.DONE)
    paid = seen(hands)

    hands.burst(barcode(1))
    hands.until(lambda: seen(hands).stage is Stage.SELLING)

    assert (paid.customer, paid.points_after) == ("陈**", 8_350)
    assert (seen(hands).stage, seen(hands).figure_minor, seen(hands).customer) == (Stage.SELLING, 1_000, "")


def test_a_locked_till_shows_nobodys_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(5)

    hands.press("F12")
    hands.settle()

    assert (seen(hands).stage, seen(hands).lines) == (Stage.IDLE, ())


def test_what_the_customer_answers_is_ticked_in_the_sheet(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(5)
    hands.app.sale.open_sign_up("13900001111")
    hands.settle()

    hands.app.second_screen.answered.emit(Purpose.CHILD.value, True)

    assert hands.window.sign_up.form().agreed == frozenset({Purpose.CHILD})
    assert (seen(hands).stage, seen(hands).agreed) == (Stage.JOINING, frozenset({Purpose.CHILD}))
    hands.press("Esc")
    hands.until(lambda: seen(hands).stage is Stage.SELLING)
