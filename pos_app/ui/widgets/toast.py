"""The strip that says what was just done, or what went wrong, in a place that is always kept free for it."""

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.ui.theme.look import colour
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, MEDIUM, NOTICE_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.words import Lines, Say

SHOWN_MS = 12_000
# Ground, edge, ink and icon of each kind.
LOOKS: dict[str, tuple[Tone, Tone, Tone, Tone, str]] = {
    "done": ("night", "night", "inverse", "gold_solid", "check"),
    "info": ("info_tint", "info_line", "ink", "info", "info"),
    "warn": ("warn_tint", "warn_line", "ink", "warn", "warning"),
    "bad": ("bad_tint", "bad_line", "ink", "bad", "warning"),
}


class Toast(QWidget):
    """One notice at a time, with up to two acts; shows ``rest`` (key hints) while there is nothing to say.

    Signals: ``acted(code)`` with the code of the act that was pressed. A notice leaves after 12 s; the strip keeps its
    height, so nothing else moves.
    """

    acted = Signal(str)

    def __init__(self, rest: Say = "") -> None:
        super().__init__()
        self._rest = rest
        self._kind = ""
        self._codes = ["", ""]
        self._glyph = Glyph("check", "gold_solid")
        self._text = Lines("", BODY_PX, "inverse", MEDIUM, elide=True)
        self._detail = Lines("", CAP_PX, "ink2", elide=True)
        self._acts = [Button(variant="toast"), Button(variant="toast")]
        self.setFixedHeight(NOTICE_PX)
        self._arrange()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.clear)
        self.clear()

    def show_notice(self, kind: str, text: Say, detail: Say = "", acts: tuple[tuple[str, Say, str], ...] = ()) -> None:
        """Show one notice.

        Args:
            kind: ``done``, ``info``, ``warn`` or ``bad``.
            text: what happened; one line, two where it is narrow.
            detail: what is safe and what to do, smaller, or empty.
            acts: up to two of (code, word, key); pressing one emits ``acted(code)`` and clears the strip.
        """
        self._kind = kind
        _ground, _edge, ink, mark, icon = LOOKS[kind]
        self._glyph.show_icon(icon, mark)
        self._glyph.show()
        self._text.say(text)
        self._text.set_tone(ink)
        self._detail.say(detail)
        self._detail.setVisible(bool(self._detail.text()))
        self._detail.set_tone("night_ink" if kind == "done" else "ink2")
        for place, button in enumerate(self._acts):
            code, word, key = acts[place] if place < len(acts) else ("", "", "")
            self._codes[place] = code
            button.say(word)
            button.set_key(key)
            button.set_ink(None if kind == "done" else mark)
            button.setVisible(bool(code))
        self._take_lines()
        self.setAccessibleName("\n".join(filter(None, (self._text.text(), self._detail.text()))))
        self.update()
        self._timer.start()

    def is_shown(self) -> bool:
        """Say whether a notice is in view."""
        return self._timer.isActive()

    def set_rest(self, rest: Say) -> None:
        """Say something else while there is no notice."""
        self._rest = rest
        if not self._kind:
            self._text.say(rest)

    def clear(self) -> None:
        """Go back to rest."""
        self._timer.stop()
        self._kind = ""
        self.setAccessibleName("")
        self._glyph.hide()
        self._detail.hide()
        for button in self._acts:
            button.hide()
        self._text.say(self._rest)
        self._text.set_tone("ink3")
        self._text.set_lines(2)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the texts to the new width."""
        super().resizeEvent(event)
        if self._kind:
            self._take_lines()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground of a notice; nothing at rest."""
        if not self._kind:
            return
        ground, edge, _ink, _mark, _icon = LOOKS[self._kind]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour(edge))
        painter.setBrush(colour(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()

    def _take_lines(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        is_long = self._text.needs_two()
        if self._detail.isHidden():
            self._text.set_lines(2)
        else:
            self._text.take_lines(2 if is_long else 1, CAP_PX if is_long else None)
            self._detail.take_lines(2)
            if self._text.height() + self._detail.height() > self.height():
                self._detail.take_lines(1)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 6, 0)
        row.setSpacing(8)
        row.addWidget(self._glyph)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addStretch()
        lines.addWidget(self._text)
        lines.addWidget(self._detail)
        lines.addStretch()
        row.addLayout(lines, 1)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self._act)
        for place, button in enumerate(self._acts):
            self._group.addButton(button, place)
            row.addWidget(button)

    def _act(self, place: int) -> None:
        code = self._codes[place]
        self.clear()
        self.acted.emit(code)
