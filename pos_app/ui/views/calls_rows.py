"""Painting of the call list: when it is due, who it is, why they are called."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from pos_app.domain.calls import Outcome
from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.desk_wording import ask_text, bought_text, child_text, outcome_text
from pos_app.ui.presenters.calls_models import CallLine
from pos_app.ui.theme.look import colour, fit, metrics, width_px
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, DEMI, ITEM_PX, MEDIUM, REGULAR, SMALL_PX, Tone
from pos_app.ui.widgets.rows import ROW_ROLE, Index, paint_ground
from pos_app.ui.widgets.words import CENTER, RIGHT, text_at

CALL_ROW_PX = 68
EDGE_PX = 16
BADGE_PX = 84
BADGE_COMPACT_PX = 76
BADGE_HIGH_PX = 26


def due_text(line: CallLine) -> str:
    """Return when a call is due, or what came of it."""
    if line.outcome:
        return wording.day(line.due_on)
    if line.days_late > 0:
        return ngettext("{n} day late", "{n} days late", line.days_late).format(n=line.days_late)
    if line.days_late == 0:
        return _("Due today")
    return ngettext("in {n} day", "in {n} days", -line.days_late).format(n=-line.days_late)


def why_text(line: CallLine) -> str:
    """Return what was bought when, and what to ask about it: the reason of the call."""
    bought = f"{wording.day(line.bought_on)} {bought_text(line.bought)}"
    return f"{bought} · {ask_text(line.bought)}"


def state_text(line: CallLine) -> str:
    """Return what stands at the end of a row: the outcome, no consent, or which try this would be."""
    if line.outcome:
        return outcome_text(Outcome(line.outcome))
    if not line.may_call:
        return _("No consent · not printed")
    return _("try {n}").format(n=line.attempts + 1) if line.attempts else ""


def line_words(line: CallLine) -> str:
    """Return what assistive technology reads of one row."""
    child = child_text(line.child) if line.child is not None else ""
    parts = (due_text(line), line.member_name, line.masked_phone, child, why_text(line), state_text(line))
    return ", ".join(part for part in parts if part)


class CallDelegate(QStyledItemDelegate):
    """Draws one call: badge, name with phone and child, the reason below, the state at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.compact = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row."""
        return QSize(100, CALL_ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        line = index.data(ROW_ROLE)
        if not isinstance(line, CallLine):
            return
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, EDGE_PX)
        self._paint_badge(painter, box, line)
        badge = BADGE_COMPACT_PX if self.compact else BADGE_PX
        left = box.left() + EDGE_PX + badge + 12
        right = box.right() - EDGE_PX
        self._paint_who(painter, QRectF(left, box.top() + 12, right - left, 22), line)
        why = metrics(SMALL_PX, REGULAR).elidedText(why_text(line), Qt.TextElideMode.ElideRight, int(right - left))
        text_at(painter, QRectF(left, box.top() + 37, right - left, 20), why, (SMALL_PX, REGULAR, "ink2"))
        painter.restore()

    def _paint_badge(self, painter: QPainter, box: QRect, line: CallLine) -> None:
        ink, fill = badge_tones(line)
        wide = BADGE_COMPACT_PX if self.compact else BADGE_PX
        frame = QRectF(box.left() + EDGE_PX, box.center().y() - BADGE_HIGH_PX / 2, wide, BADGE_HIGH_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(fill))
        painter.drawRoundedRect(frame, 7, 7)
        px, text = fit(due_text(line), int(wide) - 8, SMALL_PX, DEMI)
        text_at(painter, frame, text, (px, DEMI, ink), CENTER)

    def _paint_who(self, painter: QPainter, box: QRectF, line: CallLine) -> None:
        state = state_text(line)
        state_wide = width_px(state, CAP_PX, DEMI) + 8 if state else 0.0
        tone: Tone = "ink3" if line.outcome or line.may_call else "warn"
        text_at(painter, box, state, (CAP_PX, DEMI, tone), RIGHT)
        room = box.width() - state_wide
        name = metrics(ITEM_PX, DEMI).elidedText(line.member_name, Qt.TextElideMode.ElideRight, int(room * 0.5))
        text_at(painter, box, name, (ITEM_PX, DEMI, "ink" if line.may_call else "ink3"))
        after = box.left() + width_px(name, ITEM_PX, DEMI) + 10
        child = child_text(line.child) if line.child is not None else ""
        for text, ink, weight in ((line.masked_phone, "ink3", MEDIUM), (child, "pri_p", MEDIUM)):
            rest = box.left() + room - after
            if not text or rest < 40:
                continue
            said = metrics(BODY_PX, weight).elidedText(text, Qt.TextElideMode.ElideRight, int(rest))
            tint: Tone = "ink3" if ink == "ink3" else "pri_p"
            text_at(painter, QRectF(after, box.top(), rest, box.height()), said, (BODY_PX, weight, tint))
            after += width_px(said, BODY_PX, weight) + 12


def badge_tones(line: CallLine) -> tuple[Tone, Tone]:
    """Return ink and fill of the badge that says when a call is due."""
    if line.outcome:
        return ("ok", "ok_tint")
    if not line.may_call:
        return ("ink3", "sunken")
    if line.days_late > 0:
        return ("warn", "warn_tint")
    return ("info", "info_tint") if line.days_late == 0 else ("ink2", "sunken")
