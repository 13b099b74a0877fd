"""The top bar: which shop, which till, which receipt; language, sound, lock, who is signed in, what time it is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from pos_app.i18n import _, language
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import StaffFace, TillFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, GAP_PX, HEAD_PX, LABEL_PX, TITLE_PX, TOP_PX
from pos_app.ui.widgets.buttons import Button, IconButton
from pos_app.ui.widgets.marks import Pill
from pos_app.ui.widgets.words import RIGHT, Words


class TopBar(QFrame):
    """Signals: ``language_asked(code)`` with the other language, ``mute_asked(muted)``, ``lock_asked``."""

    language_asked = Signal(str)
    mute_asked = Signal(bool)
    lock_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("top")
        self.setFixedHeight(TOP_PX)
        self._till = TillFace("", "", "")
        self._muted = False
        self._store = Words("", TITLE_PX, "ink", BOLD, elide=True)
        self._lane = Pill("", "ink2", "canvas")
        self._receipt = Words(self._receipt_text, BODY_PX, "ink3", elide=True)
        self._training = Pill("", "inverse", "training")
        self._language = Button(_other_language, icon="globe", variant="quiet")
        self._sound = IconButton("sound", self._sound_name)
        self._lock = Button(lambda: _("Lock"), icon="lock", variant="quiet")
        self._staff = Words("", LABEL_PX, "ink", DEMI, elide=True, align=RIGHT)
        self._clock = Words("--:--", HEAD_PX, "ink", DEMI)
        self._arrange()
        self._language.clicked.connect(self._ask_language)
        self._sound.clicked.connect(self._ask_mute)
        self._lock.clicked.connect(self.lock_asked)

    def show_till(self, till: TillFace) -> None:
        """Show the place and the receipt that is being made."""
        self._till = till
        self._store.say(till.store)
        self._lane.show_text(till.till)
        self._receipt.retell()

    def show_staff(self, staff: StaffFace | None) -> None:
        """Show who is signed in; None for nobody."""
        self._staff.say("" if staff is None else " · ".join(part for part in (staff.name, staff.shift) if part))
        self._lock.setEnabled(staff is not None)

    def show_clock(self, at_ms: int) -> None:
        """Show the time of day."""
        self._clock.say(wording.clock(at_ms))

    def show_muted(self, *, muted: bool) -> None:
        """Show whether sounds are off."""
        self._muted = muted
        self._sound.set_icon("mute" if muted else "sound")
        self._sound.retell()

    def show_training(self, *, training: bool) -> None:
        """Show the word for training mode."""
        self._training.show_text(_("Training") if training else "")

    def show_lock_key(self, key: str) -> None:
        """Print the key that locks."""
        self._lock.set_key(key)

    def set_compact(self, *, compact: bool) -> None:
        """Give up what narrow screens have no room for: the word beside the lock."""
        self._lock.say("" if compact else lambda: _("Lock"))
        self._lock.set_name(lambda: _("Lock"))
        self._receipt.setVisible(True)

    def _receipt_text(self) -> str:
        return _("No. {number}").format(number=self._till.receipt_no) if self._till.receipt_no else ""

    def _sound_name(self) -> str:
        return _("Sounds are off") if self._muted else _("Sounds are on")

    def _ask_language(self) -> None:
        self.language_asked.emit("en" if language() == "zh_CN" else "zh_CN")

    def _ask_mute(self) -> None:
        self.mute_asked.emit(not self._muted)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self._store)
        row.addWidget(self._lane)
        row.addWidget(self._receipt)
        row.addWidget(self._training)
        row.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(GAP_PX)
        for button in (self._language, self._sound, self._lock):
            tools.addWidget(button)
        row.addLayout(tools)
        row.addWidget(self._staff)
        row.addWidget(self._clock)


def _other_language() -> str:
    return "English" if language() == "zh_CN" else "中文"
