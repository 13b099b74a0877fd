from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ledger import Asset, Grant, Holding
from pos_app.domain.releases import HOUR_MS, Held, Moment, Reason, Recall, to_release

TODAY, NOW = date(2026, 11, 22), 1_000 * HOUR_MS
TOMORROW = date(2026, 11, 23)
FLOAT, ASKED, EARNED = "ho1/float/a/0", "ho1/T1/1.1/request1/0", "T1/1.1/7/grant1"


def held(gid=FLOAT, left=10, touched_ms=NOW, at_home=True, **more):
    fields = {"member_id": "m1", "asset": Asset.POINTS, "expires_on": date(2027, 12, 31)} | more
    return Held(Holding(Grant(gid, amount=100, **fields), left), touched_ms, at_home)


def reason(each, *recalls, **moment):
    found = to_release([each], recalls, Moment(TODAY, NOW, **moment))
    return next(iter(found), None)


@pytest.mark.parametrize(
    ("each", "moment", "why"),
    [
        (held(), {}, None),
        (held(left=0, lease_until_ms=1), {}, None),
        (held(lease_until_ms=NOW), {}, None),
        (held(lease_until_ms=NOW - 1), {}, Reason.LEASE),
        (held(expires_on=date(2026, 11, 21)), {"serving": frozenset({"m1"})}, Reason.LEASE),
        (held(), {"life_ended": True, "serving": frozenset({"m1"})}, Reason.ENDED),
        (held(), {"closing": True}, None),
        (held(EARNED), {"closing": True}, None),
        (held(EARNED, at_home=False), {"closing": True}, Reason.CLOSE),
        (held(ASKED), {"closing": True}, Reason.CLOSE),
        (held(EARNED, at_home=False), {}, None),
        (held(ASKED, touched_ms=NOW - 4 * HOUR_MS), {"idle_hours": 4}, None),
        (held(ASKED, touched_ms=NOW - 4 * HOUR_MS - 1), {"idle_hours": 4}, Reason.IDLE),
        (held(ASKED, touched_ms=0), {"idle_hours": 4, "serving": frozenset({"m1"})}, None),
        (held(ASKED, touched_ms=0), {"idle_hours": None}, None),
        (held(FLOAT, touched_ms=0), {"idle_hours": 4}, None),
        (held(EARNED, touched_ms=0), {"idle_hours": 4}, None),
        (held(EARNED, usable_from=TOMORROW), {}, None),
        (held(EARNED, at_home=False, usable_from=TOMORROW), {"closing": True}, Reason.CLOSE),
    ],
)
def test_what_goes_back_and_why(each, moment, why):
    assert reason(each, **moment) == why


@pytest.mark.parametrize(
    ("recall", "serving", "why"),
    [
        (Recall("r", "m1", Asset.POINTS), "", Reason.RECALL),
        (Recall("r", "m1", Asset.POINTS), "m2", Reason.RECALL),
        (Recall("r", "m1", Asset.POINTS), "m1", None),
        (Recall("r", "m2", Asset.POINTS), "", None),
        (Recall("r", "m1", Asset.VALUE), "", None),
        (Recall("r", "m1", Asset.POINTS, "lot"), "", None),
    ],
)
def test_a_recall_takes_one_asset_of_one_member_who_is_not_being_served(recall, serving, why):
    assert reason(held(), recall, serving=frozenset({serving})) == why


def test_what_may_not_be_spent_yet_helps_nobody_who_recalls():
    assert reason(held(usable_from=TOMORROW), Recall("r", "m1", Asset.POINTS)) is None


@given(
    st.lists(st.builds(held, st.sampled_from([FLOAT, ASKED, EARNED]), st.integers(0, 9), at_home=st.booleans())),
    st.booleans(),
    st.booleans(),
)
def test_each_holding_goes_back_once_or_stays(many, closing, ended):
    moment = Moment(TODAY, NOW, idle_hours=4, closing=closing, life_ended=ended)
    found = to_release(many, [Recall("r", "m1", Asset.POINTS)], moment)

    gone = [holding for holdings in found.values() for holding in holdings]
    assert len(gone) == sum(each.holding.remaining > 0 for each in many)
    assert len(found) <= 1
