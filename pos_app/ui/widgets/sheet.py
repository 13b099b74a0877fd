"""A sheet over the window instead of a dialog: nothing blocks, scans go on, and focus goes home when it closes."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui.theme.tokens import BODY_PX, BOLD, TITLE_PX
from pos_app.ui.widgets.buttons import IconButton
from pos_app.ui.widgets.marks import card, rule
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.words import Say, Words

MARGIN_PX = 12


class Sheet(Retold, QFrame):
    """A panel with title, body and footer over a scrim that covers its host.

    Fill ``body`` (a vertical layout) and ``footer`` (a row). Signals: ``closed`` after Esc, the cross or ``dismiss``;
    whoever opened the sheet then gives the focus back to the scan line. Tab stays inside while it is open.
    """

    closed = Signal()

    def __init__(self, title: Say, host: QWidget, *, width_px: int = 720, anchor: str = "centre") -> None:
        super().__init__(host)
        self.setObjectName("scrim")
        self._host = host
        self._wide = width_px
        self._anchor = anchor
        self._first: QWidget | None = None
        self.panel = card()
        self.panel.setParent(self)
        self.title = Words(title, TITLE_PX, "ink", BOLD)
        self.subtitle = Words("", BODY_PX, "ink2", elide=True)
        self.cross = IconButton("cross", lambda: _("Close the panel"))
        self.cross.clicked.connect(self.dismiss)
        self.body = QVBoxLayout()
        self.footer = QHBoxLayout()
        self._arrange()
        host.installEventFilter(self)
        self.hide()

    def open_over(self, first: QWidget | None = None) -> None:
        """Show the sheet over its host and give the focus to ``first``, or to the panel's first control."""
        self._first = first
        self._place()
        self.show()
        self.raise_()
        target = first if first is not None else self._step(self.panel, forward=True)
        if target is not None:
            target.setFocus(Qt.FocusReason.PopupFocusReason)

    def resume(self) -> None:
        """Take the focus again, after something lay over the whole window."""
        self.open_over(self._first)

    def dismiss(self) -> None:
        """Close the sheet; closing twice says ``closed`` once."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close at Esc; keep every other key from what lies below."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Move the focus within the sheet only."""
        start = self.focusWidget() or self.panel
        target = self._step(start, forward=forward)
        if target is None:
            return False
        target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the host."""
        # While Python takes a window apart, Qt may still deliver to a sheet whose attributes are gone.
        if watched is getattr(self, "_host", None) and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def set_width(self, width_px: int) -> None:
        """Change how wide the panel may be, px."""
        self._wide = width_px
        self._place()

    def _place(self) -> None:
        self.setGeometry(self._host.rect())
        wide = min(self._wide, self.width() - 2 * MARGIN_PX)
        high = min(max(self.panel.minimumSizeHint().height(), self._height()), self.height() - 2 * MARGIN_PX)
        left = MARGIN_PX if self._anchor == "left" else (self.width() - wide) // 2
        self.panel.setGeometry(QRect(left, max(MARGIN_PX, (self.height() - high) // 2), wide, high))

    def _height(self) -> int:
        if self._anchor == "left":
            return self.height()
        return self.panel.sizeHint().height()

    def _step(self, start: QWidget, *, forward: bool) -> QWidget | None:
        """Return the next control inside the panel that takes the focus by Tab, going round."""
        widget = _neighbour(start, forward=forward)
        while widget is not None and widget is not start:
            tabbed = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if tabbed and self.panel.isAncestorOf(widget) and widget.isEnabled() and widget.isVisible():
                return widget
            widget = _neighbour(widget, forward=forward)
        return None

    def _arrange(self) -> None:
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(20, 10, 20, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self.title)
        head.addWidget(self.subtitle, 1)
        head.addWidget(self.cross)
        column.addLayout(head)
        column.addWidget(rule())
        column.addLayout(self.body, 1)
        self.footer.setSpacing(10)
        column.addLayout(self.footer)


def _neighbour(widget: QWidget, *, forward: bool) -> QWidget | None:
    return widget.nextInFocusChain() if forward else widget.previousInFocusChain()


def in_sheet(widget: QWidget) -> bool:
    """Say whether a control stands in a sheet."""
    above: QObject | None = widget
    while above is not None and not isinstance(above, Sheet):
        above = above.parent()
    return above is not None
