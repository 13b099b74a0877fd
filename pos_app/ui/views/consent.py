"""The sheet in which one consent is taken back or given again: it names the purpose and says what follows."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from pos_app.i18n import _
from pos_app.ui.presenters.profile_models import ConsentAsk
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, HEAD_PX, LABEL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Paragraph

METHODS = ("screen", "signature", "paper")


class ConsentSheet(Sheet):
    """The safe button has the focus. Signals: ``confirmed(purpose, granted, method)``; ``closed`` at Esc."""

    confirmed = Signal(object, bool, str)

    def __init__(self, host: QWidget) -> None:
        self._ask: ConsentAsk | None = None
        super().__init__(self._title_text, host, width_px=560)
        self._words = Paragraph(self._words_text, LABEL_PX, "ink")
        self._how = Paragraph(lambda: _("How did the customer answer?"), BODY_PX, "ink3")
        self.method = Segmented(
            (
                (METHODS[0], lambda: _("On the screen")),
                (METHODS[1], lambda: _("By signature")),
                (METHODS[2], lambda: _("On paper")),
            ),
            lambda: _("How did the customer answer?"),
        )
        self.keep = Button(lambda: _("Leave it"), key="Esc", height_px=ACTION_PX)
        self.confirm = Button(self._confirm_text, variant="pri", height_px=ACTION_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Ctrl Enter", pill=True)
        self.keep.setAutoDefault(False)  # or it would take Ctrl+Enter for Enter
        self.confirm.clicked.connect(self._confirm)
        self.keep.clicked.connect(self.dismiss)
        for part in (self._words, self._how, self.method):
            self.body.addWidget(part)
        self.footer.addWidget(self.keep)
        self.footer.addStretch(1)
        self.footer.addWidget(self.confirm)

    def ask(self, ask: ConsentAsk) -> None:
        """Open for one answer."""
        self._ask = ask
        self.method.show_choice(METHODS[0])
        self.title.say(self._title_text)
        self._words.say(self._words_text)
        self.confirm.retell()
        self.open_over(self.keep)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter confirms, Enter and Esc leave it."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._confirm()
            else:
                self.dismiss()
        else:
            super().keyPressEvent(event)

    def _title_text(self) -> str:
        if self._ask is None:
            return ""
        said = _("Agree again: {name}") if self._ask.granted else _("Take back: {name}")
        return said.format(name=self._ask.name)

    def _words_text(self) -> str:
        if self._ask is None:
            return ""
        if self._ask.granted:
            return _("Read the text to the customer first. The answer is kept with time, clerk and text version.")
        return _("The customer takes this consent back. It holds at once, here and at every till that hears of it.")

    def _confirm_text(self) -> str:
        return self._title_text()

    def _confirm(self) -> None:
        ask = self._ask
        if ask is not None:
            self.dismiss()
            self.confirmed.emit(ask.purpose, ask.granted, self.method.choice())
