"""The training till: this shop's goods and people, nobody's customers, papers that say so, and no way out."""

from pathlib import Path

import pytest

from pos_app.bootstrap.desks import LinkState
from pos_app.bootstrap.program import Hooks, Start, begin_training, opened_desks
from pos_app.bootstrap.training import NoLine, TrainingQueue
from pos_app.bootstrap.world import SystemClock
from pos_app.domain.charges import Answer, Said
from pos_app.domain.ledger import usable
from pos_app.domain.paper import Notice, Paper, Text
from pos_app.domain.paper_json import from_json, to_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState, NewPrintJob, PrintJob
from pos_app.domain.tenders import TenderKind
from pos_app.domain.training import STORE_NO, Task
from pos_app.errors import Refused, Unavailable
from pos_app.paths import Paths
from tests.e2e.shopfloor import ANNA, CASHIER_PIN, clock_ahead_ms, furnish
from tests.till_kit import CASHIER, barcode


@pytest.fixture
def start(tmp_path: Path) -> Start:
    furnish(tmp_path, "zh_CN")
    return Start(Paths(tmp_path), SystemClock(clock_ahead_ms()))


@pytest.fixture
def training(start: Start):
    """The training till's start, its desks and their lane."""
    there = begin_training(start)
    with opened_desks(there, Hooks(), LinkState()) as (lane, desks, _keys):
        yield there, lane, desks


def test_it_has_the_goods_and_the_people_and_none_of_the_customers(training):
    _there, lane, desks = training

    def look():
        with desks.store.view() as unit:
            known = unit.members.find("phone", ANNA.phone, 5), unit.members.find("last4", "0001", 5)
            return unit.published.item_with_barcode(barcode(1)), unit.published.staff("S01"), known

    item, people, (real, invented) = lane.call(look)
    assert (item.item_id, CASHIER.name in {one.name for one in people}) == (1, True)
    assert (real, [hit.name for hit in invented]) == ([], ["陈小培"])


def test_its_customers_can_redeem_at_once(training):
    _there, lane, desks = training

    def look():
        with desks.store.view() as unit:
            held = unit.holdings.of(f"{1:032x}")
            return usable(held, desks.session.today(), desks.session.clock.now_ms())

    assert lane.call(look) == 12_860


def test_a_sale_in_it_has_a_number_of_no_store_and_counts_as_done(training):
    _there, lane, desks = training

    def sell() -> str:
        desks.sign_in.sign_in(CASHIER.staff_id, CASHIER_PIN)
        desks.day.open_day(0)
        desks.checkout.scan(barcode(1))
        return desks.checkout.pay((TenderAsked(TenderKind.CASH, given_minor=1_000),)).receipt_no

    assert lane.call(sell).startswith(f"{STORE_NO:04d}-")
    assert lane.call(desks.training.progress).done == {Task.SELL}


def test_each_trainee_begins_anew(start: Start):
    there = begin_training(start)
    with opened_desks(there, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: desks.sign_in.sign_in(CASHIER.staff_id, CASHIER_PIN))

    with opened_desks(begin_training(start), Hooks(), LinkState()) as (lane, desks, _keys):
        assert lane.call(desks.training.progress).done == frozenset()
        assert lane.call(desks.unsent.count) <= 1  # the grants


def test_a_till_that_never_met_head_office_has_nothing_to_train_with(home: Path):
    with pytest.raises(Refused) as refused:
        begin_training(Start(Paths(home)))

    assert refused.value.code == "till.not_enrolled"


def test_training_does_not_begin_over_an_open_sale(start: Start):
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):

        def ring_up() -> None:
            desks.sign_in.sign_in(CASHIER.staff_id, CASHIER_PIN)
            desks.day.open_day(0)
            desks.checkout.scan(barcode(1))

        lane.call(desks.training.may_begin)
        lane.call(ring_up)
        with pytest.raises(Refused) as refused:
            lane.call(desks.training.may_begin)

    assert refused.value.code == "training.sale_open"


def test_a_held_sale_waits_at_the_real_till_while_somebody_trains(start: Start):
    def put_aside(desks) -> None:
        desks.sign_in.sign_in(CASHIER.staff_id, CASHIER_PIN)
        desks.day.open_day(0)
        desks.checkout.scan(barcode(1))
        desks.checkout.hold("爸爸去停车")
        desks.training.may_begin()

    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: put_aside(desks))
    with opened_desks(begin_training(start), Hooks(), LinkState()) as (lane, desks, _keys):
        assert lane.call(desks.checkout.held) == ()
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        assert [one.note for one in lane.call(desks.checkout.held)] == ["爸爸去停车"]


def test_training_does_not_begin_while_nobody_knows_what_became_of_a_payment(start: Start):
    def charge(desks) -> str:
        desks.sign_in.sign_in(CASHIER.staff_id, CASHIER_PIN)
        desks.day.open_day(0)
        desks.checkout.scan(barcode(1))
        asked = desks.charging.begin(TenderKind.WECHAT, 1_000)
        desks.charging.miss(asked.charge_id)
        desks.checkout.hold("等微信")
        return asked.charge_id

    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        charge_id = lane.call(lambda: charge(desks))
        with pytest.raises(Refused) as refused:
            lane.call(desks.training.may_begin)
        lane.call(lambda: desks.charging.hear(Answer(charge_id, Said.REFUSED)))
        lane.call(desks.training.may_begin)

    assert refused.value.code == "training.charge_open"


class Queue:
    """Two jobs that wait."""

    def __init__(self, *jobs):
        self.jobs, self.marked = list(jobs), []
        self.append = self.in_state = self.counts = None

    def next_waiting(self, _printer, task):
        return next((job for job in self.jobs if job.job.task == task), None)

    def mark(self, job_id, state, detail=""):
        self.marked.append((job_id, state, detail))


def job(n: int, task: str, body: str = ""):
    return PrintJob(n, NewPrintJob("receipt", task, body, 0))


def test_every_paper_says_on_both_ends_that_it_is_training():
    paper = Paper("z", "Z", (Text("total"),))
    queue = TrainingQueue(Queue(job(1, "paper", to_json(paper))))

    printed = from_json(queue.next_waiting("receipt", "paper").job.paper_json)

    assert [type(block) for block in printed.blocks] == [Notice, Text, Notice]


def test_the_drawer_stays_shut():
    below = Queue(job(1, "drawer"))

    assert TrainingQueue(below).next_waiting("receipt", "drawer") is None
    assert below.marked == [(1, JobState.FAILED, "training.drawer")]


def test_no_line_is_said_where_rights_are_asked_for():
    with pytest.raises(Unavailable) as refused:
        NoLine().request_rights("m", 1, 1)

    assert refused.value.code == "training.no_line"
