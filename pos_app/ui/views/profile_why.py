"""Why a row is there: its papers, lines and sums, and the one thing that may be changed about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from pos_app.i18n import _
from pos_app.ui.presenters.profile_models import ConsentAsk, Figure, Row
from pos_app.ui.theme.tokens import BODY_PX, BOLD, HEAD_PX
from pos_app.ui.views.profile_rows import FigureDelegate, figure_words
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.words import Paragraph, Words


class WhyPanel(QFrame):
    """Signals: ``consent_asked(ask)`` to take a consent back or give it again."""

    consent_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._ask: ConsentAsk | None = None
        self._title = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._words = Paragraph("", BODY_PX, "ink2")
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._model: RowsModel[Figure] = RowsModel(figure_words, figure_words)
        self.list = touch_list()
        self.list.setModel(self._model)
        self.list.setItemDelegate(FigureDelegate())
        self.list.setSelectionMode(self.list.SelectionMode.NoSelection)
        self.consent = Button(self._consent_text, icon="edit", variant="soft")
        self.consent.clicked.connect(self._asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self.list, 1)
        column.addWidget(self.consent)
        self.show_row(None)

    def show_row(self, row: Row | None) -> None:
        """Show why a row is there; None while none is chosen."""
        self._ask = None if row is None else row.ask
        self._title.say("" if row is None else row.heading or row.title)
        self._words.say("" if row is None else row.words)
        self._words.setVisible(row is not None and bool(row.words))
        self._model.show_rows(() if row is None else row.figures)
        self.list.setVisible(self._model.rowCount() > 0)
        self.list.setAccessibleName(self._title.text() or _("Why"))
        self.consent.setVisible(self._ask is not None)
        self.consent.retell()

    def _consent_text(self) -> str:
        if self._ask is None:
            return ""
        said = _("Agree to: {name}") if self._ask.granted else _("Take back: {name}")
        return said.format(name=self._ask.name)

    def _asked(self) -> None:
        if self._ask is not None:
            self.consent_asked.emit(self._ask)
