"""A person at the till: presses keys, taps, scans, looks at the screen. Knows the window, not what is behind it."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QKeyCombination, QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from pos_app.errors import Unavailable

POLL_MS = 10
STEP_TIMEOUT_S = 20.0
TYPING_S = 0.06  # slower than any scanner's burst
SCANNING_S = 0.008
SIZES = ((1366, 768), (1024, 768))
LANGUAGES = (("zh_CN", "zh"), ("en", "en"))


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until ``holds`` is true; ``what`` names it when it never is."""

    what: str
    holds: Callable[[], bool]
    timeout_s: float = STEP_TIMEOUT_S


Step = Until
Script = Generator[Step, None, None]


class Fingers:
    """When each key was pressed: a busy machine injects keys late, a keyboard's own time stamps are never late."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def rest(self, seconds: float) -> None:
        """Let time pass before the next key."""
        self._now_s += seconds

    def key_time_s(self, _event: object) -> float:
        """Return when the key in hand was pressed."""
        return self._now_s


class Operator(QObject):
    """Runs a script one step at a time on the window's own event loop, so that the program lives as in use."""

    def __init__(
        self,
        window: QWidget,
        fingers: Fingers,
        show_language: Callable[[str], None],
        out: Path,
        ended: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self.window = window
        self._show_language = show_language
        self._out = out
        self._ended = ended
        self._fingers = fingers
        self._script: Iterator[Step] | None = None
        self._waiting: Until | None = None
        self._since_s = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)

    def perform(self, script: Script) -> None:
        """Begin; ``ended`` is called with an empty text, or with what never came true."""
        self._script = script
        self._timer.start(POLL_MS)

    # ---- what a person can do: each is a generator, used with ``yield from``

    def press(self, keys: str) -> Script:
        """Press one key or combination as it is printed on the buttons: ``F9``, ``Ctrl+Z``, ``Return``."""
        self._fingers.rest(TYPING_S)
        sequence: Any = QKeySequence(keys)  # its stubs lack the index
        combination: QKeyCombination = sequence[0]
        QTest.keyClick(self.window.windowHandle(), combination.key(), combination.keyboardModifiers())
        yield from self.pause(TYPING_S)

    def type(self, text: str) -> Script:
        """Type like a person, slower than a scanner."""
        for character in text:
            self._fingers.rest(TYPING_S)
            QTest.keyClick(self.window.windowHandle(), ord(character))
            yield from self.pause(0)

    def scan(self, code: str) -> Script:
        """Scan with the wedge scanner: the burst goes to whatever has the focus."""
        self._fingers.rest(TYPING_S)
        for character in code:
            self._fingers.rest(SCANNING_S)
            QTest.keyClick(self.window.windowHandle(), ord(character))
        self._fingers.rest(SCANNING_S)
        QTest.keyClick(self.window.windowHandle(), Qt.Key.Key_Return)
        yield from self.pause(TYPING_S)

    def tap(self, widget: QWidget) -> Script:
        """Tap the middle of a control that is visible and enabled."""
        yield Until(
            f"{widget.accessibleName() or widget.objectName() or type(widget).__name__} can be tapped",
            lambda: widget.isVisible() and widget.isEnabled(),
        )
        at = widget.mapTo(self.window, widget.rect().center())
        QTest.mouseClick(self.window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        yield from self.pause(TYPING_S)

    def pause(self, seconds: float) -> Script:
        """Let the window live for a while."""
        until_s = time.monotonic() + seconds
        yield Until("time passes", lambda: time.monotonic() >= until_s, seconds + STEP_TIMEOUT_S)

    def until(self, what: str, holds: Callable[[], bool], timeout_s: float = STEP_TIMEOUT_S) -> Script:
        """Wait until something is true."""
        yield Until(what, holds, timeout_s)

    def shots(self, name: str) -> Script:
        """Take the picture of the window in both languages and both sizes; ends as it began."""
        before = self.window.size()
        for language, mark in LANGUAGES:
            self._show_language(language)
            for width, height in SIZES:
                self.window.resize(width, height)
                yield from self.pause(0.12)
                path = self._out / f"{name}_{mark}_{width}.png"
                if not self.window.grab().save(str(path)):
                    raise Unavailable("demo.picture", path=str(path))
        self._show_language(LANGUAGES[0][0])
        self.window.resize(before)
        yield from self.pause(0.1)

    def _advance(self) -> None:
        assert self._script is not None
        if self._waiting is not None and not self._waiting.holds():
            if time.monotonic() - self._since_s > self._waiting.timeout_s:
                self._end(self._waiting.what)
            return
        try:
            self._waiting = next(self._script)
        except StopIteration:
            self._end("")
            return
        self._since_s = time.monotonic()

    def _end(self, missing: str) -> None:
        self._timer.stop()
        self._ended(missing)
