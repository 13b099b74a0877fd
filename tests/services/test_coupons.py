"""Coupons at one till: scanned, worked into the price, used exactly once, refused in words."""

from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.codes import CouponCode, coupon_code, parse
from pos_app.domain.coupons import CouponRule
from pos_app.domain.events import Sale
from pos_app.domain.explaining import RuleName
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.members import MemberLot
from pos_app.domain.paper import QrCode
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.price_steps import PriceStep
from pos_app.domain.print_jobs import JobState
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.rights import Rights, RightsNeed
from pos_app.services.sale_models import ScanKind
from pos_app.services.till import RECEIPT_PRINTER
from tests.fakes import FakePins
from tests.till_kit import PROGRAMME, TODAY, grant, member, record, renamed_rules

ANNA, BORIS = member(1), member(2)
RULES = (
    CouponRule("W30", "满200减30", "30 off 200", off_minor=3_000, min_minor=20_000),
    CouponRule("P10", "九折", off_bp=1_000, most_minor=500),
    CouponRule("S02", "二店", off_minor=100, stores=("S02",)),
)
TOKEN = "0" * 31 + "A"


@pytest.fixture
def checkout(till):
    till.publish(renamed_rules(replace(PROGRAMME, coupons=RULES), "p2"), shard="global")
    return Checkout(till.session, FakePins())


def give(till, lot, who=ANNA, n=935, **more):
    till.grant(grant(n, who, 1, asset=Asset.COUPON, lot=lot, **more))


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value


def card(amount):
    return TenderAsked(TenderKind.CARD, amount, reference="1")


def last_sale(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)][-1]


def test_a_scanned_coupon_takes_its_money_off_and_is_used_once(checkout, till):
    give(till, "W30" + TOKEN)
    checkout.add_item(1, 2)
    checkout.attach(ANNA.member_id)

    scanned = checkout.scan(coupon_code("W30" + TOKEN))
    assert (scanned.kind, scanned.state.priced.due_minor) == (ScanKind.COUPON, 17_000)
    done = checkout.pay((card(17_000),))

    sale = last_sale(till)
    assert sale.spends == (Spend("ho/935", 1),)
    assert sale.lines[0].steps == (PriceStep("coupon_W30@p2", 3_000),)
    assert RuleName("coupon_W30@p2", "满200减30", "30 off 200") in sale.names
    assert done.earned_points == 1_190  # on what was paid
    checkout.add_item(1, 2)
    checkout.attach(ANNA.member_id)
    assert refusal(checkout.use_coupon, "W30" + TOKEN).code == "coupon.used"


def test_below_its_minimum_it_is_refused_and_once_chosen_it_stays_with_the_member(checkout, till):
    give(till, "W30" + TOKEN)
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)

    short = refusal(checkout.use_coupon, "W30" + TOKEN)
    assert (short.code, short.facts["missing_minor"]) == ("coupon.below_min", 10_000)
    checkout.set_quantity(1, 2)
    assert checkout.use_coupon("W30" + TOKEN).priced.due_minor == 17_000
    assert checkout.set_quantity(1, 1).priced.due_minor == 10_000
    checkout.pay((card(10_000),))

    assert last_sale(till).spends == ()


def test_another_members_expired_foreign_and_unknown_coupons_are_refused_in_words(checkout, till):
    give(till, "W30" + TOKEN, BORIS)
    give(till, "P10" + TOKEN, n=936, expires_on=date(2026, 11, 21))
    checkout.add_item(1, 2)

    assert refusal(checkout.use_coupon, "W30" + TOKEN).code == "coupon.needs_member"
    before = checkout.attach(ANNA.member_id)
    assert refusal(checkout.use_coupon, "W30" + TOKEN).code == "coupon.someone_elses"
    assert refusal(checkout.use_coupon, "P10" + TOKEN).code == "coupon.expired"
    assert refusal(checkout.use_coupon, "S02" + TOKEN).code == "coupon.other_store"
    assert refusal(checkout.use_coupon, "X99" + TOKEN).code == "coupon.unknown"
    assert checkout.state().basket == before.basket


def test_one_held_at_another_till_is_asked_for(checkout, till):
    known = record(ANNA, 0, version=2)
    lot = MemberLot(Asset.COUPON, "W30" + TOKEN, 1, TODAY)
    till.publish(replace(known, balance=replace(known.balance, lots=(lot,))))
    checkout.add_item(1, 2)
    checkout.attach(ANNA.member_id)

    short = refusal(checkout.use_coupon, "W30" + TOKEN)

    assert (short.code, short.facts["wanted"], short.facts["total"]) == ("coupon.short_here", 1, 1)
    need = Rights(till.session).short_of_lot(Asset.COUPON, "W30" + TOKEN, 1)
    assert need == RightsNeed(ANNA.member_id, 1, 1, Asset.COUPON, "W30" + TOKEN)


def test_the_list_has_what_can_be_used_on_top_and_says_why_not(checkout, till):
    give(till, "W30" + TOKEN)
    give(till, "P10" + TOKEN, n=936)
    give(till, "S02" + TOKEN, n=937)
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)

    found = checkout.coupons()

    assert [(one.rule.rule_id, one.off_minor) for one in found] == [("P10", 500), ("S02", 0), ("W30", 0)]
    assert [one.refusal and one.refusal.code for one in found] == [None, "coupon.other_store", "coupon.below_min"]


def test_its_paper_holds_the_code_that_any_till_reads(checkout, till):
    give(till, "W30" + TOKEN)
    checkout.attach(ANNA.member_id)

    checkout.print_coupon("W30" + TOKEN)

    with till.store.view() as unit:
        job = unit.papers.in_state(RECEIPT_PRINTER, JobState.QUEUED)[-1]
    codes = [block.data for block in from_json(job.job.paper_json).blocks if isinstance(block, QrCode)]
    assert [parse(code) for code in codes] == [CouponCode("W30" + TOKEN)]
    assert refusal(checkout.print_coupon, "P10" + TOKEN).code == "coupon.gone"


def test_it_leaves_with_the_member(checkout, till):
    give(till, "W30" + TOKEN)
    checkout.add_item(1, 2)
    checkout.attach(ANNA.member_id)
    checkout.use_coupon("W30" + TOKEN)

    assert checkout.attach(BORIS.member_id).basket.coupon == ""


def test_a_share_is_limited_by_its_most(checkout, till):
    give(till, "P10" + TOKEN)
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)

    assert checkout.use_coupon("P10" + TOKEN).priced.due_minor == 9_500


def test_its_code_is_read_back_and_a_damaged_one_is_told():
    code = coupon_code("W30" + TOKEN)

    assert parse(code) == CouponCode("W30" + TOKEN)
    assert parse(code[:-1] + ("0" if code[-1] != "0" else "1")) != CouponCode("W30" + TOKEN)
