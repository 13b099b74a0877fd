import hashlib
import hmac
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.codes import BASE32, DynamicCode, make_card_no, parse
from pos_app.domain.dynamic_code import STEP_MS, make, step_of, verify
from pos_app.domain.members import Member, Tier
from pos_app.errors import Damaged, Refused

NOW_MS = 1_795_430_400_000
KEY = "00112233445566778899aabbccddeeff"
MEMBER = Member(
    "m1", make_card_no(17), "+8613800006627", "陈雨婷", "CYT", Tier.GOLD, "S01", date(2025, 1, 1), code_key=KEY
)


def shown(at_ms: int = NOW_MS, member: Member = MEMBER) -> DynamicCode:
    code = parse(make(member.card_no, member.code_key, at_ms, member.card_version))
    assert isinstance(code, DynamicCode)
    return code


def test_the_code_is_the_first_forty_bits_of_an_hmac():
    said = f"{MEMBER.card_no}.1.{NOW_MS // STEP_MS}".encode()
    bits = int.from_bytes(hmac.new(bytes.fromhex(KEY), said, hashlib.sha256).digest()[:5], "big")

    code = shown()

    assert sum(BASE32.index(char) << 5 * place for place, char in enumerate(reversed(code.mac_text))) == bits


@given(st.integers(NOW_MS - 400_000, NOW_MS + 400_000))
def test_a_code_counts_one_step_before_and_after_its_own_and_no_further(made_ms):
    steps = step_of(NOW_MS) - step_of(made_ms)

    if abs(steps) <= 1:
        verify(shown(made_ms), MEMBER, NOW_MS, ())
    else:
        with pytest.raises(Refused) as refused:
            verify(shown(made_ms), MEMBER, NOW_MS, ())
        assert (refused.value.code, refused.value.facts) == ("member_code.expired", {"late_s": steps * 30})


def test_a_code_counts_once():
    code = shown()

    verify(code, MEMBER, NOW_MS, {code.step - 1})

    with pytest.raises(Refused, match=r"member_code\.used"):
        verify(code, MEMBER, NOW_MS, {code.step})


@pytest.mark.parametrize(
    "now_member",
    [replace(MEMBER, card_version=2), replace(MEMBER, code_key="ff" * 16), replace(MEMBER, code_key="")],
)
def test_a_code_of_a_revoked_card_or_key_counts_no_more(now_member):
    with pytest.raises(Refused, match=r"member_code\.revoked"):
        verify(shown(), now_member, NOW_MS, ())


@given(st.text(BASE32, min_size=8, max_size=8))
def test_a_guessed_code_does_not_count(mac):
    code = shown()

    if mac != code.mac_text:
        with pytest.raises(Refused):
            verify(replace(code, mac_text=mac), MEMBER, NOW_MS, ())


def test_a_code_cannot_be_moved_to_another_time():
    with pytest.raises(Refused, match=r"member_code\.revoked"):
        verify(replace(shown(NOW_MS - 600_000), step=step_of(NOW_MS)), MEMBER, NOW_MS, ())


def test_a_key_that_is_no_key_is_damage():
    with pytest.raises(Damaged, match=r"member\.code_key"):
        verify(shown(), replace(MEMBER, code_key="not hex"), NOW_MS, ())


def test_the_code_of_another_card_is_a_bug_of_the_caller():
    with pytest.raises(AssertionError):
        verify(shown(), replace(MEMBER, card_no=make_card_no(18)), NOW_MS, ())
