"""The frame of the window: rail, top bar, the screens, status bar, and the sheets above them."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos_app.ui.keymap import Action, Keymap
from pos_app.ui.presenters.view_models import DeviceChip, Section, StaffFace, SyncStatus, TillFace
from pos_app.ui.theme.tokens import COMPACT_BELOW_PX, LEAST_WINDOW_PX
from pos_app.ui.views.key_overlay import KeyOverlay
from pos_app.ui.views.rail import Rail
from pos_app.ui.views.status_bar import StatusBar
from pos_app.ui.views.top_bar import TopBar

TRAINING_FRAME_PX = 4


class Shell(QWidget):
    """The till's window content.

    Pages stand in ``stage`` (below the top bar, right of the rail); covers such as the PIN screen take all of it.
    Sheets take ``stage`` as their host.

    Signals: ``section_asked(section)``, ``language_asked(code)``, ``mute_asked(muted)``, ``lock_asked``,
    ``sync_asked``, ``device_asked(device)``.
    """

    section_asked = Signal(str)
    language_asked = Signal(str)
    mute_asked = Signal(bool)
    lock_asked = Signal()
    sync_asked = Signal()
    device_asked = Signal(str)

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("root")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # What the folded layout needs; said here, or the wide layout's need would keep a wide window from shrinking.
        self.setMinimumSize(*LEAST_WINDOW_PX)
        self.rail = Rail()
        self.top = TopBar()
        self.status = StatusBar()
        self.stage = QStackedWidget()
        self._covers = QStackedWidget()
        self._pages: dict[str, QWidget] = {}
        self._compact: bool | None = None
        self._arrange()
        self.keys = KeyOverlay(self.stage)
        self._show_keys(keymap)
        self._connect()

    def add_page(self, name: str, page: QWidget) -> None:
        """Add a screen under a name: a section's, or any other such as ``sync``."""
        self._pages[name] = page
        self.stage.addWidget(page)

    def add_cover(self, name: str, page: QWidget) -> None:
        """Add a screen that covers the whole window, rail included."""
        self._pages[name] = page
        self._covers.addWidget(page)

    def show_page(self, name: str) -> None:
        """Show a screen or a cover."""
        page = self._pages[name]
        if self._covers.indexOf(page) >= 0:
            self._covers.setCurrentWidget(page)
            return
        self._covers.setCurrentIndex(0)
        self.stage.setCurrentWidget(page)

    def uncover(self) -> None:
        """Take a cover away; the screen below is as it was."""
        self._covers.setCurrentIndex(0)

    def show_section(self, section: Section) -> None:
        """Show the screen of a section and mark it on the rail."""
        self.rail.show_section(section)
        self.show_page(section.value)

    def show_badges(self, counts: Mapping[Section, int]) -> None:
        """Show how much waits in each section."""
        self.rail.show_counts(counts)

    def show_sync(self, status: SyncStatus) -> None:
        """Show the sync chip."""
        self.status.show_sync(status)

    def show_device(self, chip: DeviceChip) -> None:
        """Show the chip of one device."""
        self.status.show_device(chip)

    def show_staff(self, staff: StaffFace | None) -> None:
        """Show who is signed in, and the sections that this person has; None for nobody."""
        self.top.show_staff(staff)
        if staff is not None:
            self.rail.show_sections(staff.sections)

    def show_till(self, till: TillFace) -> None:
        """Show store, till and receipt number."""
        self.top.show_till(till)

    def show_clock(self, at_ms: int) -> None:
        """Show the time of day."""
        self.top.show_clock(at_ms)

    def show_muted(self, *, muted: bool) -> None:
        """Show whether sounds are off."""
        self.top.show_muted(muted=muted)

    def show_training(self, *, training: bool) -> None:
        """Frame the window in violet and say so in the top bar."""
        edge = TRAINING_FRAME_PX if training else 0
        self._outer.setContentsMargins(edge, edge, edge, edge)
        self.setObjectName("training" if training else "root")
        self.style().polish(self)
        self.top.show_training(training=training)

    def show_help(self) -> None:
        """Open the key overlay; a second call closes it."""
        if self.keys.isVisible():
            self.keys.dismiss()
        else:
            self.keys.open_keys()

    def focus_home(self) -> None:
        """Give the focus back to the screen in view: its ``focus_home`` if it has one."""
        page = self.stage.currentWidget() if self._covers.currentIndex() == 0 else self._covers.currentWidget()
        home = getattr(page, "focus_home", None)
        if home is not None:
            home()

    def retranslate(self) -> None:
        """Say everything again after the language was switched."""
        QApplication.sendEvent(self, QEvent(QEvent.Type.LanguageChange))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what a narrow window has no room for."""
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW_PX
        if compact != self._compact:
            self._compact = compact
            for part in (self.rail, self.top, self.status):
                part.set_compact(compact=compact)

    def _arrange(self) -> None:
        desk = QFrame()
        row = QHBoxLayout(desk)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.stage, 1)
        column.addWidget(self.status)
        row.addLayout(column, 1)
        self._covers.addWidget(desk)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.addWidget(self._covers)

    def _show_keys(self, keymap: Keymap) -> None:
        self.keys.show_keys(keymap)
        self.rail.show_keys(keymap)
        self.top.show_lock_key(keymap.caption(Action.LOCK))
        self.status.show_help_key(keymap.caption(Action.HELP))

    def _connect(self) -> None:
        self.rail.section_asked.connect(self.section_asked)
        self.top.language_asked.connect(self.language_asked)
        self.top.mute_asked.connect(self.mute_asked)
        self.top.lock_asked.connect(self.lock_asked)
        self.status.sync_asked.connect(self.sync_asked)
        self.status.device_asked.connect(self.device_asked)
        self.status.help_asked.connect(self.show_help)
