"""Who may not try a PIN for now: counted by a clock that never runs backwards."""

from collections.abc import Callable


class LockOuts:
    """The lock-outs that one screen has heard of; the till's own count is what decides."""

    def __init__(self, mono_ms: Callable[[], int]) -> None:
        self._mono_ms = mono_ms
        self._until_ms: dict[str, int] = {}

    def begin(self, staff_id: str, wait_s: int) -> None:
        """Remember how long this person must wait, seconds."""
        self._until_ms[staff_id] = self._mono_ms() + wait_s * 1000

    def end(self, staff_id: str) -> None:
        """Forget the lock-out of somebody whom another person let try again."""
        self._until_ms.pop(staff_id, None)

    def wait_s(self, staff_id: str) -> int:
        """Return how long this person must wait yet, seconds; 0 for not at all."""
        left_ms = self._until_ms.get(staff_id, 0) - self._mono_ms()
        return max(0, -(-left_ms // 1000))
