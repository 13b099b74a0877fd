"""The customer's window: readable in every state, language and size; on a second screen while there is one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton

from pos_app.ui.presenters.customer_display import CustomerFace, Stage
from pos_app.ui.presenters.view_models import DeviceState
from pos_app.ui.second_screen import Placement, SecondScreen
from tests.ui import measure
from tests.ui.gallery_customer import SIZES, shown, states

LEAST_ANSWER_PX = 72


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("name", list(states("en")))
def test_nothing_is_cut_and_the_sum_is_the_largest(dressed, qtbot, name, language, size):
    display = shown(name, language, size)
    qtbot.addWidget(display)

    assert (measure.cut(display), measure.nameless(display), measure.outside(display)) == (set(), set(), set())
    least = display.minimumSizeHint()
    assert (least.width() <= size[0], least.height() <= size[1]) == (True, True)


def test_the_customers_answers_are_large_and_leave_the_keys_to_the_cashier(dressed, qtbot):
    display = shown("joining", "zh_CN", (1024, 600))
    qtbot.addWidget(display)
    buttons = measure.shown(display, QAbstractButton)

    with qtbot.waitSignal(display.answered) as answered:
        qtbot.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)

    assert answered.args == ["child", True]
    assert min(button.height() for button in buttons) >= LEAST_ANSWER_PX
    assert {button.focusPolicy() for button in buttons} == {Qt.FocusPolicy.NoFocus}


@pytest.fixture
def place(dressed, qtbot):
    made: list[SecondScreen] = []

    def placed(placement: Placement, screens):
        said: list[DeviceState] = []
        second = SecondScreen(placement, lambda chip: said.append(chip.state), lambda: screens)
        made.append(second)
        return second, said

    yield placed
    for second in made:
        second.stop()
        if second.window is not None:
            second.window.deleteLater()


def test_without_a_second_screen_there_is_no_window(place, dressed):
    second, said = place(Placement.AUTO, [QGuiApplication.primaryScreen()])

    second.start(dressed)

    assert (second.window, said) == (None, [])


def test_a_screen_that_comes_shows_what_is_going_on_and_one_that_goes_is_said(place, dressed):
    screens = [QGuiApplication.primaryScreen()]
    second, said = place(Placement.AUTO, screens)
    second.start(dressed)
    second.show_face(CustomerFace(stage=Stage.SELLING, figure_minor=100))

    screens.append(QGuiApplication.primaryScreen())
    second.place()
    is_shown = second.window.isVisible()
    del screens[1]
    second.place()

    assert (is_shown, second.window.isVisible()) == (True, False)
    assert said == [DeviceState.READY, DeviceState.MISSING]


def test_switched_off_it_never_opens(place, dressed):
    second, said = place(Placement.OFF, [QGuiApplication.primaryScreen()] * 2)

    second.start(dressed)

    assert (second.window, said) == (None, [])
