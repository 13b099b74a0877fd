"""Tell a keyboard-wedge scanner from a person typing, by the gaps between keys.

Scanners type a key every 6 to 26 ms and end with Enter or Tab; people are slower. Pure: time comes with each key.
"""

from dataclasses import dataclass, field

from pos_app.devices.base import Scan, ScanObserver

GAP_S = 0.035
SHORTEST = 6  # characters; fewer at this speed can be a person who rolls over keys
LONGEST = 512
ENDS = frozenset("\r\n\t")
GS1_SEPARATOR = "\x1d"


@dataclass(slots=True)
class WedgeDecoder:
    """Feed it keys; it answers with a scan, or None.

    ``prefix`` and ``suffix`` are what the scanner is set to type around a code; they are taken off. A burst that
    begins with the prefix counts however short it is; without it the length decides.
    """

    gap_s: float = GAP_S
    prefix: str = ""
    suffix: str = ""
    _keys: list[str] = field(default_factory=list)
    _last_s: float = float("-inf")

    def key(self, text: str, at_s: float) -> str | None:
        """Take one key press at monotonic second ``at_s``; return a finished scan."""
        if not text:
            return None  # Shift and friends carry no text and must not reset the timing
        if not 0 <= at_s - self._last_s <= self.gap_s:
            self._keys.clear()
        self._last_s = at_s
        if text in ENDS:
            scan = self._finish("".join(self._keys))
            self._keys.clear()
            return scan
        if (not text.isprintable() and text != GS1_SEPARATOR) or len(self._keys) >= LONGEST:
            self._keys.clear()  # a shortcut, or a key that got stuck
        else:
            self._keys.append(text)
        return None

    def _finish(self, burst: str) -> str | None:
        marked = bool(self.prefix) and burst.startswith(self.prefix)
        if not marked and len(burst) < SHORTEST:
            return None
        return burst.removeprefix(self.prefix).removesuffix(self.suffix) or None


@dataclass(frozen=True, slots=True)
class WedgeScanner:
    """Turns keys into scans for an observer; for whoever has key presses and no use for the bare text."""

    decoder: WedgeDecoder
    on_scan: ScanObserver

    def key(self, text: str, at_s: float) -> bool:
        """Take one key press; True when it finished a scan, which the observer has got."""
        scan = self.decoder.key(text, at_s)
        if scan is not None:
            self.on_scan(Scan(scan, "", "wedge", at_s))
        return scan is not None
