"""The window never waits in a loop of its own: no dialog runs one, and nobody pumps events by hand."""

import ast
from pathlib import Path

from pos_app import ui

FOLDER = Path(ui.__file__).parent
FORBIDDEN = {"exec", "exec_", "processEvents", "waitForFinished"}
STARTS_THE_LOOP = {"start.py"}  # the application's own loop, and the one window before there is an application


def test_nothing_in_the_window_runs_an_event_loop_of_its_own():
    found = [
        f"{path.relative_to(FOLDER)}:{node.lineno} {node.attr}"
        for path in sorted(FOLDER.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN and path.name not in STARTS_THE_LOOP
    ]

    assert found == []


def test_no_dialog_class_is_used_outside_the_failed_start():
    used = {
        path.name
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.alias) and node.name in {"QDialog", "QMessageBox", "QInputDialog", "QFileDialog"}
    }

    assert used <= STARTS_THE_LOOP
