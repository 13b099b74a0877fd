"""Every state of the sale screens, in both languages and at both sizes: readable, reachable, named."""

from collections.abc import Callable
from datetime import date
from itertools import combinations
from string import Formatter

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListView, QWidget

from pos_app.errors import Refused
from pos_app.ui.messages import SENTENCES, sentence
from pos_app.ui.presenters import sale_words
from pos_app.ui.widgets.words import Lines
from tests.ui.desk import Desk, states

pytestmark = pytest.mark.slow

SIZES = [(1366, 728), (1024, 728)]
LANGUAGES = ["zh_CN", "en"]
LEAST_PX = 44
LEAST_GAP_PX = 6
EVERY = pytest.mark.parametrize(
    ("language", "size", "name"),
    [(language, size, name) for language in LANGUAGES for size in SIZES for name in states()],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else value,
)


def shown(desk: Desk, kind: type[QWidget] = QWidget) -> list[QWidget]:
    return [widget for widget in desk.shell.findChildren(kind) if widget.isVisible()]


def on_top(desk: Desk, widget: QWidget) -> bool:
    """Say whether a widget can be seen: inside its scroll area or page, and the sheets above it are its own."""
    return widget.visibleRegion().boundingRect().isValid()


@pytest.fixture
def arranged(make_desk: Callable[..., Desk], qapp: QApplication) -> Callable[[str, tuple[int, int], str], Desk]:
    def arrange(language: str, size: tuple[int, int], name: str) -> Desk:
        desk = make_desk(language, size)
        states()[name](desk)
        qapp.processEvents()
        return desk

    return arrange


@EVERY
def test_nothing_is_cut_and_all_is_reachable(arranged, language, size, name):
    desk = arranged(language, size, name)

    cut = {
        f"{type(widget).__name__}: {widget.clipped()}"
        for widget in shown(desk)
        if hasattr(widget, "clipped") and on_top(desk, widget) and widget.clipped()
    }
    small = {
        f"{button.accessibleName()} {button.width()}x{button.height()}"
        for button in shown(desk, QAbstractButton)
        if min(button.width(), button.height()) < LEAST_PX
    }
    nameless = {
        f"{type(widget).__name__} {widget.objectName()}"
        for kind in (QAbstractButton, QLineEdit, QListView)
        for widget in shown(desk, kind)
        if not widget.accessibleName()
    }
    outside = {
        f"{type(widget).__name__} {widget.accessibleName()}"
        for widget in shown(desk, QAbstractButton)
        if not within(desk.shell, widget)
    }
    crowded = {
        f"{one.accessibleName()} / {other.accessibleName()}"
        for one, other in combinations(targets(desk), 2)
        if gap(desk, one, other) < LEAST_GAP_PX
    }
    keyless = {b.accessibleName() for b in targets(desk) if hasattr(b, "hides_key") and b.hides_key()}
    assert (cut, small, nameless, outside, crowded, keyless) == (set(), set(), set(), set(), set(), set())
    least = desk.shell.minimumSizeHint()
    assert (least.width() <= size[0], least.height() <= size[1]) == (True, True)
    assert desk.shell.size().toTuple() == size


def likely(name: str) -> object:
    """Return a fact as long as they come."""
    if name.endswith("_minor"):
        return 12_345_00
    if name in {"on", "last", "first_day", "last_day", "earliest", "latest"}:
        return date(2026, 11, 22)
    if name in {"receipt_no", "refund_no", "number"}:
        return "S01-L01-0122-R0007"
    return "满 300 减 30 奶粉券" if name.startswith("name") else 1_200


@pytest.mark.parametrize(("language", "size"), [(language, size) for language in LANGUAGES for size in SIZES])
def test_every_sentence_can_be_read_whole(make_desk, qapp, language, size):
    desk = make_desk(language, size)
    desk.sell()
    desk.redeem.show_redeem(desk.faces.redeem())
    desk.redeem.open_sheet()
    places = (desk.checkout.zone.toast, desk.redeem.panel)
    cut = []
    for code, told in SENTENCES.items():
        facts = {name: likely(name) for _text, name, _format, _conversion in Formatter().parse(told) if name}
        refusal = Refused(code, **facts, name_en="30 off 300 for formula")
        desk.checkout.show_notice(sale_words.failed(refusal))
        desk.redeem.show_redeem(desk.faces.redeem(problem=sentence(refusal)))
        qapp.processEvents()
        texts = [text for place in places for text in place.findChildren(Lines) if text.isVisible()]
        cut += [(code, text.toolTip()) for text in texts if text.toolTip() and code in text.toolTip()]
        cut += [(code, text.text()) for text in texts if text.clipped()]

    assert not cut


@pytest.mark.parametrize("name", ["s2_sale", "s6_split", "s6b_done", "s5_redeem", "s5b_coupons", "s7_hold"])
def test_tab_reaches_every_control_and_comes_back(arranged, name):
    desk = arranged("en", (1366, 768), name)
    start = QApplication.focusWidget()

    reached = {start}
    for _step in range(200):
        current = QApplication.focusWidget()
        current.focusNextPrevChild(True)
        if QApplication.focusWidget() is start:
            break
        reached.add(QApplication.focusWidget())

    sheet = next((sheet for sheet in (desk.redeem, desk.coupons, desk.hold) if sheet.isVisible()), None)
    area = sheet.panel if sheet is not None else desk.shell
    wanted = {
        widget
        for widget in area.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    # Of exclusive choices Tab reaches the chosen one, the arrows the others.
    wanted = {w for w in wanted if not (isinstance(w, QAbstractButton) and w.group() and w.group().exclusive()
              and w.isCheckable() and not w.isChecked())}  # fmt: skip
    assert {w.accessibleName() for w in wanted} <= {w.accessibleName() for w in reached}


@pytest.mark.parametrize("size", SIZES)
def test_zones_stand_in_the_same_place_in_selling_and_in_paying(make_desk, qapp, size):
    desk = make_desk("zh_CN", size)
    states()["s2_sale"](desk)
    qapp.processEvents()
    selling = [place(desk, part) for part in (desk.checkout.pay.primary, desk.checkout.pay.keypad, desk.checkout.zone)]

    states()["s6_split"](desk)
    qapp.processEvents()

    paying = [place(desk, part) for part in (desk.payment.pay.primary, desk.payment.pay.keypad, desk.checkout.zone)]
    assert paying == selling


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wide_window_folds_when_it_is_made_narrow(make_desk, qapp, language):
    desk = make_desk(language, (1366, 768))
    states()["s2_sale"](desk)
    qapp.processEvents()

    desk.shell.resize(1024, 728)
    qapp.processEvents()

    assert desk.shell.size().toTuple() == (1024, 728)
    assert desk.checkout.zone.delegate.compact
    assert all(within(desk.shell, button) for button in shown(desk, QAbstractButton))


def test_the_largest_number_is_the_one_to_read_now(arranged):
    desk = arranged("en", (1366, 768), "s6b_done")

    assert desk.payment.done._change.height() > 70


def targets(desk: Desk) -> list[QWidget]:
    """The buttons that a finger could hit by mistake; the segments of one choice belong together."""
    return [b for b in shown(desk, QAbstractButton) if on_top(desk, b) and b.property("v") != "segment"]


def gap(desk: Desk, one: QWidget, other: QWidget) -> int:
    """How far apart two buttons are, px; those of different layers (a sheet and what it covers) are far apart."""
    if layer(desk, one) is not layer(desk, other):
        return 1000
    first, second = (QRect(w.mapTo(desk.shell, w.rect().topLeft()), w.size()) for w in (one, other))
    across = max(first.left(), second.left()) - min(first.right(), second.right()) - 1
    down = max(first.top(), second.top()) - min(first.bottom(), second.bottom()) - 1
    return max(across, down)


def layer(desk: Desk, widget: QWidget) -> QWidget:
    sheets = (desk.redeem, desk.coupons, desk.hold, desk.shell.keys)
    return next((sheet for sheet in sheets if sheet.isAncestorOf(widget)), desk.shell)


def within(shell: QWidget, widget: QWidget) -> bool:
    visible = widget.visibleRegion().boundingRect()
    if visible.isEmpty():
        return True  # scrolled out of its list, or below a sheet
    return shell.rect().contains(QRect(widget.mapTo(shell, visible.topLeft()), visible.size()))


def place(desk: Desk, part: QWidget) -> tuple[int, int, int, int]:
    corner = part.mapTo(desk.shell, part.rect().topLeft())
    return corner.x(), corner.y(), part.width(), part.height()
