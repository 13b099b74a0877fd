"""Scanner bursts told from typing by the gaps between keys, with injected time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.devices.base import Scan
from pos_app.devices.scanners.wedge import WedgeDecoder, WedgeScanner

SCANNED = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=6, max_size=40)


def feed(decoder, keys, gap_s=0.01, start_s=100.0):
    """Type keys with equal gaps and return every scan."""
    scans = [decoder.key(key, start_s + at * gap_s) for at, key in enumerate(keys)]
    return [scan for scan in scans if scan is not None]


@given(SCANNED, st.lists(st.floats(0.0, 0.035), min_size=41, max_size=41), st.sampled_from(["\r", "\n", "\t"]))
def test_a_burst_at_scanner_speed_is_a_scan(code, gaps, end):
    decoder, at_s, scans = WedgeDecoder(), 0.0, []
    for key, gap in zip([*code, end], gaps, strict=False):
        at_s += gap * 0.999
        scans.append(decoder.key(key, at_s))

    assert [scan for scan in scans if scan is not None] == [code]


@given(SCANNED, st.floats(0.0351, 5.0))
def test_a_person_typing_is_no_scan(code, gap_s):
    assert feed(WedgeDecoder(), [*code, "\r"], gap_s) == []


@pytest.mark.parametrize("text", ["", "12345"])
def test_few_keys_are_no_scan_however_fast(text):
    assert feed(WedgeDecoder(), [*text, "\r"]) == []


def test_typing_before_a_burst_does_not_stick_to_it():
    decoder = WedgeDecoder()
    feed(decoder, "13", gap_s=0.2, start_s=90.0)

    assert feed(decoder, [*"6901234567892", "\r"]) == ["6901234567892"]


def test_a_pause_inside_a_burst_breaks_it():
    decoder = WedgeDecoder()
    feed(decoder, "690123", start_s=100.0)

    assert feed(decoder, [*"45", "\r"], start_s=100.2) == []


def test_shift_and_friends_neither_type_nor_stop_the_clock():
    decoder = WedgeDecoder()

    assert feed(decoder, ["", "V", "", "I", "P", "1", "2", "3", "\r"]) == ["VIP123"]


def test_scans_80_ms_apart_are_both_caught():
    decoder = WedgeDecoder()
    first = feed(decoder, [*"6901234567892", "\r"], gap_s=0.006, start_s=100.0)

    second = feed(decoder, [*"6901234567893", "\r"], gap_s=0.006, start_s=100.08)

    assert first + second == ["6901234567892", "6901234567893"]


def test_scans_directly_after_each_other_are_both_caught():
    assert feed(WedgeDecoder(), [*"ABCDEF", "\r", *"GHIJKL", "\n"]) == ["ABCDEF", "GHIJKL"]


def test_the_line_feed_after_a_return_is_no_second_scan():
    assert feed(WedgeDecoder(), [*"ABCDEF", "\r", "\n"]) == ["ABCDEF"]


def test_prefix_and_suffix_are_taken_off():
    assert feed(WedgeDecoder(prefix="~", suffix="#"), [*"~6901234567892#", "\r"]) == ["6901234567892"]


def test_a_prefix_makes_a_short_code_count():
    assert feed(WedgeDecoder(prefix="~"), [*"~42", "\r"]) == ["42"]


def test_without_the_prefix_the_length_decides():
    decoder = WedgeDecoder(prefix="~")

    assert feed(decoder, [*"6901234567892", "\r"]) == ["6901234567892"]
    assert feed(decoder, [*"42", "\r"], start_s=200.0) == []


def test_a_bare_prefix_is_nothing():
    assert feed(WedgeDecoder(prefix="~"), ["~", "\r"]) == []


def test_gs1_separators_are_kept_and_shortcuts_end_a_burst():
    assert feed(WedgeDecoder(), [*"0106901", "\x1d", *"10AB", "\r"]) == ["0106901\x1d10AB"]
    assert feed(WedgeDecoder(), [*"069012", "\x03", *"AB", "\r"]) == []


def test_a_key_that_got_stuck_is_no_scan():
    assert feed(WedgeDecoder(), [*"x" * 513, "\r"]) == []


def test_a_clock_that_jumps_back_breaks_the_burst():
    decoder = WedgeDecoder()
    feed(decoder, "690123", start_s=100.0)

    assert feed(decoder, [*"45", "\r"], start_s=50.0) == []


def test_a_scanner_hands_the_scan_to_its_observer():
    scans = []
    scanner = WedgeScanner(WedgeDecoder(), scans.append)

    finished = [scanner.key(key, 7.0) for key in [*"ABCDEF", "\r"]]

    assert finished == [False] * 6 + [True]
    assert scans == [Scan("ABCDEF", "", "wedge", 7.0)]
