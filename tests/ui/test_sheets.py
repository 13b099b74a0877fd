"""Sheets: they keep the focus inside, give it back, and ask for what was chosen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pos_app.ui.presenters.view_models import PointsChoice
from tests.ui.desk import Desk, states
from tests.ui.test_checkout_view import Heard, button


@pytest.fixture
def desk(make_desk) -> Desk:
    made = make_desk("en", (1366, 728))
    made.sell()
    return made


@pytest.mark.parametrize("name", ["redeem", "hold"])
def test_escape_closes_a_sheet_once(qtbot, desk, name):
    states()[f"s{5 if name == 'redeem' else 7}_{name}"](desk)
    sheet = getattr(desk, name)
    heard = Heard(sheet, "closed")

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    sheet.dismiss()

    assert (heard.said, sheet.isVisible()) == ([("closed",)], False)


def test_help_gives_the_focus_back_to_the_scan_line(qtbot, desk):
    desk.checkout.focus_home()
    desk.shell.show_help()
    inside = QApplication.focusWidget()

    qtbot.keyClick(inside, Qt.Key.Key_Escape)

    assert desk.shell.keys.isAncestorOf(inside)
    assert QApplication.focusWidget() is desk.checkout.zone.scan.line


def test_tab_stays_inside_an_open_sheet(qtbot, desk):
    states()["s5_redeem"](desk)

    for _press in range(40):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert desk.redeem.isAncestorOf(QApplication.focusWidget())


def test_a_sheet_follows_the_window(qapp, desk):
    states()["s7_hold"](desk)

    desk.shell.resize(1024, 728)
    qapp.processEvents()

    assert desk.hold.size() == desk.shell.stage.size()
    assert desk.hold.rect().contains(desk.hold.panel.geometry())


def test_more_of_an_item_is_asked_for_by_its_key(qtbot, desk):
    states()["s5_redeem"](desk)
    heard = Heard(desk.redeem, "row_stepped", "mix_asked")

    qtbot.mouseClick(button(desk, "More: Teething rusk"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(desk, "Fewer: Softclean"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(desk, "4,000 pts + ¥12.00"), Qt.MouseButton.LeftButton)

    assert heard.said == [("row_stepped", "r2", 1), ("row_stepped", "r1", -1), ("mix_asked", "r3")]


def test_what_is_out_of_reach_cannot_be_taken(desk):
    states()["s5_redeem"](desk)

    assert not button(desk, "More: Youban").isEnabled()


def test_points_against_the_basket_are_none_all_or_typed(qtbot, desk):
    states()["s5_redeem"](desk)
    heard = Heard(desk.redeem, "choice_asked")

    qtbot.mouseClick(button(desk, "All:"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button(desk, "Choose"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(desk.redeem.custom, "50")

    assert heard.said == [
        ("choice_asked", "all", 0),
        ("choice_asked", "custom", 0),
        ("choice_asked", "custom", 5),
        ("choice_asked", "custom", 50),
    ]


def test_a_problem_blocks_using_points_and_is_said(desk):
    desk.redeem.show_redeem(desk.faces.redeem(problem="5,000 pts at most while offline."))
    desk.redeem.open_sheet()

    assert not desk.redeem.use.isEnabled()
    assert desk.redeem._note.text() == "5,000 pts at most while offline."


def test_enter_uses_the_points_after_waiting_for_them_to_be_worked_out(qtbot, desk):
    desk.redeem.open_sheet()
    heard = Heard(desk.redeem, "use_asked", "closed")
    desk.redeem.set_busy(True)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    desk.redeem.show_redeem(desk.faces.redeem())
    desk.redeem.set_busy(False)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)

    assert heard.said == [("use_asked",)]


def test_the_custom_field_keeps_what_is_being_typed(desk):
    states()["s5_redeem"](desk)
    desk.redeem._choose(PointsChoice.CUSTOM.value)
    desk.redeem.custom.setText("123")
    face = desk.faces.redeem()

    desk.redeem.show_redeem(type(face)(**{**{n: getattr(face, n) for n in face.__slots__},
                                          "choice": PointsChoice.CUSTOM, "custom_points": 100}))  # fmt: skip

    assert desk.redeem.custom.text() == "123"


def test_a_digit_takes_a_held_sale(qtbot, desk):
    states()["s7_hold"](desk)
    heard = Heard(desk.hold, "recall_asked", "drop_asked")

    qtbot.keyClicks(QApplication.focusWidget(), "2")

    assert heard.said == [("recall_asked", "h2")]


def test_enter_takes_the_marked_sale_and_del_drops_it(qtbot, desk):
    states()["s7_hold"](desk)
    heard = Heard(desk.hold, "recall_asked", "drop_asked")

    qtbot.keyClick(desk.hold.view, Qt.Key.Key_Down)
    qtbot.keyClick(desk.hold.view, Qt.Key.Key_Return)
    qtbot.keyClick(desk.hold.view, Qt.Key.Key_Delete)

    assert heard.said == [("recall_asked", "h2"), ("drop_asked", "h2")]


def test_a_digit_uses_a_coupon_and_none_that_says_why_not(qtbot, desk):
    states()["s5b_coupons"](desk)
    heard = Heard(desk.coupons, "use_asked", "paper_asked")

    qtbot.keyClicks(desk.coupons.view, "3")
    qtbot.keyClicks(desk.coupons.view, "2p")
    qtbot.keyClick(desk.coupons.view, Qt.Key.Key_Delete)

    assert heard.said == [("use_asked", "P10"), ("paper_asked", "W30"), ("use_asked", "")]


def test_a_marked_coupon_that_cannot_be_used_disarms_the_button(qtbot, desk):
    states()["s5b_coupons"](desk)

    armed = []
    for _row in range(3):
        armed.append(desk.coupons._use.isEnabled())
        qtbot.keyClick(desk.coupons.view, Qt.Key.Key_Down)

    assert armed == [True, True, False]


def test_with_nothing_held_nothing_can_be_taken(desk):
    desk.hold.show_rows(())
    desk.hold.open_sheet()

    assert not desk.hold._recall.isEnabled()
    assert desk.hold._none.isVisible()
