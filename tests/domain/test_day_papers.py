from dataclasses import replace
from datetime import date, datetime

import pytest

from pos_app.domain.cash import CashKind
from pos_app.domain.day_papers import DayHeader, OpenItems, ShiftSum, cash_slip, shift_paper, x_paper, z_paper
from pos_app.domain.events import (
    CashMoved,
    DayClosed,
    DayTotals,
    ProofLine,
    ShiftHandedOver,
    TenderCheck,
    TenderTotal,
)
from pos_app.domain.paper import Line, Pair, Paper, Text, lay_out, width
from pos_app.services.words import day_words

TODAY = date(2026, 11, 23)
HEADER = DayHeader("禾苗母婴", "江南西店", "收银台 01", "李敏", TODAY, 2, datetime(2026, 11, 23, 21, 0))  # noqa: DTZ001
TENDERS = (TenderTotal("cash", 30, 300_650), TenderTotal("wechat", 34, 1_288_000))
DAY = DayTotals(
    12, 345, 64, 1_588_720, -70, TENDERS, 88_204, 41_300, 7, 5, 1, 2, "0001-1-A1-000001", "0001-1-A1-000064"
)
HASH = "0123456789abcdef" * 4


def closed(over_short: int = -2_000, reason: str = "找错", approved_by: str = "", approver: str = "") -> DayClosed:
    counted = 350_650 + over_short
    pieces = ((10_000, 34), (50, 173))
    return DayClosed(
        231, 2, DAY, 50_000, 350_650, counted, pieces, over_short, reason, approved_by, HASH, approver=approver
    )


def pairs(paper: Paper) -> dict[str, str]:
    return {block.left: block.right for block in paper.blocks if isinstance(block, Pair)}


def texts(paper: Paper) -> list[str]:
    return [block.text.strip() for block in paper.blocks if isinstance(block, Text)]


def z(fact: DayClosed | None = None, unsent: int = 14, **more) -> Paper:
    return z_paper(fact or closed(), OpenItems(unsent, 1), HEADER, day_words(), **more)


def x(day: DayTotals = DAY, expected: int | None = None) -> Paper:
    return x_paper(7, day, expected, OpenItems(0), HEADER, day_words())


HANDED = ShiftHandedOver(2, DAY, 50_000, 350_650, 350_600, ((10_000, 35), (50, 12)), -50, "找错", "u7")
SHIFTS = (ShiftSum(1, "李敏", 30, 700_000, 0), ShiftSum(2, "王芳", 34, 888_720, -2_000))


def test_the_z_holds_every_total_of_the_day():
    said = pairs(z())

    assert (said["Number of sales"], said["Sales amount"], said["Cash rounding"]) == ("64", "￥15,887.20", "-0.70")
    assert (said["Cash × 30"], said["WeChat Pay × 34"], said["All tenders"]) == ("3,006.50", "12,880.00", "15,886.50")
    assert (said["Points issued"], said["Points spent"]) == ("88,204", "41,300")
    assert [said[label] for label in ("Members joined", "Calls recorded", "Sales cancelled")] == ["7", "5", "1"]
    assert said["Drawer opened without sale"] == "2"


def test_the_z_holds_the_count_and_its_difference():
    said = pairs(z())

    assert (said["100.00 × 34"], said["0.50 × 173"]) == ("3,400.00", "86.50")
    assert (said["Float of the day"], said["Cash expected"]) == ("500.00", "3,506.50")
    assert (said["Cash counted"], said["Cash short"]) == ("3,486.50", "-20.00")
    assert said["Reason for the difference"] == "找错"


def test_the_z_proves_itself_by_sequence_unsent_and_seal():
    paper = z()
    said = pairs(paper)

    assert (said["Records from … to"], said["Not yet at head office"]) == ("12 … 345", "14")
    assert {HASH, "0001-1-A1-000001", "0001-1-A1-000064"} <= set(texts(paper))
    assert "Signature" in said


@pytest.mark.parametrize(
    ("over_short", "label", "amount"),
    [(2_000, "Cash over", "20.00"), (-2_000, "Cash short", "-20.00"), (0, "Cash difference", "0.00")],
)
def test_over_short_and_exact_are_said_as_such(over_short, label, amount):
    assert pairs(z(closed(over_short)))[label] == amount


def test_a_close_that_agrees_needs_no_reason_and_nobody():
    said = pairs(z(closed(0, "")))

    assert not {"Reason for the difference", "Approved by"} & said.keys()


@pytest.mark.parametrize(
    ("fact", "expected"),
    [(closed(approved_by="u7", approver="王店长"), "王店长"), (closed(approved_by="u7"), "u7")],
)
def test_who_approved_is_named(fact, expected):
    assert pairs(z(fact))["Approved by"] == expected


def test_the_z_says_of_each_figure_whether_its_two_ways_meet():
    proof = (
        ProofLine("cash", 5, 3),
        ProofLine("tenders", 7, 7),
        ProofLine("goods", 100, 250),
        ProofLine("records", 9, 8),
    )
    said = pairs(z(replace(closed(), proof=proof)))

    assert "Cash in the drawer" not in said, "over and short stand with the count"
    assert (said["Sold and tendered"], said["Goods and payment"]) == ("equal", "differs by +1.50")
    assert (said["Records without a gap"], said["Papers uncertain"]) == ("differs by -1", "1")


def test_the_z_divides_the_counted_cash_and_compares_the_other_tenders():
    checked = (TenderCheck("wechat", 1_288_000, 1_288_000), TenderCheck("card", 100, 50))
    said = pairs(z(replace(closed(), kept_minor=50_000, checked=checked)))

    assert (said["Stays as float"], said["Handed in"]) == ("500.00", "2,986.50")
    assert said["WeChat Pay: its own terminal"] == "equal"
    assert said["Bank card: its own terminal"] == "differs by -0.50"


def test_the_z_lists_the_shifts_of_a_day_that_had_several():
    said = pairs(z(shifts=SHIFTS))

    assert (said["Shift 1 李敏 × 30"], said["Shift 2 王芳 × 34"]) == ("7,000.00", "8,887.20")
    assert said["  Cash short"] == "-20.00"
    assert not any(label.startswith("Shift 1") for label in pairs(z()))


def test_cash_that_moved_and_what_came_back_stand_with_their_sign():
    moved = (TenderTotal("change", 1, 10_000), TenderTotal("expense", 2, 3_500))
    back = (TenderTotal("cash", 1, 500),)
    day = replace(DAY, cash_moved=moved, refunds=1, refunded_minor=500, refund_tenders=back)
    said = pairs(z(replace(closed(), totals=day)))

    assert (said["Change put in × 1"], said["Expense paid out × 2"]) == ("100.00", "-35.00")
    assert (said["Cash given back × 1"], said["Refunds × 1"], said["All tenders"]) == ("-5.00", "-5.00", "15,881.50")


def test_a_shift_paper_says_what_was_counted_and_two_people_sign_it():
    handed = replace(HANDED, approved_by="u7", approver="王店长")
    paper = shift_paper(handed, OpenItems(3), HEADER, day_words())
    said = pairs(paper)

    assert (said["Cash expected"], said["Cash counted"], said["Cash short"]) == ("3,506.50", "3,506.00", "-0.50")
    assert said["Approved by"] == "王店长"
    assert {"Handed over by", "Taken over by"} <= said.keys()


@pytest.mark.parametrize(
    ("kind", "label", "amount"),
    [(CashKind.CHANGE, "Into the drawer", "￥100.00"), (CashKind.EXPENSE, "Out of the drawer", "￥-100.00")],
)
def test_a_cash_slip_says_which_way_the_money_went(kind, label, amount):
    said = pairs(cash_slip(CashMoved(kind, 10_000, "换零钱", 3), HEADER, day_words()))

    assert (said[label], said["Reason"], said["Slip no."]) == (amount, "换零钱", "0003")


def test_the_x_keeps_hidden_whatever_tells_the_cash_from_those_who_count_blind():
    paper = x()
    said = pairs(paper)

    assert (said["Cash × 30"], said["WeChat Pay × 34"]) == ("to be counted", "12,880.00")
    assert said["Sales amount"] == "to be counted"
    assert not any("3,006.50" in value or "3,506.50" in value for value in said.values())
    assert not {"All tenders", "Cash expected", "Cash counted"} & said.keys()
    assert HASH not in texts(paper)


def test_the_x_of_those_who_may_see_it_has_the_cash_that_should_be_there():
    said = pairs(x(expected=350_650))

    assert (said["Cash × 30"], said["Sales amount"], said["Cash expected"]) == ("3,006.50", "￥15,887.20", "3,506.50")


def test_a_day_without_sales_has_no_receipts_and_an_unknown_tender_is_told_as_it_is():
    quiet = DayTotals(1, 2, 0, 0, 0, (TenderTotal("voucher", 1, 5),), 0, 0, 0, 0, 0, 0, "", "")
    paper = x(quiet)

    assert "First and last receipt" not in texts(paper)
    assert pairs(paper)["voucher × 1"] == "0.05"


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize(
    "paper",
    [z(shifts=SHIFTS), x(), shift_paper(HANDED, OpenItems(3), HEADER, day_words())],
    ids=["z", "x", "shift"],
)
def test_no_line_is_wider_than_the_paper(paper, columns):
    printed = lay_out(paper, columns)

    assert all(width(each.text) * each.size <= columns for each in printed if isinstance(each, Line))
