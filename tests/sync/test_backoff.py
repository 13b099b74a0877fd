"""How long a terminal waits."""

from hypothesis import given
from hypothesis import strategies as st

from pos_app.sync.backoff import BASE_S, CAP_S, delay_s

CHANCE = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), CHANCE)
def test_the_wait_is_never_longer_than_the_cap(failures, chance):
    assert 0 <= delay_s(failures, chance) <= CAP_S


@given(st.integers(20, 10_000))
def test_terminals_that_failed_long_enough_still_spread_over_the_whole_cap(failures):
    waits = [delay_s(failures, n / 100) for n in range(100)]

    assert waits == [n / 100 * CAP_S for n in range(100)]


def test_the_first_retry_comes_soon():
    assert delay_s(1, 0.999) < BASE_S


@given(st.integers(1, 100), CHANCE, st.integers(0, 600_000))
def test_head_office_is_left_alone_as_long_as_it_asks(failures, chance, retry_after_ms):
    assert delay_s(failures, chance, retry_after_ms) >= retry_after_ms / 1000
