"""Why this price: every figure of a line adds up on the panel, in words, in both languages."""

from datetime import timedelta

import pytest

from pos_app import i18n
from pos_app.domain.basket import Reduction
from pos_app.domain.campaigns import Benefit, BenefitKind, Step, What, Who
from pos_app.services.overrides import Override
from pos_app.ui.presenters.why import WhyRow, explained
from tests.till_kit import TODAY, campaign, item, member
from tests.ui.presenters.counter import Counter

ANNA = member(1)
OFF = Benefit(BenefitKind.MONEY_OFF, steps=(Step(15_000, 1_000), Step(22_000, 3_000)))
GIFT = Benefit(BenefitKind.GIFT, gift_item_id=2, get=1, from_minor=10_000)


@pytest.fixture
def campaigns(counter: Counter):
    counter.till.publish(
        campaign(1, benefit=OFF, name="满150减10", name_en="10 off from 150"),
        campaign(2, benefit=Benefit(BenefitKind.POINTS_TIMES, times_bp=20_000), who=Who(members_only=True)),
        campaign(3, benefit=GIFT, what=What(items=(1,)), name_en="A gift", valid_from=TODAY - timedelta(days=1)),
    )


def shown(counter: Counter, line_no: int = 1):
    state = counter.checkout.state()
    rung = state.basket.line(line_no)
    line = next(line for line in state.priced.lines if line.line_no == line_no)
    return state, line, explained(state, rung, line)


def minor(figure: str) -> int:
    return round(float(figure.replace(",", "").replace("−", "-")) * 100)


def test_every_rule_is_told_in_order_and_the_figures_add_up(counter: Counter, campaigns):
    counter.checkout.attach(ANNA.member_id)
    counter.checkout.add_item(1, 2)
    counter.checkout.reduce_line(1, Reduction(bp=3_000, reason="damaged"), override=Override("E2", "2222", "破损"))
    counter.checkout.redeem_points(1_000)

    _state, line, face = shown(counter)

    assert [row.what for row in face.price] == [
        "List price",
        "10 off from 150",
        "Discount by hand (Damaged or near its date)",
        "Points against the basket",
        "To pay for this line",
    ]
    *parts, total = face.price
    assert sum(minor(row.figure) for row in parts) == minor(total.figure) == line.paid_minor
    assert face.price[1].detail == "campaign C1, version 1"
    assert face.price[2].detail == "allowed by 赵强 · rules p1"
    gains, earned = face.points[:-1], face.points[-1]
    assert sum(int(row.figure.replace(",", "").lstrip("+")) for row in gains) == line.earned_points
    assert earned.figure.startswith(f"{line.earned_points:,}")


def test_the_order_tells_what_is_nearly_reached_and_what_is_free(counter: Counter, campaigns):
    counter.checkout.add_item(1, 2)

    _state, _line, face = shown(counter)

    assert WhyRow("10 off from 150", "campaign C1, version 1", "−10.00") in face.order
    assert WhyRow("¥20.00 more → ¥20.00 off", "10 off from 150", "") in face.order
    assert WhyRow("Free, not scanned yet: Item 2", "", "× 1") in face.order


@pytest.mark.parametrize(
    ("who", "number", "says"),
    [
        ("", 1, "No points: nobody is a member here"),
        (ANNA.member_id, 8, "No points: not one of the programme's own items"),
    ],
)
def test_no_points_are_explained_too(counter: Counter, who, number, says):
    if who:
        counter.checkout.attach(who)
    counter.till.publish(item(8, earns=False))
    counter.checkout.add_item(number)

    assert [row.what for row in shown(counter)[2].points] == [says]


def test_it_speaks_chinese(counter: Counter, campaigns):
    counter.checkout.add_item(1, 2)
    i18n.use("zh_CN")

    face = shown(counter)[2]

    i18n.use("en")
    assert [row.what for row in face.price] == ["原价", "满150减10", "本行应付"]
    assert "再买 ¥20.00 → 减 ¥20.00" in [row.what for row in face.order]


def test_a_weighed_line_tells_weight_and_price_of_a_kg(counter: Counter):
    counter.till.publish(item(9, 3_980, weighed=True, barcode="2112345000008"))
    counter.checkout.scan("2112345005607")
    state = counter.checkout.state()

    (row,) = state.basket.lines
    assert (row.weight_g, shown(counter)[2].price[0].detail) == (560, "0.560 kg × 39.80")


def test_the_row_is_tagged_with_the_campaign_that_took_most_off(counter: Counter, campaigns):
    counter.checkout.add_item(1, 2)
    counter.presenter.show(counter.checkout.state())

    (rows, _selected) = counter.sale.last("show_basket")

    assert [row.tag for row in rows] == ["10 off from 150"]


def test_tax_on_top_is_a_step_of_the_price_and_the_tag_of_the_row(counter: Counter):
    counter.till.publish(item(9, 2_000, tax_bp=600, tax_included=False))
    counter.checkout.add_item(9)

    face = shown(counter)[2]
    counter.presenter.show(counter.checkout.state())
    (rows, _selected), (totals,) = counter.sale.last("show_basket"), counter.sale.last("show_totals")

    assert [(row.what, row.detail, row.figure) for row in face.price[1:2]] == [
        ("Tax 6%", "put on top of the price", "1.20")
    ]
    assert [(row.price_minor, row.amount_minor, row.tag) for row in rows] == [(2_000, 2_120, "Tax 6%")]
    assert (totals.gross_minor, totals.added_tax_minor, totals.due_minor) == (2_000, 120, 2_120)
