"""Head office put back from a backup, again and again, alone and together with everything else that breaks."""

import pytest

from tests.sim.rig import clean

pytestmark = pytest.mark.slow

STEPS = 3_000


@pytest.mark.parametrize("seeds", [range(4), range(4, 8)], ids=str)
def test_a_restored_head_office_learns_again_what_it_forgot(seeds):
    clean("restores", seeds, STEPS)


@pytest.mark.parametrize("seeds", [range(6), range(6, 12)], ids=str)
def test_everything_at_once_never_breaks_the_books(seeds):
    clean("everything", seeds, STEPS)
