"""Where one stands in a task of a few steps."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.i18n import _
from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, width_px
from pos_app.ui.theme.tokens import CAP_PX, DEMI, LABEL_PX, MEDIUM, SCAN_PX, SMALL_PX, Tone
from pos_app.ui.widgets.words import CENTER, text_at

DISC_PX = 28
GAP_PX = 8


class Steps(QWidget):
    """A row of numbered steps: done ones ticked, the present one filled. Shows only; steps are not pressed."""

    def __init__(self, names: tuple[Callable[[], str], ...]) -> None:
        super().__init__()
        self._names = names
        self._step = 1
        self.setFixedHeight(SCAN_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_step(1)

    def show_step(self, step: int) -> None:
        """Show the step, counted from 1, as the present one."""
        self._step = step
        words = _("Step {n} of {total}: {name}")
        self.setAccessibleName(words.format(n=step, total=len(self._names), name=self._names[step - 1]()))
        self.update()

    def clipped(self) -> str | None:
        """Return a name that is cut at the present size."""
        for name in self._names:
            if fit(name(), self._room(), LABEL_PX, DEMI)[1] != name():
                return name()
        return None

    def minimumSizeHint(self) -> QSize:
        """Return the width at which every name shows at its least size."""
        widest = max(width_px(name(), CAP_PX, DEMI) for name in self._names)
        return QSize(round(widest + DISC_PX + 2 * GAP_PX + 6) * len(self._names), SCAN_PX)

    def sizeHint(self) -> QSize:
        """Return a comfortable width."""
        return QSize(self.minimumSizeHint().width() + 120, SCAN_PX)

    def changeEvent(self, event: QEvent) -> None:
        """Say the names again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.updateGeometry()
            self.show_step(self._step)
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw discs, names and the lines between."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share, middle = self.width() / len(self._names), self.height() / 2
        for place, name in enumerate(self._names):
            left = place * share
            px, text = fit(name(), self._room(), LABEL_PX, DEMI)
            weight = DEMI if place + 1 <= self._step else MEDIUM
            self._paint_disc(painter, QRectF(left, middle - DISC_PX / 2, DISC_PX, DISC_PX), place + 1)
            ink: Tone = "ink" if place + 1 <= self._step else "ink3"
            text_at(painter, QRectF(left + DISC_PX + GAP_PX, 0, share, self.height()), text, (px, weight, ink))
            end = left + DISC_PX + 2 * GAP_PX + width_px(text, px, weight)
            if place + 1 < len(self._names) and left + share - GAP_PX > end + 12:
                painter.setPen(QPen(colour("line"), 2))
                painter.drawLine(QPointF(end + 4, middle), QPointF(left + share - GAP_PX, middle))
        painter.end()

    def _paint_disc(self, painter: QPainter, box: QRectF, step: int) -> None:
        reached = step <= self._step
        painter.setPen(Qt.PenStyle.NoPen if reached else QPen(colour("line2"), 1.5))
        painter.setBrush(colour("pri" if reached else "surface"))
        painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        if step < self._step:
            painter.drawPixmap(QPointF(box.left() + 5, box.top() + 5), pixmap("check", "on_pri", 18, 2.4))
        else:
            text_at(painter, box, str(step), (SMALL_PX, DEMI, "on_pri" if reached else "ink3"), CENTER)

    def _room(self) -> int:
        return int(self.width() / len(self._names)) - DISC_PX - 2 * GAP_PX
