"""Catch scanner bursts wherever the focus is, and leave the field that had it as it was.

A keyboard-wedge scanner types into whatever has the focus. This filter watches the whole application, lets a decoder
tell a burst from typing, and when a burst ends gives the code out, puts the text field back as it was before the first
character, and swallows the Enter so that it presses no button.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

ENDS = {"\r", "\n", "\t"}
# A longer pause starts a new burst, so the field is remembered again; to be equal to the decoder's own gap.
GAP_S = 0.035


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

    Install once with ``watch``. ``clock_s`` maps an event to monotonic seconds; the default takes the event's own
    timestamp, which the window system set when the key was pressed, so a busy window does not stretch a burst.
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
        self._before: _Snapshot | None = None

    def watch(self, app: QCoreApplication) -> None:
        """Start watching all key presses of the application."""
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at each key press once: ignored presses come again for the parents, so only the focus widget counts."""
        if event.type() != QEvent.Type.KeyPress or watched is not QApplication.focusWidget():
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget) or not event.text():
            return False
        return self._take(watched, event)

    def _take(self, target: QWidget, event: QKeyEvent) -> bool:
        at_s = self._clock_s(event)
        text = event.text()
        begins = at_s - self._last_s > self._gap_s or self._before is None or self._before.field is not target
        self._last_s = at_s
        if begins and text not in ENDS:
            self._before = _Snapshot(target)
        code = self._decoder.key("\r" if text in ENDS else text, at_s)
        if code is None:
            return False
        if self._before is not None and self._before.field is target:
            self._before.restore()
        self._before = None
        self.scanned.emit(code)
        return True


def event_time_s(event: QKeyEvent) -> float:
    """Return when the key was pressed, in seconds of the window system's monotonic clock."""
    return event.timestamp() / 1000
