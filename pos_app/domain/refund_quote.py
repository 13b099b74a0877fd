"""What a refund comes to, worked out before anybody presses the button: money by tender, points, and who owes what."""

from collections.abc import Mapping
from dataclasses import dataclass

from pos_app.domain.events import RefundedLine, Sale
from pos_app.domain.ledger import Asset
from pos_app.domain.money_back import NOTHING_YET, SoFar, money_back, shares
from pos_app.domain.points import amount_worth, worth_minor
from pos_app.domain.programme import Programme, Shortfall
from pos_app.domain.refunds import on_gifts, refunded
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """A refund worked out; the fields up to ``deducted_minor`` are those of ``SaleRefunded``.

    ``points_back`` return and ``earned_points`` are taken back; ``points_before`` and ``points_after`` are the member's
    total, None where it is not known here. Of what is short ``deducted_points`` are paid for with the money, and
    ``short_points`` are owed until later points repay them. ``exchange_minor`` pays for the new goods; ``behind`` is
    what the returned ones had been paid with for that. ``is_at_once``: all of the sale, of which nothing came before.
    ``on_gifts_minor`` of the price of the goods stands on gifts that do not come back with them.
    """

    lines: tuple[RefundedLine, ...]
    tenders: tuple[Tender, ...]
    refund_minor: int
    rounding_minor: int
    deducted_points: int
    deducted_minor: int
    points_back: int
    earned_points: int
    short_points: int
    points_before: int | None
    exchange_minor: int
    is_whole: bool
    by_tender: tuple[int, ...]
    behind: tuple[Tender, ...]
    is_at_once: bool
    on_gifts_minor: int

    @property
    def points_after(self) -> int | None:
        """Return what the member has in all after it; never below zero, ``short_points`` says what is owed then."""
        if self.points_before is None:
            return None
        return max(0, self.points_before + self.points_back - self.earned_points + self.deducted_points)

    @property
    def given_minor(self) -> int:
        """Return the money that leaves the shop, in whatever form; goods for goods is none."""
        return sum(tender.amount_minor for tender in self.tenders) - self.exchange_minor

    @property
    def cash_minor(self) -> int:
        """Return the notes and coins to hand over."""
        return sum(tender.amount_minor for tender in self.tenders if tender.kind is TenderKind.CASH)


def work_out(
    sale: Sale,
    pieces: Mapping[int, int],
    before: SoFar | None,
    programme: Programme,
    points: int | None,
    *,
    new_minor: int = 0,
    in_cash: bool = False,
) -> RefundQuote:
    """Work a refund out.

    Args:
        sale: what was sold. ``pieces``: line number to pieces that come back; those of no pieces are left out.
        before: what came back before, None where that is not known for certain.
        programme: the rules of today.
        points: what the member has in all, None where nobody knows here or nobody is a member.
        new_minor: what new goods come to that the returned ones pay for, 0 for no exchange.
        in_cash: give back in cash what was paid by card or wallet; only where the rules allow it.

    Raises:
        Refused: ``refund.nothing``, ``refund.quantity``, ``refund.no_line``, ``refund.not_in_cash``.
    """
    sold = {line.line_no: line for line in sale.lines}
    wanted = {line_no: count for line_no, count in sorted(pieces.items()) if count}
    if not wanted:
        raise Refused("refund.nothing")
    if not sold.keys() >= wanted.keys():
        raise Refused("refund.no_line")
    if in_cash and not programme.refund_in_cash:
        raise Refused("refund.not_in_cash")
    if wanted == {line.line_no: line.quantity for line in sale.lines}:
        before = before or NOTHING_YET  # nobody else can have taken anything back
    lines = tuple(
        refunded(sold[no], count, None if before is None else before.pieces.get(no, 0)) for no, count in wanted.items()
    )
    worth = sum(line.paid_minor for line in lines)
    parts = shares(sale, worth, before)
    credit = sum(parts)
    earned = sum(line.earned_points for line in lines) if sale.member_id else 0
    points_back = sum(line.points for line in lines)
    short = 0 if points is None else max(0, earned - points - points_back)
    covered, deducted_minor = _deducted(short, credit, programme)
    exchange = min(credit - deducted_minor, new_minor)
    back = money_back(sale, parts, programme, deducted_minor=deducted_minor, exchange_minor=exchange, in_cash=in_cash)
    tenders = back.tenders
    if exchange:
        tenders = (Tender(TenderKind.EXCHANGE, exchange), *tenders)
    return RefundQuote(
        lines=lines,
        tenders=tenders,
        refund_minor=worth,
        rounding_minor=sum(back.by_tender) - worth,
        deducted_points=covered,
        deducted_minor=deducted_minor,
        points_back=points_back,
        earned_points=earned,
        short_points=short - covered,
        points_before=points,
        exchange_minor=exchange,
        is_whole=before is not None and before.comes_to(sale, wanted),
        by_tender=back.by_tender,
        behind=back.behind,
        is_at_once=before is not None and not any(before.pieces.values()) and before.comes_to(sale, wanted),
        on_gifts_minor=max(0, sum(on_gifts(sold[line.line_no], line) for line in lines)),
    )


def _deducted(short: int, credit: int, programme: Programme) -> tuple[int, int]:
    """Return how many of the points that are short the money pays for, and how much of it that takes."""
    if programme.refund_shortfall is not Shortfall.DEDUCT:
        return 0, 0
    whole = worth_minor(short, programme)
    if whole <= credit:
        return short, whole
    return amount_worth(Asset.POINTS, credit, programme), credit
