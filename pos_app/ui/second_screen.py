"""Puts the customer's screen where the customer can see it, and takes it away when that screen is unplugged."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen

from pos_app.ui.presenters.customer_display import CustomerFace
from pos_app.ui.presenters.view_models import Device, DeviceChip, DeviceState
from pos_app.ui.views.customer_display import CustomerDisplay

WINDOW_PX = (1024, 600)


class Placement(StrEnum):
    """Where the customer's screen goes: on a second screen if there is one, in a window of its own, nowhere."""

    AUTO = "auto"
    WINDOW = "window"
    OFF = "off"


class SecondScreen(QObject):
    """Owns the customer's window, made when it is first needed. Signals: ``answered(purpose, agreed)``.

    Args:
        placement: where it goes.
        say: told how the second screen is, once it was there.
        screens: the screens in sight, the cashier's first.
    """

    answered = Signal(str, bool)

    def __init__(
        self,
        placement: Placement,
        say: Callable[[DeviceChip], None],
        screens: Callable[[], Sequence[QScreen]] = QGuiApplication.screens,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._placement, self._say, self._screens = placement, say, screens
        self._brand, self._face = "", CustomerFace()
        self._settle = QTimer(self)  # a screen that comes or goes says so several times
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self.place)
        self.window: CustomerDisplay | None = None

    def start(self, application: QGuiApplication) -> None:
        """Show the window if there is a place for it, and follow screens that come and go."""
        if self._placement is Placement.AUTO:
            application.screenAdded.connect(self._later)
            application.screenRemoved.connect(self._later)
        self.place()

    def stop(self) -> None:
        """Take the window away."""
        self._settle.stop()
        if self.window is not None:
            self.window.close()

    def show_brand(self, brand: str) -> None:
        """Show whose shop this is."""
        self._brand = brand
        if self.window is not None:
            self.window.show_brand(brand)

    def show_face(self, face: CustomerFace) -> None:
        """Show a step of the sale, or keep it until there is a screen."""
        self._face = face
        if self.window is not None:
            self.window.show_face(face)

    def place(self) -> None:
        """Put the window on the second screen, or hide it when there is none any more."""
        if self._placement is Placement.OFF:
            return
        others = self._screens()[1:]
        if self._placement is Placement.AUTO and not others:
            if self.window is not None:
                self.window.hide()
                self._say(DeviceChip(Device.DISPLAY, DeviceState.MISSING))
            return
        window = self._made()
        if self._placement is Placement.WINDOW:
            window.resize(*WINDOW_PX)
            window.show()
        else:
            window.setGeometry(others[0].geometry())
            window.setWindowState(Qt.WindowState.WindowFullScreen)  # showFullScreen() would ask for the keys
            window.show()
        self._say(DeviceChip(Device.DISPLAY, DeviceState.READY))

    def _later(self, _screen: QScreen) -> None:
        self._settle.start()

    def _made(self) -> CustomerDisplay:
        if self.window is None:
            self.window = CustomerDisplay()
            self.window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # keys stay with the cashier
            self.window.setWindowFlag(Qt.WindowType.WindowDoesNotAcceptFocus)
            self.window.answered.connect(self.answered)
            self.window.show_brand(self._brand)
            self.window.show_face(self._face)
        return self.window
