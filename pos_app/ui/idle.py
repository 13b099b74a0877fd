"""How long nobody has touched the window."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow

TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleWatch(QObject):
    """Watches what the window system hands to one window: a filter of the application would see every repaint.

    ``mono_ms`` is a clock that never runs backwards, in milliseconds.
    """

    def __init__(self, mono_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mono_ms = mono_ms
        self._touched_ms = mono_ms()

    def watch(self, window: QWindow) -> None:
        """Watch this window from now on."""
        window.installEventFilter(self)
        self.touch()

    def touch(self) -> None:
        """Count from now: somebody is there, as after a scan."""
        self._touched_ms = self._mono_ms()

    def idle_ms(self) -> int:
        """Return for how long nothing was touched, milliseconds."""
        return self._mono_ms() - self._touched_ms

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at what is handed to the window; nothing is taken."""
        if event.type() in TOUCHES:
            self.touch()
        return False
