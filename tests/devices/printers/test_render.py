"""Paper as ESC/POS bytes, read back by an interpreter that shares no code with the renderer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.devices.printers.fonts import Pen
from pos_app.devices.printers.interpreter import Interpreter
from pos_app.devices.printers.printed import (
    Fed,
    NotUnderstood,
    PaperCut,
    PrintedBarcode,
    PrintedImage,
    PrintedQr,
    PrintedText,
)
from pos_app.devices.printers.raster import draw_line
from pos_app.devices.printers.render import PROFILES, PrinterProfile, drawer_pulse, encode, profile_for, render
from pos_app.devices.printers.thermal import paint
from pos_app.domain.paper import (
    Barcode,
    Cell,
    Columns,
    Line,
    Notice,
    Pair,
    Paper,
    QrCode,
    Rule,
    Text,
    TickBoxes,
    lay_out,
    width,
)

NARROW, WIDE = PROFILES["58mm"], PROFILES["80mm"]
RECEIPT = Paper(
    "receipt",
    "收银小票",
    (
        Text("星宝贝母婴", align="center", bold=True, size=2),
        Rule("solid"),
        Columns((Cell("品名", 4), Cell("数量", 1, "right"), Cell("金额", 2, "right")), bold=True),
        Columns((Cell("爱他美卓萃幼儿配方奶粉", 4), Cell("2", 1, "right"), Cell("￥796.00", 2, "right"))),
        Pair("合计 ¥ · “引号” ①℃№×±—…", "12.00"),
        Pair("应付", "￥968.00", bold=True, size=2),
        Notice("补打 1"),
        TickBoxes(("已接通", "没接")),
    ),
)


def printed(paper, profile):
    return Interpreter(profile.dots).feed(render(paper, profile))


def texts(parts):
    return [part.text for part in parts if isinstance(part, PrintedText)]


def one(*blocks):
    return Paper("test", "test", blocks)


@pytest.mark.parametrize("name", ["58mm", "58mm-cutter", "80mm", "80mm-42", "80mm-silent", "80mm-utf8"])
def test_every_line_comes_back_as_it_was_laid_out(name):
    profile = PROFILES[name]

    parts = printed(RECEIPT, profile)

    assert texts(parts) == [part.text for part in lay_out(RECEIPT, profile.columns) if isinstance(part, Line)]
    assert not [part for part in parts if isinstance(part, NotUnderstood)]


@given(st.text(st.characters(codec="gbk", exclude_categories=("Cc", "Cf")), min_size=1, max_size=200))
def test_any_text_that_gbk_knows_comes_back_from_the_paper(text):
    paper = one(Text(text), Pair(text, "9.00"))

    parts = printed(paper, NARROW)

    assert texts(parts) == [part.text for part in lay_out(paper, 32) if isinstance(part, Line)]


@pytest.mark.parametrize("profile", [NARROW, PROFILES["80mm-42"], WIDE])
def test_right_hand_figures_end_in_the_same_dot_column(profile):
    rows = ("爱他美卓萃", "Huggies L54", "①℃“混合”·x", "小鹿𠮷祥 öko")
    parts = printed(one(*(Pair(name, "88") for name in rows)), profile)
    picture = paint(parts, profile.dots, Pen())

    ends = {
        picture.crop((0, y, profile.dots, y + 30)).convert("L").point(lambda v: 255 - v).getbbox()[2]
        for y in range(0, 30 * len(rows), 30)
    }

    assert len(ends) == 1
    assert profile.dots - 12 < ends.pop() <= profile.dots


@pytest.mark.parametrize(("columns", "dots"), [(32, 384), (42, 512), (48, 576)])
def test_a_full_line_of_han_fills_the_width_and_breaks_nowhere_else(columns, dots):
    parts = printed(one(Text("汉" * (columns // 2 * 3))), profile_for(columns))

    assert texts(parts) == ["汉" * (columns // 2)] * 3
    assert columns // 2 * 24 <= dots


def test_style_is_set_for_its_line_and_ends_with_it():
    bold, plain = [
        part for part in printed(one(Text("粗", bold=True, size=2), Text("细")), WIDE) if isinstance(part, PrintedText)
    ]

    assert (bold.runs[0].style.bold, bold.runs[0].style.scale) == (True, (2, 2))
    assert (plain.runs[0].style.bold, plain.runs[0].style.scale) == (False, (1, 1))


def test_the_yen_sign_is_printed_as_gbk_knows_it():
    assert b"\xa3\xa412.00" in render(one(Text("¥12.00")), WIDE)


@pytest.mark.parametrize("text", ["𠮷野家", "öko", "好评 😀", "ไทย"])
def test_a_line_outside_gbk_is_drawn_dot_for_dot(text):
    (image,) = [part for part in printed(one(Text(text)), WIDE) if isinstance(part, PrintedImage)]
    expected = draw_line(Pen(), Line(text), WIDE.dots).convert("L").point(lambda v: 255 - v).convert("1")

    assert (image.width, image.height) == (WIDE.dots, 30)
    assert image.rows == expected.tobytes()
    assert expected.getbbox() is not None


def test_only_the_line_that_needs_it_is_drawn():
    parts = printed(one(Text("普通"), Text("𠮷"), Text("普通")), WIDE)

    kinds = [type(part) for part in parts if isinstance(part, PrintedText | PrintedImage)]
    assert kinds == [PrintedText, PrintedImage, PrintedText]


def test_a_computer_without_fonts_still_prints_the_line(tmp_path):
    job = render(one(Text("小鹿𠮷祥")), WIDE, font_folders=(tmp_path,))

    assert texts(Interpreter(WIDE.dots).feed(job)) == ["小鹿?祥"]


def test_a_raster_profile_draws_every_line_that_is_not_ascii():
    parts = printed(one(Text("汉字"), Text("plain")), PROFILES["80mm-raster"])

    assert texts(parts) == ["plain"]
    assert sum(isinstance(part, PrintedImage) for part in parts) == 1


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_text_can_carry_a_command(text):
    hostile = "\x1bp\x00\x32\x32" + text + "\x1dV\x00\x10\x14"
    parts = printed(one(Text(hostile), Pair(hostile, hostile), TickBoxes((hostile,)), Notice(hostile)), WIDE)

    kinds = {type(part) for part in parts}
    assert kinds <= {PrintedText, PrintedImage, Fed, PaperCut}
    assert sum(isinstance(part, PaperCut) for part in parts) == 1


def test_a_qr_keeps_its_bytes_even_when_they_look_like_commands():
    hostile = "A\x1bp\x00\x32\x32\x1dV\x00星"
    parts = printed(one(QrCode(hostile)), WIDE)

    assert [part.data for part in parts if isinstance(part, PrintedQr)] == [hostile]
    assert sum(isinstance(part, PaperCut) for part in parts) == 1


def test_a_qr_too_dense_for_the_paper_is_left_out():
    assert not [part for part in printed(one(QrCode("x" * 701)), WIDE) if isinstance(part, PrintedQr)]


def test_codes_stand_in_the_middle_and_text_stays_left():
    qr, below, bars = [
        part
        for part in printed(one(QrCode("ABC"), Text("x"), Barcode("04213", "CODE128")), WIDE)
        if isinstance(part, PrintedQr | PrintedText | PrintedBarcode)
    ]

    assert (qr.align, below.align, bars.align) == ("center", "left", "center")


@pytest.mark.parametrize(
    ("barcode", "kind", "data"),
    [
        (Barcode("6901234567892", "EAN13"), 67, b"6901234567892"),
        (Barcode("96385074", "EAN8"), 68, b"96385074"),
        (Barcode("036000291452", "UPCA"), 65, b"036000291452"),
        (Barcode("AB{1", "CODE128"), 73, b"{BAB{{1"),
        (Barcode("042130", "CODE128"), 73, b"{C\x04\x15\x1e"),
    ],
)
def test_a_barcode_is_sent_in_the_code_set_that_printers_demand(barcode, kind, data):
    (bars,) = [part for part in printed(one(barcode), WIDE) if isinstance(part, PrintedBarcode)]

    assert (bars.kind, bars.data, bars.has_text) == (kind, data, True)


@pytest.mark.parametrize(
    "barcode", [Barcode("6901234567893", "EAN13"), Barcode("69012345", "EAN13"), Barcode("母婴", "CODE128")]
)
def test_a_barcode_that_the_printer_would_swallow_is_printed_as_text(barcode):
    parts = printed(one(barcode), WIDE)

    assert [text.strip() for text in texts(parts)] == [barcode.data]


def test_a_barcode_too_wide_for_the_paper_becomes_a_qr_with_its_text():
    parts = printed(one(Barcode("0421-3-C-000017-REFUND", "CODE128")), NARROW)

    assert [part.data for part in parts if isinstance(part, PrintedQr)] == ["0421-3-C-000017-REFUND"]
    assert [text.strip() for text in texts(parts)] == ["0421-3-C-000017-REFUND"]


def test_a_printer_without_a_blade_feeds_to_the_edge_instead():
    parts = printed(one(Text("x")), NARROW)

    assert not [part for part in parts if isinstance(part, PaperCut)]
    assert sum(part.dots for part in parts if isinstance(part, Fed)) >= 120


@pytest.mark.parametrize("pin", [2, 5])
def test_the_drawer_pulse_is_nothing_but_a_pulse(pin):
    (pulse,) = Interpreter(576).feed(drawer_pulse(PrinterProfile(drawer_pin=pin)))

    assert pulse.pin == pin


@given(st.text(max_size=40))
def test_encoding_gives_the_width_in_bytes_or_nothing(text):
    data = encode(text, "gbk")

    assert data is None or len(data) == width(text.replace("¥", "Y"))


def test_nothing_is_printed_to_standard_output(capsys):
    render(one(Text("𠮷"), QrCode("A"), Barcode("04213", "CODE128")), PROFILES["80mm-raster"])

    assert capsys.readouterr().out == ""
