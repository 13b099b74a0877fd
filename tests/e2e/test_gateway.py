"""Paying through the simulated gateway in the real window, with a lane of its own."""

from pathlib import Path

import pytest

from pos_app import config
from pos_app.devices.payments.simulated import Whim
from pos_app.domain.codes import member_code, receipt_code
from pos_app.domain.events import CashMoved, Sale, ToppedUp, TopUpRefunded
from pos_app.paths import Paths
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CASHIER_PIN, MANAGER_PIN

CODE = "134567890123456789"


@pytest.fixture
def own_till(tills, tmp_path: Path) -> Hands:
    """A till with a gateway that no other test sees."""
    config.save(Paths(tmp_path).config, {"gateway.kind": "simulated"})
    hands = tills.open(tmp_path)
    hands.sign_in("李敏", CASHIER_PIN, 50_000)
    return hands


def test_a_code_scanned_while_paying_charges_it_and_silence_is_asked_about(own_till: Hands):
    hands = own_till
    gateway = hands.app.world.gateway
    gateway._whims.append(Whim.TAKE_SILENTLY)
    hands.ring_up(1)
    hands.press("F9")
    hands.until(hands.window.payment.is_open)

    hands.scan(CODE)
    hands.until(lambda: hands.rows("SELECT state FROM payment_intent") == [("unknown",)])
    hands.settle()
    hands.scan(CODE)
    hands.until(hands.window.payment.is_done)

    assert isinstance(hands.facts()[-1], Sale)
    assert gateway.taken_minor == hands.facts()[-1].due_minor


def test_what_comes_back_of_it_is_sent_through_the_gateway(own_till: Hands):
    hands = own_till
    gateway = hands.app.world.gateway
    hands.ring_up(1)
    hands.press("F9")
    hands.until(hands.window.payment.is_open)
    hands.scan(CODE)
    hands.until(hands.window.payment.is_done)
    hands.next_customer()
    (number,) = hands.rows("SELECT receipt_no FROM sale")[0]

    hands.burst(receipt_code(number))
    hands.until(lambda: hands.window.refund.isVisible() and hands.window.refund.model.rowCount() > 0)
    hands.settle()
    hands.press("Space", "1")
    hands.settle()
    hands.press("Return")
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")

    hands.until(lambda: hands.rows("SELECT state FROM payment_back") == [("sent",)])
    assert gateway.taken_minor == 0


@pytest.mark.parametrize(("key", "kind"), [("Alt+3", "card"), ("F9", "card"), ("Alt+2", "cash")])
def test_a_sale_is_paid_by_keys_alone(own_till: Hands, key: str, kind: str):
    hands = own_till
    hands.ring_up(1)
    hands.press("F9")
    hands.until(hands.window.payment.is_open)
    hands.settle()

    hands.press(key, "Return")
    hands.until(hands.window.payment.is_done)

    assert [tender[0] for tender in hands.tenders()] == [kind]


def test_a_refusal_leaves_the_sale_open_and_the_newest_payment_is_taken_back_by_its_key(own_till: Hands):
    hands = own_till
    gateway, payment = hands.app.world.gateway, hands.app.sale.payment
    hands.ring_up(1)
    hands.press("Alt+1")
    hands.until(hands.window.payment.is_open)
    hands.settle()
    gateway._whims.append(Whim.REFUSE)
    hands.scan(CODE)
    hands.until(lambda: hands.rows("SELECT state FROM payment_intent") == [("refused",)])
    hands.settle()
    hands.type("1")
    hands.scan(CODE)
    hands.until(lambda: len(payment._asked) == 1)
    hands.settle()
    assert gateway.taken_minor == 100

    hands.press("Ctrl+Z")
    hands.until(lambda: gateway.taken_minor == 0)
    hands.settle()
    hands.press("Alt+2", "Return")
    hands.until(hands.window.payment.is_done)

    assert [tender[0] for tender in hands.tenders()] == ["cash"]


def begin_top_up(hands: Hands) -> None:
    """Type a top-up of 500 yuan for Anna; what comes next pays for it."""
    hands.serve(member_code(ANNA.card_no))
    hands.press("Shift+F4")
    hands.until(hands.window.top_up.isVisible)
    hands.type("500")


def take_top_up_back(hands: Hands) -> None:
    """Have the newest top-up paid back, approved by the manager."""
    hands.settle()
    hands.press("Esc", "Ctrl+F4")
    hands.until(hands.window.top_up_back.confirm.isVisible)
    hands.settle()
    hands.press("1", "Return")
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")


def test_a_top_up_comes_back_by_its_key(own_till: Hands):
    hands = own_till
    begin_top_up(hands)
    hands.press("Return")
    hands.until(lambda: any(isinstance(fact, ToppedUp) for fact in hands.facts()))
    take_top_up_back(hands)

    hands.until(lambda: any(isinstance(fact, TopUpRefunded) for fact in hands.facts()))
    assert [fact.principal_minor for fact in hands.facts() if isinstance(fact, TopUpRefunded)] == [50_000]


def test_a_top_up_is_charged_by_a_scan_and_comes_back_the_same_way(own_till: Hands):
    hands = own_till
    gateway = hands.app.world.gateway
    gateway._whims.append(Whim.TAKE_SILENTLY)
    begin_top_up(hands)
    hands.scan(CODE)
    hands.until(lambda: hands.rows("SELECT state FROM payment_intent") == [("unknown",)])
    hands.settle()
    hands.press("Return")
    hands.until(lambda: any(isinstance(fact, ToppedUp) for fact in hands.facts()))
    assert gateway.taken_minor == 50_000
    take_top_up_back(hands)

    hands.until(lambda: hands.rows("SELECT state FROM payment_back") == [("sent",)])
    assert gateway.taken_minor == 0


def test_money_taken_for_a_top_up_that_was_never_sold_goes_back_after_a_restart(own_till: Hands, tills, tmp_path: Path):
    hands = own_till
    gateway = hands.app.world.gateway
    gateway._whims.append(Whim.TAKE_SILENTLY)
    begin_top_up(hands)
    hands.scan(CODE)
    hands.until(lambda: hands.rows("SELECT state FROM payment_intent") == [("unknown",)])
    hands.settle()
    gateway.is_up = False  # what the power cut leaves open is settled by the next start
    hands.press("Esc")
    hands.settle()
    tills.close_last()

    again = tills.open(tmp_path)

    again.until(lambda: again.rows("SELECT state FROM payment_intent") == [("closed",)])
    assert not any(isinstance(fact, ToppedUp) for fact in again.facts())


def test_what_the_provider_refuses_to_send_is_given_in_cash_by_a_key(own_till: Hands):
    hands = own_till
    hands.ring_up(1)
    hands.press("Alt+1")
    hands.until(hands.window.payment.is_open)
    hands.settle()
    hands.scan(CODE)
    hands.until(hands.window.payment.is_done)
    hands.next_customer()
    (number,) = hands.rows("SELECT receipt_no FROM sale")[0]
    hands.app.world.gateway._whims.append(Whim.REFUSE)
    hands.burst(receipt_code(number))
    hands.until(lambda: hands.window.refund.isVisible() and hands.window.refund.model.rowCount() > 0)
    hands.settle()
    hands.press("Space", "1")
    hands.settle()
    hands.press("Return")
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: "payback.refused" in hands.notice)

    hands.press("Shift+F7")
    hands.until(hands.window.override.isVisible)
    hands.settle()
    hands.press("Right")
    hands.type(MANAGER_PIN)
    hands.press("Return")

    hands.until(lambda: hands.rows("SELECT state FROM payment_back") == [("in_cash",)])
    assert isinstance(hands.facts()[-1], CashMoved)
