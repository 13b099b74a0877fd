from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.payment import (
    MAX_OVERPAID_MINOR,
    MAX_TENDERS,
    PaymentState,
    TenderAsked,
    cash_due,
    quick_amounts,
    settle,
    take,
)
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused

CASH, WECHAT, CARD = TenderKind.CASH, TenderKind.WECHAT, TenderKind.CARD
TODAY = date(2026, 11, 20)
PROGRAMME = Programme("p1", TODAY)
programmes = st.builds(
    Programme, version=st.just("p1"), valid_from=st.just(TODAY), cash_rounding_minor=st.sampled_from([0, 1, 5, 10, 100])
)


def test_exact_cash_settles_the_sale():
    state = settle(107_200, [TenderAsked(CASH, given_minor=107_200)], PROGRAMME)

    assert state == PaymentState(107_200, (Tender(CASH, 107_200, 107_200, 0),), 0)


def test_a_larger_note_gives_change():
    state = settle(107_200, [TenderAsked(CASH, given_minor=110_000)], PROGRAMME)

    assert (state.change_minor, state.is_paid) == (2_800, True)


def test_cash_rounding_takes_off_what_coins_cannot_pay():
    state = settle(4_997, [TenderAsked(CASH, given_minor=5_000)], PROGRAMME)

    assert state == PaymentState(4_997, (Tender(CASH, 4_990, 5_000, 10),), -7)


def test_rounding_falls_on_the_cash_part_of_a_split_only():
    asked = [TenderAsked(WECHAT, 10_003, reference="wx1"), TenderAsked(CASH, given_minor=5_000)]

    state = settle(15_000, asked, PROGRAMME)

    assert [tender.amount_minor for tender in state.tenders] == [10_003, 4_990]
    assert (state.rounding_minor, state.change_minor) == (-7, 10)


def test_cash_that_is_not_the_last_tender_is_not_rounded():
    asked = [TenderAsked(CASH, given_minor=3_000), TenderAsked(WECHAT, 1_997, reference="wx1")]

    state = settle(4_997, asked, PROGRAMME)

    assert (state.rounding_minor, state.change_minor) == (0, 0)


def test_a_part_can_be_paid_in_cash_from_a_larger_note():
    state = take(PaymentState(50_000), TenderAsked(CASH, 10_000, 20_000), PROGRAMME)

    assert (state.owed_minor, state.change_minor) == (40_000, 10_000)


def test_cash_asked_for_the_whole_is_taken_rounded_when_nothing_else_is_said():
    state = settle(4_997, [TenderAsked(CASH, 4_997)], PROGRAMME)

    assert state.tenders == (Tender(CASH, 4_990, 4_990, 0),)


def test_a_rest_smaller_than_any_coin_is_rounded_off_wholly():
    state = settle(7, [TenderAsked(CASH)], PROGRAMME)

    assert (state.tenders, state.rounding_minor) == ((Tender(CASH, 0, 0, 0),), -7)


def test_a_sale_paid_with_points_alone_needs_no_tender():
    assert settle(0, [], PROGRAMME).is_paid


def test_the_reference_is_kept_without_stray_spaces():
    state = take(PaymentState(100), TenderAsked(CARD, 100, reference="  POS  00017 "), PROGRAMME)

    assert state.tenders == (Tender(CARD, 100, reference="POS 00017"),)


@pytest.mark.parametrize(
    ("owed", "asked", "code", "facts"),
    [
        (100, TenderAsked(WECHAT, 101, reference="x"), "tender.too_much", {"amount_minor": 101, "owed_minor": 100}),
        (100, TenderAsked(CASH, 101), "tender.too_much", {"amount_minor": 101, "owed_minor": 100}),
        (100, TenderAsked(WECHAT, 100), "tender.needs_reference", {"kind": "wechat"}),
        (100, TenderAsked(WECHAT, 100, reference=" \t"), "tender.needs_reference", {"kind": "wechat"}),
        (100, TenderAsked(WECHAT, 100, reference="x" * 65), "tender.reference_long", {"most": 64}),
        (100, TenderAsked(WECHAT, 100, reference="134567890123456789"), "tender.reference_is_payment_code", {}),
        (100, TenderAsked(WECHAT, 0, reference="x"), "tender.amount", {"amount_minor": 0}),
        (100, TenderAsked(CARD, -5, reference="x"), "tender.amount", {"amount_minor": -5}),
        (100, TenderAsked(CASH, 0, -5), "tender.amount", {"amount_minor": -5}),
        (100, TenderAsked(CASH), "tender.amount", {"amount_minor": 0}),
        (100, TenderAsked(CASH, 100, 50), "tender.given_short", {"amount_minor": 100, "given_minor": 50}),
        (0, TenderAsked(CASH, 0, 100), "tender.nothing_owed", {}),
        (
            100,
            TenderAsked(CASH, given_minor=6_901_234_567_892),
            "tender.given_implausible",
            {"given_minor": 6_901_234_567_892, "owed_minor": 100},
        ),
    ],
)
def test_a_tender_that_cannot_be_is_refused_with_its_facts(owed, asked, code, facts):
    with pytest.raises(Refused) as refused:
        take(PaymentState(owed), asked, PROGRAMME)

    assert (refused.value.code, refused.value.facts) == (code, facts)


def test_a_payment_code_is_not_even_in_the_error():
    with pytest.raises(Refused) as refused:
        take(PaymentState(100), TenderAsked(WECHAT, 100, reference="134567890123456789"), PROGRAMME)

    assert "134567890123456789" not in repr(refused.value)


def test_too_many_tenders_are_refused():
    asked = [TenderAsked(CASH, given_minor=10)] * MAX_TENDERS

    with pytest.raises(Refused, match=r"tender\.too_many"):
        settle(1_000, [*asked, TenderAsked(CASH, given_minor=800)], PROGRAMME)


def test_a_sale_that_is_not_paid_is_not_settled():
    with pytest.raises(Refused) as refused:
        settle(1_000, [TenderAsked(CASH, given_minor=400)], PROGRAMME)

    assert (refused.value.code, refused.value.facts) == ("tender.short", {"owed_minor": 600})


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        (107_200, (107_200, 108_000, 110_000, 120_000)),
        (3_850, (3_850, 4_000, 5_000, 10_000)),
        (323, (320, 500, 1_000, 2_000)),
        (10_000, (10_000, 20_000, 50_000, 100_000)),
        (9_990, (9_990, 10_000, 20_000, 50_000)),
        (1_000_000, (1_000_000, 2_000_000, 5_000_000, 10_000_000)),
        (7, ()),
        (0, ()),
    ],
)
def test_quick_amounts_are_exact_and_three_that_people_hand_over(owed, expected):
    assert quick_amounts(owed, PROGRAMME) == expected


@given(st.integers(1, 10**9), programmes)
def test_quick_amounts_rise_and_each_settles_the_sale(owed, programme):
    amounts = quick_amounts(owed, programme)

    assert list(amounts) == sorted(set(amounts))
    for amount in amounts:
        if amount <= owed + MAX_OVERPAID_MINOR:
            assert settle(owed, [TenderAsked(CASH, given_minor=amount)], programme).is_paid


asked_tenders = st.builds(
    TenderAsked, st.sampled_from(TenderKind), st.integers(-1, 30_000), st.integers(-1, 60_000), st.just("ref")
)


@given(st.integers(0, 50_000), st.lists(asked_tenders, max_size=10), programmes)
def test_money_is_conserved_through_any_tenders(due_minor, asked, programme):
    state = PaymentState(due_minor)
    for tender in asked:
        try:
            state = take(state, tender, programme)
        except Refused:
            continue

        assert state.owed_minor >= 0
        assert sum(part.amount_minor for part in state.tenders) + state.owed_minor == due_minor + state.rounding_minor
        cash = [part for part in state.tenders if part.kind == CASH]
        assert all(part.given_minor - part.change_minor == part.amount_minor for part in cash)
        assert all(part.change_minor == 0 for part in state.tenders if part.kind != CASH)
        assert min((min(part.amount_minor, part.change_minor) for part in state.tenders), default=0) >= 0
        assert -max(1, programme.cash_rounding_minor) < state.rounding_minor <= 0
        assert state.rounding_minor == 0 or (cash and state.is_paid)


@given(st.integers(0, 10**8), programmes)
def test_cash_never_pays_more_than_is_owed(owed, programme):
    due = cash_due(owed, programme)

    assert owed - max(1, programme.cash_rounding_minor) < due <= owed
