"""Status bytes written by hand from the ESC/POS reference."""

import pytest

from pos_app.devices.printers.status import UNKNOWN_STATUS, Roll, read_done, read_status
from pos_app.errors import Unavailable

WELL = 0x12


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((WELL, WELL, WELL), ""),
        ((WELL | 0x08, WELL, WELL), "printer.offline"),
        ((WELL | 0x08, WELL | 0x04, WELL), "printer.cover_open"),
        ((WELL | 0x08, WELL | 0x20, WELL), "printer.paper_out"),
        ((WELL, WELL, WELL | 0x60), "printer.paper_out"),
        ((WELL | 0x08, WELL | 0x40, WELL), "printer.fault"),
    ],
)
def test_each_bit_has_its_meaning(answers, problem):
    assert read_status(*answers).problem() == problem


def test_low_paper_is_known_and_no_problem():
    status = read_status(WELL, WELL, WELL | 0x0C)

    assert (status.roll, status.problem()) == (Roll.LOW, "")


def test_a_printer_that_cannot_say_is_not_called_faulty():
    assert UNKNOWN_STATUS.problem() == ""


@pytest.mark.parametrize("answer", [0x00, 0xFF, 0x41])
def test_a_byte_that_cannot_be_an_answer_is_nonsense(answer):
    with pytest.raises(Unavailable) as refusal:
        read_status(WELL, answer, WELL)

    assert refusal.value.code == "printer.nonsense"


@pytest.mark.parametrize(("answer", "roll"), [(0x00, Roll.OK), (0x03, Roll.LOW), (0x0C, Roll.OUT)])
def test_the_answer_after_a_job_tells_of_the_roll(answer, roll):
    assert read_done(answer) is roll
