from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ledger import Asset, Move
from pos_app.domain.members import Ending, Tier, ended
from pos_app.domain.points import (
    Choosable,
    choosable,
    earned,
    expires_on,
    most_by_share,
    points_for,
    spendable,
    worth_minor,
    worth_of,
)
from pos_app.domain.programme import Programme, TierRule

TODAY = date(2026, 11, 20)
amounts = st.integers(0, 10**8)
programmes = st.builds(
    Programme,
    version=st.just("p1"),
    valid_from=st.just(TODAY),
    points_per_unit=st.integers(1, 2_000),
    earn_bp=st.integers(0, 10_000),
    redeem_min_points=st.integers(0, 2_000),
    redeem_step_points=st.integers(1, 500),
    redeem_max_share_bp=st.integers(0, 10_000),
)


@pytest.fixture
def programme() -> Programme:
    return Programme("p1", TODAY)


def test_a_hundred_points_are_one_yuan(programme):
    assert points_for(2_980, programme) == 2_980
    assert worth_minor(12_860, programme) == 12_860


def test_what_the_picture_earns_is_seven_percent_of_what_is_paid(programme):
    assert earned(107_200, TierRule(Tier.GOLD, 0), programme) == 7_504


def test_a_tier_multiplies_what_is_earned(programme):
    assert earned(107_200, TierRule(Tier.PLATINUM, 800, earn_multiplier_bp=15_000), programme) == 11_256


def test_earned_points_are_rounded_down(programme):
    assert earned(99, TierRule(Tier.NORMAL, 0), programme) == 6


@given(amounts, programmes, st.integers(0, 50_000))
def test_earning_is_the_exact_share_rounded_down_once(paid_minor, programme, multiplier_bp):
    exact = Fraction(paid_minor, 100) * programme.points_per_unit * programme.earn_bp * multiplier_bp / 10**8

    points = earned(paid_minor, TierRule(Tier.NORMAL, 0, multiplier_bp), programme)

    assert 0 <= exact - points < 1


@given(amounts, programmes)
def test_points_for_an_amount_always_cover_it_and_not_one_too_many(amount_minor, programme):
    points = points_for(amount_minor, programme)

    assert worth_minor(points, programme) >= amount_minor
    assert Fraction(points - 1, programme.points_per_unit) < Fraction(amount_minor, 100)


@given(amounts, programmes)
def test_turning_points_into_money_and_back_makes_no_points(points, programme):
    assert points_for(worth_minor(points, programme), programme) <= points


def test_points_expire_with_the_next_calendar_year(programme):
    assert expires_on(date(2026, 1, 1), programme) == date(2027, 12, 31)
    assert expires_on(date(2026, 12, 31), programme) == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("open_minor", "spendable_points", "most", "reason"),
    [
        (107_200, 60_000, 53_600, "share"),
        (107_200, 12_860, 12_800, "points"),
        (107_250, 53_600, 53_600, "points"),
        (107_200, 53_600, 53_600, "share"),  # both at once
        (199, 5_000, 0, "below_min"),
        (107_200, 99, 0, "below_min"),
        (0, 5_000, 0, "none"),
    ],
)
def test_the_choice_is_bounded_and_says_by_what(programme, open_minor, spendable_points, most, reason):
    assert choosable(open_minor, spendable_points, programme) == Choosable(100, most, 100, reason)


def test_a_minimum_that_is_no_whole_step_is_raised_to_one():
    programme = Programme("p1", TODAY, redeem_min_points=150, redeem_step_points=100)

    assert choosable(100_000, 250, programme) == Choosable(200, 200, 100, "points")


@given(amounts, amounts, programmes)
def test_the_most_that_may_be_chosen_is_lawful_and_one_step_more_is_not(open_minor, spendable_points, programme):
    choice = choosable(open_minor, spendable_points, programme)
    by_share = most_by_share(open_minor, programme)

    assert choice.most % choice.step == 0
    assert choice.most == 0 or choice.least <= choice.most <= min(by_share, spendable_points)
    assert choice.most == 0 or choice.most + choice.step > min(by_share, spendable_points)
    assert worth_minor(choice.most, programme) * 10_000 <= open_minor * programme.redeem_max_share_bp


@pytest.mark.parametrize(
    ("usable", "redeemed", "online", "left"),
    [(12_860, 2_980, True, 9_880), (12_860, 2_980, False, 2_020), (1_000, 2_980, True, 0), (3_000, 0, False, 3_000)],
)
def test_lines_redeemed_wholly_and_the_offline_cap_leave_less_to_choose(programme, usable, redeemed, online, left):
    assert spendable(usable, redeemed, programme, online=online) == left


YEAR_ENDS = st.sampled_from([date(year, 12, 31) for year in range(2024, 2029)])


@given(
    st.dictionaries(YEAR_ENDS, st.integers(1, 10_000)),
    st.lists(st.tuples(YEAR_ENDS, st.integers(-100, 100), st.booleans())),
    YEAR_ENDS,
    st.sampled_from([Asset.POINTS, Asset.GIFT]),
)
def test_the_total_less_what_ended_is_what_may_still_be_spent_whenever_it_was_told(lots, facts, told_on, asset):
    """Head office tells what had not ended when it told, with some of the facts; the till adds the others."""
    there = Counter(lots)
    for day, amount, _ in facts:
        there[day] += amount
    figure = Counter(lots)
    for day, amount, is_in_figure in facts:
        figure[day] += amount if is_in_figure else 0
    figure = Counter({day: points for day, points in figure.items() if day >= told_on})
    moves = [Move(asset, "", day, amount) for day, amount, is_in_figure in facts if not is_in_figure]

    today = max(told_on, date(2027, 6, 1))
    over = ended([Ending(points, day) for day, points in figure.items()], moves, today, asset)

    total = figure.total() + sum(move.amount for move in moves) - over.total()
    assert total == sum(points for day, points in there.items() if day >= today)


def test_a_last_day_is_not_over_and_stored_value_ends_no_points():
    told, moves = (Ending(500, TODAY),), (Move(Asset.GIFT, "", date(2020, 1, 1), 70),)

    assert ended(told, moves, TODAY) == {}
    assert ended(told, moves, date(2026, 11, 21)) == {TODAY: 500}
    assert ended(told, (Move(Asset.POINTS, "", TODAY, -500),), date(2026, 11, 21)) == {}  # nothing of it was left


def test_what_lost_rights_are_worth_counts_points_and_stored_value_only(programme):
    worth = {asset: worth_of(asset, 250, replace(programme, points_per_unit=50)) for asset in Asset}

    assert worth == dict.fromkeys(Asset, 0) | {Asset.POINTS: 500, Asset.VALUE: 250, Asset.GIFT: 250}
