"""Clock and chance of the machine, behind the shapes that everything else asks for."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clocks. ``ahead_ms`` moves the wall clock; the demo uses it to let days go by."""

    ahead_ms: int = 0

    def now_ms(self) -> int:
        """Return UTC milliseconds; may step."""
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def mono_ms(self) -> int:
        """Return milliseconds that never run backwards."""
        return time.monotonic_ns() // 1_000_000


def boot_id(source: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """Return what names this run of the machine, empty where the system does not tell."""
    try:
        return source.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class SystemChance:
    """The machine's source of unpredictable bytes."""

    def token(self, length: int) -> bytes:
        """Return ``length`` unpredictable bytes."""
        return secrets.token_bytes(length)


class OwnLane(Protocol):
    """The lane that owns the till's database."""

    def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` there and wait for its answer; from any thread but the window's and the lane's own."""
        ...


class Here:
    """A lane that is the calling thread."""

    def call(self, work: Callable[[], T]) -> T:
        """Run the work."""
        return work()
