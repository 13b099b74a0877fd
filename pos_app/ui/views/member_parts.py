"""Parts of the member's card that other screens show too: who it is, what the points can do, the child."""

from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import ChildLine, MemberCard
from pos_app.ui.theme.tokens import BODY_PX, BOLD, CAP_PX, DEMI, HEAD_PX, ITEM_PX, LABEL_PX, MEDIUM, POINTS_PX, SMALL_PX
from pos_app.ui.widgets.marks import Avatar, Glyph, Pill, StageBar
from pos_app.ui.widgets.words import RIGHT, Lines, Words

BAR_PX = 72
MOST_LINES = 4  # of Latin height: total, stored value and coupons, who holds the rest


class Identity(QWidget):
    """Who: avatar, name, tier, masked phone, and whom head office found to be the same person."""

    def __init__(self) -> None:
        super().__init__()
        self._avatar = Avatar(44)
        self._name = Words("", HEAD_PX, "ink", BOLD, elide=True)
        self._tier = Pill("", "gold", "gold_tint", "gold_line")
        self._phone = Words("", BODY_PX, "ink2", elide=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._avatar)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self._name)
        first.addWidget(self._tier)
        first.addStretch(1)
        lines.addLayout(first)
        lines.addWidget(self._phone)
        row.addLayout(lines, 1)

    def show_member(self, member: MemberCard | None) -> None:
        """Show a member, or that there is none."""
        self._name.say(member.name if member is not None else lambda: _("No member"))
        self._tier.show_text(member.tier if member is not None else "")
        self._phone.say("" if member is None else partial(wording.reached, member.masked_phone, member.merged))
        self._avatar.show_name(member.name if member is not None else "")

    def show_phone(self, phone: str) -> None:
        """Show the whole number instead of the masked one, until a member is shown again."""
        self._phone.say(phone)

    def set_compact(self, *, compact: bool) -> None:
        """Leave the avatar away."""
        self._avatar.setVisible(not compact)


class TierLine(QWidget):
    """What the next tier takes, and how much of it is done; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._note = Words("", CAP_PX, "ink2", elide=True)
        self._bar = StageBar()
        self._bar.setFixedWidth(BAR_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._note, 1)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_member(self, member: MemberCard) -> None:
        """Show the tier's progress of a member."""
        self.setVisible(bool(member.tier_note))
        self._note.say(member.tier_note)
        self._bar.setVisible(member.tier_share is not None)
        self._bar.show_share(member.tier_share or 0.0)


class PointsPanel(QFrame):
    """What the points can do at this till now, and how that relates to the whole balance.

    ``in_sale``: also what the sale in hand does to them.
    """

    def __init__(self, *, in_sale: bool = True) -> None:
        super().__init__()
        self.setProperty("fill", "gold_tint")
        self._member: MemberCard | None = None
        self._label = Words(lambda: _("Points usable here"), SMALL_PX, "gold", MEDIUM)
        self._worth = Words("", LABEL_PX, "gold", DEMI, align=RIGHT)
        self._number = Words("", POINTS_PX, "ink", BOLD)
        self._unit = Words(lambda: _("pts"), SMALL_PX, "ink2")
        self._sale = Words(self._sale_text, SMALL_PX, "gold", DEMI)
        self._whole = Lines(self._whole_text, CAP_PX, "ink2", elide=True)
        self._when = Words(self._when_text, CAP_PX, "ink2", align=RIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 4)
        column.setSpacing(1)
        head = QHBoxLayout()
        head.addWidget(self._label, 1)
        head.addWidget(self._worth)
        column.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(4)
        middle.addWidget(self._number)
        middle.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        middle.addStretch(1)
        middle.addWidget(self._when, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(middle)
        column.addWidget(self._sale)
        self._sale.setVisible(in_sale)
        column.addWidget(self._whole)

    def show_member(self, member: MemberCard) -> None:
        """Show the balance of a member."""
        self._member = member
        self._number.say(f"{member.points_here:,}")
        self._worth.say(f"≈ {wording.yuan(member.worth_minor)}")
        self._when.set_tone("warn" if member.stale else "ink2")
        for words in (self._sale, self._whole, self._when):
            words.retell()
        self._whole.take_needed(MOST_LINES)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap who holds the rest to the new width."""
        super().resizeEvent(event)
        self._whole.take_needed(MOST_LINES)

    def changeEvent(self, event: QEvent) -> None:
        """Wrap the words of the new language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._whole.take_needed(MOST_LINES)

    def _sale_text(self) -> str:
        member = self._member
        if member is None:
            return ""
        used, earned = wording.signed(-member.redeeming), wording.signed(member.earning)
        return _("This sale {used} · {earned}").format(used=used, earned=earned)

    def _whole_text(self) -> str:
        member = self._member
        if member is None:
            return ""
        total = _("{points} in total").format(points=f"{member.points_total:,}")
        return " · ".join(
            part for part in (total, member.owed, member.vesting, member.assets, member.elsewhere) if part
        )

    def _when_text(self) -> str:
        if self._member is None or self._member.as_of_ms is None:
            return ""
        return _("as of {time}").format(time=wording.clock(self._member.as_of_ms))


class ChildBlock(QWidget):
    """The child: name, month-age, stage."""

    def __init__(self) -> None:
        super().__init__()
        self._children: tuple[ChildLine, ...] = ()
        self._who = Words(self._who_text, ITEM_PX, "ink", DEMI, elide=True)
        self._sex = Words("", SMALL_PX, "ink3", elide=True, align=RIGHT)
        self._bar = StageBar()
        self._stage = Lines(self._stage_text, SMALL_PX, "ink3", elide=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Glyph("baby", "pri", 22))
        row.addWidget(self._who, 1)
        row.addWidget(self._sex)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._stage)

    def show_children(self, children: tuple[ChildLine, ...]) -> None:
        """Show the first child in full and name the others."""
        self._children = children
        self.setVisible(bool(children))
        if children:
            self._sex.say(children[0].sex)
            self._bar.show_share(children[0].stage_share)
        self._stage.set_lines(2 if len(children) > 1 else 1)
        self._who.retell()
        self._stage.retell()

    def _who_text(self) -> str:
        return _child_text(self._children[0]) if self._children else ""

    def _stage_text(self) -> str:
        if not self._children:
            return ""
        others = " · ".join(_child_text(child) for child in self._children[1:])
        return " · ".join(part for part in (self._children[0].stage, others) if part)


def _child_text(child: ChildLine) -> str:
    age = wording.month_age(child.months, child.days)
    return f"{child.name} · {age}" if child.name else age
