from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.stored_value import TopUpRule, ValueOrder, ValueParts, missing, shared

MONEY = st.integers(0, 1_000_000)
ORDERS = st.sampled_from(ValueOrder)


@st.composite
def held(draw):
    """What is here, and what the member has in all."""
    here = ValueParts(draw(MONEY), draw(MONEY))
    return here, ValueParts(here.value + draw(MONEY), here.gift + draw(MONEY))


@given(held(), ORDERS, st.data())
def test_a_payment_is_shared_out_whole_and_takes_no_more_of_a_part_than_is_here(parts, order, data):
    here, whole = parts
    amount = data.draw(st.integers(0, here.total))

    taken = shared(amount, here, whole, order)

    assert taken.total == amount
    assert 0 <= taken.value <= here.value
    assert 0 <= taken.gift <= here.gift


@given(held(), ORDERS, st.data())
def test_what_is_missing_makes_the_payment_possible_and_is_there_to_be_asked_for(parts, order, data):
    here, whole = parts
    if whole.total == here.total:
        return
    amount = data.draw(st.integers(here.total + 1, whole.total))

    asked = missing(amount, here, whole, order)

    assert asked.total == amount - here.total
    assert 0 <= asked.value <= whole.value - here.value
    assert 0 <= asked.gift <= whole.gift - here.gift


def test_in_proportion_both_parts_shrink_together():
    whole = ValueParts(50_000, 5_000)

    assert shared(11_000, whole, whole, ValueOrder.PROPORTIONAL) == ValueParts(10_000, 1_000)
    assert shared(100, whole, whole, ValueOrder.PROPORTIONAL) == ValueParts(91, 9)  # 90.9 and 9.1


def test_bought_or_given_first():
    whole = ValueParts(50_000, 5_000)

    assert shared(11_000, whole, whole, ValueOrder.VALUE_FIRST) == ValueParts(11_000, 0)
    assert shared(11_000, whole, whole, ValueOrder.GIFT_FIRST) == ValueParts(6_000, 5_000)


def test_where_one_part_is_not_all_here_the_other_pays_the_difference():
    here, whole = ValueParts(1_000, 5_000), ValueParts(50_000, 5_000)

    assert shared(5_500, here, whole, ValueOrder.PROPORTIONAL) == ValueParts(1_000, 4_500)


RULE = TopUpRule("R500", 50_000, 5_000)


@pytest.mark.parametrize("change", [{}, {"amount_minor": 1}, {"gift_minor": 0}, {"months": 1}, {"months": 60}])
def test_a_top_up_that_can_be_sold(change):
    assert replace(RULE, **change).is_sound()


@pytest.mark.parametrize(
    "change", [{"rule_id": ""}, {"amount_minor": 0}, {"gift_minor": -1}, {"months": 0}, {"months": 61}]
)
def test_a_top_up_for_nothing_or_with_a_gift_without_end_is_not_sold(change):
    assert not replace(RULE, **change).is_sound()
