"""Refunds of top-ups: principal for principal, gift never money, and all parts of a top-up come to what it was."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import ToppedUp, TopUpRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import NO_END
from pos_app.domain.stored_value import SpentGift, TopUpRule, ValueParts, gift_parts
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.topup_refunds import gift_of, left_of, work_out
from pos_app.errors import Refused

TODAY = date(2026, 11, 22)
RULES = Programme(version="p1", valid_from=date(2026, 1, 1))
CARD = (Tender(TenderKind.CARD, 50_000, reference="POS 1"),)
CASH = (Tender(TenderKind.CASH, 50_000, given_minor=50_000),)


def topup(paid=50_000, gift=5_000, months=1, tenders=CASH) -> ToppedUp:
    parts = gift_parts(TopUpRule("T", paid, gift, months), TODAY)
    now = sum(part.amount_minor for part in parts if part.due_on <= TODAY)
    granted = [Grant("g1", "m1", Asset.VALUE, paid, NO_END)]
    granted += [Grant("g2", "m1", Asset.GIFT, now, TODAY + timedelta(days=365))] if now else []
    later = tuple(part for part in parts if part.due_on > TODAY)
    return ToppedUp("t1", "T1", "m1", "T@p1", tenders, paid, tuple(granted), later)


def back(of, quote, n=1) -> TopUpRefunded:
    return TopUpRefunded(
        f"r{n}",
        f"TR{n}",
        of.topup_id,
        Origin("T1", "1.1", 1),
        of.member_id,
        quote.tenders,
        quote.principal_minor,
        (),
        quote.cancelled,
        "reason",
        quote.deducted_minor,
        quote.is_undo,
    )


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def test_on_its_own_day_all_of_it_is_undone():
    quote = work_out(topup(), (), ValueParts(50_000, 5_000), RULES, TODAY, is_same_day=True)

    assert (quote.principal_minor, quote.gift_minor, quote.given_minor, quote.is_undo) == (50_000, 5_000, 50_000, True)


def test_what_was_spent_stays_spent_and_the_rest_takes_its_share_of_the_gift_along():
    quote = work_out(topup(), (), ValueParts(20_000, 2_000), RULES, TODAY, is_same_day=True)

    assert (quote.principal_minor, quote.gift_minor, quote.deducted_minor, quote.is_undo) == (20_000, 2_000, 0, False)


@pytest.mark.parametrize(
    ("rule", "deducted", "forgiven"), [(SpentGift.DEDUCT, 4_000, 0), (SpentGift.FORGIVE, 0, 4_000)]
)
def test_a_gift_that_was_spent_costs_money_or_nothing_as_the_rule_says(rule, deducted, forgiven):
    quote = work_out(topup(), (), ValueParts(50_000, 1_000), replace(RULES, spent_gift=rule), TODAY)

    assert (quote.gift_minor, quote.deducted_minor, quote.forgiven_minor) == (1_000, deducted, forgiven)
    assert quote.given_minor == 50_000 - deducted


def test_of_a_gift_by_the_month_the_last_parts_are_cancelled_first():
    of = topup(60_000, 6_000, months=6, tenders=(Tender(TenderKind.CASH, 60_000, given_minor=60_000),))
    later = of.later

    half = work_out(of, (), ValueParts(30_000, 1_000), RULES, TODAY)

    assert half.cancelled == (later[4], later[3], later[2])
    assert (half.gift_minor, half.deducted_minor) == (0, 0)
    rest = work_out(of, (back(of, half),), ValueParts(30_000, 1_000), RULES, TODAY)
    assert (rest.cancelled, rest.gift_minor, rest.deducted_minor) == ((later[1], later[0]), 1_000, 0)


def test_money_goes_back_to_where_it_came_from_and_what_cash_cannot_pay_stays_on_the_card():
    tenders = (Tender(TenderKind.CASH, 20_000, given_minor=20_000), Tender(TenderKind.CARD, 30_000, reference="POS 1"))
    of = topup(gift=0, tenders=tenders)

    quote = work_out(of, (), ValueParts(35_007, 0), RULES, TODAY)

    assert [(one.kind, one.amount_minor) for one in quote.tenders] == [
        (TenderKind.CARD, 30_000),
        (TenderKind.CASH, 5_000),
    ]
    assert quote.principal_minor == 35_000
    assert quote.tenders[0].reference == "POS 1"


def test_foreign_cash_comes_back_in_the_shops_own_money():
    notes = (Tender(TenderKind.FOREIGN, 50_000, 50_000, currency="HKD", foreign_minor=55_000),)

    quote = work_out(topup(tenders=notes), (), ValueParts(50_000, 5_000), RULES, TODAY)

    assert quote.tenders == (Tender(TenderKind.CASH, 50_000, given_minor=50_000),)


def test_cash_for_a_card_is_given_only_where_the_rules_allow_it():
    of, have = topup(tenders=CARD), ValueParts(50_000, 5_000)

    assert refusal(work_out, of, (), have, RULES, TODAY, in_cash=True) == "refund.not_in_cash"
    quote = work_out(of, (), have, replace(RULES, refund_in_cash=True), TODAY, in_cash=True)
    assert quote.tenders == (Tender(TenderKind.CASH, 50_000, given_minor=50_000),)


def test_nothing_comes_back_twice_and_gifts_are_no_money():
    of = topup()
    whole = back(of, work_out(of, (), ValueParts(50_000, 5_000), RULES, TODAY))

    assert refusal(work_out, of, (whole,), ValueParts(90_000, 0), RULES, TODAY) == "topup.all_back"
    assert refusal(work_out, of, (), ValueParts(0, 5_000), RULES, TODAY) == "topup.all_spent"
    assert refusal(work_out, of, (), ValueParts(9, 5_000), RULES, TODAY) == "topup.all_spent"


ways = st.sampled_from(
    [CASH, CARD, (Tender(TenderKind.CARD, 20_000, reference="a"), Tender(TenderKind.CASH, 30_000, 30_000))]
)


@given(
    gift=st.integers(0, 60_000),
    months=st.integers(1, 12),
    tenders=ways,
    rule=st.sampled_from(SpentGift),
    turns=st.lists(
        st.tuples(st.integers(0, 60_000), st.integers(0, 6_000), st.integers(0, 200), st.booleans()), max_size=5
    ),
)
def test_a_top_up_and_its_refunds_come_to_what_was_kept(gift, months, tenders, rule, turns):
    of = topup(50_000, gift, months, tenders)
    rules = replace(RULES, spent_gift=rule, refund_in_cash=True)
    done: tuple[TopUpRefunded, ...] = ()
    gone_gift = 0
    for n, (value, held_gift, days, in_cash) in enumerate(turns):
        have, today = ValueParts(value, held_gift), TODAY + timedelta(days=days)
        try:
            quote = work_out(of, done, have, rules, today, in_cash=in_cash)
        except Refused:
            continue
        done = (*done, back(of, quote, n))
        gone = quote.gift_minor + sum(part.amount_minor for part in quote.cancelled)
        gone_gift += gone + quote.deducted_minor + quote.forgiven_minor
        assert quote.principal_minor <= value
        assert quote.gift_minor <= held_gift
        assert quote.given_minor == quote.principal_minor - quote.deducted_minor >= 0
        assert quote.cash_minor % rules.cash_rounding_minor == 0
        assert all(part.due_on > today for part in quote.cancelled)
    kept = left_of(of, done)
    assert 0 <= kept == of.paid_minor - sum(fact.principal_minor for fact in done)
    if done:
        assert gone_gift <= gift_of(of)
        assert kept or gone_gift == gift_of(of)
    for part in of.later:
        assert (
            sum(one.amount_minor for fact in done for one in fact.cancelled if one.due_on == part.due_on)
            <= part.amount_minor
        )
    for paid in tenders:
        sent = [
            one for fact in done for one in fact.tenders if one.reference == paid.reference and one.kind is paid.kind
        ]
        assert paid.kind is TenderKind.CASH or sum(one.amount_minor for one in sent) <= paid.amount_minor
