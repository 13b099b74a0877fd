"""The key map: read from a file, free of clashes, bound to the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pos_app.errors import Damaged, Unavailable
from pos_app.ui.keymap import Action, Shortcuts, load_keymap
from pos_app.ui.widgets.fields import ScanLine


def written(folder: Path, keys: str) -> Path:
    path = folder / "keys.toml"
    path.write_text(f"[keys]\n{keys}", encoding="utf-8")
    return path


def test_the_standard_profile_gives_every_action_a_key_of_its_own():
    keymap = load_keymap()

    keys = [keymap.key(action) for action in Action]
    assert all(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("action", "key"),
    [
        (Action.PAY, "F9"),
        (Action.HOLD, "F6"),
        (Action.RECALL, "Shift F6"),
        (Action.VOID_SALE, "Ctrl Del"),
        (Action.MEMBER, "F2"),
    ],
)
def test_the_standard_profile_has_the_keys_that_cashiers_know(action, key):
    assert load_keymap().caption(action) == key


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ('pay = "F9"\nhold = "F9"', "keymap.clash"),
        ('pay = "ctrl+del"\nvoid_sale = "Ctrl+Del"', "keymap.clash"),
        ('pay = "Enter"', "keymap.clash"),
        ('dance = "F9"', "keymap.action"),
        ('pay = "Wobble"', "keymap.key"),
        ("pay = ", "keymap.form"),
    ],
)
def test_a_bad_profile_says_what_is_wrong_with_it(tmp_path, keys, code):
    with pytest.raises(Damaged) as caught:
        load_keymap(written(tmp_path, keys))

    assert caught.value.code == code


def test_a_missing_profile_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match=r"keymap\.read"):
        load_keymap(tmp_path / "none.toml")


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    line = ScanLine()
    QVBoxLayout(window).addWidget(line)
    window.show()
    window.activateWindow()
    line.setFocus()
    return window, line


def test_del_and_undo_mean_the_basket_while_the_scan_line_is_empty(qtbot, window):
    screen, line = window
    asked = []
    shortcuts = Shortcuts(load_keymap(), screen)
    shortcuts.asked.connect(asked.append)

    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert asked == ["remove_line", "undo"]


def test_del_edits_what_is_typed(qtbot, window):
    screen, line = window
    asked = []
    shortcuts = Shortcuts(load_keymap(), screen)
    shortcuts.asked.connect(asked.append)
    line.setText("69012")
    line.setCursorPosition(0)

    qtbot.keyClick(line, Qt.Key.Key_Delete)

    assert (asked, line.text()) == ([], "9012")


def test_only_what_is_allowed_acts(qtbot, window):
    screen, line = window
    asked = []
    shortcuts = Shortcuts(load_keymap(), screen)
    shortcuts.asked.connect(asked.append)
    shortcuts.allow(frozenset({Action.HELP}))

    qtbot.keyClick(line, Qt.Key.Key_F9)
    qtbot.keyClick(line, Qt.Key.Key_F1)
    shortcuts.allow(None)
    qtbot.keyClick(line, Qt.Key.Key_F9)

    assert asked == ["help", "pay"]
