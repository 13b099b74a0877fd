"""The top-up sheet: an amount with its gift, paid once, a PIN by the way, and what is wrong in words."""

from dataclasses import replace

import pytest

from pos_app.domain.events import MemberPinSet, ToppedUp
from pos_app.domain.stored_value import TopUpRule
from pos_app.domain.tenders import TenderKind
from pos_app.services.topping_up import TopUpDesk
from pos_app.ui.presenters.top_up import TopUpDesks, TopUpPresenter
from tests.till_kit import PROGRAMME, member, renamed_rules
from tests.ui.presenters.counter import Counter, View

ANNA = member(1)
RULES = (TopUpRule("T500", 50_000, 5_000), TopUpRule("T1000", 100_000, 12_000, months=6))


class Sheet:
    """A top-up sheet without Qt, at a counter where a member is served."""

    def __init__(self, counter: Counter, proof: str) -> None:
        counter.till.publish(renamed_rules(replace(PROGRAMME, topups=RULES), "p2"), shard="global")
        self.view = View()
        self.counter = counter
        self.refreshed: list[bool] = []
        desks = TopUpDesks(
            TopUpDesk(counter.till.session), counter.value, counter.lane, lambda: self.refreshed.append(True)
        )
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
