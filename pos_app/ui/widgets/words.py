"""Text that shrinks before it is cut and that says itself again when the language changes."""

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pos_app.ui.theme.look import colour, fit, font, lines_px, metrics, width_px, wrapped
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, REGULAR, Tone

Say = str | Callable[[], str]

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter
LEAST_ELIDED_PX = 24


def said(say: Say) -> str:
    """Return the text of ``say``: itself, or what the function answers in the language in force."""
    return say if isinstance(say, str) else say()


def text_at(
    painter: QPainter, box: QRectF, text: str, look: tuple[int, int, Tone], align: Qt.AlignmentFlag = LEFT
) -> None:
    """Draw ``text`` into ``box``; ``look`` is size in px, weight and colour. Never wraps, never fits: see ``fit``."""
    px, weight, tone = look
    painter.setFont(font(px, weight))
    painter.setPen(colour(tone))
    painter.drawText(box, int(align), text)


class Words(QLabel):
    """One line of text: full size if it fits, down to 12 px if not, cut with a tooltip only as data (``elide``).

    ``say`` is a string, or a function that is asked again after a language change. The minimum width is that of the
    text at its least size, so a layout that fits never cuts a word of ours.
    """

    def __init__(
        self,
        say: Say = "",
        px: int = BODY_PX,
        tone: Tone = "ink",
        weight: int = REGULAR,
        *,
        align: Qt.AlignmentFlag = LEFT,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._say: Say = say
        self._px, self._weight, self._tone, self._elide = px, weight, tone, elide
        self.setAlignment(align)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(said(say))

    def say(self, say: Say) -> None:
        """Show another text."""
        self._say = say
        self.retell()

    def set_tone(self, tone: Tone) -> None:
        """Show the text in another colour."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def set_px(self, px: int) -> None:
        """Change the full size, px."""
        if px != self._px:
            self._px = px
            self.updateGeometry()
            self.update()

    def clipped(self) -> str | None:
        """Return what is cut at the present size although it is a word of ours; None when all is readable."""
        if self._elide or not self.text():
            return None
        _px, shown = fit(self.text(), self._room(), self._px, self._weight)
        too_low = metrics(_px, self._weight).height() > self.height() + 2
        return None if shown == self.text() and not too_low else self.text()

    def sizeHint(self) -> QSize:
        """Return the size at which the text shows in full."""
        wide = ceil(width_px(self.text(), self._px, self._weight)) + 2
        return QSize(wide, ceil(metrics(self._px, self._weight).height()))

    def minimumSizeHint(self) -> QSize:
        """Return the size below which something of the text would be lost."""
        wide = ceil(width_px(self.text(), min(CAP_PX, self._px), self._weight)) + 2
        if self._elide:
            wide = min(wide, LEAST_ELIDED_PX)
        return QSize(wide, ceil(metrics(self._px, self._weight).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text at the size that fits."""
        painter = QPainter(self)
        px, shown = fit(self.text(), self._room(), self._px, self._weight)
        tone = self._tone if self.isEnabled() else "ink4"
        text_at(painter, QRectF(self.contentsRect()), shown, (px, self._weight, tone), self.alignment())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as a tooltip while it is cut."""
        super().resizeEvent(event)
        self._explain()

    def changeEvent(self, event: QEvent) -> None:
        """Say the text again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retell()
        super().changeEvent(event)

    def retell(self) -> None:
        """Ask the text's function again: what it tells has changed."""
        text = said(self._say)
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
            self._explain()

    def _explain(self) -> None:
        cut = fit(self.text(), self._room(), self._px, self._weight)[1] != self.text()
        self.setToolTip(self.text() if cut else "")

    def _room(self) -> int:
        return self.contentsRect().width()


class Lines(Words):
    """Text that may take two lines of a fixed height: wraps, then shrinks, is cut with a tooltip only after that."""

    def set_lines(self, lines: int, px: int | None = None) -> None:
        """Give room for one line or two, at the full size or at ``px``."""
        self.setFixedHeight(ceil(metrics(px or self._px, self._weight).height() * lines))

    def needs_two(self) -> bool:
        """Say whether the text does not fit one line at its least size."""
        return width_px(self.text(), min(CAP_PX, self._px), self._weight) > self._room()

    def take_lines(self, most: int = 2, px: int | None = None) -> None:
        """Take as many lines, up to ``most``, as the text needs at the present width, at the full size or at ``px``."""
        self.setFixedHeight(lines_px(self.text(), self._room(), px or self._px, self._weight, most))

    def take_needed(self, most: int) -> None:
        """Take as many lines, up to ``most``, as the text needs at the present width and its least size."""
        high = metrics(CAP_PX, self._weight).height()
        lines = 1
        while (
            lines < most and wrapped(self.text(), (self._room(), high * lines), CAP_PX, self._weight)[1] != self.text()
        ):
            lines += 1
        self.set_lines(lines)

    def clipped(self) -> str | None:
        """Return what is cut although it is a word of ours."""
        return None if self._elide or not self.text() or self._wrapped()[1] == self.text() else self.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, wrapped where the height allows it."""
        painter = QPainter(self)
        px, shown = self._wrapped()
        painter.setFont(font(px, self._weight))
        painter.setPen(colour(self._tone if self.isEnabled() else "ink4"))
        painter.drawText(QRectF(self.rect()), int(self.alignment()) | int(Qt.TextFlag.TextWordWrap), shown)
        painter.end()

    def _wrapped(self) -> tuple[int, str]:
        """Return the largest size at which the text fits in the box, wrapped, and the text, elided if none does."""
        return wrapped(self.text(), (self._room(), self.height()), self._px, self._weight)

    def _explain(self) -> None:
        self.setToolTip("" if self._wrapped()[1] == self.text() else self.text())


class Paragraph(QLabel):
    """Text that wraps; says itself again when the language changes."""

    def __init__(self, say: Say = "", px: int = BODY_PX, tone: Tone = "ink2", weight: int = REGULAR) -> None:
        super().__init__()
        self._say: Say = say
        self.setFont(font(px, weight))
        self.setProperty("tone", tone)
        self.setWordWrap(True)
        self.setText(said(say))

    def say(self, say: Say) -> None:
        """Show another text."""
        self._say = say
        self.setText(said(say))

    def clipped(self) -> str | None:
        """Return the text if it needs more height than it has."""
        needed = self.heightForWidth(self.width())
        return self.text() if self.text() and needed > self.height() + 1 else None

    def changeEvent(self, event: QEvent) -> None:
        """Say the text again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.setText(said(self._say))
        super().changeEvent(event)
