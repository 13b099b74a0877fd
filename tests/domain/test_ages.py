from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ages import MonthAge, add_months, month_age, months_between
from pos_app.domain.members import Child

dates = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("born_on", "today", "expected"),
    [
        (date(2026, 5, 10), date(2026, 11, 22), MonthAge(6, 12)),
        (date(2026, 5, 10), date(2026, 11, 9), MonthAge(5, 30)),
        (date(2026, 5, 31), date(2026, 6, 30), MonthAge(1, 0)),  # June has no 31st
        (date(2024, 2, 29), date(2025, 2, 28), MonthAge(12, 0)),
        (date(2026, 11, 22), date(2026, 11, 22), MonthAge(0, 0)),
        (date(2026, 12, 1), date(2026, 11, 22), MonthAge(0, 9, expected=True)),
    ],
)
def test_a_childs_age_is_whole_months_and_days(born_on, today, expected):
    assert month_age(Child("糖糖", born_on), today) == expected


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [(date(2027, 1, 25), MonthAge(2, 3, expected=True)), (date(2026, 11, 1), MonthAge(0, 0, expected=True))],
)
def test_an_expected_child_counts_to_its_birth(due_on, expected):
    assert month_age(Child("", due_on, expected=True), date(2026, 11, 22)) == expected


@given(dates, dates)
def test_months_and_days_lead_from_the_first_date_to_the_last(one, other):
    first, last = sorted((one, other))

    months, days = months_between(first, last)

    assert add_months(first, months) + timedelta(days) == last
    assert add_months(first, months + 1) > last
    assert 0 <= days <= 30


@given(dates, st.integers(0, 600))
def test_adding_months_keeps_the_day_or_takes_the_months_last(day, months):
    later = add_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)
