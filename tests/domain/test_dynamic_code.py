import hashlib
import hmac
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.codes import BASE32, DynamicCode, make_card_no, parse
from pos_app.domain.dynamic_code import STEP_MS, make, step_of, time_hmac, verify
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


@pytest.mark.parametrize(
    ("at_s", "digits"),
    [
        (59, "46119246"),
        (1_111_111_109, "68084774"),
        (1_111_111_111, "67062674"),
        (1_234_567_890, "91819424"),
        (2_000_000_000, "90698825"),
        (20_000_000_000, "77737706"),
    ],
)
def test_a_step_has_the_value_that_the_standard_says(at_s, digits):
    """Test vectors of RFC 6238, appendix B, for SHA-256; the digits are cut as RFC 4226, section 5.3, says."""
    value = time_hmac(b"12345678901234567890123456789012", step_of(at_s * 1_000))
    offset = value[-1] & 0xF

    cut = int.from_bytes(value[offset : offset + 4], "big") & 0x7FFFFFFF

    assert f"{cut % 10**8:08d}" == digits


def test_the_code_is_the_first_forty_bits_of_the_steps_value():
    card_key = hmac.new(bytes.fromhex(KEY), f"{MEMBER.card_no}.1".encode(), hashlib.sha256).digest()
    bits = int.from_bytes(time_hmac(card_key, NOW_MS // STEP_MS)[:5], "big")

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
        late = ("member_code.expired", {"late_s": steps * 30})
        ahead = ("member_code.ahead", {"ahead_s": -steps * 30})
        assert (refused.value.code, refused.value.facts) == (late if steps > 0 else ahead)


def test_a_picture_of_ninety_seconds_ago_is_refused_with_how_late_it_is():
    with pytest.raises(Refused) as refused:
        verify(shown(NOW_MS - 90_000), MEMBER, NOW_MS, ())

    assert (refused.value.code, refused.value.facts) == ("member_code.expired", {"late_s": 90})


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
