"""A QR code drawn with square pixels, for a phone's camera to read off the screen."""

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET_MODULES = 4  # ISO/IEC 18004: the empty border without which a reader may miss the code


class QrView(QWidget):
    """Black on white in every theme, since readers want it so. An empty text hides it."""

    def __init__(self, side_px: int) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_side(side_px)
        self.hide()

    def show_text(self, text: str, name: str) -> None:
        """Show what the code says; ``name`` is what assistive technology reads."""
        self._text = text
        self.setAccessibleName(name)
        self.setVisible(bool(text))
        self.update()

    def set_side(self, side_px: int) -> None:
        """Change the size, px."""
        self._side = side_px
        self.setFixedSize(side_px, side_px)

    def sizeHint(self) -> QSize:
        """Return the size, border included."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the modules, each a whole number of pixels wide."""
        rows = _modules(self._text)
        across = len(rows) + 2 * QUIET_MODULES
        module = max(1, self._side // across)
        left = (self._side - module * len(rows)) // 2
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("white"))
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        painter.setBrush(QColor("black"))
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    painter.drawRect(left + x * module, left + y * module, module, module)
        painter.end()


@lru_cache(maxsize=4)
def _modules(text: str) -> tuple[bytes, ...]:
    import segno  # noqa: PLC0415 - only where a code is shown

    return tuple(bytes(row) for row in segno.make_qr(text, error="m").matrix)
