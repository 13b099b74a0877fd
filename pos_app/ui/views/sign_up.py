"""S3: somebody joins inside the sale; a sheet at the left, so that basket and total stay in sight."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.members import Purpose, Sex
from pos_app.errors import PosError
from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import masked_name
from pos_app.ui.messages import lines
from pos_app.ui.presenters.sign_up_models import (
    BIRTHDAY_DIGITS,
    PHONE_DIGITS,
    ChildForm,
    ChildKind,
    ChildNote,
    PhoneLook,
    PhoneNote,
    SignUpForm,
    SignUpStart,
)
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, DEMI, HEAD_PX, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import NumberField, TextField
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.tick import Tick
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import RIGHT, Words

WIDTH_PX = 600
KIND_PX = 330
MONTH_DIGITS = 6
LONGEST_NAME = 40
CONSENTS: tuple[tuple[Purpose, Callable[[], str]], ...] = (
    (Purpose.MEMBERSHIP, lambda: _("* Membership and points rules")),
    (Purpose.CHILD, lambda: _("* Child's details, by the guardian")),
    (Purpose.CALL, lambda: _("Follow-up calls")),
    (Purpose.MESSAGE, lambda: _("Offers by SMS and WeChat")),
)
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)


class SignUpSheet(Sheet):
    """The form of a new member. Nothing is ticked beforehand; every consent stands alone.

    Signals: ``phone_typed(text)``, ``child_changed(form, agreed)`` when anything about the child or the consents
    changed, ``submitted(form)`` at Enter or the button; ``closed`` (of the sheet) at Esc.
    """

    phone_typed = Signal(str)
    child_changed = Signal(object, object)
    submitted = Signal(object)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("New member"), host, width_px=WIDTH_PX, anchor="left")
        self._phone_note = PhoneNote(PhoneLook.SHORT)
        self._child_note = ChildNote()
        self._earns = 0
        self._busy = False
        self.subtitle.set_tone("gold")
        self.phone = NumberField(lambda: _("11 digits"))
        self.phone.setMaxLength(PHONE_DIGITS)
        self.name = TextField(lambda: _("Such as Ms Chen"))
        self.name.setMaxLength(LONGEST_NAME)
        self.kind = Segmented(
            (
                (ChildKind.BORN.value, lambda: _("Born")),
                (ChildKind.EXPECTED.value, lambda: _("Expected")),
                (ChildKind.NONE.value, lambda: _("Not told")),
            ),
            lambda: _("Child"),
        )
        self.kind.setMinimumWidth(KIND_PX)
        self.month = NumberField(lambda: _("YYYYMM"))
        self.month.setMaxLength(MONTH_DIGITS)
        self.nickname = TextField(lambda: _("optional"))
        self.nickname.setMaxLength(LONGEST_NAME)
        self.sex = Segmented(
            (
                (Sex.UNKNOWN.value, lambda: _("Not told")),
                (Sex.GIRL.value, lambda: _("Girl")),
                (Sex.BOY.value, lambda: _("Boy")),
            ),
            lambda: _("Girl or boy"),
        )
        self.ticks = {purpose: Tick(say, key=str(at + 1)) for at, (purpose, say) in enumerate(CONSENTS)}
        self.referrer = TextField(lambda: _("Phone or last four digits, optional"))
        self.birthday = NumberField(lambda: _("MMDD"))
        self.birthday.setMaxLength(BIRTHDAY_DIGITS)
        self._child_line = Words("", SMALL_PX, "ink3")
        self._phone_line = Words("", SMALL_PX, "ink3", align=RIGHT)
        self.toast = Toast(lambda: _("* needed to keep these details · 1–4 tick · Tab goes on"))
        self.cancel = Button(lambda: _("Cancel"), key="Esc", height_px=ACTION_PX)
        self.confirm = Button("", variant="pri", height_px=ACTION_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self._kind_code, self._sex_code = ChildKind.BORN.value, Sex.UNKNOWN.value
        for button in (*self.kind.findChildren(Button), *self.sex.findChildren(Button)):
            button.setAutoDefault(False)  # Enter belongs to the form: it joins
        self._name_fields()
        self._fill()
        self._connect()

    def show_start(self, start: SignUpStart) -> None:
        """Open empty but for the phone that was looked for; the focus goes to the first thing still missing."""
        self._earns = start.earns
        self._say_earns()
        for field, text in ((self.phone, start.phone), (self.name, ""), (self.month, ""), (self.nickname, "")):
            field.blockSignals(True)
            field.setText(text)
            field.blockSignals(False)
        self.referrer.clear()
        self.birthday.clear()
        self._show_kind(ChildKind.BORN.value)
        self._sex_code = Sex.UNKNOWN.value
        self.kind.show_choice(self._kind_code)
        self.sex.show_choice(self._sex_code)
        for tick in self.ticks.values():
            tick.setChecked(False)
        self.toast.clear()
        self.show_phone(PhoneNote(PhoneLook.SHORT))
        self.show_child(ChildNote())
        self.set_busy(False)
        self.open_over(self.month if len(start.phone) == PHONE_DIGITS else self.phone)

    def show_phone(self, note: PhoneNote) -> None:
        """Say what is known about the phone; a registered one turns the button into attaching that member."""
        self._phone_note = note
        looks: dict[PhoneLook, tuple[str, Tone]] = {
            PhoneLook.SHORT: (self._missing_digits(), "ink3"),
            PhoneLook.CHECKING: (_("Checking…"), "ink3"),
            PhoneLook.FREE: (_("✓ Not registered yet"), "ok"),
            PhoneLook.REGISTERED: (_("Belongs to {name}").format(name=masked_name(note.holder)), "bad"),
            PhoneLook.INVALID: (_("Not a phone number"), "bad"),
        }
        text, tone = looks[note.look]
        self._phone_line.say(text)
        self._phone_line.set_tone(tone)
        self._mark_wrong(wrong=tone == "bad")
        self._show_confirm()

    def show_child(self, note: ChildNote) -> None:
        """Say what will be kept about the child."""
        self._child_note = note
        looks: dict[str, tuple[str, Tone]] = {
            "none": ("", "ink3"),
            "age": (_("{n} mo").format(n=note.months), "ok"),
            "expected": (ngettext("due in {n} month", "due in {n} months", note.months).format(n=note.months), "ok"),
            "wrong": (_("This month cannot be right"), "bad"),
            "dropped": (_("Not kept without consent 2"), "warn"),
        }
        text, tone = looks[note.kind]
        self._child_line.say(text)
        self._child_line.set_tone(tone)

    def show_problem(self, error: PosError) -> None:
        """Say why nothing was kept."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the member is being registered."""
        self._busy = busy
        self._show_confirm()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._say_earns()
        self._name_fields()
        self.show_phone(self._phone_note)
        self.show_child(self._child_note)

    def take_answer(self, purpose: str, agreed: bool) -> None:
        """Tick what the customer answered on a screen of their own."""
        self.ticks[Purpose(purpose)].setChecked(agreed)

    def form(self) -> SignUpForm:
        """Return the sheet as filled in."""
        who = (self.phone.text(), self.name.text())
        return SignUpForm(*who, self._child(), self._agreed(), self.referrer.text(), self.birthday.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter joins; 1 to 4 tick, with Alt from inside a field too; Esc cancels."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._submit()
        elif key in KEYS:
            self.ticks[CONSENTS[KEYS.index(key)][0]].toggle()
        else:
            super().keyPressEvent(event)
        event.accept()

    def _say_earns(self) -> None:
        earns = _("This sale earns {points}").format(points=wording.points(self._earns))
        self.subtitle.say(earns if self._earns else "")

    def _missing_digits(self) -> str:
        missing = PHONE_DIGITS - len(self.phone.text())
        if not 0 < missing < PHONE_DIGITS:
            return ""
        return ngettext("{n} more digit", "{n} more digits", missing).format(n=missing)

    def _mark_wrong(self, *, wrong: bool) -> None:
        if bool(self.phone.property("wrong")) != wrong:
            self.phone.setProperty("wrong", wrong)
            self.phone.style().unpolish(self.phone)
            self.phone.style().polish(self.phone)

    def _name_fields(self) -> None:
        names = (
            (self.phone, _("Phone")),
            (self.name, _("How to address them")),
            (self.month, _("Month")),
            (self.nickname, _("Pet name")),
            (self.referrer, _("Recommended by")),
            (self.birthday, _("Member's birthday")),
        )
        for field, name in names:
            field.setAccessibleName(name)

    def _show_confirm(self) -> None:
        note = self._phone_note
        if note.look is PhoneLook.REGISTERED:
            self.confirm.say(_("Use {name}").format(name=masked_name(note.holder)))
        else:
            self.confirm.say(_("Join and continue"))
        self.confirm.setEnabled(not self._busy and note.look in {PhoneLook.FREE, PhoneLook.REGISTERED})

    def _child(self) -> ChildForm:
        kind = ChildKind(self._kind_code)
        month = self.month.text()
        year = int(month[:4] or 0) if len(month) == MONTH_DIGITS else 0
        number = int(month[4:]) if len(month) == MONTH_DIGITS else 0
        # A month that is not whole yet still counts as told, so that it is asked for and not silently dropped.
        typed = year or (1 if month else 0)
        return ChildForm(kind, typed, number, self.nickname.text(), Sex(self._sex_code))

    def _agreed(self) -> frozenset[Purpose]:
        return frozenset(purpose for purpose, tick in self.ticks.items() if tick.isChecked())

    def _submit(self) -> None:
        if self.confirm.isEnabled():
            self.submitted.emit(self.form())

    def _choose_kind(self, code: str) -> None:
        self._show_kind(code)
        self._say_child()

    def _show_kind(self, code: str) -> None:
        self._kind_code = code
        told = code != ChildKind.NONE.value
        for part in (self.month, self.nickname, self.sex):
            part.setEnabled(told)

    def _choose_sex(self, code: str) -> None:
        self._sex_code = code

    def _type_month(self, text: str) -> None:
        self._say_child()
        if len(text) == MONTH_DIGITS and self._child_note.kind != "wrong":
            self.ticks[Purpose.MEMBERSHIP].setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_child(self) -> None:
        self.child_changed.emit(self._child(), self._agreed())

    def _connect(self) -> None:
        self.phone.textChanged.connect(self.phone_typed)
        self.kind.chosen.connect(self._choose_kind)
        self.sex.chosen.connect(self._choose_sex)
        self.month.textChanged.connect(self._type_month)
        self.nickname.textChanged.connect(self._say_child)
        for tick in self.ticks.values():
            tick.toggled.connect(self._say_child)
        self.cancel.clicked.connect(self.dismiss)
        self.confirm.clicked.connect(self._submit)

    def _fill(self) -> None:
        self.body.setSpacing(6)
        who = QHBoxLayout()
        who.setSpacing(12)
        who.addLayout(_under(lambda: _("Phone *"), self.phone, self._phone_line), 1)
        who.addLayout(_under(lambda: _("How to address them"), self.name), 1)
        self.body.addLayout(who)
        kinds = QHBoxLayout()
        kinds.setSpacing(8)
        kinds.addWidget(Words(lambda: _("Child"), BODY_PX, "ink", DEMI))
        kinds.addWidget(self._child_line, 1)
        kinds.addWidget(self.kind)
        self.body.addLayout(kinds)
        child = QHBoxLayout()
        child.setSpacing(12)
        child.addLayout(_under(lambda: _("Month"), self.month), 2)
        child.addLayout(_under(lambda: _("Pet name"), self.nickname), 3)
        child.addLayout(_under(lambda: _("Girl or boy"), self.sex), 4)
        self.body.addLayout(child)
        consent = QHBoxLayout()
        consent.addWidget(Words(lambda: _("Consent"), BODY_PX, "ink", DEMI))
        consent.addWidget(Words(lambda: _("Each is the customer's own answer"), SMALL_PX, "ink3", align=RIGHT), 1)
        self.body.addLayout(consent)
        grid = QGridLayout()
        grid.setSpacing(6)
        for at, tick in enumerate(self.ticks.values()):
            grid.addWidget(tick, at // 2, at % 2)
        self.body.addLayout(grid)
        last = QHBoxLayout()
        last.setSpacing(12)
        last.addLayout(_under(lambda: _("Recommended by"), self.referrer), 3)
        last.addLayout(_under(lambda: _("Member's birthday"), self.birthday), 1)
        self.body.addLayout(last)
        self.body.addStretch(1)
        self.body.addWidget(self.toast)
        self.footer.addWidget(self.cancel, 1)
        self.footer.addWidget(self.confirm, 2)


def _under(label: Callable[[], str], editor: QWidget, note: Words | None = None) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(3)
    head = QHBoxLayout()
    head.addWidget(Words(label, SMALL_PX, "ink2", DEMI))
    if note is not None:
        head.addWidget(note, 1)
    column.addLayout(head)
    column.addWidget(editor)
    return column
