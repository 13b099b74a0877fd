"""Money that goes back through a gateway: sent once whatever is lost or killed, and refused is not sent."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.charges import Answer, ChargeOrder, Said
from pos_app.domain.paybacks import PayBack, PayBackState, asked, given_in_cash, heard
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Damaged, Refused, Unavailable

MEANT = PayBack("b1", "c1", "R1", TenderKind.WECHAT, 5_000)
ASKED = asked(MEANT)
KILLS = ("", "before", "after")  # the question leaves
SENT = Answer("b1", Said.RETURNED)


def test_it_is_sent_when_the_provider_says_so_and_not_before():
    assert (MEANT.is_open, ASKED.is_open) == (True, True)
    assert heard(ASKED, Answer("b1", Said.WAITING)) == heard(ASKED, Answer("b1", Said.NOT_FOUND)) == ASKED
    assert heard(ASKED, SENT).state is PayBackState.SENT


def test_what_is_settled_is_not_asked_for_again_and_not_unsaid():
    sent = heard(ASKED, SENT)

    assert asked(sent) == sent
    assert heard(sent, Answer("b1", Said.REFUSED)) == sent


def test_a_refusal_is_put_right_by_the_provider_only():
    refused = heard(ASKED, Answer("b1", Said.REFUSED))

    assert (refused.state, asked(refused)) == (PayBackState.REFUSED, refused)
    assert heard(refused, SENT).state is PayBackState.SENT


@pytest.mark.parametrize(
    ("payback", "answer", "code"),
    [(ASKED, Answer("b2", Said.RETURNED), "charge.other"), (MEANT, SENT, "charge.not_asked")],
)
def test_an_answer_to_something_else_is_damage(payback, answer, code):
    with pytest.raises(Damaged) as damaged:
        heard(payback, answer)

    assert damaged.value.code == code


@pytest.mark.parametrize("payback", [MEANT, ASKED, heard(ASKED, SENT)])
def test_only_what_was_refused_is_given_in_cash(payback):
    with pytest.raises(Refused) as error:
        given_in_cash(payback)

    assert error.value.code == "payback.not_refused"


@pytest.mark.parametrize("said", list(Said))
def test_what_was_given_in_cash_is_never_asked_for_or_given_again(said):
    given = given_in_cash(heard(ASKED, Answer("b1", Said.REFUSED)))

    assert (asked(given), heard(given, Answer("b1", said)), given.is_open) == (given, given, False)
    with pytest.raises(Refused):
        given_in_cash(given)


class Counter(RuleBasedStateMachine):
    """Refunds of one charge at a counter that may be killed at any moment, and a provider that does as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.provider = SimulatedGateway()
        self.provider.charge(ChargeOrder("c1", TenderKind.WECHAT, 10_000))
        self.kept: dict[str, PayBack] = {}

    @precondition(lambda self: sum(each.amount_minor for each in self.kept.values()) < 10_000)
    @rule(amount=st.sampled_from([2_000, 5_000]))
    def take_goods_back(self, amount: int) -> None:
        payback_id = f"b{len(self.kept)}"
        self.kept[payback_id] = PayBack(payback_id, "c1", f"R{payback_id}", TenderKind.WECHAT, amount)

    @rule(place=st.integers(0, 4), whim=st.sampled_from(Whim), is_up=st.booleans(), killed=st.sampled_from(KILLS))
    def ask(self, place: int, whim: Whim, is_up: bool, killed: str) -> None:
        waiting = [each for each in self.kept.values() if each.is_open]
        if not waiting:
            return
        which = waiting[place % len(waiting)]
        self.kept[which.payback_id] = asked(which)
        self.provider.is_up = is_up
        self.provider._whims.clear()
        self.provider._whims.append(whim)
        if killed == "before":
            return
        try:
            answer = self.provider.give_back(which.order)
        except Unavailable:
            return
        if killed != "after":
            self.kept[which.payback_id] = heard(self.kept[which.payback_id], answer)

    @invariant()
    def no_more_is_sent_than_was_meant_and_the_till_never_believes_in_more_than_was_sent(self) -> None:
        sent = 10_000 - self.provider.taken_minor
        believed = sum(each.amount_minor for each in self.kept.values() if each.state is PayBackState.SENT)
        assert believed <= sent <= min(10_000, sum(each.amount_minor for each in self.kept.values()))

    def teardown(self) -> None:
        self.provider.is_up = True
        self.provider._whims.clear()
        for payback_id, payback in self.kept.items():
            for _turn in range(2):
                waiting = asked(self.kept[payback_id])
                if payback.is_open:
                    self.kept[payback_id] = heard(waiting, self.provider.give_back(waiting.order))
        assert not any(each.is_open for each in self.kept.values())
        sent = sum(each.amount_minor for each in self.kept.values() if each.state is PayBackState.SENT)
        assert sent == 10_000 - self.provider.taken_minor


TestCounter = Counter.TestCase
TestCounter.settings = settings(max_examples=40)
