from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.events import Sale
from pos_app.domain.foreign import ForeignRate
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.members import Tier
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from tests.fakes import FakePins
from tests.till_kit import MANAGER, PROGRAMME, TODAY, grant, member, record, renamed_rules

ANNA = member(1)


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


def cash(given_minor, amount_minor=0):
    return TenderAsked(TenderKind.CASH, amount_minor, given_minor)


def wechat(amount_minor, reference="4200001"):
    return TenderAsked(TenderKind.WECHAT, amount_minor, reference=reference)


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value


def sales(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)]


def jobs(till):
    with till.store.view() as unit:
        return [job.job for job in unit.papers.in_state("receipt", JobState.QUEUED)]


def test_one_payment_writes_everything_that_belongs_to_a_sale(checkout, till):
    till.grant(grant(1, ANNA, 1_000), grant(2, ANNA, 3_000))
    checkout.add_item(1)
    checkout.add_item(2)
    checkout.attach(ANNA.member_id)
    checkout.redeem_points(1_500)

    done = checkout.pay((wechat(5_000), cash(10_000)))

    (sale,) = sales(till)
    assert (sale.due_minor, sale.rounding_minor) == (10_500, 0)
    assert [(tender.kind, tender.amount_minor, tender.change_minor) for tender in sale.tenders] == [
        (TenderKind.WECHAT, 5_000, 0),
        (TenderKind.CASH, 5_500, 4_500),
    ]
    assert sale.spends == (Spend("ho/1", 1_000), Spend("ho/2", 500))
    assert sale.earned.amount == done.earned_points == 735
    assert (done.change_minor, done.points_after) == (4_500, 5_000 - 1_500 + 735)
    with till.store.view() as unit:
        held = {holding.grant.gid: holding.remaining for holding in unit.holdings.of(ANNA.member_id)}
        assert held == {"ho/2": 2_500, sale.earned.gid: 735}
        assert unit.calls.call(done.calls[0].call_id) == done.calls[0]
        assert unit.basket.current() is None
    assert [(job.task, job.subject) for job in jobs(till)] == [("paper", done.receipt_no), ("drawer", done.receipt_no)]
    assert from_json(jobs(till)[0].paper_json).kind == "receipt"


def test_a_second_press_returns_the_first_sale_and_writes_nothing(checkout, till):
    sale_id = checkout.add_item(1).basket.sale_id
    first = checkout.pay((cash(10_000),), sale_id)
    head = till.log.head()

    assert checkout.pay((cash(10_000),), sale_id) == first
    checkout.add_item(2)
    assert checkout.pay((), sale_id) == first
    assert till.log.head() == head
    assert len(jobs(till)) == 2


def test_paying_a_sale_that_is_not_in_hand_is_refused(checkout):
    checkout.add_item(1)

    assert refusal(checkout.pay, (cash(10_000),), "0" * 32).code == "sale.not_open"
    checkout.cancel()
    assert refusal(checkout.pay, ()).code == "sale.empty"


def test_receipt_numbers_have_no_gaps_whatever_is_refused_in_between(checkout):
    numbers = []
    for _ in range(3):
        checkout.add_item(1)
        assert refusal(checkout.pay, (cash(100),)).code == "tender.short"
        assert refusal(checkout.pay, (wechat(10_001),)).code == "tender.too_much"
        assert refusal(checkout.pay, (wechat(10_000, ""),)).code == "tender.needs_reference"
        assert checkout.state().next_receipt_no.endswith(f"{len(numbers) + 1:06d}")
        numbers.append(checkout.pay((cash(10_000),)).receipt_no)

    assert numbers == ["0001-1-A1-000001", "0001-1-A1-000002", "0001-1-A1-000003"]


def test_a_refused_payment_leaves_the_basket_as_it_was(checkout, till):
    before = checkout.add_item(1)
    head = till.log.head()

    refusal(checkout.pay, (wechat(10_001),))

    assert checkout.state() == before
    assert till.log.head() == head


def test_cash_is_rounded_down_on_the_cash_part_only(checkout):
    checkout.add_item(3)

    done = checkout.pay((cash(600),))

    assert (done.due_minor, done.rounding_minor, done.change_minor) == (555, -5, 50)


def test_a_basket_taken_wholly_with_points_needs_no_money_and_opens_no_drawer(checkout, till):
    till.grant(grant(1, ANNA, 2_000))
    checkout.attach(ANNA.member_id)
    checkout.redeem_item(2)

    done = checkout.pay(())

    assert (done.due_minor, done.spent_points, done.earned_points) == (0, 2_000, 0)
    assert [job.task for job in jobs(till)] == ["paper"]
    assert sales(till)[0].earned is None


def test_what_was_earned_is_spendable_in_the_next_sale(checkout):
    checkout.attach(ANNA.member_id)
    checkout.add_item(1, 2)
    assert checkout.pay((cash(20_000),)).earned_points == 1_400

    checkout.attach(ANNA.member_id)
    checkout.add_item(2, 2)
    checkout.redeem_points(1_400)

    assert checkout.pay((cash(2_600),)).spent_points == 1_400


def test_points_that_went_since_they_were_chosen_stop_the_payment(checkout, till):
    till.grant(grant(1, ANNA, 2_000))
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    checkout.redeem_points(2_000)
    with till.store.unit() as unit:  # as a release at head office's call would
        unit.holdings.take([Spend("ho/1", 500)])

    error = refusal(checkout.pay, (cash(8_000),))

    assert (error.code, error.facts["usable"]) == ("points.short_here", 1_500)
    assert sales(till) == []


def test_a_guest_earns_nothing_and_is_called_by_nobody(checkout, till):
    checkout.add_item(1)

    done = checkout.pay((cash(10_000),))

    assert (done.earned_points, done.points_after, done.calls, done.member_name) == (0, None, (), "")


def test_without_consent_nobody_falls_due(checkout, till):
    till.publish(record(member(7, consents=())))
    checkout.attach(member(7).member_id)
    checkout.add_item(1)

    assert checkout.pay((cash(10_000),)).calls == ()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_sale_balances_to_the_cent_and_to_the_point(checkout, till, data):
    checkout.cancel()
    till.publish(record(replace(ANNA, tier=Tier.PLATINUM), version=2))  # no sale raises her: each is priced alike
    till.grant(grant(till.log.head()[0] * 10, ANNA, 20_000))
    for n in data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)):
        checkout.add_item(n, data.draw(st.integers(1, 5)))
    state = checkout.scan(ANNA.card_no).state
    most = min(state.priced.due_minor // 2, 5_000) // 100 * 100
    if most >= 100:
        state = checkout.redeem_points(data.draw(st.integers(0, most // 100)) * 100)
    by_card = data.draw(st.integers(0, state.priced.due_minor))
    tenders = (wechat(by_card),) if by_card else ()
    if by_card < state.priced.due_minor:
        tenders += (cash(state.priced.due_minor - by_card + data.draw(st.integers(0, 5_000))),)

    checkout.pay(tenders)

    sale = sales(till)[-1]
    paid = sum(tender.amount_minor for tender in sale.tenders)
    points = sum(line.redeemed_points + line.basket_points for line in sale.lines)
    assert sum(line.paid_minor for line in sale.lines) == sale.due_minor == paid - sale.rounding_minor
    assert -10 < sale.rounding_minor <= 0
    assert sum(spend.amount for spend in sale.spends) == points
    assert sum(line.earned_points for line in sale.lines) == (sale.earned.amount if sale.earned else 0)
    till.store.tables.log.verify()


def test_stored_value_is_paid_from_both_parts_and_never_from_points(checkout, till):
    till.grant(grant(1, ANNA, 9_000), grant(2, ANNA, 3_000, asset=Asset.VALUE), grant(3, ANNA, 500, asset=Asset.GIFT))
    checkout.add_item(2)
    checkout.scan(ANNA.card_no)
    due = checkout.state().priced.due_minor

    checkout.pay((TenderAsked(TenderKind.VALUE, 1_000), cash(due - 1_000)))

    (sale,) = sales(till)
    assert sale.spends == (Spend("ho/2", 857), Spend("ho/3", 143))  # 3,000 to 500
    assert [(t.kind, t.amount_minor) for t in sale.tenders][:2] == [(TenderKind.VALUE, 857), (TenderKind.GIFT, 143)]


def test_stored_value_that_is_not_here_or_nobodys_pays_nothing(checkout, till):
    checkout.add_item(1)
    due = checkout.state().priced.due_minor
    value = TenderAsked(TenderKind.VALUE, due)

    nobodys = refusal(checkout.pay, (value,))
    checkout.scan(ANNA.card_no)
    not_here = refusal(checkout.pay, (TenderAsked(TenderKind.VALUE, checkout.state().priced.due_minor),))

    assert (nobodys.code, not_here.code) == ("redeem.needs_member", "value.short")
    assert sales(till) == []


@pytest.mark.parametrize("asset", [Asset.VALUE, Asset.GIFT])
def test_stored_value_is_bound_by_what_binds_points(checkout, till, asset):
    till.grant(grant(1, ANNA, 90_000, asset=asset))
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)
    due = checkout.state().priced.due_minor
    tenders = (TenderAsked(TenderKind.VALUE, due),)

    till.log.mark_ended("push.fork")
    ended = refusal(checkout.pay, tenders)
    till.log.mark_ended("")
    till.clock.pass_ms(72 * 3_600_000)
    silent = refusal(checkout.pay, tenders)

    assert (ended.code, silent.code) == ("redeem.life_ended", "redeem.unsent_too_long")
    assert sales(till) == []


def test_offline_one_payment_takes_no_more_stored_value_than_the_rules_allow(checkout, till):
    cap_minor = PROGRAMME.offline_value_cap_minor
    till.grant(grant(1, ANNA, 10 * cap_minor, asset=Asset.VALUE))
    checkout.add_item(1, 50)
    checkout.scan(ANNA.card_no)
    due = checkout.state().priced.due_minor
    assert due > cap_minor

    def pay(amount):
        return checkout.pay((TenderAsked(TenderKind.VALUE, amount), cash(due - amount)))

    error = refusal(pay, cap_minor + 1)
    assert (error.code, error.facts) == ("redeem.offline_value_cap", {"cap_minor": cap_minor})
    assert pay(cap_minor).due_minor == due


def test_bought_and_given_value_share_the_cap_of_one_payment_that_a_manager_lifts(checkout, till):
    cap_minor = PROGRAMME.offline_value_cap_minor
    for n, asset in enumerate((Asset.VALUE, Asset.GIFT)):
        till.grant(grant(n, ANNA, cap_minor, asset=asset))
    checkout.add_item(1, 50)
    checkout.scan(ANNA.card_no)
    due = checkout.state().priced.due_minor
    parts = [TenderAsked(kind, cap_minor // 2 + 50) for kind in (TenderKind.VALUE, TenderKind.GIFT)]
    parts.append(cash(due - 2 * (cap_minor // 2 + 50)))

    assert refusal(checkout.pay, tuple(parts)).code == "redeem.offline_value_cap"
    assert sales(till) == []
    checkout.vouch(Override("E2", "2222", "认识顾客"))
    checkout.pay(tuple(parts))
    assert len(sales(till)) == 1


def test_a_rate_ends_with_the_rules_that_published_it(checkout, till):
    notes = TenderAsked(TenderKind.FOREIGN, given_minor=50_000, currency="HKD")
    till.publish(renamed_rules(replace(PROGRAMME, rates=(ForeignRate("HKD", 912_300),)), "p2"), shard="global")
    ended = replace(PROGRAMME, version="p3", valid_from=TODAY + timedelta(days=1), rates=())
    till.publish(ended, shard="global")
    checkout.add_item(1)
    assert checkout.pay((notes,)).change_minor == 35_610
    till.clock.pass_ms(86_400_000)
    till.session.staff = MANAGER
    day = DayDesk(till.session, FakePins())
    day.close_day({10_000: 1}, "测试")
    day.open_day(10_000)
    checkout.add_item(1)

    assert refusal(checkout.pay, (notes,)).code == "tender.currency"
    assert not checkout.state().basket.is_empty
