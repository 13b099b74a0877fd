"""The X paper (read any time, resets nothing) and the Z paper (the signed close of a day)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.events import DayClosed, DayTotals
from pos_app.domain.paper import Blank, Block, Notice, Pair, Paper, Rule, Text
from pos_app.domain.receipts import paper_amount
from pos_app.domain.tenders import TenderKind
from pos_app.domain.words import DayWords


@dataclass(frozen=True, slots=True)
class DayHeader:
    """Where, for which business date and shift, by whom and when (local time) it is printed."""

    brand: str
    store_name: str
    till_name: str
    staff_name: str
    business_date: date
    shift_no: int
    printed_at: datetime


def x_paper(day: DayTotals, unsent: int, header: DayHeader, words: DayWords) -> Paper:
    """Return the figures so far. Cash is left out, so that the count at the close stays blind.

    ``unsent`` is the number of facts that head office has not seen yet.
    """
    blocks = [
        Text(words.x_title, "center", bold=True, size=2),
        *_head(header, words),
        Rule(),
        *_sales(day, words),
        *_tenders(day, words, with_cash=False),
        Rule(),
        *_activity(day, words),
        Rule(),
        *_proof(day, unsent, "", words),
        Text(words.x_note),
    ]
    return Paper("x", f"{words.x_title} {header.business_date}", tuple(blocks))


def z_paper(
    closed: DayClosed, unsent: int, header: DayHeader, words: DayWords, *, approved_by: str = "", copy: bool = False
) -> Paper:
    """Return the close of a day.

    Args:
        closed: the fact as it was committed.
        unsent: the number of facts that head office has not seen yet, when printed.
        header: store, till, staff and time.
        words: labels in the language to print.
        approved_by: name of the manager who approved a difference, empty for none.
        copy: marks a later print (副本).
    """
    title = words.z_title_f.format(z_no=f"{closed.z_no:04d}")
    blocks: list[Block] = [Notice(words.copy)] if copy else []
    blocks += [
        Text(title, "center", bold=True, size=2),
        *_head(header, words),
        Rule(),
        *_sales(closed.totals, words),
        *_tenders(closed.totals, words, with_cash=True),
        Rule(),
        *_cash(closed, approved_by, words),
        Rule(),
        *_activity(closed.totals, words),
        Rule(),
        *_proof(closed.totals, unsent, closed.log_hash, words),
        Blank(2),
        Pair(words.signature, "________________"),
    ]
    return Paper("z", f"{title} {header.business_date}", tuple(blocks))


def _head(header: DayHeader, words: DayWords) -> Iterator[Block]:
    yield Text(f"{header.brand} {header.store_name}".strip(), "center")
    yield Pair(words.business_date, f"{header.business_date}")
    yield Pair(words.shift, str(header.shift_no))
    yield Pair(words.till, header.till_name)
    yield Pair(words.staff, header.staff_name)
    yield Pair(words.printed, f"{header.printed_at:%Y-%m-%d %H:%M}")


def _sales(day: DayTotals, words: DayWords) -> Iterator[Block]:
    yield Pair(words.sales, f"{day.sales:,}")
    yield Pair(words.due, "￥" + paper_amount(day.due_minor), bold=True)
    yield Pair(words.rounding, paper_amount(day.rounding_minor))


def _tenders(day: DayTotals, words: DayWords, *, with_cash: bool) -> Iterator[Block]:
    yield Rule()
    for total in day.tenders:
        label = words.tender_f.format(tender=words.tenders.get(total.kind, total.kind), count=total.count)
        blind = total.kind == TenderKind.CASH and not with_cash
        yield Pair(label, words.hidden if blind else paper_amount(total.amount_minor))
    if with_cash:
        yield Pair(words.tender_total, paper_amount(sum(total.amount_minor for total in day.tenders)))


def _cash(closed: DayClosed, approved_by: str, words: DayWords) -> Iterator[Block]:
    for value, pieces in closed.counted:
        yield Pair(words.pieces_f.format(value=paper_amount(value), pieces=pieces), paper_amount(value * pieces))
    yield Pair(words.counted_cash, paper_amount(closed.counted_cash_minor), bold=True)
    yield Pair(words.float_cash, paper_amount(closed.float_minor))
    yield Pair(words.expected_cash, paper_amount(closed.expected_cash_minor))
    difference = closed.over_short_minor
    label = words.over if difference > 0 else words.short if difference < 0 else words.exact
    yield Pair(label, paper_amount(difference), bold=True)
    if closed.over_short_reason:
        yield Pair(words.reason, closed.over_short_reason)
    if approved_by or closed.approved_by:
        yield Pair(words.approved_by, approved_by or closed.approved_by)


def _activity(day: DayTotals, words: DayWords) -> Iterator[Block]:
    figures = (
        (words.points_earned, day.points_earned),
        (words.points_redeemed, day.points_redeemed),
        (words.members_joined, day.members_joined),
        (words.calls_recorded, day.calls_recorded),
        (words.baskets_voided, day.baskets_voided),
        (words.drawer_openings, day.drawer_openings),
    )
    yield from (Pair(label, f"{figure:,}") for label, figure in figures)


def _proof(day: DayTotals, unsent: int, log_hash: str, words: DayWords) -> Iterator[Block]:
    """Return what head office checks the day by."""
    if day.first_receipt_no:
        yield Text(words.receipts)
        yield Text(f"  {day.first_receipt_no}")
        yield Text(f"  {day.last_receipt_no}")
    yield Pair(words.records, f"{day.seq_from} … {day.seq_to}")
    yield Pair(words.unsent, f"{unsent:,}", bold=unsent > 0)
    if log_hash:
        yield Text(words.log_hash)
        yield Text(log_hash)
