"""Who is being called and about what: the left half of the outcome form."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import advise_text, age_text, ask_text, weekday_text
from pos_app.ui.presenters.call_outcome_models import OutcomeSheet
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, ITEM_PX, KEY_PX, LABEL_PX, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Avatar, Glyph, rule
from pos_app.ui.widgets.words import Paragraph, Words

MOST_SHOWN = 3


class CallFacts(QFrame):
    """Signals: ``reveal_asked`` for the whole number."""

    reveal_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("well", True)
        self._sheet: OutcomeSheet | None = None
        self._phone = ""
        self._avatar = Avatar(46)
        self._name = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._tries = Words("", SMALL_PX, "ink3")
        self._number = Words("", KEY_PX, "ink", BOLD)
        self.reveal = Button("", icon="eye", variant="soft", key="Ctrl N")
        self.reveal.set_name(lambda: _("Show number"))
        self._mark = Glyph("baby", "pri", 22)
        self._child = Words("", ITEM_PX, "ink", DEMI, elide=True)
        self._bought_on = Words("", SMALL_PX, "ink3", DEMI)
        self._bought = [Words("", LABEL_PX, "ink", elide=True) for _row in range(MOST_SHOWN)]
        self._ask = Paragraph("", LABEL_PX, "ink")
        self._advise = Paragraph("", BODY_PX, "ink2")
        self._earlier = Paragraph("", BODY_PX, "ink2")
        self.reveal.clicked.connect(self.reveal_asked)
        self._arrange()

    def show_sheet(self, sheet: OutcomeSheet) -> None:
        """Show one call, its number masked."""
        self._sheet = sheet
        self._phone = ""
        self.retranslate()

    def show_phone(self, phone: str) -> None:
        """Show the whole number."""
        self._phone = phone
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        sheet = self._sheet
        if sheet is None:
            return
        self._avatar.show_name(sheet.member_name)
        self._name.say(sheet.member_name)
        this, most = sheet.attempts + 1, max(sheet.most_attempts, sheet.attempts + 1)
        self._tries.say(_("Try {n} of at most {most}").format(n=this, most=most))
        self._number.say(self._phone or sheet.masked_phone)
        self._number.set_tone("ink" if self._phone else "ink2")
        self.reveal.setEnabled(not self._phone)
        child = sheet.child
        self._mark.setVisible(child is not None)
        if child is None:
            self._child.say("")
        else:
            self._child.say(" · ".join(part for part in (child.name, age_text(child)) if part))
        when = f"{wording.day(sheet.bought_on)} {weekday_text(sheet.bought_on)}"
        self._bought_on.say(_("Bought on {day}").format(day=when))
        for place, words in enumerate(self._bought):
            item = sheet.bought[place] if place < len(sheet.bought) else None
            words.say(f"{item.name} × {item.quantity}" if item is not None else "")
            words.setVisible(item is not None)
        self._ask.say(ask_text(sheet.bought))
        self._advise.say(advise_text(sheet.bought))
        self._earlier.say(_("Last time: {note}").format(note=sheet.note) if sheet.note else "")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._avatar)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._tries)
        head.addLayout(names, 1)
        column.addLayout(head)
        number = QHBoxLayout()
        number.setSpacing(8)
        number.addWidget(self._number, 1)
        number.addWidget(self.reveal)
        column.addLayout(number)
        child = QHBoxLayout()
        child.setSpacing(8)
        child.addWidget(self._mark)
        child.addWidget(self._child, 1)
        column.addLayout(child)
        column.addWidget(rule())
        column.addWidget(self._bought_on)
        for words in self._bought:
            column.addWidget(words)
        column.addSpacing(4)
        column.addWidget(Words(lambda: _("What to ask"), SMALL_PX, "ink3", DEMI))
        column.addWidget(self._ask)
        column.addWidget(Words(lambda: _("What to advise"), SMALL_PX, "ink3", DEMI))
        column.addWidget(self._advise)
        column.addWidget(self._earlier)
        column.addStretch(1)
