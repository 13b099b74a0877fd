"""S1: who is signing in, the PIN, and the opening float when no day is open yet."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QWidget

from pos_app.errors import PosError
from pos_app.i18n import _, ngettext
from pos_app.ui.messages import lines
from pos_app.ui.presenters.sign_in_models import DayNote, LockNote, Opening, Person, SyncNote, Till
from pos_app.ui.theme.tokens import COMPACT_BELOW_PX
from pos_app.ui.views.opening import OpeningPage
from pos_app.ui.views.pin_card import PinCard
from pos_app.ui.views.sign_in_panels import PeopleCard, PlaceColumn
from pos_app.ui.widgets.retold import Retold

WALKS = {Qt.Key.Key_Up: -2, Qt.Key.Key_Down: 2, Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
TICK_MS = 1000
SIGN_OUT = "sign_out"


class SignInScreen(Retold, QWidget):
    """The screen before anybody is signed in; takes the whole window.

    Signals: ``person_chosen(staff_id)``, ``pin_entered(pin)``, ``float_entered(minor)``, ``people_asked`` to go back
    from the float to the people, ``language_asked``, ``training_asked`` for training or its end, ``ticked`` every
    second while a lock-out counts down, ``sign_out_asked(sure)`` by whoever locked the till, and
    ``unlock_asked`` for a person who is locked out.
    """

    person_chosen = Signal(str)
    pin_entered = Signal(str)
    float_entered = Signal(int)
    people_asked = Signal()
    language_asked = Signal()
    training_asked = Signal()
    ticked = Signal()
    sign_out_asked = Signal(bool)
    unlock_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._chosen_id = ""
        self.place = PlaceColumn()
        self.people = PeopleCard()
        self.pin = PinCard(lambda: _("Sign in"))
        self.opening = OpeningPage()
        self._pages = QStackedWidget()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._connect()
        self._arrange()
        self.show_chosen("")

    def show_till(self, till: Till) -> None:
        """Show which till this is."""
        self.place.show_till(till)

    def show_sync(self, sync: SyncNote) -> None:
        """Show how head office stands."""
        self.place.show_sync(sync)

    def show_clock(self, at_ms: int) -> None:
        """Show the time of day."""
        self.place.show_clock(at_ms)

    def show_lock(self, lock: LockNote | None) -> None:
        """Say who locked the till; None where nobody is signed in."""
        self._pages.setCurrentIndex(0)
        self.people.show_lock(lock)
        self.people.toast.clear()
        self.pin.confirm.say((lambda: _("Sign in")) if lock is None else (lambda: _("Unlock")))

    def show_unsent(self, count: int) -> None:
        """Say how many records wait to be sent before somebody signs out; leaving is one more tap."""
        self.people.toast.show_notice(
            "warn",
            lambda: ngettext("{n} record to upload", "{n} records to upload", count).format(n=count),
            lambda: _("Safe here; leave this till on."),
            ((SIGN_OUT, lambda: _("Leave anyway"), ""),),
        )

    def show_scan_refused(self) -> None:
        """Say that a scan did nothing, because nobody is at the till."""
        self.people.toast.show_notice(
            "warn", lambda: _("The scan was not taken"), lambda: _("Unlock or sign in first, then scan again.")
        )

    def show_day(self, day: DayNote) -> None:
        """Show whether a day is open."""
        self.place.show_day(day)

    def show_people(self, people: tuple[Person, ...], chosen_id: str) -> None:
        """Show who may sign in, with one person chosen or none."""
        self._pages.setCurrentIndex(0)
        self.people.show_people(people, chosen_id)
        self.show_chosen(chosen_id)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_chosen(self, staff_id: str) -> None:
        """Ask for this person's PIN."""
        self._tick.stop()
        self._chosen_id = staff_id
        self.people.show_chosen(staff_id)
        person = self.people.person(staff_id)
        self.pin.show_person(person.name if person is not None else "")
        self.people.show_locked_out(locked_out=False)

    def show_wrong(self, left: int) -> None:
        """Say that the PIN was wrong; ``left`` tries remain."""
        self.pin.show_wrong(left)

    def show_locked(self, wait_s: int) -> None:
        """Show how long this person must wait; 0 ends the wait."""
        self.pin.show_locked(wait_s)
        self.people.show_locked_out(locked_out=wait_s > 0)
        if wait_s > 0 and not self._tick.isActive():
            self._tick.start()
        elif wait_s <= 0:
            self._tick.stop()

    def show_opening(self, opening: Opening) -> None:
        """Ask for the opening float."""
        self.opening.show_opening(opening)
        self._pages.setCurrentIndex(1)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def asks_float(self) -> bool:
        """Say whether the opening float is being asked for."""
        return self._pages.currentIndex() == 1

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong, in the strip of the page shown."""
        what, then = lines(error)
        toast = self.opening.toast if self._pages.currentIndex() == 1 else self.people.toast
        toast.show_notice("bad", what, then)

    def set_busy(self, busy: bool) -> None:
        """Disarm what would ask twice."""
        self.pin.set_busy(busy)
        self.opening.set_busy(busy)

    def focus_home(self) -> None:
        """Take the keys: digits are the PIN."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.place.retranslate()
        self.people.retranslate()
        self.opening.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits are the PIN (or the float), arrows walk the people, Enter signs in."""
        if self._pages.currentIndex() == 1:
            self.opening.keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.pin.confirm_pin()
        elif key == Qt.Key.Key_Backspace:
            self.pin.erase()
        elif key in WALKS:
            self.person_chosen.emit(self.people.beside(self._chosen_id, WALKS[key] if self._chosen_id else 1))
        elif event.text() and event.text() in "0123456789":
            self.pin.add(event.text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the outer columns on small screens."""
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW_PX
        self.place.setFixedWidth(264 if compact else 340)
        self.pin.setFixedWidth(320 if compact else 380)

    def _connect(self) -> None:
        self.place.language_asked.connect(self.language_asked)
        self.place.training_asked.connect(self.training_asked)
        self.people.chosen.connect(self.person_chosen)
        self.pin.entered.connect(self.pin_entered)
        self.opening.opened.connect(self.float_entered)
        self.opening.left.connect(self.people_asked)
        self._tick.timeout.connect(self.ticked)
        self.people.sign_out_asked.connect(lambda: self.sign_out_asked.emit(False))
        self.people.unlock_asked.connect(self.unlock_asked)
        self.people.toast.acted.connect(self._act_on_notice)

    def _act_on_notice(self, code: str) -> None:
        if code == SIGN_OUT:
            self.sign_out_asked.emit(True)

    def _arrange(self) -> None:
        who = QWidget()
        row = QHBoxLayout(who)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.people, 1)
        row.addWidget(self.pin)
        self._pages.setFrameShape(QFrame.Shape.NoFrame)
        self._pages.addWidget(who)
        self._pages.addWidget(self.opening)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.setSpacing(12)
        outer.addWidget(self.place)
        outer.addWidget(self._pages, 1)


def _unsent(count: int) -> str:
    return ngettext("{n} record to upload", "{n} records to upload", count).format(n=count)
