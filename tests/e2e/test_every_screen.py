"""Every screen of the real window in both languages and both sizes: it fits, and it speaks one language at a time."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QWidget

from pos_app.ui.presenters.view_models import Device, DeviceChip, DeviceState
from tests.e2e import places
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, BELLA, GOODS
from tests.till_kit import CASHIER, MANAGER
from tests.ui import measure

pytestmark = pytest.mark.slow

SIZES = ((1366, 768), (1024, 728))
LANGUAGES = ("zh_CN", "en")
MOST_PX = (1024, 728)
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{3,}")
# What is the same in every language: names of people and goods, keys, the languages' own names, codes for support.
NAMES = (CASHIER.name, MANAGER.name, ANNA.name, BELLA.name, "糖糖", "中文", *(one.name for one in GOODS))
SAME_EVERYWHERE = {"Enter", "Esc", "Del", "Ctrl", "Shift", "Alt", "Tab", "PgUp", "PgDn", "PgDown", "Home", "End",
                   "English", "PIN", "POS"}  # fmt: skip
CODE = re.compile(r"\([a-z_.]+\)|\b[a-z_]+\.[a-z_]+\b")


@pytest.fixture
def in_both_languages(at_the_till: Hands) -> Iterator[Hands]:
    """The module's till; it speaks English again afterwards."""
    yield at_the_till
    at_the_till.app.switch_language("en")
    at_the_till.window.resize(*SIZES[0])
    at_the_till.settle()


@pytest.mark.parametrize("go", places.EVERYWHERE, ids=lambda go: go.__name__)
def test_it_fits_and_can_be_hit(in_both_languages: Hands, go: Callable[[Hands], None]):
    hands = in_both_languages
    go(hands)
    problems = {}

    for language in LANGUAGES:
        hands.app.switch_language(language)
        for size in SIZES:
            hands.window.resize(*size)
            hands.settle()
            window = hands.window
            least = window.minimumSizeHint()
            found = {
                "least size": {str(least)} if least.width() > MOST_PX[0] or least.height() > MOST_PX[1] else set(),
                "size": set() if window.size().toTuple() == size else {str(window.size())},
                "cut": measure.cut(window),
                "small": measure.small(window),
                "outside": measure.outside(window),
                "nameless": measure.nameless(window),
            }
            problems |= {(language, size, what): bad for what, bad in found.items() if bad}

    assert problems == {}


@pytest.mark.parametrize("go", places.EVERYWHERE, ids=lambda go: go.__name__)
def test_switching_at_run_time_leaves_nothing_of_the_other_language(
    in_both_languages: Hands, go: Callable[[Hands], None]
):
    hands = in_both_languages
    go(hands)

    hands.app.switch_language("zh_CN")
    hands.settle()
    in_chinese = {text for text in said(hands.window) if strange_latin(text)}
    hands.app.switch_language("en")
    hands.settle()
    in_english = {text for text in said(hands.window) if HAN.search(without_names(text))}

    assert (in_chinese, in_english) == (set(), set())


def test_a_language_switched_in_the_middle_of_a_sale_keeps_the_sale(in_both_languages: Hands):
    hands = in_both_languages
    places.serving(hands)
    before = hands.state.basket

    hands.press("Ctrl+L")
    hands.settle()

    assert hands.state.basket == before
    assert hands.focused() is hands.scan_line
    assert any("商品9" in text for text in said(hands.window))


def said(root: QWidget) -> set[str]:
    """Everything that is written on what can be seen, and what assistive technology reads of it."""
    texts: set[str] = set()
    for widget in (root, *root.findChildren(QWidget)):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        texts |= {widget.accessibleName(), widget.toolTip()}
        if isinstance(widget, QLabel | QAbstractButton):
            texts.add(widget.text())
        elif isinstance(widget, QLineEdit):
            texts |= {widget.placeholderText(), widget.text()}
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            texts |= rows_of(widget.model())
    return texts - {""}


def rows_of(model: QAbstractItemModel) -> set[str]:
    rows = (model.index(place, 0) for place in range(model.rowCount()))
    return {str(row.data(Qt.ItemDataRole.AccessibleTextRole) or "") for row in rows}


def without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return re.sub(r"[\u4e00-\u9fff]\*+", "", text)  # a masked name


def strange_latin(text: str) -> set[str]:
    return set(LATIN.findall(CODE.sub("", text))) - SAME_EVERYWHERE


def test_the_chips_of_broken_devices_speak_the_language_too(in_both_languages: Hands):
    hands = in_both_languages
    for state in DeviceState:
        hands.window.shell.show_device(DeviceChip(Device.PRINTER, state, waiting=2))
        hands.app.switch_language("zh_CN")
        hands.settle()
        assert not {text for text in said(hands.window.shell.status) if strange_latin(text)}, state
        hands.app.switch_language("en")
        hands.settle()
        assert not {text for text in said(hands.window.shell.status) if HAN.search(text)}, state
