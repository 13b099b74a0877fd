"""The commands of whoever works off candidates, days and the quarantine, on a real database file."""

import os

import pytest
from typer.testing import CliRunner

from head_office.cli import app
from pos_app.domain.events import DayOpened, MemberRegistered
from tests.head_office.rig import TODAY, member, open_till, replace
from tests.head_office.test_store_days import begin, close

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
