"""Coupons that head office gives by itself, each once, and those of nobody, which the first who shows one uses."""

from datetime import date, timedelta

import msgspec
import pytest

from head_office.books.issues import NOBODY, Issue, coupon_lot
from head_office.coupons import give_coupons
from head_office.issuing import issue
from head_office.night import night
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.coupons import CouponRule, Occasion
from pos_app.domain.events import AtRisk, MemberRegistered
from pos_app.domain.ledger import Asset
from pos_app.domain.members import Tier
from pos_app.domain.programme import Programme
from pos_app.errors import Refused
from tests.head_office.rig import LOT, TODAY, member, open_till, replace, rows_of, trial_balance

RULES = (
    CouponRule("HI", "欢迎券", off_minor=1_000, valid_days=30, occasion=Occasion.WELCOME),
    CouponRule("BD", "生日券", off_minor=2_000, valid_days=31, occasion=Occasion.BIRTHDAY),
    CouponRule("WB", "想你了", off_minor=3_000, valid_days=14, occasion=Occasion.WIN_BACK, absent_days=90),
    CouponRule("GB", "金卡生日券", off_minor=1, valid_days=31, occasion=Occasion.BIRTHDAY, tiers=(Tier.GOLD,)),
    CouponRule("N5", "街头券", off_minor=500, bearer=True),
)


@pytest.fixture(autouse=True)
def rules(office):
    programme = Programme("test", date(2020, 1, 1), coupons=RULES)
    row = {"rules_version": "test", "valid_from": "2020-01-01", "body": msgspec.json.encode(programme)}
    office.database.write(lambda connection: insert_rows(connection, schema.programme, [row]))


def given_to(office, who):
    return sorted(row.lot[:2] for row in rows_of(office, schema.lot) if row.member_id == who)


def expiry(office, rule_id):
    return {row.expires_on for row in rows_of(office, schema.lot) if row.lot.startswith(rule_id)}


def test_who_joins_gets_the_welcome_coupon_once_and_a_known_phone_gets_none(office, line, till):
    till.say(MemberRegistered(member(1)))
    till.push()
    other = open_till(office, line, "S02")
    other.say(MemberRegistered(member(9, phone=member(1).phone)))
    other.say(MemberRegistered(member(1)))
    other.push()

    assert (given_to(office, "m1"), given_to(office, "m9")) == (["HI"], [])
    assert expiry(office, "HI") == {(TODAY + timedelta(29)).isoformat()}
    assert trial_balance(office)["COUPON"] == 0


def test_a_birthday_coupon_is_given_once_a_year_and_to_the_tiers_it_is_for(office, clock, till):
    for who in (replace(member(1), birthday=date(1995, 11, 9)), member(2)):
        till.say(MemberRegistered(who))
    till.push()

    assert (give_coupons(office), give_coupons(office)) == ({"BD": 1}, {})
    assert (given_to(office, "m1"), given_to(office, "m2")) == (["BD", "HI"], ["HI"])
    clock.day = date(2027, 11, 1)
    assert give_coupons(office) == {"BD": 1}
    assert trial_balance(office)["COUPON"] == 0


def test_who_stays_away_is_won_back_once_for_each_silence(office, clock, till):
    till.say(MemberRegistered(member(1)))
    till.sell(paid_minor=10_000, member_id="m1")
    till.push()

    clock.day = TODAY + timedelta(89)
    assert give_coupons(office) == {}
    clock.day = TODAY + timedelta(90)
    assert (give_coupons(office), give_coupons(office)) == ({"WB": 1}, {})
    clock.day = TODAY + timedelta(200)
    assert give_coupons(office) == {}


def test_the_night_does_everything_and_a_second_one_nothing(office, till):
    till.say(MemberRegistered(replace(member(1), birthday=date(1995, 11, 9))))
    till.push()

    assert [line.split()[0] for line in night(office)][-1] == "1"
    assert [line.split()[0] for line in night(office)][1:] == ["0", "0", "0"]


def test_a_coupon_of_nobody_is_granted_to_the_first_who_shows_it(office, line, till):
    second = open_till(office, line, lane=2)
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(member(2)))
    till.push()
    lot = coupon_lot("N5", "fair/1")
    issue(office, Issue(lot, NOBODY, Asset.COUPON, 1, LOT, lot))

    first = till.rights("m1", 1, asset=Asset.COUPON, lot=lot)
    late = second.rights("m2", 1, asset=Asset.COUPON, lot=lot)

    assert ([grant.member_id for grant in first.grants], late.code) == (["m1"], "rights.short")
    assert second.rights("m2", 1, request_no=2, asset=Asset.COUPON, lot="N5" + "0" * 32).code == "rights.lot_unknown"


def test_two_tills_that_took_one_paper_offline_leave_a_flag_and_a_risk(office, line, till):
    second = open_till(office, line, lane=2)
    till.say(MemberRegistered(member(1)))
    till.push()
    lot = coupon_lot("N5", "fair/1")
    issue(office, Issue(lot, NOBODY, Asset.COUPON, 1, LOT, lot))

    for each in (till, second):
        each.say(replace(each.sale(), at_risk=(AtRisk(Asset.COUPON, lot, 1),)))
        each.push()

    assert [row.code for row in rows_of(office, schema.flag)] == ["coupon.overrun"]
    assert trial_balance(office)["COUPON"] == 0


@pytest.mark.parametrize("asset", [Asset.VALUE, Asset.PUNCH])
def test_only_a_coupon_can_be_nobodys(office, asset):
    with pytest.raises(Refused) as refused:
        issue(office, Issue("x", NOBODY, asset, 1, LOT, "" if asset is Asset.VALUE else "P"))
    assert refused.value.code == "issue.malformed"
