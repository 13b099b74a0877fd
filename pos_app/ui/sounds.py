"""Three short tones: scanned, refused, paid. Made here, played by the system's own player, never waited for."""

import math
import shutil
import struct
import tempfile
import wave
from pathlib import Path

from PySide6.QtCore import QProcess

RATE_HZ = 22_050
LOUDNESS = 0.35
# name: (frequency Hz, milliseconds) one after the other; 0 Hz is silence
TONES: dict[str, tuple[tuple[int, int], ...]] = {
    "ok": ((880, 60),),
    "error": ((220, 120), (0, 60), (220, 120)),
    "paid": ((660, 90), (880, 140)),
}
PLAYERS = (("aplay", "-q"), ("paplay",), ("afplay",))


class Sounds:
    """Plays the tones; silent where the machine has no player, or while muted."""

    def __init__(self) -> None:
        self.muted = False
        self._folder: Path | None = None
        self._player = next(((shutil.which(name) or "", *rest) for name, *rest in PLAYERS if shutil.which(name)), None)

    def play(self, name: str) -> None:
        """Play ``ok``, ``error`` or ``paid``; returns at once."""
        if self.muted or self._player is None:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="till-sounds-"))
        path = self._folder / f"{name}.wav"
        if not path.exists():
            write_wave(path, TONES[name])
        program, *arguments = self._player
        QProcess.startDetached(program, [*arguments, str(path)])


def write_wave(path: Path, tones: tuple[tuple[int, int], ...]) -> None:
    """Write tones as a mono 16-bit wave file, faded at both ends so that nothing clicks."""
    samples: list[int] = []
    for frequency, length_ms in tones:
        count = RATE_HZ * length_ms // 1000
        fade = count // 8 or 1
        for n in range(count):
            edge = min(1.0, n / fade, (count - n) / fade)
            samples.append(round(32_767 * LOUDNESS * edge * math.sin(2 * math.pi * frequency * n / RATE_HZ)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
