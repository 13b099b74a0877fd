from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain import dynamic_code
from pos_app.domain.events import Sale
from pos_app.domain.members import Month, Tier, TierFacts, TierTerm
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.programme import PointsProof, Programme, TierRule
from pos_app.domain.tenders import TenderKind
from pos_app.domain.tiers import Reason
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.members import MemberDesk
from pos_app.services.overrides import Override
from pos_app.services.refund_models import RefundAsked
from pos_app.services.refunds import RefundDesk
from tests.fakes import FakePins
from tests.till_kit import MANAGER, TODAY, grant, item, member, new_till, opened, record

ANNA = member(1)
RULES = Programme(
    "p2",
    date(2026, 1, 2),
    tiers=(
        TierRule(Tier.NORMAL, 0),
        TierRule(Tier.SILVER, 1_000, spend_minor=30_000, grace_months=3),
        TierRule(Tier.GOLD, 2_000, spend_minor=100_000, grace_months=3),
    ),
)
CARD = item(9, 19_900, term_tier=Tier.GOLD, term_months=12, earns=False, redeemable=False)
LAST_MONTH = Month(date(2026, 10, 1), 25_000, 2)


@pytest.fixture
def till(tmp_path):
    known = replace(record(ANNA), facts=TierFacts((LAST_MONTH,)))
    till = opened(new_till(tmp_path, RULES, item(1), item(2, 5_000), CARD, known))
    yield till
    till.close()


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


def bought(checkout, *item_ids, member_id=ANNA.member_id):
    for item_id in item_ids:
        checkout.add_item(item_id)
    due = checkout.attach(member_id).priced.due_minor
    return checkout.pay((TenderAsked(TenderKind.CARD, due, reference="1"),))


def said(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)][-1]


def printed(till):
    with till.store.view() as unit:
        jobs = unit.papers.in_state("receipt", JobState.QUEUED)
    return str(from_json([job.job for job in jobs if job.job.task == "paper"][-1].paper_json))


def test_the_sale_that_reaches_a_tier_raises_the_member_in_its_own_transaction(till, checkout):
    till.link.online = False
    checkout.add_item(2)
    state = checkout.attach(ANNA.member_id)

    assert state.raising is not None
    assert (state.raising.tier, state.priced.due_minor) == (Tier.SILVER, 5_000)

    done = checkout.pay((TenderAsked(TenderKind.CARD, 5_000, reference="1"),))

    assert done.raised == said(till).raised
    assert (done.raised.tier, done.raised.was, done.raised.reason) == (Tier.SILVER, Tier.NORMAL, Reason.SPEND)
    assert (done.raised.spend_minor, done.raised.kept_until) == (30_000, date(2027, 12, 31))
    assert "近 12 个月消费 ￥300.00" in printed(till) or "￥300.00 spent within 12 months" in printed(till)


def test_the_tier_prices_the_next_sale_never_the_one_that_earned_it(checkout):
    bought(checkout, 2)

    checkout.add_item(1)
    state = checkout.attach(ANNA.member_id)

    assert (state.member.member.tier, state.priced.due_minor) == (Tier.SILVER, 9_000)
    assert state.member.standing.next.missing_minor == 70_000
    assert bought(checkout).raised is None  # 39,000 of 100,000


def test_the_card_tells_what_the_next_tier_takes(till):
    standing = MemberDesk(till.session, FakePins()).card(ANNA.member_id).standing

    assert (standing.next.tier, standing.next.missing_minor, standing.next.share_bp) == (Tier.SILVER, 5_000, 8_333)


def test_head_offices_word_wins_once_it_has_heard_of_the_sale(till, checkout):
    bought(checkout, 2)
    after = replace(
        record(ANNA, applied_seq=till.log.head()[0], version=2, visit=TODAY), facts=TierFacts((LAST_MONTH,))
    )

    till.publish(after)
    card = MemberDesk(till.session, FakePins()).card(ANNA.member_id)

    assert (card.member.tier, card.standing.next.missing_minor) == (Tier.NORMAL, 5_000)


def test_a_tier_that_head_office_gave_stands_without_any_purchase(till, checkout):
    till.publish(replace(record(replace(ANNA, tier=Tier.GOLD), version=2), facts=TierFacts()))

    card = MemberDesk(till.session, FakePins()).card(ANNA.member_id)

    assert (card.standing.tier, card.standing.reason, card.standing.next) == (Tier.GOLD, Reason.GIVEN, None)
    assert bought(checkout, 1).raised is None


def test_a_paid_membership_grants_its_tier_until_a_date_and_longer_when_bought_again(till, checkout):
    done = bought(checkout, 9)
    line = said(till).lines[0]

    assert (done.raised.tier, done.raised.reason) == (Tier.GOLD, Reason.BOUGHT)
    assert line.term == TierTerm("T1/1.1/2/term1", Tier.GOLD, TODAY, 12)
    assert line.term_until == done.raised.kept_until == date(2027, 11, 21)
    assert "2027-11-21" in printed(till)

    assert bought(checkout, 9).raised is None
    assert said(till).lines[0].term_until == date(2028, 11, 21)
    assert MemberDesk(till.session, FakePins()).card(ANNA.member_id).standing.kept_until == date(2028, 11, 21)


def test_what_is_paid_for_a_membership_counts_for_no_tier(checkout, till):
    bought(checkout, 9)

    standing = MemberDesk(till.session, FakePins()).card(ANNA.member_id).standing

    assert (standing.spend_minor, standing.visits) == (25_000, 2)


def test_a_membership_needs_a_member(checkout):
    checkout.add_item(9)

    with pytest.raises(Refused, match=r"membership\.needs_member"):
        checkout.pay((TenderAsked(TenderKind.CARD, 19_900, reference="1"),))


def test_somebody_who_joined_here_is_raised_here_too(till, checkout):
    joined = replace(member(7), joined_on=TODAY - timedelta(days=1))
    with till.store.unit() as unit:
        unit.members.register(joined, 1)

    assert bought(checkout, 1, 1, 1, member_id=joined.member_id).raised.tier is Tier.SILVER
    assert MemberDesk(till.session, FakePins()).card(joined.member_id).member.tier is Tier.SILVER


def test_pressing_pay_again_tells_the_same_tier(checkout):
    checkout.add_item(2)
    sale_id = checkout.attach(ANNA.member_id).basket.sale_id
    paid = (TenderAsked(TenderKind.CARD, 5_000, reference="1"),)

    assert checkout.pay(paid, sale_id) == checkout.pay(paid, sale_id)


def returned(till, done, pieces):
    desk = RefundDesk(till.session, FakePins())
    of = desk.look(done.receipt_no)
    return desk.take_back(of, RefundAsked(desk.begin(), pieces, "unopened"), Override(MANAGER.staff_id, "2222", "ok"))


def test_what_comes_back_takes_the_tier_that_it_had_reached_here_with_it(till, checkout):
    done = bought(checkout, 2, 2)
    assert MemberDesk(till.session, FakePins()).card(ANNA.member_id).member.tier is Tier.SILVER

    returned(till, done, {1: 1})
    assert MemberDesk(till.session, FakePins()).card(ANNA.member_id).member.tier is Tier.SILVER  # 30,000 are left

    returned(till, done, {1: 1})
    card = MemberDesk(till.session, FakePins()).card(ANNA.member_id)
    assert (card.member.tier, card.standing.next.missing_minor) == (Tier.NORMAL, 5_000)


def test_a_membership_that_comes_back_is_over_at_once(till, checkout):
    done = bought(checkout, 9)

    returned(till, done, {1: 1})

    card = MemberDesk(till.session, FakePins()).card(ANNA.member_id)
    assert (card.member.tier, card.standing.kept_until) == (Tier.NORMAL, None)


def test_the_rules_say_what_counts_as_proof_for_many_points(tmp_path):
    strict = replace(RULES, version="p3", valid_from=date(2026, 1, 3), points_proofs=(PointsProof.CODE,))
    till = opened(new_till(tmp_path, strict, item(1, 100_000), record(ANNA, 9_000)))
    till.grant(grant(1, ANNA, 9_000))
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)

    checkout.scan(ANNA.card_no)
    with pytest.raises(Refused, match=r"redeem\.needs_proof"):
        checkout.redeem_points(5_000)
    checkout.prove(dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms()))

    assert checkout.redeem_points(5_000).priced.points == 5_000
    till.close()


def test_a_code_that_is_ahead_of_a_slow_clock_says_so(till, checkout):
    shown = dynamic_code.make(ANNA.card_no, ANNA.code_key, till.clock.now_ms() + 600_000)

    with pytest.raises(Refused, match=r"member_code\.ahead") as refused:
        checkout.scan(shown)

    assert refused.value.facts == {"ahead_s": 600}
