"""The sheet in which what is kept of a member is put right: how to address them, phone, children, a lost card."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui.messages import lines
from pos_app.ui.presenters.profile_models import EditFace, EditForm
from pos_app.ui.presenters.sign_up_models import PHONE_DIGITS, ChildForm, ChildKind
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, DEMI, HEAD_PX, SMALL_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import Labelled, NumberField, TextField
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.tick import Tick
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import Lines, Words

MOST_SHOWN = 4  # children in sight; more than that are kept as they are
MONTH_DIGITS = 6
LONGEST_NAME = 40
CONFIRM_MS = 6_000


class EditSheet(Sheet):
    """Signals: ``saved(form)`` with an ``EditForm``, ``card_lost`` after a second press; ``closed`` at Esc.

    ``merge_asked(member_id)`` says that whoever has the phone that was typed is the same person.
    """

    saved = Signal(object)
    card_lost = Signal()
    merge_asked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Put right"), host, width_px=680)
        self._edit = EditFace("", "", (), False, "")
        self._sure = False
        self.name = TextField(lambda: _("Such as Ms Chen"))
        self.name.setMaxLength(LONGEST_NAME)
        self.phone = NumberField(self._phone_hint)
        self.phone.setMaxLength(PHONE_DIGITS)
        self.kept = [Tick("") for _place in range(MOST_SHOWN)]
        self.month = NumberField(lambda: _("YYYYMM"))
        self.month.setMaxLength(MONTH_DIGITS)
        self.nickname = TextField(lambda: _("Pet name"))
        self.nickname.setMaxLength(LONGEST_NAME)
        self.kind = Segmented(
            ((ChildKind.BORN.value, lambda: _("Born")), (ChildKind.EXPECTED.value, lambda: _("Expected"))),
            lambda: _("Child"),
        )
        self._no_child = Lines(lambda: _("The guardian has not agreed to keep a child."), SMALL_PX, "warn")
        self._children = Words(lambda: _("Children: take the tick away to forget one"), BODY_PX, "ink", DEMI)
        self.toast = Toast(lambda: _("Only what differs is kept · Enter keeps it · Esc leaves it"))
        self.lost = Button(self._lost_text, icon="card", variant="danger", height_px=ACTION_PX)
        self.keep = Button(lambda: _("Keep this"), variant="pri", height_px=ACTION_PX)
        self.keep.set_px(HEAD_PX)
        self.keep.set_key("Enter", pill=True)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CONFIRM_MS)
        self._calm.timeout.connect(partial(self._ask_again, sure=False))
        self.lost.clicked.connect(self._lose)
        self.toast.acted.connect(self.merge_asked)
        self.keep.clicked.connect(self._save)
        self._fill()

    def show_edit(self, edit: EditFace) -> None:
        """Open with what is kept."""
        self._edit = edit
        self._ask_again(sure=False)
        self.name.setText(edit.name)
        self.phone.clear()
        self.phone.set_hint(self._phone_hint)
        self.month.clear()
        self.nickname.clear()
        self.kind.show_choice(ChildKind.BORN.value)
        for place, tick in enumerate(self.kept):
            tick.setVisible(place < len(edit.children))
            tick.setChecked(True)
            tick.say(edit.children[place] if place < len(edit.children) else "")
        for part in (self.month, self.nickname, self.kind):
            part.setVisible(edit.may_keep_children)
        self._no_child.setVisible(not edit.may_keep_children)
        self._children.setVisible(edit.may_keep_children)
        self.toast.clear()
        self.open_over(self.name)

    def show_problem(self, error: PosError) -> None:
        """Say why nothing was kept."""
        what, then = lines(error)
        other = str(error.facts.get("member_id", "")) if error.code == "phone.registered" else ""
        acts = ((other, _("Same person: unite"), ""),) if other else ()
        self.toast.show_notice("bad", what, then, acts)

    def form(self) -> EditForm:
        """Return the sheet as filled in."""
        places = range(len(self._edit.children))
        kept = tuple(n for n in places if n >= MOST_SHOWN or self.kept[n].isChecked())
        return EditForm(self.name.text(), self.phone.text(), kept, self._added())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps, Esc leaves."""
        if Qt.Key(event.key()) in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._save()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _added(self) -> ChildForm:
        month = self.month.text()
        is_whole = len(month) == MONTH_DIGITS
        # A month that is not whole yet counts as told, so that it is asked for and not silently dropped.
        year = int(month[:4]) if is_whole else (1 if month else 0)
        kind = ChildKind(self.kind.choice())
        return ChildForm(kind, year, int(month[4:]) if is_whole else 0, self.nickname.text())

    def _save(self) -> None:
        self.saved.emit(self.form())

    def _lose(self) -> None:
        if self._sure:
            self._ask_again(sure=False)
            self.card_lost.emit()
        else:
            self._ask_again(sure=True)
            self._calm.start()

    def _ask_again(self, *, sure: bool) -> None:
        self._sure = sure
        self._calm.stop()
        self.lost.retell()

    def _lost_text(self) -> str:
        said = _("Void card …{tail} now") if self._sure else _("Card …{tail} is lost")
        return said.format(tail=self._edit.card_tail)

    def _phone_hint(self) -> str:
        return _("{phone}, unless typed anew").format(phone=self._edit.masked_phone)

    def _fill(self) -> None:
        who = QHBoxLayout()
        who.setSpacing(12)
        who.addWidget(Labelled(lambda: _("How to address them"), self.name), 1)
        who.addWidget(Labelled(lambda: _("Phone"), self.phone), 1)
        self.body.addLayout(who)
        self.body.addWidget(self._children)
        self.body.addWidget(self._no_child)
        kept = QVBoxLayout()
        kept.setSpacing(6)
        for tick in self.kept:
            kept.addWidget(tick)
        self.body.addLayout(kept)
        child = QHBoxLayout()
        child.setSpacing(10)
        child.addWidget(self.kind)
        child.addWidget(self.month, 1)
        child.addWidget(self.nickname, 2)
        self.body.addLayout(child)
        for field, name in ((self.month, _("Month")), (self.nickname, _("Pet name"))):
            field.setAccessibleName(name)
        self.body.addStretch(1)
        self.body.addWidget(self.toast)
        for button in self.kind.findChildren(Button):
            button.setAutoDefault(False)  # Enter belongs to the form
        self.footer.addWidget(self.lost)
        self.footer.addStretch(1)
        self.footer.addWidget(self.keep)
