"""Buttons: an icon, a word, and the key that does the same, drawn so that none of them is ever cut."""

from math import ceil
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, metrics, width_px
from pos_app.ui.theme.tokens import CAP_PX, DEMI, ICON_PX, LABEL_PX, MEDIUM, SMALL_PX, TARGET_PX, Tone
from pos_app.ui.widgets.words import CENTER, LEFT, RIGHT, Say, said, text_at

Variant = Literal[
    "plain", "act", "pri", "quick", "key", "soft", "danger", "quiet", "toast", "nav", "gold", "segment", "status"
]
Shape = Literal["inline", "stack", "row"]

INKS: dict[str, Tone] = {
    "pri": "on_pri", "danger": "bad", "quick": "pri_p", "soft": "pri_p", "quiet": "ink2", "toast": "gold_solid",
    "nav": "night_ink", "segment": "ink2", "status": "ink2",
}  # fmt: skip
ICON_INKS: dict[str, Tone] = {
    "pri": "on_pri", "danger": "bad", "quiet": "ink2", "toast": "gold_solid", "nav": "night_ink", "status": "ink2",
    "key": "ink",
}  # fmt: skip
PAD_PX = 10
SPACE_PX = 6
KEY_PAD_PX = 7
EDGE_PX = 5.0
BESIDE_PX = 5  # between a caption and the key on its line
# A row button narrower than this has a smaller icon, so that its words stay whole.
ROW_NARROW_PX = 142
TEXT_PX, TEXT_NARROW_PX = 44, 32


class Button(QPushButton):
    """A push button that draws its own face.

    ``inline``: icon, word and key in one row, centred; ``stack``: icon and word above, caption and key below;
    ``row``: icon at the left, word over caption and key.
    A click never takes the keyboard focus: the scan line keeps it.
    """

    def __init__(
        self,
        say: Say = "",
        *,
        icon: str | None = None,
        caption: Say = "",
        key: str = "",
        variant: Variant = "plain",
        shape: Shape = "inline",
        height_px: int = TARGET_PX,
    ) -> None:
        super().__init__()
        self._say, self._caption, self._key = say, caption, key
        self._icon, self._shape, self._px, self._weight = icon, shape, LABEL_PX, DEMI
        self._ink: Tone | None = None
        self._name: Say | None = None
        self._pill = False
        self._icon_px = ICON_PX
        self._word, self._below = "", ""  # as told last
        self._told: tuple[object, ...] = ()
        self.setProperty("v", variant)
        self.setAutoDefault(True)  # Enter presses the button that has the focus
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(height_px)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.retell()

    def say(self, say: Say) -> None:
        """Show another word."""
        self._say = say
        self.retell()

    def set_caption(self, caption: Say) -> None:
        """Show another caption."""
        self._caption = caption
        self.retell()

    def set_key(self, key: str, *, pill: bool = False) -> None:
        """Print the key that does the same; ``pill`` frames it at the right edge."""
        self._key, self._pill = key, pill
        self.retell()

    def set_icon(self, icon: str | None) -> None:
        """Show another icon, or none."""
        if icon != self._icon:
            self._icon = icon
            self.updateGeometry()
            self.update()

    def set_icon_px(self, size_px: int) -> None:
        """Change the size of an inline icon, px."""
        self._icon_px = size_px
        self.updateGeometry()

    def set_ink(self, ink: Tone | None) -> None:
        """Draw word and icon in this colour; None goes back to the variant's."""
        if ink != self._ink:
            self._ink = ink
            self.update()

    def set_px(self, px: int) -> None:
        """Change the full size of the word, px."""
        if px != self._px:
            self._px = px
            self.updateGeometry()
            self.update()

    def set_shape(self, shape: Shape) -> None:
        """Change how icon, word and caption stand to each other."""
        if shape != self._shape:
            self._shape = shape
            self.updateGeometry()
            self.update()

    def set_name(self, name: Say) -> None:
        """Say to assistive technology something else than word and caption; needed where there is only an icon."""
        self._name = name
        self.retell()

    def set_variant(self, variant: Variant) -> None:
        """Change the look; costs a polish, so not on a hot path."""
        if self.property("v") != variant:
            self.setProperty("v", variant)
            self.style().unpolish(self)
            self.style().polish(self)

    def word(self) -> str:
        """Return the word shown."""
        return self._word

    def clipped(self) -> str | None:
        """Return the word or caption that is cut at the present size, or None."""
        for text, room, px, weight in self._texts():
            if text and fit(text, room, px, weight)[1] != text:
                return text
        return None

    def hides_key(self) -> bool:
        """Say whether the key that does the same had to be given up at the present size."""
        if not self._key or self._pill or self._shape != "inline":
            return False
        return self._inline_fit(self._inline_room())[1] == 0

    def sizeHint(self) -> QSize:
        """Return the size at which everything shows in full."""
        return self._size(self._px)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a word would be cut; the icon of an inline button is given up first."""
        return self._size(min(CAP_PX, self._px), least=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame by the sheet and the face by hand."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        {"inline": self._paint_inline, "stack": self._paint_stack, "row": self._paint_row}[self._shape](painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole word as a tooltip while it is cut."""
        super().resizeEvent(event)
        self.setToolTip(self.clipped() or "")

    def changeEvent(self, event: QEvent) -> None:
        """Say the words again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retell()
        super().changeEvent(event)

    def ink(self) -> Tone:
        """Return the colour of the word in the present state."""
        variant = str(self.property("v"))
        if not self.isEnabled():
            return "ink4" if variant != "toast" else "night_ink"
        if self._ink is not None:
            return self._ink
        if self.isChecked() and variant != "gold":
            return "pri_p"
        return INKS.get(variant, "ink")

    def icon_ink(self) -> Tone:
        """Return the colour of the icon in the present state."""
        if not self.isEnabled() or self._ink is not None:
            return self.ink()
        variant = str(self.property("v"))
        if self.isChecked() and variant == "nav":
            return "pri_p"
        return ICON_INKS.get(variant, "pri")

    def retell(self) -> None:
        """Ask the functions of word, caption and name again: what they tell has changed."""
        word, caption = said(self._say), said(self._caption)
        name = " ".join(filter(None, (word, caption, self._key))) if self._name is None else said(self._name)
        told = (word, caption, self._key, self._pill, name)
        if told == self._told:
            return
        self._told, self._word, self._below = told, word, caption or self._key
        self.setAccessibleName(name)
        self.updateGeometry()
        self.setToolTip(self.clipped() or "")
        self.update()

    def _size(self, px: int, *, least: bool = False) -> QSize:
        word = width_px(self.word(), px, self._weight)
        icon = 0 if self._icon is None else self._icon_px + (SPACE_PX if self.word() else 0)
        if self._shape == "inline":
            key = width_px(self._key, SMALL_PX, MEDIUM) + SPACE_PX if self._key else 0
            key += 2 * KEY_PAD_PX + SPACE_PX if self._key and self._pill else 0
            pad = 6 if least else PAD_PX
            wide = word + 2 * pad if least and self.word() else word + icon + key + 2 * pad
        elif self._shape == "stack":
            below = width_px(self._below, CAP_PX, MEDIUM)
            wide = max(word + (0 if least else icon), below) + (8 if least else 16)
        else:
            wide = TEXT_NARROW_PX + max(word, width_px(self._below, CAP_PX, MEDIUM)) + 4
            wide += 0 if least else TEXT_PX - TEXT_NARROW_PX
        return QSize(max(TARGET_PX, ceil(wide)), max(TARGET_PX, self.minimumHeight()))

    def _texts(self) -> list[tuple[str, int, int, int]]:
        wide = self.width()
        if self._shape == "inline":
            return [(self.word(), self._inline_room(), self._px, self._weight)]
        room = wide - 6 if self._shape == "stack" else wide - self._text_at() - 4
        return [(self.word(), room, self._px, self._weight), (self._below, room - self._key_room(), CAP_PX, MEDIUM)]

    def _key_room(self) -> int:
        """Return what the key takes of the line of the caption, where there are both."""
        return 0 if self._below == self._key or not self._key else ceil(width_px(self._key, CAP_PX, MEDIUM)) + BESIDE_PX

    def _paint_inline(self, painter: QPainter) -> None:
        wide, high = self.width(), self.height()
        key_wide = width_px(self._key, SMALL_PX, MEDIUM) if self._key else 0.0
        right = self._paint_pill(painter, key_wide) if self._key and self._pill else wide - EDGE_PX
        icon, beside, px, text = self._inline_fit(int(right - EDGE_PX))
        word = width_px(text, px, self._weight)
        centre = right / 2 + 4 if self._pill and self._key else wide / 2
        left = max(6.0, centre - (icon + word + beside) / 2)
        if icon and self._icon is not None:
            picture = pixmap(self._icon, self.icon_ink(), self._icon_px)
            painter.drawPixmap(QPointF(round(left), (high - self._icon_px) / 2), picture)
        text_at(painter, QRectF(left + icon, 0, word + 2, high), text, (px, self._weight, self.ink()))
        if beside:
            box = QRectF(left + icon + word + SPACE_PX, 0, key_wide + 2, high)
            text_at(painter, box, self._key, (SMALL_PX, MEDIUM, self._key_ink()))

    def _inline_fit(self, room: int) -> tuple[float, float, int, str]:
        """Return the room of icon and key, and size and text of the word.

        The word shrinks first; then the icon is given up, then the key, and only then is the word cut.
        """
        mark = 0.0 if self._icon is None else self._icon_px + (SPACE_PX if self.word() else 0)
        key = 0.0
        if self._key and not self._pill:
            key = width_px(self._key, SMALL_PX, MEDIUM) + (SPACE_PX if mark or self.word() else 0)
        for icon, beside in ((mark, key), (0.0, key)):
            px, text = fit(self.word(), max(0, int(room - icon - beside)), self._px, self._weight)
            if text == self.word():
                return icon, beside, px, text
        px, text = fit(self.word(), room, self._px, self._weight)
        return 0.0, 0.0, px, text

    def _inline_room(self) -> int:
        pill = width_px(self._key, SMALL_PX, MEDIUM) + 2 * KEY_PAD_PX + 14 + SPACE_PX - EDGE_PX
        return int(self.width() - 2 * EDGE_PX - (pill if self._key and self._pill else 0))

    def _paint_pill(self, painter: QPainter, key_wide: float) -> float:
        frame = QRectF(self.width() - 14 - key_wide - 2 * KEY_PAD_PX, self.height() / 2 - 13, key_wide + 14, 26)
        painter.setPen(Qt.PenStyle.NoPen)
        wash = colour("inverse").toRgb()
        wash.setAlpha(46)
        painter.setBrush(wash)
        painter.drawRoundedRect(frame, 6, 6)
        text_at(painter, frame, self._key, (SMALL_PX, DEMI, self.ink()), CENTER)
        return frame.left() - SPACE_PX

    def _paint_stack(self, painter: QPainter) -> None:
        wide, middle = self.width(), self.height() / 2
        icon = ICON_PX + 4 if self._icon is not None else 0
        px, text = fit(self.word(), wide - 8 - icon, self._px, self._weight)
        if text != self.word() or px < SMALL_PX:
            icon = 0
            px, text = fit(self.word(), wide - 6, self._px, self._weight)
        word = width_px(text, px, self._weight)
        left = (wide - icon - word) / 2
        if icon and self._icon is not None:
            painter.drawPixmap(QPointF(round(left), middle - 20), pixmap(self._icon, self.icon_ink()))
        text_at(painter, QRectF(left + icon, middle - 20, word + 2, 20), text, (px, self._weight, self.ink()))
        beside = self._key_room()
        small, below = fit(self._below, wide - 6 - beside, CAP_PX, MEDIUM)
        left = (wide - width_px(below, small, MEDIUM) - beside) / 2
        text_at(painter, QRectF(left, middle + 3, wide - left, 16), below, (small, MEDIUM, self._key_ink()), LEFT)
        if beside:
            self._paint_key(painter, QRectF(0, middle + 3, wide - left, 16))

    def _text_at(self) -> int:
        return TEXT_PX if self.width() >= ROW_NARROW_PX else TEXT_NARROW_PX

    def _paint_row(self, painter: QPainter) -> None:
        wide, middle = self.width(), self.height() / 2
        start = self._text_at()
        size = 24 if start == TEXT_PX else ICON_PX
        if self._icon is not None:
            at = QPointF(11 if start == TEXT_PX else 7, middle - size / 2)
            painter.drawPixmap(at, pixmap(self._icon, self.icon_ink(), size))
        room = wide - start - 4
        px, text = fit(self.word(), room, self._px, self._weight)
        text_at(painter, QRectF(start, middle - 20, room + 2, 20), text, (px, self._weight, self.ink()), LEFT)
        small, below = fit(self._below, room - self._key_room(), CAP_PX, MEDIUM)
        text_at(painter, QRectF(start, middle + 1, room + 2, 18), below, (small, MEDIUM, self._key_ink()), LEFT)
        if self._key_room():
            self._paint_key(painter, QRectF(start, middle + 1, room - 2, 18))

    def _paint_key(self, painter: QPainter, line: QRectF) -> None:
        """Draw the key at the end of the caption's line."""
        text_at(painter, line, self._key, (CAP_PX, MEDIUM, self._key_ink()), RIGHT)

    def _key_ink(self) -> Tone:
        if not self.isEnabled():
            return "ink4"
        variant = self.property("v")
        if variant in {"pri", "toast"}:
            return self.ink()
        return "ink2" if self.isChecked() else "ink3"


class IconButton(Button):
    """A square button with an icon only; ``name`` says what it does to those who cannot see the icon."""

    def __init__(self, icon: str, name: Say, *, variant: Variant = "quiet", size_px: int = TARGET_PX) -> None:
        super().__init__(icon=icon, variant=variant, height_px=size_px)
        self.set_name(name)
        self.setFixedSize(size_px, size_px)


class RailButton(Button):
    """One section of the rail: icon over word, with a count of what waits there."""

    def __init__(self, say: Say, *, icon: str, key: str = "") -> None:
        super().__init__(say, icon=icon, variant="nav", key=key)
        self._count = 0
        self.setCheckable(True)
        self.setFixedSize(68, 64)

    def set_count(self, count: int, name: Say) -> None:
        """Show how many things wait; 0 shows nothing. ``name`` is what assistive technology reads."""
        if count != self._count:
            self._count = count
            self.update()
        self.set_name(name)

    def clipped(self) -> str | None:
        """Return the word if it is cut."""
        return None if fit(self.word(), self.width() - 2, SMALL_PX, DEMI)[1] == self.word() else self.word()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw icon, word and count."""
        QPushButton.paintEvent(self, event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        if self._icon is not None:
            tone: Tone = "pri_p" if on else "night_ink"
            painter.drawPixmap(QPointF((self.width() - 24) / 2, 10), pixmap(self._icon, tone, 24))
        px, text = fit(self.word(), self.width() - 2, SMALL_PX, DEMI if on else MEDIUM)
        ink: Tone = "pri_p" if on else "inverse"
        text_at(painter, QRectF(0, 37, self.width(), 22), text, (px, DEMI if on else MEDIUM, ink), CENTER)
        if self._count:
            paint_count(painter, QPointF(self.width() / 2 + 6, 4), self._count)
        painter.end()


def paint_count(painter: QPainter, at: QPointF, count: int) -> None:
    """Draw a gold count with its left upper corner at ``at``; more than 99 reads 99+."""
    text = str(count) if count <= 99 else "99+"
    wide = max(18.0, metrics(CAP_PX, 700).horizontalAdvance(text) + 10)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("gold_solid"))
    frame = QRectF(at.x(), at.y(), wide, 18)
    painter.drawRoundedRect(frame, 9, 9)
    text_at(painter, frame, text, (CAP_PX, 700, "on_gold"), CENTER)
