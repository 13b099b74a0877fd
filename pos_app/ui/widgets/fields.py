"""Entry fields: those that no input method may touch, and a label that keeps field and problem together."""

from PySide6.QtCore import QEvent, QRegularExpression, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from pos_app.ui.theme.look import fit, font
from pos_app.ui.theme.tokens import BODY_PX, CAP_PX, DEMI, HEAD_PX, ITEM_PX, REGULAR, SCAN_PX, SMALL_PX, TARGET_PX
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.words import Say, Words, said

FLASH_MS = 300
MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -5,
    Qt.Key.Key_PageDown: 5,
}
NUDGES = {"+": 1, "-": -1}
DIGITS = r"\d*"
MONEY = r"\d{0,8}(\.\d{0,2})?"


class DirectField(QLineEdit):
    """A field that takes keys as they come: no input method sees them, so that none can reorder or eat a scan.

    ``WA_InputMethodEnabled`` and ``ImhLatinOnly`` do not achieve this; answering No to ImEnabled does.
    """

    def __init__(self, hint: Say = "", *, px: int = ITEM_PX, pattern: str | None = None) -> None:
        super().__init__()
        self._hint = hint
        self._px = px
        self.setFont(font(px))
        self.setMinimumHeight(TARGET_PX)
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setPlaceholderText(said(hint))
        if pattern is not None:
            self.setValidator(QRegularExpressionValidator(QRegularExpression(f"^{pattern}$"), self))

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: object = None) -> object:
        """Answer No to whether an input method may be used here."""
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)

    def set_hint(self, hint: Say) -> None:
        """Show another hint while the field is empty."""
        self._hint = hint
        self._fit_hint()

    def changeEvent(self, event: QEvent) -> None:
        """Say the hint again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self._fit_hint()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the hint to what fits."""
        super().resizeEvent(event)
        self._fit_hint()

    def _fit_hint(self) -> None:
        self.setPlaceholderText(said(self._hint))


class ScanLine(DirectField):
    """The one line that takes everything: codes, phone numbers, initials, quantities.

    Signals: ``entered(text)`` at Enter, ``moved(rows)`` for the keys that walk the basket, ``jumped(end)`` for Home
    (False) and End (True), ``nudged(delta)`` for + and - while the line is empty. While it is empty, Del and Ctrl+Z are
    left to the window's shortcuts: they mean the basket, not the text.
    """

    entered = Signal(str)
    moved = Signal(int)
    jumped = Signal(bool)
    nudged = Signal(int)

    def __init__(self, hint: Say = "") -> None:
        super().__init__(hint, px=HEAD_PX)
        self.setObjectName("scan")
        self.setFixedHeight(SCAN_PX)
        self.setMaxLength(128)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._mark = Glyph("scan", "pri", 24)
        self._mark.setParent(self)
        self._mark.move(14, (SCAN_PX - 24) // 2)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(FLASH_MS)
        self._calm.timeout.connect(self._end_flash)
        self.returnPressed.connect(self._enter)

    def flash(self, *, good: bool) -> None:
        """Colour the line for a moment: the visual half of the scan's sound."""
        self._set_flash("ok" if good else "bad")
        self._calm.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the walking keys to the basket, all others to the text."""
        key = Qt.Key(event.key())
        if key in MOVES and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.moved.emit(MOVES[key])
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End} and not self.text():
            self.jumped.emit(key == Qt.Key.Key_End)
        elif event.text() in NUDGES and not self.text():
            self.nudged.emit(NUDGES[event.text()])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Let the window's shortcuts have the editing keys while there is nothing to edit."""
        if event.type() == QEvent.Type.ShortcutOverride and not self.text():
            event.ignore()
            return False
        return super().event(event)

    def _enter(self) -> None:
        text = self.text().strip()
        self.clear()
        self.entered.emit(text)

    def _end_flash(self) -> None:
        self._set_flash("")

    def _set_flash(self, flash: str) -> None:
        if self.property("flash") != flash:
            self.setProperty("flash", flash)
            self.style().unpolish(self)
            self.style().polish(self)

    def _fit_hint(self) -> None:
        px, text = fit(said(self._hint), max(60, self.width() - 70), self._px, REGULAR, BODY_PX)
        self.setPlaceholderText(text)
        self.setFont(font(self._px if self.text() else max(px, BODY_PX)))


class NumberField(DirectField):
    """A field for digits: phone number, quantity, code. Right-aligned when it holds money."""

    def __init__(self, hint: Say = "", *, money: bool = False, px: int = HEAD_PX) -> None:
        super().__init__(hint, px=px, pattern=MONEY if money else DIGITS)
        if money:
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFont(font(px, DEMI))


class TextField(QLineEdit):
    """A field for words: name, note, search by name. The input method stays on."""

    def __init__(self, hint: Say = "") -> None:
        super().__init__()
        self._hint = hint
        self.setFont(font(ITEM_PX))
        self.setMinimumHeight(TARGET_PX)
        self.setPlaceholderText(said(hint))

    def changeEvent(self, event: QEvent) -> None:
        """Say the hint again in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.setPlaceholderText(said(self._hint))
        super().changeEvent(event)


class Labelled(QWidget):
    """A label above an editor, and one line below for the hint or the problem: nothing moves when it shows."""

    def __init__(self, label: Say, editor: QWidget, hint: Say = "") -> None:
        super().__init__()
        self.editor = editor
        self._say = label
        self._hint = hint
        self._label = Words(label, SMALL_PX, "ink2", DEMI)
        self._note = Words(hint, CAP_PX, "ink3", elide=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._label)
        column.addWidget(editor)
        column.addWidget(self._note)
        editor.setAccessibleName(said(label))

    def show_problem(self, problem: Say) -> None:
        """Show what is wrong with the entry; an empty text shows the hint again."""
        wrong = bool(said(problem))
        self._note.say(problem if wrong else self._hint)
        self._note.set_tone("bad" if wrong else "ink3")
        if self.editor.property("wrong") != wrong:
            self.editor.setProperty("wrong", wrong)
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    def show_good(self, text: Say) -> None:
        """Show that the entry is right, and why."""
        self.show_problem("")
        self._note.say(text)
        self._note.set_tone("ok")

    def changeEvent(self, event: QEvent) -> None:
        """Name the editor in the new language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.editor.setAccessibleName(said(self._say))
        super().changeEvent(event)
