"""The day close: head office recomputes it from the inbox. Equal, or an alarm."""

from dataclasses import fields, replace

import pytest

from head_office.store import schema
from pos_app.domain.cash import CashKind
from pos_app.domain.day_close import check_tenders, expected_cash, totals
from pos_app.domain.day_proof import proof, receipt_place
from pos_app.domain.events import (
    BasketVoided,
    CashMoved,
    DayClosed,
    DayOpened,
    DayTotals,
    DrawerOpened,
    ForeignTotal,
    MemberRegistered,
    ProofLine,
    Sale,
    ShiftHandedOver,
    TenderCheck,
    TenderTotal,
)
from pos_app.domain.tax import TaxTotal
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


def close_of(till, facts, counted_off: int = 0, shift_no: int = 1) -> DayClosed:
    declared = totals(facts)
    cash = expected_cash(20_000, declared)
    counted = cash + counted_off
    head = till.log[-1].hash.hex()
    closed = DayClosed(1, shift_no, declared, 20_000, cash, counted, ((1, counted),), counted_off, "", "", head)
    return replace(closed, kept_minor=counted // 2, proof=proof(facts, declared, closed))


def test_a_true_close_is_confirmed_and_empties_the_drawer(office, till):
    till.say(close_of(till, sold_day(till), counted_off=-500))
    till.push()

    (day,) = rows_of(office, schema.lane_day)
    assert (day.status, day.opened_seq, day.closed_seq) == ("closed", 1, 9)
    assert rows_of(office, schema.flag) == []
    books = balances(office, "S01")
    assert ("tender:cash", "S01", "") not in books
    assert books[("over_short", "S01", "")] == -500
    kept = -books[("kept_float", "S01", "")]
    assert (kept, -books[("cash_office", "S01", "")]) == (14_750, 14_750 - 20_000)


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


SUMS_BY_KIND = ("refund_tenders", "topup_tenders", "topup_refund_tenders", "cash_moved", "discounts")
OTHERS = {"foreign": (ForeignTotal("HKD", 1, 1, 1, 1),), "taxes": (TaxTotal(1_300, 100, 13),)}
OTHERS |= {"refund_taxes": OTHERS["taxes"]} | dict.fromkeys(SUMS_BY_KIND, (TenderTotal("change", 1, 1),))
TOTALS = [field.name for field in fields(DayTotals)]
FRAME = ["z_no", "shift_no", "float_minor", "expected_cash_minor", "counted_cash_minor", "counted", "over_short_minor"]


@pytest.mark.parametrize("name", [*(f"totals.{name}" for name in TOTALS), *FRAME, "log_hash"])
def test_whatever_figure_of_a_close_is_false_the_day_is_in_alarm(office, till, name):
    true = close_of(till, sold_day(till))
    part = name.removeprefix("totals.")
    if part != name:
        other = OTHERS.get(part) or lie(getattr(true.totals, part))
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


def handed_over(till, facts, float_minor: int, shift_no: int = 1, counted_off: int = 0) -> ShiftHandedOver:
    """Say that a shift ended; ``facts`` are its own."""
    mine = totals(facts)
    cash = expected_cash(float_minor, mine)
    counted = cash + counted_off
    handed = ShiftHandedOver(shift_no, mine, float_minor, cash, counted, ((1, counted),), counted_off, "找错", "")
    till.say(handed)
    return handed


def day_of_two_shifts(till) -> list[tuple[int, object]]:
    """Say a day of two shifts with cash put in and taken out; return its facts with their places."""
    first = sold_day(till)
    moved = CashMoved(CashKind.CHANGE, 10_000, "换零钱", 1)
    till.say(moved)
    first.append((len(first) + 1, moved))
    handed = handed_over(till, first, 20_000, counted_off=-300)
    spent = CashMoved(CashKind.EXPENSE, 2_500, "买水", 2)
    stem, last = receipt_place(next(fact.receipt_no for _, fact in reversed(first) if isinstance(fact, Sale)))
    sale = replace(till.sale(paid_minor=7_000), receipt_no=f"{stem}-{last + 1:06d}")
    till.say(spent)
    till.say(sale)
    return [*first, *enumerate((handed, spent, sale), start=len(first) + 1)]


def test_cash_given_for_a_refund_that_was_not_sent_leaves_the_drawer_and_stays_with_the_card(office, till):
    facts = sold_day(till)
    given = CashMoved(CashKind.BACK_CARD, 2_500, "R0001-1-A1-000001", 1)
    till.say(given)
    till.say(close_of(till, [*facts, (len(facts) + 1, given)]))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
    assert rows_of(office, schema.flag) == []
    assert -balances(office, "S01")[("tender:card", "S01", "")] == 2_500


def test_a_day_of_two_shifts_is_confirmed_and_its_cash_adds_up(office, till):
    till.say(close_of(till, day_of_two_shifts(till), shift_no=2))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
    assert rows_of(office, schema.flag) == []
    books = balances(office, "S01")
    assert ("tender:cash", "S01", "") not in books
    assert (books[("over_short", "S01", "")], -books[("expenses", "S01", "")]) == (-300, 2_500)


@pytest.mark.parametrize("part", ["shift_no", "float_minor", "counted", "totals"])
def test_a_hand_over_that_says_something_else_raises_the_alarm_at_once_and_at_the_close(office, till, part):
    first = sold_day(till)
    true = handed_over(till, first, 20_000)
    till.log.pop()
    other = replace(true.totals, sales=9) if part == "totals" else lie(getattr(true, part))
    false = replace(true, **{part: other})
    till.say(false)
    till.push()
    at_once = [flag.detail for flag in rows_of(office, schema.flag)]
    till.say(close_of(till, [*first, (len(first) + 1, false)], shift_no=2))
    till.push()

    assert len(at_once) == 1
    assert '"shift_no"' in at_once[0]
    assert [day.status for day in rows_of(office, schema.lane_day)] == ["alarm"]


def test_a_close_that_does_not_prove_itself_raises_the_alarm_with_the_line(office, till):
    facts = sold_day(till)
    true = close_of(till, facts)
    lines = tuple(ProofLine("goods", 10, 12) if line.code == "goods" else line for line in true.proof)
    till.say(replace(true, proof=lines))
    till.push()

    (flag,) = rows_of(office, schema.flag)
    assert (flag.code, "unproven: goods +2" in flag.detail) == ("day.mismatch", True)


def test_a_check_against_other_books_raises_the_alarm(office, till):
    true = close_of(till, sold_day(till))
    till.say(replace(true, checked=(TenderCheck("card", 5, 5),)))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["alarm"]


def test_what_a_terminal_says_beyond_the_books_is_a_finding_and_no_alarm(office, till):
    true = close_of(till, sold_day(till))
    till.say(replace(true, checked=check_tenders({"wechat": 0, "card": 1_500}, true.totals)))
    till.push()

    assert [day.status for day in rows_of(office, schema.lane_day)] == ["closed"]
    (flag,) = rows_of(office, schema.flag)
    assert (flag.code, flag.entity_id) == ("tender.differs", "card")


def test_cash_of_no_amount_waits_for_a_person(office, till):
    till.say(DayOpened(1, 20_000))
    till.say(CashMoved(CashKind.EXPENSE, 0, "x", 1))

    assert [status.status for status in till.push().statuses] == ["posted", "quarantined"]
