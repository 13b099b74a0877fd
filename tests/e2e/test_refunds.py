"""Goods come back at the real window: by receipt, by keys alone, with the manager's word, and by exchange."""

import pytest

from pos_app.domain.codes import member_code, receipt_code
from pos_app.domain.events import Overridden, SaleRefunded
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, MANAGER_PIN
from tests.till_kit import barcode


def sell(hands: Hands, *numbers: int, to_member: bool = True) -> str:
    """Sell for cash and return the receipt's number."""
    if to_member:
        hands.serve(member_code(ANNA.card_no))
    hands.ring_up(*numbers)
    hands.pay_exactly()
    hands.next_customer()
    hands.keys = 0
    number: str = hands.rows("SELECT receipt_no FROM sale ORDER BY receipt_n DESC LIMIT 1")[0][0]
    return number


def refunds(hands: Hands) -> list[SaleRefunded]:
    return [fact for fact in hands.facts() if isinstance(fact, SaleRefunded)]


def open_sale(hands: Hands, number: str) -> None:
    hands.burst(receipt_code(number))
    hands.until(lambda: hands.window.refund.isVisible() and hands.window.refund.model.rowCount() > 0)
    hands.settle()


def allow(hands: Hands) -> None:
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: not hands.window.refund.isVisible())
    hands.settle()


def test_one_line_comes_back_in_three_keys_and_a_pin(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 3, 4)
    before = len(refunds(hands))
    open_sale(hands, number)
    assert "Give" not in hands.window.refund.confirm.accessibleName()

    hands.press("Space", "1")
    hands.settle()
    assert "¥30.00" in hands.window.refund.confirm.accessibleName()
    hands.press("Return")
    assert hands.keys <= 8
    allow(hands)

    (fact,) = refunds(hands)[before:]
    assert (fact.refund_minor, fact.reason, fact.is_void) == (3_000, "quality", False)
    assert [line.line_no for line in fact.lines] == [1]
    assert "¥30.00" in hands.notice
    (said,) = [each for each in hands.facts() if isinstance(each, Overridden) and each.subject == number]
    assert (said.act, said.approver) == ("refund", "赵强")
    assert hands.rows("SELECT task, subject FROM print_job ORDER BY job_id DESC LIMIT 2") == [
        ("drawer", fact.refund_no),
        ("paper", fact.refund_no),
    ]


def test_a_whole_sale_of_today_is_void(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 1, 2)
    open_sale(hands, number)

    hands.press("A", "2")
    hands.settle()
    assert "Void" in hands.window.refund.confirm.accessibleName()
    hands.press("Return")
    allow(hands)

    fact = refunds(hands)[-1]
    assert (fact.is_void, fact.is_whole, fact.refund_minor) == (True, True, 3_000)


def test_what_has_come_back_says_when_and_how_much_is_left(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 5, to_member=False)
    open_sale(hands, number)
    hands.press("A", "4")
    hands.settle()
    hands.press("Return")
    allow(hands)

    open_sale(hands, number)

    assert "come back already" in hands.window.refund.toast.accessibleName()
    assert not hands.window.refund.confirm.isEnabled()
    shown = [words.text() for words in hands.window.refund._past if words.isVisible()]
    assert any("¥50.00" in text for text in shown)


@pytest.mark.parametrize("press", ["F7", "last sale"])
def test_the_sale_is_found_by_the_member_or_offered_as_the_last(at_the_till: Hands, press: str):
    hands = at_the_till
    number = sell(hands, 2)

    if press == "F7":
        hands.press("F7")
        hands.until(hands.window.refund.isVisible)
        hands.type(barcode(2))
        hands.press("Return")
        hands.settle()
        if hands.window.refund.found.isVisible():
            hands.press("Return")
    else:
        button = hands.button(hands.window.checkout.zone.empty, "Refund")
        assert button is not None
        hands.tap(button)
    hands.until(lambda: hands.window.refund.model.rowCount() > 0)
    hands.settle()

    assert number in hands.window.refund._head.text()


def test_a_receipt_of_another_shop_cannot_be_checked_while_offline(at_the_till: Hands):
    hands = at_the_till
    before = len(refunds(hands))

    hands.burst(receipt_code("0421-3-A2-000017"))
    hands.until(hands.window.refund.isVisible)
    hands.settle()

    assert "cannot be checked while the line is down" in hands.window.refund.toast.accessibleName()
    hands.press("Esc")
    hands.settle()
    assert hands.focused() is hands.scan_line
    assert len(refunds(hands)) == before


def test_giving_up_at_the_pin_leaves_the_refund_as_it_was(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 3, 3)
    before = len(refunds(hands))
    open_sale(hands, number)
    hands.press("Space", "-", "3")
    hands.settle()
    hands.press("Return")
    hands.until(hands.window.override.isVisible)

    hands.press("Esc")
    hands.settle()

    assert hands.window.refund.isVisible()
    assert hands.window.refund.confirm.isEnabled()
    assert hands.window.refund.model.row(0).taken == 1
    assert len(refunds(hands)) == before


def exchange(hands: Hands, number: str) -> None:
    """Let the first line of a receipt pay for the sale in hand."""
    hands.press("F7")
    hands.until(hands.window.refund.isVisible)
    open_sale(hands, number)
    hands.press("Space", "2")
    hands.settle()
    hands.press("X")
    hands.until(lambda: not hands.window.refund.isVisible())
    hands.settle()


def test_an_exchange_pays_with_goods_and_the_difference_in_cash(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 5, to_member=False)
    hands.ring_up(8)

    exchange(hands, number)
    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    assert [each[:2] for each in hands.tenders()][-2:] == [("exchange", 5_000), ("cash", 3_000)]
    fact = refunds(hands)[-1]
    assert [(tender.kind, tender.amount_minor) for tender in fact.tenders] == [("exchange", 5_000)]
    assert hands.rows("SELECT sale_id FROM sale ORDER BY receipt_n DESC LIMIT 1") == [(fact.exchange_sale_id,)]


def test_an_exchange_for_less_gives_the_difference_back_with_the_managers_word(at_the_till: Hands):
    hands = at_the_till
    number = sell(hands, 5, to_member=False)
    hands.ring_up(2)

    exchange(hands, number)
    hands.until(hands.window.override.isVisible)
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(hands.window.payment.is_done)

    assert [(tender.kind, tender.amount_minor) for tender in refunds(hands)[-1].tenders] == [
        ("exchange", 2_000),
        ("cash", 3_000),
    ]
