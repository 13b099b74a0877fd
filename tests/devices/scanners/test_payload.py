"""What strangers put into codes never gets further than this."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.devices.scanners.payload import LONGEST, clean_payload, read_payload
from pos_app.errors import Refused


@pytest.mark.parametrize("text", ["M0012345678901", "HTTPS://EXAMPLE/R/1", "星宝贝 VIP", "0106901\x1d10AB"])
def test_ordinary_codes_come_through(text):
    assert read_payload(text.encode()) == text


def test_gb18030_is_read_where_utf8_cannot_be():
    assert read_payload("星宝贝母婴".encode("gb18030")) == "星宝贝母婴"


def test_outer_white_space_is_taken_off():
    assert read_payload(b"\xef\xbb\xbfABC \r\n") == "ABC"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "scan.empty"),
        (b" \r\n", "scan.empty"),
        (bytes(range(256)) * 16, "scan.too_long"),
        (b"x" * (LONGEST + 1), "scan.too_long"),
        (bytes(range(128, 256)), "scan.binary"),
        (b"\x1b@\x1dV\x00", "scan.binary"),
        ("abc\u202edef".encode(), "scan.binary"),
        ("abc\u2028def".encode(), "scan.binary"),
        (b"abc\ndef", "scan.binary"),
    ],
)
def test_what_no_code_of_ours_holds_is_refused(data, code):
    with pytest.raises(Refused) as refusal:
        read_payload(data)

    assert refusal.value.code == code


@given(st.text(max_size=40))
def test_what_comes_through_is_safe_to_show(text):
    try:
        kept = clean_payload(text)
    except Refused:
        return  # nothing came through

    assert not any(char < " " and char != "\x1d" for char in kept)
    assert "\u202e" not in kept


@given(st.binary(max_size=5000))
def test_any_bytes_come_through_safely_or_are_refused(data):
    try:
        text = read_payload(data)
    except Refused:
        return  # nothing came through

    assert 0 < len(text) <= LONGEST
