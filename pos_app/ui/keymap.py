"""Named actions and their keys: read from TOML, checked for clashes, printed on the buttons, bound to the window."""

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from pos_app.errors import Damaged, Unavailable
from pos_app.ui.theme.assets import asset


class Action(StrEnum):
    """Everything that a key can do, by the name used in key map files."""

    HELP = "help"
    MEMBER = "member"
    CAMERA = "camera"
    FIND = "find"
    REDEEM = "redeem"
    TOP_UP = "top_up"
    TOP_UP_BACK = "top_up_back"
    COUPONS = "coupons"
    DISCOUNT = "discount"
    USE_CARD = "use_card"
    WHY = "why"
    HOLD = "hold"
    RECALL = "recall"
    REFUND = "refund"
    CASH_BACK = "cash_back"
    DRAWER = "drawer"
    PAY = "pay"
    PAY_SCAN = "pay_scan"
    PAY_CASH = "pay_cash"
    PAY_CARD = "pay_card"
    PAY_VALUE = "pay_value"
    LOCK = "lock"
    REMOVE_LINE = "remove_line"
    VOID_SALE = "void_sale"
    UNDO = "undo"
    PRINT_AGAIN = "print_again"
    SELL = "sell"
    MEMBERS = "members"
    CALLS = "calls"
    TODAY = "today"
    ORDERS = "orders"
    CLOSE = "close"
    REPORTS = "reports"
    SETTINGS = "settings"
    AUDIT = "audit"
    LANGUAGE = "language"


# These keys belong to the scan line, the sheets or the system whatever the profile says.
TAKEN = frozenset({"Enter", "Return", "Esc", "Tab", "Up", "Down", "PgUp", "PgDown", "Home", "End", "Alt+F4"})


class Keymap:
    """The keys in force. An action without a key is reached by button only."""

    def __init__(self, keys: Mapping[Action, str]) -> None:
        _check(keys)
        self._keys = dict(keys)

    def key(self, action: Action) -> str:
        """Return the key as the profile writes it, or an empty text."""
        return self._keys.get(action, "")

    def caption(self, action: Action) -> str:
        """Return the key as buttons print it: ``Shift F6``."""
        return self.key(action).replace("+", " ")

    def only(self, actions: Iterable[Action]) -> "Keymap":
        """Return the same keys for these actions alone: a key that does nothing is not bound and not listed."""
        wanted = set(actions)
        return Keymap({action: key for action, key in self._keys.items() if action in wanted})

    def items(self) -> list[tuple[Action, str]]:
        """Return every bound action with its key, in the order of the file."""
        return list(self._keys.items())


def load_keymap(path: Path | None = None) -> Keymap:
    """Read a key map file; without a path, the profile ``standard``.

    Raises:
        Unavailable: ``keymap.read`` when the file cannot be read.
        Damaged: ``keymap.form`` when it is not TOML with a table ``keys``, ``keymap.action`` for an unknown name,
            ``keymap.key`` for a key that Qt does not know, ``keymap.clash`` when two actions want one key.
    """
    path = path or asset("keymaps", "standard.toml")
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unavailable("keymap.read", path=str(path)) from error
    except ValueError as error:
        raise Damaged("keymap.form", path=str(path)) from error
    table = read.get("keys")
    if not isinstance(table, dict):
        raise Damaged("keymap.form", path=str(path))
    keys: dict[Action, str] = {}
    for name, key in table.items():
        if name not in {action.value for action in Action}:
            raise Damaged("keymap.action", action=name)
        keys[Action(name)] = str(key)
    return Keymap(keys)


def _check(keys: Mapping[Action, str]) -> None:
    seen: dict[str, Action] = {}
    for action, key in keys.items():
        sequence = QKeySequence(key)
        normal = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        if sequence.isEmpty() or not normal or "," in normal:
            raise Damaged("keymap.key", action=action.value, key=key)
        if normal in TAKEN:
            raise Damaged("keymap.clash", key=key, first="fixed", second=action.value)
        if normal in seen:
            raise Damaged("keymap.clash", key=key, first=seen[normal].value, second=action.value)
        seen[normal] = action


class Shortcuts(QObject):
    """Binds a key map to a window. Signals: ``asked(action)`` with the action's name, once per key press."""

    asked = Signal(str)

    def __init__(self, keymap: Keymap, window: QWidget) -> None:
        super().__init__(window)
        self._bound: dict[Action, QShortcut] = {}
        for action, key in keymap.items():
            shortcut = QShortcut(QKeySequence(key), window)
            shortcut.setAutoRepeat(False)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.setObjectName(action.value)
            shortcut.activated.connect(self._activated)
            self._bound[action] = shortcut

    def allow(self, allowed: frozenset[Action] | None) -> None:
        """Let only these actions act by key, as while a sheet is open; None allows all."""
        for action, shortcut in self._bound.items():
            shortcut.setEnabled(allowed is None or action in allowed)

    def _activated(self) -> None:
        self.asked.emit(self.sender().objectName())
