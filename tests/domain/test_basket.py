import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import MAX_LINES, MAX_QUANTITY, Basket
from pos_app.domain.catalogue import Item
from pos_app.errors import Refused

EMPTY = Basket("s1")


def item(item_id: int, *, redeemable: bool = True) -> Item:
    return Item(item_id, "", f"商品{item_id}", "", "", "", "", "", 1_000, redeemable=redeemable)


def rung(*item_ids: int) -> Basket:
    basket = EMPTY
    for item_id in item_ids:
        basket = basket.with_item(item(item_id))
    return basket


def test_the_same_item_scanned_again_raises_its_line():
    basket = rung(1, 2, 1)

    assert [(line.item.item_id, line.quantity) for line in basket.lines] == [(1, 2), (2, 1)]


def test_an_item_beside_its_redeemed_line_gets_a_line_of_its_own():
    basket = rung(1).with_redeemed(1, redeemed=True).with_item(item(1))

    assert [(line.line_no, line.redeemed) for line in basket.lines] == [(1, True), (2, False)]


def test_a_dropped_line_leaves_its_number_unused():
    basket = rung(1, 2).without_line(2).with_item(item(3))

    assert [line.line_no for line in basket.lines] == [1, 3]


def test_an_empty_basket_may_have_a_member():
    assert EMPTY.with_member("m1").is_empty
    assert not rung(1).is_empty


def test_another_member_does_not_inherit_chosen_points():
    chosen = rung(1, 2).with_member("m1").with_redeemed(1, redeemed=True).with_points(500)

    other = chosen.with_member("m2")

    assert (other.member_id, other.points, other.line(1).redeemed) == ("m2", 0, False)
    assert chosen.with_member("m1") == chosen


def test_a_redeemed_line_is_paid_with_money_again():
    basket = rung(1).with_redeemed(1, redeemed=True).with_redeemed(1, redeemed=False)

    assert not basket.line(1).redeemed


@pytest.mark.parametrize("quantity", [0, -1, MAX_QUANTITY + 1])
def test_an_impossible_quantity_is_refused(quantity):
    for change in (lambda: rung(1).with_quantity(1, quantity), lambda: EMPTY.with_item(item(1), quantity)):
        with pytest.raises(Refused) as refused:
            change()
        assert (refused.value.code, refused.value.facts) == (
            "basket.quantity",
            {"quantity": quantity, "most": MAX_QUANTITY},
        )


def test_scanning_past_the_most_is_refused():
    with pytest.raises(Refused, match=r"basket\.quantity"):
        rung(1).with_quantity(1, MAX_QUANTITY).with_item(item(1))


def test_a_full_basket_takes_no_further_line():
    full = rung(*range(MAX_LINES))

    with pytest.raises(Refused, match=r"basket\.full"):
        full.with_item(item(MAX_LINES))


def test_an_item_that_may_not_be_redeemed_is_refused():
    with pytest.raises(Refused, match=r"redeem\.not_redeemable"):
        EMPTY.with_item(item(1, redeemable=False)).with_redeemed(1, redeemed=True)


@pytest.mark.parametrize("change", ["line", "without_line"])
def test_a_line_that_is_not_there_is_refused(change):
    with pytest.raises(Refused) as refused:
        getattr(rung(1), change)(9)

    assert (refused.value.code, refused.value.facts) == ("basket.no_line", {"line_no": 9})


def test_negative_points_are_a_bug():
    with pytest.raises(AssertionError):
        EMPTY.with_points(-1)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), max_size=30))
def test_pieces_are_neither_lost_nor_made(scans):
    basket = EMPTY
    for item_id, quantity in scans:
        basket = basket.with_item(item(item_id), quantity)

    assert sum(line.quantity for line in basket.lines) == sum(quantity for _, quantity in scans)
    assert len({line.line_no for line in basket.lines}) == len(basket.lines)
