"""The small interpreter against byte sequences written by hand from the ESC/POS reference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.devices.printers.interpreter import Interpreter
from pos_app.devices.printers.printed import (
    Asked,
    DrawerPulse,
    Fed,
    NotUnderstood,
    PaperCut,
    PrintedImage,
    PrintedText,
    Run,
    Style,
)
from pos_app.devices.printers.render import PROFILES, render
from pos_app.domain.paper import Barcode, Paper, QrCode, Text


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"\x10\x04\x01", Asked(b"\x10\x04\x01")),
        (b"\x1dr\x01", Asked(b"\x1dr\x01")),
        (b"\x1bp\x00\x19\xfa", DrawerPulse(2)),
        (b"\x1bp1\x19\xfa", DrawerPulse(5)),
        (b"\x1dV\x00", PaperCut(full=True)),
        (b"\x1dV1", PaperCut(full=False)),
        (b"\x1bd\x03", Fed(90)),
        (b"\x1bJ\x10", Fed(16)),
        (b"\x1dv0\x00\x01\x00\x02\x00\x80\x01", PrintedImage(8, 2, b"\x80\x01", "left")),
        (b"\x1b*\x00\x02\x00\x80\x01", PrintedImage(2, 8, b"\x80\0\0\0\0\0\0\x40", "left")),
        (b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\x02\x00\x80\x01", PrintedImage(8, 2, b"\x80\x01", "left")),
        (b"\x07", NotUnderstood(b"\x07")),
    ],
)
def test_a_command_does_what_the_reference_says(data, part):
    assert Interpreter().feed(data) == [part]


def test_gbk_is_read_two_bytes_at_a_time():
    assert Interpreter().feed(b"\xd0\xc7A\n") == [PrintedText((Run("星A", Style()),), "left", 30)]


def test_without_chinese_mode_the_same_bytes_are_rubbish():
    (line,) = Interpreter().feed(b"\x1c.\xd0\xc7\n")

    assert line.text != "星"
    assert len(line.text) == 2


def test_a_four_byte_character_is_rubbish_on_a_cheap_printer_and_right_on_a_good_one():
    data = "𠮷".encode("gb18030") + b"\n"

    assert Interpreter().feed(data)[0].text == "□□"
    assert Interpreter(four_byte_gb18030=True).feed(data)[0].text == "𠮷"


def test_a_line_too_long_for_the_paper_breaks_at_the_edge():
    lines = Interpreter(384).feed(b"x" * 33 + b"\n")

    assert [line.text for line in lines] == ["x" * 32, "x"]


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), max_size=30))
def test_bytes_mean_the_same_in_whatever_portions_they_come(sizes):
    paper = Paper("t", "t", (Text("星𠮷", size=2, bold=True), QrCode("ABC"), Barcode("04213"), Text("终")))
    job = render(paper, PROFILES["80mm"])
    whole, split = Interpreter(), Interpreter()

    parts, at = [], 0
    for size in [*sizes, len(job)]:
        parts += split.feed(job[at : at + size])
        at += size

    assert parts == whole.feed(job)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data):
    Interpreter(384).feed(data)
