"""The member zone of the till: today's numbers and the camera while nobody is served, a guest, or the member."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import DayFigures, MemberCard
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, LABEL_PX, MEDIUM, POINTS_PX, SMALL_PX
from pos_app.ui.views.member_card import MemberPanel
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.camera_view import CameraView
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.words import CENTER, Lines, Paragraph, Words

CAMERA_PX = 168


class Figure(QWidget):
    """A number with what it counts."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.number = Words("0", POINTS_PX, "ink", BOLD, align=CENTER)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        column.addWidget(self.number)
        column.addWidget(words)


class GuestPanel(QWidget):
    """Nobody attached: how to attach somebody, what joining would earn now, the camera, today's numbers.

    Signals: ``member_asked``, ``camera_asked``.
    """

    member_asked = Signal()
    camera_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._selling = False
        self._earning = 0
        self._nearly = ""
        self._camera_on = False
        self._title = Words(self._title_text, HEAD_PX, "ink", BOLD)
        self._hint = Paragraph(self._hint_text, BODY_PX, "ink2")
        self._gain = QFrame()
        self._gain.setProperty("fill", "gold_tint")
        self._gain_text = Words(self._earning_text, LABEL_PX, "gold", DEMI)
        self._near = QFrame()
        self._near.setProperty("fill", "pri_tint")
        self._near_text = Lines(lambda: self._nearly, BODY_PX, "pri_p", DEMI, elide=True)
        self._near_text.set_lines(2)
        self._near.hide()
        self.member = Button(lambda: _("Member"), icon="member", variant="soft", key="F2", height_px=52)
        self.camera = CameraView()
        self.camera.setMaximumHeight(CAMERA_PX)
        self._toggle = Button(self._camera_text, icon="camera", variant="quiet", key="Ctrl F2")
        self._toggle.set_px(BODY_PX)
        self._figures = QFrame()
        self._figures.setProperty("well", True)
        self._today = Words(lambda: _("So far today"), SMALL_PX, "ink3", DEMI)
        self._counts = [
            Figure(Words(lambda: _("Visits"), SMALL_PX, "ink3", MEDIUM, align=CENTER)),
            Figure(Words(lambda: _("Joined"), SMALL_PX, "ink3", MEDIUM, align=CENTER)),
            Figure(Words(lambda: _("Calls due"), SMALL_PX, "ink3", MEDIUM, align=CENTER)),
        ]
        self._arrange()
        self.member.clicked.connect(self.member_asked)
        self._toggle.clicked.connect(self.camera_asked)

    def show_guest(self, earning: int, nearly: str) -> None:
        """Show a sale without a member, what it would earn, and which campaign it nearly reaches, empty for none."""
        self._selling, self._earning, self._nearly = True, earning, nearly
        self._retell()

    def show_idle(self, figures: DayFigures) -> None:
        """Show that nobody is served."""
        self._selling = False
        for figure, count in zip(self._counts, (figures.visits, figures.sign_ups, figures.calls_due), strict=True):
            figure.number.say(f"{count:,}")
        self._today.show()
        self._figures.show()
        self._retell()

    def show_frame(self, grey: bytes, width_px: int, height_px: int) -> None:
        """Show a camera frame."""
        if not self._camera_on:
            self._camera_on = True
            self._toggle.retell()
        self.camera.show_frame(grey, width_px, height_px)

    def show_camera_off(self) -> None:
        """Show that the camera is off."""
        self._camera_on = False
        self.camera.show_off()
        self._toggle.retell()

    def show_keys(self, member: str, camera: str) -> None:
        """Print the keys."""
        self.member.set_key(member)
        self._toggle.set_key(camera)

    def _retell(self) -> None:
        self._title.retell()
        self._hint.say(self._hint_text)
        self._gain.setVisible(self._selling and self._earning > 0)
        self._gain_text.retell()
        self._near.setVisible(self._selling and bool(self._nearly))
        self._near_text.retell()

    def _title_text(self) -> str:
        return _("No member yet") if self._selling else _("Next customer")

    def _hint_text(self) -> str:
        if self._selling:
            return _("Ask for the phone number, or scan the member code. The sale goes on without.")
        return _("Scan a member code or an item, or press F2.")

    def _earning_text(self) -> str:
        return _("Joining now earns {points}").format(points=wording.signed(self._earning))

    def _camera_text(self) -> str:
        return _("Camera off") if self._camera_on else _("Camera on")

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 10)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Glyph("member", "pri", 24, "pri_tint"))
        head.addWidget(self._title, 1)
        column.addLayout(head)
        column.addWidget(self._hint)
        gain = QHBoxLayout(self._gain)
        gain.setContentsMargins(12, 10, 12, 10)
        gain.addWidget(Glyph("star", "gold", 20))
        gain.addWidget(self._gain_text, 1)
        column.addWidget(self._gain)
        column.addWidget(self.member)
        column.addWidget(self.camera)
        column.addWidget(self._toggle)
        near = QHBoxLayout(self._near)
        near.setContentsMargins(12, 8, 12, 8)
        near.addWidget(Glyph("gift", "pri", 20))
        near.addWidget(self._near_text, 1)
        column.addWidget(self._near)
        column.addStretch(1)
        column.addWidget(self._today)
        row = QHBoxLayout(self._figures)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(0)
        for figure in self._counts:
            row.addWidget(figure, 1)
        column.addWidget(self._figures)
        self._today.hide()
        self._figures.hide()


class MemberZone(QFrame):
    """The card at the left of the till. Its panels' signals are taken from ``panel`` and ``guest``."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.panel = MemberPanel()
        self.guest = GuestPanel()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.guest)
        self._stack.addWidget(self.panel)

    def show_member(self, member: MemberCard) -> None:
        """Show a member."""
        self.panel.show_member(member)
        self._stack.setCurrentWidget(self.panel)

    def show_guest(self, earning: int, nearly: str) -> None:
        """Show a sale without a member."""
        self.guest.show_guest(earning, nearly)
        self._stack.setCurrentWidget(self.guest)

    def show_idle(self, figures: DayFigures) -> None:
        """Show that nobody is served."""
        self.guest.show_idle(figures)
        self._stack.setCurrentWidget(self.guest)

    def set_compact(self, *, compact: bool) -> None:
        """Narrow the zone."""
        self.panel.set_compact(compact=compact)
