from datetime import date

import pytest

from pos_app.domain.members import Consent, Member, Purpose, Tier
from pos_app.domain.staff import MAY, Act, Role, StaffMember


def answer(purpose: Purpose, at_ms: int, *, granted: bool) -> Consent:
    return Consent(purpose, granted, "v3", at_ms, "u1", "screen")


def member(*consents: Consent) -> Member:
    return Member("m1", "", "", "", "", Tier.NORMAL, "S01", date(2026, 1, 1), consents=consents)


@pytest.mark.parametrize(
    ("consents", "agrees"),
    [
        ((), False),
        ((answer(Purpose.CALL, 1, granted=True),), True),
        ((answer(Purpose.CALL, 2, granted=False), answer(Purpose.CALL, 1, granted=True)), False),
        ((answer(Purpose.CALL, 1, granted=False), answer(Purpose.CALL, 2, granted=True)), True),
        ((answer(Purpose.CHILD, 1, granted=True),), False),
    ],
)
def test_the_newest_answer_to_a_purpose_counts_and_no_answer_is_no(consents, agrees):
    assert member(*consents).agrees_to(Purpose.CALL) is agrees


def test_every_role_is_allowed_something_and_only_managers_approve():
    staff = {role: StaffMember("u", "S01", "李敏", role, "") for role in Role}

    assert all(MAY[role] for role in Role)
    assert [role for role in Role if staff[role].may(Act.APPROVE)] == [Role.MANAGER]
