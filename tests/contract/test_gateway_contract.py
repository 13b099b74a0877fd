"""One contract for every payment gateway: an id means one charge for ever, and silence says nothing about money."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.charges import Answer, ChargeOrder, Said
from pos_app.domain.paybacks import PayBackOrder
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Unavailable
from pos_app.services.ports import PaymentGateway

CODE = "134567890123456789"
ORDER = ChargeOrder("0190a1b2c3d4", TenderKind.WECHAT, 12_345, CODE)
Bench = tuple[PaymentGateway, Callable[[], int]]


def simulated(*whims: Whim) -> Bench:
    """A gateway whose provider has these whims, and what that provider has taken."""
    gateway = SimulatedGateway(whims)
    return gateway, lambda: gateway.taken_minor


@pytest.fixture(params=[simulated])
def bench(request) -> Callable[..., Bench]:
    return request.param


def silence(question: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as error:
        question()
    return error.value.code


def test_what_was_taken_is_told_with_amount_and_reference(bench):
    gateway, taken = bench(Whim.TAKE)

    answer = gateway.charge(ORDER)

    assert (answer.charge_id, answer.said, answer.amount_minor) == (ORDER.charge_id, Said.TAKEN, 12_345)
    assert answer.reference
    assert gateway.query(ORDER.charge_id) == answer
    assert taken() == 12_345


def test_an_id_asked_for_twice_takes_once_and_answers_the_same(bench):
    gateway, taken = bench(Whim.TAKE)

    assert gateway.charge(ORDER) == gateway.charge(ORDER)
    assert taken() == 12_345


def test_a_refusal_takes_nothing_and_stays_one(bench):
    gateway, taken = bench(Whim.REFUSE)

    assert gateway.charge(ORDER).said is Said.REFUSED
    assert (gateway.query(ORDER.charge_id).said, gateway.charge(ORDER).said) == (Said.REFUSED, Said.REFUSED)
    assert taken() == 0


def test_silence_may_hide_money_that_a_question_finds(bench):
    gateway, taken = bench(Whim.TAKE_SILENTLY)

    assert silence(lambda: gateway.charge(ORDER)) == "gateway.silent"
    assert gateway.query(ORDER.charge_id).said is Said.TAKEN
    assert taken() == 12_345


def test_a_question_that_was_lost_is_not_found_and_cancelling_closes_the_id(bench):
    gateway, taken = bench(Whim.LOSE, Whim.TAKE)

    assert silence(lambda: gateway.charge(ORDER)) == "gateway.silent"
    assert gateway.query(ORDER.charge_id).said is Said.NOT_FOUND
    assert gateway.cancel(ORDER.charge_id).said is Said.RETURNED
    assert gateway.charge(ORDER).said is Said.RETURNED
    assert taken() == 0


def test_a_customer_who_takes_time_pays_in_the_end(bench):
    gateway, taken = bench(Whim.WAIT)

    assert gateway.charge(ORDER).said is Said.WAITING
    said = [gateway.query(ORDER.charge_id).said for _turn in range(3)]

    assert (said[0], said[-1]) == (Said.WAITING, Said.TAKEN)
    assert taken() == 12_345


def test_cancelling_gives_back_what_was_taken(bench):
    gateway, taken = bench(Whim.TAKE)
    gateway.charge(ORDER)

    assert gateway.cancel(ORDER.charge_id).said is Said.RETURNED
    assert gateway.cancel(ORDER.charge_id) == gateway.query(ORDER.charge_id)
    assert taken() == 0


def test_another_amount_is_told_as_it_is(bench):
    gateway, taken = bench(Whim.TAKE_OTHER)

    assert gateway.charge(ORDER).amount_minor == taken() == 12_344


def test_the_customers_code_is_in_no_text_and_in_no_log(bench, caplog):
    gateway, _taken = bench(Whim.TAKE)

    with caplog.at_level(logging.DEBUG):
        answer = gateway.charge(ORDER)

    assert CODE not in f"{ORDER} {ORDER!r} {answer!r} {caplog.text}"


BACK = PayBackOrder("0190b1", ORDER.charge_id, 5_000)


def paid(bench, *whims: Whim) -> Bench:
    """A gateway that took the order's money, and then has these whims."""
    gateway, taken = bench(Whim.TAKE, *whims)
    gateway.charge(ORDER)
    return gateway, taken


def test_part_of_a_charge_goes_back_and_the_rest_stays(bench):
    gateway, taken = paid(bench)

    assert gateway.give_back(BACK) == Answer(BACK.payback_id, Said.RETURNED)
    assert taken() == 7_345


@pytest.mark.parametrize("whim", [Whim.TAKE, Whim.TAKE_SILENTLY, Whim.LOSE, Whim.WAIT])
def test_whatever_is_lost_a_pay_back_asked_for_again_is_sent_once(bench, whim):
    gateway, taken = paid(bench, whim)
    with suppress(Unavailable):
        gateway.give_back(BACK)

    assert {gateway.give_back(BACK).said, gateway.give_back(BACK).said} == {Said.RETURNED}
    assert taken() == 7_345


def test_a_refused_pay_back_sends_nothing_and_stays_refused(bench):
    gateway, taken = paid(bench, Whim.REFUSE)

    assert (gateway.give_back(BACK).said, gateway.give_back(BACK).said) == (Said.REFUSED, Said.REFUSED)
    assert taken() == 12_345


def test_no_more_goes_back_than_was_taken(bench):
    gateway, taken = paid(bench)
    gateway.give_back(BACK)

    assert gateway.give_back(replace(BACK, payback_id="0190b2", amount_minor=7_346)).said is Said.REFUSED
    assert gateway.give_back(replace(BACK, payback_id="0190b3", charge_id="unknown")).said is Said.REFUSED
    assert taken() == 7_345
