"""Head office put back from a backup, again and again, alone and together with everything else that breaks."""

import pytest

from tests.sim.rig import clean

pytestmark = pytest.mark.slow

STEPS = 3_000


def test_a_restored_head_office_learns_again_what_it_forgot():
    clean("restores", range(4), STEPS)


def test_everything_at_once_never_breaks_the_books():
    clean("everything", range(6), STEPS)
