"""The call in hand: who, why, what to ask, and the one button that records it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.calls import Outcome
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import advise_text, age_text, ask_text, outcome_text, weekday_text
from pos_app.ui.presenters.calls_models import CallLine
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, ITEM_PX, LABEL_PX, PAY_PX, POINTS_PX, SMALL_PX
from pos_app.ui.views.calls_rows import badge_tones, due_text
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Avatar, Glyph, Pill, rule
from pos_app.ui.widgets.words import Paragraph, Words

MOST_SHOWN = 3


class CallDetail(QFrame):
    """Signals: ``reveal_asked(call_id)`` for the whole number, ``record_asked(call_id)`` for the outcome form."""

    reveal_asked = Signal(str)
    record_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._line: CallLine | None = None
        self._phone = ""
        self._avatar = Avatar(46)
        self._name = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._due = Pill()
        self._number = Words("", POINTS_PX, "ink", BOLD)
        self.reveal = Button(lambda: _("Show number"), icon="eye", variant="soft", key="Ctrl N")
        self._child_mark = Glyph("baby", "pri", 22)
        self._child = Words("", ITEM_PX, "ink", DEMI, elide=True)
        self._rule = rule()
        self._bought_on = Words("", SMALL_PX, "ink3", DEMI)
        self._bought = [Words("", LABEL_PX, "ink", elide=True) for _row in range(MOST_SHOWN)]
        self._ask_head = Words(lambda: _("What to ask"), SMALL_PX, "ink3", DEMI)
        self._ask = Paragraph("", LABEL_PX, "ink")
        self._advise_head = Words(lambda: _("What to advise"), SMALL_PX, "ink3", DEMI)
        self._advise = Paragraph("", BODY_PX, "ink2")
        self._note = Paragraph("", BODY_PX, "ink2")
        self._warning = Paragraph("", BODY_PX, "warn", DEMI)
        self._empty = Paragraph(lambda: _("Choose somebody in the list."), BODY_PX, "ink3")
        self.record = Button(lambda: _("Record the call"), icon="phone", variant="pri", height_px=PAY_PX)
        self.record.set_px(HEAD_PX)
        self.record.set_key("Enter", pill=True)
        self.reveal.clicked.connect(self.ask_reveal)
        self.record.clicked.connect(self.ask_record)
        self._arrange()
        self.show_line(None)

    def show_line(self, line: CallLine | None) -> None:
        """Show one call; None while nobody is chosen. The number is masked again for each other call."""
        if line is None or self._line is None or line.call_id != self._line.call_id:
            self._phone = ""
        self._line = line
        always: tuple[QWidget, ...] = (self._avatar, self._name, self._due, self._number, self.reveal, self._rule)
        for part in (*always, self._ask_head, self._advise_head):
            part.setVisible(line is not None)
        self._empty.setVisible(line is None)
        if line is None:
            for part in (self._child, self._child_mark, self._bought_on, *self._bought):
                part.hide()
            for words in (self._ask, self._advise, self._note, self._warning):
                words.say("")
            self.record.setEnabled(False)
        else:
            self._bind(line)

    def show_phone(self, call_id: str, phone: str) -> None:
        """Show the whole number of the call in hand; of another call it is dropped."""
        if self._line is not None and self._line.call_id == call_id:
            self._phone = phone
            self._bind(self._line)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._line is not None:
            self._bind(self._line)

    def ask_reveal(self) -> None:
        """Ask for the whole number of the call in hand."""
        if self._line is not None and self.reveal.isEnabled():
            self.reveal_asked.emit(self._line.call_id)

    def ask_record(self) -> None:
        """Ask for the outcome form of the call in hand."""
        if self._line is not None and self.record.isEnabled():
            self.record_asked.emit(self._line.call_id)

    def _bind(self, line: CallLine) -> None:
        self._avatar.show_name(line.member_name)
        self._name.say(line.member_name)
        self._due.set_tones(*badge_tones(line))
        self._due.show_text(due_text(line))
        self._number.say(self._phone or line.masked_phone)
        self._number.set_tone("ink" if self._phone else "ink2")
        self.reveal.setEnabled(line.may_call and not self._phone)
        self._show_child(line)
        when = f"{wording.day(line.bought_on)} {weekday_text(line.bought_on)}"
        self._bought_on.say(_("Bought on {day}").format(day=when))
        self._bought_on.show()
        for place, words in enumerate(self._bought):
            item = line.bought[place] if place < len(line.bought) else None
            words.setVisible(item is not None)
            if item is not None:
                words.say(f"{item.name} × {item.quantity}")
        self._ask.say(ask_text(line.bought))
        self._advise.say(advise_text(line.bought))
        self._show_state(line)
        self.record.setEnabled(line.may_call and not line.outcome)

    def _show_child(self, line: CallLine) -> None:
        child = line.child
        self._child.setVisible(child is not None)
        self._child_mark.setVisible(child is not None)
        if child is not None:
            self._child.say(" · ".join(part for part in (child.name, age_text(child)) if part))

    def _show_state(self, line: CallLine) -> None:
        if line.outcome:
            said = outcome_text(Outcome(line.outcome))
            self._note.say(f"{said}\n{line.note}" if line.note else said)
        else:
            tried = _("Tried {n} times so far.").format(n=line.attempts) if line.attempts else ""
            self._note.say("\n".join(part for part in (tried, line.note) if part))
        no_consent = not line.may_call and not line.outcome
        self._warning.say(_("Did not agree to calls: do not phone, no slip is printed.") if no_consent else "")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._avatar)
        head.addWidget(self._name, 1)
        head.addWidget(self._due)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self._number)
        child = QHBoxLayout()
        child.setSpacing(8)
        child.addWidget(self._child_mark)
        child.addWidget(self._child, 1)
        child.addStretch()
        child.addWidget(self.reveal)
        column.addLayout(child)
        column.addWidget(self._rule)
        column.addWidget(self._bought_on)
        for words in self._bought:
            column.addWidget(words)
        column.addSpacing(6)
        column.addWidget(self._ask_head)
        column.addWidget(self._ask)
        column.addWidget(self._advise_head)
        column.addWidget(self._advise)
        column.addSpacing(6)
        column.addWidget(self._note)
        column.addWidget(self._warning)
        column.addStretch(1)
        column.addWidget(self.record)
        column.setAlignment(self._empty, Qt.AlignmentFlag.AlignTop)
