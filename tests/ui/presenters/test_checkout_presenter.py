"""The sale screen decides: what a scan does, what the notice says, and where each answer leads."""

from dataclasses import replace
from datetime import date

import pytest

from pos_app import i18n
from pos_app.domain.campaigns import Benefit, BenefitKind
from pos_app.domain.codes import call_code, hold_code, member_code, receipt_code
from pos_app.domain.ledger import Asset
from pos_app.domain.payment import TenderAsked
from pos_app.domain.punch_cards import PunchCard, lot_of
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Unavailable
from pos_app.ui.presenters.view_models import NoticeKind
from tests.till_kit import PROGRAMME, barcode, campaign, grant, member, renamed_rules
from tests.ui.presenters.counter import Counter
from tests.ui.stand_ins import Later

ANNA = member(1)
PAYMENT_CODE = "134567890123456789"


def rows(counter: Counter) -> tuple:
    return counter.sale.last("show_basket")[0]


def sell(counter: Counter, n: int = 2) -> str:
    counter.checkout.add_item(n)
    due = counter.checkout.state().priced.due_minor
    done = counter.checkout.pay((TenderAsked(TenderKind.CASH, given_minor=due),))
    counter.presenter.start()
    return done.receipt_no


def test_nobody_served_shows_the_days_figures_and_the_next_receipt_number(counter: Counter):
    assert counter.sale.last("show_idle")[0].visits == 0
    assert counter.went[-1][0] == "receipt_no"


def test_a_scanned_item_is_shown_selected_sounds_well_and_can_be_undone(counter: Counter):
    counter.presenter.enter(barcode(1), 2)

    shown, selected = counter.sale.last("show_basket")
    assert [(row.code, row.quantity, row.line_id == selected) for row in shown] == [(barcode(1), 2, True)]
    assert (counter.sounds, counter.sale.last("flash")) == (["ok"], (True,))
    assert [act.code for act in counter.sale.last("show_notice")[0].acts] == ["undo"]


@pytest.mark.parametrize("code", [barcode(1), call_code("nobody/1")])
def test_a_finished_sale_stays_in_view_until_the_scan_has_its_answer_whichever(counter: Counter, code: str):
    lane = Later()
    slow = Counter(counter.till, lane)

    slow.presenter.enter(code)
    before = slow.begun
    lane.settle()

    assert (before, slow.begun) == (0, 1)


def test_a_guest_is_told_what_joining_would_earn(counter: Counter):
    counter.presenter.enter(barcode(1))

    assert counter.sale.last("show_guest") == (700, "")


def test_a_member_is_shown_with_points_and_what_the_sale_earns(counter: Counter):
    counter.presenter.enter(barcode(1))

    counter.presenter.enter(member_code(ANNA.card_no))

    card = counter.sale.last("show_member")[0]
    assert (card.member_id, card.points_here, card.points_total, card.earning) == (ANNA.member_id, 5_000, 7_000, 700)


def test_an_unknown_barcode_is_said_with_an_error_tone_and_leaves_the_basket(counter: Counter):
    counter.presenter.enter(barcode(2))

    counter.presenter.enter(barcode(77))

    assert (counter.sounds, counter.sale.last("flash")) == (["ok", "error"], (False,))
    assert barcode(77) in counter.sale.notice
    assert len(rows(counter)) == 1


def test_words_that_find_nothing_are_said_too(counter: Counter):
    counter.presenter.enter("zzzz")

    assert counter.sale.last("show_notice")[0].kind is NoticeKind.WARN
    assert counter.sounds == ["error"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PAYMENT_CODE, ("pay_by_code", PAYMENT_CODE)),
        ("13912345678", ("sign_up", "+8613912345678")),
        ("hy", ("members", 2)),
        ("sp", ("items", 4)),
    ],
)
def test_a_text_that_is_not_about_the_basket_leads_on(counter: Counter, text: str, place: tuple):
    counter.presenter.enter(barcode(1))
    counter.presenter.enter(text)

    assert place in counter.went


def test_a_call_slip_nobody_knows_is_refused(counter: Counter):
    counter.presenter.enter(call_code("nobody/1"))

    assert counter.sounds == ["error"]


def test_a_scanned_receipt_leads_to_its_refund(counter: Counter):
    receipt_no = sell(counter)

    counter.presenter.enter(receipt_code(receipt_no))

    assert counter.went[-1] == ("refund", receipt_no)


def test_the_sale_before_stands_where_the_next_will_be(counter: Counter):
    receipt_no = sell(counter)

    last = counter.sale.last("show_last_sale")[0]
    assert (last.receipt_no, last.pieces, last.total_minor) == (receipt_no, 1, 2_000)


def test_undo_says_what_was_taken_back(counter: Counter):
    counter.presenter.enter(barcode(2))

    counter.presenter.act_on_notice("undo")

    assert rows(counter) == ()
    assert "商品2" in counter.sale.notice


def test_undo_with_nothing_to_undo_asks_nothing(counter: Counter):
    before = len(counter.sale.said)

    counter.presenter.undo()

    assert len(counter.sale.said) == before


@pytest.mark.parametrize(("act", "quantities"), [("more", [3]), ("less", [1]), ("remove", [])])
def test_the_buttons_of_a_line_act_on_it(counter: Counter, act: str, quantities: list[int]):
    counter.presenter.enter(barcode(2), 2)

    counter.presenter.act_on_line(act, rows(counter)[0].line_id)

    assert [row.quantity for row in rows(counter)] == quantities


def test_less_of_one_removes_the_line(counter: Counter):
    counter.presenter.enter(barcode(2))

    counter.presenter.act_on_line("less", rows(counter)[0].line_id)

    assert rows(counter) == ()


def test_a_line_that_is_gone_is_not_acted_on(counter: Counter):
    counter.presenter.enter(barcode(2))
    before = len(counter.sale.said)

    counter.presenter.act_on_line("more", "99")
    counter.presenter.set_quantity("", 3)

    assert len(counter.sale.said) == before


def test_the_selected_line_is_the_one_removed(counter: Counter):
    counter.presenter.enter(barcode(1))
    counter.presenter.enter(barcode(2))
    counter.presenter.select(rows(counter)[0].line_id)

    counter.presenter.remove_selected()

    assert [row.code for row in rows(counter)] == [barcode(2)]


def test_a_held_sale_leaves_an_empty_basket_and_comes_back_by_its_slip(counter: Counter):
    counter.presenter.enter(barcode(2))
    sale_id = counter.presenter.state.basket.sale_id

    counter.presenter.hold_or_recall()
    held = counter.sale.last("show_held")
    counter.presenter.enter(hold_code(1, 1, sale_id))

    assert (held, counter.sale.last("show_held")) == ((1,), (0,))
    assert [row.code for row in rows(counter)] == [barcode(2)]


def test_holding_nothing_shows_what_is_held(counter: Counter):
    counter.presenter.hold_or_recall()

    assert ("held",) in counter.went


def test_a_cancelled_sale_comes_back_by_undo(counter: Counter):
    counter.presenter.enter(barcode(2))

    counter.presenter.cancel_sale()
    empty = rows(counter)
    counter.presenter.undo()

    assert (empty, [row.code for row in rows(counter)]) == ((), [barcode(2)])


def test_an_offered_item_is_taken_and_given_back_by_the_same_tap(counter: Counter):
    counter.presenter.attach(ANNA.member_id)

    counter.presenter.act_on_offer("2")
    taken = rows(counter)
    counter.presenter.act_on_offer("2")

    assert [row.redeemed_points for row in taken] == [2_000]
    assert [row.redeemed_points for row in rows(counter)] == [0]


def test_a_care_prompt_rings_up_its_item_or_opens_its_call(counter: Counter):
    counter.presenter.act_on_care("item:2")
    counter.presenter.act_on_care("S01/1/call1")

    assert [row.code for row in rows(counter)] == [barcode(2)]
    assert counter.went[-1] == ("call", "S01/1/call1")


def test_detaching_gives_redeemed_lines_back_to_money(counter: Counter):
    counter.presenter.attach(ANNA.member_id)
    counter.presenter.act_on_offer("2")

    counter.presenter.detach()

    assert [row.redeemed_points for row in rows(counter)] == [0]


def test_points_that_the_rules_no_longer_allow_are_said(counter: Counter):
    counter.presenter.attach(ANNA.member_id)
    counter.presenter.enter(barcode(1))
    counter.checkout.redeem_points(2_000)
    counter.presenter.start()
    counter.presenter.enter(barcode(3))

    counter.presenter.act_on_line("remove", rows(counter)[0].line_id)

    assert counter.sale.last("show_notice")[0].kind is NoticeKind.WARN


def test_a_gift_to_fetch_is_said_once_and_costs_nothing_when_scanned(counter: Counter):
    gift = Benefit(BenefitKind.GIFT, gift_item_id=3, get=1, from_minor=10_000)
    counter.till.publish(campaign(1, benefit=gift), shard="global")

    counter.presenter.enter(barcode(1))
    said = counter.sale.notice
    counter.presenter.enter(barcode(2))
    after = counter.sale.notice
    counter.presenter.enter(barcode(3))

    assert "Item 3 × 1" in said
    assert "Item 3" not in after
    assert counter.presenter.state.priced.due_minor == 12_000


def test_a_fault_is_not_shown_as_a_rule(counter: Counter):
    counter.presenter.failed(Unavailable("store.write", cause="disk"))

    assert counter.sale.last("show_notice")[0].kind is NoticeKind.BAD


def test_a_notice_in_view_is_said_again_in_the_other_language(counter: Counter):
    counter.presenter.enter(barcode(2))
    english = counter.sale.notice

    i18n.use("zh_CN")
    counter.presenter.retranslate()

    assert counter.sale.notice != english
    assert rows(counter)[0].name == "商品2"


def test_nothing_is_shown_before_the_sale_is_loaded(counter: Counter):
    slow = Counter(counter.till, Later())

    slow.presenter.retranslate()
    slow.presenter.cancel_sale()

    assert slow.sale.said == []


def test_a_payment_code_with_nothing_to_pay_is_said_and_leads_nowhere(counter: Counter):
    counter.presenter.enter("134567890123456789")

    assert "scan.payment_code" in counter.sale.notice
    assert ("payment", "scan_pay") not in counter.went


NAPPIES = PunchCard("NAPPY", "尿裤卡", "Nappy card", needed=2, items=(1,))


def test_a_full_card_is_offered_once_given_by_one_tap_and_taken_back_by_the_next(counter: Counter):
    counter.till.publish(renamed_rules(replace(PROGRAMME, punch_cards=(NAPPIES,)), "p2"), shard="global")
    until = date(2027, 1, 1)
    counter.till.grant(grant(9, ANNA, 2, asset=Asset.PUNCH, lot=lot_of("NAPPY", ANNA.member_id), expires_on=until))
    counter.presenter.start()
    counter.presenter.enter(member_code(ANNA.card_no))
    counter.presenter.enter(barcode(1), 2)
    notice = counter.sale.last("show_notice")[0]
    assert ("Nappy card" in notice.text, [act.code for act in notice.acts]) == (True, ["use_card"])
    assert "Nappy card 2/2: one free" in counter.sale.last("show_member")[0].assets

    counter.presenter.act_on_notice("use_card")

    paid, free = rows(counter)
    assert (paid.quantity, free.quantity, free.amount_minor, free.is_piece) == (1, 1, 0, True)
    assert free.tag == "Nappy card"
    counter.presenter.use_card()
    assert rows(counter)[-1].amount_minor > 0
