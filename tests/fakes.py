"""Stand-ins behind the till's ports: a clock that is set, chance that repeats, a link that is switched, cheap PINs."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

START_MS = int(datetime(2026, 11, 22, 2, 0, tzinfo=UTC).timestamp() * 1000)  # 10:00 in Shanghai, a Sunday


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    wall_ms: int = START_MS
    ticks_ms: int = 1_000

    def now_ms(self) -> int:
        return self.wall_ms

    def mono_ms(self) -> int:
        return self.ticks_ms

    def pass_ms(self, ms: int) -> None:
        self.wall_ms += ms
        self.ticks_ms += ms


@dataclass
class FakeRng:
    """Chance from a seed."""

    seed: int = 1
    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)

    def token(self, length: int) -> bytes:
        return self.source.randbytes(length)


@dataclass
class FakeLink:
    """Head office, reachable or not."""

    online: bool = False

    def is_online(self) -> bool:
        return self.online


class FakePins:
    """PINs stored as ``plain:1234``: argon2id costs 50 ms a guess, and has its own test."""

    def hashed(self, pin: str) -> str:
        return f"plain:{pin}"

    def matches(self, pin_hash: str, pin: str) -> bool:
        return pin_hash == f"plain:{pin}"
