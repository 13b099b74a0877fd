from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.calls import Bought, Call, CallState, Outcome
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import CallCode, parse
from pos_app.domain.followups import FURTHEST, Standing, after_outcome, due_calls, standing
from pos_app.domain.ids import Origin
from pos_app.domain.members import Consent, Member, Purpose, Tier
from pos_app.domain.pricing import price
from pos_app.domain.programme import Programme
from pos_app.errors import Refused

TODAY = date(2026, 11, 20)
PROGRAMME = Programme("p1", TODAY)
ORIGIN = Origin("S01-1", "1.1", 7)
YES = Consent(Purpose.CALL, True, "v3", 1, "u1", "screen")
MEMBER = Member("m1", "", "+8613800006627", "陈雨婷", "CYT", Tier.GOLD, "S01", TODAY, consents=(YES,))
CALL = Call("c1", "C1", "m1", "S01", TODAY, TODAY + timedelta(3), (Bought(1, "益生菌", 1, "probiotic"),))


def item(item_id: int, advice: str = "") -> Item:
    return Item(item_id, "", f"商品{item_id}", "", "", "", "", "", 1_000, advice=advice)


def lines(*rung: BasketLine):
    return price(Basket("s", rung, "m1"), PROGRAMME, Tier.GOLD).lines


def test_a_sale_makes_one_call_for_all_items_with_advice():
    sold = lines(
        BasketLine(1, item(1, "formula"), 2),
        BasketLine(2, item(2)),
        BasketLine(3, item(3, "cereal"), 1, redeemed=True),
        BasketLine(4, item(1, "formula"), 1, redeemed=True),
    )

    (call,) = due_calls(sold, MEMBER, PROGRAMME, ORIGIN, "S01", TODAY)

    assert call.call_id == "S01-1/1.1/7/call1"
    assert parse(call.code) == CallCode(call.code)
    assert call.due_on == date(2026, 11, 23)
    assert call.bought == (Bought(1, "商品1", 3, "formula"), Bought(3, "商品3", 1, "cereal"))


def test_the_same_sale_makes_the_same_call_again():
    sold = lines(BasketLine(1, item(1, "formula")))

    first, second = (due_calls(sold, MEMBER, PROGRAMME, ORIGIN, "S01", TODAY) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    "member",
    [None, replace(MEMBER, consents=()), replace(MEMBER, consents=(YES, replace(YES, granted=False, at_ms=2)))],
)
def test_nobody_is_called_without_consent(member):
    assert due_calls(lines(BasketLine(1, item(1, "formula"))), member, PROGRAMME, ORIGIN, "S01", TODAY) == ()


def test_items_without_advice_make_no_call():
    assert due_calls(lines(BasketLine(1, item(1))), MEMBER, PROGRAMME, ORIGIN, "S01", TODAY) == ()


@pytest.mark.parametrize(
    ("days_after_purchase", "expected"),
    [
        (2, Standing.UPCOMING),
        (3, Standing.DUE),
        (4, Standing.OVERDUE),
        (7, Standing.OVERDUE),
        (8, Standing.DROPPED),
    ],
)
def test_a_call_is_due_on_day_three_overdue_from_day_four_and_dropped_after_day_seven(days_after_purchase, expected):
    assert standing(CALL, TODAY + timedelta(days_after_purchase), PROGRAMME) == expected


@pytest.mark.parametrize(
    ("state", "expected"), [(CallState.DONE, Standing.DONE), (CallState.DROPPED, Standing.DROPPED)]
)
def test_a_call_that_is_over_stays_where_it_is(state, expected):
    assert standing(replace(CALL, state=state), TODAY + timedelta(3), PROGRAMME) == expected


@pytest.mark.parametrize("outcome", [Outcome.FINE, Outcome.WANTS_MORE, Outcome.DO_NOT_CALL])
def test_a_final_outcome_ends_the_call(outcome):
    after = after_outcome(CALL, outcome, TODAY, PROGRAMME)

    assert (after.state, after.outcome, after.attempts, after.version) == (CallState.DONE, outcome, 1, 2)


def test_a_problem_stays_open_until_it_ends_well():
    open_case = after_outcome(CALL, Outcome.PROBLEM, TODAY, PROGRAMME)
    closed = after_outcome(open_case, Outcome.FINE, open_case.due_on, PROGRAMME)

    assert (open_case.state, open_case.due_on) == (CallState.DUE, TODAY + timedelta(1))
    assert closed.state is CallState.DONE


def test_nobody_answering_is_tried_three_times_in_all():
    first = after_outcome(CALL, Outcome.NO_ANSWER, TODAY, PROGRAMME)
    second = after_outcome(first, Outcome.NO_ANSWER, first.due_on, PROGRAMME)
    third = after_outcome(second, Outcome.NO_ANSWER, second.due_on, PROGRAMME)

    assert [call.state for call in (first, second, third)] == [CallState.DUE, CallState.DUE, CallState.DROPPED]
    assert [call.due_on for call in (first, second)] == [TODAY + timedelta(1), TODAY + timedelta(2)]


def test_a_call_for_another_day_is_due_on_that_day():
    after = after_outcome(CALL, Outcome.LATER, TODAY, PROGRAMME, TODAY + timedelta(9))

    assert standing(after, TODAY + timedelta(9), PROGRAMME) == Standing.DUE


@pytest.mark.parametrize(
    ("later_on", "code", "facts"),
    [
        (None, "call.later_needs_date", {}),
        (TODAY, "call.later_past", {"earliest": TODAY + timedelta(1)}),
        (TODAY + FURTHEST + timedelta(1), "call.later_too_far", {"latest": TODAY + FURTHEST}),
    ],
)
def test_a_call_for_another_day_needs_a_possible_day(later_on, code, facts):
    with pytest.raises(Refused) as refused:
        after_outcome(CALL, Outcome.LATER, TODAY, PROGRAMME, later_on)

    assert (refused.value.code, refused.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (replace(CALL, state=CallState.DONE, outcome=Outcome.FINE), "fine"),
        (replace(CALL, state=CallState.DROPPED), ""),
    ],
)
def test_a_call_that_is_over_takes_no_further_outcome(call, outcome):
    with pytest.raises(Refused) as refused:
        after_outcome(call, Outcome.FINE, TODAY, PROGRAMME)

    assert (refused.value.code, refused.value.facts) == ("call.settled", {"outcome": outcome})


@given(st.lists(st.sampled_from(Outcome), min_size=1, max_size=20))
def test_any_run_of_outcomes_counts_every_attempt_and_never_goes_back_in_time(outcomes):
    call, today = CALL, CALL.due_on
    for number, outcome in enumerate(outcomes, 1):
        call = after_outcome(call, outcome, today, PROGRAMME, today + timedelta(2))

        assert (call.attempts, call.version) == (number, number + 1)
        assert call.due_on > today or call.state is not CallState.DUE
        if call.state is not CallState.DUE:
            break
        today = call.due_on
