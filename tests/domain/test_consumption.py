from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.catalogue import Item
from pos_app.domain.consumption import LONGEST_DAYS, run_outs
from pos_app.domain.members import Purchase

TODAY = date(2026, 11, 22)


def tin(item_id: int = 1, content: int | None = 900, daily: int | None = 70, **more) -> Item:
    given = {"brand": "优伴", "category": "formula", "advice": "formula", "content_unit": "g", **more}
    return Item(
        item_id,
        "",
        f"奶粉{item_id}",
        "",
        "",
        "900g",
        price_minor=31_800,
        pack_content=content,
        daily_use=daily,
        **given,
    )


def bought(item_id: int, on: date, quantity: int = 1) -> Purchase:
    return Purchase(item_id, quantity, on, "S01")


def test_one_purchase_lasts_as_long_as_the_pack_says():
    (out,) = run_outs([bought(1, date(2026, 10, 28), 2)], {1: tin()}, TODAY)

    assert out.runs_out_on == date(2026, 10, 28) + timedelta(25)  # 1,800 g at 70 g a day
    assert (out.content, out.daily_use, out.quantity, out.intervals) == (1_800, 70, 2, 0)
    assert out.spread_days == 6


def test_a_household_that_buys_faster_than_the_pack_says_runs_out_sooner():
    rhythm = [bought(1, TODAY - timedelta(days)) for days in (32, 24, 16, 8, 0)]

    (out,) = run_outs(rhythm, {1: tin()}, TODAY)

    assert 8 <= (out.runs_out_on - TODAY).days <= 10  # eight days a tin, the pack says twelve
    assert out.intervals == 4


def test_a_newer_rhythm_counts_more_than_an_older_one():
    slower = [bought(1, TODAY - timedelta(days)) for days in (48, 40, 32, 20, 0)]
    faster = [bought(1, TODAY - timedelta(days)) for days in (48, 28, 16, 8, 0)]

    (slow,) = run_outs(slower, {1: tin()}, TODAY)
    (fast,) = run_outs(faster, {1: tin()}, TODAY)

    assert slow.runs_out_on > fast.runs_out_on


def test_a_long_pause_does_not_make_a_pack_last_for_ever():
    (out,) = run_outs([bought(1, TODAY - timedelta(300)), bought(1, TODAY)], {1: tin()}, TODAY)

    assert (out.runs_out_on - TODAY).days <= 26  # at most twice, the geometric mean of one and four


def test_a_steady_rhythm_is_surer_than_a_wild_one():
    steady = [bought(1, TODAY - timedelta(days)) for days in (39, 26, 13, 0)]
    wild = [bought(1, TODAY - timedelta(days)) for days in (39, 36, 6, 0)]

    (sure,) = run_outs(steady, {1: tin()}, TODAY)
    (unsure,) = run_outs(wild, {1: tin()}, TODAY)

    assert sure.spread_days < unsure.spread_days


def test_the_next_stage_replaces_the_stage_before():
    items = {1: tin(1, stage=1), 2: tin(2, stage=2)}

    outs = run_outs([bought(2, TODAY - timedelta(5)), bought(1, TODAY - timedelta(20))], items, TODAY)

    assert [out.item.item_id for out in outs] == [2]


def test_different_kinds_run_out_each_on_its_own_soonest_first():
    items = {1: tin(1), 2: tin(2, content=46, daily=6, category="nappies", advice="nappy"), 3: tin(3, advice="")}

    outs = run_outs([bought(1, TODAY), bought(2, TODAY), bought(3, TODAY, 2)], items, TODAY)

    assert [out.item.item_id for out in outs] == [2, 1, 3]


def test_packs_bought_on_the_same_day_are_used_one_after_the_other():
    (out,) = run_outs([bought(1, TODAY), bought(1, TODAY, 2)], {1: tin()}, TODAY)

    assert (out.content, out.quantity) == (2_700, 3)


@pytest.mark.parametrize(
    ("purchase", "item"),
    [
        (bought(9, TODAY), tin()),
        (bought(1, TODAY + timedelta(1)), tin()),
        (bought(1, TODAY, 0), tin()),
        (bought(1, TODAY), tin(content=None)),
        (bought(1, TODAY), tin(content=0)),
        (bought(1, TODAY), tin(daily=None)),
        (bought(1, TODAY), tin(daily=-1)),
    ],
)
def test_what_cannot_run_out_is_passed_over(purchase, item):
    assert run_outs([purchase], {1: item}, TODAY) == ()


def test_a_mountain_of_packs_is_told_as_more_than_a_year():
    (out,) = run_outs([bought(1, TODAY, 999)], {1: tin()}, TODAY)

    assert out.runs_out_on == TODAY + timedelta(LONGEST_DAYS)


rhythms = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 20), st.integers(1, 3)), min_size=1, max_size=20)


@given(rhythms, st.integers(1, 5_000), st.integers(1, 500), st.randoms())
def test_the_order_of_purchases_changes_nothing_and_a_run_out_follows_its_purchase(rows, content, daily, rnd):
    items = {n: tin(n, content, daily, advice="formula" if n < 3 else "") for n in (1, 2, 3)}
    purchases = [bought(item_id, TODAY - timedelta(days), number) for days, number, item_id in rows]
    shuffled = list(purchases)
    rnd.shuffle(shuffled)

    outs = run_outs(purchases, items, TODAY)

    assert run_outs(shuffled, items, TODAY) == outs
    for out in outs:
        assert out.bought_on <= out.runs_out_on <= out.bought_on + timedelta(LONGEST_DAYS)
        assert out.spread_days >= 1
