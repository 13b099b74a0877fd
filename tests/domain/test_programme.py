from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.members import Tier
from pos_app.domain.programme import Programme, TierRule
from pos_app.domain.staff import Role, RoleLimit

PROGRAMME = Programme("p1", date(2026, 11, 20))


def test_the_default_rules_work():
    assert PROGRAMME.problems() == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("earn_bp", 10_001),
        ("earn_bp", -1),
        ("redeem_max_share_bp", 10_001),
        ("points_per_unit", 0),
        ("redeem_step_points", 0),
        ("call_attempts", 0),
        ("redeem_min_points", -1),
        ("offline_redemption_cap_points", -1),
        ("cash_rounding_minor", -1),
        ("expiry_years", -1),
        ("over_short_manager_minor", -1),
        ("typed_weight_most_g", 0),
        ("typed_weight_most_g", 100_000),
        ("followup_late_days", 2),
        ("followup_late_days", 8),
        ("tiers", (TierRule(Tier.GOLD, 10_001),)),
        ("tiers", (TierRule(Tier.GOLD, 0, -1),)),
        ("tiers", (TierRule(Tier.GOLD, 0, spend_minor=-1),)),
        ("tiers", (TierRule(Tier.GOLD, 0, window_months=0),)),
        ("tiers", (TierRule(Tier.GOLD, 0, window_months=59, grace_months=2),)),
        ("tiers", (TierRule(Tier.GOLD, 0), TierRule(Tier.GOLD, 100))),
        ("limits", (RoleLimit(Role.CASHIER, 10_001),)),
        ("limits", (RoleLimit(Role.CASHIER, refund_minor=-1),)),
        ("limits", (RoleLimit(Role.CASHIER), RoleLimit(Role.CASHIER))),
    ],
)
def test_a_rule_that_cannot_work_is_named(field, value):
    assert replace(PROGRAMME, **{field: value}).problems() == (field,)


def test_every_problem_is_named_at_once():
    assert replace(PROGRAMME, earn_bp=-1, points_per_unit=0).problems() == ("earn_bp", "points_per_unit")


def test_a_tier_without_a_rule_gives_nothing():
    assert replace(PROGRAMME, tiers=()).tier_rule(Tier.GOLD) == TierRule(Tier.GOLD, 0, 10_000)
