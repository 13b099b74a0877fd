"""A line to tick: box, words that shrink before they are cut, and the key that ticks it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, width_px
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, CHIP_RADIUS_PX, DEMI, MEDIUM, REGULAR, TARGET_PX, Tone
from pos_app.ui.widgets.words import RIGHT, Say, said, text_at

BOX_PX = 24
LEFT_PX = 10
TEXT_PX = LEFT_PX + BOX_PX + 10
KEY_PX = 22


class Tick(QAbstractButton):
    """A check box as large as a finger. ``key`` is printed at the right; whoever owns the line listens for it."""

    def __init__(self, say: Say, *, key: str = "") -> None:
        super().__init__()
        self._say, self._key = say, key
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(TARGET_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(said(say))

    def say(self, say: Say) -> None:
        """Show other words."""
        self._say = say
        self.setAccessibleName(said(say))
        self.updateGeometry()
        self.update()

    def clipped(self) -> str | None:
        """Return the words if they are cut at the present size."""
        text = said(self._say)
        return None if fit(text, self._room(), BODY_PX, MEDIUM)[1] == text else text

    def sizeHint(self) -> QSize:
        """Return the size at which the words show in full."""
        return QSize(round(width_px(said(self._say), BODY_PX, DEMI)) + TEXT_PX + KEY_PX + 6, TARGET_PX)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a word would be cut."""
        return QSize(round(width_px(said(self._say), CAP_PX, DEMI)) + TEXT_PX + KEY_PX + 6, TARGET_PX)

    def changeEvent(self, event: QEvent) -> None:
        """Say the words again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.say(self._say)
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, box, words and key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        edge: Tone = "focus" if self.hasFocus() else ("pri_line" if on else "line")
        painter.setPen(QPen(colour(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(colour("pri_tint" if on else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CHIP_RADIUS_PX, CHIP_RADIUS_PX)
        box = QRectF(LEFT_PX, (self.height() - BOX_PX) / 2, BOX_PX, BOX_PX)
        painter.setPen(QPen(colour("pri" if on else "line2"), 1.5))
        painter.setBrush(colour("pri" if on else "surface"))
        painter.drawRoundedRect(box, 6, 6)
        if on:
            painter.drawPixmap(QPointF(box.left() + 2, box.top() + 2), pixmap("check", "on_pri", 20, 2.4))
        px, text = fit(said(self._say), self._room(), BODY_PX, MEDIUM)
        ink: Tone = "pri_p" if on else "ink"
        text_at(painter, QRectF(TEXT_PX, 0, self._room() + 2, self.height()), text, (px, MEDIUM, ink))
        key = QRectF(self.width() - KEY_PX - 8, 0, KEY_PX, self.height())
        text_at(painter, key, self._key, (CAP_PX, REGULAR, "ink3"), RIGHT)
        painter.end()

    def _room(self) -> int:
        return self.width() - TEXT_PX - (KEY_PX + 4 if self._key else 8)
