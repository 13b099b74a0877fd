"""Catch scanner bursts wherever the focus is, and leave the field that had it as it was.

A keyboard-wedge scanner types into whatever has the focus. This filter goes with the focus, lets a decoder tell a burst
from typing, and when a burst ends gives the code out, puts every text field that got characters back as it was, and
swallows the Enter so that it presses no button. Where characters are commands (a digit takes a held sale or records a
call), they are held back until it is sure that no scanner typed them.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

ENDS = {"\r", "\n", "\t"}
# A longer pause starts a new burst, so the field is remembered again; to be equal to the decoder's own gap.
GAP_S = 0.035
# A key that is a command acts so much later when no other key follows; more than the gap, less than what hands feel.
HELD_BACK_MS = 80


class WedgeDecoder(Protocol):
    """Tells scans from typing; holds no Qt and no clock."""

    def key(self, text: str, at_s: float) -> str | None:
        """Take one key press at monotonic second ``at_s``; return a finished scan, or None."""
        ...


class _Snapshot:
    """A text field as it was before the burst."""

    def __init__(self, field: QWidget) -> None:
        self.field = field
        self._text, self._at = "", 0
        if isinstance(field, QLineEdit):
            self._text, self._at = field.text(), field.cursorPosition()
            self._selected = (field.selectionStart(), len(field.selectedText()))
        elif isinstance(field, QPlainTextEdit):
            self._text, self._at = field.toPlainText(), field.textCursor().position()

    def restore(self) -> None:
        """Put text and cursor back, without telling the field's listeners more than once."""
        if isinstance(self.field, QLineEdit):
            if self.field.text() != self._text:
                self.field.setText(self._text)
            self.field.setCursorPosition(self._at)
            if self._selected[0] >= 0:
                self.field.setSelection(*self._selected)
        elif isinstance(self.field, QPlainTextEdit) and self.field.toPlainText() != self._text:
            self.field.setPlainText(self._text)
            cursor = self.field.textCursor()
            cursor.setPosition(self._at)
            self.field.setTextCursor(cursor)


class ScanFilter(QObject):
    """Signals: ``scanned(code)`` for every burst.

    ``clock_s`` maps an event to monotonic seconds; the default takes the event's own timestamp, which the window system
    set when the key was pressed, so a busy window does not stretch a burst.
    """

    scanned = Signal(str)

    def __init__(
        self,
        decoder: WedgeDecoder,
        clock_s: Callable[[QKeyEvent], float] | None = None,
        gap_s: float = GAP_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._decoder = decoder
        self._clock_s = clock_s or event_time_s
        self._gap_s = gap_s
        self._last_s = float("-inf")
        self._before: list[_Snapshot] = []
        self._held_back: list[tuple[QWidget, QKeyEvent]] = []
        self._is_delivering = False
        self._watched: QWidget | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(HELD_BACK_MS)
        self._pause.timeout.connect(self._deliver)

    def watch(self, app: QApplication) -> None:
        """Watch the key presses of whatever has the focus, from now on.

        Only that widget's events come here: a filter of the whole application would be called for each of the hundreds
        of events of a repaint, and each call waits for Python while another thread computes.
        """
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def rest(self, app: QApplication) -> None:
        """Watch no more."""
        app.focusChanged.disconnect(self._follow)
        self._follow(None, None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at each key press that the focus widget gets."""
        if event.type() != QEvent.Type.KeyPress or self._is_delivering or watched is not self._watched:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget) or not event.text():
            return False
        return self._take(watched, event)

    def _follow(self, _before: QWidget | None, focus: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = focus
        if focus is not None:
            focus.installEventFilter(self)

    def _take(self, target: QWidget, event: QKeyEvent) -> bool:
        at_s, text = self._clock_s(event), event.text()
        if at_s - self._last_s > self._gap_s:
            self._deliver()
            self._before.clear()
        self._last_s = at_s
        if text in ENDS:
            return self._end(at_s)
        self._decoder.key(text, at_s)
        if _takes_text(target):
            self._deliver()
            if all(snapshot.field is not target for snapshot in self._before):
                self._before.append(_Snapshot(target))
            return False
        if not text.isprintable() or (text == " " and not self._held_back):
            self._deliver()  # Space presses the button: its release must find it pressed
            return False
        self._held_back.append((target, _copy(event, QEvent.Type.KeyPress)))
        self._pause.start()
        return True

    def _end(self, at_s: float) -> bool:
        """Take an Enter or Tab: the end of a burst, or a key of its own."""
        code = self._decoder.key("\r", at_s)
        before, self._before = self._before, []
        if code is None:
            self._deliver()
            return False
        self._pause.stop()
        self._held_back.clear()
        for snapshot in before:
            if isValid(snapshot.field):
                snapshot.restore()
        self.scanned.emit(code)
        return True

    def _deliver(self) -> None:
        """Hand on what was held back: a person pressed it."""
        self._pause.stop()
        held_back, self._held_back = self._held_back, []
        self._is_delivering = True
        try:
            for target, press in held_back:
                for event in (press, _copy(press, QEvent.Type.KeyRelease)):
                    if isValid(target):
                        QApplication.sendEvent(target, event)
        finally:
            self._is_delivering = False


def _takes_text(target: QWidget) -> bool:
    return isinstance(target, QLineEdit | QPlainTextEdit)


def _copy(event: QKeyEvent, kind: QEvent.Type) -> QKeyEvent:
    return QKeyEvent(kind, event.key(), event.modifiers(), event.text(), event.isAutoRepeat())


def event_time_s(event: QKeyEvent) -> float:
    """Return when the key was pressed, in seconds of the window system's monotonic clock."""
    return event.timestamp() / 1000
