"""The commands of whoever works off candidates, days and the quarantine, on a real database file."""

import os

import pytest
from typer.testing import CliRunner

from head_office.catalogue import publish_staff
from head_office.cli import app
from head_office.fencing import Declared, fence
from head_office.flags import CLOSED, flags
from head_office.revocation import revoke
from head_office.settling import SettleDesk
from head_office.store_days import StoreDays
from pos_app.domain.codes import StaffCode, parse
from pos_app.domain.coupons import TOKEN_DIGITS
from pos_app.domain.events import DayOpened, MemberRegistered
from pos_app.domain.ids import Origin
from tests.head_office.rig import TODAY, member, open_till, replace
from tests.head_office.test_store_days import begin, close
from tests.till_kit import CASHIER

PHONE = "+8619900000001"


@pytest.fixture
def run(office):
    def run(*words: str, status: int = 0) -> list[str]:
        url = office.database.url.render_as_string(hide_password=False)
        ran = CliRunner().invoke(app, [*words, "--db", url])
        assert ran.exit_code == status, ran.output
        return ran.output.splitlines()

    return run


def test_a_pair_is_listed_merged_and_taken_apart(run, till):
    till.say(MemberRegistered(member(1, phone=PHONE)))
    till.say(MemberRegistered(member(2, phone=PHONE)))
    till.push()

    assert run("candidates") == ["m2 m1"]
    assert run("merge", "m2", "m1", "--by", "lin") == ["m2 is m1: merge 1"]
    assert run("candidates") == []
    run("merge", "m2", "m1", "--by", "lin", status=1)
    assert run("unmerge", "m2", "--by", "lin") == []
    run("unmerge", "m2", "--by", " ", status=2)


def test_two_people_are_kept_apart(run, till):
    till.say(MemberRegistered(member(1, phone=PHONE)))
    till.say(MemberRegistered(member(2, phone=PHONE)))
    till.push()

    assert run("candidates", "--apart", "m1", "m2", "--by", "lin") == []


def test_a_day_is_looked_at_and_sealed(run, office, line, till):
    open_till(office, line, "S01", 2)
    close(till, begin(till))
    till.push()
    day = TODAY.isoformat()

    assert "  S01-2 missing" in run("day", "S01", day)
    run("seal", "S01", day, "--by", "lin", status=1)
    assert run("not-trading", "S01", "2", day, "--by", "lin") == ["complete"]
    assert run("seal-due", "--days", "0", "--by", "lin") == [f"S01 {day}"]
    assert run("day", "S01", day)[0] == f"S01 {day}: sealed"
    run("day", "S01", "yesterday", status=2)


def test_the_quarantine_is_listed_and_settled(run, till):
    till.say(DayOpened(1, 0))
    till.sell(paid_minor=700)
    till.log[-1] = replace(till.log[-1], hash=os.urandom(32))
    till.push()

    assert run("quarantine") == ["S01-1 1.1 2: sale of S01 2026-11-23, quarantined event.hash"]
    run("settle", "S01-1", "1.1", "2", "--as", "perhaps", "--by", "lin", status=2)
    assert run("settle", "S01-1", "1.1", "2", "--as", "post", "--by", "lin") == ["S01-1 1.1 2: post"]
    assert run("quarantine") == []


def open_flags(office) -> list[str]:
    return [flag.code for flag in flags(office)]


def test_a_flag_is_closed_with_the_event_that_it_is_about(office, till):
    till.say(DayOpened(1, 0))
    till.sell(paid_minor=700)
    till.log[-1] = replace(till.log[-1], hash=os.urandom(32))
    till.push()
    before = open_flags(office)

    SettleDesk(office).settle(Origin("S01-1", "1.1", 2), "post", "lin", "")

    assert (before, open_flags(office)) == (["event.hash"], [])
    (closed,) = flags(office, state=CLOSED)
    assert (closed.closed_by, closed.terminal_id, closed.seq) == ("lin", "S01-1", 2)


def test_a_days_mismatch_is_closed_with_the_seal(office, till):
    close(till, begin(till), off=1)
    till.push()
    before = open_flags(office)

    StoreDays(office).seal("S01", TODAY, "lin", "zhao")

    assert "day.mismatch" in before
    assert "day.mismatch" not in open_flags(office)


def test_a_fence_closes_why_it_was_fenced_and_leaves_the_rest(office, line, till):
    other = open_till(office, line, "S02")
    till.say(DayOpened(1, 0))
    till.push()
    for each in (till, other):
        revoke(office, each.terminal_id, "lin", "stolen")

    fence(office, Declared("S01-1", "Chen", "Liu", "stolen"))

    assert [(flag.code, flag.terminal_id) for flag in flags(office)] == [("terminal.revoked", "S02-1")]
    assert [flag.closed_by for flag in flags(office, state=CLOSED)] == ["Chen, Liu"]


def test_a_flag_is_listed_and_closed_by_hand_once(run, office, till):
    till.sell(member_id="nobody")
    till.push()

    (line_,) = run("flags")
    assert line_.startswith("1 2026-11-23 ")
    assert " member.unknown S01-1 1.1 1 nobody " in f"{line_} "
    run("flags", "--close", "1", status=2)
    assert run("flags", "--close", "1", "--by", "lin") == []
    run("flags", "--close", "1", "--by", "lin", status=1)
    assert [flag.closed_by for flag in flags(office, state=CLOSED)] == ["lin"]


def test_a_member_is_given_something_once_and_what_is_due(run, till):
    till.say(MemberRegistered(member(1)))
    till.push()
    coupon = ("assets", "give", "coupon", "m1", "1", "2027-12-31", "--lot", "W50", "--name", "birthday/m1/2026")

    (given, code), (again, same) = run(*coupon), run(*coupon)
    assert (given, again, code) == ("given", "given before", same)
    assert parse(code).lot[:-TOKEN_DIGITS] == "W50"
    run("assets", "give", "points", "m1", "1", "2027-12-31", "--name", "x", status=1)
    run("assets", "give", "gift", "m1", "1", "soon", "--name", "x", status=2)
    assert run("night")[-1] == "        0 parts of gifts were due"


def test_coupons_for_paper_are_the_same_however_often_they_are_printed(run):
    paper = ("assets", "paper", "N5", "2", "2027-12-31", "--name", "fair")

    printed, again = run(*paper), run(*paper)

    assert printed == again
    assert len({parse(code).lot for code in printed}) == 2


def test_a_staff_card_is_renewed_and_the_one_before_is_nobodys(run, office):
    publish_staff(office, [CASHIER])

    first, second = (run("staff-card", CASHIER.staff_id)[0].split(" · ") for _ in range(2))

    assert (first[0], isinstance(parse(first[1]), StaffCode), first[1] != second[1]) == (CASHIER.name, True, True)
    run("staff-card", "nobody", status=1)
