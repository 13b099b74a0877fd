"""The papers of a day: X (read any time, resets nothing), shift handed over, Z (the signed close), cash slip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pos_app.domain.cash import CashKind
from pos_app.domain.day_proof import CASH, MONEY
from pos_app.domain.events import CashMoved, DayClosed, DayTotals, ProofLine, ShiftHandedOver
from pos_app.domain.foreign import foreign_text
from pos_app.domain.paper import Blank, Block, Pair, Paper, Rule, Text
from pos_app.domain.receipts import paper_amount, tax_rows
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


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What a close leaves to others, counted when it is printed.

    ``unsent`` facts that head office has not seen, ``uncertain`` papers of which nobody knows whether they came out.
    """

    unsent: int
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class ShiftSum:
    """A shift of the day in one line; ``staff_name`` is who counted its cash."""

    shift_no: int
    staff_name: str
    sales: int
    due_minor: int
    over_short_minor: int

    @classmethod
    def of(cls, handed: ShiftHandedOver, staff_name: str) -> "ShiftSum":
        """Return the line of a shift that has ended."""
        day = handed.totals
        return cls(handed.shift_no, staff_name, day.sales, day.due_minor, handed.over_short_minor)


def x_paper(
    number: int, day: DayTotals, expected_minor: int | None, left: OpenItems, header: DayHeader, words: DayWords
) -> Paper:
    """Return the figures so far.

    ``expected_minor`` is the cash that should be there; None for somebody who counts blind: then everything from which
    it could be told is left out.
    """
    title = words.x_title_f.format(number=f"{number:04d}")
    blind = expected_minor is None
    blocks = [
        Text(title, "center", bold=True, size=2),
        *_head(header, words),
        Rule(),
        *_sales(day, words, blind=blind),
        *_tenders(day, words, blind=blind),
        *_moves(day, words),
    ]
    if expected_minor is not None:
        blocks.append(Pair(words.expected_cash, paper_amount(expected_minor), bold=True))
    blocks += [
        Rule(),
        *_activity(day, words),
        Rule(),
        *_records(day, "", words),
        *_left(left, words),
        Text(words.x_note_blind if blind else words.x_note),
    ]
    return Paper("x", f"{title} {header.business_date}", tuple(blocks))


def shift_paper(handed: ShiftHandedOver, left: OpenItems, header: DayHeader, words: DayWords) -> Paper:
    """Return what a shift came to when it was handed over; both people sign it."""
    title = words.shift_title_f.format(shift_no=handed.shift_no)
    blocks = (
        Text(title, "center", bold=True, size=2),
        *_head(header, words),
        Rule(),
        *_sales(handed.totals, words),
        *_tenders(handed.totals, words),
        *_moves(handed.totals, words),
        Rule(),
        *_cash(handed, words),
        Rule(),
        *_activity(handed.totals, words),
        Rule(),
        *_records(handed.totals, "", words),
        *_left(left, words),
        Blank(2),
        Pair(words.handed_by, "________________"),
        Blank(1),
        Pair(words.taken_by, "________________"),
    )
    return Paper("shift", f"{title} {header.business_date}", blocks)


def z_paper(
    closed: DayClosed,
    left: OpenItems,
    header: DayHeader,
    words: DayWords,
    *,
    shifts: Sequence[ShiftSum] = (),
) -> Paper:
    """Return the close of a day.

    Args:
        closed: the fact as it was committed.
        left: what it leaves to others, when printed.
        header: store, till, staff and time.
        words: labels in the language to print.
        shifts: the shifts of a day that had several.
    """
    title = words.z_title_f.format(number=f"{closed.z_no:04d}")
    blocks: list[Block] = [
        Text(title, "center", bold=True, size=2),
        *_head(header, words),
        Rule(),
        *_sales(closed.totals, words),
        *_tenders(closed.totals, words),
        *_checked(closed, words),
        *_moves(closed.totals, words),
        Rule(),
        *_cash(closed, words),
        Pair(words.kept_cash, paper_amount(closed.kept_minor)),
        Pair(words.handed_in, paper_amount(closed.counted_cash_minor - closed.kept_minor), bold=True),
        *_shifts(shifts, words),
        Rule(),
        *_activity(closed.totals, words),
        Rule(),
        *_proof(closed.proof, words),
        *_records(closed.totals, closed.log_hash, words),
        *_left(left, words),
        Pair(words.held, f"{closed.held:,}", bold=closed.held > 0),
        *_charges(closed, words),
        Blank(2),
        Pair(words.signature, "________________"),
    ]
    return Paper("z", f"{title} {header.business_date}", tuple(blocks))


def cash_slip(moved: CashMoved, header: DayHeader, words: DayWords) -> Paper:
    """Return the slip that stays in the drawer for cash that was put in or taken out."""
    title = words.cash_moves[moved.kind]
    amount = moved.amount_minor if moved.kind.is_in else -moved.amount_minor
    blocks = (
        Text(title, "center", bold=True, size=2),
        Pair(words.slip_no, f"{moved.slip_no:04d}"),
        *_head(header, words),
        Rule(),
        Pair(
            words.cash_into if moved.kind.is_in else words.cash_out_of, "￥" + paper_amount(amount), bold=True, size=2
        ),
        Pair(words.why, moved.reason),
        Blank(2),
        Pair(words.signature, "________________"),
    )
    return Paper("cash", f"{title} {moved.slip_no:04d}", blocks)


def _head(header: DayHeader, words: DayWords) -> Iterator[Block]:
    yield Text(f"{header.brand} {header.store_name}".strip(), "center")
    yield Pair(words.business_date, f"{header.business_date}")
    yield Pair(words.shift, str(header.shift_no))
    yield Pair(words.till, header.till_name)
    yield Pair(words.staff, header.staff_name)
    yield Pair(words.printed, f"{header.printed_at:%Y-%m-%d %H:%M}")


def _sales(day: DayTotals, words: DayWords, *, blind: bool = False) -> Iterator[Block]:
    yield Pair(words.sales, f"{day.sales:,}")
    yield Pair(words.due, words.hidden if blind else "￥" + paper_amount(day.due_minor), bold=True)
    yield Pair(words.rounding, paper_amount(day.rounding_minor))
    for total in day.discounts:
        label = words.tender_f.format(tender=words.discounts[total.kind], count=total.count)
        yield Pair(label, paper_amount(-total.amount_minor))
    if day.refunds:
        yield Pair(
            words.refunds_f.format(count=day.refunds), words.hidden if blind else paper_amount(-day.refunded_minor)
        )
    if not blind and day.taxes + day.refund_taxes:
        yield Text(words.taxes)
        yield from tax_rows(day.taxes, words.tax_f)
        yield from tax_rows(day.refund_taxes, words.tax_back_f, sign=-1)
    if day.topups:
        yield Pair(
            words.topups_f.format(count=day.topups), words.hidden if blind else paper_amount(day.topped_up_minor)
        )
        yield Pair(words.topup_gift, paper_amount(day.topup_gift_minor))
    if day.topup_refunds:
        label = words.topup_refunds_f.format(count=day.topup_refunds)
        yield Pair(label, words.hidden if blind else paper_amount(-day.topup_refunded_minor))
    if day.topup_deducted_minor:
        yield Pair(words.topup_deducted, paper_amount(day.topup_deducted_minor))


def _tenders(day: DayTotals, words: DayWords, *, blind: bool = False) -> Iterator[Block]:
    yield Rule()
    for total in day.tenders:
        label = words.tender_f.format(tender=words.tenders.get(total.kind, total.kind), count=total.count)
        hidden = blind and total.kind == TenderKind.CASH
        yield Pair(label, words.hidden if hidden else paper_amount(total.amount_minor))
    for total in day.topup_tenders:
        label = words.tender_topup_f.format(tender=words.tenders.get(total.kind, total.kind), count=total.count)
        hidden = blind and total.kind == TenderKind.CASH
        yield Pair(label, words.hidden if hidden else paper_amount(total.amount_minor))
    for notes in day.foreign:
        yield Pair("  " + foreign_text(notes.foreign_minor, notes.currency), paper_amount(notes.worth_minor))
    back = ((words.tender_back_f, day.refund_tenders), (words.tender_topup_back_f, day.topup_refund_tenders))
    for told, totals in back:
        for total in totals:
            label = told.format(tender=words.tenders.get(total.kind, total.kind), count=total.count)
            hidden = blind and total.kind == TenderKind.CASH
            yield Pair(label, words.hidden if hidden else paper_amount(-total.amount_minor))
    if not blind:
        given = sum(total.amount_minor for total in (*day.tenders, *day.topup_tenders))
        given -= sum(total.amount_minor for total in (*day.refund_tenders, *day.topup_refund_tenders))
        yield Pair(words.tender_total, paper_amount(given))


def _checked(closed: DayClosed, words: DayWords) -> Iterator[Block]:
    for check in closed.checked:
        label = words.checked_f.format(tender=words.tenders.get(check.kind, check.kind))
        yield Pair(label, _meets(check.difference_minor, words, money=True))


def _moves(day: DayTotals, words: DayWords) -> Iterator[Block]:
    for total in day.cash_moved:
        kind = CashKind(total.kind)
        label = words.tender_f.format(tender=words.cash_moves[kind], count=total.count)
        yield Pair(label, paper_amount(total.amount_minor if kind.is_in else -total.amount_minor))


def _cash(closed: DayClosed | ShiftHandedOver, words: DayWords) -> Iterator[Block]:
    for value, pieces in closed.counted:
        yield Pair(words.pieces_f.format(value=paper_amount(value), pieces=pieces), paper_amount(value * pieces))
    yield Pair(words.counted_cash, paper_amount(closed.counted_cash_minor), bold=True)
    yield Pair(words.float_cash, paper_amount(closed.float_minor))
    yield Pair(words.expected_cash, paper_amount(closed.expected_cash_minor))
    difference = closed.over_short_minor
    label = words.over if difference > 0 else words.short if difference < 0 else words.exact
    yield Pair(label, paper_amount(difference), bold=True)
    if closed.first_over_short_minor is not None:
        yield Pair(words.first_count, paper_amount(closed.first_over_short_minor))
    if closed.over_short_reason:
        yield Pair(words.reason, closed.over_short_reason)
    if closed.approved_by:
        yield Pair(words.approved_by, closed.approver or closed.approved_by)


def _shifts(shifts: Sequence[ShiftSum], words: DayWords) -> Iterator[Block]:
    if shifts:
        yield Rule()
    for shift in shifts:
        who = words.shift_line_f.format(shift_no=shift.shift_no, staff=shift.staff_name, sales=shift.sales)
        yield Pair(who, paper_amount(shift.due_minor))
        if shift.over_short_minor:
            label = words.over if shift.over_short_minor > 0 else words.short
            yield Pair(f"  {label}", paper_amount(shift.over_short_minor))


def _activity(day: DayTotals, words: DayWords) -> Iterator[Block]:
    facts = dict(day.facts)
    figures = (
        (words.points_earned, day.points_earned),
        (words.points_redeemed, day.points_redeemed),
        (words.members_joined, day.members_joined),
        (words.calls_recorded, day.calls_recorded),
        (words.baskets_voided, day.baskets_voided),
        (words.drawer_openings, day.drawer_openings),
        (words.overrides, facts.get("overridden", 0)),
        (words.reprints, facts.get("receipt_reprinted", 0) + facts.get("day_paper_reprinted", 0)),
    )
    yield from (Pair(label, f"{figure:,}") for label, figure in figures)
    back = ((words.points_returned, day.points_returned), (words.points_taken_back, day.points_taken_back))
    yield from (Pair(label, f"{figure:,}") for label, figure in back if figure)


def _proof(lines: Sequence[ProofLine], words: DayWords) -> Iterator[Block]:
    """Return each figure of the day with whether its two ways meet."""
    if not lines:
        return
    yield Text(words.proof, bold=True)
    for line in lines:
        if line.code != CASH or not line.difference:  # over and short stand with the count
            yield Pair(words.proofs[line.code], _meets(line.difference, words, money=line.code in MONEY))
    yield Rule()


def _meets(difference: int, words: DayWords, *, money: bool) -> str:
    if not difference:
        return words.equal
    sign = "+" if difference > 0 else ""
    return words.differs_f.format(amount=sign + (paper_amount(difference) if money else f"{difference:,}"))


def _records(day: DayTotals, log_hash: str, words: DayWords) -> Iterator[Block]:
    """Return what head office finds the day by."""
    if day.first_receipt_no:
        yield Text(words.receipts)
        yield Text(f"  {day.first_receipt_no}")
        yield Text(f"  {day.last_receipt_no}")
    yield Pair(words.records, f"{day.seq_from} … {day.seq_to}")
    if log_hash:
        yield Text(words.log_hash)
        yield Text(log_hash)


def _charges(closed: DayClosed, words: DayWords) -> Iterator[Block]:
    for found in closed.charges:
        tender = words.tenders.get(found.kind, found.kind)
        yield Pair(words.charges[found.finding].format(tender=tender), paper_amount(found.amount_minor), bold=True)


def _left(left: OpenItems, words: DayWords) -> Iterator[Block]:
    for label, count in ((words.unsent, left.unsent), (words.uncertain, left.uncertain)):
        yield Pair(label, f"{count:,}", bold=count > 0)
