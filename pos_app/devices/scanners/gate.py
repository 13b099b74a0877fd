"""Decide which of the codes that a stream of pictures shows count as a scan. Pure: time comes with each picture.

1. A QR checks itself: one reading counts.
2. A linear code does not: it counts after two equal readings, because a blurred one can be misread with a right check.
3. What counted is ignored for two seconds, and while it stays in view.
"""

from dataclasses import dataclass, field

from pos_app.devices.base import Code
from pos_app.devices.scanners.decode import QR

QUIET_S = 2.0
READINGS = 2
READINGS_WITHIN_S = 1.0


@dataclass(slots=True)
class Gate:
    """Feed it what each picture shows; it answers with what counts."""

    quiet_s: float = QUIET_S
    _quiet_until: dict[Code, float] = field(default_factory=dict)
    _readings: dict[Code, tuple[int, float]] = field(default_factory=dict)  # equal readings, and when the last was

    def take(self, codes: list[Code], at_s: float) -> list[Code]:
        """Take the codes of one picture, seen at monotonic second ``at_s``; return those that count now."""
        self._forget(at_s)
        return [code for code in codes if self._counts(code, at_s)]

    def _counts(self, code: Code, at_s: float) -> bool:
        if code in self._quiet_until:
            self._quiet_until[code] = at_s + self.quiet_s
            return False
        readings = self._readings.get(code, (0, at_s))[0] + 1
        if code.symbology != QR and readings < READINGS:
            self._readings[code] = (readings, at_s)
            return False
        self._readings.pop(code, None)
        self._quiet_until[code] = at_s + self.quiet_s
        return True

    def _forget(self, at_s: float) -> None:
        self._quiet_until = {code: until for code, until in self._quiet_until.items() if until > at_s}
        self._readings = {
            code: (count, seen) for code, (count, seen) in self._readings.items() if at_s - seen <= READINGS_WITHIN_S
        }
