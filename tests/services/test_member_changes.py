"""Putting right what is kept of a member, offline: names, children, phones, lost cards."""

import pytest

from pos_app.domain import dynamic_code
from pos_app.domain.codes import card_no_ok, member_code
from pos_app.domain.events import CardReplaced, MemberAmended, Overridden
from pos_app.domain.masking import masked_name
from pos_app.domain.members import Child, Purpose
from pos_app.domain.profile import Joined
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.member_models import PhoneStanding, SignUp
from pos_app.services.members import MemberDesk
from pos_app.services.overrides import Override
from pos_app.services.profile import ProfileDesk
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, TODAY, member, record

ANNA, BEN = member(1), member(2)
TANGTANG = ANNA.children[0]
DOUDOU = Child("豆豆", TODAY)


@pytest.fixture
def desk(till):
    till.session.staff = MANAGER
    return MemberDesk(till.session, FakePins())


def newest(till):
    return till.store.tables.log.fact(till.log.head()[0] - 1)[0]


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def test_a_name_and_a_second_child_are_one_fact_and_hold_at_once(desk, till):
    card = desk.amend(ANNA.member_id, name=" 陈  女士 ", children=(TANGTANG, DOUDOU))

    assert newest(till) == MemberAmended(ANNA.member_id, "陈 女士", "cns", (TANGTANG, DOUDOU))
    assert (card.member.name, card.member.children) == ("陈 女士", (TANGTANG, DOUDOU))
    assert [row.member_id for row in desk.find("陈")] == [ANNA.member_id]
    assert desk.find(ANNA.name) == ()


def test_what_is_so_already_is_not_said(desk, till):
    head = till.log.head()

    desk.amend(ANNA.member_id, name=ANNA.name, children=ANNA.children, phone=ANNA.phone)

    assert till.log.head() == head


def test_a_changed_phone_finds_the_member_and_the_old_one_is_free(desk, till):
    desk.amend(ANNA.member_id, phone="139 8765 4321")

    assert newest(till) == MemberAmended(ANNA.member_id, phone="+8613987654321")
    (found,) = desk.find("4321")
    assert (found.member_id, found.masked_phone, found.points) == (ANNA.member_id, "139****4321", 5_000)
    assert desk.find("13800000001") == ()
    assert desk.phone_state("13800000001").standing is PhoneStanding.FREE


def test_one_phone_is_one_member_also_when_it_is_changed(desk):
    assert refusal(desk.amend, ANNA.member_id, phone=BEN.phone) == "phone.registered"
    assert refusal(desk.amend, ANNA.member_id, phone="12") == "phone.invalid"


def test_head_offices_word_takes_the_place_of_what_was_put_right_here(desk, till):
    desk.amend(ANNA.member_id, name="陈女士")
    till.publish(record(ANNA, 5_000, applied_seq=till.log.head()[0] - 2, version=2))
    assert desk.card(ANNA.member_id).member.name == "陈女士"  # head office has not posted it yet

    till.publish(record(member(1, name="陈小姐"), 5_000, applied_seq=till.log.head()[0] - 1, version=3))

    assert desk.card(ANNA.member_id).member.name == "陈小姐"
    assert [row.name for row in desk.find("0001")] == ["陈小姐"]


def test_children_are_kept_only_with_the_guardians_consent(desk):
    desk.answer(ANNA.member_id, Purpose.CHILD, granted=False)

    assert refusal(desk.amend, ANNA.member_id, children=(DOUDOU,)) == "consent.child_needed"
    assert desk.card(ANNA.member_id).member.known_children() == ()
    assert desk.amend(ANNA.member_id, children=()).member.children == ()


def test_an_impossible_child_or_too_many_are_refused(desk):
    future = Child("", TODAY.replace(year=TODAY.year + 2))

    assert refusal(desk.amend, ANNA.member_id, children=(TANGTANG, future)) == "child.month"
    many = tuple(Child(str(n), TODAY) for n in range(9))
    assert refusal(desk.amend, ANNA.member_id, children=many) == "child.too_many"


def test_somebody_who_joined_here_is_put_right_before_head_office_knows_them(desk):
    joined = desk.sign_up(SignUp("13912345678", "陈", agreed=frozenset(Purpose))).member

    card = desk.amend(joined.member_id, name="陈雨婷", phone="13912345679")

    assert (card.member.name, card.earned_offline_only) == ("陈雨婷", True)
    assert [row.name for row in desk.find("13912345679")] == ["陈雨婷"]
    assert desk.find("13912345678") == ()


def test_a_lost_card_is_refused_by_name_and_the_new_one_works(desk, till):
    checkout = Checkout(till.session, FakePins())
    old_code = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms())

    who = desk.replace_card(ANNA.member_id).member

    assert newest(till) == CardReplaced(ANNA.member_id, ANNA.card_no, who.card_no, 2, who.code_key)
    assert card_no_ok(who.card_no)
    assert who.card_no != ANNA.card_no
    for lost in (member_code(ANNA.card_no), ANNA.card_no, old_code):
        assert refusal(checkout.scan, lost) == "member_code.revoked"
        assert refusal(desk.find, lost) == "member_code.revoked"
    assert checkout.scan(member_code(who.card_no)).state.member.member.member_id == ANNA.member_id
    checkout.detach()
    fresh = dynamic_code.make(who.card_no, who.code_key, till.clock.now_ms(), who.card_version)
    assert checkout.scan(fresh).state.member is not None


def test_a_lost_card_stays_lost_when_head_office_has_confirmed_the_new_one(desk, till):
    who = desk.replace_card(ANNA.member_id).member
    till.publish(record(who, 5_000, applied_seq=till.log.head()[0] - 1, version=2))
    with till.store.unit() as unit:
        unit.members.tidy()

    assert refusal(desk.find, ANNA.card_no) == "member_code.revoked"
    assert [row.member_id for row in desk.find(who.card_no)] == [ANNA.member_id]
    assert desk.replace_card(BEN.member_id).member.card_no != who.card_no


@pytest.mark.parametrize(
    "change", [MemberDesk.replace_card, lambda desk, who, **more: desk.amend(who, phone="13987654321", **more)]
)
def test_a_cashier_asks_somebody_before_a_new_card_or_phone_proves_who_a_member_is(desk, till, change):
    till.session.staff = CASHIER
    before = till.log.head()

    needed = refusal(change, desk, ANNA.member_id)
    by_oneself = refusal(change, desk, ANNA.member_id, override=Override("E1", "1111", "knows_member"))
    nothing = till.log.head() == before
    change(desk, ANNA.member_id, override=Override("E2", "2222", "saw_id"))

    assert (needed, by_oneself, nothing) == ("override.needed", "override.own", True)
    approved, changed = (till.store.tables.log.fact(till.log.head()[0] - n)[0] for n in (2, 1))
    assert approved == Overridden("renew_proof", masked_name(ANNA.name), "saw_id", "E2", 0, "赵强")
    assert isinstance(changed, CardReplaced | MemberAmended)


def test_who_joined_today_and_a_name_alone_are_put_right_by_the_cashier(desk, till):
    till.session.staff = CASHIER
    joined = desk.sign_up(SignUp("13912345678", "陈", agreed=frozenset(Purpose))).member

    desk.amend(joined.member_id, phone="13912345679")
    desk.replace_card(joined.member_id)
    desk.amend(ANNA.member_id, name="陈女士")

    assert newest(till) == MemberAmended(ANNA.member_id, name="陈女士", initials="cns")


def test_what_was_put_right_is_part_of_the_history(desk, till):
    till.session.staff = MANAGER
    desk.amend(ANNA.member_id, name="陈女士")
    desk.replace_card(ANNA.member_id)

    moments = ProfileDesk(till.session).again(ANNA.member_id).moments

    assert [type(moment.what) for moment in moments] == [CardReplaced, MemberAmended, Joined]
