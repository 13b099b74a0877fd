from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.allocation import allot

weights = st.lists(st.integers(0, 10**7), min_size=1, max_size=30)


@given(st.integers(0, 10**8), weights.filter(any))
def test_the_parts_sum_to_the_whole(total, weights):
    assert sum(allot(total, weights)) == total


@given(st.integers(0, 10**8), weights.filter(any))
def test_every_part_is_within_one_of_its_exact_share(total, weights):
    parts = allot(total, weights)

    assert all(
        abs(part - Fraction(total * weight, sum(weights))) < 1 for part, weight in zip(parts, weights, strict=True)
    )


@given(st.data())
def test_no_part_exceeds_its_weight_while_the_whole_does_not(data):
    shares = data.draw(weights.filter(any))
    total = data.draw(st.integers(0, sum(shares)))

    assert all(0 <= part <= weight for part, weight in zip(allot(total, shares), shares, strict=True))


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10, [1, 1, 1], (4, 3, 3)),  # equal remainders: the earlier part
        (100, [333, 333, 334], (33, 33, 34)),
        (1, [0, 5], (0, 1)),
        (0, [0, 0], (0, 0)),
        (0, [], ()),
    ],
)
def test_remainders_go_to_the_largest_then_to_the_earliest(total, weights, expected):
    assert allot(total, weights) == expected


@pytest.mark.parametrize(("total", "weights"), [(1, [0, 0]), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_shared_out_is_a_bug_of_the_caller(total, weights):
    with pytest.raises(AssertionError):
        allot(total, weights)
