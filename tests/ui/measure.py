"""What can be measured on a screen: cut words, small targets, controls without a name, what the Tab key reaches."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListView, QWidget

LEAST_TARGET_PX = 44


def shown(root: QWidget, kind: type[QWidget] = QWidget) -> list[QWidget]:
    """Every visible widget of a kind inside ``root``."""
    return [widget for widget in root.findChildren(kind) if widget.isVisible()]


def cut(root: QWidget) -> set[str]:
    """Words of ours that do not fit where they stand."""
    seen = (widget for widget in shown(root) if hasattr(widget, "clipped") and not widget.visibleRegion().isEmpty())
    return {f"{type(widget).__name__}: {text}" for widget in seen if (text := widget.clipped())}


def small(root: QWidget) -> set[str]:
    """Buttons that a finger would miss."""
    return {
        f"{button.accessibleName()} {button.width()}x{button.height()}"
        for button in shown(root, QAbstractButton)
        if min(button.width(), button.height()) < LEAST_TARGET_PX
    }


def nameless(root: QWidget) -> set[str]:
    """Controls that assistive technology cannot name."""
    return {
        f"{type(widget).__name__} {widget.objectName()}"
        for kind in (QAbstractButton, QLineEdit, QListView)
        for widget in shown(root, kind)
        if not widget.accessibleName()
    }


def outside(root: QWidget) -> set[str]:
    """Buttons that reach over the edge of the window."""
    found = set()
    for widget in shown(root, QAbstractButton):
        seen = widget.visibleRegion().boundingRect()
        box = QRect(widget.mapTo(root, seen.topLeft()), seen.size())
        if not seen.isEmpty() and not root.rect().contains(box):
            found.add(f"{type(widget).__name__} {widget.accessibleName()}")
    return found


def overlapping(root: QWidget) -> set[str]:
    """Pairs of controls that stand on each other."""
    controls = [
        w for kind in (QAbstractButton, QLineEdit) for w in shown(root, kind) if not w.visibleRegion().isEmpty()
    ]
    boxes = [(widget, QRect(widget.mapTo(root, widget.rect().topLeft()), widget.size())) for widget in controls]
    return {
        f"{first.accessibleName()} / {second.accessibleName()}"
        for at, (first, box) in enumerate(boxes)
        for second, other in boxes[at + 1 :]
        if box.intersects(other) and not first.isAncestorOf(second) and not second.isAncestorOf(first)
    }


def primaries(root: QWidget) -> list[str]:
    """The filled buttons in sight, by their words; those that a sheet covers do not count."""
    sheet = next((part for part in shown(root) if part.objectName() == "scrim"), None)
    return [
        button.accessibleName()
        for button in shown(root if sheet is None else sheet, QAbstractButton)
        if button.property("v") == "pri"
    ]


def reached_by_tab(root: QWidget) -> tuple[set[str], set[str]]:
    """Walk with Tab from where the focus is until it comes back; return the names reached and the names wanted."""
    window = root.window()  # its own focus: whether it is the active window does not matter
    start = window.focusWidget()
    assert start is not None
    reached, current = {start.accessibleName()}, start
    for _step in range(200):
        current.focusNextPrevChild(True)
        current = window.focusWidget()
        if current is start:
            break
        reached.add(current.accessibleName())
    wanted = {
        widget.accessibleName()
        for widget in shown(root)
        if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not _left_to_arrows(widget)
    }
    return reached, wanted


def _left_to_arrows(widget: QWidget) -> bool:
    """Of exclusive choices Tab reaches the chosen one, the arrows the others."""
    if not isinstance(widget, QAbstractButton) or widget.group() is None:
        return False
    return widget.group().exclusive() and widget.isCheckable() and not widget.isChecked()
