from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.calls import Outcome
from pos_app.domain.day_close import MAX_PIECES, count_cash, expected_cash, totals
from pos_app.domain.events import (
    BasketVoided,
    CallRecorded,
    DayOpened,
    DayTotals,
    DrawerOpened,
    MemberRegistered,
    Sale,
    SaleLine,
    TenderTotal,
)
from pos_app.domain.members import Member, Tier
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged, Refused

TODAY = date(2026, 11, 20)
PROGRAMME = Programme("p1", TODAY)
JOINED = MemberRegistered(Member("m", "", "", "", "", Tier.NORMAL, "S01", TODAY))
CALLED = CallRecorded("c", "m", Outcome.FINE, "", "", None)


def sale(
    n: int, paid: int, *tenders: Tender, redeemed: int = 0, points: int = 0, earned: int = 0, off: int = 0
) -> Sale:
    net = paid + redeemed + points
    line = SaleLine(1, 1, "", "商品", 1, net, net, redeemed, redeemed, points, points, paid, earned, ())
    return Sale(f"s{n}", f"0001-1-A1-{n:06d}", None, (line,), tenders, paid, off, (), None, (), "p1")


def cash(amount: int, change: int = 0) -> Tender:
    return Tender(TenderKind.CASH, amount, amount + change, change)


DAY = [
    (7, DayOpened(1, 50_000)),
    (8, JOINED),
    (9, sale(1, 10_003, cash(10_000, 5_000), off=-3, earned=700, points=500)),
    (10, CALLED),
    (11, DrawerOpened("change")),
    (12, BasketVoided("s9", 2, 900)),
    (13, sale(2, 5_000, Tender(TenderKind.WECHAT, 3_000, reference="w"), cash(2_000), redeemed=2_980, earned=350)),
]


def test_the_totals_of_a_day_are_its_facts_summed():
    assert totals(DAY) == DayTotals(
        seq_from=7,
        seq_to=13,
        sales=2,
        due_minor=15_003,
        rounding_minor=-3,
        tenders=(TenderTotal("cash", 2, 12_000), TenderTotal("wechat", 1, 3_000)),
        points_earned=1_050,
        points_redeemed=3_480,
        members_joined=1,
        calls_recorded=1,
        baskets_voided=1,
        drawer_openings=1,
        first_receipt_no="0001-1-A1-000001",
        last_receipt_no="0001-1-A1-000002",
        facts=(
            ("basket_voided", 1),
            ("call_recorded", 1),
            ("day_opened", 1),
            ("drawer_opened", 1),
            ("member_registered", 1),
            ("sale", 2),
        ),
    )


def test_a_day_without_a_fact_is_all_zeros():
    empty = totals([])

    assert (empty.seq_from, empty.seq_to, empty.sales, empty.tenders, empty.first_receipt_no) == (0, 0, 0, (), "")


def test_a_fact_delivered_twice_counts_once():
    assert totals(DAY + DAY[2:4]) == totals(DAY)


def test_two_facts_in_one_place_are_damage():
    with pytest.raises(Damaged) as damaged:
        totals([*DAY, (9, JOINED)])

    assert (damaged.value.code, damaged.value.facts) == ("day.facts_differ", {"seq": 9})


sales = st.builds(
    lambda n, paid, earned, points: sale(n, paid, cash(paid), earned=earned, points=points),
    st.integers(1, 999_999),
    st.integers(0, 10**6),
    st.integers(0, 10**5),
    st.integers(0, 10**5),
)
facts = st.one_of(sales, st.sampled_from([JOINED, CALLED, DrawerOpened("x"), DayOpened(1, 0)]))
logs = st.lists(facts, max_size=12).map(lambda found: list(enumerate(found, 5)))


@given(logs, st.randoms())
def test_the_order_of_delivery_changes_no_total(log, rnd):
    shuffled = list(log)
    rnd.shuffle(shuffled)

    assert totals(shuffled) == totals(log)


@given(logs)
def test_what_was_due_is_what_was_tendered(log):
    day = totals(log)

    assert sum(total.amount_minor for total in day.tenders) == day.due_minor + day.rounding_minor


def test_the_drawer_should_hold_the_float_and_the_cash_without_its_change():
    assert expected_cash(50_000, totals(DAY)) == 62_000


def test_a_blind_count_is_compared_with_the_books():
    count = count_cash({10_000: 6, 1_000: 1, 10: 98, 50: 0}, 62_000, PROGRAMME)

    assert (count.counted_minor, count.over_short_minor) == (61_980, -20)
    assert count.pieces == ((10_000, 6), (1_000, 1), (10, 98))
    assert (count.needs_reason, count.needs_manager) == (True, False)


@pytest.mark.parametrize(("pieces", "needs_manager"), [(49, False), (50, True)])
def test_a_large_difference_needs_a_manager_either_way(pieces, needs_manager):
    over = count_cash({100: 100 + pieces}, 10_000, PROGRAMME)
    short = count_cash({100: 100 - pieces}, 10_000, PROGRAMME)

    assert (over.needs_manager, short.needs_manager) == (needs_manager, needs_manager)


def test_a_count_that_agrees_needs_nobody():
    strict = Programme("p1", TODAY, over_short_manager_minor=0)

    count = count_cash({10_000: 1}, 10_000, strict)

    assert (count.needs_reason, count.needs_manager) == (False, False)


@pytest.mark.parametrize(
    ("pieces", "code", "facts"),
    [
        ({300: 1}, "count.denomination", {"value_minor": 300}),
        ({100: -1}, "count.pieces", {"value_minor": 100, "pieces": -1, "most": MAX_PIECES}),
        ({100: MAX_PIECES + 1}, "count.pieces", {"value_minor": 100, "pieces": MAX_PIECES + 1, "most": MAX_PIECES}),
    ],
)
def test_a_count_that_cannot_be_is_refused(pieces, code, facts):
    with pytest.raises(Refused) as refused:
        count_cash(pieces, 0, PROGRAMME)

    assert (refused.value.code, refused.value.facts) == (code, facts)
