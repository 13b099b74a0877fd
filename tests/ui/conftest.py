"""What tests of screens share: the till's look, compiled words, and a desk in a language and a size."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from pos_app import i18n
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from tests.ui.desk import Desk


@pytest.fixture
def dressed(qapp: QApplication) -> QApplication:
    """The application in the till's look."""
    if not qapp.property("dressed"):
        load_fonts()
        apply_theme(qapp)
        qapp.setProperty("dressed", True)
    return qapp


@pytest.fixture
def make_desk(dressed: QApplication, qtbot) -> Iterator[Callable[..., Desk]]:
    """Return a function that opens a desk."""

    def make(language: str = "en", size: tuple[int, int] = (1366, 728)) -> Desk:
        i18n.use(language)
        desk = Desk(language)
        qtbot.addWidget(desk.shell)
        desk.shell.resize(*size)
        desk.shell.show()
        desk.shell.activateWindow()
        return desk

    yield make
    i18n.use("en")
