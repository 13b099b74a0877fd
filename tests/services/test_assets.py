"""Stored value, coupons and punch cards at one till: what a member has, here and in all."""

from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.ledger import Asset
from pos_app.domain.members import HeldElsewhere, MemberLot
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.services.balances import CouponStanding, ValueStanding
from pos_app.services.checkout import Checkout
from pos_app.services.members import MemberDesk
from tests.fakes import FakePins
from tests.till_kit import TODAY, grant, member, record

ANNA = member(1)
YEAR_END = date(2026, 12, 31)
LANE_2 = HeldElsewhere("江南西店", 20_000, None, 2, "Jiangnan West", "T2/1.1")
OWN = HeldElsewhere("江南西店", 30_000, None, 1, "Jiangnan West", "T1/1.1")


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


@pytest.fixture
def desk(till):
    return MemberDesk(till.session, FakePins())


def published(till, applied_seq=0, version=2, **more):
    known = record(ANNA, 5_000, applied_seq, version)
    till.publish(replace(known, balance=replace(known.balance, **more)))


def test_the_card_says_what_stored_value_is_here_and_who_holds_the_rest(desk, till):
    published(till, value_minor=100_000, gift_minor=10_000, value_elsewhere=(OWN, LANE_2))
    till.grant(grant(1, ANNA, 30_000, asset=Asset.VALUE), grant(2, ANNA, 1_000, asset=Asset.GIFT))

    value = desk.card(ANNA.member_id).value

    assert value == ValueStanding(30_000, 1_000, 100_000, 10_000, (LANE_2,))
    assert (value.usable_here, value.total) == (31_000, 110_000)


def test_what_was_spent_here_is_off_the_total_until_head_office_has_it(checkout, desk, till):
    published(till, value_minor=100_000)
    till.grant(grant(1, ANNA, 30_000, asset=Asset.VALUE))
    checkout.add_item(2)
    checkout.scan(ANNA.card_no)
    checkout.pay((TenderAsked(TenderKind.VALUE, 2_000),))

    assert desk.card(ANNA.member_id).value.total == 98_000
    published(till, applied_seq=till.log.head()[0] - 1, version=3, value_minor=98_000)
    assert desk.card(ANNA.member_id).value == ValueStanding(28_000, 0, 98_000, 0)


def test_coupons_are_listed_soonest_to_expire_first(desk, till):
    later = MemberLot(Asset.COUPON, "W30@1", 1, date(2027, 6, 30))
    gone = MemberLot(Asset.COUPON, "W50@old", 1, date(2026, 11, 21))
    published(till, lots=(gone, MemberLot(Asset.COUPON, "W50@1", 1, YEAR_END, (LANE_2,)), later))
    till.grant(grant(1, ANNA, 7, asset=Asset.PUNCH, lot="P1@anna", expires_on=date(2027, 6, 30)))
    till.grant(grant(2, ANNA, 1, asset=Asset.COUPON, lot="W30@1", expires_on=date(2027, 6, 30)))

    assert desk.card(ANNA.member_id).coupons == (
        CouponStanding("W50@1", YEAR_END, 0, 1, (LANE_2,)),
        CouponStanding("W30@1", date(2027, 6, 30), 1, 1),
    )


def test_a_grant_that_came_before_the_news_of_its_coupon_is_shown(desk, till):
    till.grant(grant(1, ANNA, 1, asset=Asset.COUPON, lot="W50@9", expires_on=TODAY))

    assert desk.card(ANNA.member_id).coupons == (CouponStanding("W50@9", TODAY, 1, 1),)


def test_in_a_life_that_has_ended_nothing_is_usable(desk, till):
    published(till, value_minor=500, lots=(MemberLot(Asset.COUPON, "W50@9", 1, YEAR_END),))
    till.grant(grant(1, ANNA, 500, asset=Asset.VALUE), grant(2, ANNA, 1, asset=Asset.COUPON, lot="W50@9"))
    till.log.mark_ended("push.fork")

    card = desk.card(ANNA.member_id)

    assert (card.value.usable_here, card.value.total) == (0, 500)
    assert [(lot.usable_here, lot.total) for lot in card.coupons] == [(0, 1)]
