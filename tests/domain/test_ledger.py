from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ledger import Asset, Grant, Holding, Spend, spend, usable
from pos_app.errors import Refused

TODAY = date(2026, 11, 20)
NOW_MS = 1_000_000


def holding(gid: str, left: int, expires_on: date = date(2027, 12, 31), lease: int | None = None) -> Holding:
    return Holding(Grant(gid, "m1", Asset.POINTS, max(left, 1), expires_on, lease), left)


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
