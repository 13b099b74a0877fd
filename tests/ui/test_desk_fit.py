"""Every state of the desk screens, in both languages and at both sizes: readable, reachable, named, one way on."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from pos_app import i18n
from pos_app.ui.presenters.view_models import Section
from pos_app.ui.theme.tokens import STATUS_PX, TOP_PX
from tests.ui import measure
from tests.ui.gallery_desk import LANGUAGES, STATES

pytestmark = pytest.mark.slow

SIZES = ((1366, 728), (1024, 728))
EVERY = pytest.mark.parametrize("name", list(STATES))


class Frame:
    """The part of the window that a screen gets, without the sale behind it: what the fit depends on."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.shell = Inside()
        self._size = size

    def sell(self) -> None:
        """No basket: a sheet measures the same above nothing."""


class Inside(QWidget):
    """Takes pages and covers as the window does."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = QStackedWidget()
        self.is_covered = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.stage)

    def add_page(self, _name: str, page: QWidget) -> None:
        self.stage.addWidget(page)

    def add_cover(self, _name: str, page: QWidget) -> None:
        self.is_covered = True
        self.stage.addWidget(page)

    def show_page(self, _name: str) -> None:
        self.stage.setCurrentIndex(self.stage.count() - 1)

    def show_section(self, _section: Section) -> None:
        self.stage.setCurrentIndex(self.stage.count() - 1)


@pytest.fixture
def arrange(dressed: QApplication, qtbot) -> Iterator[Callable[..., Inside]]:
    def arranged(name: str, language: str, size: tuple[int, int]) -> Inside:
        i18n.use(language)
        frame = Frame(size)
        inside = frame.shell
        qtbot.addWidget(inside)
        inside.resize(*room(size, covered=name.startswith("s01")))
        inside.show()
        screen = STATES[name](frame)
        home = getattr(screen, "focus_home", None)
        if home is not None:
            home()
        dressed.processEvents()
        return inside

    yield arranged
    i18n.use("en")


def ways_on(name: str) -> int:
    """One filled button; none where there is only something to read or to be careful about."""
    only_read = {"s13_close_x", "s13_close_x_open", "s10_outcome_never", "s20_drawer", "s08_refund_void"}
    return 0 if name.startswith(("s18", "s02_why")) or name in only_read else 1


def room(size: tuple[int, int], *, covered: bool) -> tuple[int, int]:
    """The size of what the rail and the bars leave of the window."""
    rail = 80 if size[0] >= 1200 else 76
    return size if covered else (size[0] - rail, size[1] - TOP_PX - STATUS_PX)


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
def test_nothing_is_cut_small_nameless_or_in_the_way(arrange, name, language, size):
    inside = arrange(name, language, size)

    found = {
        "cut": measure.cut(inside),
        "small": measure.small(inside),
        "nameless": measure.nameless(inside),
        "outside": measure.outside(inside),
        "overlapping": measure.overlapping(inside) if not sheets(inside) else measure.overlapping(sheets(inside)[0]),
    }

    assert found == {"cut": set(), "small": set(), "nameless": set(), "outside": set(), "overlapping": set()}
    wide, high = room(size, covered=name.startswith("s01"))
    assert (inside.width(), inside.height()) == (wide, high), "it asked for more than the window has"
    assert len(measure.primaries(inside)) == ways_on(name), "one filled button says the way on"
    for sheet in sheets(inside):
        assert sheet.panel.minimumSizeHint().height() <= sheet.panel.height()


@pytest.mark.parametrize(
    "name",
    [
        "s01_sign_in_typing",
        "s01_sign_in_opening",
        "s03_sign_up_filled",
        "s04_profile_consent",
        "s04_consent_agree",
        "s09_calls_today",
        "s10_outcome_problem",
        "s13_close_checks",
        "s13_close_count",
        "s13_close_manager",
        "s13_close_done",
        "s13_close_proof",
        "s13_cash",
        "s13_past_papers",
        "s14_sync_offline",
        "s20_override",
        "s02_discount",
        "s02_notes",
    ],
)
def test_tab_reaches_everything_and_comes_back(arrange, name):
    inside = arrange(name, "en", SIZES[0])
    area = sheets(inside)[0].panel if sheets(inside) else inside

    reached, wanted = measure.reached_by_tab(area)

    assert wanted - reached == set()


@pytest.mark.parametrize(
    "name",
    [
        "s01_sign_in_wrong",
        "s01_sign_in_locked",
        "s01_sign_in_opening",
        "s01_locked",
        "s01_locked_out",
        "s03_sign_up_dropped",
        "s03_sign_up_registered",
        "s09_calls_no_consent",
        "s09_calls_done",
        "s09_calls_empty",
        "s10_outcome_problem",
        "s10_outcome_later",
        "s10_outcome_never",
        "s13_close_checks",
        "s13_close_x",
        "s13_close_count",
        "s13_close_done",
        "s14_sync_offline",
        "s14_sync_attention",
        "s14_sync_new",
        "s20_drawer",
        "s20_override",
        "s20_override_close",
        "s20_override_short",
        "s20_override_nobody",
        "s20_override_locked",
        "s02_discount_over",
        "s02_weigh",
        "s02_discount_gift",
        "s02_discount_empty",
    ],
)
def test_the_other_language_is_said_at_once(arrange, name):
    """Switch while the state stands: every word that a start in the other language shows is there, and fits."""
    inside = arrange(name, "en", SIZES[1])
    expected = spoken(arrange(name, "zh_CN", SIZES[1]))

    QApplication.sendEvent(inside, QEvent(QEvent.Type.LanguageChange))
    QApplication.processEvents()

    assert expected - spoken(inside) == set()
    assert measure.cut(inside) == set()


def spoken(root: QWidget) -> set[str]:
    """What the labels and buttons in sight say, but for a notice: that was said once, when it happened."""
    said = set()
    for widget in measure.shown(root):
        if any(type(parent).__name__ == "Toast" for parent in ancestors(widget)):
            continue
        word = getattr(widget, "word", None)
        said.add(word() if word is not None else widget.text() if hasattr(widget, "text") else "")
    return said


def ancestors(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()


def sheets(inside: QWidget) -> list[QWidget]:
    return [part for part in measure.shown(inside) if part.objectName() == "scrim"]


def test_digits_of_a_pin_are_never_written(arrange):
    inside = arrange("s01_sign_in_typing", "en", SIZES[0])

    assert [text for text in spoken(inside) if "123" in text] == []
