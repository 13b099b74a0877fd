"""The member of this sale: who, what the points can do here and now, the child, what to care for, what to redeem."""

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import CareAct, CareKind, CarePrompt, MemberCard, OfferChip
from pos_app.ui.theme.look import WRAPPED, colour, fit, font, wrapped
from pos_app.ui.theme.tokens import (
    BODY_PX,
    CAP_PX,
    DEMI,
    MEDIUM,
    SMALL_PX,
    TARGET_PX,
    Tone,
)
from pos_app.ui.views.member_parts import ChildBlock, Identity, PointsPanel, TierLine
from pos_app.ui.widgets.buttons import Button, IconButton
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.words import Lines, Words, text_at

MOST_CARE = 3
MOST_OFFERS = 4
ACT_PX = 56
OFFER_PX = 58
# Icon, ink and tile of each kind of prompt.
CARE_LOOKS: dict[CareKind, tuple[str, Tone, Tone]] = {
    CareKind.RUN_OUT: ("milk", "warn", "warn_tint"),
    CareKind.FOLLOW_UP: ("phone", "info", "info_tint"),
    CareKind.MONTH_AGE: ("spoon", "gold", "gold_tint"),
    CareKind.STAGE_SWITCH: ("up", "warn", "warn_tint"),
    CareKind.BIRTHDAY: ("gift", "gold", "gold_tint"),
    CareKind.POINTS_EXPIRING: ("clock", "gold", "gold_tint"),
    CareKind.CASE: ("heart", "bad", "bad_tint"),
    CareKind.CAMPAIGN: ("gift", "pri", "pri_tint"),
}


class CareRow(QWidget):
    """One prompt: icon, what, why, one act."""

    def __init__(self) -> None:
        super().__init__()
        self.act = Button(variant="soft")
        self.act.set_px(BODY_PX)
        self.act.setFixedWidth(ACT_PX)
        self._prompt: CarePrompt | None = None
        self._compact = False
        self._glyph = Glyph("heart", "warn", 20, "warn_tint")
        self._title = Lines("", BODY_PX, "ink", DEMI, elide=True)
        self._reason = Lines("", CAP_PX, "ink2", elide=True)
        self._done = Words(lambda: _("✓ Done"), SMALL_PX, "ok", DEMI, align=Qt.AlignmentFlag.AlignCenter)
        self._done.setFixedWidth(ACT_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(8)
        row.addWidget(self._glyph)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addStretch()
        lines.addWidget(self._title)
        lines.addWidget(self._reason)
        lines.addStretch()
        row.addLayout(lines, 1)
        row.addWidget(self.act)
        row.addWidget(self._done)
        self.setMinimumHeight(TARGET_PX + 6)
        self.setMaximumHeight(TARGET_PX + 12)

    def show_prompt(self, prompt: CarePrompt | None) -> None:
        """Show a prompt, or nothing in its place."""
        self._prompt = prompt
        self.setVisible(prompt is not None)
        if prompt is None:
            return
        icon, ink, tile = CARE_LOOKS[prompt.kind]
        self._glyph.show_icon(icon, ink, tile)
        self._title.say(prompt.short if self._compact and prompt.short else prompt.title)
        self._reason.say(prompt.reason)
        done = prompt.act is CareAct.DONE
        self.act.setVisible(not done)
        self._done.setVisible(done)
        self.act.say(partial(_act_word, prompt.act))
        self.act.set_name(f"{prompt.title}: {_act_word(prompt.act)}")
        self._fold()

    def set_compact(self, *, compact: bool) -> None:
        """Use the short title, and let the reason take two lines."""
        self._compact = compact
        self.show_prompt(self._prompt)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the texts to the new width."""
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Give the second line to what needs it: the reason where the title is short, else the title."""
        long_title = self._title.needs_two()
        self._title.set_lines(2 if long_title else 1, CAP_PX if long_title else None)
        self._reason.set_lines(2 if not long_title and self._reason.needs_two() else 1)


class OfferButton(QPushButton):
    """An item that points can take home: name over points, gold when it is taken in this sale."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("v", "gold")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(TARGET_PX)
        self.setMaximumHeight(OFFER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._offer = OfferChip("", "", 0)

    def show_offer(self, offer: OfferChip) -> None:
        """Show an offer."""
        self._offer = offer
        self.setChecked(offer.taken)
        self.setAccessibleName(_("Redeem {name}, {points}").format(name=offer.name, points=self._below()))
        self.setToolTip(offer.name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw name and points."""
        super().paintEvent(event)
        painter = QPainter(self)
        room, high = self.width() - 16, self.height()
        box = QRectF(9, 4, room, high - 25)
        look = wrapped(self._offer.name, (room, high - 25), BODY_PX, MEDIUM)
        painter.setFont(font(look[0], MEDIUM))
        painter.setPen(colour("ink"))
        painter.drawText(box, WRAPPED | int(Qt.AlignmentFlag.AlignVCenter), look[1])
        px, below = fit(self._below(), room, SMALL_PX, DEMI)
        tone: Tone = "ink3" if self._offer.short_points else "gold"
        text_at(painter, QRectF(9, high - 21, room, 17), below, (px, DEMI, tone))
        painter.end()

    def sizeHint(self) -> QSize:
        """Return a size with room for a name of two lines."""
        return QSize(100, OFFER_PX)

    def minimumSizeHint(self) -> QSize:
        """Return the least target."""
        return QSize(TARGET_PX, TARGET_PX)

    def _below(self) -> str:
        offer = self._offer
        if offer.short_points:
            return _("{points} short").format(points=f"{offer.short_points:,}")
        return ("✓ " if offer.taken else "") + wording.points(offer.points)


class MemberPanel(QWidget):
    """The whole card of a member.

    Signals: ``cleared`` (take the member off the sale), ``care_acted(prompt_id)``, ``offer_asked(offer_id)``,
    ``redeem_asked``, ``top_up_asked``, ``profile_asked``.
    """

    cleared = Signal()
    care_acted = Signal(str)
    offer_asked = Signal(str)
    redeem_asked = Signal()
    top_up_asked = Signal()
    profile_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._member: MemberCard | None = None
        self._who = Identity()
        self._off = IconButton("cross", lambda: _("Take the member off this sale"))
        self._tier = TierLine()
        self._points = PointsPanel()
        self._child = ChildBlock()
        self._care = [CareRow() for _place in range(MOST_CARE)]
        self._care_head = Words(lambda: _("To care for"), SMALL_PX, "ink3", DEMI)
        self._offers = [OfferButton() for _place in range(MOST_OFFERS)]
        self._redeem = Button(lambda: _("All items"), icon="star", variant="soft", key="F4")
        self._redeem.set_px(BODY_PX)
        self._top_up = Button(lambda: _("Top up"), variant="soft")
        self._top_up.set_px(BODY_PX)
        self._profile = Button("360°", variant="soft")
        self._profile.set_name(lambda: _("Member 360°"))
        self._profile.set_px(BODY_PX)
        self._arrange()
        self._connect()

    def show_member(self, member: MemberCard) -> None:
        """Bind a member: texts change in place, nothing is built."""
        self._member = member
        self._who.show_member(member)
        self._tier.show_member(member)
        self._points.show_member(member)
        self._child.show_children(member.children)
        self._care_head.setVisible(bool(member.care))
        for place, row in enumerate(self._care):
            row.show_prompt(member.care[place] if place < len(member.care) else None)
        for place, button in enumerate(self._offers):
            button.setVisible(place < len(member.offers))
            if place < len(member.offers):
                button.show_offer(member.offers[place])

    def show_redeem_key(self, key: str) -> None:
        """Print the key of the redeem sheet."""
        self._redeem.set_key(key)

    def set_compact(self, *, compact: bool) -> None:
        """Narrow the card."""
        self._who.set_compact(compact=compact)
        for row in self._care:
            row.set_compact(compact=compact)

    def _connect(self) -> None:
        self._off.clicked.connect(self.cleared)
        self._redeem.clicked.connect(self.redeem_asked)
        self._top_up.clicked.connect(self.top_up_asked)
        self._profile.clicked.connect(self.profile_asked)
        self._care_group = QButtonGroup(self)
        for place, row in enumerate(self._care):
            self._care_group.addButton(row.act, place)
        self._care_group.idClicked.connect(self._act)
        self._offer_group = QButtonGroup(self)
        self._offer_group.setExclusive(False)
        for place, button in enumerate(self._offers):
            self._offer_group.addButton(button, place)
        self._offer_group.idClicked.connect(self._offer)

    def _act(self, place: int) -> None:
        if self._member is not None:
            self.care_acted.emit(self._member.care[place].prompt_id)

    def _offer(self, place: int) -> None:
        if self._member is not None:
            offer = self._member.offers[place]
            self._offers[place].setChecked(offer.taken)
            self.offer_asked.emit(offer.offer_id)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 6)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._who, 1)
        head.addWidget(self._off)
        column.addLayout(head)
        column.addSpacing(2)
        column.addWidget(self._tier)
        column.addSpacing(2)
        column.addWidget(self._points)
        column.addSpacing(2)
        column.addStretch(1)
        column.addWidget(self._child)
        column.addSpacing(4)
        column.addStretch(1)
        column.addWidget(self._care_head)
        column.addSpacing(2)
        for row in self._care:
            column.addWidget(row, 2)
        column.addStretch(1)
        column.addWidget(Words(lambda: _("Redeemable"), SMALL_PX, "ink3", DEMI))
        column.addSpacing(4)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, button in enumerate(self._offers):
            grid.addWidget(button, place // 2, place % 2)
        column.addLayout(grid, 12)
        column.addSpacing(6)
        last = QHBoxLayout()
        last.setSpacing(6)
        last.addWidget(self._redeem, 3)
        last.addWidget(self._top_up, 2)
        last.addWidget(self._profile, 2)
        column.addLayout(last)


def _act_word(act: CareAct) -> str:
    return {
        CareAct.RECORD: _("Log"),
        CareAct.ADD: _("Add"),
        CareAct.OPEN: _("Open"),
        CareAct.DONE: _("✓ Done"),
    }[act]
