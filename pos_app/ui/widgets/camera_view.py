"""A small live picture from the member-code camera, so that the customer sees where to hold the phone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pos_app.i18n import _
from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour
from pos_app.ui.theme.tokens import MEDIUM, SMALL_PX
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.words import CENTER, text_at


class CameraView(QWidget):
    """Shows 8-bit grey frames; a frame replaces the one before, nothing is queued. Dark with a hint while off."""

    def __init__(self) -> None:
        super().__init__()
        self._frame: QImage | None = None
        self._on = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(96)
        name(self, lambda: _("Camera"))

    def show_frame(self, grey: bytes, width_px: int, height_px: int) -> None:
        """Show one frame of ``width_px * height_px`` bytes, rows from the top; a frame of another length is dropped."""
        if len(grey) != width_px * height_px or not grey:
            return
        self._frame = QImage(grey, width_px, height_px, width_px, QImage.Format.Format_Grayscale8).copy()
        self._on = True
        self.update()

    def show_off(self) -> None:
        """Show that the camera is off."""
        self._frame, self._on = None, False
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size in the shape of a 4:3 picture."""
        return QSize(200, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the newest frame, cut to fill, with the corners of a viewfinder."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(box, 10, 10)
        painter.setClipPath(clip)
        painter.fillRect(box, colour("night"))
        if self._frame is not None:
            scaled = self._frame.scaled(
                self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.FastTransformation
            )
            painter.drawImage((self.width() - scaled.width()) // 2, (self.height() - scaled.height()) // 2, scaled)
        else:
            painter.drawPixmap(
                round(box.center().x() - 14), round(box.center().y() - 24), pixmap("camera", "night_ink", 28)
            )
            hint = QRectF(0, box.center().y() + 8, box.width(), 20)
            text_at(painter, hint, _("Camera is off"), (SMALL_PX, MEDIUM, "night_ink"), CENTER)
        painter.end()
