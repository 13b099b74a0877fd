import pytest

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.charges import Answer, ChargeOrder, ChargeState, Said
from pos_app.domain.events import ChargeFound, Overridden
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused, Unavailable
from pos_app.services.charging import ChargeDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from tests.fakes import FakePins
from tests.till_kit import MANAGER, item, new_till, open_kit, opened

BOSS = Override("E2", "2222", "看过手机")
WECHAT = TenderKind.WECHAT


@pytest.fixture
def till(tmp_path):
    kit = opened(new_till(tmp_path, item(1, 10_000)))
    Checkout(kit.session, FakePins()).add_item(1)
    yield kit
    kit.close()


@pytest.fixture
def desk(till):
    return ChargeDesk(till.session, FakePins())


def ask(desk, gateway):
    """Charge the sale in hand as the window does, and keep what came of it."""
    charge = desk.begin(WECHAT, 10_000)
    try:
        return desk.hear(gateway.charge(ChargeOrder(charge.charge_id, WECHAT, 10_000, "134567890123456789")))
    except Unavailable:
        return desk.miss(charge.charge_id)


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def pay(till, *tenders):
    return Checkout(till.session, FakePins()).pay(tenders)


def close(till):
    till.session.staff = MANAGER
    DayDesk(till.session, FakePins()).close_day({10_000: 5}, "测试")
    return till.store.tables.log.fact(till.log.head()[0] - 1)[0].charges


def test_a_charge_is_durable_before_the_gateway_is_asked_and_survives_a_kill(till, desk, tmp_path):
    charge = desk.begin(WECHAT, 10_000)
    till.close()

    again = open_kit(till.home)
    after = ChargeDesk(again.session, FakePins())
    after.start()

    (found,) = after.of_sale(charge.sale_id)
    assert (found.state, found.charge_id) == (ChargeState.UNKNOWN, charge.charge_id)
    again.close()


def test_what_was_taken_pays_the_sale_and_is_no_finding(till, desk):
    charge = ask(desk, SimulatedGateway())
    assert charge.pays

    pay(till, TenderAsked(WECHAT, 10_000, reference=charge.reference))

    assert DayDesk(till.session, FakePins()).checks().charges == 0
    assert close(till) == ()


def test_while_nobody_knows_no_second_charge_is_begun(till, desk):
    charge = ask(desk, SimulatedGateway([Whim.TAKE_SILENTLY]))

    assert charge.state is ChargeState.UNKNOWN
    assert refusal(desk.begin, WECHAT, 10_000) == "charge.pending"


def test_money_taken_for_a_sale_that_was_paid_otherwise_stands_on_the_z(till, desk):
    gateway = SimulatedGateway([Whim.TAKE_SILENTLY])
    charge = ask(desk, gateway)
    desk.decide(charge.charge_id, taken=False, override=BOSS)
    pay(till, TenderAsked(TenderKind.CASH, given_minor=10_000))
    desk.hear(gateway.query(charge.charge_id))

    till.session.staff = MANAGER
    DayDesk(till.session, FakePins()).close_day({10_000: 6}, "测试")

    closed = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    assert closed.charges == (ChargeFound(charge.charge_id, charge.sale_id, "wechat", 10_000, "late"),)


def test_what_is_pending_stands_on_every_z_until_it_is_settled(till, desk):
    charge = ask(desk, SimulatedGateway([Whim.LOSE]))
    pay(till, TenderAsked(TenderKind.CARD, 10_000, reference="slip"))

    (first,) = close(till)
    DayDesk(till.session, FakePins()).open_day(50_000)
    (second,) = close(till)

    assert (first.finding, second) == ("pending", first)
    desk.hear(Answer(charge.charge_id, Said.RETURNED))
    assert DayDesk(till.session, FakePins()).checks().charges == 0


def test_a_person_decides_with_somebody_elses_approval_only(till, desk):
    charge = ask(desk, SimulatedGateway([Whim.LOSE]))
    assert refusal(desk.decide, charge.charge_id, taken=True, reference="4200") == "override.needed"

    after = desk.decide(charge.charge_id, taken=True, reference="4200", override=BOSS)

    assert (after.pays, after.reference, after.decided_by) == (True, "4200", "E2")
    said = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    assert isinstance(said, Overridden)
    assert (said.act, said.subject, said.amount_minor) == ("settle_charge", "taken", 10_000)


def test_nothing_is_charged_for_an_empty_sale_and_nothing_unknown_is_heard(till, desk):
    Checkout(till.session, FakePins()).cancel()

    assert refusal(desk.begin, WECHAT, 10_000) == "sale.empty"
    assert refusal(desk.hear, Answer("x", Said.REFUSED)) == "charge.unknown"


def test_the_customers_code_is_in_no_file(till, desk):
    ask(desk, SimulatedGateway())

    rows = till.store._database.conn.execute("SELECT * FROM payment_intent").fetchall()
    assert "134567890123456789" not in repr(rows)


@pytest.mark.parametrize("whim", [Whim.TAKE, Whim.TAKE_SILENTLY])
def test_a_sale_for_which_money_was_asked_is_not_undone_to_nothing(desk, till, whim):
    charge = ask(desk, SimulatedGateway([whim]))
    checkout = Checkout(till.session, FakePins())

    assert refusal(checkout.undo) == "charge.stands"
    assert checkout.state().basket.sale_id == charge.sale_id


def test_no_sale_is_settled_beside_money_that_was_taken_for_it(till, desk):
    ask(desk, SimulatedGateway())

    assert refusal(pay, till, TenderAsked(TenderKind.CASH, given_minor=10_000)) == "charge.stands"


def test_only_what_a_top_up_left_behind_is_to_be_closed(till, desk):
    ask(desk, SimulatedGateway([Whim.TAKE_SILENTLY]))
    left = desk.begin_top_up("topup", WECHAT, 5_000)

    assert [charge.charge_id for charge in desk.left()] == [left.charge_id]
    assert refusal(desk.begin_top_up, "topup", WECHAT, 5_000) == "charge.pending"
