"""What tests of the whole window share: a furnished till, its window on the offscreen platform, hands at its keys."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from pos_app import i18n
from pos_app.bootstrap.program import Running, Start, begin_training, running
from pos_app.bootstrap.world import SystemClock
from pos_app.demo.operator import Fingers
from pos_app.paths import Paths
from pos_app.ui.start import make_application
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import CASHIER_PIN, clock_ahead_ms, furnish


@pytest.fixture(scope="session")
def dressed() -> QApplication:
    """The application as the program starts it."""
    app = make_application(["till"])
    if not app.property("dressed"):  # another test may have made the application bare
        load_fonts()
        apply_theme(app)
        app.setProperty("dressed", True)
    return app


@pytest.fixture
def qapp(dressed: QApplication) -> QApplication:
    """The application that pytest-qt uses is the till's own."""
    return dressed


@dataclass
class Opened:
    """Tills that run in this process, newest last."""

    running: list[tuple[AbstractContextManager[Running], Running]] = field(default_factory=list)

    def open(
        self,
        home: Path,
        language: str = "en",
        size: tuple[int, int] = (1366, 768),
        *,
        training: bool = False,
        clock: SystemClock | None = None,
    ) -> Hands:
        """Open the till in ``home``, furnished at first, or its training till; shown, and nobody is signed in."""
        if not Paths(home).till_db.exists():
            furnish(home, language)
        fingers = Fingers()
        start = Start(Paths(home), clock or SystemClock(clock_ahead_ms()), key_time_s=fingers.key_time_s)
        context = running(begin_training(start) if training else start)
        till = context.__enter__()
        self.running.append((context, till))
        window = till.application.window
        window.resize(*size)
        window.show()
        window.activateWindow()
        return Hands(till, fingers)

    def close_last(self) -> None:
        """End the newest till as the program's end does."""
        context, till = self.running.pop()
        till.application.window.close()
        context.__exit__(None, None, None)

    def close_all(self) -> None:
        """End them all."""
        while self.running:
            self.close_last()


@pytest.fixture
def tills(dressed: QApplication, qtbot) -> Iterator[Opened]:
    """Tills of this test's own."""
    opened = Opened()
    yield opened
    opened.close_all()
    i18n.use("en")


@pytest.fixture(scope="module")
def module_till(dressed: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    """One till for the tests of a module, with an open day and the cashier signed in."""
    opened = Opened()
    hands = opened.open(tmp_path_factory.mktemp("till"))
    hands.sign_in("李敏", CASHIER_PIN, 50_000)
    yield hands
    opened.close_all()


@pytest.fixture
def at_the_till(module_till: Hands, qtbot) -> Hands:
    """The module's till as it stands between two customers: nothing rung up, nothing held, the cashier signed in."""
    module_till.tidy("李敏", CASHIER_PIN)
    return module_till
