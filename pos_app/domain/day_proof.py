"""The proof of a close: each figure of the day by two ways that meet where nothing is wrong.

The till prints it, head office computes it again from the same facts with the same function.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pos_app.domain import tax
from pos_app.domain.events import (
    DayTotals,
    Fact,
    ProofLine,
    Sale,
    SaleRefunded,
    ShiftHandedOver,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.tenders import Tender, TenderKind

CASH = "cash"  # counted against expected: a difference is over or short, and is booked
MONEY = frozenset(
    {CASH, "change", "tenders", "goods", "discounts", "tax", "refunds", "exchange", "topups", "shifts"}
)  # the others count points and pieces


class Counted(Protocol):
    """A close as far as the count goes, by shape."""

    @property
    def expected_cash_minor(self) -> int: ...
    @property
    def counted_cash_minor(self) -> int: ...


def proof(said: Sequence[tuple[int, Fact]], day: DayTotals, count: Counted) -> tuple[ProofLine, ...]:
    """Return the lines of the proof, always the same ones in the same order.

    Args:
        said: ``(seq, fact)`` of the day in the order of the log, from its opening to the one before its close.
        day: what the close declares of them.
        count: the cash that should be there and the cash that was counted.
    """
    facts = [fact for _, fact in said]
    sales = [fact for fact in facts if isinstance(fact, Sale)]
    refunds = [fact for fact in facts if isinstance(fact, SaleRefunded)]
    topups = [fact for fact in facts if isinstance(fact, ToppedUp)]
    topups_back = [fact for fact in facts if isinstance(fact, TopUpRefunded)]
    cash = [tender for tender in _tenders(sales) if tender.kind in (TenderKind.CASH, TenderKind.FOREIGN)]
    lines = [line for sale in sales for line in sale.lines]
    return (
        ProofLine(CASH, count.expected_cash_minor, count.counted_cash_minor),
        ProofLine(
            "change",
            sum(tender.amount_minor for tender in cash),
            sum(tender.given_minor - tender.change_minor for tender in cash),
        ),
        ProofLine("tenders", day.due_minor + day.rounding_minor, _sum(_tenders(sales))),
        ProofLine(
            "goods",
            sum(line.net_minor for line in lines),
            day.due_minor + sum(line.redeemed_minor + line.basket_points_minor for line in lines),
        ),
        ProofLine(
            "discounts",
            sum(line.list_minor - line.net_minor + tax.added(line.steps) for line in lines if line.steps),
            sum(total.amount_minor for total in day.discounts),
        ),
        ProofLine(
            "tax",
            sum(total.tax_minor for total in day.taxes),
            sum(tax.within(line.net_minor, line.tax_bp) for line in lines),
        ),
        ProofLine(
            "refunds",
            day.refunded_minor + sum(refund.rounding_minor - refund.deducted_minor for refund in refunds),
            _sum(_tenders(refunds)),
        ),
        ProofLine("exchange", _goods(_tenders(refunds)), _goods(_tenders(sales))),
        ProofLine(
            "topups",
            day.topped_up_minor - day.topup_refunded_minor,
            _sum(_tenders(topups)) - _sum(_tenders(topups_back)) - day.topup_deducted_minor,
        ),
        ProofLine("points_earned", day.points_earned, sum(_granted(sale) for sale in sales)),
        ProofLine("points_returned", day.points_returned, sum(_returned(refund) for refund in refunds)),
        ProofLine(
            "points_taken_back",
            day.points_taken_back,
            sum(_taken_back(refund) for refund in refunds),
        ),
        ProofLine("shifts", day.due_minor, _by_shift(facts)),
        ProofLine("receipts", _numbered(day), day.sales),
        ProofLine("records", day.seq_to - day.seq_from + 1 if said else 0, len({seq for seq, _ in said})),
    )


def unproven(lines: Iterable[ProofLine]) -> tuple[ProofLine, ...]:
    """Return the lines whose two ways do not meet; counted cash is none of them, since it is booked."""
    return tuple(line for line in lines if line.difference and line.code != CASH)


def receipt_place(receipt_no: str) -> tuple[str, int] | None:
    """Return the stem and the running number of a receipt number, None where it has none."""
    stem, _, number = receipt_no.rpartition("-")
    return (stem, int(number)) if number.isascii() and number.isdecimal() else None


def _tenders(facts: Iterable[Sale | SaleRefunded | ToppedUp | TopUpRefunded]) -> list[Tender]:
    return [tender for fact in facts for tender in fact.tenders]


def _sum(tenders: Iterable[Tender]) -> int:
    return sum(tender.amount_minor for tender in tenders)


def _goods(tenders: Iterable[Tender]) -> int:
    """Return what goods paid in exchange."""
    return _sum(tender for tender in tenders if tender.kind == TenderKind.EXCHANGE)


def _granted(sale: Sale) -> int:
    """Return the points that the sale gave: set off, its own grant, or what head office gives a card unknown here."""
    if sale.earned is not None:
        return sale.earned.amount + sale.repaid_points
    return 0 if sale.member_id is None else sum(line.earned_points for line in sale.lines)


def _returned(refund: SaleRefunded) -> int:
    """Return the points that the refund gave back: its own grant, or what goes to head office's holding."""
    return sum(grant.amount for grant in refund.given_back) or sum(line.points for line in refund.lines)


def _taken_back(refund: SaleRefunded) -> int:
    """Return the points that left with the goods: out of holdings here, out of the money, or owed."""
    return sum(spend.amount for spend in refund.taken_back) + refund.deducted_points + refund.owed_points


def _by_shift(facts: Iterable[Fact]) -> int:
    """Return what was due by the word of each hand-over, and by the sales after the last."""
    handed, since = 0, 0
    for fact in facts:
        if isinstance(fact, ShiftHandedOver):
            handed, since = handed + fact.totals.due_minor, 0
        elif isinstance(fact, Sale):
            since += fact.due_minor
    return handed + since


def _numbered(day: DayTotals) -> int:
    """Return how many receipts there must be, by the first and the last number."""
    first, last = receipt_place(day.first_receipt_no), receipt_place(day.last_receipt_no)
    if first is None or last is None or first[0] != last[0]:
        return 0
    return last[1] - first[1] + 1
