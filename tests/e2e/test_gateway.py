"""Paying through the simulated gateway in the real window, with a lane of its own."""

from pathlib import Path

import pytest

from pos_app import config
from pos_app.devices.payments.simulated import Whim
from pos_app.domain.events import Sale
from pos_app.paths import Paths
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import CASHIER_PIN

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
