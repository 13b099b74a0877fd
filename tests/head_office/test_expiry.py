"""Expiry: what head office holds when its last day is over leaves the members' accounts, once; no fact is refused."""

from datetime import date, timedelta

from head_office.books.issues import Issue
from head_office.expiry import expire
from head_office.fencing import Declared, fence
from head_office.issuing import issue
from head_office.store import schema
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Grant, Spend
from tests.head_office.restoring import backed_up
from tests.head_office.rig import TODAY, balances, be_restored, give, member, rows_of, trial_balance
from tests.head_office.test_recovery import come_back, put_back

ENDS = TODAY + timedelta(10)
LATER = date(2027, 12, 31)


def known(office, till, ends: int = 1_000, later: int = 300):
    till.say(MemberRegistered(member(1, "S03")))
    till.push()
    give(office, "m1", ends, ENDS)
    give(office, "m1", later, LATER)


def granted(till, points: int) -> Grant:
    (grant,) = till.rights("m1", points).grants
    till.say(GrantsInstalled((grant,)))
    return grant


def adds_up(office, spent: int) -> None:
    there = balances(office)
    mine = sum(amount for (_kind, owner, _holder), amount in there.items() if owner == "m1")
    assert mine + spent == 1_300
    assert set(trial_balance(office).values()) == {0}


def test_what_ended_is_booked_once_and_the_stores_are_told(office, clock, till):
    known(office, till)
    clock.day = ENDS
    assert expire(office) == 0
    version = rows_of(office, schema.member)[0].version

    clock.day = ENDS + timedelta(1)
    assert (expire(office), expire(office)) == (1, 0)

    assert balances(office, "m1") == {("available", "m1", ""): 300, ("expired", "m1", ""): 1_000}
    assert rows_of(office, schema.member)[0].version == version + 1
    adds_up(office, 0)


def test_what_a_till_holds_is_spent_late_and_expires_only_when_it_comes_back(office, clock, till):
    known(office, till)
    grant = granted(till, 400)
    till.push(2)
    clock.day = ENDS + timedelta(5)
    assert expire(office) == 1
    assert balances(office, "m1")["escrow", "m1", till.holder] == 400

    till.sell(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, 150),))  # on its last day, without a line
    till.say(RightsReleased("m1", (Spend(grant.gid, 250),), "lease"))
    assert {status.status for status in till.push(3).statuses} == {"posted"}
    adds_up(office, 150)
    assert (expire(office), expire(office)) == (1, 0)

    assert balances(office, "m1") == {("available", "m1", ""): 300, ("expired", "m1", ""): 850}
    adds_up(office, 150)


def test_what_a_life_held_that_was_ended_expires_with_the_next_night(office, clock, till):
    known(office, till)
    granted(till, 400)
    till.push(2)
    clock.day = ENDS + timedelta(1)
    expire(office)

    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))
    expire(office)

    assert balances(office, "m1") == {("available", "m1", ""): 300, ("expired", "m1", ""): 1_000}


def test_a_grant_that_a_restore_forgot_takes_its_expiry_back_when_its_till_turns_up(office, clock, till):
    known(office, till)
    be_restored(office)
    clock.day = ENDS + timedelta(1)
    expire(office)
    grant = Grant("ho1/forgotten/1", "m1", Asset.POINTS, 400, ENDS)

    till.hello()
    till.say(GrantsInstalled((grant,)))
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, 150),))
    till.say(RightsReleased("m1", (Spend(grant.gid, 250),), "lease"))
    assert {status.status for status in till.push(2).statuses} == {"posted"}
    expire(office)

    assert balances(office, "m1")["expired", "m1", ""] == 850
    assert not any(kind == "risk" for kind, _owner, _holder in balances(office))
    adds_up(office, 150)


def test_nothing_expires_while_head_office_recovers_and_all_of_it_after(office, clock, till):
    known(office, till)
    backup = backed_up(office)
    granted(till, 400)
    till.push(2)
    clock.day = ENDS + timedelta(1)
    expire(office)
    with put_back(office, backup, till) as restored:
        assert expire(restored) == 0
        come_back(till)

        assert (expire(restored), expire(restored)) == (1, 0)
        assert balances(restored, "m1") == {
            ("available", "m1", ""): 300,
            ("escrow", "m1", till.holder): 400,
            ("expired", "m1", ""): 600,
        }


def test_given_value_expires_and_bought_value_and_coupons_stay(office, clock, till):
    known(office, till)
    for asset, lot in ((Asset.GIFT, ""), (Asset.VALUE, ""), (Asset.COUPON, "W50@1")):
        issue(office, Issue(f"i/{asset}", "m1", asset, 1, ENDS, lot))
    clock.day = ENDS + timedelta(1)

    assert expire(office) == 2

    gone = {row.ledger for row in rows_of(office, schema.account) if row.kind == "expired"}
    assert gone == {"POINTS", "GIFT:CNY"}
    assert set(trial_balance(office).values()) == {0}
