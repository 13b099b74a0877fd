"""The training till at the real window: its frame, its tasks, and the real till untouched beside it."""

import pytest

from pos_app.bootstrap.desks import LinkState
from pos_app.bootstrap.program import Hooks, Start, opened_desks
from pos_app.domain.training import Task
from pos_app.errors import Refused
from pos_app.paths import Paths
from pos_app.store.lock import TillLock
from tests.e2e.conftest import Opened
from tests.e2e.hands import Hands
from tests.e2e.shopfloor import ANNA, CASHIER_PIN
from tests.till_kit import barcode


@pytest.fixture
def trainee(tills: Opened, tmp_path) -> Hands:
    hands = tills.open(tmp_path, training=True)
    hands.sign_in("李敏", CASHIER_PIN, 50_000)
    return hands


def done(hands: Hands) -> frozenset[Task]:
    return hands.app.training._progress.done


def test_tasks_are_ticked_by_doing_them(trainee: Hands):
    hands = trainee
    hands.ring_up(1)
    hands.pay_exactly()
    hands.until(lambda: Task.SELL in done(hands))

    hands.scan(barcode(2))
    hands.until(lambda: hands.pieces == 1 and hands.state.priced.due_minor == 2_000)
    hands.scan("0001")
    hands.until(lambda: hands.state.member is not None)
    hands.pay_exactly()

    hands.until(lambda: done(hands) == {Task.SELL, Task.SERVE})
    assert hands.state.next_receipt_no.startswith("0000-")


def test_the_chip_of_the_line_tells_the_task_and_opens_all_of_them(trainee: Hands):
    hands = trainee
    chip = hands.window.shell.status._sync
    hands.until(lambda: "1 of 6" in chip.accessibleName())

    hands.tap(chip)

    assert hands.window.training.isVisible()
    hands.press("Esc")
    assert not hands.window.training.isVisible()


def test_the_real_till_stays_shut_meanwhile_and_is_as_it_was(tills: Opened, trainee: Hands, tmp_path):
    with pytest.raises(Refused) as refused, TillLock(Paths(tmp_path).lock):
        pass
    assert refused.value.code == "till.running"
    tills.close_all()

    with opened_desks(Start(Paths(tmp_path)), Hooks(), LinkState()) as (lane, desks, _keys):
        found = lane.call(lambda: desks.members.find(ANNA.phone))
    assert [row.member_id for row in found] == [ANNA.member_id]
