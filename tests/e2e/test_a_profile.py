"""The member's 360° through the real window: by keys, from the sale and back into it, and what is written down."""

from pos_app.domain.codes import member_code
from pos_app.domain.events import CardReplaced, ConsentChanged, MemberAmended, PhoneRevealed, ProfileOpened
from pos_app.domain.members import Member, Purpose
from pos_app.services.member_models import SignUp
from pos_app.ui.presenters.profile_models import ProfileTab
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, BELLA
from tests.till_kit import barcode


def newest(hands: Hands) -> object:
    return hands.facts()[-1]


def test_it_is_found_opened_and_written_down_by_six_keys(at_the_till: Hands):
    hands = at_the_till

    places.profile(hands)

    assert hands.keys == 6  # Ctrl+2, four digits, Enter
    assert newest(hands) == ProfileOpened(ANNA.member_id)
    assert hands.focused() is hands.window.profile.list


def test_enter_takes_the_member_into_the_sale(at_the_till: Hands):
    hands = at_the_till
    hands.ring_up(3)
    places.profile(hands)

    hands.press("Return")
    hands.until(lambda: hands.state.member is not None)
    hands.settle()

    assert (hands.state.member.member.member_id, hands.pieces) == (ANNA.member_id, 1)
    assert hands.focused() is hands.scan_line
    assert not hands.app.desk.profile.is_open()


def test_the_sales_member_card_leads_to_the_profile_and_escape_back(at_the_till: Hands):
    hands = at_the_till
    hands.serve(member_code(ANNA.card_no))
    button = hands.button(hands.window.checkout, "Member 360°")
    assert button is not None

    hands.tap(button)
    hands.until(hands.app.desk.profile.is_open)
    hands.press("Escape")
    hands.settle()

    assert hands.focused() is hands.scan_line
    assert hands.state.member is not None


def test_a_card_scanned_on_the_profile_opens_the_next_one_and_goods_go_into_the_sale(at_the_till: Hands):
    hands = at_the_till
    places.profile(hands)

    hands.burst(member_code(BELLA.card_no))
    hands.until(lambda: newest(hands) == ProfileOpened(BELLA.member_id))
    assert hands.state.member is None
    hands.burst(barcode(3))
    hands.until(lambda: hands.pieces == 1)


def test_the_number_is_masked_until_it_is_asked_for_and_again_for_the_next(at_the_till: Hands):
    hands = at_the_till
    places.profile(hands)
    who = hands.window.profile.who
    assert ANNA.phone[-8:-4] not in who._phone.text()

    hands.press("Ctrl+N")
    hands.until(lambda: ANNA.phone[-8:-4] in who._phone.text())
    assert newest(hands) == PhoneRevealed(ANNA.member_id)

    hands.press("F2")
    hands.until(hands.window.finder.isVisible)
    hands.type(BELLA.phone.removeprefix("+86"))
    hands.until(lambda: hands.window.finder.model.rowCount() > 0)
    hands.press("Return")
    hands.until(lambda: newest(hands) == ProfileOpened(BELLA.member_id))
    hands.settle()
    assert "****" in who._phone.text()


def test_a_consent_is_taken_back_only_after_it_was_named_and_confirmed(at_the_till: Hands):
    hands = at_the_till
    places.profile(hands)
    screen = hands.window.profile
    screen.show_tab(ProfileTab.CONSENT)
    screen.list.setCurrentIndex(screen.list.model().index(list(Purpose).index(Purpose.MESSAGE), 0))
    hands.tap(screen.why.consent)
    hands.until(hands.window.consent.isVisible)
    before = newest(hands)
    hands.press("Return")  # the safe button has the focus
    hands.until(lambda: not hands.window.consent.isVisible())
    assert newest(hands) == before

    hands.tap(screen.why.consent)
    hands.until(hands.window.consent.isVisible)
    hands.press("Ctrl+Return")
    hands.until(lambda: isinstance(newest(hands), ConsentChanged))

    said = newest(hands)
    assert (said.member_id, said.consent.purpose) == (ANNA.member_id, Purpose.MESSAGE)


def test_locking_leaves_nobody_on_the_screen(at_the_till: Hands):
    hands = at_the_till
    places.profile(hands)

    places.locked(hands)

    assert not hands.app.desk.profile.is_open()


def newcomer(hands: Hands, phone: str) -> Member:
    """Sign somebody up, and open their profile: what is put right of them changes no other test's member."""
    form = SignUp(phone, "陈", agreed=frozenset(Purpose))
    who = hands.ask(lambda: hands.till.desks.members.sign_up(form)).member
    hands.app.open_profile(who.member_id)
    hands.until(hands.app.desk.profile.is_open)
    hands.press("Ctrl+E")
    hands.until(hands.window.member_edit.isVisible)
    return who


def test_details_are_put_right_by_keys(at_the_till: Hands):
    hands = at_the_till
    who = newcomer(hands, "13912340001")

    hands.window.member_edit.name.selectAll()
    hands.type("Ms Chen")
    hands.press("Return")
    hands.until(lambda: not hands.window.member_edit.isVisible())

    assert newest(hands) == MemberAmended(who.member_id, name="Ms Chen", initials="mc")
    assert hands.window.profile.who._name.text() == "Ms Chen"
    assert hands.focused() is hands.window.profile.list


def test_a_lost_card_takes_two_presses_and_is_refused(at_the_till: Hands):
    hands = at_the_till
    who = newcomer(hands, "13912340002")
    before = newest(hands)
    hands.tap(hands.window.member_edit.lost)
    hands.settle()
    assert newest(hands) == before

    hands.tap(hands.window.member_edit.lost)
    hands.until(lambda: isinstance(newest(hands), CardReplaced))
    hands.settle()
    hands.scan(member_code(who.card_no))

    assert "revoked" in hands.window.profile.toast.accessibleName()
