"""The top-up sheet: an amount with its gift, paid once, a PIN by the way, and what is wrong in words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.events import ChargeFound, MemberPinSet, ToppedUp
from pos_app.domain.stored_value import TopUpRule
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError
from pos_app.services.charging import ChargeDesk, findings
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.topping_up import TopUpDesk
from pos_app.ui.presenters.charging import ChargeDesks, Charging
from pos_app.ui.presenters.paying_back import PayBackDesks, PayingBack
from pos_app.ui.presenters.top_up import TopUpDesks, TopUpPresenter
from tests.fakes import FakePins
from tests.till_kit import PROGRAMME, member, renamed_rules
from tests.ui.presenters.counter import Counter, View

ANNA = member(1)
RULES = (TopUpRule("T500", 50_000, 5_000), TopUpRule("T1000", 100_000, 12_000, months=6))


class Sheet:
    """A top-up sheet without Qt, at a counter where a member is served."""

    def __init__(self, counter: Counter, proof: str, gateway: SimulatedGateway | None = None, line: Any = None) -> None:
        counter.till.publish(renamed_rules(replace(PROGRAMME, topups=RULES), "p2"), shard="global")
        self.view = View()
        self.counter = counter
        self.refreshed: list[bool] = []
        session, lane = counter.till.session, counter.lane
        charging, left = None, lambda: None
        self.told = []
        if gateway is not None:
            charges = ChargeDesk(session, FakePins())
            charges.start()
            charging = Charging(ChargeDesks(charges, gateway, lane, line or lane, counter.override))
            going = PayBackDesks(
                PayBackDesk(session, FakePins()), charges, gateway, lane, line or lane, counter.override
            )
            left = PayingBack(going, self.told.append, self.told.append).go_on
            left()
        desks = TopUpDesks(TopUpDesk(session), counter.value, lane, lambda: self.refreshed.append(True), charging, left)
        self.presenter = TopUpPresenter(self.view, desks)
        state = counter.checkout.scan(ANNA.card_no).state if proof else counter.checkout.attach(ANNA.member_id)
        self.presenter.open(state)

    @property
    def face(self):
        (shown,) = self.view.last("show_top_up")
        return shown

    def facts(self, kind):
        return [one for _seq, one, _at in self.counter.till.store.tables.log.facts(1, 10**6) if isinstance(one, kind)]


def test_an_amount_shows_its_gift_and_is_sold_once(counter: Counter):
    sheet = Sheet(counter, "card")
    sheet.presenter.choose(50_000)
    assert (sheet.face.rules, sheet.face.gift) == (RULES, RULES[0])

    sheet.presenter.confirm("", "")
    sheet.presenter.confirm("", "")

    assert len(sheet.facts(ToppedUp)) == 1
    assert (sheet.face.done.after.total, sheet.refreshed) == (55_000, [True])
    assert sheet.view.last("dismiss") == ()


def test_what_is_wrong_is_told_and_can_be_put_right(counter: Counter):
    sheet = Sheet(counter, "card")
    sheet.presenter.choose(50_050)
    sheet.presenter.confirm("", "")
    assert "topup.amount" in sheet.face.problem
    sheet.presenter.choose(60_000)
    sheet.presenter.pay_by(TenderKind.CARD)
    sheet.presenter.confirm("", "")
    assert "tender.needs_reference" in sheet.face.problem

    sheet.presenter.confirm("POS 1", "")

    assert (sheet.face.problem, sheet.face.gift, len(sheet.facts(ToppedUp))) == ("", None, 1)


@pytest.mark.parametrize(("proof", "asks"), [("card", True), ("", False)])
def test_a_pin_may_be_chosen_by_whoever_showed_the_card(counter: Counter, proof: str, asks: bool):
    sheet = Sheet(counter, proof)

    assert sheet.face.asks_pin is asks


def test_the_pin_is_kept_with_the_top_up(counter: Counter):
    sheet = Sheet(counter, "card")
    sheet.presenter.choose(50_000)

    sheet.presenter.confirm("", "12")
    assert "member_pin.digits" in sheet.face.problem
    sheet.presenter.confirm("", "4711")

    assert sheet.facts(MemberPinSet) == [MemberPinSet(ANNA.member_id, "plain:4711")]
    assert len(sheet.facts(ToppedUp)) == 1


CODE = "134567890123456789"


def charged(counter: Counter, *whims: Whim) -> tuple[Sheet, SimulatedGateway]:
    """A sheet for 500.00, and the gateway that is asked for it."""
    gateway = SimulatedGateway(whims)
    sheet = Sheet(counter, "card", gateway)
    sheet.presenter.choose(50_000)
    return sheet, gateway


def to_look_at(counter: Counter) -> list[ChargeFound]:
    with counter.till.session.store.view() as unit:
        return list(findings(unit, counter.till.session.business_date(unit)))


def test_a_scanned_code_pays_for_a_top_up(counter: Counter):
    sheet, gateway = charged(counter)

    sheet.presenter.take_code(CODE)

    (fact,) = sheet.facts(ToppedUp)
    assert [(tender.kind, tender.reference[:3]) for tender in fact.tenders] == [(TenderKind.WECHAT, "SIM")]
    assert (gateway.taken_minor, to_look_at(counter)) == (50_000, [])
    sheet.presenter.close()
    assert gateway.taken_minor == 50_000


def test_a_card_is_charged_for_it_at_its_terminal(counter: Counter):
    sheet, gateway = charged(counter)
    sheet.presenter.pay_by(TenderKind.CARD)

    sheet.presenter.confirm("", "")
    sheet.presenter.confirm("", "")

    assert (len(sheet.facts(ToppedUp)), gateway.taken_minor) == (1, 50_000)


def test_a_refusal_sells_nothing_and_cash_may_pay(counter: Counter):
    sheet, gateway = charged(counter, Whim.REFUSE)
    sheet.presenter.take_code(CODE)
    assert "charge.refused" in sheet.face.problem
    assert sheet.facts(ToppedUp) == []

    sheet.presenter.pay_by(TenderKind.CASH)
    sheet.presenter.confirm("", "")

    assert (len(sheet.facts(ToppedUp)), gateway.taken_minor) == (1, 0)


def test_silence_is_asked_about_and_charges_once(counter: Counter):
    sheet, gateway = charged(counter, Whim.TAKE_SILENTLY)
    sheet.presenter.take_code(CODE)
    assert (sheet.face.is_pending, sheet.facts(ToppedUp)) == (True, [])
    sheet.presenter.choose(60_000)
    sheet.presenter.pay_by(TenderKind.CASH)
    assert (sheet.face.amount_minor, sheet.face.way) == (50_000, TenderKind.WECHAT)

    sheet.presenter.take_code(CODE)

    assert (len(sheet.facts(ToppedUp)), gateway.taken_minor, sheet.face.is_pending) == (1, 50_000, False)


def test_while_the_provider_is_silent_somebody_else_says_that_the_top_up_was_paid(counter: Counter):
    sheet, gateway = charged(counter, Whim.TAKE_SILENTLY)
    sheet.presenter.take_code(CODE)
    gateway.is_up = False

    sheet.presenter.confirm("420000123", "")
    counter.override.choose("E2")
    counter.override.enter("看过手机", "2222")

    assert [fact.tenders[0].reference for fact in sheet.facts(ToppedUp)] == ["420000123"]


def test_another_amount_sells_nothing_and_goes_back(counter: Counter):
    sheet, gateway = charged(counter, Whim.TAKE_OTHER)
    sheet.presenter.take_code(CODE)
    assert sheet.face.is_wrong

    sheet.presenter.confirm("", "")

    assert (sheet.facts(ToppedUp), gateway.taken_minor, sheet.face.is_wrong) == ([], 0, False)


def test_what_was_taken_for_a_top_up_that_is_left_goes_back(counter: Counter):
    sheet, gateway = charged(counter, Whim.TAKE_SILENTLY)
    sheet.presenter.take_code(CODE)

    sheet.presenter.close()

    assert (sheet.facts(ToppedUp), gateway.taken_minor, to_look_at(counter)) == ([], 0, [])


def test_what_cannot_go_back_yet_is_told_once_and_stands_on_the_z(counter: Counter):
    sheet, gateway = charged(counter, Whim.TAKE_SILENTLY)
    sheet.presenter.take_code(CODE)
    gateway.is_up = False
    sheet.presenter.close()
    assert [error.code for error in sheet.told] == ["charge.left"]
    assert [found.amount_minor for found in to_look_at(counter)] == [50_000]

    gateway.is_up = True
    Sheet(counter, "card", gateway)

    assert (gateway.taken_minor, to_look_at(counter)) == (0, [])


def test_nobody_is_charged_for_what_cannot_be_sold(counter: Counter):
    sheet, gateway = charged(counter)
    sheet.presenter.choose(50_050)

    sheet.presenter.take_code(CODE)

    assert "topup.amount" in sheet.face.problem
    assert gateway.taken_minor == 0


class Killed(BaseException):
    """The power fails while the gateway is asked."""


class Line:
    """The lane of the gateway; ``dies`` names where the next question ends: before it leaves, or before its answer."""

    def __init__(self) -> None:
        self.dies = ""

    def run(self, work, done, failed):
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        try:
            answer = work()
        except PosError as error:
            if dies:
                raise Killed from error
            failed(error)
        else:
            if dies:
                raise Killed
            done(answer)


ACTS = ("code", "card", "confirm", "leave", "kill")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_lost_killed_or_late_nobody_pays_twice_or_for_nothing(counter: Counter, data: st.DataObject):
    gateway, line = SimulatedGateway(), Line()
    before = len(counter_facts(counter))

    def begun() -> Sheet:
        line.dies = ""
        sheet = Sheet(counter, "card", gateway, line)
        sheet.presenter.choose(50_000)
        sheet.presenter.pay_by(TenderKind.WECHAT)
        return sheet

    sheet = begun()
    for _step in range(data.draw(st.integers(1, 8))):
        gateway._whims.clear()
        gateway._whims.append(data.draw(st.sampled_from(Whim)))
        gateway.is_up = data.draw(st.booleans())
        line.dies = data.draw(st.sampled_from(("", "", "before", "after")))
        act = data.draw(st.sampled_from(ACTS))
        try:
            if act == "code":
                sheet.presenter.take_code(CODE)
            elif act == "card":
                sheet.presenter.pay_by(TenderKind.CARD)
                sheet.presenter.confirm("", "")
            elif act == "confirm":
                sheet.presenter.confirm("", "")
            elif act == "leave":
                sheet.presenter.close()
                sheet = begun()
            elif act == "kill":
                sheet = begun()
        except Killed:
            sheet = begun()
        assert gateway.taken_minor >= (len(counter_facts(counter)) - before) * 50_000
    gateway.is_up, line.dies = True, ""
    gateway._whims.clear()
    sheet.presenter.close()
    begun().presenter.close()

    assert gateway.taken_minor == (len(counter_facts(counter)) - before) * 50_000
    assert to_look_at(counter) == []


def counter_facts(counter: Counter) -> list[ToppedUp]:
    """Every top-up that was sold here."""
    return [one for _seq, one, _at in counter.till.store.tables.log.facts(1, 10**6) if isinstance(one, ToppedUp)]
