from datetime import date, datetime

import pytest

from pos_app.domain.day_papers import DayHeader, x_paper, z_paper
from pos_app.domain.events import DayClosed, DayTotals, TenderTotal
from pos_app.domain.paper import Line, Notice, Pair, Paper, Text, lay_out, width
from pos_app.services.words import day_words

TODAY = date(2026, 11, 23)
HEADER = DayHeader("禾苗母婴", "江南西店", "收银台 01", "李敏", TODAY, 2, datetime(2026, 11, 23, 21, 0))  # noqa: DTZ001
TENDERS = (TenderTotal("cash", 30, 300_650), TenderTotal("wechat", 34, 1_288_000))
DAY = DayTotals(
    12, 345, 64, 1_588_720, -70, TENDERS, 88_204, 41_300, 7, 5, 1, 2, "0001-1-A1-000001", "0001-1-A1-000064"
)
HASH = "0123456789abcdef" * 4


def closed(over_short: int = -2_000, reason: str = "找错", approved_by: str = "") -> DayClosed:
    counted = 350_650 + over_short
    return DayClosed(
        231, 2, DAY, 50_000, 350_650, counted, ((10_000, 34), (50, 173)), over_short, reason, approved_by, HASH
    )


def pairs(paper: Paper) -> dict[str, str]:
    return {block.left: block.right for block in paper.blocks if isinstance(block, Pair)}


def texts(paper: Paper) -> list[str]:
    return [block.text.strip() for block in paper.blocks if isinstance(block, Text)]


def z(fact: DayClosed | None = None, unsent: int = 14, **more) -> Paper:
    return z_paper(fact or closed(), unsent, HEADER, day_words(), **more)


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
    ("fact", "name", "expected"),
    [(closed(approved_by="u7"), "王店长", "王店长"), (closed(approved_by="u7"), "", "u7")],
)
def test_who_approved_is_named(fact, name, expected):
    assert pairs(z(fact, approved_by=name))["Approved by"] == expected


def test_a_z_printed_later_is_a_copy():
    assert [block.text for block in z(copy=True).blocks if isinstance(block, Notice)] == ["COPY"]
    assert not any(isinstance(block, Notice) for block in z().blocks)


def test_the_x_keeps_cash_hidden_until_it_is_counted():
    paper = x_paper(DAY, 0, HEADER, day_words())
    said = pairs(paper)

    assert (said["Cash × 30"], said["WeChat Pay × 34"]) == ("to be counted", "12,880.00")
    assert not any("3,006.50" in value or "3,506.50" in value for value in said.values())
    assert not {"All tenders", "Cash expected", "Cash counted"} & said.keys()
    assert HASH not in texts(paper)


def test_a_day_without_sales_has_no_receipts_and_an_unknown_tender_is_told_as_it_is():
    quiet = DayTotals(1, 2, 0, 0, 0, (TenderTotal("voucher", 1, 5),), 0, 0, 0, 0, 0, 0, "", "")
    paper = x_paper(quiet, 0, HEADER, day_words())

    assert "First and last receipt" not in texts(paper)
    assert pairs(paper)["voucher × 1"] == "0.05"


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("paper", [z(copy=True), x_paper(DAY, 3, HEADER, day_words())], ids=["z", "x"])
def test_no_line_is_wider_than_the_paper(paper, columns):
    printed = lay_out(paper, columns)

    assert all(width(each.text) * each.size <= columns for each in printed if isinstance(each, Line))
