"""The status bar: is everything sent, do the devices work. Health is quiet; a fault stands out."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.desk_wording import ended_text
from pos_app.ui.presenters.training import TrainingFace
from pos_app.ui.presenters.view_models import Device, DeviceChip, DeviceState, SyncState, SyncStatus
from pos_app.ui.theme.tokens import BODY_PX, GAP_PX, STATUS_PX, TARGET_PX, Tone
from pos_app.ui.views.training import status_text
from pos_app.ui.widgets.buttons import Button

DEVICE_ICONS = {Device.PRINTER: "printer", Device.SCANNER: "scan", Device.CAMERA: "camera", Device.DISPLAY: "screen"}
SYNC_ICONS = {
    SyncState.SYNCED: "cloud",
    SyncState.SYNCING: "sync",
    SyncState.WAITING: "up",
    SyncState.OFFLINE: "cloudoff",
    SyncState.ATTENTION: "warning",
}
TONES: dict[str, Tone | None] = {"calm": None, "warn": "warn", "bad": "bad"}
FAULTS = {DeviceState.PAPER_OUT: "warn", DeviceState.MISSING: "warn", DeviceState.FAULT: "bad"}


class StatusChip(Button):
    """A 44 px chip: icon and words; calm, warn or bad."""

    def __init__(self, icon: str) -> None:
        super().__init__(icon=icon, variant="status", height_px=TARGET_PX)
        self.set_px(BODY_PX)
        self._level = "calm"

    def set_level(self, level: str) -> None:
        """Show how urgent it is."""
        if level != self._level:
            self._level = level
            self.setProperty("tone", level)
            self.set_ink(TONES[level])
            self.style().unpolish(self)
            self.style().polish(self)


class StatusBar(QFrame):
    """Signals: ``sync_asked``, ``device_asked(device)``, ``help_asked``."""

    sync_asked = Signal()
    device_asked = Signal(str)
    help_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setFixedHeight(STATUS_PX)
        self._compact = False
        self._status = SyncStatus(SyncState.SYNCED)
        self._training: TrainingFace | None = None
        self._faces: dict[Device, DeviceChip] = {}
        self._sync = StatusChip("cloud")
        self._sync.say(self._sync_text)
        self._sync.clicked.connect(self.sync_asked)
        self._chips: dict[Device, StatusChip] = {}
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._ask_device)
        self._help = Button(lambda: _("Keys"), icon="keyboard", variant="quiet")
        self._help.set_px(BODY_PX)
        self._help.clicked.connect(self.help_asked)
        self._arrange()

    def show_sync(self, status: SyncStatus) -> None:
        """Show what is sent and what waits: in words and numbers, always in the same place."""
        self._status = status
        urgent = status.state in {SyncState.OFFLINE, SyncState.ATTENTION}
        self._sync.set_icon(SYNC_ICONS[status.state])
        self._sync.set_level("bad" if status.state is SyncState.ATTENTION else "warn" if urgent else "calm")
        self._sync.retell()

    def show_training(self, face: TrainingFace) -> None:
        """Show the task at hand where a real till says what is sent: nothing is sent here."""
        self._training = face
        self._sync.set_icon("check" if face.current is None else "star")
        self._sync.set_level("calm")
        self._sync.set_ink("training")
        self._sync.retell()

    def show_device(self, face: DeviceChip) -> None:
        """Show how one device is; the first time makes its chip appear."""
        self._faces[face.device] = face
        chip = self._chips[face.device]
        chip.set_level(FAULTS.get(face.state, "warn" if face.waiting else "calm"))
        chip.setVisible(True)
        chip.retell()

    def show_help_key(self, key: str) -> None:
        """Print the key of the key overlay."""
        self._help.set_key(key)

    def set_compact(self, *, compact: bool) -> None:
        """Shorten the words of what is healthy."""
        if compact != self._compact:
            self._compact = compact
            self._sync.retell()
            for chip in self._chips.values():
                chip.retell()

    def _sync_text(self) -> str:
        if self._training is not None:
            return status_text(self._training)
        status = self._status
        last = "" if status.last_at_ms is None else wording.clock(status.last_at_ms)
        unsent = _("{n} to upload").format(n=status.unsent) if status.unsent else ""
        if status.state is SyncState.OFFLINE:
            since = _("last sync {time}").format(time=last) if last and not self._compact else ""
            head = _("Offline") if self._compact else _("Offline, selling goes on")
            return " · ".join(part for part in (head, unsent, since) if part)
        if status.state is SyncState.ATTENTION:
            look = ended_text(status.code) or _("Needs a look: {n}").format(n=status.conflicts)
            return " · ".join(part for part in (look, unsent) if part)
        if status.state is SyncState.SYNCING:
            return " · ".join(part for part in (_("Uploading"), unsent) if part)
        if unsent:
            return unsent
        return " · ".join(part for part in (_("Synced"), last) if part)

    def _device_text(self, device: Device) -> str:
        face = self._faces.get(device)
        if face is None:
            return ""
        name = _device_word(device)
        waiting = _("{n} waiting").format(n=face.waiting) if face.waiting else ""
        healthy = face.state in {DeviceState.READY, DeviceState.OFF, DeviceState.BUSY}
        if self._compact and healthy:
            return f"{name} · {face.waiting}" if face.waiting else name
        state = f"{name} {_state_word(face.state)}"
        return f"{state} · {waiting}" if waiting else state

    def _ask_device(self, place: int) -> None:
        self.device_asked.emit(list(Device)[place].value)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(self._sync)
        for place, device in enumerate(Device):
            chip = StatusChip(DEVICE_ICONS[device])
            chip.say(partial(self._device_text, device))
            chip.hide()
            self._group.addButton(chip, place)
            self._chips[device] = chip
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self._help)


def _device_word(device: Device) -> str:
    return {
        Device.PRINTER: _("Printer"),
        Device.SCANNER: _("Scanner"),
        Device.CAMERA: _("Camera"),
        Device.DISPLAY: _("Display"),
    }[device]


def _state_word(state: DeviceState) -> str:
    return {
        DeviceState.READY: _("ready"),
        DeviceState.OFF: _("off"),
        DeviceState.BUSY: _("busy"),
        DeviceState.PAPER_OUT: _("out of paper"),
        DeviceState.MISSING: _("not connected"),
        DeviceState.FAULT: _("fault"),
    }[state]
