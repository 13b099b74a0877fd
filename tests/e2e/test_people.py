"""The people at the till through the real window: approvals, the drawer, and who it is that acts."""

from pathlib import Path

from pos_app.domain.codes import receipt_code, staff_code
from pos_app.domain.events import DrawerOpened, Overridden, StaffLockedOut, StaffPinWrong, StaffSignedOut
from pos_app.ui.presenters.view_models import Section
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CASHIER_PIN, MANAGER_CARD, MANAGER_PIN
from tests.e2e.test_every_screen import said
from tests.till_kit import barcode


def newest(hands: Hands, count: int = 1) -> list[object]:
    """The newest facts of the till's log, oldest first."""

    def read() -> list[object]:
        with hands.till.desks.store.view() as unit:
            last = unit.log.next_seq() - 1
            return [fact for _seq, fact, _at in unit.log.facts(last - count + 1, last)]

    return hands.ask(read)


def test_the_drawer_opens_with_two_keys_and_is_said(at_the_till: Hands):
    hands = at_the_till
    hands.tidy("赵强", MANAGER_PIN)  # whom no test takes to the limit
    hands.ring_up(3)
    hands.keys = 0

    hands.press("F8", "2")
    hands.until(lambda: "The drawer opens" in hands.notice)

    assert newest(hands) == [DrawerOpened("swap_note")]
    assert (hands.keys, hands.pieces, hands.focused()) == (2, 1, hands.scan_line)


def test_a_manager_approves_over_the_open_sale_and_the_cashier_stays(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    places.override(hands)
    hands.keys = 0

    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: not hands.window.override.isVisible())

    assert newest(hands, 2) == [Overridden("open_drawer", "change", "change", "E2", 0, "赵强"), DrawerOpened("change")]
    assert (hands.keys, hands.pieces, hands.app.signed_in.name) == (len(MANAGER_PIN) + 1, 1, "李敏")
    assert hands.focused() is hands.scan_line


def test_escape_gives_the_approval_up_and_the_drawer_stays_shut(at_the_till: Hands):
    hands = at_the_till
    places.override(hands)
    opened = [fact for fact in hands.facts() if isinstance(fact, DrawerOpened)]

    hands.type(MANAGER_PIN[::-1] + "0")
    hands.press("Return")
    hands.settle()
    hands.press("Escape")
    hands.settle()

    assert newest(hands) == [StaffPinWrong("E2", "赵强", 1)]
    assert [fact for fact in hands.facts() if isinstance(fact, DrawerOpened)] == opened
    assert not hands.window.override.isVisible()
    assert hands.focused() is hands.scan_line


def test_a_scan_over_the_approval_is_the_next_item(at_the_till: Hands):
    hands = at_the_till
    places.override(hands)

    hands.ring_up(4)

    assert not hands.window.override.isVisible()
    assert hands.pieces == 1


# ---- lock, unlock, hand over


def test_locking_and_unlocking_is_three_keys_and_the_pin_and_nothing_is_lost(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3, 5)
    before, log = hands.state.basket, newest(hands)
    hands.keys = 0

    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()
    hands.type(CASHIER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is not None)

    assert hands.keys - len(CASHIER_PIN) == 2
    assert (hands.state.basket, hands.focused()) == (before, hands.scan_line)
    assert newest(hands) == log


def test_nothing_of_the_sale_can_be_read_while_the_till_is_locked(at_the_till: Hands):
    hands = at_the_till
    places.serving(hands)
    total = "¥17.00"
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()

    texts = said(hands.window)

    assert any("李敏" in text for text in texts), "who locked it is named"
    assert not [text for text in texts if ANNA.name in text or "商品" in text or total in text]
    assert hands.app.sale.customer._face.lines == ()


def test_a_staff_card_on_a_locked_till_hands_over_with_the_pin_alone(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()

    hands.burst(staff_code(MANAGER_CARD))
    hands.settle()
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is not None)

    assert (hands.app.signed_in.name, hands.pieces) == ("赵强", 1)
    assert any(text.startswith("Seedling · ") for text in said(hands.window)), "the chain's published name"


def test_a_scan_on_a_locked_till_is_refused_in_words_and_enters_nothing(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)

    hands.burst(barcode(4))
    hands.until(lambda: "scan" in hands.window.sign_in.people.toast.accessibleName())
    hands.settle()
    hands.type(CASHIER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is not None)

    assert hands.pieces == 1


def test_a_payment_in_progress_survives_the_lock(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(9)
    hands.press("F9")
    hands.type("50")
    hands.press("Return")
    hands.settle()
    owed = hands.app.sale.payment._state().owed_minor
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()
    hands.type(CASHIER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is not None)

    assert hands.window.payment.is_open()
    assert hands.app.sale.payment._state().owed_minor == owed == 4_000
    hands.press("Return")
    hands.until(hands.window.payment.is_done)
    assert [(kind, amount) for kind, amount, *_rest in hands.tenders()] == [("cash", 5_000), ("cash", 4_000)]


def test_the_till_locks_by_itself_when_nobody_touches_it(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.app._idle._touched_ms -= 180_000

    hands.app.tick_once()
    assert hands.app.signed_in is None
    hands.settle()
    hands.sign_in("李敏", CASHIER_PIN)

    hands.app.tick_once()
    assert hands.app.signed_in is not None
    assert hands.pieces == 1


def test_a_sale_that_nobody_touches_is_put_aside_also_behind_the_lock(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()
    hands.app._idle._touched_ms -= 600_000

    hands.app.tick_once()
    hands.until(lambda: hands.pieces == 0)
    hands.sign_in("李敏", CASHIER_PIN)

    assert hands.state.held_count == 1
    assert [held.note for held in hands.ask(hands.till.desks.checkout.held)] == ["left alone"]
    hands.press("F6", "1")
    hands.until(lambda: hands.pieces == 1)


def test_a_key_a_tap_and_a_scan_count_as_being_there(at_the_till: Hands):
    hands = at_the_till
    touches = (lambda: hands.press("1"), lambda: hands.tap(hands.scan_line), lambda: hands.app.take_scan(barcode(3)))

    for touch in touches:
        hands.app._idle._touched_ms -= 170_000
        touch()
        assert hands.app._idle.idle_ms() < 170_000


def test_signing_out_from_the_lock_screen_says_what_waits_and_leaves(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    screen = hands.window.sign_in

    hands.tap(screen.people.leave)
    hands.until(lambda: "to upload" in screen.people.toast.accessibleName())
    leave = hands.button(screen, "Leave anyway")
    assert leave is not None
    hands.tap(leave)
    hands.until(lambda: not screen.people.leave.isVisible())
    hands.settle()

    assert isinstance(newest(hands)[0], StaffSignedOut)
    assert hands.till.desks.session.staff is None
    hands.sign_in("李敏", CASHIER_PIN)
    assert hands.pieces == 1


def test_an_approval_lets_a_locked_out_person_in_again(at_the_till: Hands):
    hands = at_the_till
    hands.press("F12")
    hands.until(lambda: hands.app.signed_in is None)
    hands.settle()
    screen = hands.window.sign_in
    for _turn in range(5):
        hands.type("9999")
        hands.press("Return")
        hands.settle()
    assert isinstance(newest(hands)[0], StaffLockedOut)

    hands.tap(screen.people.unlock)
    hands.until(hands.window.override.isVisible)
    hands.press("Right")
    hands.type(MANAGER_PIN)
    hands.press("Return")
    hands.until(lambda: not hands.window.override.isVisible())
    hands.settle()
    hands.type(CASHIER_PIN)
    hands.press("Return")
    hands.until(lambda: hands.app.signed_in is not None)

    assert newest(hands) == [Overridden("unlock", "李敏", "forgot_pin", "E2", 0, "赵强")]


# ---- the audit


def audit(hands: Hands) -> None:
    hands.tidy("赵强", MANAGER_PIN)
    hands.press("Ctrl+9")
    hands.until(lambda: hands.window.audit._model.rowCount() > 0)


def test_a_scanned_receipt_shows_what_became_of_it(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    hands.press("F9", "Return")
    hands.until(hands.window.payment.is_done)
    (number, _member, _due) = hands.sales()[0]
    hands.press("Return")
    hands.settle()
    hands.press("F10")
    hands.settle()

    audit(hands)
    hands.burst(receipt_code(number))
    hands.until(lambda: hands.window.audit._wanted.subject == number)
    hands.settle()

    kinds = [row.text.partition(" · ")[0] for row in hands.window.audit._model._rows]
    assert kinds == ["Printed a receipt again", "Sold"]
    assert hands.pieces == 0


def test_the_list_is_saved_as_a_table(at_the_till: Hands):
    hands = at_the_till
    audit(hands)

    hands.press("Ctrl+P")
    hands.until(lambda: "saved" in hands.window.audit.toast.accessibleName())

    (file,) = Path(hands.window.audit.toast._detail.text()).parent.glob("*.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbfseq,")


def test_the_rail_has_what_the_role_has_and_keys_lead_nowhere_else(at_the_till: Hands):
    hands = at_the_till
    rail = hands.window.shell.rail
    assert not rail._buttons[Section.AUDIT].isVisible()

    hands.press("Ctrl+9")
    hands.settle()

    assert hands.window.shell.stage.currentWidget() is hands.window.checkout
    hands.tidy("赵强", MANAGER_PIN)
    assert rail._buttons[Section.AUDIT].isVisible()
