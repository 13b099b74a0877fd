"""Which of the codes in a stream of pictures count."""

from pos_app.devices.base import Code
from pos_app.devices.scanners.gate import Gate

CARD = Code("M0012345678901", "QR")
TIN = Code("6901234567892", "EAN13")
MISREAD = Code("6901234567793", "EAN13")


def test_a_qr_counts_at_once():
    assert Gate().take([CARD], 0.0) == [CARD]


def test_a_linear_code_counts_after_two_equal_readings():
    gate = Gate()

    assert [gate.take([TIN], at) for at in (0.0, 0.03)] == [[], [TIN]]


def test_one_misreading_between_two_right_ones_does_not_count():
    gate = Gate()

    assert [gate.take([code], at) for code, at in ((TIN, 0.0), (MISREAD, 0.03), (TIN, 0.06))] == [[], [], [TIN]]


def test_readings_a_second_apart_are_not_the_same_look():
    gate = Gate()

    assert [gate.take([TIN], at) for at in (0.0, 1.5)] == [[], []]


def test_the_same_code_is_ignored_for_two_seconds():
    gate = Gate()

    assert [gate.take([CARD], at) for at in (0.0, 1.9)] == [[CARD], []]
    assert gate.take([CARD], 4.0) == [CARD]


def test_a_code_held_in_view_counts_once():
    gate = Gate()

    counted = [code for at in range(100) for code in gate.take([CARD], at * 0.1)]

    assert counted == [CARD]


def test_another_code_does_not_wait_for_the_first():
    gate = Gate()
    gate.take([CARD], 0.0)

    assert gate.take([Code("M0099", "QR")], 0.1) == [Code("M0099", "QR")]


def test_two_codes_in_one_picture_both_count():
    gate = Gate()
    gate.take([TIN, CARD], 0.0)

    assert gate.take([TIN, CARD], 0.03) == [TIN]
