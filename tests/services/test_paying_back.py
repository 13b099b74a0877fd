"""Refunds of what a gateway took: meant with the refund, asked for until it is known, on the Z until then."""

from dataclasses import replace

import pytest

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.cash import CashKind
from pos_app.domain.charges import ChargeOrder
from pos_app.domain.events import CashMoved, DayClosed, Overridden
from pos_app.domain.paybacks import PayBackState
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.services.charging import ChargeDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.refund_models import RefundAsked
from pos_app.services.refunds import RefundDesk
from pos_app.ui.presenters.paying_back import PayBackDesks, PayingBack
from tests.fakes import FakePins
from tests.till_kit import MANAGER, PROGRAMME, item, new_till, open_kit, opened, renamed_rules
from tests.ui.presenters.counter import AtOnce

BOSS = Override("E2", "2222", "质量")
WECHAT = TenderKind.WECHAT


@pytest.fixture
def till(tmp_path):
    kit = opened(new_till(tmp_path, item(1, 10_000)))
    yield kit
    kit.close()


def sell(till, gateway):
    """Sell two pieces through the gateway, as the window does; returns the receipt's number."""
    checkout, desk = Checkout(till.session, FakePins()), ChargeDesk(till.session, FakePins())
    checkout.add_item(1, 2)
    charge = desk.begin(WECHAT, 20_000)
    charge = desk.hear(gateway.charge(ChargeOrder(charge.charge_id, WECHAT, 20_000)))
    return checkout.pay((TenderAsked(WECHAT, 20_000, reference=charge.reference),)).receipt_no


def take_back(till, receipt_no, pieces=1):
    desk = RefundDesk(till.session, FakePins())
    asked = RefundAsked(desk.begin(), {1: pieces}, "quality")
    desk.take_back(desk.look(receipt_no), asked, BOSS)
    return asked


def _desks(till, gateway):
    charges = ChargeDesk(till.session, FakePins())
    return PayBackDesks(PayBackDesk(till.session, FakePins()), charges, gateway, AtOnce(), AtOnce(), None)


def send(till, gateway):
    """Send what is meant, and return what somebody was told."""
    told: list[PosError] = []
    PayingBack(_desks(till, gateway), told.append, told.append).go_on()
    return [error.code for error in told]


def close(till):
    till.session.staff = MANAGER
    DayDesk(till.session, FakePins()).close_day({10_000: 5}, "测试")
    closed = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    assert isinstance(closed, DayClosed)
    return [(found.finding, found.amount_minor) for found in closed.charges]


def test_what_came_back_is_sent_once_however_often_somebody_asks(till):
    gateway = SimulatedGateway()
    number = sell(till, gateway)
    take_back(till, number)

    assert (send(till, gateway), send(till, gateway)) == ([], [])
    assert gateway.taken_minor == 10_000
    take_back(till, number)
    assert send(till, gateway) == []
    assert gateway.taken_minor == 0
    assert close(till) == []


def test_a_till_that_dies_before_it_asked_asks_when_it_lives_again(till):
    gateway = SimulatedGateway()
    take_back(till, sell(till, gateway))
    till.close()

    again = open_kit(till.home)
    assert send(again, gateway) == []
    assert gateway.taken_minor == 10_000
    again.close()


@pytest.mark.parametrize("whim", [Whim.LOSE, Whim.TAKE_SILENTLY, Whim.WAIT])
def test_silence_is_told_stands_on_the_z_and_is_asked_about_until_it_is_known(till, whim):
    gateway = SimulatedGateway([Whim.TAKE, whim])
    take_back(till, sell(till, gateway))

    assert send(till, gateway) == ["payback.pending"]
    assert close(till) == [("back_pending", 10_000)]
    assert send(till, gateway) == []
    assert gateway.taken_minor == 10_000
    assert DayDesk(till.session, FakePins()).checks().charges == 0


def test_a_refusal_is_told_once_and_stands_on_the_z(till):
    gateway = SimulatedGateway([Whim.TAKE, Whim.REFUSE])
    take_back(till, sell(till, gateway))

    assert (send(till, gateway), send(till, gateway)) == (["payback.refused"], [])
    assert gateway.taken_minor == 20_000
    assert close(till) == [("back_refused", 10_000)]


def test_what_was_taken_without_the_gateway_goes_back_by_hand(till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1, 2)
    number = checkout.pay((TenderAsked(WECHAT, 20_000, reference="typed"),)).receipt_no
    take_back(till, number)

    assert PayBackDesk(till.session, FakePins()).begin() == ()


def test_a_refund_that_fails_means_nothing_back(till):
    gateway = SimulatedGateway()
    number = sell(till, gateway)
    desk = RefundDesk(till.session, FakePins())
    with pytest.raises(Refused):
        desk.take_back(desk.look(number), RefundAsked(desk.begin(), {1: 3}, "quality"), BOSS)

    assert PayBackDesk(till.session, FakePins()).begin() == ()


def refused(till):
    """Take goods back whose money the provider does not send, and return the desk and the pay-back."""
    gateway = SimulatedGateway([Whim.TAKE, Whim.REFUSE])
    take_back(till, sell(till, gateway))
    send(till, gateway)
    desk = PayBackDesk(till.session, FakePins())
    (payback,) = desk.refused()
    return desk, payback


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value.code


def test_what_the_provider_refuses_is_given_in_cash_once_with_a_managers_approval(till):
    desk, payback = refused(till)
    assert refusal(desk.give_in_cash, payback.payback_id) == "override.needed"

    desk.give_in_cash(payback.payback_id, BOSS)

    assert refusal(desk.give_in_cash, payback.payback_id, BOSS) == "payback.not_refused"
    facts = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6)]
    assert [fact for fact in facts if isinstance(fact, CashMoved)] == [
        CashMoved(CashKind.BACK_WECHAT, 10_000, payback.refund_no, 1)
    ]
    assert [fact.approved_by for fact in facts if isinstance(fact, Overridden)][-1] == "E2"
    assert desk.refused() == ()


def test_where_the_rules_give_cash_anyway_nobody_has_to_approve(till):
    till.publish(renamed_rules(replace(PROGRAMME, refund_in_cash=True), "p2"), shard="global")
    desk, payback = refused(till)

    assert desk.give_in_cash(payback.payback_id).state is PayBackState.IN_CASH


def test_what_may_still_be_sent_is_not_given_in_cash(till):
    gateway = SimulatedGateway([Whim.TAKE, Whim.TAKE_SILENTLY])
    take_back(till, sell(till, gateway))
    send(till, gateway)
    desk = PayBackDesk(till.session, FakePins())
    ((payback_id,),) = till.store._database.execute("SELECT payback_id FROM payment_back").fetchall()

    assert refusal(desk.give_in_cash, payback_id, BOSS) == "payback.not_refused"


def test_the_z_has_the_cash_as_gone_and_the_wallet_as_it_stands(till):
    desk, payback = refused(till)
    desk.give_in_cash(payback.payback_id, BOSS)

    till.session.staff = MANAGER
    DayDesk(till.session, FakePins()).close_day({10_000: 4}, "测试", terminals={"wechat": 20_000})

    closed = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    assert (closed.expected_cash_minor, closed.over_short_minor) == (40_000, 0)
    assert (closed.checked[0].difference_minor, closed.charges) == (0, ())
