"""F8: the drawer without a sale; one tap or one digit says why and opens it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from pos_app.i18n import _
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.sheet import Sheet

WIDTH_PX = 560
REASON_PX = 64


class DrawerSheet(Sheet):
    """Signals: ``opened(reason)`` with the code of the reason: the drawer is to open."""

    opened = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Open the drawer"), host, width_px=WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.subtitle.say(lambda: _("Without a sale; the reason is kept"))
        self.reasons = ReasonGrid(with_digits=True, acts_at_once=True, height_px=REASON_PX)
        self.leave = Button(lambda: _("Leave it shut"), icon="undo", key="Esc")
        self.body.addWidget(self.reasons)
        self.footer.addWidget(self.leave)
        self.footer.addStretch(1)
        self.reasons.chosen.connect(self.opened)
        self.leave.clicked.connect(self.dismiss)

    def open_drawer(self, reasons: tuple[str, ...]) -> None:
        """Ask why the drawer is to open."""
        self.reasons.show_reasons(reasons)
        self.open_over(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit is a reason, and opens."""
        reason = self.reasons.reason_at(event.text()) if event.text() and event.text() in "123456789" else ""
        if reason:
            self.opened.emit(reason)
            event.accept()
        else:
            super().keyPressEvent(event)
