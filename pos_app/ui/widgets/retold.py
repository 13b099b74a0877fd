"""What a widget does that says its own words: in a new language, all of them again."""

from PySide6.QtCore import QEvent


class Retold:
    """Mixed into a widget, before its Qt class."""

    def retranslate(self) -> None:
        """Say everything again, in the language in force."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)  # type: ignore[misc]  # the widget's
