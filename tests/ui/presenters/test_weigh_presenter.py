"""Goods sold by weight: scanned without a label they ask for the weight, and a wrong one is asked for again."""

from tests.till_kit import item
from tests.ui.presenters.counter import Counter

APPLES = item(9, 3_980, weighed=True)


def face(counter: Counter):
    return counter.weigh_view.last("show_weight")[0]


def test_a_weighed_item_without_a_label_asks_for_its_weight_and_is_rung_up_with_it(counter: Counter):
    counter.till.publish(APPLES)

    counter.presenter.enter(APPLES.barcode)
    counter.weighing.enter(385)

    assert (face(counter).price_minor, face(counter).amount_minor) == (3_980, 1_532)
    assert counter.sale.last("show_notice") is None

    counter.weighing.confirm()

    line = counter.changed[-1].basket.line(1)
    assert (line.weight_g, line.list_minor) == (385, 1_532)
    assert counter.weigh_view.names()[-1] == "dismiss"


def test_a_weight_that_cannot_be_keeps_the_sheet_and_says_so_until_it_is_changed(counter: Counter):
    counter.till.publish(APPLES)
    counter.presenter.add_item(9)

    counter.weighing.enter(15_001)
    counter.weighing.confirm()
    refused = face(counter)
    counter.weighing.enter(1_500)

    assert "15.001" in refused.problem
    assert "basket.weight" in refused.problem
    assert face(counter).problem == ""
    assert (counter.changed, "dismiss" in counter.weigh_view.names()) == ([], False)


def test_no_weight_is_not_asked_for(counter: Counter):
    counter.till.publish(APPLES)
    counter.presenter.add_item(9)

    counter.weighing.confirm()

    assert counter.checkout.state().basket.is_empty
