"""Foreign cash: taken for what it is worth at the published rate, change in the shop's own money, and it adds up."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.foreign import ForeignRate, foreign_text, rate_text, worth
from pos_app.domain.payment import MAX_OVERPAID_MINOR, PaymentState, TenderAsked, settle, take
from pos_app.domain.posting import post
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from tests.domain.test_posting import SCENE
from tests.domain.test_receipts import line, made, pairs, sold

HKD, JPY = ForeignRate("HKD", 912_300), ForeignRate("JPY", 47_500)
SALE = replace(sold(line(1, "奶粉", 1, 15_000, 15_000)), member_id=None)
RULES = Programme("p", date(2026, 1, 1), rates=(HKD, JPY))


def notes(currency: str, given_minor: int) -> TenderAsked:
    return TenderAsked(TenderKind.FOREIGN, given_minor=given_minor, currency=currency)


def test_two_hundred_hong_kong_dollars_pay_a_hundred_and_fifty_and_change_comes_back_in_yuan():
    (tender,) = settle(15_000, [notes("HKD", 20_000)], RULES).tenders

    assert (tender.amount_minor, tender.given_minor, tender.change_minor) == (15_000, 18_240, 3_240)
    assert (tender.currency, tender.foreign_minor) == ("HKD", 20_000)


def test_a_currency_without_minor_units_counts_whole():
    assert worth(10_000, JPY, 1) == 47_500
    assert foreign_text(5_000, "JPY") == "JPY 5,000"
    assert foreign_text(20_050, "HKD") == "HKD 200.50"
    assert rate_text(HKD) == "0.9123"


def test_what_foreign_notes_do_not_cover_is_paid_otherwise():
    state = take(PaymentState(50_000), notes("HKD", 20_000), RULES)

    assert (state.owed_minor, state.change_minor) == (31_760, 0)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (notes("USD", 100), "tender.currency"),
        (notes("HKD", 0), "tender.amount"),
        (notes("HKD", 5), "tender.amount"),
        (notes("HKD", 10**10), "tender.given_implausible"),
        (notes("HKD", -1), "tender.amount"),
    ],
)
def test_notes_that_cannot_be_taken_are_refused(asked, code):
    with pytest.raises(Refused) as refused:
        take(PaymentState(15_000), asked, RULES)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "rates", [(HKD, HKD), (ForeignRate("CNY", 1_000_000),), (ForeignRate("hkd", 1),), (ForeignRate("USD", 0),)]
)
def test_rates_that_no_till_can_work_with_are_refused(rates):
    assert replace(RULES, rates=rates).problems() == ("rates",)


@given(due=st.integers(1, 10**7), given_minor=st.integers(1, 10**8), rate_e6=st.integers(1, 10**8))
def test_amount_and_change_are_the_worth_and_nothing_is_lost(due, given_minor, rate_e6):
    rules = replace(RULES, rates=(ForeignRate("HKD", rate_e6),))
    value = worth(given_minor, rules.rates[0], rules.cash_rounding_minor)
    assume(0 < value <= due + MAX_OVERPAID_MINOR)

    state = take(PaymentState(due), notes("HKD", given_minor), rules)

    (tender,) = state.tenders
    assert tender.given_minor == tender.amount_minor + tender.change_minor <= given_minor * rate_e6 // 10**6
    assert tender.change_minor % rules.cash_rounding_minor == 0
    assert sum(each.amount_minor for each in state.tenders) + state.owed_minor == due + state.rounding_minor


def test_the_drawer_lacks_the_change_that_was_given_for_notes():
    paid = settle(15_000, [notes("HKD", 20_000)], RULES)
    sale = replace(SALE, tenders=paid.tenders, rounding_minor=paid.rounding_minor)

    day = totals([(1, sale)])

    assert expected_cash(50_000, day) == 50_000 - 3_240
    assert [(each.currency, each.foreign_minor, each.worth_minor) for each in day.foreign] == [("HKD", 20_000, 18_240)]


def test_each_currency_balances_in_the_books():
    paid = settle(15_000, [notes("HKD", 30_000)], RULES)
    transfers = post(replace(SALE, tenders=paid.tenders, rounding_minor=paid.rounding_minor), SCENE)

    assert all(one.debit.ledger == one.credit.ledger for one in transfers)
    moved = {one.code: (one.debit.kind, one.credit.kind, one.amount) for one in transfers}
    assert moved["foreign_notes"] == ("tender:cash", "sales", 30_000)
    assert moved["foreign_change"] == ("tender:foreign", "tender:cash", paid.change_minor)


def test_the_receipt_says_how_much_of_which_currency_was_taken():
    paid = settle(15_000, [notes("HKD", 20_000)], RULES)

    printed = pairs(made(replace(SALE, tenders=paid.tenders)))

    assert printed["HKD 200.00"] == "182.40"
