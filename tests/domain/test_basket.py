from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.basket import GRAMS_PER_KG, MAX_LINES, MAX_NOTE, MAX_QUANTITY, MAX_WEIGHT_G, Basket, Reduction
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


def weighed() -> Item:
    return Item(9, "", "鲜苹果", "", "", "", "", "", 3_980, weighed=True)


@pytest.mark.parametrize(
    ("reduction", "code"),
    [
        (Reduction(), "reduction.amount"),
        (Reduction(bp=-500), "reduction.amount"),
        (Reduction(minor=-1), "reduction.amount"),
        (Reduction(bp=500, minor=100), "reduction.both"),
        (Reduction(bp=500, minor=-100), "reduction.both"),
        (Reduction(bp=10_001), "reduction.above_price"),
        (Reduction(minor=2_001), "reduction.above_price"),
        (Reduction(bp=500, reason="字" * (MAX_NOTE + 1)), "note.too_long"),
    ],
)
def test_an_impossible_reduction_is_refused_on_a_line_and_on_the_order(reduction, code):
    basket = rung(1, 1)
    for change in (lambda: basket.with_line_reduction(1, reduction), lambda: basket.with_reduction(reduction)):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == code


@pytest.mark.parametrize(("asked_minor", "code"), [(-1, "price.negative"), (1_001, "price.above_list")])
def test_an_impossible_price_is_refused(asked_minor, code):
    with pytest.raises(Refused) as refused:
        rung(1).with_price(1, asked_minor)

    assert refused.value.code == code


def test_a_line_has_a_price_by_hand_or_a_reduction_and_either_is_taken_back():
    lowered = rung(1).with_price(1, 800, "  破  损 ", "E9").with_line_reduction(1, Reduction(bp=1_000, reason="破损"))
    set_again = lowered.with_price(1, 800, "  破  损 ", "E9")

    assert (lowered.line(1).asked_minor, lowered.line(1).reduction) == (None, Reduction(bp=1_000, reason="破损"))
    asked = (set_again.line(1).asked_minor, set_again.line(1).asked_reason, set_again.line(1).asked_approved_by)
    assert (asked, set_again.line(1).reduction) == ((800, "破 损", "E9"), None)
    assert set_again.with_price(1, None) == lowered.with_line_reduction(1, None) == rung(1)


def test_a_piece_more_of_a_line_priced_by_hand_is_a_line_of_its_own():
    gift = rung(1).with_line_reduction(1, Reduction(bp=10_000, reason="赠品"))

    assert [line.reduction for line in gift.with_item(item(1)).lines] == [Reduction(bp=10_000, reason="赠品"), None]
    with pytest.raises(Refused, match=r"basket\.by_hand"):
        gift.with_quantity(1, 2)


def test_weighed_goods_need_their_weight_and_stay_one_piece():
    with pytest.raises(Refused, match=r"item\.needs_weight"):
        EMPTY.with_item(weighed())
    for weight_g in (0, -1, MAX_WEIGHT_G + 1):
        with pytest.raises(Refused, match=r"basket\.weight"):
            EMPTY.with_piece(weighed(), weight_g=weight_g)
    with pytest.raises(Refused, match=r"price\.negative"):
        EMPTY.with_piece(weighed(), label_minor=-1)

    basket = EMPTY.with_piece(weighed(), weight_g=560).with_piece(weighed(), weight_g=560)

    assert [(line.quantity, line.list_minor) for line in basket.lines] == [(1, 2_229), (1, 2_229)]
    with pytest.raises(Refused, match=r"basket\.one_piece"):
        basket.with_quantity(1, 2)


def test_the_price_on_a_label_counts_whatever_the_weight():
    line = EMPTY.with_piece(weighed(), weight_g=560, label_minor=1_990).lines[0]

    assert (line.unit_list_minor, line.list_minor) == (1_990, 1_990)


def test_notes_are_one_line_and_have_a_limit():
    noted = rung(1).with_line_note(1, " 要\n礼盒 ").with_note("下午 来取", prints_notes=True)

    assert (noted.line(1).note, noted.note, noted.prints_notes) == ("要 礼盒", "下午 来取", True)
    for change in (
        lambda: rung(1).with_line_note(1, "字" * (MAX_NOTE + 1)),
        lambda: rung(1).with_note("字" * (MAX_NOTE + 1), prints_notes=False),
    ):
        with pytest.raises(Refused, match=r"note\.too_long"):
            change()


@given(st.integers(0, 10_000), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_reduction_takes_off_no_more_than_there_is(bp, minor, price_minor):
    by_share, by_amount = Reduction(bp=bp).off(price_minor), Reduction(minor=minor).off(price_minor)

    assert 0 <= by_share <= price_minor
    assert abs(by_share * 10_000 - price_minor * bp) <= 5_000
    assert by_amount == min(minor, price_minor)


@given(price=st.integers(1, 1_000_000), weight_g=st.integers(-5, 20_000), most_g=st.integers(1, MAX_WEIGHT_G))
def test_a_weight_costs_its_share_of_a_kg_to_half_a_cent_or_is_refused(price, weight_g, most_g):
    goods = replace(item(1), price_minor=price, weighed=True)
    if 1 <= weight_g <= most_g:
        line = EMPTY.with_piece(goods, weight_g=weight_g, most_g=most_g).line(1)
        assert abs(Fraction(price * weight_g, GRAMS_PER_KG) - line.list_minor) <= Fraction(1, 2)
    else:
        with pytest.raises(Refused, match=r"basket\.weight"):
            EMPTY.with_piece(goods, weight_g=weight_g, most_g=most_g)
