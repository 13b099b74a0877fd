import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.staff import LIMITS, MAY, Act, Role, RoleLimit, StaffMember

LIMITED = [Act.DISCOUNT_LINE, Act.DISCOUNT_ORDER, Act.SET_PRICE, Act.REFUND, Act.VOID, Act.OPEN_DRAWER, Act.REPRINT,
           Act.MOVE_CASH]  # fmt: skip
MANAGER = next(limit for limit in LIMITS if limit.role is Role.MANAGER)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_acts(role):
    assert StaffMember("E1", "S01", "x", role, "").may(Act.AUDIT) is (role in {Role.MANAGER, Role.AUDITOR})
    assert set(MAY[role]).isdisjoint(LIMITED)


@given(st.sampled_from(LIMITED), st.integers(0, 10**7), st.integers(0, 10**7))
def test_less_of_what_is_allowed_is_allowed(act, one, other):
    for limit in LIMITS:
        assert not limit.allows(act, max(one, other)) or limit.allows(act, min(one, other))


@given(st.sampled_from(LIMITED), st.integers(0, 10**7))
def test_a_manager_may_what_others_may(act, amount):
    for limit in LIMITS:
        assert not limit.allows(act, amount) or MANAGER.allows(act, amount)


@pytest.mark.parametrize("act", LIMITED)
def test_a_role_that_no_rule_speaks_of_may_nothing_that_has_a_limit(act):
    assert not RoleLimit(Role.AUDITOR).allows(act, 1)


@pytest.mark.parametrize("act", sorted(set(Act) - set(LIMITED)))
def test_no_limit_speaks_for_what_the_role_decides(act):
    assert not MANAGER.allows(act)


def test_a_price_by_hand_goes_as_low_as_a_discount():
    may, may_not = RoleLimit(Role.CASHIER, 1_000, may_set_price=True), RoleLimit(Role.CASHIER, 1_000)

    assert [may.allows(Act.SET_PRICE, bp) for bp in (0, 1_000, 1_001)] == [True, True, False]
    assert not may_not.allows(Act.SET_PRICE, 0)
