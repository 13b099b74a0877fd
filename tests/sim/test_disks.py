"""Disks that are copied, put back, cloned and lost while the shop goes on."""

import pytest

from tests.sim.rig import clean

pytestmark = pytest.mark.slow

STEPS = 3_000


def test_what_an_old_or_second_disk_says_never_breaks_the_books():
    clean("disks", range(5), STEPS)
