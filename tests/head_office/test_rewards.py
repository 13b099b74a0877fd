"""Points for joining, for bringing somebody and for a birthday: each once, whoever sells and whatever comes back."""

from datetime import date

import msgspec
import pytest
from typer.testing import CliRunner

from head_office.cli import app
from head_office.merging import MergeDesk
from head_office.rewards import give_birthday_points
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.events import MemberRegistered, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.domain.members import Child, Consent, Purpose
from pos_app.domain.programme import Programme, Rewards
from tests.head_office.rig import LOT, TODAY, balances, member, open_till, replace, rows_of, trial_balance
from tests.head_office.test_refunds import bring_back

REWARDS = Rewards(100, 200, 500, 300, 10_000, 30)


@pytest.fixture(autouse=True)
def rules(office):
    programme = Programme("test", date(2020, 1, 1), rewards=REWARDS)
    row = {"rules_version": "test", "valid_from": "2020-01-01", "body": msgspec.json.encode(programme)}
    office.database.write(lambda connection: insert_rows(connection, schema.programme, [row]))


@pytest.fixture
def brought(till):
    """m1 has been a member; m2 joins, brought by m1."""
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(member(2), "m1"))
    till.push()
    return till


def points(office, who: str) -> int:
    return sum(amount for (kind, owner, _holder), amount in balances(office).items() if owner == who)


def flags(office):
    return [row.code for row in rows_of(office, schema.flag)]


def test_joining_gives_points_once(office, brought):
    assert (points(office, "m1"), points(office, "m2")) == (100, 100)
    assert trial_balance(office)["POINTS"] == 0


def test_a_phone_that_somebody_has_is_no_newcomer(office, line, brought):
    other = open_till(office, line, "S02")
    other.say(MemberRegistered(member(9, phone=member(1).phone), "m2"))
    other.push()

    assert points(office, "m9") == 0
    assert "referral.refused" in flags(office)


def test_nobody_brings_themselves(office, till):
    till.say(MemberRegistered(member(1), "m1"))
    till.sell(paid_minor=20_000, member_id="m1")
    till.push()

    assert (points(office, "m1"), flags(office)) == (100, ["referral.refused"])


def test_the_first_purchase_that_is_large_enough_rewards_both_once(office, brought):
    brought.sell(paid_minor=9_999, member_id="m2")
    brought.push(3)
    assert (points(office, "m1"), points(office, "m2")) == (100, 100)

    brought.sell(paid_minor=10_000, member_id="m2")
    brought.sell(paid_minor=50_000, member_id="m2")
    brought.push(4)

    assert (points(office, "m1"), points(office, "m2")) == (400, 600)


def test_two_tills_that_sell_to_the_newcomer_offline_reward_them_once(office, line, brought):
    other = open_till(office, line, "S02")
    other.sell(paid_minor=20_000, member_id="m2")
    brought.sell(paid_minor=20_000, member_id="m2")
    other.push()
    brought.push(3)

    assert (points(office, "m1"), points(office, "m2")) == (400, 600)


def test_a_purchase_after_the_days_of_the_rules_rewards_nobody(office, brought, clock):
    clock.day = date(2026, 12, 24)
    brought.business_date = clock.day
    brought.sell(paid_minor=20_000, member_id="m2")
    brought.push(3)

    assert points(office, "m1") == 100


def test_a_purchase_that_comes_back_takes_both_rewards_and_the_next_may_earn_them(office, brought):
    sale = brought.sale(paid_minor=20_000, member_id="m2")
    sold_as = brought.next_origin()
    brought.say(sale)
    brought.say(bring_back(brought, sale, sold_as))
    brought.push(3)
    assert (points(office, "m1"), points(office, "m2")) == (100, 100)

    brought.sell(paid_minor=10_000, member_id="m2")
    brought.push(5)
    assert (points(office, "m1"), points(office, "m2")) == (400, 600)


def test_what_was_spent_already_is_owed(office, brought):
    sale = brought.sale(paid_minor=20_000, member_id="m2")
    sold_as = brought.next_origin()
    brought.say(sale)
    brought.push(3)
    (grant,) = brought.rights("m1", 400).grants
    brought.say(bring_back(brought, sale, sold_as))
    brought.push(4)

    assert points(office, "m1") == 100  # 400 are at the till, 300 owed
    brought.say(RightsReleased("m1", (Spend(grant.gid, 400),), "close"))
    brought.push(5)
    assert balances(office, "m1") == {("available", "m1", ""): 100}


def test_a_newcomer_who_turns_out_to_be_somebody_else_rewards_nobody(office, brought):
    brought.say(MemberRegistered(member(3)))
    brought.push(3)
    MergeDesk(office).merge("m2", "m3", "boss")
    brought.sell(paid_minor=20_000, member_id="m2")
    brought.push(4)

    assert points(office, "m1") == 100


def test_a_birthday_gives_points_once_a_year_and_a_childs_only_with_consent(office, clock, till):
    agreed = (Consent(Purpose.CHILD, True, "v3", 1, "E1", "screen"),)
    kids = (Child("糖糖", date(2025, 11, 1)),)
    people = (
        replace(member(1), children=kids, consents=agreed),
        replace(member(2), children=kids),
        replace(member(3), birthday=date(1995, 11, 9)),
        member(4),
    )
    for who in people:
        till.say(MemberRegistered(who))
    till.push()

    assert (give_birthday_points(office), give_birthday_points(office)) == (2, 0)
    assert [points(office, f"m{n}") for n in (1, 2, 3, 4)] == [300, 100, 300, 100]
    clock.day = date(2027, 11, 1)
    assert give_birthday_points(office) == 2
    assert trial_balance(office)["POINTS"] == 0


def test_the_command_says_how_many(database_url, office, till):
    till.say(MemberRegistered(replace(member(1), birthday=date(1995, 11, 9))))
    till.push()

    done = CliRunner().invoke(app, ["night", "--db", database_url])

    assert done.exit_code == 0
    assert "        1 members given birthday points\n" in done.output
    assert {row.dated for row in rows_of(office, schema.account) if row.owner == "m1"} == {LOT.isoformat()}
    assert TODAY.month == 11
