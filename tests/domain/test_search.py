import pytest

from pos_app.domain.search import SearchKind, has_han, search_kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SearchKind.NOTHING),
        ("  ", SearchKind.NOTHING),
        ("13800", SearchKind.DIGITS),
        ("cyt", SearchKind.INITIALS),
        ("YBNF2", SearchKind.INITIALS),
        ("陈雨", SearchKind.NAME),
        ("A2 奶粉", SearchKind.NAME),
        ("Anna Smith", SearchKind.NAME),
    ],
)
def test_words_are_told_by_what_they_look_like(text, expected):
    assert search_kind(text) is expected


@pytest.mark.parametrize(("text", "expected"), [("A2 奶粉", True), ("𠮷", True), ("milk ２", False), ("", False)])
def test_a_chinese_character_is_found(text, expected):
    assert has_han(text) is expected
