"""A chain over a bad line: sales, rights, days and members, with crashes of tills and of head office."""

import pytest

from tests.sim.rig import again, clean

pytestmark = pytest.mark.slow

STEPS = 3_000


def test_no_order_of_messages_and_crashes_breaks_the_books():
    clean("shop", range(6), STEPS)


def test_a_seed_plays_the_same_script_every_time():
    assert again("everything", 3, 1_500)
