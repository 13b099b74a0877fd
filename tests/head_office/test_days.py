"""The day close: head office recomputes it from the inbox. Equal, or an alarm."""

from dataclasses import fields, replace

import pytest

from head_office.store import schema
from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.events import (
    BasketVoided,
    DayClosed,
    DayOpened,
    DayTotals,
    DrawerOpened,
    MemberRegistered,
    TenderTotal,
)
from tests.head_office.rig import balances, member, rows_of


def sold_day(till) -> list[tuple[int, object]]:
    """Say a day's facts; return them with their places."""
    facts = [DayOpened(1, 20_000)]
    till.say(facts[0])
    for fact in (MemberRegistered(member(1)), BasketVoided("s", 2, 900), DrawerOpened("change")):
        till.say(fact)
        facts.append(fact)
    for n in range(4):
        sale = till.sale(paid_minor=1_000 * (n + 1), member_id="m1", earn=70)
        till.say(sale)
        facts.append(sale)
    return list(enumerate(facts, start=1))


def close_of(till, facts, counted_off: int = 0) -> DayClosed:
    declared = totals(facts)
    cash = expected_cash(20_000, declared)
    counted = cash + counted_off
    return DayClosed(
        1, 1, declared, 20_000, cash, counted, ((1, counted),), counted_off, "", "", till.log[-1].hash.hex()
    )


def test_a_true_close_is_confirmed_and_empties_the_drawer(office, till):
    till.say(close_of(till, sold_day(till), counted_off=-500))
    till.push()

    (day,) = rows_of(office, schema.lane_day)
    assert (day.status, day.opened_seq, day.closed_seq) == ("closed", 1, 9)
    assert rows_of(office, schema.flag) == []
    books = balances(office, "S01")
    assert ("tender:cash", "S01", "") not in books
    assert books[("over_short", "S01", "")] == -500


def test_a_close_sent_in_a_later_batch_is_recomputed_from_the_inbox(office, till):
    till.say(close_of(till, sold_day(till)))
    for n in range(1, len(till.log) + 1):
        till.push(n, n)

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]


@pytest.mark.parametrize("field", ["sales", "due_minor", "points_earned", "members_joined", "last_receipt_no"])
def test_a_close_that_declares_something_else_raises_the_alarm(office, till, field):
    true = close_of(till, sold_day(till))
    other = "x" if field.endswith("no") else getattr(true.totals, field) + 1
    till.say(replace(true, totals=replace(true.totals, **{field: other})))

    answer = till.push()

    assert answer.statuses[-1].status == "posted"
    assert [day.status for day in rows_of(office, schema.lane_day)] == ["alarm"]
    (flag,) = rows_of(office, schema.flag)
    assert (flag.code, flag.seq) == ("day.mismatch", 9)
    assert field in flag.detail


def test_a_close_over_another_range_or_chain_raises_the_alarm(office, till):
    true = close_of(till, sold_day(till))
    till.say(replace(true, totals=replace(true.totals, seq_from=2)))
    till.say(replace(true, log_hash="00"))

    till.push()

    assert [flag.code for flag in rows_of(office, schema.flag)].count("day.mismatch") == 3


def test_cash_expected_wrongly_raises_the_alarm(office, till):
    true = close_of(till, sold_day(till))
    till.say(replace(true, expected_cash_minor=true.expected_cash_minor + 1, over_short_minor=-1))

    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["alarm"]


def lie(value: object) -> object:
    """Return something else of the same kind."""
    match value:
        case int():
            return value + 1
        case str():
            return f"{value}0"
        case ((_, *_), *rest):
            return tuple(rest)
        case tuple():
            return ((*value, "cash"),) if not value else ()
    raise AssertionError(value)


TOTALS = [field.name for field in fields(DayTotals)]
FRAME = ["z_no", "shift_no", "float_minor", "expected_cash_minor", "counted_cash_minor", "counted", "over_short_minor"]


@pytest.mark.parametrize("name", [*(f"totals.{name}" for name in TOTALS), *FRAME, "log_hash"])
def test_whatever_figure_of_a_close_is_false_the_day_is_in_alarm(office, till, name):
    true = close_of(till, sold_day(till))
    part = name.removeprefix("totals.")
    if part != name:
        value = getattr(true.totals, part)
        other = (TenderTotal("cash", 1, 1),) if part == "refund_tenders" else lie(value)
        false = replace(true, totals=replace(true.totals, **{part: other}))
    else:
        false = replace(true, **{part: lie(getattr(true, part))})
    till.say(false)
    till.push()

    assert "alarm" in [day.status for day in rows_of(office, schema.lane_day)]
    assert any(flag.code in ("day.mismatch", "day.unbalanced") for flag in rows_of(office, schema.flag))


def test_receipt_numbers_with_a_gap_raise_the_alarm(office, till):
    till.say(DayOpened(1, 20_000))
    first, second = till.sale(), replace(till.sale(), receipt_no="0001-1-A1-000009", sale_id="other")
    till.say(first)
    till.say(second)
    till.say(close_of(till, [(1, DayOpened(1, 20_000)), (2, first), (3, second)]))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["alarm"]


def test_a_close_that_says_nothing_of_facts_by_kind_is_of_an_older_till(office, till):
    true = close_of(till, sold_day(till))
    till.say(replace(true, totals=replace(true.totals, facts=())))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
