"""Tax: inside a price or on top of it, by the line, given back with the goods to the cent."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain import tax
from pos_app.domain.basket import Basket, BasketLine, Reduction
from pos_app.domain.catalogue import Item
from pos_app.domain.day_close import totals
from pos_app.domain.day_proof import proof, unproven
from pos_app.domain.events import Sale, SaleLine, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.members import Tier
from pos_app.domain.money_back import SoFar, so_far
from pos_app.domain.posting import MAX_AMOUNT, Scene, post
from pos_app.domain.price_steps import Discount, PriceStep
from pos_app.domain.pricing import PricedBasket, price
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import post_refund, refunded
from pos_app.domain.tax import TaxTotal
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged

TODAY = date(2026, 11, 23)
RULES = Programme("p1", TODAY)
RATES = st.sampled_from([0, 1, 100, 300, 600, 825, 900, 1_300, 2_500, 9_999, 10_000])
SCENE = Scene(Origin("T", "A1", 1), "S01", TODAY, {}, date(2027, 12, 31))


def item(no: int, minor: int, bp: int, *, included: bool, **more: object) -> Item:
    return Item(no, f"69{no:011d}", f"商品{no}", "", "", "", "", "", minor, tax_bp=bp, tax_included=included, **more)


def basket(*lines: BasketLine, **more: object) -> Basket:
    return Basket("sale", lines, "m1", next_line_no=len(lines) + 1, **more)


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    """Baskets of a member: several rates inside and on top, reductions by hand, a line for points, points."""
    lines = []
    for no in range(1, draw(st.integers(1, 5)) + 1):
        sold = item(
            no, draw(st.integers(0, 30_000)), draw(RATES), included=draw(st.booleans()), earns=draw(st.booleans())
        )
        off = draw(st.none() | st.builds(Reduction, bp=st.integers(1, 10_000), reason=st.just("x")))
        redeemed = draw(st.integers(0, 4)) == 0
        lines.append(BasketLine(no, sold, draw(st.integers(1, 4)), redeemed=redeemed, reduction=off))
    open_minor = price(basket(*lines), RULES, Tier.GOLD).due_minor
    most = open_minor * RULES.redeem_max_share_bp // 10_000 // RULES.redeem_step_points * RULES.redeem_step_points
    points = draw(st.sampled_from([0, most if most >= RULES.redeem_min_points else 0]))
    return basket(*lines, points=points)


def sale_of(priced: PricedBasket) -> Sale:
    """Return a basket as it is sold, paid by card."""
    lines = tuple(
        SaleLine(
            line.line_no, line.item.item_id, "69", "x", line.quantity, line.list_minor, line.net_minor,
            line.redeemed_points, line.redeemed_minor, line.basket_points, line.basket_points_minor, line.paid_minor,
            0, (), line.steps, tax_bp=line.item.tax_bp, tax_minor=line.tax_minor,
        )
        for line in priced.lines
    )  # fmt: skip
    due = priced.due_minor
    return Sale("s", "0001-1-A1-000001", "m1", lines, (Tender(TenderKind.CARD, due),), due, 0, (), None, (), "p1")


def plain_sale(bp: int, *, included: bool, minor: int = 10_000) -> Sale:
    return sale_of(price(basket(BasketLine(1, item(1, minor, bp, included=included))), RULES, Tier.NORMAL))


@pytest.mark.parametrize(
    ("net", "bp", "inside"),
    [
        (29_800, 1_300, 3_428),
        (4_900, 900, 405),
        (113, 1_300, 13),
        (1, 1_300, 0),
        (5, 10_000, 3),
        (0, 900, 0),
        (9, 0, 0),
    ],
)
def test_tax_inside_a_price_is_rounded_half_up(net, bp, inside):
    assert tax.within(net, bp) == inside


@pytest.mark.parametrize(("goods", "bp", "on_top"), [(2_000, 600, 120), (1_665, 600, 100), (25, 600, 2), (8, 600, 0)])
def test_tax_on_top_of_a_price_is_rounded_half_up(goods, bp, on_top):
    assert tax.on_top(goods, bp) == on_top


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_tax_that_was_put_on_top_is_found_inside_again(goods, bp):
    added = tax.on_top(goods, bp)

    assert tax.within(goods + added, bp) == added


@given(baskets())
def test_included_tax_changes_no_price_and_no_points(asked):
    inside = replace(
        asked, lines=tuple(replace(line, item=replace(line.item, tax_included=True)) for line in asked.lines), points=0
    )
    none = replace(inside, lines=tuple(replace(line, item=replace(line.item, tax_bp=0)) for line in inside.lines))

    with_tax, without = price(inside, RULES, Tier.GOLD), price(none, RULES, Tier.GOLD)

    assert (with_tax.due_minor, with_tax.points, with_tax.earned_points, with_tax.added_tax_minor) == (
        without.due_minor, without.points, without.earned_points, 0
    )  # fmt: skip
    assert [line.steps for line in with_tax.lines] == [line.steps for line in without.lines]


@given(baskets())
def test_tax_on_top_raises_the_price_by_itself_and_the_steps_still_explain_all(asked):
    bare = replace(asked, points=0)
    none = replace(bare, lines=tuple(replace(line, item=replace(line.item, tax_bp=0)) for line in bare.lines))

    taxed, without = price(bare, RULES, Tier.GOLD), price(none, RULES, Tier.GOLD)

    for line, plain in zip(taxed.lines, without.lines, strict=True):
        assert line.goods_minor == plain.net_minor
        assert sum(step.minor for step in line.steps) == line.list_minor - line.net_minor
        on_top = 0 if line.item.tax_included else tax.on_top(plain.net_minor, line.item.tax_bp)
        assert line.net_minor - plain.net_minor == on_top
        assert on_top in (0, line.tax_minor)
    assert taxed.saved_minor == without.saved_minor
    assert taxed.list_minor - taxed.saved_minor + taxed.added_tax_minor - taxed.redeemed_minor == taxed.due_minor
    assert taxed.earned_points == without.earned_points


@given(baskets())
def test_what_is_sold_with_tax_balances_and_its_day_is_proven(asked):
    sale = sale_of(price(asked, RULES, Tier.GOLD))
    bare = replace(sale, lines=tuple(replace(line, redeemed_points=0, basket_points=0) for line in sale.lines))
    day = totals([(1, bare)])

    booked = {each.credit.kind: each.amount for each in post(bare, SCENE) if each.code == "tax"}

    assert booked == {f"tax:{each.bp}": each.tax_minor for each in day.taxes if each.tax_minor}
    assert sum(each.goods_minor + each.tax_minor for each in day.taxes) == sum(
        line.net_minor for line in sale.lines if line.tax_bp
    )
    lines = proof([(1, bare)], day, Nothing())
    assert {line.code for line in unproven(lines)} <= {"points_earned"}


class Nothing:
    """A close that counted nothing."""

    expected_cash_minor = counted_cash_minor = 0


@given(st.integers(1, 9), st.integers(0, 9_999), RATES, st.booleans(), st.data())
def test_tax_comes_back_with_the_pieces_in_any_parts_and_order(pieces, minor, bp, included, data):
    rung = BasketLine(1, item(1, minor, bp, included=included), pieces)
    sale = sale_of(price(basket(rung), RULES, Tier.NORMAL))
    line, back, owed = sale.lines[0], 0, 0
    gone: list[SaleRefunded] = []
    while back < pieces:
        some = data.draw(st.integers(1, pieces - back))
        known = data.draw(st.booleans())
        part = refunded(line, some, back if known else None)
        fact = SaleRefunded(
            f"r{back}", "r", "s", Origin("T", "A1", 1), "m1", (part,), (Tender(TenderKind.CARD, part.paid_minor),),
            part.paid_minor, 0, None, (), 0, (), "x",
        )  # fmt: skip
        moves = post_refund(fact, sale, SCENE, {}, so_far(sale, gone), at_risk=True)
        owed += sum(each.amount for each in moves if each.code == "refund_tax")
        back += some
        gone.append(fact)
        exact = line.tax_minor * back // pieces
        assert owed == exact
        assert sum(each.lines[0].tax_minor for each in gone) <= exact

    assert owed == line.tax_minor


@given(st.permutations([1, 1, 1, 2, 2, 3]), RATES, st.integers(1, 9_999))
def test_the_order_of_part_refunds_does_not_matter(order, bp, minor):
    lines = [BasketLine(no, item(no, minor * no, bp, included=no % 2 > 0), 4 - no) for no in (1, 2, 3)]
    sale = sale_of(price(basket(*lines), RULES, Tier.NORMAL))
    sold = {line.line_no: line for line in sale.lines}
    back, before = 0, SoFar({1: 0, 2: 0, 3: 0})
    for no in order:
        back += refunded(sold[no], 1, before.pieces[no]).tax_minor
        before = SoFar({**before.pieces, no: before.pieces[no] + 1})

    assert back == sum(line.tax_minor for line in sale.lines)


def test_a_day_tells_sold_and_returned_goods_by_rate_and_tax_is_no_discount():
    sale = sale_of(
        price(
            basket(
                BasketLine(1, item(1, 29_800, 1_300, included=True)),
                BasketLine(2, item(2, 2_000, 600, included=False), 2),
                BasketLine(3, item(3, 500, 0, included=True)),
            ),
            RULES,
            None,
        )
    )
    back = refunded(sale.lines[1], 1, 0)
    refund = SaleRefunded(
        "r",
        "r",
        "s",
        Origin("T", "A1", 1),
        None,
        (back,),
        (Tender(TenderKind.CARD, 2_120),),
        2_120,
        0,
        None,
        (),
        0,
        (),
        "",
    )

    day = totals([(1, sale), (2, refund)])

    assert day.taxes == (TaxTotal(1_300, 26_372, 3_428), TaxTotal(600, 4_000, 240))
    assert day.refund_taxes == (TaxTotal(600, 2_000, 120),)
    assert day.discounts == ()
    assert Discount.of("tax@600") is None


def test_points_are_earned_on_the_goods_without_the_tax_on_top():
    asked = basket(BasketLine(1, item(1, 10_000, 1_300, included=False, earns=True)))

    whole, shared = price(asked, RULES, Tier.NORMAL), price(replace(asked, points=1_000), RULES, Tier.NORMAL)

    assert (whole.due_minor, whole.earned_points) == (11_300, 700)
    assert (shared.due_minor, shared.earned_points) == (10_300, 638)  # 10,300 - 1,185 of tax = 9,115


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_minor": 1_149}, {"tax_minor": -1_150}, {"tax_bp": 1_200}, {"tax_bp": -1}, {"tax_bp": 10_001},
        {"tax_bp": MAX_AMOUNT}, {"steps": (PriceStep("tax@1200", -1_150), PriceStep("x@1", 1_150))},
        {"steps": (PriceStep("tax@1300", -1_149), PriceStep("x@1", 1_149))},
    ],
)  # fmt: skip
def test_head_office_finds_tax_that_is_not_that_of_its_line(wrong):
    sale = plain_sale(1_300, included=True)

    post(sale, SCENE)
    with pytest.raises(Damaged, match=r"sale\.tax"):
        post(replace(sale, lines=(replace(sale.lines[0], **wrong),)), SCENE)


@pytest.mark.parametrize("bp", [-1, 10_001])
def test_a_rate_below_nothing_or_above_the_price_is_unlawful(bp):
    assert item(1, 100, bp, included=True).problems() == ("tax_bp",)
    assert item(1, 100, 10_000, included=False).problems() == ()


@pytest.mark.parametrize(("bp", "text"), [(1_300, "13"), (600, "6"), (825, "8.25"), (50, "0.5")])
def test_a_rate_is_told_in_percent(bp, text):
    assert tax.rate_text(bp) == text
