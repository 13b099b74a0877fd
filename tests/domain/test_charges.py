from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pos_app.devices.payments.simulated import SimulatedGateway, Whim
from pos_app.domain.charges import (
    OPEN,
    Answer,
    Charge,
    ChargeOrder,
    ChargeState,
    Finding,
    Said,
    asked,
    decided,
    finding,
    found_at_start,
    heard,
    meant,
    silent,
)
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Damaged, Refused, Unavailable

ASKED = Charge("c1", "s1", TenderKind.WECHAT, 10_000, ChargeState.ASKED)
TAKEN = Answer("c1", Said.TAKEN, 10_000, "420000")


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def test_an_answer_that_does_not_come_is_no_failure():
    unknown = silent(ASKED)

    assert (unknown.state, unknown.is_open, unknown.pays) == (ChargeState.UNKNOWN, True, False)
    assert finding(unknown, counted=False) is Finding.PENDING


@pytest.mark.parametrize("said", [Said.WAITING, Said.NOT_FOUND])
def test_neither_waiting_nor_never_heard_of_ends_a_charge(said):
    assert heard(ASKED, Answer("c1", said)).state is ChargeState.UNKNOWN
    assert heard(silent(ASKED), Answer("c1", said)) == silent(ASKED)


def test_while_one_charge_of_a_sale_is_open_no_other_is_begun():
    for state in OPEN:
        assert refusal(meant, "c2", "s1", TenderKind.CARD, 1, [replace(ASKED, state=state)]) == "charge.pending"

    assert meant("c2", "s2", TenderKind.CARD, 1, [ASKED]).state is ChargeState.MEANT
    assert meant("c2", "s1", TenderKind.CARD, 1, [heard(ASKED, Answer("c1", Said.REFUSED))]).amount_minor == 1


@pytest.mark.parametrize(("kind", "amount", "code"), [("cash", 1, "charge.kind"), ("card", 0, "charge.amount")])
def test_what_cannot_be_charged_is_refused(kind, amount, code):
    assert refusal(meant, "c1", "s1", TenderKind(kind), amount, []) == code


def test_a_charge_is_asked_for_once():
    assert refusal(asked, ASKED) == "charge.asked"
    assert refusal(asked, silent(ASKED)) == "charge.asked"


def test_money_taken_late_is_a_finding_until_a_sale_counts_on_it():
    given_up = decided(silent(ASKED), "E2", taken=False)

    late = heard(given_up, TAKEN)

    assert (finding(late, counted=False), finding(late, counted=True)) == (Finding.LATE, None)


def test_a_person_who_was_wrong_is_put_right_by_the_provider():
    believed = decided(silent(ASKED), "E2", taken=True, reference="slip 7")
    assert (believed.pays, believed.decided_by) == (True, "E2")

    known = heard(believed, Answer("c1", Said.REFUSED))

    assert finding(known, counted=True) is Finding.MISSING


def test_nobody_decides_what_the_provider_has_said():
    assert refusal(decided, heard(ASKED, TAKEN), "E2", taken=False) == "charge.not_unknown"


def test_another_amount_pays_nothing_and_is_looked_at():
    other = heard(ASKED, replace(TAKEN, amount_minor=9_999))

    assert (other.pays, finding(other, counted=False)) == (False, Finding.OTHER_AMOUNT)


def test_what_was_never_asked_is_given_up_at_the_next_start():
    assert found_at_start(replace(ASKED, state=ChargeState.MEANT)).state is ChargeState.CLOSED
    assert found_at_start(ASKED).state is ChargeState.UNKNOWN


@pytest.mark.parametrize(
    ("charge", "answer", "code"),
    [
        (ASKED, Answer("c2", Said.REFUSED), "charge.other"),
        (ASKED, Answer("c1", Said.TAKEN, 0), "charge.answer"),
        (replace(ASKED, state=ChargeState.MEANT), TAKEN, "charge.not_asked"),
    ],
)
def test_an_answer_that_cannot_be_is_kept_from_the_books(charge, answer, code):
    with pytest.raises(Damaged) as damaged:
        heard(charge, answer)

    assert damaged.value.code == code


answers = st.sampled_from([Answer("c1", said, 10_000 if said is Said.TAKEN else 0) for said in Said])


@given(st.lists(answers, max_size=6))
def test_an_answer_given_twice_is_one_answer(said):
    charge = ASKED
    for answer in said:
        once = heard(charge, answer)
        charge = heard(once, answer)
        assert charge == once


@given(st.lists(answers, max_size=8))
def test_money_that_was_taken_is_unsaid_by_its_return_only(said):
    charge = ASKED
    for answer in said:
        before, charge = charge, heard(charge, answer)
        if before.state is ChargeState.TAKEN and charge.state is not ChargeState.TAKEN:
            assert answer.said is Said.RETURNED


class Counter(RuleBasedStateMachine):
    """One sale at a counter with a provider that does as it likes; the till may be killed at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.provider = SimulatedGateway()
        self.charges: list[Charge] = []

    @property
    def now(self) -> Charge:
        return self.charges[-1]

    def keep(self, charge: Charge) -> None:
        self.charges[-1] = charge

    @precondition(lambda self: not any(charge.state is ChargeState.TAKEN for charge in self.charges))
    @rule()
    def begin(self) -> None:
        try:
            charge = meant(f"c{len(self.charges)}", "s1", TenderKind.WECHAT, 10_000, self.charges)
        except Refused:
            return
        self.charges.append(charge)

    @precondition(lambda self: self.charges and self.now.state is ChargeState.MEANT)
    @rule(whim=st.sampled_from(Whim), is_up=st.booleans(), killed=st.booleans())
    def ask(self, whim: Whim, is_up: bool, killed: bool) -> None:
        self.keep(asked(self.now))
        self.provider.is_up = is_up
        self.provider._whims.append(whim)
        self._hear(lambda: self.provider.charge(ChargeOrder(self.now.charge_id, self.now.kind, 10_000)), killed)

    @precondition(lambda self: self.charges and self.now.state is not ChargeState.MEANT)
    @rule(is_up=st.booleans(), killed=st.booleans(), cancels=st.booleans())
    def look(self, is_up: bool, killed: bool, cancels: bool) -> None:
        self.provider.is_up = is_up
        question = self.provider.cancel if cancels and self.now.is_open else self.provider.query
        self._hear(lambda: question(self.now.charge_id), killed)

    @rule()
    def start_again(self) -> None:
        self.charges = [found_at_start(charge) for charge in self.charges]

    def _hear(self, question, killed: bool) -> None:
        try:
            answer = question()
        except Unavailable:
            self.keep(silent(self.now))
            return
        self.keep(found_at_start(self.now) if killed else heard(self.now, answer))

    @invariant()
    def nobody_pays_twice(self) -> None:
        assert self.provider.taken_minor <= 10_000

    @invariant()
    def the_till_never_believes_in_money_that_is_not_there(self) -> None:
        assert sum(charge.taken_minor for charge in self.charges) <= self.provider.taken_minor

    def teardown(self) -> None:
        self.provider.is_up = True
        for _turn in range(3):
            for place, charge in enumerate(self.charges):
                if charge.state is not ChargeState.MEANT:
                    self.charges[place] = heard(charge, self.provider.query(charge.charge_id))
        for place, charge in enumerate(self.charges):
            if charge.is_open and charge.state is not ChargeState.MEANT:
                self.charges[place] = heard(charge, self.provider.cancel(charge.charge_id))
        assert sum(charge.taken_minor for charge in self.charges) == self.provider.taken_minor
        assert not any(charge.is_open for charge in self.charges if charge.state is not ChargeState.MEANT)


TestCounter = Counter.TestCase
