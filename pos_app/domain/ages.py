"""How old a child is in months, as a mother-and-baby shop counts (月龄)."""

import calendar
from dataclasses import dataclass
from datetime import date

from pos_app.domain.members import Child


@dataclass(frozen=True, slots=True)
class MonthAge:
    """Whole months and the days beyond them. While ``expected`` they count to the birth; a date gone by is 0, 0."""

    months: int
    days: int
    expected: bool = False


def month_age(child: Child, today: date) -> MonthAge:
    """Return the child's age; days mean nothing to a person where only the month of birth is known."""
    if child.expected or child.born_on > today:
        months, days = months_between(today, child.born_on) if child.born_on > today else (0, 0)
        return MonthAge(months, days, expected=True)
    months, days = months_between(child.born_on, today)
    return MonthAge(months, days)


def months_between(first: date, last: date) -> tuple[int, int]:
    """Return the whole months from ``first`` to ``last`` (not before it) and the days left over."""
    assert first <= last, (first, last)
    months = (last.year - first.year) * 12 + last.month - first.month
    if add_months(first, months) > last:
        months -= 1
    return months, (last - add_months(first, months)).days


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months on, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
