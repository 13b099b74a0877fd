import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.masking import masked_name, masked_phone, spaced_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613800006627", "138****6627"),
        ("13800006627", "138****6627"),
        ("+491701234567", "+491****4567"),
        ("+1234567", "*******"),
        ("", ""),
    ],
)
def test_a_phone_keeps_its_beginning_and_its_end(phone, masked):
    assert masked_phone(phone) == masked


@given(st.from_regex(r"\+?[0-9]{8,15}", fullmatch=True))
def test_a_masked_phone_never_shows_more_than_seven_digits(phone):
    assert sum(char.isdigit() for char in masked_phone(phone)) <= 7


@pytest.mark.parametrize(("name", "masked"), [("陈雨婷", "陈**"), (" Anna Smith", "A**"), ("陈", "陈**"), (" ", "")])
def test_a_name_keeps_its_first_character(name, masked):
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "spaced"),
    [("+8613800006627", "138 0000 6627"), ("13800006627", "138 0000 6627"), ("+491701234567", "+491701234567")],
)
def test_a_chinese_mobile_number_is_spaced_for_reading_aloud(phone, spaced):
    assert spaced_phone(phone) == spaced
