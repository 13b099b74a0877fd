"""The close of a day: totals out of the facts, the cash that should be there, and the blind count.

Head office computes the same totals from the same facts with the same function: equal or alarm.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from pos_app.domain.cash import NOT_SENT, CashKind
from pos_app.domain.day_proof import contradicts, proof, receipt_place
from pos_app.domain.events import (
    KIND_OF,
    BasketVoided,
    CallRecorded,
    CashMoved,
    DayClosed,
    DayOpened,
    DayTotals,
    DrawerOpened,
    Fact,
    ForeignTotal,
    MemberRegistered,
    Sale,
    SaleRefunded,
    ShiftHandedOver,
    TenderCheck,
    TenderTotal,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.ledger import Asset
from pos_app.domain.price_steps import Discount
from pos_app.domain.programme import Programme
from pos_app.domain.tax import tax_totals
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged, Refused

# Notes and coins in minor units as they lie in the drawer, largest first.
DENOMINATIONS: dict[str, tuple[int, ...]] = {"CNY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)}
CHECKED = (TenderKind.WECHAT, TenderKind.ALIPAY, TenderKind.CARD)  # a terminal or wallet has a total of its own
MAX_PIECES = 99_999
MOST_CHECKED_MINOR = 10**11  # no store takes a billion yuan a day


@dataclass(frozen=True, slots=True)
class CashCount:
    """A blind count against the books. ``over_short_minor`` is counted minus expected: booked, never refused."""

    expected_minor: int
    counted_minor: int
    over_short_minor: int
    pieces: tuple[tuple[int, int], ...]
    needs_manager: bool

    @property
    def needs_reason(self) -> bool:
        """Say whether somebody has to say why it differs."""
        return self.over_short_minor != 0


def totals(said: Iterable[tuple[int, Fact]]) -> DayTotals:
    """Return the totals of a business date, or of one of its shifts.

    Args:
        said: ``(seq, fact)`` of every fact from the opening to the one before the close or the hand-over, in any
            order; a fact given twice counts once. Empty gives zeros.

    Raises:
        Damaged: ``day.facts_differ {seq}`` when two different facts claim one place in the log.
    """
    facts: dict[int, Fact] = {}
    for seq, fact in said:
        if facts.setdefault(seq, fact) != fact:
            raise Damaged("day.facts_differ", seq=seq)
    sales = [fact for _, fact in sorted(facts.items()) if isinstance(fact, Sale)]
    refunds = [fact for _, fact in sorted(facts.items()) if isinstance(fact, SaleRefunded)]
    topups = [fact for _, fact in sorted(facts.items()) if isinstance(fact, ToppedUp)]
    topups_back = [fact for _, fact in sorted(facts.items()) if isinstance(fact, TopUpRefunded)]
    first = min(facts, default=0)
    return DayTotals(
        seq_from=first,
        seq_to=max(facts, default=0),
        sales=len(sales),
        due_minor=sum(sale.due_minor for sale in sales),
        rounding_minor=sum(sale.rounding_minor for sale in sales),
        tenders=_tender_totals(sales),
        points_earned=sum(line.earned_points for sale in sales for line in sale.lines),
        points_redeemed=sum(line.redeemed_points + line.basket_points for sale in sales for line in sale.lines),
        members_joined=_count(facts, MemberRegistered),
        calls_recorded=_count(facts, CallRecorded),
        baskets_voided=_count(facts, BasketVoided),
        drawer_openings=_count(facts, DrawerOpened),
        first_receipt_no=sales[0].receipt_no if sales else "",
        last_receipt_no=sales[-1].receipt_no if sales else "",
        refunds=len(refunds),
        refunded_minor=sum(refund.refund_minor for refund in refunds),
        refund_tenders=_tender_totals(refunds),
        points_returned=sum(line.points for refund in refunds for line in refund.lines),
        points_taken_back=sum(line.earned_points for refund in refunds for line in refund.lines),
        facts=_counts_by_kind(facts),
        cash_moved=_by_kind(
            CashKind, ((fact.kind, fact.amount_minor) for fact in facts.values() if isinstance(fact, CashMoved))
        ),
        handed_over_short_minor=sum(
            fact.over_short_minor for seq, fact in facts.items() if isinstance(fact, ShiftHandedOver) and seq != first
        ),
        discounts=_by_kind(
            Discount,
            (
                (kind, step.minor)
                for sale in sales
                for line in sale.lines
                for step in line.steps
                if (kind := Discount.of(step.rule)) is not None
            ),
        ),
        topups=len(topups),
        topped_up_minor=sum(topup.paid_minor for topup in topups),
        topup_gift_minor=sum(grant.amount for topup in topups for grant in topup.granted if grant.asset is Asset.GIFT),
        topup_tenders=_tender_totals(topups),
        foreign=_foreign((*sales, *topups)),
        topup_refunds=len(topups_back),
        topup_refunded_minor=sum(fact.principal_minor for fact in topups_back),
        topup_deducted_minor=sum(fact.deducted_minor for fact in topups_back),
        topup_refund_tenders=_tender_totals(topups_back),
        taxes=tax_totals((line.tax_bp, line.net_minor, line.tax_minor) for sale in sales for line in sale.lines),
        refund_taxes=tax_totals(
            (line.tax_bp, line.paid_minor + line.points_minor, line.tax_minor)
            for refund in refunds
            for line in refund.lines
        ),
    )


def expected_cash(float_minor: int, day: DayTotals) -> int:
    """Return what the drawer should hold: the float, the cash taken and moved, and what hand-overs found over.

    It is the shop's own money. Change, also that for foreign notes, and cash refunds are off already. Of a day it is
    the same as of its last shift.
    """
    moved = sum(_signed(total) for total in day.cash_moved)
    taken = _cash((*day.tenders, *day.topup_tenders)) - _cash((*day.refund_tenders, *day.topup_refund_tenders))
    taken -= sum(total.change_minor for total in day.foreign)
    return float_minor + taken + moved + day.handed_over_short_minor


def booked(kind: str, day: DayTotals) -> int:
    """Return what a kind of tender took for sales and top-ups, refunds off, but for those that cash was given for."""
    took = sum(total.amount_minor for total in (*day.tenders, *day.topup_tenders) if total.kind == kind)
    back = (*day.refund_tenders, *day.topup_refund_tenders)
    in_cash = sum(total.amount_minor for total in day.cash_moved if NOT_SENT.get(CashKind(total.kind)) == kind)
    return took - sum(total.amount_minor for total in back if total.kind == kind) + in_cash


def check_tenders(terminals: Mapping[str, int], day: DayTotals) -> tuple[TenderCheck, ...]:
    """Compare what card terminal and wallets say they took with the books.

    Args:
        terminals: kind of tender to the terminal's own total in minor units, refunds off; those left out stay
            unchecked.
        day: the totals of the day.

    Raises:
        Refused: ``check.kind {kind}`` for a tender that no terminal counts; ``check.amount {amount_minor}``.
    """
    for kind, amount in terminals.items():
        if kind not in CHECKED:
            raise Refused("check.kind", kind=kind)
        if abs(amount) > MOST_CHECKED_MINOR:
            raise Refused("check.amount", amount_minor=amount)
    return tuple(TenderCheck(str(kind), booked(kind, day), terminals[kind]) for kind in CHECKED if kind in terminals)


def contradictions(
    closed: DayClosed, opened: DayOpened, facts: Sequence[tuple[int, Fact]], day: DayTotals, last_z: int
) -> list[str]:
    """Return which parts of a close its own day does not bear out; the totals themselves are compared whole.

    Args:
        facts: ``(seq, fact)`` of the day, in the order of the log, without the close; ``day``: their totals.
        last_z: the number of the Z before, 0 for the first.
    """
    counted_minor = sum(value * pieces for value, pieces in closed.counted)
    receipts = [fact.receipt_no for _, fact in facts if isinstance(fact, Sale)]
    hand_overs = [(seq, fact) for seq, fact in facts if isinstance(fact, ShiftHandedOver)]
    true = {
        "z number": closed.z_no == last_z + 1,
        "shift number": closed.shift_no == opened.shift_no + len(hand_overs),
        "float": closed.float_minor == opened.float_minor,
        "expected cash": closed.expected_cash_minor == expected_cash(opened.float_minor, day),
        "counted pieces": closed.counted_cash_minor == counted_minor,
        "over or short": closed.over_short_minor == closed.counted_cash_minor - closed.expected_cash_minor,
        "kept cash": 0 <= closed.kept_minor <= closed.counted_cash_minor,
        "checked tenders": all(check.booked_minor == booked(check.kind, day) for check in closed.checked),
        "proof": not contradicts(closed.proof, proof(facts, day, closed)),
        "receipt numbers": all(_follows(one, next_one) for one, next_one in pairwise(receipts)),
    }
    wrong = [part for part, holds in true.items() if not holds]
    for seq, handed in hand_overs:
        before = [each for each in facts if each[0] < seq]
        opening = next((fact for _, fact in reversed(before) if isinstance(fact, DayOpened | ShiftHandedOver)), opened)
        wrong += [f"shift {handed.shift_no}: {part}" for part in shift_contradictions(handed, opening, before)]
    return wrong


def shift_contradictions(
    handed: ShiftHandedOver, opening: DayOpened | ShiftHandedOver, before: Iterable[tuple[int, Fact]]
) -> list[str]:
    """Return which parts of a hand-over its own shift does not bear out.

    Args:
        opening: what the shift began with; ``before``: ``(seq, fact)`` of the log before the hand-over, at least from
            the opening on.
    """
    mine = totals((seq, fact) for seq, fact in before if seq >= handed.totals.seq_from)
    begun_with = opening.float_minor if isinstance(opening, DayOpened) else opening.counted_cash_minor
    shift_no = opening.shift_no if isinstance(opening, DayOpened) else opening.shift_no + 1
    expected = expected_cash(begun_with, mine)
    true = {
        "shift number": handed.shift_no == shift_no,
        "totals": handed.totals == mine,
        "float": handed.float_minor == begun_with,
        "expected cash": handed.expected_cash_minor == expected,
        "counted pieces": handed.counted_cash_minor == sum(value * pieces for value, pieces in handed.counted),
        "over or short": handed.over_short_minor == handed.counted_cash_minor - handed.expected_cash_minor,
    }
    return [part for part, holds in true.items() if not holds]


def count_cash(pieces: Mapping[int, int], expected_minor: int, programme: Programme) -> CashCount:
    """Compare a blind count with what should be there.

    Args:
        pieces: denomination in minor units to number of pieces; a denomination left out is none.
        expected_minor: see ``expected_cash``.
        programme: its currency's denominations, and from which difference on a manager approves.

    Raises:
        Refused: ``count.denomination {value_minor}``; ``count.pieces {value_minor, pieces, most}``.
    """
    known = DENOMINATIONS.get(programme.currency, DENOMINATIONS["CNY"])
    for value, number in pieces.items():
        if value not in known:
            raise Refused("count.denomination", value_minor=value)
        if not 0 <= number <= MAX_PIECES:
            raise Refused("count.pieces", value_minor=value, pieces=number, most=MAX_PIECES)
    counted = tuple((value, pieces[value]) for value in known if pieces.get(value))
    counted_minor = sum(value * number for value, number in counted)
    difference = counted_minor - expected_minor
    needs_manager = abs(difference) >= programme.over_short_manager_minor and difference != 0
    return CashCount(expected_minor, counted_minor, difference, counted, needs_manager)


def _cash(totals: Iterable[TenderTotal]) -> int:
    return sum(total.amount_minor for total in totals if total.kind == TenderKind.CASH)


def _tender_totals(sales: Iterable[Sale | SaleRefunded | ToppedUp | TopUpRefunded]) -> tuple[TenderTotal, ...]:
    """Return what the tenders came to; for cash what stayed in the drawer."""
    return _by_kind(TenderKind, ((tender.kind, tender.amount_minor) for sale in sales for tender in sale.tenders))


def _by_kind(kinds: Iterable[StrEnum], amounts: Iterable[tuple[StrEnum, int]]) -> tuple[TenderTotal, ...]:
    """Return the kinds that occurred, in the order of ``kinds``."""
    found: dict[StrEnum, list[int]] = {}
    for kind, amount in amounts:
        found.setdefault(kind, []).append(amount)
    return tuple(TenderTotal(str(kind), len(found[kind]), sum(found[kind])) for kind in kinds if kind in found)


def _foreign(paid: Iterable[Sale | ToppedUp]) -> tuple[ForeignTotal, ...]:
    """Return what was taken in other currencies, in the order of their names."""
    notes: dict[str, list[Tender]] = {}
    for tender in (tender for fact in paid for tender in fact.tenders if tender.kind == TenderKind.FOREIGN):
        notes.setdefault(tender.currency, []).append(tender)
    return tuple(
        ForeignTotal(
            currency,
            len(taken),
            sum(tender.foreign_minor for tender in taken),
            sum(tender.given_minor for tender in taken),
            sum(tender.change_minor for tender in taken),
        )
        for currency, taken in sorted(notes.items())
    )


def _signed(moved: TenderTotal) -> int:
    return moved.amount_minor if CashKind(moved.kind).is_in else -moved.amount_minor


def _follows(receipt_no: str, next_no: str) -> bool:
    """Say whether two receipt numbers of one life are consecutive."""
    one, following = receipt_place(receipt_no), receipt_place(next_no)
    return one is not None and following is not None and following == (one[0], one[1] + 1)


def _counts_by_kind(facts: Mapping[int, Fact]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(KIND_OF[type(fact)] for fact in facts.values()).items()))


def _count(facts: Mapping[int, Fact], kind: type[Fact]) -> int:
    return sum(isinstance(fact, kind) for fact in facts.values())
