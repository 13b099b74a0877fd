"""Run the simulation over a range of seeds: ``python -m tests.sim.run --seeds 0-19 --steps 20000``.

Ends at the first violation with the seed, what broke, and the shortest script found that breaks it again.
"""

import argparse
import gc
import logging
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from head_office import intake
from pos_app.services.initials import initials
from tests.sim.back_office import BackOffice
from tests.sim.chance import Choice
from tests.sim.disks import Disks
from tests.sim.faults import Faults
from tests.sim.mutants import MUTANTS
from tests.sim.people import People
from tests.sim.profiles import PROFILES
from tests.sim.script import Profile, Step, profile_of, shrunk, steps_of
from tests.sim.traffic import Traffic
from tests.sim.truth import Violation
from tests.sim.world import World

SHRINK_S = 60.0
GARBAGE = 20_000  # new objects after which Python looks for circles; a world makes few


@dataclass
class Outcome:
    """What became of one script."""

    steps: int = 0
    error: BaseException | None = None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def broken(self) -> str:
        """What no longer held; raises any other error, which shows nothing of what the simulation can see."""
        if self.error is not None and not isinstance(self.error, Violation):
            raise self.error
        return str(self.error or "")


def acts_of(world: World) -> dict[str, Callable[[Choice], object]]:
    """Return every act of the world by its name."""
    parts = (People(world), Traffic(world), BackOffice(world), Faults(world), Disks(world))
    return {name: getattr(part, name) for part in parts for name in dir(part) if not name.startswith("_")}


def played(seed: int, profile: Profile, steps: Iterable[Step]) -> Outcome:
    """Play a script in a new world, let the faults stop, and say how it went."""

    def play(world: World) -> None:
        world.play(iter(steps), acts_of)
        world.settle()

    return happened(seed, profile, play)


def happened(seed: int, profile: Profile, play: Callable[[World], None]) -> Outcome:
    """Let something happen in a new world and say how it went."""
    outcome = Outcome()
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as root, slow_posting(seed):
        world = World(seed, profile, Path(root))
        try:
            play(world)
        except Exception as error:  # noqa: BLE001 - whatever broke is what was looked for
            outcome.error = error
        finally:
            outcome.steps, outcome.counts = world.step_no, world.counts
            world.close()
    return outcome


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the program's own warnings out of the log: here they are the point. Collect no more garbage than pays.

    What a process loads once is loaded before: it is no part of a step, and no garbage.
    """
    logging.disable(logging.CRITICAL)
    initials("会员")  # loads tables of 57 MB, once in a process
    usual = gc.get_threshold()
    gc.set_threshold(GARBAGE, *usual[1:])
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
        logging.disable(logging.NOTSET)


@contextmanager
def slow_posting(seed: int) -> Iterator[None]:
    """Let some seeds take a few facts for a backlog already, which head office stores first and posts later."""
    usual, intake.POSTED_AT_ONCE = intake.POSTED_AT_ONCE, (intake.POSTED_AT_ONCE, 2)[seed % 2]
    try:
        yield
    finally:
        intake.POSTED_AT_ONCE = usual


def run_seed(seed: int, base: Profile, steps: int) -> Outcome:
    """Play a seed's script in its own mixture of faults."""
    profile = profile_of(seed, base)
    return played(seed, profile, steps_of(seed, profile, steps))


def shortest(seed: int, base: Profile, outcome: Outcome, budget_s: float) -> Sequence[Step]:
    """Return a short script that breaks what the seed broke."""
    profile = profile_of(seed, base)
    whole = list(steps_of(seed, profile, outcome.steps))
    wanted = _name(outcome.error)

    def still_breaks(steps: Sequence[Step]) -> int:
        again = played(seed, profile, steps)
        return again.steps if again.error is not None and _name(again.error) == wanted else 0

    return shrunk(whole, still_breaks, budget_s)


def hunt(seeds: Sequence[int], named: str = "") -> int:
    """Look for every mutant so named, by its directed schedule or by chance; 0 when all were caught."""
    alive = []
    hunted = [mutant for mutant in MUTANTS.values() if named in mutant.name]
    for mutant in hunted:
        profile, schedule = PROFILES[mutant.profile], mutant.schedule
        with mutant.in_force():
            if schedule is not None:
                outcomes = iter([happened(0, profile, schedule)])
            else:
                outcomes = (run_seed(seed, profile, mutant.steps) for seed in seeds)
            broken = next((outcome.broken for outcome in outcomes if outcome.broken), "")
        alive += [] if broken else [mutant.name]
        print(f"{mutant.name}: {broken or 'NOT CAUGHT'}", flush=True)
    print(f"mutants killed {len(hunted) - len(alive)} of {len(hunted)}")
    return 1 if alive else 0


def _name(error: BaseException | None) -> str:
    """Return what broke, without the figures that differ from script to script."""
    if error is None:
        return ""
    cause = error.__cause__
    return (
        f"{type(error).__name__} {getattr(error, 'invariant', '')} {type(cause).__name__} {getattr(cause, 'code', '')}"
    )


def _seeds(text: str) -> Iterator[int]:
    first, _, last = text.partition("-")
    yield from range(int(first), int(last or first) + 1)


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 when no seed broke anything and everything that must happen did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-19")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--profile", default="everything", choices=sorted(PROFILES))
    parser.add_argument("--shrink-s", type=float, default=SHRINK_S)
    parser.add_argument("--mutants", nargs="?", const="", help="only those whose name has this in it")
    asked = parser.parse_args(arguments)
    with quietly():
        return _ran(asked)


def _ran(asked: argparse.Namespace) -> int:
    if asked.mutants is not None:
        return hunt(list(_seeds(asked.seeds)), asked.mutants)
    base, totals, began = PROFILES[asked.profile], Counter[str](), time.process_time()
    for seed in _seeds(asked.seeds):
        outcome = run_seed(seed, base, asked.steps)
        totals.update(outcome.counts)
        totals["steps"] += outcome.steps
        if outcome.error is not None:
            traceback.print_exception(outcome.error)
            print(f"seed {seed} broke at step {outcome.steps}: {outcome.error}", flush=True)
            steps = shortest(seed, base, outcome, asked.shrink_s) if asked.shrink_s else ()
            print(f"shortest script found, {len(steps)} steps:", *map(str, steps), sep="\n  ")
            print(f"seed {seed} of profile {base.name} broke at step {outcome.steps}: {outcome.error}")
            return 1
    took = time.process_time() - began
    rare = [name for name in base.must_happen if not totals[name]]
    print(", ".join(f"{name} {count}" for name, count in sorted(totals.items())))
    if rare:
        print(f"never happened: {', '.join(rare)}")
    print(
        f"{totals['steps']} steps, {totals['steps'] / took:.0f} steps/s, {totals['idle']} of them found nothing to do"
    )
    return 1 if rare else 0


if __name__ == "__main__":
    sys.exit(main())
