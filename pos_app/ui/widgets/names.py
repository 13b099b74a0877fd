"""What assistive technology calls a control, said again when the language changes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class Name(QObject):
    """Keeps the accessible name of one widget in the language in force; lives with the widget."""

    def __init__(self, widget: QWidget, say: Callable[[], str]) -> None:
        super().__init__(widget)
        self._say = say
        widget.setAccessibleName(say())
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say the name again after a language change."""
        # While Python takes a window apart, Qt may still deliver to a name whose attributes are gone.
        if event.type() == QEvent.Type.LanguageChange and isinstance(watched, QWidget) and hasattr(self, "_say"):
            watched.setAccessibleName(self._say())
        return False


def name(widget: QWidget, say: Callable[[], str]) -> None:
    """Name a widget by a function that is asked again after each change of language."""
    Name(widget, say)
