from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain import dynamic_code
from pos_app.domain.basket import MAX_QUANTITY
from pos_app.domain.codes import call_code, hold_code, member_code, receipt_code
from pos_app.domain.directory import Cursor
from pos_app.domain.events import BasketVoided, ClockStepped, Overridden
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.overrides import Override
from pos_app.services.sale_models import ScanKind
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, barcode, change, grant, item, member, open_kit, record, renamed

ANNA, BEN, RICH = member(1), member(2), member(3)
HOUR_MS = 3_600_000


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value


def facts(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6)]


def voids(till):
    return [fact for fact in facts(till) if isinstance(fact, BasketVoided)]


# ---- scanning


def test_a_barcode_rings_up_and_the_same_again_counts_up(checkout):
    checkout.scan(barcode(1))
    result = checkout.scan(barcode(1), quantity=3)

    assert (result.kind, result.item.item_id) == (ScanKind.ADDED, 1)
    assert [(line.item.item_id, line.quantity) for line in result.state.basket.lines] == [(1, 4)]
    assert result.state.priced.due_minor == 40_000


def test_an_unknown_barcode_is_refused_with_its_digits_and_changes_nothing(checkout, till):
    checkout.scan(barcode(1))

    error = refusal(checkout.scan, barcode(77))

    assert (error.code, error.facts) == ("scan.unknown_item", {"code": barcode(77)})
    assert len(checkout.state().basket.lines) == 1


@pytest.mark.parametrize(
    ("text", "reason"), [(barcode(1)[:-1] + "0", "check_digit"), ("\x02690\x03", "control"), ("7" * 600, "too_long")]
)
def test_a_damaged_code_is_refused_and_never_searched(checkout, text, reason):
    error = refusal(checkout.scan, text)

    assert (error.code, error.facts) == ("scan.damaged", {"reason": reason})


@pytest.mark.parametrize(("digits", "kind"), [("134567890123456789", "wechat"), ("2812345678901234", "alipay")])
def test_a_payment_code_is_recognised_and_stored_nowhere(checkout, till, digits, kind):
    checkout.scan(barcode(1))
    written = till.store._database.conn.total_changes

    result = checkout.scan(digits)

    assert (result.kind, result.payment) == (ScanKind.PAYMENT_CODE, TenderKind(kind))
    assert digits not in repr(result)
    assert till.store._database.conn.total_changes == written
    error = refusal(checkout.pay, (TenderAsked(TenderKind(kind), 10_000, reference=digits),))
    assert error.code == "tender.reference_is_payment_code"


@pytest.mark.parametrize(
    ("text", "proven"),
    [
        (ANNA.card_no, True),
        (member_code(ANNA.card_no), True),
        ("138 0000 0001", True),
        ("+8613800000001", True),
        ("0001", True),
    ],
)
def test_a_member_is_attached_in_one_step(checkout, text, proven):
    result = checkout.scan(text)

    assert result.kind is ScanKind.MEMBER_ATTACHED
    assert result.state.member.member == ANNA
    assert result.state.proven is proven


def test_several_with_the_same_last_four_are_chosen_from(checkout, till):
    till.publish(record(renamed(member(9, phone="+8613900000001"), "王芳"), visit=date(2026, 11, 20)))

    result = checkout.scan("0001")

    assert result.kind is ScanKind.CHOOSE
    assert [row.name for row in result.members] == ["王芳", ANNA.name]
    assert result.state.member is None


def test_words_find_members_and_items(checkout):
    assert {row.member_id for row in checkout.scan("hy").members} == {ANNA.member_id, BEN.member_id, RICH.member_id}
    assert [found.item_id for found in checkout.scan("商品2").items] == [2]
    assert checkout.scan("没有这个").kind is ScanKind.UNKNOWN


def test_a_phone_that_nobody_has_is_offered_for_sign_up(checkout):
    result = checkout.scan("139 1234 5678")

    assert (result.kind, result.phone) == (ScanKind.NEW_PHONE, "+8613912345678")


def test_a_card_that_nobody_has_is_refused(checkout):
    error = refusal(checkout.scan, member(99).card_no)

    assert (error.code, error.facts) == ("scan.unknown_member", {"code": member(99).card_no})


def test_the_members_own_code_counts_once(checkout, till):
    shown = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms())

    assert checkout.scan(shown).state.proven is True
    checkout.detach()

    assert refusal(checkout.scan, shown).code == "member_code.used"
    assert checkout.state().member is None


def test_a_used_code_stays_used_after_a_restart(checkout, till):
    shown = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms())
    checkout.scan(shown)
    till.close()

    again = open_kit(till.home)
    again.session.staff = CASHIER

    assert refusal(Checkout(again.session, FakePins()).scan, shown).code == "member_code.used"
    again.close()


def test_a_code_of_ten_minutes_ago_is_expired(checkout, till):
    shown = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms() - 600_000)

    assert refusal(checkout.scan, shown).code == "member_code.expired"


def test_a_code_made_before_the_card_was_revoked_is_refused(checkout, till):
    shown = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms())
    till.publish(record(replace(ANNA, card_version=2), 5_000, version=2))

    assert refusal(checkout.scan, shown).code == "member_code.revoked"


def test_codes_of_papers_lead_where_they_belong(checkout, till):
    checkout.scan(ANNA.card_no)
    checkout.scan(barcode(1))
    done = checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))
    checkout.scan(barcode(2))
    sale_id = checkout.state().basket.sale_id
    checkout.hold()

    assert checkout.scan(done.calls[0].code).call_id == done.calls[0].call_id
    assert checkout.scan(receipt_code(done.receipt_no)).receipt_no == done.receipt_no
    recalled = checkout.scan(hold_code(1, 1, sale_id))
    assert (recalled.kind, recalled.state.basket.sale_id) == (ScanKind.RECALLED, sale_id)
    assert refusal(checkout.scan, call_code("nobody's")).code == "scan.unknown_slip"
    assert refusal(checkout.scan, "").code == "scan.nothing"


# ---- quantities, undo, hold


@pytest.mark.parametrize("quantity", [-1, MAX_QUANTITY + 1, 10**9])
def test_impossible_quantities_are_refused_and_change_nothing(checkout, quantity):
    checkout.scan(barcode(1))

    assert refusal(checkout.set_quantity, 1, quantity).code == "basket.quantity"
    assert refusal(checkout.scan, barcode(2), quantity=quantity).code == "basket.quantity"
    assert [line.quantity for line in checkout.state().basket.lines] == [1]


def test_adding_past_the_most_is_refused(checkout):
    checkout.add_item(1, MAX_QUANTITY)

    assert refusal(checkout.add_item, 1).code == "basket.quantity"


def test_a_quantity_of_nothing_removes_the_line_and_undo_brings_it_back(checkout):
    checkout.add_item(1, 2)
    state = checkout.set_quantity(1, 0)

    assert (state.basket.is_empty, state.undo.code) == (True, "item_removed")
    assert checkout.undo().basket.line(1).quantity == 2


def test_every_kind_of_change_is_undone_in_turn(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    acts = (
        lambda: checkout.add_item(1),
        lambda: checkout.add_item(2, 2),
        lambda: checkout.attach(ANNA.member_id),
        lambda: checkout.redeem_points(500),
        lambda: checkout.redeem_item(3),
        lambda: checkout.set_quantity(1, 3),
        lambda: checkout.remove_line(2),
        checkout.detach,
    )
    states = [checkout.state(), *(act() for act in acts)]

    for expected in reversed(states[:-1]):
        assert replace(checkout.undo(), points_dropped=0) == replace(expected, points_dropped=0)
    assert refusal(checkout.undo).code == "undo.nothing"


def test_a_held_sale_comes_back_whole_and_survives_a_restart(checkout, till):
    checkout.add_item(2, 3)
    checkout.attach(ANNA.member_id)
    basket = checkout.state().basket
    assert checkout.hold("红衣服").held_count == 1
    till.close()

    again = open_kit(till.home)
    again.session.staff = CASHIER
    desk = Checkout(again.session, FakePins())

    held = desk.held()
    assert [(one.note, one.member_name, one.pieces, one.due_minor) for one in held] == [("红衣服", "会**", 3, 6_000)]
    assert desk.recall(held[0].hold_id).basket == basket
    assert refusal(desk.undo).code == "undo.nothing"
    again.close()


def test_holding_nothing_and_recalling_over_an_open_sale_are_refused(checkout):
    assert refusal(checkout.hold).code == "hold.empty"
    checkout.add_item(1)
    hold_id = checkout.hold().held_count and checkout.held()[0].hold_id
    checkout.add_item(2)

    assert refusal(checkout.recall, hold_id).code == "hold.basket_open"
    assert len(checkout.held()) == 1


def test_cancelled_and_discarded_sales_are_said_for_the_audit(checkout, till):
    checkout.add_item(1, 2)
    checkout.cancel()
    checkout.add_item(2)
    checkout.hold()
    checkout.discard(checkout.held()[0].hold_id)
    checkout.cancel()

    voided = [(fact.line_count, fact.list_minor) for fact in facts(till) if isinstance(fact, BasketVoided)]

    assert voided == [(1, 20_000), (1, 2_000)]
    assert checkout.state().basket.sale_id == ""


def test_a_cancelled_sale_comes_back_by_undo_with_its_history_and_without_a_void(checkout, till):
    checkout.add_item(1)
    before = checkout.add_item(2)
    cancelled = checkout.cancel()
    assert (cancelled.basket.sale_id, cancelled.undo.code, cancelled.undo.amount) == ("", "sale_cancelled", 2)
    till.close()
    again = open_kit(till.home)
    again.session.staff = CASHIER
    desk = Checkout(again.session, FakePins())

    assert desk.cancel() == desk.state()
    assert desk.undo() == before
    assert len(desk.undo().basket.lines) == 1
    assert not any(isinstance(fact, BasketVoided) for fact in facts(again))
    again.close()


def test_a_cancelled_sale_is_said_when_the_next_begins_or_is_recalled(checkout, till):
    checkout.add_item(1)
    checkout.hold()
    checkout.add_item(2)
    first = checkout.cancel()
    checkout.scan(ANNA.card_no)
    checkout.add_item(2)
    checkout.cancel()
    checkout.recall(checkout.held()[0].hold_id)

    assert first.undo is not None
    assert [fact.list_minor for fact in facts(till) if isinstance(fact, BasketVoided)] == [2_000, 2_000]
    assert checkout.state().basket.line(1).item.item_id == 1


def test_a_sale_that_is_undone_to_nothing_is_said_for_the_audit(checkout, till):
    begun = checkout.scan(ANNA.card_no).state
    checkout.add_item(1)
    checkout.add_item(2)

    checkout.undo()
    left = checkout.undo()

    assert [(fact.sale_id, fact.list_minor) for fact in voids(till)] == [(begun.basket.sale_id, 10_000)]
    assert (left.basket.is_empty, left.member.member, left.undo) == (True, ANNA, None)
    assert checkout.add_item(2).basket.sale_id not in ("", begun.basket.sale_id)


def test_a_sale_that_is_emptied_line_by_line_is_said_when_the_next_begins(checkout, till):
    checkout.scan(ANNA.card_no)
    emptied = checkout.remove_line(checkout.add_item(1).basket.lines[0].line_no)
    assert voids(till) == []

    next_one = checkout.add_item(2)

    assert [(fact.sale_id, fact.list_minor) for fact in voids(till)] == [(emptied.basket.sale_id, 10_000)]
    assert (next_one.member.member, next_one.basket.sale_id == emptied.basket.sale_id) == (ANNA, False)


def test_a_line_that_is_taken_out_by_mistake_comes_back_without_a_void(checkout, till):
    before = checkout.add_item(1)
    checkout.set_quantity(before.basket.lines[0].line_no, 0)

    assert checkout.undo() == before
    checkout.add_item(2)

    assert voids(till) == []


def test_cancelling_what_was_emptied_says_it_once(checkout, till):
    checkout.remove_line(checkout.add_item(1).basket.lines[0].line_no)
    checkout.cancel()
    checkout.cancel()
    checkout.add_item(2)

    assert [fact.list_minor for fact in voids(till)] == [10_000]


@pytest.mark.parametrize("later", [ANNA.phone[-11:], ANNA.phone[-4:]])
def test_a_weaker_proof_takes_nothing_from_a_stronger_one(checkout, later):
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)

    checkout.scan(later)
    checkout.prove(ANNA.phone[-4:])
    checkout.attach(ANNA.member_id)

    assert checkout.state().value_proven


def test_a_proof_is_of_one_member(checkout):
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)

    assert not checkout.attach(BEN.member_id).value_proven
    assert not checkout.attach(ANNA.member_id).value_proven


def test_showing_who_they_are_does_not_end_undoing(checkout, till):
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)

    assert checkout.prove("0001").proven is True
    assert checkout.undo().member is None
    assert checkout.undo().basket.is_empty


def test_every_sale_has_an_identity_of_its_own(checkout):
    first = checkout.add_item(1).basket.sale_id
    checkout.cancel()
    second = checkout.add_item(1).basket.sale_id

    assert len(first) == 32
    assert first != second


def test_nobody_sells_without_signing_in_or_before_the_day_is_open(checkout, till):
    till.session.staff = None

    assert refusal(checkout.add_item, 1).code == "staff.nobody"
    assert refusal(checkout.cancel).code == "staff.nobody"


def test_a_guest_sees_what_joining_would_earn(checkout):
    state = checkout.add_item(1)
    assert (state.priced.earned_points, state.earning_if_joined) == (0, 700)

    state = checkout.attach(ANNA.member_id)
    assert (state.priced.earned_points, state.earning_if_joined) == (700, 0)


# ---- redeeming


def test_points_elsewhere_are_told_with_all_figures(checkout, till):
    till.grant(grant(1, ANNA, 1_200))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)

    error = refusal(checkout.redeem_points, 3_000 - 100)

    assert error.code == "points.short_here"
    assert error.facts == {"usable": 1_200, "wanted": 2_900, "total": 5_000, "elsewhere": 3_800}
    assert checkout.state().priced.points == 0


def test_rules_of_redeeming_are_refused_and_change_nothing(checkout, till):
    till.grant(grant(1, ANNA, 5_000))
    checkout.add_item(2)
    assert refusal(checkout.redeem_points, 100).code == "redeem.needs_member"
    checkout.attach(ANNA.member_id)

    assert refusal(checkout.redeem_points, 50).code == "redeem.below_min"
    assert refusal(checkout.redeem_points, 150).code == "redeem.step"
    assert refusal(checkout.redeem_points, 1_100).code == "redeem.over_share"
    assert refusal(checkout.redeem_points, -100).code == "redeem.step"
    assert refusal(checkout.redeem_item, 4).code == "redeem.not_redeemable"
    assert checkout.redeem_points(1_000).priced.due_minor == 1_000


def test_points_that_no_longer_fit_are_lowered_and_said(checkout, till):
    till.grant(grant(1, ANNA, 5_000))
    checkout.add_item(2, 2)
    checkout.attach(ANNA.member_id)
    checkout.redeem_points(2_000)

    state = checkout.set_quantity(1, 1)

    assert (state.basket.points, state.points_dropped, state.priced.due_minor) == (1_000, 1_000, 1_000)


def test_counting_up_a_redeemed_line_needs_the_points_too(checkout, till):
    till.grant(grant(1, ANNA, 1_200))
    checkout.attach(ANNA.member_id)
    checkout.redeem_item(3)

    assert refusal(checkout.set_quantity, 1, 3).code == "points.short_here"
    assert checkout.redeem_item(3).priced.points == 1_110


def test_a_redeemed_item_does_not_mix_with_the_same_item_paid(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.add_item(2)
    checkout.attach(ANNA.member_id)

    state = checkout.redeem_item(2)

    assert [(line.quantity, line.redeemed) for line in state.basket.lines] == [(1, False), (1, True)]
    assert (state.priced.due_minor, state.priced.points) == (2_000, 2_000)


def test_a_large_redemption_needs_the_member_to_show_who_they_are(checkout, till):
    till.link.online = True
    till.grant(grant(1, RICH, 80_000))
    checkout.add_item(1)
    checkout.attach(RICH.member_id)

    error = refusal(checkout.redeem_points, 3_000)
    assert (error.code, error.facts) == ("redeem.needs_proof", {"from_points": 3_000})
    assert refusal(checkout.prove, ANNA.card_no).code == "member.not_this_one"
    assert refusal(checkout.prove, "9999").code == "member.not_this_one"
    checkout.prove("0003")

    assert checkout.redeem_points(3_000).priced.points == 3_000


def test_offline_a_redemption_has_a_cap_that_a_manager_lifts(checkout, till):
    till.grant(grant(1, RICH, 80_000))
    checkout.add_item(1, 3)
    checkout.scan(RICH.card_no)

    error = refusal(checkout.redeem_points, 5_100)
    assert (error.code, error.facts) == ("redeem.offline_cap", {"cap": 5_000, "wanted": 5_100})
    assert refusal(checkout.vouch).code == "override.needed"
    checkout.vouch(Override("E2", "2222", "认识顾客"))

    assert checkout.redeem_points(5_100).priced.points == 5_100


def test_unsent_facts_of_three_days_end_redeeming_offline_but_not_selling(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    till.clock.pass_ms(73 * HOUR_MS)

    assert refusal(checkout.redeem_points, 500).code == "redeem.unsent_too_long"
    till.log.mark_accepted(till.log.head()[0] - 1, 0)
    assert checkout.redeem_points(500).priced.points == 500


def test_a_life_that_head_office_ended_redeems_nothing_and_goes_on_selling(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    checkout.redeem_points(500)

    till.log.mark_ended("session.re_enrol")

    member = checkout.state().member
    assert (member.usable_here, member.total) == (0, 5_000)
    assert refusal(checkout.pay, (TenderAsked(TenderKind.CARD, 9_500, reference="r"),)).code == "redeem.life_ended"
    checkout.redeem_points(0)
    assert checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),)).points_after == 5_700


def test_a_life_that_head_office_takes_back_redeems_again(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    till.log.mark_ended("terminal.locked")
    assert refusal(checkout.redeem_points, 500).facts == {"reason": "terminal.locked"}

    till.log.mark_ended("")

    assert checkout.redeem_points(500).priced.points == 500


def test_expired_and_leased_out_points_cannot_be_spent(checkout, till):
    now = till.clock.now_ms()
    till.grant(grant(1, ANNA, 1_000, expires_on=date(2026, 11, 21)), grant(2, ANNA, 1_000, lease_until_ms=now - 1))
    till.grant(grant(3, ANNA, 300))
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).member.usable_here == 300
    assert refusal(checkout.redeem_points, 400).code == "points.short_here"


# ---- the clock


def test_a_clock_before_the_last_fact_sells_on_and_locks_redeeming(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.attach(ANNA.member_id)
    checkout.add_item(1)
    newest = till.clock.now_ms()
    till.clock.wall_ms -= 48 * HOUR_MS

    assert refusal(checkout.redeem_points, 500).code == "clock.behind"
    assert checkout.state().clock_behind is True
    checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))

    stepped = [fact for fact in facts(till) if isinstance(fact, ClockStepped)]
    assert stepped == [ClockStepped(newest, newest - 48 * HOUR_MS)]
    checkout.attach(ANNA.member_id)
    checkout.add_item(1)
    assert refusal(checkout.redeem_points, 500).code == "clock.behind"


@pytest.mark.parametrize("who", ["manager", "head office"])
def test_a_manager_or_head_office_unlocks_redeeming(checkout, till, who):
    till.grant(grant(1, ANNA, 4_000))
    till.clock.wall_ms -= 48 * HOUR_MS
    checkout.add_item(1)
    checkout.cancel()
    checkout.add_item(1)  # a fact is said, and with it the step
    checkout.attach(ANNA.member_id)
    checkout.add_item(1)
    assert refusal(checkout.redeem_points, 500).code == "clock.behind"

    if who == "manager":
        checkout.vouch(Override("E2", "2222", "认识顾客"))
    else:
        till.log.mark_accepted(till.log.head()[0] - 1, 0)

    assert checkout.redeem_points(500).priced.points == 500


def test_seconds_of_a_time_server_are_no_step(checkout, till):
    till.clock.wall_ms -= 30_000
    checkout.add_item(1)
    checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))

    assert not any(isinstance(fact, ClockStepped) for fact in facts(till))
    assert checkout.state().clock_behind is False


# ---- what is published meanwhile


def test_a_price_that_changes_while_the_basket_is_open_counts_for_the_next_line(checkout, till):
    checkout.add_item(2)
    till.feed.apply_page("global", Cursor("1", 1), [change(1, item(2, 9_000, version=2))])

    assert checkout.state().priced.due_minor == 2_000
    assert checkout.scan(barcode(1)).state.priced.due_minor == 12_000


# ---- a sale that was put aside, and what changed meanwhile


def test_a_held_sale_comes_back_at_what_is_published_by_then(checkout, till):
    checkout.add_item(1)
    checkout.add_item(2)
    checkout.hold()
    dearer = item(1, 12_000, version=2)
    till.publish(dearer)

    state = checkout.recall(checkout.held()[0].hold_id)

    assert (state.basket.line(1).item, state.repriced) == (dearer, (dearer.name,))
    assert checkout.add_item(1).basket.line(1).quantity == 2


def test_a_held_sale_says_of_what_tax_goes_on_top_by_now(checkout, till):
    checkout.add_item(1)
    checkout.add_item(2)
    checkout.hold()
    inside, on_top = item(1, tax_bp=1_300, version=2), item(2, 2_000, tax_bp=600, tax_included=False, version=2)
    till.publish(inside, on_top)

    state = checkout.recall(checkout.held()[0].hold_id)

    assert (state.repriced, state.priced.added_tax_minor) == ((on_top.name,), 120)


def test_a_piece_scanned_after_a_change_of_price_is_a_line_of_its_own(checkout, till):
    checkout.add_item(1)
    till.publish(item(1, 12_000, version=2))

    lines = checkout.add_item(1).basket.lines

    assert [(line.quantity, line.item.price_minor) for line in lines] == [(1, 10_000), (1, 12_000)]


def test_points_of_a_held_sale_are_lowered_to_what_the_rules_allow_by_then(checkout, till):
    till.grant(grant(1, ANNA, 4_000))
    checkout.add_item(1)
    checkout.scan(member_code(ANNA.card_no))
    checkout.redeem_points(4_000)
    checkout.hold()
    till.publish(replace(checkout.programme(), version="p2", redeem_max_share_bp=1_000))

    state = checkout.recall(checkout.held()[0].hold_id)

    assert (state.basket.points, state.points_dropped) == (1_000, 3_000)
    checkout.pay((TenderAsked(TenderKind.CARD, state.priced.due_minor, reference="r"),))


def test_a_proof_ends_when_the_sale_is_put_aside(checkout, till):
    checkout.add_item(1)
    checkout.scan(member_code(ANNA.card_no))
    checkout.vouch(Override("E2", "2222", "认识顾客"))
    checkout.hold()

    assert not checkout.recall(checkout.held()[0].hold_id).proven


def test_vouching_is_said_with_both_names_and_the_reason(checkout, till):
    checkout.add_item(1)
    checkout.scan(member_code(ANNA.card_no))
    checkout.vouch(Override("E2", "2222", "认识顾客"))
    till.session.staff = MANAGER
    checkout.vouch()

    said = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Overridden)]
    assert [(fact.act, fact.approved_by, fact.reason) for fact in said] == [
        ("vouch", "E2", "认识顾客"),
        ("vouch", "E2", ""),
    ]


def test_a_quantity_below_one_is_refused_also_for_what_is_rung_up(checkout):
    checkout.add_item(1, 3)

    for quantity in (0, -1):
        assert refusal(checkout.add_item, 1, quantity).code == "basket.quantity"


def test_a_void_tells_what_the_goods_would_have_cost(checkout, till):
    till.publish(item(5, 6_000, weighed=True))
    checkout.weigh(5, 200)
    checkout.cancel()
    checkout.add_item(1)

    (void,) = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, BasketVoided)]
    assert void.list_minor == 1_200
