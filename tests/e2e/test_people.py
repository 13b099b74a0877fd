"""The people at the till through the real window: approvals, the drawer, and who it is that acts."""

from pos_app.domain.events import DrawerOpened, Overridden
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import MANAGER_PIN


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
    before = newest(hands)

    hands.type(MANAGER_PIN[::-1] + "0")
    hands.press("Return")
    hands.settle()
    hands.press("Escape")
    hands.settle()

    assert newest(hands) == before
    assert not hands.window.override.isVisible()
    assert hands.focused() is hands.scan_line


def test_a_scan_over_the_approval_is_the_next_item(at_the_till: Hands):
    hands = at_the_till
    places.override(hands)

    hands.ring_up(4)

    assert not hands.window.override.isVisible()
    assert hands.pieces == 1
