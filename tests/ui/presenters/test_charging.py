"""Paying through a gateway: asked once, to be confirmed where it is silent, settled by a question or by a person."""

import pytest

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.events import Sale
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.ui.presenters.view_models import Tender, Way
from tests.till_kit import grant, item, member, new_till, opened, record
from tests.ui.presenters.counter import Counter

ANNA = member(1)
WECHAT_CODE = "134567890123456789"


@pytest.fixture
def till(tmp_path):
    kit = opened(new_till(tmp_path, item(1, 10_000)))
    yield kit
    kit.close()


def counter(till, *whims, ring=True):
    made = Counter(till, gateway=SimulatedGateway(whims))
    made.gateway = made.payment._charging._gateway
    if ring:
        made.checkout.add_item(1)
    made.open_payment_now(Way.SCAN_PAY)
    return made


def newest(till):
    return till.store.tables.log.fact(till.log.head()[0] - 1)[0]


def test_a_scanned_code_pays_the_sale_with_the_providers_reference(till):
    made = counter(till)

    made.payment.pay_by_code(WECHAT_CODE)

    sale = newest(till)
    assert isinstance(sale, Sale)
    assert [(tender.kind, tender.reference[:3]) for tender in sale.tenders] == [(TenderKind.WECHAT, "SIM")]
    assert WECHAT_CODE not in repr(sale)


def test_a_refusal_is_said_and_another_way_pays(till):
    made = counter(till, Whim.REFUSE)

    made.payment.pay_by_code(WECHAT_CODE)
    assert made.paying.taken == ()
    assert made.paying.problem

    made.payment.pay_cash(10_000)
    assert made.done


def test_silence_is_neither_paid_nor_failed_and_one_more_tap_asks_instead_of_charging(till):
    made = counter(till, Whim.TAKE_SILENTLY)

    made.payment.pay_by_code(WECHAT_CODE)
    (line,) = made.paying.taken
    assert (line.tender, line.is_pending, made.paying.owed_minor) == (Tender.WECHAT, True, 10_000)

    made.payment.pay_by_code(WECHAT_CODE)

    assert made.gateway.taken_minor == 10_000
    assert made.done


def test_what_is_to_be_confirmed_can_be_called_back(till):
    made = counter(till, Whim.TAKE_SILENTLY)
    made.payment.pay_by_code(WECHAT_CODE)

    made.payment.remove(made.paying.taken[0].tender_id)

    assert (made.paying.taken, made.gateway.taken_minor) == ((), 0)
    made.payment.pay_by_code(WECHAT_CODE)
    assert made.done


def test_taking_a_charged_payment_out_gives_the_money_back(till):
    made = counter(till)
    made.payment.pay_by_reference(Tender.WECHAT, 4_000, WECHAT_CODE)
    assert made.gateway.taken_minor == 4_000

    made.payment.remove("0")

    assert (made.paying.taken, made.paying.owed_minor, made.gateway.taken_minor) == ((), 10_000, 0)


def test_while_the_provider_is_silent_somebody_else_says_that_it_came(till):
    made = counter(till, Whim.TAKE_SILENTLY)
    made.payment.pay_by_code(WECHAT_CODE)
    made.gateway.is_up = False

    made.payment.pay_by_reference(Tender.WECHAT, 10_000, "420000123")
    made.override.choose("E2")
    made.override.enter("看过手机", "2222")

    assert [tender.reference for tender in newest(till).tenders] == ["420000123"]


def test_another_amount_pays_nothing_and_goes_back(till):
    made = counter(till, Whim.TAKE_OTHER)
    made.payment.pay_by_code(WECHAT_CODE)
    (line,) = made.paying.taken
    assert made.paying.owed_minor == 10_000

    made.payment.remove(line.tender_id)

    assert (made.paying.taken, made.gateway.taken_minor) == ((), 0)


def test_a_card_is_charged_at_its_terminal_without_a_reference(till):
    made = counter(till)

    made.payment.pay_by_reference(Tender.CARD, 10_000, "")

    assert newest(till).tenders[0].kind is TenderKind.CARD


def test_more_than_is_owed_is_asked_of_nobody(till):
    made = counter(till)

    made.payment.pay_by_reference(Tender.WECHAT, 10_001, WECHAT_CODE)

    assert made.gateway.taken_minor == 0
    assert made.paying.problem


def test_what_was_charged_before_a_power_cut_pays_the_sale_that_comes_back(till):
    before = counter(till)
    before.payment.pay_by_reference(Tender.WECHAT, 4_000, WECHAT_CODE)

    after = counter(till, ring=False)

    assert [(line.tender, line.amount_minor) for line in after.paying.taken] == [(Tender.WECHAT, 4_000)]
    assert after.paying.owed_minor == 6_000


def test_what_was_charged_and_no_longer_fits_stays_in_sight_until_it_was_given_back(till):
    till.publish(record(ANNA, 5_000))
    till.grant(grant(1, ANNA, 5_000))
    made = counter(till)
    made.checkout.scan(ANNA.card_no)
    made.open_payment_now(Way.SCAN_PAY)
    made.payment.pay_by_reference(Tender.WECHAT, 6_000, WECHAT_CODE)

    made.payment.pay_points(5_000)
    loose = made.paying.taken[-1]
    made.payment.pay_by_code(WECHAT_CODE)
    refused = made.paying.problem
    made.payment.remove(loose.tender_id)
    made.payment.pay_by_code(WECHAT_CODE)

    assert (loose.amount_minor, loose.is_pending) == (6_000, True)
    assert "60" in refused
    assert (made.gateway.taken_minor, [(tender.kind, tender.amount_minor) for tender in newest(till).tenders]) == (
        5_000,
        [(TenderKind.WECHAT, 5_000)],
    )


def test_cash_does_not_settle_a_sale_over_money_that_is_to_be_given_back(till):
    made = counter(till)
    made.checkout.add_item(1)
    made.open_payment_now(Way.SCAN_PAY)
    made.payment.pay_by_reference(Tender.WECHAT, 12_000, WECHAT_CODE)
    made.payment.leave()
    made.checkout.set_quantity(1, 1)
    made.open_payment_now(Way.CASH)

    made.payment.pay_cash(10_000)
    held_back = not made.done
    made.payment.remove(made.paying.taken[-1].tender_id)
    made.payment.finish()

    assert held_back
    assert made.done
    assert made.gateway.taken_minor == 0


@pytest.mark.parametrize("whim", [Whim.TAKE, Whim.TAKE_SILENTLY])
def test_a_sale_is_not_given_up_over_money_that_was_taken_or_may_have_been(till, whim):
    made = counter(till, whim)
    made.payment.pay_by_reference(Tender.WECHAT, 6_000, WECHAT_CODE)

    for give_up in (made.checkout.cancel, lambda: made.checkout.remove_line(1)):
        with pytest.raises(Refused) as error:
            give_up()
        assert (error.value.code, error.value.facts) == ("charge.stands", {"amount_minor": 6_000})
    made.checkout.hold()
    with pytest.raises(Refused):
        made.checkout.discard(made.checkout.held()[0].hold_id)

    assert made.checkout.held()
