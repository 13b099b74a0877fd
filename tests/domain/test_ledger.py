from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ledger import Asset, Grant, Holding, Spend, dated, days_of, is_vested, spend, take_back, usable
from pos_app.errors import Refused

TODAY = date(2026, 11, 20)
NOW_MS = 1_000_000


def holding(
    gid: str, left: int, expires_on: date = date(2027, 12, 31), lease: int | None = None, first: date | None = None
) -> Holding:
    return Holding(Grant(gid, "m1", Asset.POINTS, max(left, 1), expires_on, lease, usable_from=first), left)


def test_the_soonest_to_expire_is_spent_first_then_by_identity():
    held = [holding("c", 50), holding("b", 50), holding("a", 50, date(2028, 12, 31))]

    assert spend(held, 120, TODAY, NOW_MS) == (Spend("b", 50), Spend("c", 50), Spend("a", 20))


def test_what_is_expired_leased_out_or_empty_is_not_spent():
    held = [holding("a", 50, date(2026, 11, 19)), holding("b", 50, lease=NOW_MS - 1), holding("c", 0), holding("d", 5)]

    assert usable(held, TODAY, NOW_MS) == 5
    assert spend(held, 5, TODAY, NOW_MS) == (Spend("d", 5),)


def test_the_last_day_and_the_last_instant_still_count():
    assert holding("a", 1, TODAY, NOW_MS).is_usable(TODAY, NOW_MS)


def test_more_than_is_held_is_refused_with_both_figures():
    with pytest.raises(Refused) as refused:
        spend([holding("a", 5)], 6, TODAY, NOW_MS)

    assert (refused.value.code, refused.value.facts) == ("points.short_here", {"usable": 5, "wanted": 6})


def test_spending_nothing_is_a_bug():
    with pytest.raises(AssertionError):
        spend([holding("a", 5)], 0, TODAY, NOW_MS)


holdings = st.lists(
    st.builds(
        holding,
        st.uuids().map(str),
        st.integers(0, 1_000),
        st.dates(date(2026, 11, 1), date(2026, 12, 31)),
        st.none() | st.integers(NOW_MS - 5, NOW_MS + 5),
        st.none() | st.dates(date(2026, 11, 18), date(2026, 11, 23)),
    ),
    max_size=10,
    unique_by=lambda held: held.grant.gid,
)


@given(holdings, st.integers(1, 5_000))
def test_a_spend_takes_exactly_what_was_asked_and_no_holding_goes_below_zero(held, amount):
    left = {each.grant.gid: each.remaining for each in held}
    if usable(held, TODAY, NOW_MS) < amount:
        with pytest.raises(Refused):
            spend(held, amount, TODAY, NOW_MS)
        return

    spends = spend(held, amount, TODAY, NOW_MS)

    assert sum(part.amount for part in spends) == amount
    assert all(0 < part.amount <= left[part.gid] for part in spends)
    assert len({part.gid for part in spends}) == len(spends)
    assert not {part.gid for part in spends} & {each.grant.gid for each in held if each.is_vesting(TODAY)}


TOMORROW = date(2026, 11, 21)


def test_points_are_spent_from_their_first_day_on_and_the_order_stays_by_the_last():
    held = [holding("a", 50, date(2026, 12, 31), first=TOMORROW), holding("b", 50)]

    assert usable(held, TODAY, NOW_MS) == 50
    assert spend(held, 60, TOMORROW, NOW_MS) == (Spend("a", 50), Spend("b", 10))


def test_expiry_still_holds_of_points_that_became_usable():
    assert usable([holding("a", 50, TODAY, first=TODAY)], TOMORROW, NOW_MS) == 0


def test_a_refund_takes_its_own_sales_unusable_points_first_then_usable_then_the_rest():
    held = [holding("old", 30), holding("other", 30, first=TOMORROW), holding("own", 30, first=TOMORROW)]

    assert take_back(held, 80, TODAY, NOW_MS, "own") == (Spend("own", 30), Spend("old", 30), Spend("other", 20))


def test_once_usable_the_sales_own_points_go_in_the_order_of_any():
    held = [holding("soon", 30, date(2026, 12, 31)), holding("own", 30, first=TODAY)]

    assert take_back(held, 40, TODAY, NOW_MS, "own") == (Spend("soon", 30), Spend("own", 10))


@given(holdings, st.integers(0, 5_000))
def test_what_is_taken_back_is_as_much_as_there_is_and_touches_nothing_usable_before_its_own(held, amount):
    own = next((each.grant.gid for each in held if each.is_vesting(TODAY)), "")
    live = {each.grant.gid: each.remaining for each in held if each.is_live(TODAY, NOW_MS)}

    taken = {part.gid: part.amount for part in take_back(held, amount, TODAY, NOW_MS, own)}

    assert sum(taken.values()) == min(amount, sum(live.values()))
    assert all(0 < part <= live[gid] for gid, part in taken.items())
    assert not (taken.keys() - {own}) or taken.get(own, 0) == live.get(own, 0)


@given(st.dates(), st.none() | st.dates(), st.dates())
def test_an_account_says_both_days_and_sorts_by_the_last(last, first, today):
    assert days_of(dated(last, first)) == (last, first)
    assert is_vested(dated(last, first), today) == (first is None or first <= today)
    assert (dated(last, first) >= today.isoformat()) == (last >= today)


@pytest.mark.parametrize(
    ("asset", "lot", "is_sound", "owner"),
    [
        (Asset.POINTS, "", True, "m1"),
        (Asset.POINTS, "W1", False, "W1"),
        (Asset.COUPON, "W1", True, "W1"),
        (Asset.COUPON, "", False, "m1"),
        (Asset.REFUND, "s#1", True, "s#1"),
        (Asset.PUNCH, "NAPPY|m1", True, "NAPPY|m1"),
    ],
)
def test_only_what_is_held_lot_by_lot_names_a_lot_and_belongs_to_it(asset, lot, is_sound, owner):
    grant = Grant("g", "m1", asset, 1, TODAY, lot=lot)

    assert (grant.is_well_formed, grant.owner) == (is_sound, owner)
