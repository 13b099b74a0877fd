"""Where other threads speak to the window: plain callbacks in, Qt signals out on the window's thread."""

from PySide6.QtCore import QObject, Signal


class Bridge(QObject):
    """Drivers and the sync worker get the ``say_*`` methods as callbacks; the window connects to the signals.

    Signals carry the values of the caller as they are: ``device_said(name, state)``, ``sync_said(status)``,
    ``print_said(job state)``, ``scan_said(scan)``, ``frame_said(frame)``.
    """

    device_said = Signal(object)
    sync_said = Signal(object)
    print_said = Signal(object)
    scan_said = Signal(object)
    frame_said = Signal(object)

    def say_device(self, state: object) -> None:
        """Tell the window that a device changed; from any thread."""
        self.device_said.emit(state)

    def say_sync(self, status: object) -> None:
        """Tell the window how synchronisation stands; from any thread."""
        self.sync_said.emit(status)

    def say_print(self, state: object) -> None:
        """Tell the window what became of a print job; from any thread."""
        self.print_said.emit(state)

    def say_scan(self, scan: object) -> None:
        """Tell the window that a code was read by camera or serial scanner; from any thread."""
        self.scan_said.emit(scan)

    def say_frame(self, frame: object) -> None:
        """Show the window what the camera sees; from any thread."""
        self.frame_said.emit(frame)
