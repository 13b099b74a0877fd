"""A scanner's burst is caught wherever the focus is, and leaves the field that had it as it was."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from pos_app.devices.scanners.wedge import WedgeDecoder
from pos_app.ui.scan_filter import ScanFilter
from pos_app.ui.widgets.fields import ScanLine

CODE = "6901234500012"
FAST_MS, SLOW_MS = 12, 180


class Keyboard:
    """Types into whatever has the focus; the time of each press is set, not taken from a clock."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self.at_ms = 1_000

    def seconds(self, _event: QKeyEvent) -> float:
        return self.at_ms / 1000

    def type(self, text: str, gap_ms: int, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
        for character in text:
            self._press(0, character, gap_ms)
        if end is not None:
            self._press(end, "\t" if end == Qt.Key.Key_Tab else "\r", gap_ms)

    def _press(self, key: int, text: str, gap_ms: int) -> None:
        self.at_ms += gap_ms
        code = Qt.Key(key) if key else Qt.Key(ord(text.upper()))
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            self._app.sendEvent(self._app.focusWidget(), QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text))


class Bench:
    """A window with one of each kind of control, watched by a filter."""

    def __init__(self, app: QApplication, qtbot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.note, self.text, self.button = QLineEdit(), QPlainTextEdit(), QPushButton("Void all")
        self.button.setAutoDefault(True)
        self.line = ScanLine()
        column = QVBoxLayout(self.window)
        for control in (self.note, self.text, self.button, self.line):
            column.addWidget(control)
        self.window.show()
        self.keyboard = Keyboard(app)
        self.scans: list[str] = []
        self.clicks: list[str] = []
        self.entered: list[str] = []
        self.filter = ScanFilter(WedgeDecoder(), self.keyboard.seconds)
        self.filter.scanned.connect(self.scans.append)
        self.button.clicked.connect(lambda: self.clicks.append("pressed"))
        self.line.entered.connect(self.entered.append)
        self.filter.watch(app)


@pytest.fixture
def bench(qapp: QApplication, qtbot) -> Callable[[], Bench]:
    made = Bench(qapp, qtbot)
    yield made
    made.filter.rest(qapp)


def test_a_burst_into_a_text_field_is_a_scan_and_leaves_the_text(bench):
    bench.note.setText("备注：宝宝对")
    bench.note.setCursorPosition(3)
    bench.note.setFocus()

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, bench.note.text(), bench.note.cursorPosition()) == ([CODE], "备注：宝宝对", 3)


def test_a_burst_over_a_selection_gives_the_selection_back(bench):
    bench.note.setText("100.00")
    bench.note.setFocus()
    bench.note.selectAll()

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.note.text(), bench.note.selectedText()) == ("100.00", "100.00")


def test_a_burst_into_a_long_note_leaves_the_note(bench):
    bench.text.setPlainText("水温 40℃")
    bench.text.setFocus()

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, bench.text.toPlainText()) == ([CODE], "水温 40℃")


def test_the_enter_of_a_burst_presses_no_button(bench):
    bench.button.setFocus()

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, bench.clicks) == ([CODE], [])


def test_each_key_counts_once_although_a_button_ignores_it(bench):
    bench.button.setFocus()

    bench.keyboard.type("1122334455", FAST_MS)

    assert bench.scans == ["1122334455"]


def test_typing_at_human_speed_stays_typing(bench):
    bench.line.setFocus()

    bench.keyboard.type("13800138000", SLOW_MS)

    assert (bench.scans, bench.entered) == ([], ["13800138000"])


def test_an_enter_pressed_by_hand_still_presses_the_button(bench):
    bench.button.setFocus()

    bench.keyboard.type("", SLOW_MS)

    assert bench.clicks == ["pressed"]


def test_tab_ends_a_burst_too_and_moves_no_focus(bench):
    bench.note.setFocus()

    bench.keyboard.type(CODE, FAST_MS, Qt.Key.Key_Tab)

    assert (bench.scans, QApplication.focusWidget()) == ([CODE], bench.note)


def test_two_scans_in_a_row_are_two_scans(bench):
    bench.line.setFocus()

    bench.keyboard.type(CODE, FAST_MS)
    bench.keyboard.at_ms += 80
    bench.keyboard.type("6901234500043", FAST_MS)

    assert (bench.scans, bench.line.text()) == ([CODE, "6901234500043"], "")


def test_what_was_typed_before_a_scan_stays(bench):
    bench.line.setFocus()
    bench.keyboard.type("3*", SLOW_MS, end=None)
    bench.keyboard.at_ms += 400

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, bench.line.text()) == ([CODE], "3*")


class Listener(QWidget):
    """A screen on which characters are commands."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.keys: list[str] = []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.text())


@pytest.fixture
def listener(bench) -> Listener:
    made = Listener()
    bench.window.layout().addWidget(made)
    made.show()
    made.setFocus()
    return made


def test_the_digits_of_a_burst_are_no_commands(bench, listener):
    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, listener.keys) == ([CODE], [])


def test_a_single_key_is_a_command_a_moment_later(bench, listener, qtbot):
    bench.keyboard.type("3", SLOW_MS, end=None)

    qtbot.waitUntil(lambda: listener.keys == ["3"])


def test_keys_typed_by_hand_are_commands_in_their_order_and_enter_comes_last(bench, listener):
    bench.keyboard.type("1234", SLOW_MS)

    assert listener.keys == ["1", "2", "3", "4", "\r"]


def test_a_short_burst_is_no_scan_and_loses_no_key(bench, listener):
    bench.keyboard.type("12", FAST_MS)

    assert (bench.scans, listener.keys) == ([], ["1", "2", "\r"])


def test_a_burst_that_moves_the_focus_leaves_both_fields(bench):
    bench.note.setMaxLength(6)
    bench.note.setFocus()
    bench.note.textEdited.connect(lambda text: bench.line.setFocus() if len(text) == 6 else None)

    bench.keyboard.type(CODE, FAST_MS)

    assert (bench.scans, bench.note.text(), bench.line.text()) == ([CODE], "", "")
