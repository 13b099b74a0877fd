"""Begin and fail to begin: the Qt application with the till's looks, and the one window for a start that cannot be."""

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui.messages import sentence
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme


def make_application(arguments: list[str]) -> QApplication:
    """Return the process's application, dressed; the input method is chosen before Qt looks for it."""
    if "fcitx" in os.environ.get("XMODIFIERS", "") and "QT_IM_MODULE" not in os.environ:
        os.environ["QT_IM_MODULE"] = "ibus"  # the wheels carry no fcitx plugin; fcitx speaks ibus too
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(arguments)
        app.setApplicationName("member-pos")
        load_fonts()
        apply_theme(app)
    return app


def show_start_problem(error: PosError) -> int:
    """Say why the till cannot start, on screen and on standard error; return the exit status."""
    said = sentence(error)
    sys.stderr.write(f"{said} [{error.code}]\n")
    if os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        box = QMessageBox(QMessageBox.Icon.Warning, _("The till cannot start"), said)
        box.setInformativeText(error.code)
        box.finished.connect(QApplication.quit)
        QTimer.singleShot(0, box.open)
        QApplication.exec()
    return 1


def leave_with(status: int) -> None:
    """End the window's event loop with this status."""
    QApplication.exit(status)


def show_until_left(window: QWidget) -> int:
    """Show the window until it is closed, or ``leave_with`` ends it; return the exit status."""
    window.show()
    status = QApplication.exec()
    window.hide()  # closed, the last window would end the program while another till opens
    return status
