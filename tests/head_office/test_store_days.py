"""Store days: how far they are, who may seal them, and what comes after the seal."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from head_office.books.store_days import DayStatus, is_due
from head_office.store import schema
from head_office.store_days import StoreDays, lines
from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.events import DayClosed, DayOpened, MemberRegistered
from pos_app.errors import Refused
from tests.head_office.rig import TODAY, Line, member, new_office, open_till, replace, rows_of


@pytest.fixture
def days(office):
    return StoreDays(office)


@pytest.fixture
def second(office, line):
    return open_till(office, line, "S01", 2)


def begin(till, *, sales: int = 2) -> list[tuple[int, object]]:
    """Open the day and sell; return what was said with its places."""
    said = []
    for n in range(sales + 1):
        fact = till.sale(paid_minor=5_000) if n else DayOpened(1, 20_000)
        said.append((till.say(fact).seq, fact))
    return said


def close(till, said, *, off: int = 0, business_date=TODAY, z_no: int = 1) -> None:
    declared = totals(said)
    cash = expected_cash(20_000, declared)
    declared = replace(declared, sales=declared.sales + off)
    head = till.log[-1].hash.hex()
    till.say(DayClosed(z_no, 1, declared, 20_000, cash, cash, ((1, cash),), 0, "", "", head), business_date)


def trade(till, **more) -> None:
    close(till, begin(till), **more)
    till.push()


def status(days) -> DayStatus:
    return days.look("S01", TODAY).status


def test_a_day_goes_from_open_over_provisional_to_complete(days, till, second):
    first, other = begin(till), begin(second)
    till.push()
    second.push()
    seen = [status(days)]
    for each, said in ((till, first), (second, other)):
        close(each, said)
        each.push(len(each.log))
        seen.append(status(days))

    assert seen == [DayStatus.OPEN, DayStatus.PROVISIONAL, DayStatus.COMPLETE]


def test_the_stored_status_is_what_the_lanes_say(office, till, second, days):
    trade(till)
    assert [row.status for row in rows_of(office, schema.store_day)] == ["provisional"]
    days.not_trading("S01", 2, TODAY, "lin")

    assert [(row.status, row.complete_on) for row in rows_of(office, schema.store_day)] == [
        ("complete", TODAY.isoformat())
    ]


def test_a_lane_that_never_opened_is_missing_until_somebody_says_it_did_not_trade(days, till, second):
    trade(till)
    with pytest.raises(Refused) as refused:
        days.seal("S01", TODAY, "lin")
    assert (refused.value.code, refused.value.facts) == ("day.not_complete", {"lanes": ["S01-2"]})

    assert days.not_trading("S01", 2, TODAY, "lin") is DayStatus.COMPLETE
    assert days.seal("S01", TODAY, "lin").status is DayStatus.SEALED


def test_a_lane_that_opened_traded(days, till):
    begin(till)
    till.push()

    with pytest.raises(Refused, match=r"day\.lane_opened"):
        days.not_trading("S01", 1, TODAY, "lin")


def test_a_till_enrolled_after_the_day_began_is_not_waited_for(office, line, days, till):
    trade(till)
    open_till(office, line, "S01", 3)

    assert status(days) is DayStatus.COMPLETE


def test_an_unequal_close_is_sealed_by_two_people_only(days, till):
    trade(till, off=1)

    for approved_by in ("", "lin"):
        with pytest.raises(Refused, match=r"day\.two_people"):
            days.seal("S01", TODAY, "lin", approved_by)
    assert days.seal("S01", TODAY, "lin", "zhao").status is DayStatus.SEALED


def test_an_open_lane_whose_life_has_ended_is_lost_and_needs_two_people(office, line, days, till):
    begin(till)
    till.push()
    open_till(office, line, "S01", 1)

    with pytest.raises(Refused, match=r"day\.two_people"):
        days.seal("S01", TODAY, "lin")
    assert days.seal("S01", TODAY, "lin", "zhao").status is DayStatus.SEALED


def test_sealed_and_late_make_up_what_the_books_say_and_the_seal_never_changes(office, days, till, clock):
    trade(till)
    days.seal("S01", TODAY, "lin")
    (sealed,) = rows_of(office, schema.store_day)
    clock.day = TODAY + timedelta(days=3)
    first = len(till.log) + 1
    till.say(MemberRegistered(member(1)))
    till.sell(paid_minor=700, member_id="m1", earn=70)
    till.say(replace(till.sale(paid_minor=900), due_minor=1))
    till.push(first)

    day = days.look("S01", TODAY)

    assert day.adds_up
    assert [(late.cause, late.posting_date) for late in day.late] == [
        (kind, "2026-11-26") for kind in ("member_registered", "sale", "sale")
    ]
    assert day.late[1].figures == {
        "MONEY:CNY sales": 700,
        "MONEY:CNY tender:cash": -700,
        "POINTS points_expense": -70,
        "facts sale": 1,
    }
    assert day.restated["MONEY:CNY sales"] == day.sealed["MONEY:CNY sales"] + 700
    assert day.restated["MONEY:CNY suspense"] == 900
    assert rows_of(office, schema.store_day) == [sealed]
    dates = sa.select(schema.transfer.c.business_date, schema.transfer.c.posting_date).where(
        schema.transfer.c.amount == 700
    )
    with office.database.read() as connection:
        assert set(connection.execute(dates).all()) == {("2026-11-23", "2026-11-26")}


def test_a_lane_that_closes_after_the_seal_is_late_and_does_not_open_the_day_again(days, office, line, till, second):
    trade(till)
    days.not_trading("S01", 2, TODAY, "lin")
    days.seal("S01", TODAY, "lin")

    trade(second)

    day = days.look("S01", TODAY)
    assert (day.status, day.adds_up) == (DayStatus.SEALED, True)
    assert [late.cause for late in day.late] == ["day_opened", "sale", "sale", "day_closed"]
    for act in (lambda: days.seal("S01", TODAY, "lin", "zhao"), lambda: days.not_trading("S01", 2, TODAY, "lin")):
        with pytest.raises(Refused, match=r"day\.sealed"):
            act()


def test_a_day_that_is_complete_for_some_time_is_sealed_without_being_asked_for(days, till, clock):
    trade(till)

    assert days.seal_due(7, "rule") == []
    clock.day = TODAY + timedelta(days=7)
    assert days.seal_due(7, "rule") == [("S01", TODAY.isoformat())]
    assert days.seal_due(7, "rule") == []


def test_an_alarm_is_never_sealed_without_people(days, till, clock):
    trade(till, off=1)
    clock.day = TODAY + timedelta(days=30)

    assert days.seal_due(7, "rule") == []


def test_due_is_counted_in_whole_days():
    assert [is_due(TODAY, TODAY + timedelta(days=n), 2) for n in range(4)] == [False, False, True, True]


def test_the_printed_day_names_missing_lanes_ranges_late_and_restated(days, till, second):
    trade(till)
    missing = lines(days.look("S01", TODAY))
    days.not_trading("S01", 2, TODAY, "lin")
    days.seal("S01", TODAY, "lin")
    first = len(till.log) + 1
    till.sell(paid_minor=700)
    till.push(first)

    said = lines(days.look("S01", TODAY))

    assert "  S01-2 missing" in missing
    assert "  S01-1 closed 1.1 1–4" in said
    assert "  late S01-1 1.1/5 sale 2026-11-23" in said
    assert said.index("  sealed") < said.index("  restated")


def test_a_day_nobody_opened_is_unknown(days):
    with pytest.raises(Refused, match=r"day\.unknown"):
        days.look("S01", TODAY)
    with pytest.raises(Refused, match=r"day\.unknown"):
        days.seal("S01", TODAY, "lin")


@pytest.mark.postgres
def test_a_fact_is_inside_the_seal_or_late_whoever_comes_first(postgres_only_url, tmp_path, clock):
    office = new_office(postgres_only_url, tmp_path / "snapshots", clock)
    line = Line(office)
    try:
        days = StoreDays(office)
        tills = [open_till(office, line, "S01", lane) for lane in (1, 2)]
        for n in range(8):
            on = TODAY + timedelta(days=n)
            clock.day = on
            for each in tills:
                first = len(each.log) + 1
                each.business_date = on
                said = begin(each)
                close(each, said, business_date=on, z_no=n + 1)
                each.push(first)
                each.sell(paid_minor=100)
            start = threading.Barrier(3)

            def late(each, start=start) -> None:
                start.wait()
                each.push(len(each.log))

            with ThreadPoolExecutor(3) as pool:
                pushed = [pool.submit(late, each) for each in tills]
                start.wait()
                days.seal("S01", on, "lin")
                assert [each.result(60) for each in pushed] == [None, None]
            day = days.look("S01", on)
            assert (day.status, day.adds_up) == (DayStatus.SEALED, True)
            assert day.restated["MONEY:CNY sales"] == 4 * 5_000 + 2 * 100
    finally:
        line.close()
        office.database.close()


def test_what_bears_an_impossible_date_is_late_where_today_is_sealed(office, days, till):
    trade(till)
    days.seal("S01", TODAY, "lin")

    till.say(till.sale(paid_minor=700), TODAY + timedelta(days=400))
    till.push(len(till.log))

    day = days.look("S01", TODAY)
    assert [late.figures for late in day.late] == [{"MONEY:CNY suspense": 700, "MONEY:CNY tender:cash": -700}]
    assert day.adds_up


def test_what_bears_an_impossible_date_and_moves_nothing_is_of_no_day(office, till):
    till.say(MemberRegistered(member(1)), TODAY + timedelta(days=400))
    till.push()

    assert rows_of(office, schema.store_day) == []
