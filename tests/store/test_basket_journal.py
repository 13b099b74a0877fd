from dataclasses import replace

import msgspec
import pytest

from pos_app.domain.basket import Basket, Reduction
from pos_app.domain.till import HeldSale, OpenSale, Undo
from pos_app.errors import Refused
from pos_app.store.basket import MAX_HELD, MAX_STEPS
from tests.till_kit import item, new_till, open_kit

EMPTY = OpenSale(Basket("s1"))


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path)
    yield till
    till.close()


def ring_up(till, count):
    """Ring up ``count`` different items, each as a step of its own; return the states."""
    states = []
    sale = EMPTY
    for n in range(1, count + 1):
        sale = replace(sale, basket=sale.basket.with_item(item(n)))
        with till.store.unit() as unit:
            unit.basket.push(sale, Undo("item_added", f"商品{n}", 1))
        states.append(sale)
    return states


def current(till):
    with till.store.view() as unit:
        return unit.basket.current()


def test_the_basket_comes_back_as_it_was_after_a_restart(tmp_path):
    till = new_till(tmp_path)
    states = ring_up(till, 3)
    till.close()

    again = open_kit(tmp_path)

    assert current(again) == (states[-1], Undo("item_added", "商品3", 1))
    again.close()


def test_at_least_fifty_changes_can_be_undone_one_by_one(till):
    states = ring_up(till, 60)

    for expected in reversed(states[:-1]):
        with till.store.unit() as unit:
            unit.basket.undo()
        assert current(till)[0] == expected
    with till.store.unit() as unit:
        unit.basket.undo()

    assert current(till) is None


def test_what_was_forgotten_cannot_be_undone(till):
    sale = EMPTY
    with till.store.unit() as unit:
        for n in range(1, MAX_STEPS + 11):
            basket = sale.basket.with_item(item(1)) if sale.basket.is_empty else sale.basket.with_quantity(1, n)
            sale = replace(sale, basket=basket)
            unit.basket.push(sale, Undo("quantity_set", "", n))

    undone = 0
    while current(till)[1] is not None:
        with till.store.unit() as unit:
            unit.basket.undo()
        undone += 1

    assert undone == MAX_STEPS - 1
    assert current(till)[0].basket.line(1).quantity == 11
    with pytest.raises(Refused) as error, till.store.unit() as unit:
        unit.basket.undo()
    assert error.value.code == "undo.nothing"


def test_an_item_keeps_the_price_it_was_rung_up_with(till):
    dear = item(1, 10_000)
    cheap = replace(dear, price_minor=5_000, version=2)
    sale = replace(EMPTY, basket=EMPTY.basket.with_item(dear))

    with till.store.unit() as unit:
        unit.basket.push(sale, Undo("item_added"))
        unit.basket.push(replace(sale, basket=Basket("s1").with_item(cheap)), Undo("item_added"))
        unit.basket.undo()

    assert current(till)[0].basket.line(1).item == dear


def test_a_beginning_cannot_be_undone_but_what_follows_can(till):
    with till.store.unit() as unit:
        unit.basket.push(EMPTY, Undo(""))
        unit.basket.push(replace(EMPTY, basket=EMPTY.basket.with_item(item(1))), Undo("item_added"))
        unit.basket.undo()

    assert current(till) == (EMPTY, None)


def by_hand():
    fruit = replace(item(3), weighed=True)
    basket = Basket("s1").with_item(item(1)).with_item(item(2)).with_piece(fruit, weight_g=560, label_minor=1_990)
    basket = basket.with_price(1, 90, "破损", "E9").with_line_reduction(2, Reduction(bp=500, reason="老客"))
    basket = basket.with_reduction(Reduction(minor=5, reason="抹零", approved_by="E9"))
    return OpenSale(basket.with_line_note(3, "要熟的").with_note("下午来取", prints_notes=True))


def test_what_was_changed_by_hand_comes_back_after_a_restart_and_from_hold(tmp_path):
    till = new_till(tmp_path)
    with till.store.unit() as unit:
        unit.basket.push(by_hand(), Undo("price_set"))
        hold_id = unit.held.add(HeldSale(0, 1, "E1", "", "", 3, 100, by_hand()))
    till.close()

    again = open_kit(tmp_path)

    assert current(again)[0] == by_hand()
    with again.store.unit() as unit:
        assert unit.held.take(hold_id).sale == by_hand()
    again.close()


def test_baskets_of_an_older_program_are_read(till):
    line = {"line_no": 1, "item_id": 1, "version": 1, "quantity": 2, "redeemed": False}
    what = {"code": "item_added", "subject": "", "amount": 1}
    step = {"sale_id": "s1", "lines": [line], "member_id": None, "points": 0, "next_line_no": 2, "proof": ""}
    with till.store.unit() as unit:
        unit.basket.push(replace(EMPTY, basket=Basket("s1").with_item(item(1))), Undo("item_added"))
        conn = unit.basket._conn
        conn.execute("UPDATE basket_step SET body = ?", [msgspec.json.encode(step | {"what": what})])

    assert current(till)[0].basket == Basket("s1").with_item(item(1), 2)


def test_a_held_sale_is_taken_once(till):
    held = HeldSale(0, 1, "E1", "红衣服", "陈**", 1, 100, replace(EMPTY, basket=EMPTY.basket.with_item(item(1))))
    with till.store.unit() as unit:
        hold_id = unit.held.add(held)

    with till.store.unit() as unit:
        taken = unit.held.take(hold_id)

    assert taken == replace(held, hold_id=hold_id)
    with pytest.raises(Refused) as error, till.store.unit() as unit:
        unit.held.take(hold_id)
    assert error.value.code == "hold.unknown"


def test_the_number_of_a_taken_sale_is_not_given_out_again(till):
    held = HeldSale(0, 1, "E1", "", "", 1, 100, EMPTY)
    with till.store.unit() as unit:
        first = unit.held.add(held)
        unit.held.take(first)
        second = unit.held.add(held)

    assert second > first


def test_held_sales_have_a_limit(till):
    held = HeldSale(0, 1, "E1", "", "", 1, 100, EMPTY)
    with till.store.unit() as unit:
        for _ in range(MAX_HELD):
            unit.held.add(held)

    with pytest.raises(Refused) as error, till.store.unit() as unit:
        unit.held.add(held)

    assert error.value.code == "hold.full"


def test_a_change_that_was_rolled_back_leaves_nothing_behind(till):
    states = ring_up(till, 2)
    other = replace(states[-1], basket=states[-1].basket.with_item(item(9)))

    def fail():
        with till.store.unit() as unit:
            unit.basket.push(other, Undo("item_added", "商品9", 1))
            unit.held.take(999)

    with pytest.raises(Refused):
        fail()

    assert current(till) == (states[-1], Undo("item_added", "商品2", 1))
    with till.store.unit() as unit:
        unit.basket.push(other, Undo("item_added", "商品9", 1))
    assert current(till)[0] == other


def test_an_item_left_and_rung_up_again_is_found_after_a_restart(tmp_path):
    till = new_till(tmp_path)
    states = ring_up(till, 2)
    without = replace(states[-1], basket=states[-1].basket.without_line(1))
    again = replace(without, basket=without.basket.with_item(item(1)))
    for sale in (without, again):
        with till.store.unit() as unit:
            unit.basket.push(sale, Undo("item_added", "商品1", 1))
    till.close()

    reopened = open_kit(tmp_path)

    assert current(reopened)[0] == again
    reopened.close()
