"""Small painted marks: avatar, pill, stage bar, amount of money, PIN dots, dividing rule, icon."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from pos_app.ui.theme.icons import pixmap
from pos_app.ui.theme.look import colour, fit, width_px
from pos_app.ui.theme.tokens import BOLD, CAP_PX, DEMI, ICON_PX, Tone
from pos_app.ui.widgets.words import CENTER, text_at

LEAST_AMOUNT_PX = 24


def rule() -> QFrame:
    """Return a hairline that divides what stands above from what stands below."""
    line = QFrame()
    line.setProperty("rule", True)
    line.setFixedHeight(1)
    return line


def card(kind: str = "true") -> QFrame:
    """Return an empty card: white with a hairline, or ``night`` for the dark one."""
    frame = QFrame()
    frame.setProperty("card", kind)
    return frame


class Glyph(QLabel):
    """An icon without an act, optionally on a tinted tile."""

    def __init__(self, name: str, tone: Tone = "pri", size_px: int = ICON_PX, tile: Tone | None = None) -> None:
        super().__init__()
        self._name, self._tone, self._size, self._tile = name, tone, size_px, tile
        side = size_px if tile is None else size_px + 14
        self.setFixedSize(side, side)

    def show_icon(self, name: str, tone: Tone, tile: Tone | None = None) -> None:
        """Show another icon."""
        self._name, self._tone, self._tile = name, tone, tile
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw tile and icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._tile is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(self._tile))
            painter.drawRoundedRect(QRectF(self.rect()), 9, 9)
        at = QPointF((self.width() - self._size) / 2, (self.height() - self._size) / 2)
        painter.drawPixmap(at, pixmap(self._name, self._tone, self._size))
        painter.end()


class Avatar(QWidget):
    """The first character of a name in a disc."""

    def __init__(self, side_px: int = 46) -> None:
        super().__init__()
        self._name = ""
        self.setFixedSize(side_px, side_px)

    def show_name(self, name: str) -> None:
        """Show another person."""
        self._name = name
        self.update()

    def set_side(self, side_px: int) -> None:
        """Change the size, px."""
        self.setFixedSize(side_px, side_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw disc and character."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("pri"))
        painter.drawEllipse(self.rect())
        text_at(painter, QRectF(self.rect()), self._name[:1], (round(self.height() * 0.44), BOLD, "on_pri"), CENTER)
        painter.end()


class Pill(QLabel):
    """A short word on a tint: tier, till, state."""

    def __init__(self, text: str = "", ink: Tone = "pri_p", fill: Tone = "pri_tint", edge: Tone | None = None) -> None:
        super().__init__(text)
        self._ink, self._fill, self._edge = ink, fill, edge
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show another word; an empty one hides the pill's frame too."""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
            self.update()

    def set_tones(self, ink: Tone, fill: Tone, edge: Tone | None = None) -> None:
        """Show the word in other colours."""
        self._ink, self._fill, self._edge = ink, fill, edge
        self.update()

    def clipped(self) -> str | None:
        """Return the word if it is cut."""
        return None if fit(self.text(), self.width() - 8, CAP_PX, DEMI)[1] == self.text() else self.text()

    def sizeHint(self) -> QSize:
        """Return the size of word and frame."""
        return QSize(round(width_px(self.text(), CAP_PX, DEMI)) + 18, 22) if self.text() else QSize(0, 22)

    def minimumSizeHint(self) -> QSize:
        """Return the size of word and frame: a pill does not shrink."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame and word."""
        if not self.text():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if self._edge is None else colour(self._edge))
        painter.setBrush(colour(self._fill))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, 7, 7)
        text_at(painter, frame, self.text(), (CAP_PX, DEMI, self._ink), CENTER)
        painter.end()


class StageBar(QWidget):
    """How far a child has gone through the present stage, 0 to 1."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float) -> None:
        """Show another share, 0 to 1."""
        self._share = min(1.0, max(0.0, share))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the track and what has been gone."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("gold_tint"))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(colour("gold_solid"))
        painter.drawRoundedRect(QRectF(0, 0, self.width() * self._share, 6), 3, 3)
        painter.end()


class Amount(QWidget):
    """An amount of money, right-aligned, its currency sign smaller and on the same base line; shrinks to fit."""

    def __init__(self, px: int, tone: Tone = "inverse", sign: str = "¥") -> None:
        super().__init__()
        self._px, self._tone, self._sign, self._text = px, tone, sign, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(round(px * 1.12))

    def show_text(self, text: str, name: str) -> None:
        """Show an amount already written with two decimals; ``name`` is what assistive technology reads."""
        self._text = text
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()

    def set_px(self, px: int) -> None:
        """Change the full size, px."""
        self._px = px
        self.setFixedHeight(round(px * 1.12))
        self.update()

    def set_tone(self, tone: Tone) -> None:
        """Show the amount in another colour."""
        self._tone = tone
        self.update()

    def clipped(self) -> str | None:
        """Return the amount if it does not fit at its least size."""
        return self._text if self._wide(self._fitted()) > self.width() else None

    def sizeHint(self) -> QSize:
        """Return the size at full type."""
        return QSize(round(self._wide(self._px)) + 2, self.height())

    def minimumSizeHint(self) -> QSize:
        """Return the size at the least type."""
        return QSize(round(self._wide(LEAST_AMOUNT_PX)) + 2, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw sign and digits on one base line."""
        painter = QPainter(self)
        px = self._fitted()
        line = QRectF(self.rect())
        digits = width_px(self._text, px, BOLD)
        text_at(painter, line, self._text, (px, BOLD, self._tone), Qt.AlignmentFlag.AlignRight | _MIDDLE)
        base = self.height() / 2 + px * 0.36
        small = round(px * 0.52)
        sign = QRectF(0, base - small, self.width() - digits - max(4, px * 0.1), small * 1.25)
        text_at(painter, sign, self._sign, (small, DEMI, self._tone), Qt.AlignmentFlag.AlignRight | _MIDDLE)
        painter.end()

    def _wide(self, px: int) -> float:
        sign = width_px(self._sign, round(px * 0.52), DEMI) + max(4, px * 0.1) if self._sign else 0
        return width_px(self._text, px, BOLD) + sign

    def _fitted(self) -> int:
        px = self._px
        while px > LEAST_AMOUNT_PX and self._wide(px) > self.width():
            px -= 1
        return px


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class PinDots(QWidget):
    """As many filled dots as digits were typed; never the digits."""

    def __init__(self, places: int = 6) -> None:
        super().__init__()
        self._places, self._typed, self._wrong = places, 0, False
        self.setFixedSize(places * 28, 28)

    def show_typed(self, typed: int, *, wrong: bool = False) -> None:
        """Show how many digits were typed; ``wrong`` colours the row."""
        self._typed, self._wrong = typed, wrong
        self.setAccessibleName(f"{typed}/{self._places}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(self._places):
            tone: Tone = "bad" if self._wrong else "pri"
            painter.setPen(colour(tone if self._wrong or place < self._typed else "line2"))
            painter.setBrush(colour(tone) if place < self._typed else colour("surface"))
            painter.drawEllipse(QPointF(place * 28 + 14, 14), 7, 7)
        painter.end()
