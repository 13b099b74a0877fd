"""The main path at the real window while head office is out of reach: from signing in to closing the day."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pos_app.domain.codes import member_code
from pos_app.domain.events import Sale
from pos_app.domain.members import Purpose
from pos_app.ui.presenters.view_models import PointsChoice
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, MANAGER_PIN
from tests.till_kit import barcode

PAYMENT_CODE = "134567890123456789"
NEW_PHONE = "13900001111"


def test_six_items_with_a_member_are_paid_in_cash(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1, 2, 3, 4, 5, 6)
    hands.serve(member_code(ANNA.card_no))

    hands.pay_exactly()

    (sale,) = hands.sales()
    assert sale[1:] == (ANNA.member_id, 21_000)
    assert hands.tenders() == [("cash", 21_000, 21_000, 0, "")]


@contextmanager
def busy_disk(hands: Hands) -> Iterator[None]:
    """Let the database be busy with something else for a while."""
    free = threading.Event()
    hands.app.world.lanes.db.run(lambda: free.wait(30), lambda _freed: None, pytest.fail)
    yield
    free.set()


@pytest.mark.parametrize("keys", [("F9",), ("Alt+2",)])
def test_what_was_scanned_just_before_the_money_is_owed_too(at_the_till: Hands, keys: tuple[str, ...]):
    hands = at_the_till
    hands.ring_up(1)
    with busy_disk(hands):
        hands.burst(barcode(2))
        hands.press(*keys)
        hands.until(hands.window.payment.is_open)
    hands.until(lambda: hands.pieces == 2)

    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    assert hands.tenders() == [("cash", 3_000, 3_000, 0, "")]


def test_quick_cash_that_is_too_little_for_what_was_scanned_just_before_pays_a_part(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    with busy_disk(hands):
        hands.burst(barcode(2))
        hands.tap(hands.quick(1_000))
    hands.until(lambda: hands.pieces == 2 and hands.window.payment.is_open())
    hands.settle()

    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    assert hands.tenders() == [("cash", 1_000, 1_000, 0, ""), ("cash", 2_000, 2_000, 0, "")]


def test_quick_cash_pays_for_what_was_scanned_just_before(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    with busy_disk(hands):
        hands.burst(barcode(2))
        hands.tap(hands.quick(5_000))
    hands.until(hands.window.payment.is_done)

    assert hands.tenders() == [("cash", 3_000, 5_000, 2_000, "")]
    assert hands.app.sale.payment._face().due_minor == 3_000


def choose_an_item_in_the_redeem_sheet(hands: Hands) -> None:
    hands.serve(member_code(ANNA.card_no))
    hands.ring_up(5)
    hands.press("F4")
    hands.until(hands.window.redeem.isVisible)
    hands.burst(barcode(2))
    hands.until(lambda: hands.state.priced.redeemed_points == 2_000)


def test_a_scanned_item_goes_home_for_points(at_the_till: Hands):
    hands = at_the_till
    choose_an_item_in_the_redeem_sheet(hands)

    hands.tap(hands.window.redeem.use)
    hands.pay_exactly()

    (sale,) = [fact for fact in hands.facts() if isinstance(fact, Sale) and fact.receipt_no == hands.sales()[0][0]]
    assert (sale.due_minor, sum(spend.amount for spend in sale.spends)) == (5_000, 2_000)


def test_cancelling_the_redeem_sheet_takes_everything_chosen_in_it_back(at_the_till: Hands):
    hands = at_the_till
    choose_an_item_in_the_redeem_sheet(hands)
    hands.app.sale.redeem.choose(PointsChoice.CUSTOM, 500)
    hands.until(lambda: hands.state.basket.points == 500)

    hands.press("Esc")
    hands.settle()

    assert (hands.pieces, hands.state.priced.points, hands.state.priced.due_minor) == (1, 0, 5_000)


def test_cash_and_wechat_share_a_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9, 8)
    hands.press("F9")
    hands.type("100")
    hands.press("Return")
    hands.tap(hands.button(hands.window.payment.pay, "WeChat"))
    hands.window.payment.entry.reference.setFocus()

    hands.type("WX42")
    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    assert hands.tenders() == [("cash", 10_000, 10_000, 0, ""), ("wechat", 7_000, 0, 0, "WX42")]


def test_a_payment_code_pays_the_rest_and_what_was_taken_stays_taken(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9, 8)
    hands.press("F9")
    hands.type("100")
    hands.press("Return")

    hands.scan(PAYMENT_CODE)

    state = hands.app.sale.payment._state()
    assert (hands.window.payment.is_open(), state.owed_minor) == (True, 7_000)


def test_change_is_given_and_the_next_customer_finds_an_empty_basket(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F9")
    hands.type("50")
    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    hands.next_customer()

    assert hands.tenders() == [("cash", 3_000, 5_000, 2_000, "")]
    assert hands.focused() is hands.scan_line


@pytest.mark.parametrize(("code", "pieces"), [(barcode(2), 1), ("6909999999996", 0)])
def test_a_scan_after_a_finished_sale_begins_the_next(at_the_till: Hands, code: str, pieces: int):
    hands = at_the_till
    hands.ring_up(1)
    hands.pay_exactly()

    hands.scan(code)

    assert (hands.window.payment.is_open(), hands.pieces) == (False, pieces)
    assert hands.focused() is hands.scan_line


def test_the_customer_who_paid_is_not_in_view_while_the_next_one_pays(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    hands.serve(member_code(ANNA.card_no))
    hands.pay_exactly()

    hands.scan(barcode(2))
    hands.press("F9")
    hands.until(hands.window.payment.is_open)

    assert hands.window.payment.taken._points.isHidden()


def test_the_last_receipt_is_printed_again(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)
    hands.pay_exactly()
    hands.next_customer()

    hands.press("F10")
    hands.settle()

    assert hands.rows("SELECT reprint_no FROM print_job ORDER BY job_id")[-1] == (1,)
    assert hands.sales()[0][0] in hands.notice


def test_a_guest_becomes_a_member_inside_the_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(4)
    hands.press("F2")
    hands.type(NEW_PHONE)
    hands.press("Return")
    form = hands.window.sign_up
    hands.until(form.isVisible)
    hands.until(form.confirm.isEnabled)

    hands.type("202605")
    hands.type("12")
    hands.press("Return")
    hands.until(lambda: hands.state.member is not None)

    card = hands.state.member
    agreed = {consent.purpose for consent in card.member.consents if consent.granted}
    assert (card.member.phone, agreed) == (f"+86{NEW_PHONE}", {Purpose.MEMBERSHIP, Purpose.CHILD})
    assert (hands.pieces, len(card.member.children)) == (1, 1)


def test_a_locked_till_keeps_the_basket_for_the_next_person(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1, 2)

    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()
    hands.sign_in("赵强", MANAGER_PIN)

    assert (hands.app.signed_in.name, hands.pieces) == ("赵强", 2)


def test_scans_at_a_locked_till_change_nothing(at_the_till: Hands):
    hands = at_the_till
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()

    before = hands.rows("SELECT * FROM basket_step")

    hands.scan(barcode(1))
    hands.press("F9", "Ctrl+Del", "F6")
    hands.settle()

    assert hands.rows("SELECT * FROM basket_step") == before


def test_an_unknown_barcode_is_said_and_the_next_scan_works(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(1)

    hands.scan("6909999999996")
    said = hands.notice
    hands.ring_up(2)

    assert "6909999999996" in said
    assert hands.pieces == 2


def test_a_payment_code_in_the_scan_line_is_never_kept(at_the_till: Hands, caplog: pytest.LogCaptureFixture):
    hands = at_the_till
    caplog.set_level(logging.DEBUG)
    hands.ring_up(1)

    hands.scan(PAYMENT_CODE)
    opened = hands.window.payment.is_open()
    hands.window.payment.entry.reference.setFocus()
    hands.type(PAYMENT_CODE)
    hands.press("Return")
    hands.settle()
    hands.press("Esc")
    hands.type(PAYMENT_CODE)
    hands.press("Return")
    hands.settle()

    assert opened
    assert hands.sales() == []
    tables = [name for (name,) in hands.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    stored = [value for name in tables for row in hands.rows(f"SELECT * FROM {name}") for value in row]
    assert not [value for value in stored if PAYMENT_CODE in str(value)]
    assert PAYMENT_CODE not in repr(hands.facts())
    assert PAYMENT_CODE not in caplog.text


# ---- what lies over the screen


@pytest.mark.parametrize("open_it", [places.finder, places.hold, places.redeem, places.refund_empty])
def test_the_rail_closes_what_lies_over_the_screen(at_the_till: Hands, open_it: Callable[[Hands], None]):
    hands = at_the_till
    open_it(hands)
    sell = hands.button(hands.window.shell.rail, "Sell")
    assert sell is not None

    hands.tap(sell)
    hands.settle()

    assert (hands.window.open_sheet(), hands.focused()) == (None, hands.scan_line)
    hands.ring_up(1)


def test_the_keys_over_a_sheet_give_it_the_focus_back(at_the_till: Hands):
    hands = at_the_till
    places.refund_empty(hands)

    hands.press("F1", "Escape")
    hands.settle()

    assert hands.window.refund.isAncestorOf(hands.focused())
    hands.press("Escape")
    assert (hands.window.open_sheet(), hands.focused()) == (None, hands.scan_line)
