"""The redeem sheet decides: any line or item for points, as many as the member chooses, and all of it taken back."""

from dataclasses import replace

import pytest

from pos_app.domain.codes import member_code
from pos_app.domain.members import Member, Tier
from pos_app.domain.programme import PointsProof
from pos_app.errors import Unavailable
from pos_app.ui.presenters.redeem import BASKET, OFFERS, SEARCH
from pos_app.ui.presenters.view_models import PointsChoice, Reach, Way
from tests.till_kit import MANAGER, PROGRAMME, barcode, grant, item, member, record
from tests.ui.presenters.counter import Counter
from tests.ui.stand_ins import Later

ANNA, BEN = member(1), member(2)
HOUR_MS = 3_600_000


def open_sheet(counter: Counter, *items: int, who: Member = ANNA):
    """Open the sheet for a member who showed the card."""
    for one in items:
        counter.checkout.add_item(one)
    counter.redeem.open(counter.checkout.scan(member_code(who.card_no)).state, counter.programme)
    return counter.redeeming


def reaches(counter: Counter) -> list[tuple[str, Reach]]:
    return [(row.key, row.reach) for row in counter.redeeming.rows]


def test_the_sheet_opens_on_the_basket_with_what_can_be_spent(counter: Counter):
    face = open_sheet(counter, 1, 2)

    assert (face.tab, face.points_here, face.points_total, face.worth_minor) == (BASKET, 5_000, 7_000, 5_000)
    assert (face.used, face.left, face.due_before_minor, face.due_after_minor) == (0, 5_000, 12_000, 12_000)
    assert face.choice is PointsChoice.NONE


def test_an_empty_basket_opens_on_the_offers(counter: Counter):
    assert open_sheet(counter).tab == OFFERS


def test_a_row_says_whether_the_points_suffice(counter: Counter):
    open_sheet(counter, 1, 2)

    assert [reach for _key, reach in reaches(counter)] == [Reach.NOT, Reach.ENOUGH]


def test_a_line_is_taken_for_points_and_given_back(counter: Counter):
    key = open_sheet(counter, 1, 2).rows[1].key

    counter.redeem.step(key, +1)
    taken = counter.redeeming
    counter.redeem.step(counter.redeeming.rows[1].key, -1)

    assert (taken.used, taken.due_after_minor, taken.rows[1].taken) == (2_000, 10_000, 1)
    assert (counter.redeeming.used, counter.redeeming.due_after_minor) == (0, 12_000)
    assert len(counter.changed) == 2


def test_a_scanned_item_goes_home_for_points(counter: Counter):
    open_sheet(counter)

    counter.redeem.take_scan(barcode(2))

    assert (counter.redeeming.tab, counter.redeeming.used) == (BASKET, 2_000)


def test_a_scan_that_fits_several_is_chosen_from(counter: Counter):
    open_sheet(counter)

    counter.redeem.take_scan("sp")

    assert (counter.redeeming.tab, len(counter.redeeming.rows), counter.redeeming.used) == (SEARCH, 4, 0)


def test_any_item_of_the_shop_is_found_and_stepped(counter: Counter):
    open_sheet(counter)
    counter.redeem.search("sp2")

    counter.redeem.step("item:2", +1)
    counter.redeem.step("item:2", +1)
    two = counter.redeeming.used
    counter.redeem.step("item:2", -1)

    assert (two, counter.redeeming.used) == (4_000, 2_000)


def test_an_item_that_cannot_be_redeemed_is_refused_in_a_sentence(counter: Counter):
    open_sheet(counter)
    counter.redeem.search("sp4")

    counter.redeem.step("item:4", +1)

    assert counter.redeeming.problem
    assert counter.redeem_view.last("set_busy") == (False,)


def test_all_points_are_as_many_as_the_rules_allow(counter: Counter):
    open_sheet(counter, 2)

    counter.redeem.choose(PointsChoice.ALL)

    face = counter.redeeming
    assert (face.choice, face.used, face.due_after_minor) == (PointsChoice.ALL, 1_000, 1_000)


def test_a_chosen_number_of_points_and_none_again(counter: Counter):
    open_sheet(counter, 1)

    counter.redeem.choose(PointsChoice.CUSTOM, 1_500)
    chosen = counter.redeeming
    counter.redeem.choose(PointsChoice.NONE)

    assert (chosen.choice, chosen.custom_points, chosen.due_after_minor) == (PointsChoice.CUSTOM, 1_500, 8_500)
    assert (counter.redeeming.choice, counter.redeeming.used) == (PointsChoice.NONE, 0)


def test_points_off_the_step_are_said_and_not_taken(counter: Counter):
    open_sheet(counter, 1)

    counter.redeem.choose(PointsChoice.CUSTOM, 150)

    assert (bool(counter.redeeming.problem), counter.redeeming.used) == (True, 0)


def test_many_points_without_card_or_code_are_refused(counter: Counter):
    counter.checkout.add_item(1)
    counter.redeem.open(counter.checkout.attach(ANNA.member_id), counter.programme)

    counter.redeem.choose(PointsChoice.CUSTOM, 3_000)

    assert ("redeem.needs_proof" in counter.redeeming.problem, counter.redeeming.used) == (True, 0)


def test_the_card_scanned_in_the_sheet_is_the_proof(counter: Counter):
    counter.checkout.add_item(1)
    counter.redeem.open(counter.checkout.attach(ANNA.member_id), counter.programme)
    counter.redeem.choose(PointsChoice.CUSTOM, 3_000)

    counter.redeem.take_scan(member_code(ANNA.card_no))
    problem = counter.redeeming.problem
    counter.redeem.choose(PointsChoice.CUSTOM, 3_000)
    used = counter.redeeming.used
    counter.redeem.take_back()

    assert (problem, used, counter.checkout.state().basket.points) == ("", 3_000, 0)


def test_somebody_elses_card_is_no_proof(counter: Counter):
    counter.redeem.open(counter.checkout.attach(ANNA.member_id), counter.programme)

    counter.redeem.take_scan(member_code(BEN.card_no))

    assert "member.not_this_one" in counter.redeeming.problem


def test_leaving_takes_back_exactly_what_was_chosen_here(counter: Counter):
    counter.checkout.attach(ANNA.member_id)
    counter.checkout.redeem_item(3)
    open_sheet(counter, 1)
    counter.redeem.step("item:2", +1)
    counter.redeem.choose(PointsChoice.CUSTOM, 500)

    counter.redeem.take_back()

    state = counter.checkout.state()
    assert [line.item.item_id for line in state.basket.lines] == [3, 1]
    assert (state.basket.points, state.priced.redeemed_points) == (0, 555)


def test_what_is_kept_is_not_taken_back(counter: Counter):
    open_sheet(counter, 1)
    counter.redeem.choose(PointsChoice.CUSTOM, 500)

    counter.redeem.keep()
    counter.redeem.take_back()

    assert counter.checkout.state().basket.points == 500


def test_leaving_without_a_choice_undoes_nothing(counter: Counter):
    open_sheet(counter, 1, 2)

    counter.redeem.take_back()

    assert len(counter.checkout.state().basket.lines) == 2


def test_online_the_points_held_elsewhere_count_and_are_brought(counter: Counter):
    counter.till.link.online = True
    face = open_sheet(counter, 1, 1)

    counter.redeem.choose(PointsChoice.CUSTOM, 6_000)

    assert (face.left, counter.redeeming.used) == (7_000, 6_000)
    assert [who for who, _amount in counter.office.asked] == [ANNA.member_id]


def test_points_that_head_office_does_not_bring_are_refused_with_the_first_reason(counter: Counter):
    counter.till.link.online = True
    counter.office.refuses = Unavailable("link.unreachable")
    open_sheet(counter, 1, 1)

    counter.redeem.choose(PointsChoice.CUSTOM, 6_000)

    assert counter.redeeming.used == 0
    assert "7,000" in counter.redeeming.problem or "5,000" in counter.redeeming.problem


def test_offline_the_cap_is_said(counter: Counter):
    assert "5,000" in open_sheet(counter, 1).note


def test_a_member_without_points_reaches_nothing(counter: Counter):
    open_sheet(counter, 2, who=BEN)

    assert [(row.reach, row.short_points) for row in counter.redeeming.rows] == [(Reach.NOT, 2_000)]


def test_a_balance_older_than_a_quarter_of_an_hour_is_marked(counter: Counter):
    face = open_sheet(counter, 1)

    assert face.stale is True


def test_facts_unsent_for_a_day_are_named_before_they_end_redeeming(counter: Counter):
    counter.till.clock.pass_ms(25 * HOUR_MS)

    face = open_sheet(counter, 2)

    assert (face.note, face.problem) == ("Not sent for 25 h; from 72 h on points wait", "")


def test_what_ends_redeeming_is_told_when_the_sheet_opens(counter: Counter):
    counter.till.clock.pass_ms(73 * HOUR_MS)

    assert "redeem.unsent_too_long" in open_sheet(counter, 2).problem


def test_what_a_manager_can_lift_is_offered_and_then_done(counter: Counter):
    open_sheet(counter, 1)
    counter.till.session.staff = MANAGER
    counter.till.link.online = False
    counter.till.publish(replace(counter.programme, version="p2", offline_redemption_cap_points=1_000))

    counter.redeem.choose(PointsChoice.CUSTOM, 2_000)
    refused = counter.redeeming
    counter.redeem.vouch()

    assert refused.may_vouch
    assert (counter.redeeming.may_vouch, counter.redeeming.problem, counter.redeeming.used) == (False, "", 2_000)


def test_a_row_costs_what_it_costs_the_members_tier(counter: Counter):
    gold = member(8, tier=Tier.GOLD)
    counter.till.publish(record(gold, 1_900))
    counter.till.grant(grant(9, gold, 1_900))
    open_sheet(counter, 1, who=gold)
    counter.redeem.search(item(2, 2_000).name)

    (row,) = counter.redeeming.rows
    assert row.points == counter.checkout.redeem_item(2).priced.redeemed_points


def test_what_the_points_nearly_reach_is_taken_for_points_and_money(counter: Counter):
    counter.till.publish(
        replace(counter.programme, version="p2", redeem_max_share_bp=10_000), item(3, 6_000, version=2)
    )
    open_sheet(counter)
    counter.redeem.search(item(3, 6_000).name)
    (row,) = counter.redeeming.rows

    counter.redeem.mix(row.key)
    taken = counter.checkout.state()
    counter.redeem.take_back()

    assert (row.reach, row.mix_points, row.mix_minor) == (Reach.NEARLY, 5_000, 1_000)
    assert (taken.priced.points, taken.priced.due_minor) == (5_000, 1_000)
    assert counter.checkout.state().basket.is_empty


def asks(counter: Counter, *proofs: PointsProof) -> None:
    """Let the store ask for these proofs, and Anna choose so many points that one is needed."""
    counter.till.publish(replace(PROGRAMME, version="p2", points_proofs=proofs))
    counter.checkout.add_item(1)
    counter.redeem.open(counter.checkout.attach(ANNA.member_id), counter.checkout.programme())
    counter.redeem.choose(PointsChoice.CUSTOM, 3_000)


def test_the_last_four_digits_prove_the_member_where_the_store_says_so(counter: Counter):
    asks(counter, PointsProof.CARD, PointsProof.LAST4)
    asked = counter.redeeming.proof_hint

    counter.redeem.prove(ANNA.phone[-4:])

    assert asked == "last 4 digits"
    assert (counter.redeeming.problem, counter.redeeming.proof_hint, counter.redeeming.used) == ("", "", 3_000)


def test_they_are_not_enough_where_it_asks_for_the_pin_too(counter: Counter):
    asks(counter, PointsProof.CODE, PointsProof.PIN)
    counter.checkout.prove(member_code(ANNA.card_no))
    counter.value.set_pin("2468")
    tail = ANNA.phone[-4:]

    counter.redeem.prove(tail)
    alone = (counter.redeeming.used, "redeem.needs_proof" in counter.redeeming.problem)
    counter.redeem.prove(f"{tail}1357")
    wrong = (counter.redeeming.used, "pin.wrong" in counter.redeeming.problem)
    counter.redeem.prove(f"{tail}2468")

    assert (alone, wrong) == ((0, True), (0, True))
    assert (counter.redeeming.problem, counter.redeeming.used) == ("", 3_000)


def test_where_only_card_and_code_count_nothing_is_typed_and_the_line_says_so(counter: Counter):
    asks(counter, PointsProof.CARD, PointsProof.CODE)

    assert counter.redeeming.proof_hint == ""
    assert counter.redeeming.note.endswith("card / code")


def test_a_payment_code_is_searched_for_nowhere(counter: Counter):
    open_sheet(counter, 1)

    counter.redeem.take_scan("134567890123456789")

    assert "scan.payment_code" in counter.redeeming.problem
    assert "1345" not in counter.redeeming.problem


def test_the_last_typed_number_of_points_is_spent_whatever_had_to_be_brought_for_the_ones_before(counter: Counter):
    counter.till.link.online = True
    slow = Counter(counter.till, Later())
    slow.checkout.add_item(1, 2)
    sale = slow.checkout.scan(member_code(ANNA.card_no)).state
    slow.redeem.open(sale, counter.programme)
    slow.lane.settle()

    for points in (600, 6_000, 700):
        slow.redeem.choose(PointsChoice.CUSTOM, points)
    slow.lane.settle()
    spent = slow.checkout.state().basket.points
    problem = slow.redeeming.problem
    slow.redeem.take_back()
    slow.lane.settle()

    assert (spent, problem) == (700, "")
    assert slow.checkout.state().basket.points == 0


@pytest.mark.parametrize("answered", [0, 1, 2, 3, "done", 4])
def test_what_is_brought_when_the_sheet_is_left_is_not_spent(counter: Counter, answered: int | str):
    counter.till.link.online = True
    slow = Counter(counter.till, Later())
    slow.checkout.add_item(1, 2)
    slow.redeem.open(slow.checkout.scan(member_code(ANNA.card_no)).state, counter.programme)
    slow.lane.settle()
    slow.redeem.choose(PointsChoice.CUSTOM, 500)
    slow.lane.settle()

    slow.redeem.choose(PointsChoice.CUSTOM, 6_000)  # has to be brought: tried, worked out, asked for, tried again
    for _step in range(3 if answered == "done" else answered):
        slow.lane.step()
    if answered == "done":  # and its answer is on its way
        slow.lane.work()
    before = slow.checkout.state().basket.points
    slow.redeem.take_back()
    slow.lane.settle()

    assert before == (6_000 if answered in {"done", 4} else 500)
    assert slow.checkout.state().basket.points == 0


def test_points_that_come_when_the_next_sale_has_begun_are_not_spent_for_it(counter: Counter):
    counter.till.link.online = True
    slow = Counter(counter.till, Later())
    slow.checkout.add_item(1, 2)
    sale = slow.checkout.scan(member_code(ANNA.card_no)).state
    slow.payment.open(sale, counter.programme, Way.CASH, online=True)
    slow.lane.settle()
    slow.payment.pay_points(6_000)
    slow.lane.step()
    slow.checkout.hold()
    slow.checkout.add_item(1, 2)
    slow.checkout.scan(member_code(ANNA.card_no))

    slow.lane.settle()

    assert slow.office.asked
    assert slow.checkout.state().basket.points == 0
