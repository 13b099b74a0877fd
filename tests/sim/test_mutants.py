"""Every rule taken out of the product is missed by an invariant: the simulation can see what it claims to see."""

import pytest

from tests.sim.mutants import MUTANTS, Mutant
from tests.sim.profiles import PROFILES
from tests.sim.run import happened, quietly, run_seed

pytestmark = pytest.mark.slow

SEEDS = 12  # at most; the first that catches it ends the search
DIRECTED = [mutant for mutant in MUTANTS.values() if mutant.schedule is not None]
BY_CHANCE = [mutant for mutant in MUTANTS.values() if mutant.schedule is None]


@pytest.mark.parametrize("mutant", BY_CHANCE, ids=lambda mutant: mutant.name)
def test_chance_catches_the_product_without(mutant: Mutant):
    with quietly(), mutant.in_force():
        assert any(run_seed(seed, PROFILES[mutant.profile], mutant.steps).broken for seed in range(SEEDS))


@pytest.mark.parametrize("mutant", DIRECTED, ids=lambda mutant: mutant.name)
def test_a_directed_schedule_catches_the_product_without(mutant: Mutant):
    with quietly():
        whole = happened(0, PROFILES[mutant.profile], mutant.schedule).broken
        with mutant.in_force():
            broken = happened(0, PROFILES[mutant.profile], mutant.schedule).broken

    assert not whole, "the schedule breaks the product itself"
    assert broken
