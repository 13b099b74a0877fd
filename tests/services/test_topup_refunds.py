"""Top-ups that come back at the till that sold them: undone on their day, later as far as they were not spent."""

from dataclasses import replace

import pytest

from pos_app.domain.day_close import booked, expected_cash, totals
from pos_app.domain.events import DayClosed, Overridden, TopUpRefunded
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.stored_value import TopUpRule, ValueParts
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from pos_app.services.topping_up import TopUpAsked, TopUpDesk
from pos_app.services.topup_refunds import TopUpRefundAsked, TopUpRefundDesk
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, grant, member, renamed_rules

ANNA = member(1)
BOSS = Override("E2", "2222", "顾客反悔")
RULES = (TopUpRule("T500", 50_000, 5_000), TopUpRule("T1000", 100_000, 10_000, months=3))
CARD = (TenderAsked(TenderKind.CARD, 50_000, reference="POS 7"),)


@pytest.fixture
def desk(till):
    till.publish(renamed_rules(replace(PROGRAMME, topups=RULES), "p2"), shard="global")
    return TopUpRefundDesk(till.session, FakePins())


def top_up(till, amount=50_000, tenders=None):
    desk, topup_id = TopUpDesk(till.session), TopUpDesk(till.session).begin()
    cash = (TenderAsked(TenderKind.CASH, given_minor=amount),)
    desk.top_up(TopUpAsked(topup_id, ANNA.member_id, amount, cash if tenders is None else tenders))
    return topup_id


def asked(desk, topup_id, **more):
    return TopUpRefundAsked(desk.begin(), topup_id, "customer", **more)


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value.code


def facts(till, kind):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, kind)]


def spend(till, minor):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1, 9)
    due = checkout.scan(ANNA.card_no).state.priced.due_minor
    rest = TenderAsked(TenderKind.WECHAT, due - minor, reference="1")
    checkout.pay((TenderAsked(TenderKind.VALUE, minor), rest))


def test_a_top_up_of_the_day_is_undone_with_its_gift_by_somebody_elses_approval(desk, till):
    topup_id = top_up(till, tenders=CARD)
    once = asked(desk, topup_id, given_minor=50_000)
    assert refusal(desk.refund, once) == "override.needed"

    done = desk.refund(once, BOSS)

    assert (done.refund_no, done.given_minor, done.cash_minor) == ("TR0001-1-A1-000001", 50_000, 0)
    assert (done.is_undo, done.after) == (True, ValueParts(0, 0))
    assert desk.refund(once) == done
    (fact,) = facts(till, TopUpRefunded)
    assert [(one.kind, one.amount_minor, one.reference) for one in fact.tenders] == [("card", 50_000, "POS 7")]
    (said,) = facts(till, Overridden)
    assert (said.act, said.subject, said.amount_minor) == ("void", "T0001-1-A1-000001", 50_000)
    assert desk.sold_to(ANNA.member_id) == ()
    assert refusal(desk.refund, asked(desk, topup_id), BOSS) == "topup.all_back"


def test_later_what_was_not_spent_comes_back_and_its_gift_ends(desk, till):
    topup_id = top_up(till, 100_000)
    spend(till, 10_334)
    till.session.staff = MANAGER
    day = DayDesk(till.session, FakePins())
    day.close_day({10_000: 15}, "测试")
    day.open_day(150_000)
    till.session.staff = CASHIER

    quote = desk.work_out(topup_id)
    done = desk.refund(asked(desk, topup_id, given_minor=quote.given_minor), BOSS)

    assert (quote.principal_minor, done.given_minor, done.is_undo) == (
        89_990,
        89_990,
        False,
    )  # 9 cannot be paid in cash
    assert [part.amount_minor for part in quote.cancelled] == [3_333, 3_333]
    assert quote.gift_minor == 8_999 - 6_666
    assert done.after == ValueParts(9, 3_334 - 333 - quote.gift_minor)
    assert facts(till, Overridden)[-1].act == "refund"


def test_the_z_proves_it_and_the_drawer_should_hold_what_is_left(desk, till):
    kept, gone = top_up(till), top_up(till)
    top_up(till, tenders=CARD)
    desk.refund(asked(desk, gone), BOSS)

    day = totals((seq, fact) for seq, fact, _at in till.store.tables.log.facts(1, 10**6))
    assert (day.topups, day.topped_up_minor, day.topup_refunds, day.topup_refunded_minor) == (3, 150_000, 1, 50_000)
    assert (expected_cash(0, day), booked("cash", day), booked("card", day)) == (50_000, 50_000, 50_000)
    till.session.staff = MANAGER
    DayDesk(till.session, FakePins()).close_day({10_000: 10}, "")
    (closed,) = facts(till, DayClosed)
    assert (closed.over_short_minor, [line for line in closed.proof if line.difference]) == (0, [])
    assert kept


def test_the_slip_says_what_went_where_and_the_drawer_opens_for_cash(desk, till):
    topup_id = top_up(till, 100_000)
    desk.refund(asked(desk, topup_id), BOSS)

    with till.store.view() as unit:
        jobs = [job.job for job in unit.papers.in_state("receipt", JobState.QUEUED)]
    told = str(from_json([job for job in jobs if job.paper_json][-1].paper_json))
    assert all(part in told for part in ("TR0001-1-A1-000001", "T0001-1-A1-000001", "1,000.00", "-33.34", "2026-12-22"))
    assert ANNA.phone not in told
    assert jobs[-1].paper_json == ""


def test_what_lies_elsewhere_is_asked_for_and_never_guessed(desk, till):
    topup_id = top_up(till)
    till.session.run(lambda unit: unit.holdings.take((value_spend(till, 20_000),), at_ms=1))

    assert refusal(desk.refund, asked(desk, topup_id), BOSS) == "topup.short_here"
    with till.store.unit() as unit:
        unit.holdings.install([grant(7, ANNA, 20_000, asset=Asset.VALUE)], at_ms=1)

    assert desk.refund(asked(desk, topup_id), BOSS).given_minor == 50_000


def value_spend(till, amount):
    held = [one for one in till.store.tables.holdings.of(ANNA.member_id) if one.grant.asset is Asset.VALUE]
    return Spend(held[0].grant.gid, amount)


def test_what_cannot_come_back_is_refused(desk, till):
    topup_id = top_up(till)

    assert refusal(desk.refund, asked(desk, "nothing"), BOSS) == "topup.unknown"
    assert refusal(desk.refund, replace(asked(desk, topup_id), reason=" "), BOSS) == "refund.needs_reason"
    assert refusal(desk.refund, asked(desk, topup_id, given_minor=1), BOSS) == "refund.changed"
    assert refusal(desk.refund, asked(desk, topup_id, in_cash=True), BOSS) == "refund.not_in_cash"
    till.log.mark_ended("push.fork")
    assert refusal(desk.refund, asked(desk, topup_id), BOSS) == "redeem.life_ended"
    assert facts(till, TopUpRefunded) == []
