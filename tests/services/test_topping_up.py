"""Top-ups at one till: what is paid, what is given and when, the slip, the Z, and what may be spent at once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.events import ToppedUp
from pos_app.domain.ledger import Asset
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.stored_value import GiftPart, TopUpRule, ValueParts
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.topping_up import TopUpAsked, TopUpDesk
from tests.fakes import FakePins
from tests.till_kit import PROGRAMME, member, renamed_rules

ANNA = member(1)
RULES = (TopUpRule("T500", 50_000, 5_000), TopUpRule("T1000", 100_000, 10_000, months=3))


@pytest.fixture
def desk(till):
    till.publish(renamed_rules(replace(PROGRAMME, topups=RULES), "p2"), shard="global")
    return TopUpDesk(till.session)


def cash(given_minor):
    return (TenderAsked(TenderKind.CASH, given_minor=given_minor),)


def asked(desk, amount, tenders=None, who=ANNA.member_id):
    return TopUpAsked(desk.begin(), who, amount, cash(amount) if tenders is None else tenders)


def topups(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, ToppedUp)]


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value.code


def test_a_top_up_is_spendable_here_at_once_with_its_gift(desk, till):
    done = desk.top_up(asked(desk, 50_000, cash(60_000)))

    assert (done.paid_minor, done.gift_minor, done.change_minor, done.later) == (50_000, 5_000, 10_000, ())
    assert done.after == ValueParts(50_000, 5_000)
    (fact,) = topups(till)
    assert (fact.rule, [(one.asset, one.amount) for one in fact.granted]) == (
        "T500@p2",
        [(Asset.VALUE, 50_000), (Asset.GIFT, 5_000)],
    )
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)
    assert checkout.pay((TenderAsked(TenderKind.VALUE, 10_000),)).earned_points == 700
    assert checkout.attach(ANNA.member_id).member.value.total == 45_000


def test_a_gift_in_parts_gives_the_first_at_once_and_promises_the_others_by_the_month(desk, till):
    done = desk.top_up(asked(desk, 100_000))

    assert (done.gift_minor, done.later) == (
        3_334,
        (GiftPart(3_333, date(2026, 12, 22)), GiftPart(3_333, date(2027, 1, 22))),
    )


def test_an_amount_without_a_rule_is_given_nothing(desk, till):
    assert desk.top_up(asked(desk, 12_300)).gift_minor == 0
    assert topups(till)[0].rule == ""


def test_asking_twice_is_one_top_up(desk, till):
    once = asked(desk, 50_000)

    assert desk.top_up(once) == desk.top_up(once)
    assert len(topups(till)) == 1


def test_what_cannot_be_bought_is_refused(desk, till):
    value = (TenderAsked(TenderKind.VALUE, 50_000),)

    assert refusal(desk.top_up, asked(desk, 0)) == "topup.amount"
    assert refusal(desk.top_up, asked(desk, 50_050)) == "topup.amount"
    assert refusal(desk.top_up, asked(desk, 5_000_100)) == "topup.amount"
    assert refusal(desk.top_up, asked(desk, 50_000, value)) == "topup.tender"
    goods = (TenderAsked(TenderKind.EXCHANGE, 50_000, reference="0001-1-A1-000001"),)
    assert refusal(desk.top_up, asked(desk, 50_000, goods)) == "topup.tender"
    assert refusal(desk.top_up, asked(desk, 50_000, cash(40_000))) == "tender.short"
    assert refusal(desk.top_up, asked(desk, 50_000, who="nobody")) == "member.unknown"
    till.log.mark_ended("push.fork")
    assert refusal(desk.top_up, asked(desk, 50_000)) == "redeem.life_ended"
    assert topups(till) == []


def test_the_slip_says_everything_and_the_drawer_opens_for_cash_only(desk, till):
    desk.top_up(asked(desk, 100_000, (TenderAsked(TenderKind.CARD, 100_000, reference="POS 7"),)))

    with till.store.view() as unit:
        (job,) = [job.job for job in unit.papers.in_state("receipt", JobState.QUEUED)]
    told = str(from_json(job.paper_json))
    assert "T0001-1-A1-000001" in told
    assert all(part in told for part in ("1,000.00", "33.34", "2026-12-22", "1,033.34"))
    assert ANNA.phone not in told


def test_it_is_no_sale_but_cash_that_the_drawer_should_hold(desk, till):
    desk.top_up(asked(desk, 50_000))
    desk.top_up(asked(desk, 100_000, (TenderAsked(TenderKind.CARD, 60_000, reference="1"), *cash(40_000))))

    day = totals((seq, fact) for seq, fact, _at in till.store.tables.log.facts(1, 10**6))

    assert (day.sales, day.due_minor, day.points_earned) == (0, 0, 0)
    assert (day.topups, day.topped_up_minor, day.topup_gift_minor) == (2, 150_000, 8_334)
    assert expected_cash(0, day) == 90_000


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(amounts=st.lists(st.sampled_from([10_000, 50_000, 100_000]), max_size=3), spent=st.integers(1, 20_000))
def test_what_there_is_was_sold_or_given_and_not_spent(desk, till, amounts, spent):
    checkout = Checkout(till.session, FakePins())
    for amount in amounts:
        desk.top_up(asked(desk, amount))
    checkout.cancel()
    checkout.add_item(1, 5)
    state = checkout.scan(ANNA.card_no).state
    paid = min(spent, state.member.value.total, state.priced.due_minor)
    rest = state.priced.due_minor - paid
    tenders = (TenderAsked(TenderKind.VALUE, paid),) if paid else ()
    checkout.pay((*tenders, *((TenderAsked(TenderKind.WECHAT, rest, reference="1"),) if rest else ())))

    said = totals((seq, fact) for seq, fact, _at in till.store.tables.log.facts(1, 10**6))
    used = sum(t.amount_minor for t in said.tenders if t.kind in (TenderKind.VALUE, TenderKind.GIFT))
    after = checkout.attach(ANNA.member_id).member.value
    assert after.total == after.usable_here == said.topped_up_minor + said.topup_gift_minor - used
