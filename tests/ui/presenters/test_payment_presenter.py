"""Payment decides: tenders in any split, 抹零 and change, points, and one sale however often it is finished."""

from dataclasses import replace

import pytest

from pos_app import i18n
from pos_app.domain.ledger import Asset
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Unavailable
from pos_app.ui.presenters.view_models import PrintState, Tender, Way
from tests.till_kit import grant, item, member, record
from tests.ui.presenters.counter import Counter
from tests.ui.stand_ins import Later

ANNA = member(1)


def ring_up(counter: Counter, *items: int, who: str = "") -> None:
    for one in items:
        counter.checkout.add_item(one)
    if who:
        counter.checkout.attach(who)


def test_opening_shows_what_is_owed_and_quick_amounts(counter: Counter):
    ring_up(counter, 1)

    face = counter.open_payment_now(Way.CARD)

    assert (face.due_minor, face.owed_minor, face.taken, face.can_finish) == (10_000, 10_000, (), False)
    assert face.quick_minor[0] == 10_000
    assert counter.payment_view.last("show_way") == (Way.CARD,)


def test_tax_on_top_is_told_beside_what_is_due(counter: Counter):
    counter.till.publish(item(9, 2_000, tax_bp=600, tax_included=False))
    ring_up(counter, 9)

    face = counter.open_payment_now(Way.CARD)

    assert (face.due_minor, face.added_tax_minor) == (2_120, 120)


def test_cash_that_covers_the_sale_finishes_it(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()

    counter.payment.pay_cash(20_000)

    assert (counter.paid.paid_minor, counter.paid.change_minor) == (10_000, 10_000)
    assert [done.change_minor for done in counter.done] == [10_000]


def test_the_cents_are_rounded_off_cash(counter: Counter):
    ring_up(counter, 3)
    face = counter.open_payment_now()

    counter.payment.pay_cash(face.quick_minor[0])

    assert (face.quick_minor[0], counter.done[0].rounding_minor) == (550, -5)


def test_card_pays_to_the_cent(counter: Counter):
    ring_up(counter, 3)
    counter.open_payment_now(Way.CARD)

    counter.payment.pay_by_reference(Tender.CARD, 555, "POS 1")

    assert (counter.paid.paid_minor, counter.done[0].rounding_minor) == (555, 0)


def test_part_of_the_money_waits_for_the_rest(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()

    counter.payment.pay_cash(4_000)
    waiting = counter.paying
    counter.payment.pay_by_reference(Tender.WECHAT, 6_000, "WX 1")

    assert (waiting.owed_minor, [line.amount_minor for line in waiting.taken]) == (6_000, [4_000])
    assert [(line.tender, line.amount_minor, line.detail) for line in counter.paid.settled.taken] == [
        (Tender.CASH, 4_000, ""),
        (Tender.WECHAT, 6_000, "WX 1"),
    ]


def test_a_payment_can_be_taken_out_again(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_cash(4_000)

    counter.payment.remove("0")

    assert (counter.paying.taken, counter.paying.owed_minor) == ((), 10_000)


@pytest.mark.parametrize(
    ("tender", "amount", "reference"),
    [(Tender.CARD, 10_000, ""), (Tender.WECHAT, 10_001, "WX"), (Tender.CARD, 10_000, "134567890123456789")],
)
def test_what_cannot_be_is_said_and_nothing_is_taken(counter: Counter, tender: Tender, amount: int, reference: str):
    ring_up(counter, 1)
    counter.open_payment_now()

    counter.payment.pay_by_reference(tender, amount, reference)

    assert (counter.paying.taken, counter.paying.owed_minor, counter.done) == ((), 10_000, [])
    assert counter.paying.problem
    assert "134567890123456789" not in counter.paying.problem


def test_a_right_payment_clears_the_problem(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_by_reference(Tender.CARD, 10_000, "")

    counter.payment.pay_cash(1_000)

    assert counter.paying.problem == ""


def test_points_are_shown_as_a_payment_and_can_be_taken_out(counter: Counter):
    ring_up(counter, 1, who=ANNA.member_id)
    counter.open_payment_now()

    counter.payment.pay_points(1_000)
    with_points = counter.paying
    counter.payment.remove("points")

    assert [(line.tender, line.amount_minor) for line in with_points.taken] == [(Tender.POINTS, 1_000)]
    assert (with_points.owed_minor, counter.paying.owed_minor, counter.paying.taken) == (9_000, 10_000, ())


def test_the_most_points_follow_share_and_holding(counter: Counter):
    ring_up(counter, 1, who=ANNA.member_id)

    offline = counter.open_payment_now().points_usable
    counter.checkout.add_item(1)
    counter.till.link.online = True
    online = counter.open_payment_now().points_usable

    assert (offline, online) == (5_000, 7_000)


def test_tenders_that_no_longer_fit_after_points_are_given_back(counter: Counter):
    ring_up(counter, 1, who=ANNA.member_id)
    counter.open_payment_now()
    counter.payment.pay_by_reference(Tender.CARD, 9_500, "POS 1")

    counter.payment.pay_points(1_000)

    assert [line.tender for line in counter.paying.taken] == [Tender.POINTS]
    assert counter.paying.owed_minor == 9_000


def test_finishing_twice_makes_one_sale(counter: Counter):
    lane = Later()
    slow = Counter(counter.till, lane)
    ring_up(counter, 1)
    lane.settle()
    slow.open_payment_now()

    slow.payment.pay_cash(10_000)
    slow.payment.finish()
    slow.payment.pay_cash(10_000)
    lane.settle()

    assert len(slow.done) == 1
    assert counter.receipts.last().receipt_no == slow.done[0].receipt_no


def test_nothing_is_finished_while_something_is_owed(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()

    counter.payment.finish()

    assert counter.done == []


def test_a_full_disk_leaves_the_payments_and_the_button(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.till.store.close()
    refused: list = []
    counter.lane.run = lambda work, done, failed: (refused.append(work), failed(Unavailable("store.full", freed=False)))

    counter.payment.pay_cash(10_000)

    assert (counter.paying.can_finish, bool(counter.paying.problem), counter.done) == (True, True, [])
    assert counter.payment_view.last("set_busy") == (False,)


def test_a_member_reads_what_was_earned_and_the_new_balance(counter: Counter):
    ring_up(counter, 1, who=ANNA.member_id)
    counter.open_payment_now()

    counter.payment.pay_cash(10_000)

    assert (counter.paid.customer is not None, counter.paid.points_earned, counter.paid.points_balance) == (
        True,
        700,
        7_700,
    )
    assert counter.paid.call_topic == "Formula"


def test_news_of_the_paper_reaches_the_finished_sale_until_it_is_left(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_cash(10_000)

    counter.payment.show_print_state(PrintState.WAITING)
    waiting = counter.paid.print_state
    counter.payment.leave()
    counter.payment.show_print_state(PrintState.PRINTED)

    assert (waiting, counter.paid.print_state) == (PrintState.WAITING, PrintState.WAITING)


def test_the_screen_is_said_again_in_the_other_language(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_by_reference(Tender.CARD, 10_000, "")
    english = counter.paying.problem

    i18n.use("zh_CN")
    counter.payment.retranslate()

    assert counter.paying.problem != english


def test_a_payment_without_a_sale_takes_nothing(counter: Counter):
    counter.payment.pay_cash(1_000)
    counter.payment.finish()

    assert (counter.payment.is_paying(), counter.done) == (False, [])


def test_stepping_back_keeps_what_was_taken_for_this_sale(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_by_reference(Tender.CARD, 4_000, "POS 7")

    counter.payment.leave()
    face = counter.open_payment_now()

    assert (face.owed_minor, [line.detail for line in face.taken]) == (6_000, ["POS 7"])


def test_the_next_sale_begins_with_nothing_taken(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now()
    counter.payment.pay_cash(10_000)
    counter.payment.leave()
    ring_up(counter, 1)

    face = counter.open_payment_now()

    assert (face.owed_minor, face.taken) == (10_000, ())


def test_a_settled_sale_shows_nothing_of_paying_before_it_is_written(counter: Counter):
    lane = Later()
    slow = Counter(counter.till, lane)
    ring_up(counter, 1)
    lane.settle()
    slow.payment.begin(counter.checkout.state(), counter.programme, online=False)

    slow.payment.pay_cash(20_000)
    shown_before = slow.payment_view.last("show_payment")
    lane.settle()

    assert (shown_before, slow.paid.change_minor) == (None, 10_000)
    assert [line.amount_minor for line in slow.paid.settled.taken] == [20_000]


def test_a_sale_that_is_written_while_the_screen_is_left_still_says_what_change_to_give(counter: Counter):
    lane = Later()
    slow = Counter(counter.till, lane)
    ring_up(counter, 1)
    lane.settle()
    slow.open_payment_now()

    slow.payment.pay_cash(20_000)
    slow.payment.leave()
    lane.settle()

    assert (slow.paid.change_minor, len(slow.done)) == (10_000, 1)


def by_value(counter: Counter, value_here: int, value_in_all: int) -> None:
    known = record(ANNA, 0, version=9)
    counter.till.publish(replace(known, balance=replace(known.balance, value_minor=value_in_all)))
    counter.till.grant(grant(50, ANNA, value_here, asset=Asset.VALUE))
    counter.checkout.add_item(1)
    counter.checkout.attach(ANNA.member_id)
    counter.presenter.start()
    counter.open_payment_now(Way.VALUE)


def test_stored_value_asks_who_it_is_and_pays_once_that_is_shown(counter: Counter):
    by_value(counter, 10_000, 10_000)
    assert (counter.paying.value_usable_minor, counter.paying.value_proven) == (10_000, False)

    counter.payment.pay_value(10_000)
    assert "value.needs_proof" in counter.paying.problem
    counter.payment.prove(ANNA.card_no)
    assert counter.paying.value_proven
    counter.payment.pay_value(10_000)

    assert [done.due_minor for done in counter.done] == [10_000]


def test_stored_value_held_elsewhere_is_brought_online_and_only_then(counter: Counter):
    by_value(counter, 1_000, 50_000)
    counter.payment.prove(ANNA.card_no)

    counter.payment.pay_value(10_000)
    assert (counter.office.asked, "value.short_here" in counter.paying.problem) == ([], True)
    counter.till.link.online = True
    counter.payment.pay_value(10_000)

    assert counter.office.asked == [(ANNA.member_id, 9_000)]
    assert len(counter.done) == 1


def test_a_slip_pays_for_one_sale_a_day(counter: Counter):
    for _sale in range(2):
        ring_up(counter, 1)
        counter.open_payment_now(Way.CARD)
        counter.payment.pay_by_reference(Tender.CARD, 10_000, "POS 1")
    assert "tender.reference_used" in counter.paying.problem

    counter.payment.pay_by_reference(Tender.WECHAT, 4_000, "POS 1")
    counter.payment.pay_by_reference(Tender.WECHAT, 6_000, "POS 1")
    assert "tender.reference_twice" in counter.paying.problem
    counter.payment.pay_by_reference(Tender.WECHAT, 6_000, "POS 2")

    assert len(counter.done) == 2


def test_the_slip_of_another_day_may_have_the_same_number(counter: Counter):
    ring_up(counter, 1)
    counter.open_payment_now(Way.CARD)
    counter.payment.pay_by_reference(Tender.CARD, 10_000, "POS 1")
    counter.till.store._database.execute("UPDATE sale SET business_date = '2020-01-01'")

    counter.checkout.check_reference(TenderKind.CARD, "POS 1")
