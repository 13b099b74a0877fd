from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.codes import MemberCode, card_no_ok, parse
from pos_app.domain.events import ConsentChanged, MemberRegistered
from pos_app.domain.members import Balance, Child, HeldElsewhere, MemberRecord, Purchase, Purpose
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.initials import initials
from pos_app.services.member_models import PhoneStanding, Reach, SignUp
from pos_app.services.members import MemberDesk
from pos_app.services.phones import to_e164
from pos_app.services.rights import Rights
from tests.fakes import FakePins, FakeRng
from tests.till_kit import IDENTITY, TODAY, grant, item, member, new_till, opened, recall, record, renamed

ANNA = member(1)
ALL = frozenset(Purpose)
CARD = TenderAsked(TenderKind.CARD, 10_000, reference="r")


@pytest.fixture
def desk(till):
    return MemberDesk(till.session, FakePins())


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value


def form(phone="139 1234 5678", name="陈雨婷", agreed=ALL, **more):
    return SignUp(phone, name, agreed=agreed, **more)


# ---- sign-up


def test_a_new_member_is_said_found_by_everything_and_has_a_card(desk, till):
    card = desk.sign_up(form(children=(Child("糖糖", date(2026, 5, 1)),)))

    who = card.member
    assert card_no_ok(who.card_no)
    assert parse(who.card_no) == MemberCode(who.card_no)
    assert (who.initials, who.joined_on, who.home_store_id, len(who.code_key)) == ("cyt", TODAY, "S01", 64)
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[0] == MemberRegistered(who)
    for text in ("13912345678", "5678", "陈雨", "cy", who.card_no):
        assert who.member_id in [row.member_id for row in desk.find(text)], text


@pytest.mark.parametrize("phone", ["139 1234 567", "010 6552 9988", "abc", "", "+1 212 555 0100 000"])
def test_an_impossible_phone_is_refused(desk, phone):
    assert refusal(desk.sign_up, form(phone)).code == "phone.invalid"
    assert desk.phone_state(phone).standing is PhoneStanding.INVALID


def test_a_registered_phone_is_refused_and_shows_whose_it_is(desk):
    error = refusal(desk.sign_up, form("13800000001"))

    assert (error.code, error.facts) == ("phone.registered", {"name": "会**", "member_id": ANNA.member_id})
    state = desk.phone_state("138-0000-0001")
    assert (state.standing, state.member.member_id) == (PhoneStanding.REGISTERED, ANNA.member_id)


def test_a_phone_registered_here_while_offline_is_refused_too(desk):
    first = desk.sign_up(form())

    error = refusal(desk.sign_up, form("+86 139-1234-5678", "别人"))

    assert (error.code, error.facts["member_id"]) == ("phone.registered", first.member.member_id)


def test_without_the_membership_consent_there_is_no_member(desk, till):
    head = till.log.head()

    assert refusal(desk.sign_up, form(agreed=frozenset({Purpose.CALL}))).code == "consent.membership_needed"
    assert till.log.head() == head


def test_every_purpose_is_answered_and_a_child_without_consent_is_dropped(desk):
    agreed = frozenset({Purpose.MEMBERSHIP})

    who = desk.sign_up(form(agreed=agreed, children=(Child("糖糖", date(2026, 5, 1)),))).member

    assert who.children == ()
    assert {consent.purpose: consent.granted for consent in who.consents} == {
        purpose: purpose in agreed for purpose in Purpose
    }
    assert {consent.text_version for consent in who.consents} == {"v3"}


@pytest.mark.parametrize(
    "child",
    [
        Child("", TODAY + timedelta(days=1)),
        Child("", TODAY - timedelta(days=365 * 19)),
        Child("", TODAY - timedelta(days=60), expected=True),
        Child("", TODAY + timedelta(days=400), expected=True),
    ],
)
def test_an_impossible_birth_is_refused(desk, child):
    assert refusal(desk.sign_up, form(children=(child,))).code == "child.month"


def test_a_birth_expected_this_month_is_possible(desk):
    child = Child("", TODAY.replace(day=1), expected=True)

    assert desk.sign_up(form(children=(child,))).member.children == (child,)


def test_a_name_has_a_limit(desk):
    assert refusal(desk.sign_up, form(name="长" * 41)).code == "name.too_long"
    assert desk.sign_up(form(name="")).member.name == ""


def test_a_replaced_till_never_gives_out_a_card_number_twice(tmp_path):
    (tmp_path / "one").mkdir()
    first = opened(new_till(tmp_path / "one"))
    cards = [MemberDesk(first.session, FakePins()).sign_up(form(f"1391234567{n}")).member for n in range(3)]
    first.close()
    (tmp_path / "two").mkdir()

    second = opened(new_till(tmp_path / "two", *(record(who) for who in cards)))
    second.session.rng = FakeRng(2)
    again = MemberDesk(second.session, FakePins()).sign_up(form("13912345699")).member

    assert again.card_no not in {who.card_no for who in cards}
    second.close()


def test_lanes_of_one_store_have_card_numbers_of_their_own(tmp_path):
    cards = []
    for lane in (1, 2):
        home = tmp_path / str(lane)
        home.mkdir()
        till = opened(new_till(home, identity=replace(IDENTITY, lane=lane)))
        desk = MemberDesk(till.session, FakePins())
        cards += [desk.sign_up(form(f"1391234567{n}")).member.card_no for n in range(3)]
        till.close()

    assert len(set(cards)) == 6


def test_a_new_member_earns_in_the_same_sale_and_the_total_is_what_is_held(desk, till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    card = desk.sign_up(form())
    checkout.attach(card.member.member_id)

    checkout.pay((CARD,))

    after = desk.card(card.member.member_id)
    assert (after.usable_here, after.total, after.as_of_ms, after.earned_offline_only) == (700, 700, None, True)


# ---- the card


def test_the_total_is_head_offices_figure_with_this_tills_later_sales(desk, till):
    checkout = Checkout(till.session, FakePins())
    till.grant(grant(1, ANNA, 3_000))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    checkout.redeem_points(2_000)
    checkout.pay((TenderAsked(TenderKind.CARD, 8_000, reference="r"),))
    seq = till.log.head()[0] - 1
    assert (desk.card(ANNA.member_id).total, desk.card(ANNA.member_id).usable_here) == (3_560, 1_560)

    till.publish(record(ANNA, 3_560, applied_seq=seq, version=2))
    assert desk.card(ANNA.member_id).total == 3_560  # the same sale is not counted twice
    till.publish(record(ANNA, 5_000, applied_seq=seq - 1, version=3))
    assert desk.card(ANNA.member_id).total == 3_560  # nor lost, when head office has not posted it yet
    assert desk.find("0001")[0].points == 3_560


def test_installing_and_releasing_rights_does_not_change_the_total(desk, till):
    assert (desk.card(ANNA.member_id).total, desk.card(ANNA.member_id).usable_here) == (5_000, 0)
    till.grant(grant(1, ANNA, 3_000))
    assert (desk.card(ANNA.member_id).total, desk.card(ANNA.member_id).usable_here) == (5_000, 3_000)
    till.recall(recall(1, ANNA))
    assert Rights(till.session).hand_back() == 1
    assert (desk.card(ANNA.member_id).total, desk.card(ANNA.member_id).usable_here) == (5_000, 0)


def test_events_of_an_earlier_life_of_this_till_are_not_taken_for_its_own(desk, till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    checkout.pay((CARD,))
    old_life = Balance(5_000, 1, {"T1": ("1.0", 999)})

    till.publish(MemberRecord(ANNA, old_life, None, (), 2))

    assert desk.card(ANNA.member_id).total == 5_700


def test_each_lane_leaves_itself_out_and_names_the_others_most_first(desk, till):
    own = HeldElsewhere("江南西店", 400, None, 1, holder="T1/1.1")
    former = HeldElsewhere("江南西店", 50, 1_000, 1, holder="T1/1.0")
    lane = HeldElsewhere("江南西店", 300, None, 2, holder="S01-2/1.1")
    till.publish(MemberRecord(ANNA, Balance(1_200, 5, {}, (own, former, lane)), None, (), 2))

    assert desk.card(ANNA.member_id).held_elsewhere == (lane, former)


def test_what_is_held_elsewhere_is_shown(desk, till):
    elsewhere = (HeldElsewhere("暹罗店", 750, 1_000),)
    till.publish(MemberRecord(ANNA, Balance(1_200, 5, {}, elsewhere), None, (), 2))

    card = desk.card(ANNA.member_id)

    assert (card.total, card.as_of_ms, card.held_elsewhere, card.worth_minor) == (1_200, 5, elsewhere, 1_200)


def test_offers_are_within_reach_first_and_at_the_members_price(desk, till):
    till.publish(item(11, 5_000, member_price_minor=4_000), item(12, 6_000), item(13, 50_000))
    till.grant(grant(1, ANNA, 4_500))

    offers = {offer.item.item_id: (offer.points, offer.state) for offer in desk.card(ANNA.member_id).offers}

    assert offers[2] == (2_000, Reach.ENOUGH)
    assert offers[11] == (4_000, Reach.ENOUGH)
    assert offers[12] == (6_000, Reach.NEARLY)
    assert 13 not in offers
    assert 4 not in offers


def test_prompts_speak_of_what_was_bought_here_and_elsewhere(desk, till):
    bought = (Purchase(1, 1, TODAY - timedelta(days=10), "S02"),)
    till.publish(MemberRecord(ANNA, Balance(0, 1, {}), TODAY, bought, 2))

    prompt = desk.card(ANNA.member_id).prompts[0]

    assert (prompt.code, prompt.item_id) == ("care.run_out", 1)


def test_the_last_visit_is_the_sale_made_here(desk, till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    checkout.pay((CARD,))

    assert desk.card(ANNA.member_id).last_visit_on == TODAY


def test_an_unknown_member_is_refused(desk):
    assert refusal(desk.card, "nobody").code == "member.unknown"
    assert desk.find("没有") == ()


# ---- consent


def test_a_withdrawn_consent_is_said_once_and_holds_at_once(desk, till):
    assert desk.answer(ANNA.member_id, Purpose.CALL, granted=False).member.agrees_to(Purpose.CALL) is False
    head = till.log.head()

    desk.answer(ANNA.member_id, Purpose.CALL, granted=False)

    fact, _at = till.store.tables.log.fact(head[0] - 1)
    assert isinstance(fact, ConsentChanged)
    assert (fact.member_id, fact.consent.purpose, fact.consent.granted) == (ANNA.member_id, Purpose.CALL, False)
    assert till.log.head() == head


def test_a_withdrawal_counts_even_when_the_clock_stands_before_the_consent(desk, till):
    till.clock.wall_ms = 10**9

    assert desk.answer(ANNA.member_id, Purpose.CALL, granted=False).member.agrees_to(Purpose.CALL) is False


# ---- words and numbers


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("陈雨婷", "cyt"),
        ("曾小贤", "zxx"),
        ("单田芳", "stf"),
        ("区文", "ow"),
        ("尉迟恭", "ycg"),
        ("Amy Chen", "ac"),
        ("", ""),
        ("  仇和 ", "qh"),
        ("Lily陈", "lc"),
    ],
)
def test_initials_are_as_a_cashier_types_them(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    "text", ["13800000001", "138 0000 0001", "+86 138-0000-0001", "008613800000001", "(138)00000001"]
)
def test_a_phone_has_one_spelling(text):
    assert to_e164(text) == "+8613800000001"


def test_look_ups_by_initials_are_not_case_sensitive(desk, till):
    till.publish(record(renamed(member(8, initials="cyt"), "陈雨婷")))

    assert [row.name for row in desk.find("CYT")] == ["陈雨婷"]


def test_who_brought_a_newcomer_is_said_with_the_joining(desk, till):
    joined = desk.sign_up(
        SignUp("13900001234", "新人", agreed=frozenset({Purpose.MEMBERSHIP}), referrer=ANNA.member_id)
    )

    (said,) = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, MemberRegistered)]

    assert (said.member.member_id, said.referrer) == (joined.member.member_id, ANNA.member_id)
