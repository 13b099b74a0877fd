"""The one place where head office reads clocks."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

DEFAULT_OFFSET_H = 8  # the chain's civil time; China has one zone and no summer time


class Clock(Protocol):
    """Instants in milliseconds, and the chain's date."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        ...

    def mono_ms(self) -> int:
        """Return milliseconds that never step."""
        ...

    def today(self) -> date:
        """Return the date at head office: the posting date."""
        ...


class SystemClock:
    """The machine's clocks; ``offset_h`` hours east of Greenwich give the date."""

    def __init__(self, offset_h: int = DEFAULT_OFFSET_H) -> None:
        self._zone = timezone(timedelta(hours=offset_h))

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        """Return milliseconds that never step."""
        return time.monotonic_ns() // 1_000_000

    def today(self) -> date:
        """Return the date at head office."""
        return datetime.now(UTC).astimezone(self._zone).date()
