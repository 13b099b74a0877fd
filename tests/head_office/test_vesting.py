"""Points that may not be spent yet: head office grants none of them, and forgets their day nowhere."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from pos_app.domain.events import MemberRegistered, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.domain.members import MemberRecord, Vesting
from pos_app.domain.profile import Lot
from tests.head_office.rig import LOT, TODAY, give, member, open_till, publish_rules

FIRST = TODAY + timedelta(days=7)


@pytest.fixture
def earned(office, till):
    """What the till holds of somebody of another store: 500 points that may be spent in a week; they have 100 more."""
    till.say(MemberRegistered(member(1, "S03")))
    sale = till.sale(member_id="m1", earn=500)
    till.say(replace(sale, earned=replace(sale.earned, usable_from=FIRST)))
    till.push()
    give(office, "m1", 100)
    return sale.earned


def test_what_a_till_hands_back_is_granted_to_nobody_before_its_day(office, line, till, earned, clock):
    asker = open_till(office, line, "S02")
    till.say(RightsReleased("m1", (Spend(earned.gid, 500),), "close"))
    till.push(3)

    assert (asker.rights("m1", 101).code, asker.rights("m1", 100).code) == ("rights.short", "")

    clock.day = FIRST
    (grant,) = asker.rights("m1", 500).grants
    assert (grant.expires_on, grant.usable_from, grant.amount) == (LOT, FIRST, 500)


def test_a_holder_of_points_for_later_is_not_asked_for_them(office, line, earned):
    asker = open_till(office, line, "S02")

    assert asker.rights("m1", 101).held == []


def test_no_float_has_points_for_later(office, line, till, earned, clock):
    home = open_till(office, line, "S03")
    home.sell(member_id="m1")
    till.say(RightsReleased("m1", (Spend(earned.gid, 500),), "close"))
    till.push(3)
    home.push()

    home.hello()

    assert sum(_granted(home)) <= 100
    clock.day = FIRST
    home.hello()
    assert sum(_granted(home)) > 100


def _granted(till):
    items = [item for item in till.changes(f"terminal:{till.holder}") if item.kind == "grant"]
    return [msgspec.json.decode(item.body)["amount"] for item in items]


def test_till_and_statement_are_told_how_many_from_when(till, earned):
    records = [item for item in till.changes("store:S01") if item.kind == "member"]
    balance = msgspec.json.decode(records[-1].body, type=MemberRecord).balance

    assert balance.vesting == (Vesting(500, FIRST, till.holder),)
    assert balance.points >= 500
    assert Lot(LOT, 500, FIRST) in till.statement("m1").lots


def test_a_card_that_the_till_did_not_know_earns_for_later_too(office, line, till):
    publish_rules(office, vesting_days=7)
    till.say(MemberRegistered(member(1, "S03")))
    sale = till.sale(member_id="m1", earn=500)
    till.say(replace(sale, earned=None))
    till.push()

    assert open_till(office, line, "S02").rights("m1", 1).code == "rights.short"
    assert [(lot.points, lot.usable_from) for lot in till.statement("m1").lots] == [(500, FIRST)]
