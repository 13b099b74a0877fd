"""The sale screen shows what it is given and asks for what was meant."""

import statistics
import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from pos_app import i18n
from pos_app.ui.presenters.view_models import DeviceState, Notice, NoticeKind, Totals
from tests.ui.desk import Desk, states

BIND_MS = 35


@pytest.fixture
def desk(make_desk, qapp) -> Desk:
    made = make_desk("en", (1366, 728))
    made.sell()
    qapp.processEvents()
    return made


class Heard:
    """Collects what a view asks for."""

    def __init__(self, view, *names: str) -> None:
        self.said: list[tuple[object, ...]] = []
        for name in names:
            getattr(view, name).connect(lambda *facts, name=name: self.said.append((name, *facts)))


def button(desk: Desk, word: str) -> QPushButton:
    found = [b for b in desk.shell.findChildren(QPushButton) if b.isVisible() and b.accessibleName().startswith(word)]
    assert found, word
    return found[0]


def type_line(qtbot, desk: Desk, text: str) -> None:
    line = desk.checkout.zone.scan.line
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_a_typed_code_is_asked_for_and_the_line_is_empty_again(qtbot, desk):
    heard = Heard(desk.checkout, "code_entered")

    type_line(qtbot, desk, "3*6901234500012")

    assert heard.said == [("code_entered", "6901234500012", 3)]
    assert desk.checkout.zone.scan.line.text() == ""


def test_a_quantity_is_for_the_selected_line(qtbot, desk):
    heard = Heard(desk.checkout, "quantity_entered")

    type_line(qtbot, desk, "*5")

    assert heard.said == [("quantity_entered", "4", 5)]


def test_enter_on_an_empty_line_opens_payment_only_with_a_basket(qtbot, desk):
    heard = Heard(desk.checkout, "pay_asked")
    type_line(qtbot, desk, "")

    desk.checkout.show_totals(Totals(0, 0, 0, 0, 0, 0))
    type_line(qtbot, desk, "")

    assert heard.said == [("pay_asked", "")]


def test_a_quantity_typed_before_a_scan_counts_once(desk):
    heard = Heard(desk.checkout, "code_entered")
    desk.checkout.zone.scan.line.setText("3*")

    desk.checkout.take_scan("6901234500012")
    desk.checkout.take_scan("6901234500043")

    assert heard.said == [("code_entered", "6901234500012", 3), ("code_entered", "6901234500043", 1)]


def test_the_arrows_walk_the_basket_while_the_scan_line_has_the_focus(qtbot, desk):
    heard = Heard(desk.checkout, "selected")
    line = desk.checkout.zone.scan.line
    line.setFocus()

    for key in (Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(line, key)

    assert heard.said == [("selected", "5"), ("selected", "1"), ("selected", "6")]
    assert QApplication.focusWidget() is line


def test_plus_and_minus_change_the_selected_line(qtbot, desk):
    heard = Heard(desk.checkout, "line_acted")
    line = desk.checkout.zone.scan.line

    qtbot.keyClicks(line, "+-")

    assert heard.said == [("line_acted", "more", "4"), ("line_acted", "less", "4")]


@pytest.mark.parametrize("size", [(1366, 728), (1024, 728)])
def test_the_painted_buttons_of_the_selected_row_can_be_tapped(qtbot, make_desk, qapp, size):
    desk = make_desk("en", size)
    desk.sell()
    qapp.processEvents()
    heard = Heard(desk.checkout, "line_acted")
    view, delegate = desk.checkout.zone.view, desk.checkout.zone.delegate
    box = view.visualRect(view.currentIndex())

    spots = delegate.spots(box)
    for spot in spots:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot.box.center().toPoint())

    assert heard.said == [("line_acted", spot.act, "4") for spot in spots]
    assert all(min(spot.box.width(), spot.box.height()) >= 44 for spot in spots)
    assert all(box.contains(spot.box.toRect()) for spot in spots)


def test_a_tap_on_another_row_selects_it_and_changes_nothing(qtbot, desk):
    heard = Heard(desk.checkout, "selected", "line_acted")
    view = desk.checkout.zone.view
    row = view.visualRect(desk.checkout.zone.model.index(1))

    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row.right() - 140, row.center().y()))

    assert heard.said == [("selected", "2")]


def test_the_keypad_types_where_keys_type(qtbot, desk):
    heard = Heard(desk.checkout, "code_entered")

    for word in ("3", "× Qty", "6", "9", "00", "1", "Backspace", "Enter"):
        key = next(b for b in desk.checkout.pay.keypad.findChildren(QPushButton) if b.accessibleName() == word)
        qtbot.mouseClick(key, Qt.MouseButton.LeftButton)

    assert heard.said == [("code_entered", "6900", 3)]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Hold", ("action_asked", "hold")),
        ("Recall", ("action_asked", "recall")),
        ("Void all", ("action_asked", "void_sale")),
        ("Pay ¥1,072.00", ("pay_asked", "")),
        ("Cash Alt 2", ("pay_asked", "cash")),
        ("Cash 1,080", ("quick_cash_asked", 108000)),
        ("Redeem Blue Rabbit", ("offer_asked", "o2")),
        ("3-day call due today: Log", ("care_acted", "c2")),
        ("Take the member off", ("member_cleared",)),
    ],
)
def test_each_button_asks_for_its_act_once_and_leaves_the_focus(qtbot, desk, word, said):
    names = {"action_asked", "pay_asked", "quick_cash_asked", "offer_asked", "care_acted", "member_cleared"}
    heard = Heard(desk.checkout, *names)
    desk.checkout.focus_home()

    qtbot.mouseClick(button(desk, word), Qt.MouseButton.LeftButton)

    assert heard.said == [said]
    assert QApplication.focusWidget() is desk.checkout.zone.scan.line


def test_undo_in_the_strip_acts_once_and_the_strip_rests(qtbot, desk):
    heard = Heard(desk.checkout, "notice_acted")
    desk.checkout.show_notice(desk.faces.redeemed_notice())

    qtbot.mouseClick(button(desk, "Undo"), Qt.MouseButton.LeftButton)

    assert heard.said == [("notice_acted", "undo")]
    assert not [
        b for b in desk.shell.findChildren(QPushButton) if b.isVisible() and b.accessibleName() == "Undo Ctrl Z"
    ]


def test_a_notice_moves_nothing(qapp, desk):
    desk.checkout.clear_notice()
    qapp.processEvents()
    before = desk.checkout.zone.view.geometry()

    desk.checkout.show_notice(Notice(NoticeKind.BAD, "Unknown code", "The basket has not changed."))
    qapp.processEvents()

    assert desk.checkout.zone.view.geometry() == before


def test_without_a_basket_nothing_can_be_paid(desk):
    desk.checkout.show_totals(Totals(0, 0, 0, 0, 0, 0))

    assert not desk.checkout.pay.primary.isEnabled()


def test_a_busy_screen_cannot_be_paid_twice(desk):
    desk.checkout.set_busy(True)
    busy = desk.checkout.pay.primary.isEnabled()
    desk.checkout.set_busy(False)

    assert (busy, desk.checkout.pay.primary.isEnabled()) == (False, True)


def test_the_language_changes_every_word_at_once(make_desk, qapp):
    desk = make_desk("en", (1366, 728))
    states()["s2_sale"](desk)
    i18n.use("zh_CN")

    desk.shell.retranslate()
    qapp.processEvents()

    names = {b.accessibleName() for b in desk.shell.findChildren(QPushButton) if b.isVisible()}
    assert {"收款 ¥1,072.00 F9", "挂单 F6", "整单取消 Ctrl Del"} <= names
    assert not {"Hold F6", "Pay ¥1,072.00 F9"} & names


def test_a_changed_line_repaints_alone(desk):
    changed = []
    model = desk.checkout.zone.model
    model.dataChanged.connect(lambda first, last, *_: changed.append((first.row(), last.row())))
    model.rowsInserted.connect(lambda *_: changed.append("inserted"))
    rows = list(desk.faces.rows())

    desk.checkout.show_basket((*rows[:3], rows[3].__class__(**{**as_dict(rows[3]), "quantity": 3}), *rows[4:]), "4")

    assert changed == [(3, 3)]


def test_binding_a_member_and_a_basket_is_quick(desk):
    faces = desk.faces
    cards = (faces.member(), faces.member(stale=True, elsewhere=2500))
    taken_ms = []
    for turn in range(41):
        begun = time.process_time()
        desk.checkout.show_member(cards[turn % 2])
        desk.checkout.show_basket(faces.rows()[: 3 + turn % 4], "")
        desk.checkout.show_totals(faces.totals())
        taken_ms.append((time.process_time() - begun) * 1000)

    assert statistics.median(taken_ms) < BIND_MS


def test_a_printer_without_paper_says_so_in_words(desk):
    for chip in desk.faces.devices(DeviceState.PAPER_OUT, 2):
        desk.shell.show_device(chip)

    assert button(desk, "Printer").accessibleName() == "Printer out of paper · 2 waiting"


def as_dict(row) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}
