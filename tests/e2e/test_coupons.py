"""A member's coupons through the real window: what they see, what they press, and where the keys lead."""

from tests.e2e import places
from tests.e2e.hands import Hands


def test_a_coupon_is_two_keys_and_the_next_scan_goes_to_the_sale(at_the_till: Hands):
    hands = at_the_till
    places.serving(hands)
    hands.keys = 0

    hands.press("Shift+F5")
    hands.until(lambda: hands.window.coupons.isVisible() and hands.window.coupons.model.rowCount() == 2)
    hands.press("1")
    hands.until(lambda: hands.state.priced.due_minor == 15_000)

    assert (hands.keys, hands.window.coupons.isVisible()) == (2, False)
    assert hands.focused() == hands.scan_line


def test_one_that_cannot_be_used_says_why_and_cannot_be_taken(at_the_till: Hands):
    hands = at_the_till
    places.coupons(hands)
    row = hands.window.coupons.model.row(1)

    hands.press("2")
    hands.settle()

    assert "830.00" in row.refusal
    assert hands.window.coupons.isVisible()
    assert hands.state.basket.coupon == ""


def test_the_redeem_sheet_leads_to_the_coupons(at_the_till: Hands):
    hands = at_the_till
    places.redeeming(hands)

    button = hands.button(hands.window.redeem, "优惠券") or hands.button(hands.window.redeem, "Coupons")
    assert button is not None
    hands.tap(button)
    hands.until(hands.window.coupons.isVisible)

    assert not hands.window.redeem.isVisible()
