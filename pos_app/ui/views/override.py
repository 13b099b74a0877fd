"""S20: somebody approves one act: who, why, and the PIN; over the screen in hand, whoever is signed in stays so."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.staff import Act
from pos_app.errors import PosError, Refused
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import act_text, reason_text
from pos_app.ui.messages import short
from pos_app.ui.presenters.override import OverrideFace
from pos_app.ui.theme.tokens import BOLD, DEMI, HEAD_PX, ITEM_PX, LABEL_PX
from pos_app.ui.views.pin_card import PinCard
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.fields import TextField
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Words, said

MOST_PEOPLE = 4
PIN_PX = 300
WIDTH_PX = 860
LONGEST_REASON = 100  # characters
TICK_MS = 1000
NOTHING = OverrideFace(Act.APPROVE, "", 0, "", (), "", ())


class OverrideSheet(Sheet):
    """One approval. Digits are the PIN, ← → the reason, ↑ ↓ the person, Enter allows, Esc gives up.

    Signals: ``person_chosen(staff_id)``, ``allowed(reason, pin)``, ``ticked`` every second while a lock-out counts.
    """

    person_chosen = Signal(str)
    allowed = Signal(str, str)
    ticked = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Approval"), host, width_px=WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._asked = NOTHING
        self._chosen_id = ""
        self._reason = ""
        self._act = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._about = Words("", ITEM_PX, "ink2", DEMI, elide=True)
        self._who = Words(lambda: _("Who approves?  ↑ ↓"), LABEL_PX, "ink", DEMI)
        self.people = [self._person_button(place) for place in range(MOST_PEOPLE)]
        self._why = Words("", LABEL_PX, "ink", DEMI)
        self.reasons = ReasonGrid()
        self.written = TextField(lambda: _("Or write the reason"))
        self.written.setMaxLength(LONGEST_REASON)
        name(self.written, lambda: _("Or write the reason"))
        self.pin = PinCard(lambda: _("Allow this once"))
        self.pin.setProperty("card", "")
        self.leave = Button(lambda: _("Give up"), icon="undo", key="Esc")
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self.subtitle.say(lambda: _("For this one act; whoever is signed in stays signed in"))
        self._connect()
        self._fill()

    def open_override(self, asked: OverrideFace) -> None:
        """Ask for an approval."""
        self._asked = asked
        self._reason = asked.reason
        self.written.clear()
        self._bind()
        self.pin.set_busy(False)
        self._choose_person(asked.people[0].staff_id if asked.people else "")
        self.open_over(self)

    def show_wrong(self, left: int) -> None:
        """Say that the PIN was wrong; ``left`` tries remain."""
        self.pin.show_wrong(left)

    def show_locked(self, wait_s: int) -> None:
        """Show how long the person chosen must wait; 0 ends the wait."""
        self.pin.show_locked(wait_s)
        if wait_s > 0 and not self._tick.isActive():
            self._tick.start()
        elif wait_s <= 0:
            self._tick.stop()

    def show_problem(self, error: PosError) -> None:
        """Say why the approval did not count."""
        self.pin.show_note(lambda: short(error))

    def set_busy(self, busy: bool) -> None:
        """Say that the PIN is being checked."""
        self.pin.set_busy(busy)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._bind()

    def dismiss(self) -> None:
        """Close the sheet; nothing of a PIN stays."""
        self._tick.stop()
        self.pin.forget()
        super().dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits are the PIN, arrows choose, Enter allows."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.pin.confirm_pin()
        elif key == Qt.Key.Key_Backspace:
            self.pin.erase()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and not self._asked.reason:
            self._choose_reason(self.reasons.beside(self._reason, 1 if key == Qt.Key.Key_Right else -1))
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._walk(1 if key == Qt.Key.Key_Down else -1)
        elif event.text() and event.text() in "0123456789":
            self.pin.add(event.text())
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _bind(self) -> None:
        asked = self._asked
        self._act.say(lambda: act_text(asked.act))
        detail = said(asked.detail) or (wording.yuan(asked.amount_minor) if asked.amount_minor else "")
        about = (detail, reason_text(asked.subject))
        self._about.say(" · ".join(part for part in about if part))
        for place, button in enumerate(self.people):
            button.setVisible(place < len(asked.people))
            button.say(asked.people[place].name if place < len(asked.people) else "")
        self._who.say(
            (lambda: _("Who approves?  ↑ ↓")) if asked.people else (lambda: _("Nobody else here may approve"))
        )
        given = asked.reason
        self._why.say((lambda: _("Reason: {reason}").format(reason=reason_text(given))) if given else _why)
        self.reasons.show_reasons(() if given else asked.reasons, self._reason)
        self.reasons.setVisible(not given)
        self.written.setVisible(not given)

    def _choose_person(self, staff_id: str) -> None:
        self._chosen_id = staff_id
        names = {person.staff_id: person.name for person in self._asked.people}
        for place, button in enumerate(self.people):
            is_chosen = place < len(self._asked.people) and self._asked.people[place].staff_id == staff_id
            button.setChecked(is_chosen)
        self.pin.show_person(names.get(staff_id, ""))

    def _ask_person(self, place: int) -> None:
        self._choose_person(self._asked.people[place].staff_id)
        self.person_chosen.emit(self._chosen_id)

    def _walk(self, step: int) -> None:
        people = self._asked.people[:MOST_PEOPLE]
        if people:
            place = next((at for at, person in enumerate(people) if person.staff_id == self._chosen_id), 0)
            self._ask_person((place + step) % len(people))

    def _choose_reason(self, reason: str) -> None:
        self._reason = reason
        self.written.clear()
        self.reasons.show_chosen(reason)

    def _write_reason(self, text: str) -> None:
        self._reason = text
        self.reasons.show_chosen("")

    def _allow(self, pin: str) -> None:
        if self._reason.strip():
            self.allowed.emit(self._reason, pin)
        else:
            self.pin.show_note(lambda: short(Refused("override.needs_reason")))

    def _person_button(self, place: int) -> Button:
        button = Button("", icon="member", height_px=52)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._ask_person(place))
        return button

    def _connect(self) -> None:
        self.reasons.chosen.connect(self._choose_reason)
        self.written.textEdited.connect(self._write_reason)
        self.written.returnPressed.connect(self.pin.confirm_pin)
        self.pin.entered.connect(self._allow)
        self.leave.clicked.connect(self.dismiss)
        self._tick.timeout.connect(self.ticked)

    def _fill(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self._act)
        left.addWidget(self._about)
        left.addSpacing(8)
        left.addWidget(self._who)
        people = QHBoxLayout()
        people.setSpacing(8)
        for button in self.people:
            people.addWidget(button)
        people.addStretch(1)
        left.addLayout(people)
        left.addWidget(self._why)
        left.addWidget(self.reasons)
        left.addWidget(self.written)
        left.addStretch(1)
        left.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignLeft)
        self.pin.setFixedWidth(PIN_PX)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(self.pin)
        self.body.addLayout(row, 1)


def _why() -> str:
    return _("Why?  ← →")
