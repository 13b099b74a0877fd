"""Pay a sale with any split of tenders: what is still owed, change, and cash rounding (抹零).

1. ``sum(tender.amount_minor) + owed_minor == due_minor + rounding_minor`` at every moment.
2. Change comes from cash only, own or foreign, and is the shop's own money. Everything else is taken to the cent and
   never above what is owed.
3. Cash rounding takes off what cash cannot pay, when cash settles the rest: less than one rounding step, and never
   more than the part that cash was to pay.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pos_app.domain.codes import PaymentCode, parse
from pos_app.domain.foreign import worth
from pos_app.domain.money import MINOR_PER_UNIT
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused

MAX_TENDERS = 20
MAX_REFERENCE = 64  # characters
MAX_OVERPAID_MINOR = 1_000_000  # nobody hands over ¥10,000 too much: a scan fell into the amount
QUICK_AMOUNTS = 3  # besides the exact one


@dataclass(frozen=True, slots=True)
class TenderAsked:
    """A tender as the cashier asks for it.

    Not cash: ``amount_minor``, the part of the sale that it is to pay before cash rounding, and, but for stored value,
    ``reference``. Cash: ``given_minor`` is what was handed over, 0 for exactly the amount; ``amount_minor`` is the part
    to be paid in cash, 0 for as much as what was given covers. Foreign cash: ``currency``, and ``given_minor`` in its
    minor units.
    """

    kind: TenderKind
    amount_minor: int = 0
    given_minor: int = 0
    reference: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PaymentState:
    """How far a sale is paid. ``rounding_minor`` is 0 or negative; ``owed_minor`` is what is still to be paid."""

    due_minor: int
    tenders: tuple[Tender, ...] = ()
    rounding_minor: int = 0

    @property
    def owed_minor(self) -> int:
        """Return what is still to be paid, 0 when the sale is settled."""
        return self.due_minor + self.rounding_minor - sum(tender.amount_minor for tender in self.tenders)

    @property
    def is_paid(self) -> bool:
        """Say whether nothing is owed any more."""
        return self.owed_minor == 0

    @property
    def change_minor(self) -> int:
        """Return the change to hand back."""
        return sum(tender.change_minor for tender in self.tenders)


def cash_due(owed_minor: int, programme: Programme) -> int:
    """Return what cash has to pay of ``owed_minor``: rounded down to the programme's multiple."""
    assert owed_minor >= 0, owed_minor
    return owed_minor - owed_minor % max(1, programme.cash_rounding_minor)


def settle(due_minor: int, asked: Iterable[TenderAsked], programme: Programme) -> PaymentState:
    """Take all tenders in turn.

    Raises:
        Refused: whatever ``take`` raises, and ``tender.short {owed_minor}`` when they do not suffice.
    """
    state = PaymentState(due_minor)
    for tender in asked:
        state = take(state, tender, programme)
    if not state.is_paid:
        raise Refused("tender.short", owed_minor=state.owed_minor)
    return state


def take(state: PaymentState, asked: TenderAsked, programme: Programme) -> PaymentState:
    """Return the state after one more tender.

    Raises:
        Refused: ``tender.nothing_owed``; ``tender.too_many {most}``;
            ``tender.amount {amount_minor}`` when it is not a possible amount;
            ``tender.too_much {amount_minor, owed_minor}`` above what is owed;
            ``tender.needs_reference {kind}``; ``tender.reference_long {most}``; ``tender.reference_is_payment_code``;
            ``tender.given_short {amount_minor, given_minor}`` when less cash was handed over than it is to pay;
            ``tender.given_implausible {given_minor, owed_minor}`` when a scan fell into the amount;
            ``tender.currency {currency}`` for one without a published rate.
    """
    if state.is_paid:
        raise Refused("tender.nothing_owed")
    if len(state.tenders) >= MAX_TENDERS:
        raise Refused("tender.too_many", most=MAX_TENDERS)
    if asked.amount_minor < 0 or asked.given_minor < 0:
        raise Refused("tender.amount", amount_minor=min(asked.amount_minor, asked.given_minor))
    if asked.amount_minor > state.owed_minor:
        raise Refused("tender.too_much", amount_minor=asked.amount_minor, owed_minor=state.owed_minor)
    if asked.kind == TenderKind.CASH:
        return _take_cash(state, asked, programme)
    if asked.kind == TenderKind.FOREIGN:
        return _take_foreign(state, asked, programme)
    if asked.amount_minor == 0:
        raise Refused("tender.amount", amount_minor=0)
    reference = "" if asked.kind in (TenderKind.VALUE, TenderKind.GIFT) else _reference(asked)
    tender = Tender(asked.kind, asked.amount_minor, reference=reference)
    return replace(state, tenders=(*state.tenders, tender))


def quick_amounts(owed_minor: int, programme: Programme) -> tuple[int, ...]:
    """Return the cash amounts to offer: exact, then three that people hand over, for example 1072, 1080, 1100, 1200.

    The three are the next multiples of 5, 10, 20, 50, 100 … units above the exact amount (from 100 units on: of 10,
    50, 100, 200 …), each greater than the one before. Empty when nothing is owed in cash.
    """
    exact = cash_due(owed_minor, programme)
    if exact == 0:
        return ()
    amounts = [exact]
    notes = [5, 10, 20, 50, 100] if exact < 100 * MINOR_PER_UNIT else [10, 50, 100]
    while len(amounts) <= QUICK_AMOUNTS:
        note_minor = notes.pop(0) * MINOR_PER_UNIT
        rounded = -(-exact // note_minor) * note_minor
        if rounded > amounts[-1]:
            amounts.append(rounded)
        if not notes:
            units = note_minor // MINOR_PER_UNIT
            notes = [units * 2, units * 5, units * 10]
    return tuple(amounts)


def _take_cash(state: PaymentState, asked: TenderAsked, programme: Programme) -> PaymentState:
    owed = state.owed_minor
    most = cash_due(owed, programme)
    if asked.given_minor > owed + MAX_OVERPAID_MINOR:
        raise Refused("tender.given_implausible", given_minor=asked.given_minor, owed_minor=owed)
    if asked.amount_minor:
        amount = min(asked.amount_minor, most)
        given = asked.given_minor or amount
    else:
        amount = min(asked.given_minor, most)
        given = asked.given_minor
    if given < amount:
        raise Refused("tender.given_short", amount_minor=amount, given_minor=given)
    if amount == 0 < most:
        raise Refused("tender.amount", amount_minor=0)
    tender = Tender(TenderKind.CASH, amount, given_minor=given, change_minor=given - amount)
    rounding = most - owed if amount == most else 0
    return replace(state, tenders=(*state.tenders, tender), rounding_minor=state.rounding_minor + rounding)


def _take_foreign(state: PaymentState, asked: TenderAsked, programme: Programme) -> PaymentState:
    """Take notes of another currency for what they are worth; like cash they round, and change comes back in cash."""
    rate = programme.rate(asked.currency)
    if rate is None:
        raise Refused("tender.currency", currency=asked.currency)
    owed, given = state.owed_minor, worth(asked.given_minor, rate, programme.cash_rounding_minor)
    most = cash_due(owed, programme)
    if given > owed + MAX_OVERPAID_MINOR:
        raise Refused("tender.given_implausible", given_minor=given, owed_minor=owed)
    if given == 0:
        raise Refused("tender.amount", amount_minor=0)
    amount = min(given, most)
    tender = Tender(
        TenderKind.FOREIGN, amount, given, given - amount, currency=rate.currency, foreign_minor=asked.given_minor
    )
    rounding = most - owed if amount == most else 0
    return replace(state, tenders=(*state.tenders, tender), rounding_minor=state.rounding_minor + rounding)


def _reference(asked: TenderAsked) -> str:
    """Return the reference to keep; a payment code is somebody's money and is never stored."""
    reference = " ".join(asked.reference.split())
    if not reference:
        raise Refused("tender.needs_reference", kind=str(asked.kind))
    if len(reference) > MAX_REFERENCE:
        raise Refused("tender.reference_long", most=MAX_REFERENCE)
    if isinstance(parse(reference), PaymentCode):
        raise Refused("tender.reference_is_payment_code")
    return reference
