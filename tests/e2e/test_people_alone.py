"""What needs a till of its own: whoever mistyped a PIN or approved something elsewhere does not matter here."""

from pathlib import Path

import pytest

from pos_app.domain.audit import Part
from pos_app.domain.events import StaffHandedOver
from tests.e2e import places
from tests.e2e.conftest import Opened
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import CASHIER_PIN, MANAGER_PIN
from tests.e2e.test_every_screen import said
from tests.e2e.test_people import audit, newest


@pytest.fixture
def alone(tills: Opened, tmp_path: Path) -> Hands:
    """A till of the test's own, with an open day."""
    hands = tills.open(tmp_path)
    hands.sign_in("李敏", CASHIER_PIN, 50_000)
    return hands


def test_another_person_takes_the_open_sale_over_and_it_is_said(alone: Hands):
    hands = alone
    hands.ring_up(3, 5)
    sale_id = hands.state.basket.sale_id
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()  # the people are read again behind the lock

    hands.sign_in("赵强", MANAGER_PIN)

    assert newest(hands) == [StaffHandedOver("赵强", "E1", "李敏", sale_id)]
    assert (hands.pieces, hands.app.signed_in.name) == (2, "赵强")
    assert "赵强" in hands.notice
    assert "李敏" in hands.notice


def test_a_manager_reads_who_did_what_and_the_chain_is_checked_behind_it(alone: Hands):
    hands = alone
    places.override(hands)
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: not hands.window.override.isVisible())

    audit(hands)
    screen = hands.window.audit
    hands.until(lambda: "the chain is whole" in screen._state.text())

    texts = said(hands.window)
    assert any("赵强 approved" in text for text in texts)
    hands.press("Right", "Right")
    hands.until(lambda: screen._wanted.part is Part.APPROVALS)
    hands.settle()
    assert {row.part for row in screen._model._rows} == {Part.APPROVALS}
