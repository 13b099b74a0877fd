from dataclasses import replace

import pytest

from pos_app.domain.basket import Reduction
from pos_app.domain.codes import gtin_check_digit
from pos_app.domain.events import Overridden
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.hand_prices import HandPrice
from pos_app.services.overrides import Override
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, item

BY_MANAGER = Override("E2", "2222", "破损")


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value


def approvals(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Overridden)]


def test_within_the_limit_a_line_is_lowered_at_once(checkout, till):
    checkout.add_item(1)

    state = checkout.reduce_line(1, Reduction(bp=1_000, reason="老客"))

    assert state.basket.line(1).reduction == Reduction(bp=1_000, reason="老客")
    assert (state.undo.code, state.undo.amount) == ("line_reduced", 1_000)
    assert approvals(till) == []


def test_beyond_the_limit_it_needs_an_approval_which_the_line_remembers(checkout, till):
    checkout.add_item(1)
    wanted = Reduction(bp=3_000, reason="破损")

    error = refusal(checkout.reduce_line, 1, wanted)
    state = checkout.reduce_line(1, wanted, override=BY_MANAGER)

    assert (error.code, error.facts["amount_minor"]) == ("override.needed", 3_000)
    assert state.basket.line(1).reduction == replace(wanted, approved_by="赵强")
    assert approvals(till) == [Overridden("discount_line", "商品1", "破损", "E2", 3_000, "赵强")]


def test_an_amount_is_judged_by_its_share(checkout):
    checkout.add_item(1)

    assert refusal(checkout.reduce_line, 1, Reduction(minor=1_001, reason="老客")).code == "override.needed"
    assert checkout.reduce_line(1, Reduction(minor=1_000, reason="老客")).basket.line(1).is_by_hand


def test_a_price_by_hand_is_the_managers(checkout, till):
    checkout.add_item(1)

    assert refusal(checkout.set_price, 1, 9_990, "破损").code == "override.needed"
    line = checkout.set_price(1, 9_000, "破损", override=BY_MANAGER).basket.line(1)

    assert (line.asked_minor, line.asked_reason, line.asked_approved_by) == (9_000, "破损", "赵强")
    assert approvals(till) == [Overridden("set_price", "商品1", "破损", "E2", 1_000, "赵强")]


def test_nothing_is_changed_by_hand_without_a_reason(checkout):
    checkout.add_item(1)

    for work in (
        lambda: checkout.reduce_line(1, Reduction(bp=500)),
        lambda: checkout.reduce_order(Reduction(bp=500, reason="  ")),
        lambda: checkout.set_price(1, 9_000, "", override=BY_MANAGER),
    ):
        assert refusal(work).code == "reduction.needs_reason"


def test_what_was_changed_by_hand_is_taken_back_by_undo_and_by_hand(checkout):
    checkout.add_item(1)
    plain = checkout.state().basket
    checkout.reduce_line(1, Reduction(bp=500, reason="老客"))
    checkout.reduce_order(Reduction(bp=500, reason="老客"))

    assert checkout.undo().basket.reduction is None
    assert checkout.reduce_line(1, None).basket == plain


def test_what_is_approved_for_the_order_is_an_amount(checkout, till):
    checkout.add_item(1)

    state = checkout.reduce_order(Reduction(bp=2_000, reason="团购"), override=BY_MANAGER)

    assert state.basket.reduction == Reduction(minor=2_000, reason="团购", approved_by="赵强", most_bp=2_000)
    assert checkout.add_item(2).basket.reduction.minor == 2_000
    assert [fact.amount_minor for fact in approvals(till)] == [2_000]


def test_an_amount_that_nobody_approved_goes_when_the_order_is_too_small_for_it(checkout):
    checkout.add_item(1)
    checkout.add_item(2)
    checkout.reduce_order(Reduction(minor=600, reason="老客"))

    state = checkout.remove_line(2)

    assert (state.basket.reduction, state.reduction_dropped) == (None, True)


def test_a_share_of_the_order_stays_whatever_is_rung_up(checkout):
    checkout.add_item(1)
    checkout.reduce_order(Reduction(bp=500, reason="老客"))

    state = checkout.add_item(2)

    assert (state.basket.reduction, state.reduction_dropped) == (Reduction(bp=500, reason="老客"), False)


def test_the_effect_is_told_before_anything_is_changed(checkout):
    checkout.add_item(1, 2)

    within = checkout.effect(HandPrice(1, reduction=Reduction(bp=1_000)))
    beyond = checkout.effect(HandPrice(1, asked_minor=5_000))

    assert (within.before_minor, within.after_minor, within.needs_approval) == (20_000, 18_000, False)
    assert (beyond.before_minor, beyond.after_minor, beyond.needs_approval) == (20_000, 10_000, True)
    assert not checkout.state().basket.line(1).is_by_hand


def test_notes_are_kept_beside_the_line_and_on_the_order(checkout):
    checkout.add_item(1)
    checkout.note_line(1, "要礼盒")
    state = checkout.note_order("下午来取", prints_notes=True)

    assert (state.basket.line(1).note, state.basket.note, state.basket.prints_notes) == ("要礼盒", "下午来取", True)
    assert checkout.undo().basket.note == ""


def labelled(body: str) -> str:
    return f"{body}{gtin_check_digit(body)}"


@pytest.fixture
def fruit(till):
    """Apples at ¥39.80 a kg, labelled by weight or by price."""
    apples = item(9, 3_980, weighed=True, barcode=labelled("211234500000"))
    pears = item(10, 2_980, weighed=True, barcode=labelled("221234500000"))
    till.publish(apples, pears)
    return apples


def test_a_weighed_piece_rings_up_by_its_label_and_never_twice_on_one_line(checkout, fruit):
    checkout.scan(labelled("211234500560"))
    lines = checkout.scan(labelled("211234500560")).state.basket.lines

    assert [(line.quantity, line.weight_g, line.list_minor) for line in lines] == [(1, 560, 2_229)] * 2


def test_a_priced_label_counts_as_it_says(checkout, fruit):
    line = checkout.scan(labelled("221234501990")).state.basket.line(1)

    assert (line.quantity, line.label_minor, line.list_minor) == (1, 1_990, 1_990)


def test_a_label_is_one_piece_and_its_item_needs_a_label(checkout, fruit):
    assert refusal(checkout.scan, labelled("211234500560"), 3).code == "basket.one_piece"
    assert refusal(checkout.scan, labelled("211234500000")).code == "label.empty"
    assert refusal(checkout.add_item, 9).code == "item.needs_weight"
    assert refusal(checkout.scan, labelled("219999900560")).code == "scan.unknown_item"


def test_what_was_approved_for_the_order_does_not_outlive_the_goods_in_it(checkout, till):
    checkout.add_item(1, 4)
    checkout.add_item(2)
    whole = checkout.reduce_order(Reduction(bp=2_000, reason="团购"), override=BY_MANAGER).priced

    rest = checkout.remove_line(1).priced
    again = checkout.undo().priced

    assert (whole.by_hand_minor, rest.by_hand_minor) == (whole.list_minor // 5, rest.list_minor // 5)
    assert again == whole


def test_a_share_that_a_manager_took_off_alone_is_not_the_cashiers_to_go_on_with(checkout, till):
    till.session.staff = MANAGER
    checkout.add_item(1)
    checkout.reduce_order(Reduction(bp=3_000, reason="团购"))
    till.session.staff = CASHIER

    state = checkout.add_item(1, 99)

    assert (state.basket.reduction, state.reduction_dropped) == (None, True)
