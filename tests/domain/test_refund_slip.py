from dataclasses import replace
from datetime import datetime

import pytest

from pos_app import i18n
from pos_app.domain.events import SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.paper import lay_out
from pos_app.domain.receipts import ReceiptHeader
from pos_app.domain.refund_quote import work_out
from pos_app.domain.refund_slip import Original, PointsMoved, refund_slip
from pos_app.domain.refunds import SoFar
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.services.words import refund_words
from tests.domain.test_refunds import DAY, RULES, sale_of, sold
from tests.till_kit import member

HEADER = ReceiptHeader("禾苗母婴", "江南西店", "01", "李敏", datetime(2026, 11, 23, 10, 30))  # noqa: DTZ001 - as the store's clocks show it
SALE = replace(
    sale_of(
        (replace(sold(1, 2, 59_600, earned=4_172), name="优伴 配方奶粉 2段 900g"), sold(2, 1, 1_000)),
        (Tender(TenderKind.WECHAT, 60_600, reference="4200000012345678"),),
    ),
    receipt_no="0120-1-A1-000037",
)


def fact(**changes):
    quote = work_out(SALE, {1: 1}, SoFar(), RULES, 12_860)
    said = SaleRefunded(
        "r", "R0120-1-A1-000001", "s", Origin("S01-1", "1.1", 4), "m1", quote.lines, quote.tenders,
        quote.refund_minor, quote.rounding_minor, None, (), 0, (), "质量",
    )  # fmt: skip
    return replace(said, **changes)


def printed(said, columns=32, new=""):
    original = Original(SALE, DAY, new)
    moved = PointsMoved(12_860, 10_774, 3)
    paper = refund_slip(said, original, HEADER, member(1), moved, refund_words())
    return [getattr(line, "text", "") for line in lay_out(paper, columns)]


@pytest.fixture(params=["zh_CN", "en"], autouse=True)
def language(request):
    i18n.use(request.param)
    yield request.param
    i18n.use("zh_CN")


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_everything_that_somebody_may_ask_for_is_on_the_slip(columns):
    text = "\n".join(printed(fact(), columns))

    for part in ("R0120-1-A1-000001", "0120-1-A1-000037", "-298.00", "4200000012345678", "12,860", "10,774", "质量"):
        assert part in text, part
    assert "-2,086" in text
    assert all(len(line.encode("gbk")) <= columns for line in printed(fact(), columns))


def test_void_and_exchange_have_words_of_their_own():
    titles = {printed(said, new=new)[2] for said, new in ((fact(), ""), (fact(is_void=True), ""), (fact(), "0120-1-9"))}

    assert len(titles) == 3
    assert "0120-1-9" in "\n".join(printed(fact(), new="0120-1-9"))


def test_deduction_and_rounding_are_lines():
    text = "\n".join(printed(fact(deducted_points=50, deducted_minor=50, rounding_minor=-3)))

    assert "-0.50" in text
    assert "-0.03" in text
