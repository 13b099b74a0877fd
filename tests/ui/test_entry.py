"""What a line typed into the scan line means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.ui.entry import Code, Quantity, pending_quantity, read_entry


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("", None),
        ("   ", None),
        ("6901234500012", Code("6901234500012")),
        ("3*6901234500012", Code("6901234500012", 3)),
        ("3×6901234500012", Code("6901234500012", 3)),
        ("12x6901234500012", Code("6901234500012", 12)),
        ("3*cyt", Code("cyt", 3)),
        ("3xyt", Code("3xyt")),
        ("*3", Quantity(3)),
        ("3*", Quantity(3)),
        ("*", Code("*")),
        ("13800138000", Code("13800138000")),
    ],
)
def test_both_habits_of_quantity_are_understood(typed, meaning):
    assert read_entry(typed) == meaning


@given(st.integers(1, 9999), st.text("0123456789ABC", min_size=1, max_size=20))
def test_a_quantity_before_a_code_is_never_lost(quantity, code):
    assert read_entry(f"{quantity}*{code}") == Code(code, quantity)


@given(st.text(max_size=40))
def test_anything_typed_means_something_or_is_blank(text):
    assert (read_entry(text) is None) == (not text.strip())


@pytest.mark.parametrize(("typed", "waiting"), [("3*", 3), ("", 1), ("6901", 1), ("*3", 1), ("12×", 12)])
def test_a_quantity_waits_for_the_next_scan(typed, waiting):
    assert pending_quantity(typed) == waiting
