"""SIGKILL at a commit point: of the process itself, or of another one that waits for it."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from pos_app.commit_points import EVENT


@dataclass(frozen=True)
class Doom:
    """Die at the n-th pass of a point. ``victim`` is a file with the process id of whoever dies; empty: itself."""

    point: str
    nth: int = 1
    victim: str = ""


def listen(doom: Doom | None, diary: Path) -> None:
    """Write every pass into the diary, one line each, and carry out the doom; for the rest of this process."""
    file = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    left = doom.nth if doom else 0

    def hear(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event != EVENT:
            return
        os.write(file, f"{args[0]}\n".encode())
        if doom is None or args[0] != doom.point:
            return
        left -= 1
        if left == 0:
            os.write(file, f"{FIRED} {doom.point} {doom.nth}\n".encode())
            os.kill(int(Path(doom.victim).read_text()) if doom.victim else os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)


FIRED = "FIRED"


def passes(diary: Path) -> dict[str, int]:
    """Return how often each point was passed, in the order of the first passes."""
    counts: dict[str, int] = {}
    for line in diary.read_text().split("\n") if diary.exists() else []:
        if line and not line.startswith(FIRED):
            counts[line] = counts.get(line, 0) + 1
    return counts
