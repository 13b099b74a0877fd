from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pos_app.domain.ages import MonthAge
from pos_app.domain.calls import Bought, Call, Outcome
from pos_app.domain.care import CarePrompt
from pos_app.domain.codes import CallCode, PhoneNumber, call_code, parse
from pos_app.domain.members import Child, Consent, Member, Purpose, Sex, Tier
from pos_app.domain.paper import Barcode, Line, Pair, Paper, QrCode, Text, TickBoxes, lay_out, width
from pos_app.domain.slips import SlipHeader, addressed, age_text, call_slip, child_text
from pos_app.services.words import slip_words

TODAY = date(2026, 11, 23)
BOUGHT = (
    Bought(1, "优伴 奶粉 2 段", 2, "formula"),
    Bought(2, "益生菌", 1, "probiotic"),
    Bought(3, "奶粉", 1, "formula"),
)
CALL = Call("c1", call_code("c1"), "m1", "S01", date(2026, 11, 19), date(2026, 11, 22), BOUGHT)
CHILD = Child("糖糖", date(2026, 5, 10), day_known=True, sex=Sex.GIRL)
CONSENT = Consent(Purpose.CHILD, True, "v3", 1, "u1", "screen")
MEMBER = Member("m1", "", "+8613800006627", "陈雨婷", "CYT", Tier.GOLD, "S01", TODAY, (CHILD,), (CONSENT,))
HEADER = SlipHeader("江南西店", "李敏", datetime(2026, 11, 23, 9, 1), 3, 12)  # noqa: DTZ001
COMING = (
    CarePrompt("care.run_out", {"on": date(2026, 12, 10), "spread_days": 3, "item": "优伴 奶粉 2 段"}),
    CarePrompt("care.node_ahead", {"on": date(2026, 12, 10), "months": 7, "node": "finger_food"}),
)
WORDS = slip_words()


def made(call: Call = CALL, member: Member = MEMBER, coming=COMING) -> Paper:
    return call_slip(call, member, coming, HEADER, TODAY, WORDS)


def texts(paper: Paper) -> list[str]:
    return [block.text for block in paper.blocks if isinstance(block, Text)]


def test_the_slip_says_whom_to_call_and_on_which_number():
    said = texts(made())

    assert "陈雨婷" in said
    assert "138 0000 6627" in said
    assert "糖糖 baby girl 6 months 13 days old" in said


def test_the_slip_says_what_was_bought_when():
    paper = made()

    assert "Bought on 11-19" in texts(paper)
    assert Pair("优伴 奶粉 2 段", "× 2") in paper.blocks


def test_each_kind_of_advice_is_given_once():
    said = texts(made())

    assert said.count(f"· {WORDS.advice['formula'].ask}") == 1
    assert said.count(f"· {WORDS.advice['probiotic'].advise}") == 1


def test_an_item_with_advice_that_this_version_does_not_know_gets_the_general_one():
    paper = made(replace(CALL, bought=(Bought(1, "新品", 1, "robotics"),)))

    assert f"· {WORDS.advice[''].ask}" in texts(paper)


def test_the_slip_says_what_falls_due_next():
    said = texts(made())

    assert "· 优伴 奶粉 2 段: used up about 12-10 (± 3 d)" in said
    assert "· 12-10: 7 months, mash and finger food" in said
    assert WORDS.coming not in texts(made(coming=()))


def test_the_qr_dials_and_the_barcode_scans_back():
    blocks = made().blocks
    (dial,) = [block for block in blocks if isinstance(block, QrCode)]
    (back,) = [block for block in blocks if isinstance(block, Barcode)]

    assert parse(dial.data) == PhoneNumber("+8613800006627")
    assert dial.data.startswith("tel:")
    assert parse(back.data) == CallCode(CALL.code)


def test_six_boxes_stand_in_the_order_of_the_outcomes():
    (boxes,) = [block for block in made().blocks if isinstance(block, TickBoxes)]

    assert [label[:2] for label in boxes.labels] == ["1 ", "2 ", "3 ", "4 ", "5 ", "6 "]
    assert boxes.labels[list(Outcome).index(Outcome.DO_NOT_CALL)] == "6 Never call again"


def test_a_late_second_attempt_with_a_note_says_so():
    late = replace(CALL, attempts=1, note="说下午再打")
    paper = made(late)

    assert Pair("To be called on", "11-22 1 d late", bold=True) in paper.blocks
    assert {"Attempt 2", "Remarks 说下午再打"} <= set(texts(paper))


def test_a_call_of_today_is_not_late():
    paper = made(replace(CALL, due_on=TODAY))

    assert Pair("To be called on", "11-23") in paper.blocks


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (MEMBER, "陈雨婷"),
        (replace(MEMBER, name=" "), "Parent of 糖糖"),
        (replace(MEMBER, name="", children=(replace(CHILD, name=""),)), "Dear member"),
        (replace(MEMBER, name="", consents=()), "Dear member"),
    ],
)
def test_a_member_is_addressed_by_name_else_by_child_else_politely(member, expected):
    assert addressed(member, WORDS) == expected


def test_a_child_without_consent_stays_off_the_slip():
    assert "糖糖" not in repr(made(member=replace(MEMBER, consents=())))


@pytest.mark.parametrize(
    ("age", "day_known", "expected"),
    [
        (MonthAge(0, 9), True, "9 days old"),
        (MonthAge(0, 9), False, "0 months old"),
        (MonthAge(6, 12), True, "6 months 12 days old"),
        (MonthAge(6, 12), False, "6 months old"),
        (MonthAge(26, 3), True, "2 years 2 months old"),
        (MonthAge(2, 3, expected=True), True, "birth in 2 months 3 days"),
    ],
)
def test_an_age_is_said_as_a_shop_says_it(age, day_known, expected):
    assert age_text(age, WORDS, day_known=day_known) == expected


def test_a_child_of_whom_little_is_known_is_its_age():
    assert child_text(Child("", TODAY - timedelta(3), day_known=True), TODAY, WORDS) == "3 days old"


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_line_is_wider_than_the_paper(columns):
    printed = lay_out(made(), columns)

    assert all(width(each.text) * each.size <= columns for each in printed if isinstance(each, Line))
