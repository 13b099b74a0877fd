"""The card that takes a PIN: dots, a 123-top keypad, and in words what is wrong with it."""

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtWidgets import QFrame, QStyle, QVBoxLayout, QWidget

from pos_app.i18n import _, ngettext
from pos_app.ui.desk_wording import span_text
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, PAY_PX, POINTS_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.keypad import Keypad, Pad
from pos_app.ui.widgets.marks import PinDots
from pos_app.ui.widgets.words import CENTER, Say, Words

LEAST_PIN, MOST_PIN = 4, 6
SHAKE_MS = 150
SHAKE_PX = 8


class PinCard(QFrame):
    """The PIN of the person chosen. Signals: ``entered(pin)`` at Enter; the digits are never shown.

    ``verb`` is what the PIN does; it stands on the button.
    """

    entered = Signal(str)

    def __init__(self, verb: Say) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._pin = ""
        self._open = False
        self._name = Words("", POINTS_PX, "ink", BOLD, align=CENTER, elide=True)
        self._note = Words("", BODY_PX, "ink3", DEMI, align=CENTER)
        self._dots = PinDots(MOST_PIN)
        self._stage = QWidget()
        self._stage.setFixedSize(self._dots.width() + 2 * SHAKE_PX, 32)
        self._dots.setParent(self._stage)
        self._dots.move(SHAKE_PX, 2)
        self._shake = QPropertyAnimation(self._dots, b"pos", self)
        self._shake.setEasingCurve(QEasingCurve.Type.InOutSine)
        self.pad = Keypad(Pad.PIN)
        self.confirm = Button(verb, variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.pad.typed.connect(self.add)
        self.pad.erased.connect(self.erase)
        self.pad.confirmed.connect(self.confirm_pin)
        self.confirm.clicked.connect(self.confirm_pin)
        self._arrange()

    def show_person(self, name: str) -> None:
        """Ask for this person's PIN; an empty name asks to choose one first."""
        self._open = bool(name)
        self._name.say(name or (lambda: _("Choose your name")))
        self._name.set_tone("ink" if name else "ink3")
        self._note.say((lambda: _("PIN, 4 to 6 digits")) if name else "")
        self._note.set_tone("ink3")
        self.forget()

    def show_wrong(self, left: int) -> None:
        """Say that the PIN was wrong and how many tries are left, and shake."""
        self.forget()
        self._dots.show_typed(0, wrong=True)
        self._note.say(lambda: ngettext("Wrong PIN · {n} try left", "Wrong PIN · {n} tries left", left).format(n=left))
        self._note.set_tone("bad")
        self._start_shake()

    def show_locked(self, wait_s: int) -> None:
        """Count down a lock-out; at 0 the PIN can be typed again."""
        if wait_s > 0:
            self._note.say(lambda: _("Too many wrong PINs · wait {time}").format(time=span_text(wait_s)))
        else:
            self._note.say(lambda: _("PIN, 4 to 6 digits"))
        self._note.set_tone("warn" if wait_s > 0 else "ink3")
        self._open = wait_s <= 0
        self.forget()

    def show_note(self, note: Say) -> None:
        """Say why the PIN did not count, or what is missing beside it; what was typed stays."""
        self._note.say(note)
        self._note.set_tone("bad")
        self._enable(self._open)

    def forget(self) -> None:
        """Take back what was typed."""
        self._pin = ""
        self._dots.show_typed(0)
        self._enable(self._open)

    def set_busy(self, busy: bool) -> None:
        """Say that the PIN is being checked."""
        if busy:
            self._note.say(lambda: _("Checking…"))
            self._note.set_tone("ink3")
        self._enable(self._open and not busy)

    def add(self, digit: str) -> None:
        """Take one digit."""
        if self._open and len(self._pin) < MOST_PIN:
            self._pin += digit
            self._dots.show_typed(len(self._pin))
            self._enable(True)

    def erase(self) -> None:
        """Take the last digit back."""
        self._pin = self._pin[:-1]
        self._dots.show_typed(len(self._pin))
        self._enable(self._open)

    def confirm_pin(self) -> None:
        """Ask with the digits typed; too few are not asked with."""
        if self._open and len(self._pin) >= LEAST_PIN:
            self.entered.emit(self._pin)

    def _enable(self, able: bool) -> None:
        self.pad.setEnabled(able)
        self.confirm.setEnabled(able and len(self._pin) >= LEAST_PIN)

    def _start_shake(self) -> None:
        if self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) <= 0:
            return
        rest = QPoint(SHAKE_PX, 2)
        self._shake.stop()
        self._shake.setDuration(SHAKE_MS)
        self._shake.setStartValue(rest)
        for at, offset in ((0.2, -SHAKE_PX), (0.5, SHAKE_PX), (0.8, -SHAKE_PX // 2)):
            self._shake.setKeyValueAt(at, QPoint(SHAKE_PX + offset, 2))
        self._shake.setEndValue(rest)
        self._shake.start()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 24, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._name)
        column.addWidget(self._stage, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._note)
        column.addWidget(self.pad, 1)
        column.addWidget(self.confirm)
