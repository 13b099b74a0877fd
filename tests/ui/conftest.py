"""What tests of screens share: the till's look, compiled words, and a desk in a language and a size."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from PySide6.QtWidgets import QApplication

from pos_app import i18n
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from tests.ui.desk import Desk

WORDS = Path(i18n.__file__).parent / "locale" / "zh_CN" / "LC_MESSAGES" / "pos.po"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over the offscreen platform's remark that it has no window manager to tell sizes to."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture(scope="session", autouse=True)
def compiled_words() -> None:
    """Compile the Chinese words, if they are newer than what was compiled before."""
    compiled = WORDS.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < WORDS.stat().st_mtime:
        with WORDS.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, ignore_obsolete=True))


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
