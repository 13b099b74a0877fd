"""Paper as data: widths by GBK bytes, wrapping that never cuts a character, blocks at the three usual widths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.paper import (
    Barcode,
    Blank,
    Cell,
    Columns,
    Cut,
    Line,
    Notice,
    Pair,
    Paper,
    QrCode,
    Rule,
    Text,
    TickBoxes,
    cell_widths,
    clean,
    lay_out,
    marked,
    pad,
    width,
    wrap,
)
from pos_app.domain.paper_json import from_json, to_json
from pos_app.errors import Damaged

WIDTHS = (32, 42, 48)
WORDS = st.text(
    st.characters(codec="gbk", exclude_categories=("Cc", "Cf", "Zl", "Zp"))
    | st.sampled_from("　 星麦高铁米粉，。（）“”￥①℃é😀𠮷\u202eabc 12.00\n"),
    max_size=120,
)
SHORT = st.text(st.sampled_from("星麦铁 ab12.，（"), max_size=30)
EVERYTHING = Paper(
    "receipt",
    "收银小票",
    (
        Text("星宝贝母婴", align="center", bold=True, size=2),
        Rule("solid"),
        Pair("合计", "￥208.00", bold=True, size=2),
        Columns((Cell("品名", 4), Cell("数量", 1, "right"), Cell("金额", 2, "right")), bold=True),
        Rule("double"),
        Blank(2),
        Notice("补打 1"),
        TickBoxes(("已接通", "没接", "别再打")),
        QrCode("ABC", "扫码"),
        Barcode("6901234567892", "EAN13"),
        Cut(),
    ),
)


def lines(*blocks, columns=32):
    return [part.text for part in lay_out(Paper("test", "test", blocks), columns) if isinstance(part, Line)]


@given(WORDS)
def test_width_is_the_number_of_gbk_bytes_where_gbk_knows_the_text(text):
    try:
        expected = len(text.encode("gbk"))
    except UnicodeEncodeError:
        return  # another test covers what GBK lacks

    assert width(text) == expected


@pytest.mark.parametrize(
    ("text", "columns"), [("·“”…—①℃№×±", 20), ("¥", 2), ("é", 2), ("ö", 1), ("😀", 2), ("𠮷", 2), ("Ab1", 3)]
)
def test_width_of_characters_that_terminals_and_printers_disagree_on(text, columns):
    assert width(text) == columns


@given(WORDS, st.sampled_from([2, 5, 16, 32, 48]))
def test_wrapping_keeps_every_character_and_fits_the_width(text, columns):
    broken = wrap(text, columns)

    assert all(width(line) <= columns for line in broken)
    assert "".join(broken).replace(" ", "") == clean(text).replace("\n", "").replace(" ", "")


def test_a_latin_word_moves_to_the_next_line_whole():
    assert wrap("好奇 Huggies diapers", 14) == ["好奇 Huggies", "diapers"]


def test_further_lines_of_a_dotted_paragraph_stand_below_its_first_word():
    assert lines(Text("· 水温 40℃，先水后粉，平勺；转奶用 7 天慢慢换")) == [
        "· 水温 40℃，先水后粉，平勺；转",
        "   奶用 7 天慢慢换",
    ]


def test_further_lines_of_an_indented_paragraph_are_indented_alike():
    assert lines(Text("  " + "A" * 40)) == ["  " + "A" * 30, "  " + "A" * 10]


@given(WORDS, st.sampled_from(WIDTHS))
def test_a_text_keeps_every_character_and_fits_the_width(text, columns):
    broken = lines(Text(text), columns=columns)

    assert all(width(line) <= columns for line in broken)
    assert "".join(broken).replace(" ", "") == clean(text).replace("\n", "").replace(" ", "")


def test_closing_punctuation_does_not_begin_a_line():
    assert wrap("一二三四，五", 8) == ["一二三", "四，五"]


def test_a_word_longer_than_the_paper_is_cut():
    assert wrap("A" * 40, 32) == ["A" * 32, "A" * 8]


@given(SHORT, st.integers(2, 40), st.sampled_from(["left", "right", "center"]))
def test_padding_fills_to_the_width(text, columns, align):
    padded = pad(text, columns, align)

    assert width(padded) == max(columns, width(text))


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_block_stays_within_the_paper(columns):
    for part in lay_out(EVERYTHING, columns):
        if isinstance(part, Line):
            assert width(part.text) * part.size <= columns, part


@given(SHORT, SHORT, st.sampled_from(WIDTHS), st.sampled_from([1, 2]))
def test_pairs_end_at_the_right_edge_and_lose_nothing(left, right, columns, size):
    text = lines(Pair(left, right, size=size), columns=columns)

    assert all(width(line) * size <= columns for line in text)
    assert "".join(text).replace(" ", "") == (left + right).replace(" ", "")
    if right.strip() and not right.endswith(" ") and width(right) <= columns // size:
        assert width(text[-1]) == columns // size


def test_a_pair_without_room_puts_the_figure_on_its_own_line():
    assert lines(Pair("星麦高铁米粉", "会员价 1,234,567.00 元整"), columns=32) == [
        "星麦高铁米粉",
        "        会员价 1,234,567.00 元整",
    ]


def test_a_figure_takes_the_columns_it_needs_from_the_widest_text():
    cells = (Cell("爱他美", 4), Cell("2", 1, "right"), Cell("12,416,000.00", 2, "right"))

    assert cell_widths(cells, 32) == [13, 4, 13]


def test_a_long_name_wraps_inside_its_own_cell():
    row = Columns((Cell("爱他美卓萃幼儿配方奶粉", 4), Cell("2", 1, "right"), Cell("416.00", 2, "right")))

    assert lines(row) == ["爱他美卓萃幼儿配     2    416.00", "方奶粉"]


def test_ticks_stand_beside_each_other_as_far_as_they_fit():
    boxes = TickBoxes(("已接通", "有问题", "想再买", "没接"))

    assert lines(boxes, columns=32) == ["□ 已接通  □ 有问题  □ 想再买", "□ 没接"]


def test_every_paper_ends_with_exactly_one_cut():
    open_ended = lay_out(Paper("x", "x", (Text("a"),)), 32)
    closed = lay_out(Paper("x", "x", (Text("a"), Cut())), 32)

    assert open_ended == closed == [Line("a"), Cut()]


def test_control_characters_and_bidi_overrides_never_reach_paper():
    assert clean("a\x1b@\x00b\u202ec\u200b\u2066d\x1d\x9be\r\nf\tg¥\ud800\ue000") == "a@bcde\nf g￥□□"


def test_a_notice_stands_above_everything():
    reprint = marked(EVERYTHING, "补打 2")

    assert reprint.blocks == (Notice("补打 2"), *EVERYTHING.blocks)


def test_paper_survives_its_json():
    assert from_json(to_json(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind": "a", "title": "b", "blocks": [{"is": "Bomb"}]}',
        '{"kind": "a", "title": "b", "blocks": [{"is": "Text", "text": 3}]}',
        '{"kind": "a", "title": "b", "blocks": [{"is": "Text", "text": "a", "size": 9}]}',
        '{"kind": "a", "title": "b", "blocks": [{"is": "Text", "text": "a", "colour": "red"}]}',
        '{"kind": "a", "title": "b", "blocks": [{"is": "Columns", "cells": 3}]}',
        '{"kind": "a", "title": "b", "blocks": 3}',
    ],
)
def test_text_that_is_no_paper_is_damage(text):
    with pytest.raises(Damaged) as refusal:
        from_json(text)

    assert refusal.value.code == "paper.json"
