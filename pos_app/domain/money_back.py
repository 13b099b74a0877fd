"""How money goes back for goods that come back: ``docs/refunds.md`` says the law, this carries it out.

1. What the goods of all refunds so far were worth, up to what was paid, is shared over the tenders of the sale in their
   proportions; of each tender what was given back before is off. So a last refund gives exactly what is left of each.
2. What pays for missing points or for new goods is taken out of the same shares.
3. Cash is rounded down to the coin; what that keeps is no given money, and is due again with the next refund.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from pos_app.domain.allocation import allot
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.ledger import Spend
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind

ELECTRONIC = frozenset({TenderKind.WECHAT, TenderKind.ALIPAY, TenderKind.CARD})  # money that somebody else sends back
BACK_AS = {TenderKind.EXCHANGE: TenderKind.CASH, TenderKind.FOREIGN: TenderKind.CASH}


@dataclass(frozen=True, slots=True)
class SoFar:
    """What came back of a sale before: pieces and money worth by line, both sums of its refunds, and what was given.

    ``by_tender`` is of each of ``paid_with`` what was given back, in whatever form; ``points`` were given back too.
    """

    pieces: Mapping[int, int] = field(default_factory=dict)
    paid_minor: Mapping[int, int] = field(default_factory=dict)
    refund_minor: int = 0
    rounding_minor: int = 0
    by_tender: tuple[int, ...] = ()
    points: int = 0

    def __add__(self, more: "SoFar") -> "SoFar":
        return SoFar(
            Counter(self.pieces) + Counter(more.pieces),
            Counter(self.paid_minor) + Counter(more.paid_minor),
            self.refund_minor + more.refund_minor,
            self.rounding_minor + more.rounding_minor,
            tuple(mine + theirs for mine, theirs in zip_longest(self.by_tender, more.by_tender, fillvalue=0)),
            self.points + more.points,
        )

    def comes_to(self, sale: Sale, pieces: Mapping[int, int]) -> bool:
        """Say whether nothing of the sale is kept when these pieces have come back too."""
        return all(
            self.pieces.get(line.line_no, 0) + pieces.get(line.line_no, 0) >= line.quantity for line in sale.lines
        )


NOTHING_YET = SoFar()


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """What a refund gives: ``tenders`` over the counter, ``behind`` for new goods; ``by_tender`` as in ``SoFar``."""

    tenders: tuple[Tender, ...] = ()
    behind: tuple[Tender, ...] = ()
    by_tender: tuple[int, ...] = ()


def so_far(sale: Sale, refunds: Iterable[SaleRefunded]) -> SoFar:
    """Return what refunds of a sale took back and gave in all."""
    whole = NOTHING_YET
    for fact in refunds:
        pieces, paid = Counter[int](), Counter[int]()
        for line in fact.lines:
            pieces[line.line_no] += line.quantity
            paid[line.line_no] += line.paid_minor
        points = sum(line.points for line in fact.lines)
        given = _given(sale, fact)
        whole += SoFar(pieces, paid, fact.refund_minor, fact.rounding_minor, given, points)
    return whole


def paid_with(sale: Sale) -> tuple[Tender, ...]:
    """Return what a sale was paid with: for goods that paid, what had paid for those (older sales do not say it)."""
    found: list[Tender] = []
    for tender in sale.tenders:
        found += sale.behind if tender.kind is TenderKind.EXCHANGE and sale.behind else (tender,)
    return tuple(found)


def shares(sale: Sale, worth_minor: int, before: SoFar | None) -> tuple[int, ...]:
    """Return what goods worth ``worth_minor`` give back of each of ``paid_with``.

    Where it is not known what came back before (None), each share is rounded down, and what cash rounding took off the
    sale is off this refund: so refunds that know nothing of each other never give back more than was paid.
    """
    amounts = [tender.amount_minor for tender in paid_with(sale)]
    paid = sum(amounts)
    if paid <= 0:
        return (0,) * len(amounts)
    if before is None:
        credit = max(0, min(worth_minor, worth_minor + sale.rounding_minor))
        return tuple(amount * credit // paid for amount in amounts)
    given = [*before.by_tender, *(0,) * (len(amounts) - len(before.by_tender))]
    end = min(before.refund_minor + worth_minor, paid)
    due = max(0, end - sum(given))
    return allot(due, [max(0, amount * end - gone * paid) for amount, gone in zip(amounts, given, strict=True)])


def money_back(
    sale: Sale,
    parts: Sequence[int],
    programme: Programme,
    *,
    deducted_minor: int = 0,
    exchange_minor: int = 0,
    in_cash: bool = False,
) -> MoneyBack:
    """Return how shares of the tenders are given back.

    Args:
        parts: the ``shares``; what follows comes to no more than they do.
        deducted_minor: pays for points that are missing. ``exchange_minor``: pays for new goods.
        in_cash: what was paid by card or wallet comes back in cash too.
    """
    paid = paid_with(sale)
    for_goods = allot(exchange_minor, parts)
    left = [part - goods for part, goods in zip(parts, for_goods, strict=True)]
    for_points = allot(deducted_minor, left)
    left = [part - points for part, points in zip(left, for_points, strict=True)]
    kinds = [_back_as(tender.kind, in_cash=in_cash) for tender in paid]
    cash = [part if kind is TenderKind.CASH else 0 for part, kind in zip(left, kinds, strict=True)]
    coins = allot(sum(cash) - sum(cash) % max(1, programme.cash_rounding_minor), cash)
    over = [part - notes + coin for part, notes, coin in zip(left, cash, coins, strict=True)]
    given = zip(for_goods, for_points, over, strict=True)
    return MoneyBack(
        _tenders(paid, kinds, over),
        _tenders(paid, [_back_as(tender.kind) for tender in paid], for_goods, handed_over=False),
        tuple(map(sum, given)),
    )


def lots_back(spends: Sequence[Spend], amount: int, before: int) -> tuple[Spend, ...]:
    """Return into which of the lots that were spent ``amount`` comes back, after ``before`` that came back already.

    The last to end comes back first: as if so much less had been spent to begin with.
    """
    found: list[Spend] = []
    for spend in reversed(spends):
        passed = min(before, spend.amount)
        part = min(amount, spend.amount - passed)
        before, amount = before - passed, amount - part
        if part > 0:
            found.append(Spend(spend.gid, part))
    return tuple(found)


def _given(sale: Sale, fact: SaleRefunded) -> tuple[int, ...]:
    """Return what a refund gave of each tender; one of before it said so, in proportion."""
    if fact.by_tender:
        return fact.by_tender
    amounts = [tender.amount_minor for tender in paid_with(sale)]
    given = max(0, sum(tender.amount_minor for tender in fact.tenders) + fact.deducted_minor)
    return allot(given, amounts) if sum(amounts) > 0 else ()


def _back_as(kind: TenderKind, *, in_cash: bool = False) -> TenderKind:
    return TenderKind.CASH if in_cash and kind in ELECTRONIC else BACK_AS.get(kind, kind)


def _tenders(
    paid: Sequence[Tender], kinds: Sequence[TenderKind], amounts: Sequence[int], *, handed_over: bool = True
) -> tuple[Tender, ...]:
    """Return amounts as tenders, one for each kind and reference."""
    sums: dict[tuple[TenderKind, str], int] = {}
    for tender, kind, amount in zip(paid, kinds, amounts, strict=True):
        key = kind, "" if kind is TenderKind.CASH else tender.reference
        sums[key] = sums.get(key, 0) + amount
    found = (Tender(kind, amount, reference=reference) for (kind, reference), amount in sums.items() if amount)
    return tuple(
        replace(each, given_minor=each.amount_minor) if handed_over and each.kind is TenderKind.CASH else each
        for each in found
    )
