"""A chain over a bad line: sales, rights, days and members, with crashes of tills and of head office."""

import pytest

from tests.sim.rig import again, clean

pytestmark = pytest.mark.slow

STEPS = 3_000


@pytest.mark.parametrize("seeds", [range(6), range(6, 12)], ids=str)
def test_no_order_of_messages_and_crashes_breaks_the_books(seeds):
    clean("shop", seeds, STEPS)


def test_a_seed_plays_the_same_script_every_time():
    assert again("everything", 3, 1_500)
