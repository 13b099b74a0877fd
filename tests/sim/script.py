"""Scripts: what a seed makes happen, step by step, and the shortest part of it that still breaks something."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random


@dataclass(frozen=True, slots=True)
class Step:
    """One act and the number that decides all of its choices."""

    act: str
    number: int

    def __str__(self) -> str:
        return f"{self.act} {self.number:#x}"


@dataclass(frozen=True)
class Profile:
    """How often each act comes, how large the chain is, and what must have happened for a run to count."""

    name: str
    weights: dict[str, float]
    machines: int = 3
    members: int = 4
    must_happen: tuple[str, ...] = ()


# What a shop does all day, and what its line does to it. A seed draws the rates of its faults around these.
TRADE = {
    "serve": 4, "ring": 0.5, "attach": 0.5, "redeem": 1, "pay": 4, "ask": 2, "release": 0.3, "join": 0.2, "cancel": 0.1,
    "day": 0.8, "refund": 1.5, "ask_refund": 1, "ask_coupon": 1, "ask_value": 0.3, "rush": 0.03,
}  # fmt: skip
SYNC = {"turn": 40, "deliver": 34, "wake": 12}
LINE = {"lose": 2, "double": 2, "give_up": 1, "late": 1, "spoil": 0.5, "cut": 0.15, "mend": 0.4}
TIME = {"pass_time": 1.5, "clock": 0.15}
CRASH = {"crash": 0.6, "office_crash": 0.2, "office_doomed": 0.4, "reinstall": 0.1, "old_key": 0.1}
NEWS = {
    "publish": 0.3, "tie": 0.2, "post": 1, "postman": 2, "merge": 0.08, "unmerge": 0.2, "recall": 0.3, "top_up": 0.4,
    "coupon": 0.4, "seal": 0.3, "min_client": 0.05,
}  # fmt: skip
BACKUP = {"backup": 0.2, "restore": 0.12}
DISKS = {
    "image": 0.2, "roll_back": 0.06, "clone": 0.03, "die": 0.04, "replace": 0.25, "babble": 0.1, "upgrade": 0.05,
    "found": 0.1, "fence": 0.1, "revoke": 0.04, "salvage": 0.1,
}  # fmt: skip

RATES = [0, 0.3, 1, 1, 1, 3]  # of one fault in one seed
MOODS = [0.3, 1, 1, 2]  # of what people do

FAULTS = frozenset(LINE | CRASH | BACKUP | DISKS | {"clock": 0})


def profile_of(seed: int, base: Profile) -> Profile:
    """Return the seed's own mixture: some faults never, some often, some lines bad and some nearly good."""
    draw = Random(f"profile {base.name} {seed}")
    weights = {}
    for act, weight in base.weights.items():
        rates = RATES if act in FAULTS else [1] if act in SYNC else MOODS
        drawn = weight * draw.choice(rates)
        if drawn:
            weights[act] = drawn
    machines, members = draw.randint(2, base.machines), draw.randint(2, base.members)
    return replace(base, weights=weights, machines=machines, members=members)


def steps_of(seed: int, profile: Profile, count: int) -> Iterator[Step]:
    """Yield the seed's script. No step depends on what the ones before it did."""
    draw = Random(f"steps {profile.name} {seed}")
    acts = list(profile.weights)
    bounds = list(accumulate(profile.weights.values()))
    left = count
    while left > 0:
        some = min(left, 1_000)
        for act in draw.choices(acts, cum_weights=bounds, k=some):
            yield Step(act, draw.getrandbits(48))
        left -= some


def shrunk(steps: Sequence[Step], still_breaks: Callable[[Sequence[Step]], int], budget_s: float) -> Sequence[Step]:
    """Return a short part of ``steps`` that still breaks the same thing, by leaving out ever smaller pieces.

    ``still_breaks`` returns after how many steps it broke, 0 if it did not.
    """
    until = time.monotonic() + budget_s
    kept = list(steps)
    piece = max(1, len(kept) // 2)
    while time.monotonic() < until:
        start, removed = 0, False
        while start < len(kept) and time.monotonic() < until:
            fewer = kept[:start] + kept[start + piece :]
            broke_after = still_breaks(fewer) if fewer else 0
            if broke_after:
                kept, removed = fewer[:broke_after], True
            else:
                start += piece
        if piece == 1 and not removed:
            break
        piece = max(1, piece // 2) if not removed or piece > len(kept) else piece
    return kept
