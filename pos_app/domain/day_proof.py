"""The proof of a close: each figure of the day by two ways that meet where nothing is wrong.

The till prints it, head office computes it again from the same facts with the same function; what the till holds only
the till can prove, and says so where it cannot.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain import tax
from pos_app.domain.events import (
    DayTotals,
    Fact,
    GrantsInstalled,
    ProofLine,
    Sale,
    SaleRefunded,
    ShiftHandedOver,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.ledger import Asset
from pos_app.domain.posting import self_grants_of, spends_of
from pos_app.domain.tenders import Tender, TenderKind

CASH = "cash"  # counted against expected: a difference is over or short, and is booked
HELD = {Asset.POINTS: "points_held", Asset.VALUE: "value_held", Asset.GIFT: "gift_held"}
# Every line that a proof may have, in the order in which it is read.
ORDER = (
    CASH,
    "change",
    "tenders",
    "goods",
    "discounts",
    "tax",
    "refunds",
    "exchange",
    "topups",
    "value_sold",
    "value_spent",
    "value_refunded",
    HELD[Asset.VALUE],
    "gift_given",
    "gift_spent",
    HELD[Asset.GIFT],
    "points_earned",
    "points_redeemed",
    "points_returned",
    "points_taken_back",
    HELD[Asset.POINTS],
    "shifts",
    "receipts",
    "refund_numbers",
    "topup_numbers",
    "records",
)
PIECES = frozenset(
    {"points_earned", "points_redeemed", "points_returned", "points_taken_back", HELD[Asset.POINTS]}
    | {"receipts", "refund_numbers", "topup_numbers", "records"}
)
MONEY = frozenset(ORDER) - PIECES


class Counted(Protocol):
    """A close as far as the count goes, by shape."""

    @property
    def expected_cash_minor(self) -> int: ...
    @property
    def counted_cash_minor(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TillBooks:
    """What the till's own tables say of the day beside its log; only the till can.

    ``moved`` are the movements of members' assets as ``(seq of the fact, asset, amount)``, taken with a minus.
    ``held`` is what every holding together has of an asset, ``held_before`` what it had when the day was opened: None
    where that was not written down. ``assets`` says what each grant is of that the day's facts take from, by gid.
    """

    moved: tuple[tuple[int, Asset, int], ...]
    held: Mapping[Asset, int]
    held_before: Mapping[Asset, int] | None
    assets: Mapping[str, Asset]


def proof(
    said: Sequence[tuple[int, Fact]], day: DayTotals, count: Counted, books: TillBooks | None = None
) -> tuple[ProofLine, ...]:
    """Return the lines of the proof in the order of ``ORDER``.

    Args:
        said: ``(seq, fact)`` of the day in the order of the log, from its opening to the one before its close.
        day: what the close declares of them.
        count: the cash that should be there and the cash that was counted.
        books: what the till holds; without them, as at head office, the lines that need them are left out.
    """
    lines = [*_by_facts(said, day, count), *(() if books is None else _by_books(said, day, books))]
    return tuple(sorted(lines, key=lambda line: ORDER.index(line.code)))


def contradicts(declared: Iterable[ProofLine], computed: Iterable[ProofLine]) -> bool:
    """Say whether a declared line is not what the facts say; a line that only the till can know contradicts nothing."""
    known = {line.code: line for line in computed}
    return any(known.get(line.code, line) != line for line in declared)


def _by_facts(said: Sequence[tuple[int, Fact]], day: DayTotals, count: Counted) -> Iterator[ProofLine]:
    """Yield what the facts alone prove."""
    facts = [fact for _, fact in said]
    sales = [fact for fact in facts if isinstance(fact, Sale)]
    refunds = [fact for fact in facts if isinstance(fact, SaleRefunded)]
    topups = [fact for fact in facts if isinstance(fact, ToppedUp)]
    topups_back = [fact for fact in facts if isinstance(fact, TopUpRefunded)]
    cash = [tender for tender in _tenders(sales) if tender.kind in (TenderKind.CASH, TenderKind.FOREIGN)]
    lines = [line for sale in sales for line in sale.lines]
    yield ProofLine(CASH, count.expected_cash_minor, count.counted_cash_minor)
    yield ProofLine(
        "change",
        sum(tender.amount_minor for tender in cash),
        sum(tender.given_minor - tender.change_minor for tender in cash),
    )
    yield ProofLine("tenders", day.due_minor + day.rounding_minor, _sum(_tenders(sales)))
    yield ProofLine(
        "goods",
        sum(line.net_minor for line in lines),
        day.due_minor + sum(line.redeemed_minor + line.basket_points_minor for line in lines),
    )
    yield ProofLine(
        "discounts",
        sum(line.list_minor - line.net_minor + tax.added(line.steps) for line in lines if line.steps),
        sum(total.amount_minor for total in day.discounts),
    )
    yield ProofLine(
        "tax",
        sum(total.tax_minor for total in day.taxes),
        sum(tax.within(line.net_minor, line.tax_bp) for line in lines),
    )
    yield ProofLine(
        "refunds",
        day.refunded_minor + sum(refund.rounding_minor - refund.deducted_minor for refund in refunds),
        _sum(_tenders(refunds)),
    )
    yield ProofLine("exchange", _goods(_tenders(refunds)), _goods(_tenders(sales)))
    yield ProofLine(
        "topups",
        day.topped_up_minor - day.topup_refunded_minor,
        _sum(_tenders(topups)) - _sum(_tenders(topups_back)) - day.topup_deducted_minor,
    )
    yield ProofLine("points_earned", day.points_earned, sum(_granted(sale) for sale in sales))
    yield ProofLine("points_returned", day.points_returned, sum(_returned(refund) for refund in refunds))
    yield ProofLine("points_taken_back", day.points_taken_back, sum(_taken_back(refund) for refund in refunds))
    yield ProofLine("shifts", day.due_minor, _by_shift(facts))
    yield ProofLine("receipts", _numbered((day.first_receipt_no, day.last_receipt_no)), day.sales)
    refund_numbers = [refund.refund_no for refund in refunds]
    yield ProofLine("refund_numbers", _numbered(refund_numbers), len(refunds))
    sold, back = [topup.topup_no for topup in topups], [topup.refund_no for topup in topups_back]
    yield ProofLine("topup_numbers", _numbered(sold) + _numbered(back), len(sold) + len(back))
    yield ProofLine("records", day.seq_to - day.seq_from + 1 if said else 0, len({seq for seq, _ in said}))


def _by_books(said: Sequence[tuple[int, Fact]], day: DayTotals, books: TillBooks) -> Iterator[ProofLine]:
    """Yield what members gave and got by the word of the facts, and by what the till's holdings did."""
    kinds = {seq: type(fact) for seq, fact in said}
    moved: Counter[tuple[type[Fact] | None, Asset, bool]] = Counter()
    for seq, asset, amount in books.moved:
        moved[(kinds.get(seq), asset, amount > 0)] += abs(amount)
    yield ProofLine("points_redeemed", day.points_redeemed, moved[Sale, Asset.POINTS, False])
    for asset, code in ((Asset.VALUE, "value_spent"), (Asset.GIFT, "gift_spent")):
        tendered = sum(total.amount_minor for total in day.tenders if total.kind == asset.value)
        yield ProofLine(code, tendered, moved[Sale, asset, False])
    yield ProofLine("value_sold", day.topped_up_minor, moved[ToppedUp, Asset.VALUE, True])
    yield ProofLine("gift_given", day.topup_gift_minor, moved[ToppedUp, Asset.GIFT, True])
    yield ProofLine("value_refunded", day.topup_refunded_minor, moved[TopUpRefunded, Asset.VALUE, False])
    if books.held_before is not None:
        came = _came_in(said, books.assets)
        for asset, code in HELD.items():
            yield ProofLine(code, books.held_before.get(asset, 0) + came[asset], books.held.get(asset, 0))


def _came_in(said: Iterable[tuple[int, Fact]], assets: Mapping[str, Asset]) -> Counter[Asset]:
    """Return by how much the holdings grew, or with a minus shrank, by the word of the facts."""
    came: Counter[Asset] = Counter()
    for _, fact in said:
        for grant in fact.grants if isinstance(fact, GrantsInstalled) else self_grants_of(fact):
            came[grant.asset] += grant.amount
        for spend in spends_of(fact):
            if spend.gid in assets:
                came[assets[spend.gid]] -= spend.amount
    return came


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


def _numbered(numbers: Sequence[str]) -> int:
    """Return how many papers there must be, by the first and the last number."""
    first, last = (receipt_place(numbers[0]), receipt_place(numbers[-1])) if numbers else (None, None)
    if first is None or last is None or first[0] != last[0]:
        return 0
    return last[1] - first[1] + 1
