"""S4: all that is known of a member (会员全知道): who at the top, facts at the left, histories with their reasons."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from pos_app.domain.members import Purpose
from pos_app.errors import PosError
from pos_app.i18n import _
from pos_app.ui.desk_wording import purpose_text
from pos_app.ui.messages import lines
from pos_app.ui.presenters.profile_models import ProfileFace, ProfileTab, Row
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, COMPACT_BELOW_PX, DEMI, HEAD_PX, SMALL_PX
from pos_app.ui.views.member_parts import Identity
from pos_app.ui.views.profile_rows import RowDelegate, row_words
from pos_app.ui.views.profile_side import ProfileSide
from pos_app.ui.views.profile_why import WhyPanel
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.marks import Glyph, card
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.rows import RowsModel, touch_list
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import CENTER, RIGHT, Lines, Paragraph, Words

TABS = tuple(ProfileTab)
NEVER_LIMITED = {ProfileTab.CAMPAIGNS, ProfileTab.CONSENT}
MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -6, Qt.Key.Key_PageDown: 6}
SIDE_PX, SIDE_COMPACT_PX = 300, 260
WHY_PX = 380


class ProfileScreen(Retold, QWidget):
    """Shows one member, or that nobody was chosen yet.

    Signals: ``find_asked`` for the finder, ``reveal_asked`` for the whole number, ``attach_asked`` to serve the member,
    ``edit_asked`` for corrections,
    ``consent_asked(ask)`` with a ``ConsentAsk``, ``left`` at Esc.
    """

    find_asked = Signal()
    reveal_asked = Signal()
    attach_asked = Signal()
    edit_asked = Signal()
    consent_asked = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._face: ProfileFace | None = None
        self._tab = ProfileTab.TIMELINE
        self._head: Callable[[], str] = _nobody_head
        self._told: Callable[[], str] = _nobody_text
        self.who = Identity()
        self._joined = Lines("", SMALL_PX, "ink2", align=RIGHT, elide=True)
        self._joined.set_lines(2)
        self.reveal = Button(lambda: _("Show number"), icon="eye", variant="soft", key="Ctrl N")
        self.edit = Button(lambda: _("Put right"), icon="edit", key="Ctrl E")
        self.other = Button(lambda: _("Another member"), icon="search", key="F2")
        self.side = ProfileSide()
        self.tabs = Segmented(tuple((tab.value, "") for tab in TABS), lambda: _("Which history"))
        self._model: RowsModel[Row] = RowsModel(row_words, lambda row: row.key)
        self._delegate = RowDelegate()
        self.list = touch_list()
        self.list.setModel(self._model)
        self.list.setItemDelegate(self._delegate)
        self.why = WhyPanel()
        for scrolled in (self.list, self.why.list):
            scrolled.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._none = Paragraph(self._none_text, BODY_PX, "ink3")
        self.toast = Toast(lambda: _("↑ ↓ choose · ← → histories · Ctrl N shows the number · Esc goes back"))
        self.attach = Button(lambda: _("Take into the sale"), icon="cart", variant="pri", height_px=ACTION_PX)
        self.seek = Button(lambda: _("Find a member"), icon="search", variant="pri", height_px=ACTION_PX)
        for button, key in ((self.attach, "Enter"), (self.seek, "F2")):
            button.set_px(HEAD_PX)
            button.set_key(key, pill=True)
        self._empty_head = Words(self._head, HEAD_PX, "ink2", DEMI, align=CENTER)
        self._empty_text = Paragraph(self._told, BODY_PX, "ink3")
        self._empty_text.setAlignment(CENTER)
        self._pages = QStackedLayout(self)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._arrange()
        self._connect()
        self.show_nobody()
        self.retranslate()

    def show_profile(self, profile: ProfileFace) -> None:
        """Show one member; the tab and the row in hand stay where they were."""
        same = self._face is not None and self._face.member.member_id == profile.member.member_id
        self._face = profile
        if not same:
            self._tab = ProfileTab.TIMELINE
            self.tabs.show_choice(self._tab.value)
            self.reveal.setEnabled(True)
            self.toast.clear()
        self.who.show_member(profile.member)
        self._joined.say(profile.joined)
        self.side.show_profile(profile)
        self._say_tabs()
        self._show_rows()
        self._pages.setCurrentIndex(1)
        if not same:
            self.focus_home()

    def show_nobody(self) -> None:
        """Forget whoever was shown."""
        self._face = None
        self._model.show_rows(())
        self.why.show_row(None)
        self.who.show_member(None)
        self._show_page(_nobody_head, _nobody_text)

    def show_reading(self) -> None:
        """Say that the profile is being read."""
        self._face = None
        self._show_page(_reading_head, _no_text)

    def show_phone(self, phone: str) -> None:
        """Show the whole number of the member in view."""
        self.who.show_phone(phone)
        self.reveal.setEnabled(False)
        self.toast.show_notice("info", lambda: _("The number is shown; that was written down for the audit."))

    def show_answered(self, purpose: Purpose, *, granted: bool) -> None:
        """Say what was answered."""
        said = _("Agreed again: {name}") if granted else _("Taken back: {name}")
        self.toast.show_notice("done", said.format(name=purpose_text(purpose)), _("It holds at once, also offline."))

    def show_saved(self) -> None:
        """Say that the corrections are kept."""
        self.toast.show_notice("done", lambda: _("Kept. It holds at once, here and wherever the member is known."))

    def show_merge_asked(self) -> None:
        """Say that somebody decides whether two records are one person."""
        asked = _("Head office was asked to unite the two records.")
        self.toast.show_notice("done", asked, _("Until it has, both go on as they are."))

    def show_card(self, card_no: str) -> None:
        """Say the number of the new card, to be written on it."""
        told = _("New card: {card}").format(card=f"{card_no[:4]} {card_no[4:8]} {card_no[8:]}")
        self.toast.show_notice("done", told, _("The lost card and its codes are refused from now on."))

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong: beside the member in view, or in the middle where nobody is."""
        what, then = lines(error)
        if self._face is None:
            self._show_page(lambda: lines(error)[0], lambda: lines(error)[1])
        else:
            self.toast.show_notice("bad", what, then)

    def show_tab(self, tab: ProfileTab) -> None:
        """Show one of the histories."""
        self._tab = tab
        self.tabs.show_choice(tab.value)
        self._show_rows()

    def focus_home(self) -> None:
        """Give the focus to the list, or to the button that finds somebody."""
        target = self.list if self._face is not None else self.seek
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force; the member is said again by the presenter."""
        self._say_tabs()
        self._empty_head.say(self._head)
        self._empty_text.say(self._told)
        self._none.say(self._none_text)
        self.list.setAccessibleName(_("History"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter serves, Ctrl+N shows the number, Esc leaves; F2 is the window's."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif self._face is None:
            super().keyPressEvent(event)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.attach_asked.emit()
        elif key == Qt.Key.Key_N and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._reveal()
        elif key == Qt.Key.Key_E and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.edit_asked.emit()
        elif key in MOVES:
            self._move(MOVES[key])
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            step = 1 if key == Qt.Key.Key_Right else -1
            self.show_tab(TABS[(TABS.index(self._tab) + step) % len(TABS)])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the reasons below the list on small screens."""
        super().resizeEvent(event)
        compact = self.width() < COMPACT_BELOW_PX - 80
        self._delegate.compact = compact
        self.side.setFixedWidth(SIDE_COMPACT_PX if compact else SIDE_PX)
        direction = QBoxLayout.Direction.TopToBottom if compact else QBoxLayout.Direction.LeftToRight
        self._both.setDirection(direction)
        if compact:
            self.why.setMinimumWidth(0)
            self.why.setMaximumWidth(16_777_215)
        else:
            self.why.setFixedWidth(WHY_PX)

    def _show_page(self, head: Callable[[], str], told: Callable[[], str]) -> None:
        self._head, self._told = head, told
        self._empty_head.say(head)
        self._empty_text.say(told)
        self._pages.setCurrentIndex(0)

    def _say_tabs(self) -> None:
        words = {
            ProfileTab.TIMELINE: _("Time line"),
            ProfileTab.PURCHASES: _("Purchases"),
            ProfileTab.POINTS: _("Points"),
            ProfileTab.CAMPAIGNS: _("Campaigns"),
            ProfileTab.CALLS: _("Calls"),
            ProfileTab.CONSENT: _("Consent"),
        }
        for tab, word in words.items():
            self.tabs.say(tab.value, word)

    def _show_rows(self) -> None:
        in_hand = self._in_hand()
        rows = () if self._face is None else self._face.rows.get(self._tab, ())
        self._model.show_rows(rows)
        self._none.setVisible(not rows)
        self._none.say(self._none_text)
        place = self._model.place_of(in_hand.key) if in_hand is not None else -1
        self._choose(max(0, place))

    def _none_text(self) -> str:
        if self._face is not None and self._face.limited and self._tab not in NEVER_LIMITED:
            return self._face.limited
        return {
            ProfileTab.TIMELINE: _("Nothing has happened yet. Visits, calls and consent appear here."),
            ProfileTab.PURCHASES: _("Nothing was bought yet. The first sale appears here with its lines."),
            ProfileTab.POINTS: _("No points yet. The first purchase earns some."),
            ProfileTab.CAMPAIGNS: _("No campaign is for this member today."),
            ProfileTab.CALLS: _("No call yet. One comes up three days after a purchase."),
            ProfileTab.CONSENT: _("No purpose was asked yet."),
        }[self._tab]

    def _in_hand(self) -> Row | None:
        return self._model.row(self.list.currentIndex().row())

    def _choose(self, place: int) -> None:
        index = self._model.index(place) if place < self._model.rowCount() else self._model.index(-1)
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.why.show_row(self._in_hand())

    def _move(self, step: int) -> None:
        rows = self._model.rowCount()
        if rows:
            place = min(rows - 1, max(0, self.list.currentIndex().row() + step))
            self._choose(place)
            self.list.scrollTo(self._model.index(place))

    def _pick(self) -> None:
        self.why.show_row(self._in_hand())

    def _reveal(self) -> None:
        if self.reveal.isEnabled():
            self.reveal_asked.emit()

    def _choose_tab(self, code: str) -> None:
        self.show_tab(ProfileTab(code))

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._choose_tab)
        self.list.selectionModel().currentChanged.connect(self._pick)
        self.reveal.clicked.connect(self._reveal)
        self.edit.clicked.connect(self.edit_asked)
        self.other.clicked.connect(self.find_asked)
        self.seek.clicked.connect(self.find_asked)
        self.attach.clicked.connect(self.attach_asked)
        self.why.consent_asked.connect(self.consent_asked)

    def _arrange(self) -> None:
        self._pages.addWidget(self._empty_page())
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(10)
        column.addWidget(self._top())
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.side)
        middle.addLayout(self._histories(), 1)
        column.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.toast, 1)
        foot.addWidget(self.attach)
        column.addLayout(foot)
        self._pages.addWidget(page)

    def _top(self) -> QFrame:
        frame = card()
        row = QHBoxLayout(frame)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(self.who)
        row.addWidget(self._joined, 1)
        row.addWidget(self.reveal)
        row.addWidget(self.edit)
        row.addWidget(self.other)
        return frame

    def _histories(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self.tabs)
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 6, 1, 6)
        self._none.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self._none)
        inside.addWidget(self.list, 1)  # always there: it has the focus
        self._both.setSpacing(10)
        self._both.addWidget(frame, 3)
        self._both.addWidget(self.why, 2)
        column.addLayout(self._both, 1)
        return column

    def _empty_page(self) -> QWidget:
        empty = QWidget()
        middle = QVBoxLayout(empty)
        middle.setSpacing(12)
        middle.addStretch(2)
        middle.addWidget(Glyph("member", "pri", 44), 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(self._empty_head)
        middle.addWidget(self._empty_text)
        middle.addWidget(self.seek, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
        self.seek.setMinimumWidth(280)
        return empty


def _nobody_head() -> str:
    return _("Whom do you want to know about?")


def _nobody_text() -> str:
    return _("Scan a card, or look by phone, last four digits, name or initials. Every opening is written down.")


def _reading_head() -> str:
    return _("Reading…")


def _no_text() -> str:
    return ""
