"""Prices changed by hand through the real window: within the limit at once, beyond it with an approval."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pos_app.domain.basket import Reduction
from pos_app.domain.events import Overridden
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import MANAGER_PIN
from tests.e2e.test_people import newest


def sheet(hands: Hands, *keys: str) -> None:
    """Open F5 for the selected line, ¥90.00, and press these keys."""
    hands.ring_up(9)
    hands.press("F5")
    hands.until(hands.window.hand_price.isVisible)
    hands.press(*keys)


def test_ten_percent_off_a_line_are_five_keys(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9)
    hands.keys = 0

    hands.press("F5", "1", "0", "Down")
    hands.until(hands.window.hand_price.confirm.isEnabled)
    hands.press("Return")
    hands.until(lambda: hands.state.basket.lines[0].is_by_hand)

    assert hands.state.basket.lines[0].reduction == Reduction(bp=1_000, reason="damaged")
    assert hands.state.priced.due_minor == 8_100
    assert (hands.keys, hands.focused()) == (5, hands.scan_line)


def test_what_the_customer_then_pays_is_shown_before_anything_changes(at_the_till: Hands):
    hands = at_the_till
    sheet(hands, "2", "0")
    price = hands.window.hand_price
    hands.until(lambda: "90.00 → 72.00" in price._effect.text())

    assert "72.00" in price._due.text()
    assert "manager" in price._told.text() or "reason" in price._told.text()
    assert not hands.state.basket.lines[0].is_by_hand


def test_beyond_the_limit_a_manager_approves_that_one_price(at_the_till: Hands):
    hands = at_the_till
    sheet(hands, "5", "0", "Down")
    hands.until(hands.window.hand_price.confirm.isEnabled)
    hands.press("Return")
    hands.until(hands.window.override.isVisible)

    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.state.basket.lines[0].is_by_hand)

    assert hands.state.priced.due_minor == 4_500
    assert newest(hands) == [Overridden("discount_line", "商品9", "damaged", "E2", 4_500, "赵强")]
    assert hands.app.signed_in.name == "李敏"
    hands.press("Ctrl+Z")
    hands.until(lambda: not hands.state.basket.lines[0].is_by_hand)
    assert hands.state.priced.due_minor == 9_000


def test_escape_leaves_every_price_as_it_was(at_the_till: Hands):
    hands = at_the_till
    sheet(hands, "5", "0", "Down", "Escape")
    hands.settle()

    assert not hands.window.hand_price.isVisible()
    assert not hands.state.basket.lines[0].is_by_hand
    assert hands.focused() is hands.scan_line


def test_more_off_than_there_is_is_told_in_the_sheet(at_the_till: Hands):
    hands = at_the_till
    sheet(hands)
    price = hands.window.hand_price
    price.way_chosen.emit("amount")
    hands.type("999")

    hands.until(lambda: "90.00" in price._told.text())
    assert not price.confirm.isEnabled()


def test_notes_are_written_on_line_and_order(at_the_till: Hands):
    hands = at_the_till
    sheet(hands)
    price = hands.window.hand_price
    price.aimed.emit("note")
    hands.settle()
    hands.type("gift wrap")
    price.order_note.setFocus()
    hands.type("back at three")
    hands.tap(price.prints)
    hands.press("Return")
    hands.until(lambda: hands.state.basket.note != "")

    basket = hands.state.basket
    assert (basket.lines[0].note, basket.note, basket.prints_notes) == ("gift wrap", "back at three", True)


def test_f5_without_goods_does_nothing(at_the_till: Hands):
    places.sell(at_the_till)
    at_the_till.press("F5")
    at_the_till.settle()

    assert at_the_till.window.open_sheet() is None


def test_one_key_tells_why_a_line_costs_what_it_costs(at_the_till: Hands):
    hands = at_the_till
    sheet(hands, "1", "0", "Down")
    hands.until(hands.window.hand_price.confirm.isEnabled)
    hands.press("Return")
    hands.until(lambda: hands.state.basket.lines[0].is_by_hand)
    hands.keys = 0

    hands.press("Ctrl+Y")
    hands.until(hands.window.why.isVisible)

    told = [what.text() for what, _detail, _figure in hands.window.why.price._rows if what.isVisible()]
    assert told == ["List price", "Discount by hand (Damaged or near its date)", "To pay for this line"]
    assert hands.keys == 1
    hands.press("Escape")
    hands.settle()
    assert hands.focused() is hands.scan_line


def test_a_tap_on_the_price_of_the_selected_line_tells_why(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9)
    view, delegate = hands.window.checkout.zone.view, hands.window.checkout.zone.delegate
    row = view.visualRect(view.model().index(0, 0))
    spot = next(spot for spot in delegate.spots(row) if spot.act == "why")

    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot.box.center().toPoint())
    hands.until(hands.window.why.isVisible)

    assert "9" in hands.window.why.subtitle.text()
