from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.calls import Outcome
from pos_app.domain.cash import CashKind
from pos_app.domain.day_close import (
    MAX_PIECES,
    check_tenders,
    contradictions,
    count_cash,
    expected_cash,
    totals,
)
from pos_app.domain.day_proof import proof, unproven
from pos_app.domain.events import (
    BasketVoided,
    CallRecorded,
    CashMoved,
    DayClosed,
    DayOpened,
    DayTotals,
    DrawerOpened,
    MemberRegistered,
    Sale,
    SaleLine,
    ShiftHandedOver,
    TenderCheck,
    TenderTotal,
)
from pos_app.domain.members import Member, Tier
from pos_app.domain.price_steps import PriceStep
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


# ---- days of several shifts

FLOAT = 50_000
moves = st.builds(CashMoved, st.sampled_from(CashKind), st.integers(1, 10**6), st.just("x"), st.just(1))
shifts = st.lists(
    st.tuples(st.lists(st.one_of(facts, moves).filter(lambda fact: not isinstance(fact, DayOpened)), max_size=6),
              st.integers(-500, 500)),
    min_size=1,
    max_size=4,
)  # fmt: skip


def numbered(fact, n):
    """Give the sales of a day running numbers."""
    return replace(fact, receipt_no=f"0001-1-A1-{n:06d}") if isinstance(fact, Sale) else fact


def day_of(plan):
    """Return the log of a day with these shifts, each counted so much over or short, and its close."""
    log = [(5, DayOpened(1, FLOAT))]
    cash, begin = FLOAT, 5
    for shift_no, (said, off) in enumerate(plan, 1):
        log += [(seq, numbered(fact, seq)) for seq, fact in enumerate(said, log[-1][0] + 1)]
        mine = totals(each for each in log if each[0] >= begin)
        expected = expected_cash(cash, mine)
        counted = max(0, expected + off)
        pieces = ((1, counted),)
        handed = ShiftHandedOver(shift_no, mine, cash, expected, counted, pieces, counted - expected, "", "")
        begin = log[-1][0] + 1
        log.append((begin, handed))
        cash = counted
    log.pop()
    day = totals(log)
    frame = (handed.expected_cash_minor, handed.counted_cash_minor, handed.counted, handed.over_short_minor, "", "")
    closed = DayClosed(1, len(plan), day, FLOAT, *frame, "")
    return log, replace(closed, proof=proof(log, day, closed))


def without_gaps(plan):
    return all(not isinstance(fact, Sale) for said, _ in plan for fact in said)


@given(shifts)
def test_the_day_expects_the_cash_that_its_last_shift_expects(plan):
    log, closed = day_of(plan)

    assert closed.expected_cash_minor == expected_cash(FLOAT, closed.totals)
    handed = [fact.over_short_minor for _, fact in log if isinstance(fact, ShiftHandedOver)]
    assert closed.totals.handed_over_short_minor == sum(handed)
    assert [
        part for part in contradictions(closed, log[0][1], log, closed.totals, 0) if part != "receipt numbers"
    ] == []


@given(shifts)
def test_the_shifts_sum_to_the_day(plan):
    log, closed = day_of(plan)
    begins = [seq for seq, fact in log if isinstance(fact, DayOpened | ShiftHandedOver)]
    parts = [
        totals(each for each in log if begin <= each[0] < end)
        for begin, end in zip(begins, [*begins[1:], log[-1][0] + 1], strict=True)
    ]

    for figure in ("sales", "due_minor", "rounding_minor", "points_earned", "points_redeemed", "drawer_openings"):
        assert sum(getattr(part, figure) for part in parts) == getattr(closed.totals, figure)
    assert sum(count for part in parts for _, count in part.facts) == sum(count for _, count in closed.totals.facts)


@given(shifts, st.data())
def test_a_shift_that_says_another_figure_contradicts_its_day(plan, data):
    log, closed = day_of([([], 0), *plan])
    seq, handed = data.draw(st.sampled_from([each for each in log if isinstance(each[1], ShiftHandedOver)]))
    part = data.draw(st.sampled_from(["shift_no", "float_minor", "expected_cash_minor", "counted_cash_minor"]))
    false = replace(handed, **{part: getattr(handed, part) + 1})
    told = [(place, false if place == seq else fact) for place, fact in log]

    wrong = contradictions(closed, log[0][1], told, closed.totals, 0)

    assert any(part.startswith("shift ") for part in wrong)


# ---- the proof


@given(shifts.filter(without_gaps))
def test_a_day_that_is_right_proves_itself(plan):
    _log, closed = day_of(plan)

    assert unproven(closed.proof) == ()
    assert closed.proof[0].difference == closed.over_short_minor


SOUND = [(5, DayOpened(1, FLOAT)), (6, sale(1, 1_000, cash(1_000), earned=7)), (7, sale(2, 500, cash(500, 20)))]


def proven(log, day):
    frame = DayClosed(1, 1, day, FLOAT, 0, 0, (), 0, "", "", "")
    return {line.code: line.difference for line in unproven(proof(log, day, frame))}


def test_points_that_were_shown_and_not_granted_are_where_it_differs():
    assert proven(SOUND, totals(SOUND)) == {"points_earned": -7}, "a sale to nobody earns nothing"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"due_minor": 1_600}, {"tenders": -100, "goods": 100, "shifts": -100}),
        ({"last_receipt_no": "0001-1-A1-000003"}, {"receipts": -1}),
        ({"seq_to": 9}, {"records": -2}),
        ({"refunded_minor": 10}, {"refunds": -10}),
        ({"points_taken_back": 3}, {"points_taken_back": -3}),
    ],
)
def test_whatever_is_stated_wrongly_is_said_with_its_difference(change, found):
    plain = [SOUND[0], (6, sale(1, 1_000, cash(1_000))), SOUND[2]]

    assert proven(plain, replace(totals(plain), **change)) == found


def test_discounts_are_told_by_the_kind_of_their_rule_and_explain_the_list_price():
    steps = tuple(
        PriceStep(rule, minor)
        for rule, minor in [
            ("member_price@p1", 50), ("tier_gold@p1", 20), ("nov_3for2@7", 30), ("price_by_hand@p1", -5),
            ("reduction_by_hand@p1", 3), ("order_reduction_by_hand@p1", 2),
        ]
    )  # fmt: skip
    plain = sale(1, 900, cash(900))
    sold = replace(plain, lines=(replace(plain.lines[0], list_minor=1_000, steps=steps),))
    day = totals([SOUND[0], (6, sold)])

    assert day.discounts == (
        TenderTotal("member_price", 1, 50),
        TenderTotal("tier", 1, 20),
        TenderTotal("campaign", 1, 30),
        TenderTotal("manual", 3, 0),
    )
    assert proven([SOUND[0], (6, sold)], day) == {}
    assert proven([SOUND[0], (6, sold)], replace(day, discounts=day.discounts[:1])) == {"discounts": -50}


def test_change_that_does_not_add_up_is_where_it_differs():
    odd = [SOUND[0], (6, sale(1, 1_000, Tender(TenderKind.CASH, 1_000, 2_000, 500)))]

    assert proven(odd, totals(odd)) == {"change": 500}


# ---- other tenders


def test_the_terminals_own_total_is_compared_and_never_refused():
    day = totals(DAY)

    assert check_tenders({"card": 100, "wechat": 2_990}, day) == (
        TenderCheck("wechat", 3_000, 2_990),
        TenderCheck("card", 0, 100),
    )
    assert [check.difference_minor for check in check_tenders({"card": 100, "wechat": 2_990}, day)] == [-10, 100]


@pytest.mark.parametrize(("terminals", "code"), [({"cash": 1}, "check.kind"), ({"card": 10**12}, "check.amount")])
def test_a_total_that_cannot_be_is_refused(terminals, code):
    with pytest.raises(Refused) as refused:
        check_tenders(terminals, totals(DAY))

    assert refused.value.code == code
