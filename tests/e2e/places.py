"""Ways to every screen and sheet of the window, by keys, scans and taps."""

from pos_app.domain.codes import call_code, member_code
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CALL_ID, MANAGER_PIN
from tests.till_kit import barcode


def sell(_hands: Hands) -> None:
    """The sale screen is there already."""


def serving(hands: Hands) -> None:
    hands.serve(member_code(ANNA.card_no))
    hands.ring_up(3, 5, 9)


def guest(hands: Hands) -> None:
    hands.ring_up(3)
    hands.scan("6909999999996")


def finder(hands: Hands) -> None:
    hands.press("F2")
    hands.until(hands.window.finder.isVisible)


def items(hands: Hands) -> None:
    hands.press("F3")
    hands.until(hands.window.finder.isVisible)


def items_found(hands: Hands) -> None:
    items(hands)
    hands.type("sp")
    hands.until(lambda: hands.window.finder.model.rowCount() > 0)


def hold(hands: Hands) -> None:
    hands.press("Shift+F6")
    hands.until(hands.window.hold.isVisible)


def held(hands: Hands) -> None:
    hands.ring_up(1)
    hands.press("F6")
    hands.until(lambda: hands.state.held_count == 1)
    hold(hands)
    hands.until(lambda: hands.window.hold.model.rowCount() == 1)


def sign_up(hands: Hands) -> None:
    hands.app.sale.open_sign_up("+8613900002222")
    hands.until(lambda: hands.window.sign_up.isVisible() and hands.window.sign_up.confirm.isEnabled())


def outcome(hands: Hands) -> None:
    hands.burst(call_code(CALL_ID))
    hands.until(hands.window.outcome.isVisible)


def redeem(hands: Hands) -> None:
    hands.serve(member_code(ANNA.card_no))
    hands.press("F4")
    hands.until(hands.window.redeem.isVisible)


def redeeming(hands: Hands) -> None:
    serving(hands)
    hands.press("F4")
    hands.until(hands.window.redeem.isVisible)
    hands.burst(barcode(2))
    hands.until(lambda: hands.state.priced is not None and hands.state.priced.redeemed_points == 2_000)


def coupons(hands: Hands) -> None:
    serving(hands)
    hands.press("Shift+F5")
    hands.until(hands.window.coupons.isVisible)
    hands.until(lambda: hands.window.coupons.model.rowCount() > 0)


def keys(hands: Hands) -> None:
    hands.press("F1")
    hands.until(hands.window.shell.keys.isVisible)


def payment(hands: Hands) -> None:
    hands.ring_up(1)
    hands.press("F9")
    hands.until(hands.window.payment.is_open)


def split(hands: Hands) -> None:
    serving(hands)
    hands.press("F9")
    hands.type("50")
    hands.press("Return")
    way = hands.button(hands.window.payment.pay, "WeChat", "微信")
    assert way is not None
    hands.tap(way)
    hands.window.payment.entry.amount.setFocus()
    hands.press("Return")
    hands.settle()


def done(hands: Hands) -> None:
    serving(hands)
    hands.press("F9")
    hands.type("500")
    hands.press("Return")
    hands.until(hands.window.payment.is_done)


def looking(hands: Hands) -> None:
    hands.press("Ctrl+2")
    hands.until(hands.window.finder.isVisible)


def profile(hands: Hands) -> None:
    looking(hands)
    hands.type(ANNA.phone[-4:])
    hands.until(lambda: hands.window.finder.model.rowCount() > 0)
    hands.press("Return")
    hands.until(hands.app.desk.profile.is_open)
    hands.settle()


def calls(hands: Hands) -> None:
    hands.press("Ctrl+3")
    hands.settle()


def close(hands: Hands) -> None:
    hands.press("Ctrl+6")
    hands.settle()


def count(hands: Hands) -> None:
    close(hands)
    hands.press("Return")
    hands.settle()


def compare(hands: Hands) -> None:
    count(hands)
    first = next(iter(hands.window.close_day.count.fields.values()))
    first.setFocus()
    hands.type("4")
    for field in list(hands.window.close_day.count.fields.values())[1:]:
        field.setFocus()
    hands.press("Return")
    hands.settle()


def sync(hands: Hands) -> None:
    hands.app.show_sync_page()
    hands.settle()


def drawer(hands: Hands) -> None:
    hands.press("F8")
    hands.until(hands.window.drawer.isVisible)


def discount(hands: Hands) -> None:
    serving(hands)
    hands.press("F5")
    hands.until(hands.window.hand_price.isVisible)
    hands.type("10")
    hands.press("Down")
    hands.until(hands.window.hand_price.confirm.isEnabled)


def refund(hands: Hands) -> None:
    """The sale before, one line ticked."""
    hands.ring_up(3, 5)
    hands.pay_exactly()
    hands.next_customer()
    hands.app.sale.open_refund(hands.rows("SELECT receipt_no FROM sale ORDER BY receipt_n DESC LIMIT 1")[0][0])
    hands.until(lambda: hands.window.refund.model.rowCount() > 0)
    hands.press("Space")
    hands.settle()


def refund_empty(hands: Hands) -> None:
    hands.press("F7")
    hands.until(hands.window.refund.isVisible)


def why(hands: Hands) -> None:
    serving(hands)
    hands.press("Ctrl+Y")
    hands.until(hands.window.why.isVisible)


def override(hands: Hands) -> None:
    """The drawer, once more than the cashier may open it alone."""
    for _turn in range(4):
        drawer(hands)
        hands.press("1")
        hands.until(lambda: not hands.window.drawer.isVisible())
        hands.settle()
        if hands.window.override.isVisible():
            return
    raise AssertionError("nobody was asked")


def audit(hands: Hands) -> None:
    hands.tidy("赵强", MANAGER_PIN)
    hands.press("Ctrl+9")
    hands.until(lambda: hands.window.audit._model.rowCount() > 0)
    hands.until(lambda: hands.window.audit._chain.is_done and hands.window.audit._chain.total > 0)


def locked(hands: Hands) -> None:
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()


def wrong_pin(hands: Hands) -> None:
    locked(hands)
    tile = hands.button(hands.window.sign_in, "赵强")
    assert tile is not None
    hands.tap(tile)
    hands.type(MANAGER_PIN[::-1] + "0")
    hands.press("Return")
    hands.settle()


EVERYWHERE = (sell, serving, guest, finder, items_found, hold, held, sign_up, outcome, redeem, redeeming, coupons, keys,
              payment, split, done, looking, profile, calls, close, count, compare, sync, drawer, discount, refund,
              refund_empty, why, override, audit, locked)  # fmt: skip
