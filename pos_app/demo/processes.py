"""The processes of the demo: started, watched, killed, and never left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from pos_app.errors import Unavailable

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


def run_to_end(module: str, *arguments: str, timeout_s: float = 180.0) -> str:
    """Run ``python -m module arguments`` and return what it printed.

    Raises:
        Unavailable: ``demo.process`` with the module, its exit status and the end of what it complained of.
    """
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )
    if done.returncode != 0:
        raise Unavailable("demo.process", module=module, status=done.returncode, said=done.stderr[-2000:])
    return done.stdout


class Child:
    """One child process. Its standard output is read line by line on a thread of its own."""

    def __init__(self, module: str, *arguments: str, log: Path, environment: dict[str, str] | None = None) -> None:
        self._module = module
        self._log = log.open("a", encoding="utf-8")
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._ended = False
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-u", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def line(self, wanted: Callable[[str], bool], timeout_s: float = START_TIMEOUT_S) -> str:
        """Wait for the next line that is ``wanted`` and return it; lines before it are dropped.

        Raises:
            Unavailable: ``demo.process`` when the child ended or stayed silent.
        """
        with self._news:
            while True:
                while self._lines:
                    line = self._lines.pop(0)
                    if wanted(line):
                        return line
                if self._ended or not self._news.wait(timeout_s):
                    status = self._process.poll()
                    raise Unavailable("demo.process", module=self._module, status=status, said=self._log.name)

    def say(self, message: dict[str, Any]) -> None:
        """Write one JSON line to the child's standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(STOP_TIMEOUT_S)
        self._close()

    def stop(self) -> int:
        """Ask it to end, insist after a while, and return its exit status."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        status = self._process.wait(STOP_TIMEOUT_S)
        self._close()
        return status

    def wait(self, timeout_s: float) -> int:
        """Wait for its own end and return its exit status."""
        status = self._process.wait(timeout_s)
        self._close()
        return status

    def _read(self, stream: TextIO) -> None:
        for line in stream:
            with self._news:
                self._lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _close(self) -> None:
        self._reader.join(2)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
