"""What the simulation's tests share: a few seeds of one profile, and a look at whether anything happened."""

from collections import Counter
from collections.abc import Sequence

from tests.sim.profiles import PROFILES
from tests.sim.run import quietly, run_seed


def clean(profile: str, seeds: Sequence[int], steps: int) -> None:
    """Run the seeds; none breaks an invariant, and what the profile is for has happened."""
    totals: Counter[str] = Counter()
    with quietly():
        for seed in seeds:
            outcome = run_seed(seed, PROFILES[profile], steps)
            if outcome.error is not None:
                where = f"make sim PROFILE={profile} SEEDS={seed} STEPS={steps} (step {outcome.steps})"
                raise AssertionError(f"{where}: {outcome.error}") from outcome.error
            totals.update(outcome.counts)
    assert not [name for name in PROFILES[profile].must_happen if not totals[name]], totals


def again(profile: str, seed: int, steps: int) -> bool:
    """Say whether a seed played twice does the same, to the last count."""
    with quietly():
        first, second = (run_seed(seed, PROFILES[profile], steps) for _ in range(2))
    return (first.counts, first.steps, str(first.error)) == (second.counts, second.steps, str(second.error))
