"""The left column of the member's 360°: points, facts at a glance, the child, what they usually buy."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui.presenters.profile_models import Figure, GlanceLine, ProfileFace
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, DEMI, LABEL_PX, SMALL_PX
from pos_app.ui.views.member_parts import ChildBlock, PointsPanel
from pos_app.ui.widgets.marks import rule
from pos_app.ui.widgets.words import RIGHT, Lines, Words

MOST_GLANCES = 4
MOST_USUAL = 3


class GlanceRow(QWidget):
    """One fact: name and value on a line, how it was found below."""

    def __init__(self) -> None:
        super().__init__()
        self._name = Words("", SMALL_PX, "ink3", DEMI)
        self._value = Words("", LABEL_PX, "ink", DEMI, align=RIGHT)
        self._why = Lines("", CAP_PX, "ink3", elide=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._name)
        row.addWidget(self._value, 1)
        column.addLayout(row)
        column.addWidget(self._why)

    def show_line(self, line: GlanceLine | None) -> None:
        """Show a fact; None for no more."""
        self.setVisible(line is not None)
        if line is not None:
            self._name.say(line.name)
            self._value.say(line.value)
            self._value.set_tone(line.tone)
            self._why.say(line.why)
            self._why.setVisible(bool(line.why))
            self._why.take_needed(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap to the new width."""
        super().resizeEvent(event)
        self._why.take_needed(2)


class UsualRow(QWidget):
    """An item that is bought again and again, and when it is due."""

    def __init__(self) -> None:
        super().__init__()
        self._name = Words("", BODY_PX, "ink", elide=True)
        self._when = Words("", SMALL_PX, "ink2", align=RIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addWidget(self._when)

    def show_figure(self, figure: Figure | None) -> None:
        """Show an item; None for no more."""
        self.setVisible(figure is not None)
        if figure is not None:
            self._name.say(figure.name)
            self._when.say(figure.value)
            self._when.set_tone(figure.tone)


class ProfileSide(QFrame):
    """Shows one member; an empty part says what would fill it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._face: ProfileFace | None = None
        self.points = PointsPanel(in_sale=False)
        self._glance = [GlanceRow() for _place in range(MOST_GLANCES)]
        self._child = ChildBlock()
        self._no_child = Lines(self._no_child_text, SMALL_PX, "ink3")
        self._usual_head = Words(lambda: _("Usually buys"), SMALL_PX, "ink3", DEMI)
        self._usual = [UsualRow() for _place in range(MOST_USUAL)]
        self._no_usual = Lines(self._no_usual_text, SMALL_PX, "ink3")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 8)
        column.setSpacing(5)
        column.addWidget(self.points)
        for row in self._glance:
            column.addWidget(row)
        column.addWidget(rule())
        column.addWidget(self._child)
        column.addWidget(self._no_child)
        column.addWidget(rule())
        column.addWidget(self._usual_head)
        for usual in self._usual:
            column.addWidget(usual)
        column.addWidget(self._no_usual)
        column.addStretch(1)

    def show_profile(self, shown: ProfileFace) -> None:
        """Show one member."""
        self._face = shown
        self.points.show_member(shown.member)
        for place, row in enumerate(self._glance):
            row.show_line(shown.glance[place] if place < len(shown.glance) else None)
        self._child.show_children(shown.member.children)
        self._no_child.setVisible(not shown.member.children)
        for place, usual in enumerate(self._usual):
            usual.show_figure(shown.usual[place] if place < len(shown.usual) else None)
        self._no_usual.setVisible(not shown.usual)
        for lines in (self._no_child, self._no_usual):
            lines.retell()
            lines.take_lines()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap to the new width."""
        super().resizeEvent(event)
        for lines in (self._no_child, self._no_usual):
            lines.take_lines()

    def _no_child_text(self) -> str:
        return _("No child is kept: none was told, or the guardian did not agree.")

    def _no_usual_text(self) -> str:
        if self._face is not None and self._face.limited:
            return self._face.limited
        return _("Two purchases of an item show its rhythm here.")
