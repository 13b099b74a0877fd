from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pos_app.domain.campaigns import Benefit, BenefitKind, Step, What, When, Who
from pos_app.domain.events import Sale
from pos_app.domain.lifecycle import LifeRules, Segment, Stage
from pos_app.domain.members import CampaignUsed, Tier
from pos_app.domain.payment import TenderAsked
from pos_app.domain.price_steps import CampaignUse, PriceStep
from pos_app.domain.programme import TierRule
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from tests.fakes import START_MS, FakePins
from tests.till_kit import PROGRAMME, SHANGHAI, TODAY, campaign, item, member, new_till, opened, record

ANNA = member(1)
HOUR_MS = 3_600_000
TENTH_OFF = campaign(0, benefit=Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000))
HOUR = datetime.fromtimestamp(START_MS / 1_000, SHANGHAI).hour
THIS_HOUR = replace(TENTH_OFF, when=When(hour_from=HOUR, hour_to=HOUR + 1))
OVER_150 = campaign(1, benefit=Benefit(BenefitKind.MONEY_OFF, steps=(Step(15_000, 2_000),)))


@pytest.fixture
def till_with(tmp_path):
    tills = []

    def make(*campaigns):
        till = opened(new_till(tmp_path, item(1), item(2, 5_000), record(ANNA), *campaigns))
        tills.append(till)
        return till, Checkout(till.session, FakePins())

    yield make
    for till in tills:
        till.close()


def card(due_minor):
    return (TenderAsked(TenderKind.CARD, due_minor, reference="1"),)


def said(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)][-1]


def test_a_sale_is_priced_by_the_campaigns_in_force_and_says_which(till_with):
    till, checkout = till_with(TENTH_OFF, OVER_150)
    checkout.add_item(1)
    state = checkout.add_item(2, 2)

    checkout.pay(card(16_000))

    sale = said(till)
    assert state.priced.due_minor == sale.due_minor == 16_000
    assert [line.steps for line in sale.lines] == [
        (PriceStep("C0@1", 1_000), PriceStep("C1@1", 1_000)),
        (PriceStep("C0@1", 1_000), PriceStep("C1@1", 1_000)),
    ]
    assert sale.uses == (CampaignUse("C0", 1, 3), CampaignUse("C1", 1, 1))


def test_an_hour_that_ends_while_the_customer_looks_for_a_purse_changes_no_price(till_with):
    till, checkout = till_with(THIS_HOUR)
    shown = checkout.add_item(1).priced.due_minor
    till.clock.pass_ms(HOUR_MS)

    done = checkout.pay(card(shown))

    assert (shown, done.due_minor) == (9_000, 9_000)


def test_the_next_thing_that_is_rung_up_is_priced_by_the_hour_it_is(till_with):
    till, checkout = till_with(THIS_HOUR)
    assert checkout.add_item(1).priced.due_minor == 9_000
    till.clock.pass_ms(HOUR_MS)

    assert checkout.add_item(2).priced.due_minor == 15_000


def test_a_campaign_published_meanwhile_changes_no_price_that_is_shown(till_with):
    till, checkout = till_with()
    shown = checkout.add_item(1).priced.due_minor
    till.publish(TENTH_OFF, shard="global")

    assert checkout.state().priced.due_minor == shown
    assert checkout.pay(card(shown)).due_minor == shown


def test_what_a_restarted_till_shows_is_what_is_paid(till_with):
    till, checkout = till_with(THIS_HOUR)
    checkout.add_item(1)
    till.clock.pass_ms(HOUR_MS)

    restarted = Checkout(till.session, FakePins())

    assert restarted.state().priced.due_minor == 10_000
    assert restarted.pay(card(10_000)).due_minor == 10_000


def test_a_price_that_changed_under_the_cashier_is_said_before_money_is_taken(till_with):
    till, checkout = till_with()
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    till.publish(record(replace(ANNA, tier=Tier.GOLD), version=2))

    with pytest.raises(Refused) as refused:
        checkout.pay(card(10_000))

    assert (refused.value.code, refused.value.facts) == (
        "sale.price_changed",
        {"due_minor": 9_500, "shown_minor": 10_000},
    )
    assert checkout.pay(card(9_500)).due_minor == 9_500


def test_a_members_cap_holds_over_sales_and_does_not_bind_others(till_with):
    till, checkout = till_with(replace(TENTH_OFF, cap_per_member=1))
    for due in (9_000, 10_000):
        checkout.add_item(1)
        assert checkout.attach(ANNA.member_id).priced.due_minor == due
        checkout.pay(card(due))

    other = member(2)
    till.publish(record(other))
    checkout.add_item(1)

    assert checkout.attach(other.member_id).priced.due_minor == 9_000


def test_a_budget_ends_for_everybody_at_this_till(till_with):
    _till, checkout = till_with(replace(TENTH_OFF, budget_per_till=2))
    checkout.add_item(1, 2)
    checkout.pay(card(18_000))

    assert checkout.add_item(1).priced.due_minor == 10_000


def test_a_cancelled_sale_uses_nothing_up(till_with):
    _till, checkout = till_with(replace(TENTH_OFF, budget_per_till=1))
    checkout.add_item(1)
    checkout.cancel()

    assert checkout.add_item(1).priced.due_minor == 9_000


def test_a_guest_is_told_what_a_member_would_earn_with_campaigns(till_with):
    _till, checkout = till_with(
        campaign(2, benefit=Benefit(BenefitKind.POINTS_TIMES, times_bp=20_000), who=Who(members_only=True))
    )

    guest = checkout.add_item(1)

    assert (guest.priced.earned_points, guest.earning_if_joined) == (0, 1_400)
    assert checkout.attach(ANNA.member_id).priced.earned_points == 1_400


def test_a_child_of_the_right_age_makes_the_price(till_with):
    six_months = campaign(3, who=Who(months_from=6, months_to=6), what=What(items=(1,)))
    _till, checkout = till_with(six_months)
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).priced.due_minor == 8_997  # born on 2026-05-10


def test_a_campaign_that_is_over_today_prices_nothing(till_with):
    _till, checkout = till_with(replace(TENTH_OFF, valid_to=TENTH_OFF.valid_from - timedelta(days=1)))

    assert checkout.add_item(1).priced.due_minor == 10_000


def test_in_the_month_of_a_birthday_points_have_the_multiplier_for_that(tmp_path):
    rules = replace(PROGRAMME, version="p2", tiers=(TierRule(Tier.NORMAL, 0, birthday_multiplier_bp=20_000),))
    rules = replace(rules, valid_from=rules.valid_from + timedelta(days=1))
    till = opened(new_till(tmp_path, rules, item(1), record(replace(ANNA, birthday=date(1993, 11, 2)))))
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).priced.earned_points == 1_400
    till.close()


def test_a_sale_keeps_the_names_of_the_campaigns_that_priced_it(till_with):
    till, checkout = till_with(TENTH_OFF)
    checkout.add_item(1)
    till.publish(replace(TENTH_OFF, version=2, name="改名"), shard="global")

    checkout.pay(card(9_000))

    assert [(name.rule, name.name) for name in said(till).names] == [("C0@1", "活动0")]


@pytest.mark.parametrize(("said", "applied_seq", "due_minor"), [(0, 0, 8_999), (0, 99, 8_999), (1, 99, 10_000)])
def test_a_cap_counts_what_head_office_has_and_what_this_till_used_since(till_with, said, applied_seq, due_minor):
    till, checkout = till_with(campaign(1, cap_per_member=2))
    checkout.attach(ANNA.member_id)
    checkout.add_item(1)
    checkout.pay(card(8_999))
    used = (CampaignUsed("C1", 1 + said, TODAY),) if applied_seq else ()
    till.publish(replace(record(ANNA, 0, applied_seq, version=2), uses=used))
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).priced.due_minor == due_minor


def test_who_comes_back_is_no_longer_dormant(till_with):
    till, checkout = till_with(campaign(4, who=Who(stages=(Stage.DORMANT,))))
    asleep = replace(ANNA, joined_on=TODAY - timedelta(days=200))
    till.publish(record(asleep, version=2, visit=TODAY - timedelta(days=91)))
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).priced.due_minor == 8_996
    checkout.pay(card(8_996))
    checkout.add_item(1)
    assert checkout.attach(ANNA.member_id).priced.due_minor == 10_000


def test_what_is_bought_here_counts_for_the_kind_before_head_office_heard_of_it(tmp_path):
    rules = replace(PROGRAMME, version="p2", valid_from=PROGRAMME.valid_from + timedelta(days=1))
    rules = replace(rules, life=LifeRules(frequent_visits=1, valued_minor=10_000))
    wanted = campaign(4, who=Who(segments=(Segment.KEY_VALUE,)))
    till = opened(new_till(tmp_path, rules, item(1), wanted, record(ANNA)))
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)

    assert checkout.attach(ANNA.member_id).priced.due_minor == 10_000
    checkout.pay(card(10_000))
    checkout.add_item(1)
    assert checkout.attach(ANNA.member_id).priced.due_minor == 8_996
    till.close()
