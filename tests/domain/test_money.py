import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.money import amount_text, money_text


@pytest.mark.parametrize(
    ("minor", "text"), [(107_200, "¥1,072.00"), (-300, "−¥3.00"), (5, "¥0.05"), (0, "¥0.00"), (-1, "−¥0.01")]
)
def test_money_is_written_with_sign_symbol_and_two_places(minor, text):
    assert money_text(minor) == text


@given(st.integers(-(10**12), 10**12))
def test_an_amount_reads_back_as_itself(minor):
    assert int(amount_text(minor).replace("−", "-").replace(",", "").replace(".", "")) == minor
