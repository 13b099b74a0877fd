"""One act of the demo as a till process: the real program, with the operator at its keys.

Speaks with the director in JSON lines: orders and findings on standard output, answers on standard input.
"""

import argparse
import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from pos_app import logs
from pos_app.bootstrap.program import Running, Start, running
from pos_app.bootstrap.world import SystemClock
from pos_app.demo import script
from pos_app.demo.acts import Stage
from pos_app.demo.cast import load
from pos_app.demo.operator import Fingers, Operator, Script, Until
from pos_app.paths import Paths
from pos_app.ui.start import make_application

DAY_MS = 24 * 3_600_000
SIZE = (1366, 768)
ACTS = {"first": script.first_act, "second": script.second_act, "third": script.third_act}


class Director(QObject):
    """The other end of standard input and output. Signals: ``answered(text)`` on the window's thread."""

    answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[dict[str, Any]] = []
        self.answered.connect(self._keep)
        threading.Thread(target=self._listen, name="director", daemon=True).start()

    def say(self, **message: object) -> None:
        """Write one JSON line."""
        sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def ask(self, order: str, **facts: object) -> Script:
        """Give an order and wait until it is carried out."""
        known = len(self.answers)
        self.say(order=order, **facts)
        yield Until(f"the director carries out {order}", lambda: len(self.answers) > known, 180)

    def _listen(self) -> None:
        for line in sys.stdin:
            self.answered.emit(line)

    def _keep(self, line: str) -> None:
        self.answers.append(json.loads(line))


@dataclass(frozen=True, slots=True)
class Part:
    """Which act is played, by whose hands, under whose direction, into which folder."""

    act: str
    fingers: Fingers
    director: Director
    out: Path


def play(till: Running, part: Part, ended: list[str]) -> None:
    """Show the window and let the operator begin."""
    director, act, out = part.director, part.act, part.out
    window = till.application.window
    window.resize(*SIZE)
    window.show()
    window.activateWindow()

    def end(missing: str) -> None:
        ended.append(missing)
        if missing:
            window.grab().save(str(out / f"stuck_{act}.png"))
        window.close()

    operator = Operator(window, part.fingers, till.application.switch_language, out, end)
    cast = out / "cast.json"
    stage = Stage(
        till=till,
        operator=operator,
        cast=load(cast) if cast.exists() else None,
        ask=director.ask,
        check=lambda name, ok, detail: director.say(check=name, ok=ok, detail=detail),
        figure=lambda name, value: director.say(figure=name, value=value),
        out=out,
    )
    operator.perform(_prepared(stage, director) if act == "prepare" else ACTS[act](stage))


def _prepared(stage: Stage, director: Director) -> Script:
    """Wait for the first synchronisation, then let the director say who could come."""
    yield from stage.operator.until("the directory is here", stage.app.world.is_online, 120)
    yield from director.ask("candidates")
    yield from script.prepare(stage, director.answers[-1]["members"])


def main() -> int:
    """Play one act and return 0, or 1 when something never came true."""
    parser = argparse.ArgumentParser(description="One act of the demo shift")
    parser.add_argument("--act", choices=("prepare", *ACTS), required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--ahead-days", type=int, default=0)
    chosen = parser.parse_args()
    paths = Paths(chosen.home)
    logs.start(paths.logs)
    qt = make_application(sys.argv[:1])
    director = Director()
    ended: list[str] = []
    part = Part(chosen.act, Fingers(), director, chosen.out)
    clock = SystemClock(chosen.ahead_days * DAY_MS)
    start = Start(paths, clock, repeat_camera=True, key_time_s=part.fingers.key_time_s)
    with running(start) as till:
        QTimer.singleShot(0, lambda: play(till, part, ended))
        qt.exec()
    missing = ended[0] if ended else "the end"
    director.say(ended=missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
