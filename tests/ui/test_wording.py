"""Numbers, ages and times as the screens write them, in both languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app import i18n
from pos_app.ui import wording


@pytest.mark.parametrize(
    ("minor", "text"), [(0, "0.00"), (5, "0.05"), (107200, "1,072.00"), (-2980, "−29.80"), (123456789, "1,234,567.89")]
)
def test_money_has_two_decimals_and_a_true_minus(minor, text):
    assert wording.money(minor) == text


@given(st.integers(-(10**10), 10**10))
def test_money_can_be_read_back(minor):
    read = wording.money(minor).replace(",", "").replace("−", "-").replace(".", "")

    assert int(read) == minor


@pytest.mark.parametrize(("number", "text"), [(7504, "+7,504"), (-2980, "−2,980"), (0, "0")])
def test_a_change_shows_its_sign(number, text):
    assert wording.signed(number) == text


@pytest.mark.parametrize(
    ("months", "days", "zh", "en"),
    [
        (6, 12, "6 月龄 12 天", "6 mo 12 d"),
        (6, 0, "6 月龄", "6 months"),
        (38, 4, "3 岁 2 个月", "3 y 2 mo"),
        (-1, 40, "预产还有 40 天", "expected in 40 d"),
    ],
)
def test_an_age_is_said_as_the_trade_says_it(months, days, zh, en):
    said = []
    for language in ("zh_CN", "en"):
        i18n.use(language)
        said.append(wording.month_age(months, days))

    assert said == [zh, en]


def test_how_long_ago_has_a_plural_where_the_language_has_one():
    assert (wording.minutes_ago(1), wording.minutes_ago(8)) == ("1 minute ago", "8 minutes ago")
    assert wording.minutes_ago(95) == "1 h 35 min ago"


def test_a_day_is_month_and_day():
    assert wording.day(date(2026, 11, 5)) == "11-05"


@pytest.mark.parametrize(("minor", "text"), [(107200, "1,072"), (107250, "1,072.50")])
def test_quick_cash_leaves_out_empty_cents(minor, text):
    assert wording.short_money(minor) == text
