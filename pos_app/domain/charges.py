"""A charge through a payment gateway: what may be believed of it, and what never happens twice.

1. A charge is durable before anybody is asked; its id is the idempotency key, for ever.
2. An answer that does not come leaves the outcome unknown (待确认): not failed, and not to be asked for anew.
3. Money that the provider says it took is never unsaid but by the provider: it was given back, or was never taken.
4. What a person decides stands until the provider says otherwise; then it is a finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Damaged, Refused

CHARGED = (TenderKind.WECHAT, TenderKind.ALIPAY, TenderKind.CARD)
MAX_MINOR = 100_000_000  # of one charge


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What a gateway is asked to take. ``charge_id`` is the idempotency key.

    ``code`` is the customer's payment code, empty where a terminal reads a card: somebody's money, in no log and no
    file.
    """

    charge_id: str
    kind: TenderKind
    amount_minor: int
    code: str = field(default="", repr=False)


class Said(StrEnum):
    """What a provider says of a charge."""

    TAKEN = "taken"
    REFUSED = "refused"  # no money moved, and none will under this id
    WAITING = "waiting"  # the customer types a password, the bank thinks
    NOT_FOUND = "not_found"  # never heard of: the question may still be on its way
    RETURNED = "returned"  # closed for good: nothing was taken, or it went back


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said of one charge; ``amount_minor`` is what it took, ``reference`` its own number for that."""

    charge_id: str
    said: Said
    amount_minor: int = 0
    reference: str = ""


class ChargeState(StrEnum):
    """How far a charge is; the values are stored."""

    MEANT = "meant"  # durable, and nobody was asked
    ASKED = "asked"  # the question may have left this machine
    UNKNOWN = "unknown"  # 待确认
    TAKEN = "taken"
    REFUSED = "refused"
    CLOSED = "closed"  # given up: nothing was taken, or it went back


OPEN = frozenset({ChargeState.MEANT, ChargeState.ASKED, ChargeState.UNKNOWN})


class Finding(StrEnum):
    """What a person has to look at."""

    PENDING = "pending"  # nobody knows yet
    LATE = "late"  # money was taken and no sale counts on it: it is to be given back
    OTHER_AMOUNT = "other_amount"  # taken, but not what was asked for
    MISSING = "missing"  # a sale counts on money that the provider does not have
    BACK_PENDING = "back_pending"  # money is to go back, and nobody knows yet whether it did
    BACK_REFUSED = "back_refused"  # the provider does not send it back: somebody gives it another way


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge, of a sale or of a top-up: ``sale_id`` is the identity of either.

    ``decided_by`` is who said what became of it where the provider did not, empty for nobody. ``awaits_topup``: it is
    for a top-up that is not sold yet; if that is left so, the charge is closed, and what was taken goes back.
    """

    charge_id: str
    sale_id: str
    kind: TenderKind
    amount_minor: int
    state: ChargeState = ChargeState.MEANT
    taken_minor: int = 0
    reference: str = ""
    decided_by: str = ""
    awaits_topup: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether nobody knows yet what becomes of it."""
        return self.state in OPEN

    @property
    def pays(self) -> bool:
        """Say whether it may stand as a tender of its sale: the money is there, and it is what was asked for."""
        return self.state is ChargeState.TAKEN and self.taken_minor == self.amount_minor


def meant(charge_id: str, sale_id: str, kind: TenderKind, amount_minor: int, others: Iterable[Charge]) -> Charge:
    """Return a new charge, to be made durable before anybody is asked.

    Args:
        others: the charges of the same sale so far.

    Raises:
        Refused: ``charge.kind {kind}``, ``charge.amount {amount_minor}``; ``charge.pending {charge_id}`` while nobody
            knows what becomes of another charge of the sale, so that nobody is charged twice by one more tap.
    """
    if kind not in CHARGED:
        raise Refused("charge.kind", kind=str(kind))
    if not 0 < amount_minor <= MAX_MINOR:
        raise Refused("charge.amount", amount_minor=amount_minor)
    for other in others:
        if other.sale_id == sale_id and other.is_open:
            raise Refused("charge.pending", charge_id=other.charge_id)
    return Charge(charge_id, sale_id, kind, amount_minor)


def asked(charge: Charge) -> Charge:
    """Return the charge as it must be durable before the question leaves; raises Refused ``charge.asked``."""
    if charge.state is not ChargeState.MEANT:
        raise Refused("charge.asked", charge_id=charge.charge_id)
    return replace(charge, state=ChargeState.ASKED)


def heard(charge: Charge, answer: Answer) -> Charge:
    """Return the charge after an answer of the provider, the first, a second, or one that comes late.

    Raises:
        Damaged: ``charge.other {charge_id}`` for another charge's answer, ``charge.answer`` for an amount that cannot
            be, ``charge.not_asked`` for an answer to what was never asked.
    """
    if answer.charge_id != charge.charge_id:
        raise Damaged("charge.other", charge_id=answer.charge_id)
    if charge.state is ChargeState.MEANT:
        raise Damaged("charge.not_asked", charge_id=charge.charge_id)
    match answer.said:
        case Said.TAKEN:
            if not 0 < answer.amount_minor <= MAX_MINOR:
                raise Damaged("charge.answer", charge_id=charge.charge_id, amount_minor=answer.amount_minor)
            return replace(charge, state=ChargeState.TAKEN, taken_minor=answer.amount_minor, reference=answer.reference)
        case Said.RETURNED:
            return replace(charge, state=ChargeState.CLOSED, taken_minor=0)
        case Said.REFUSED if charge.is_open or charge.decided_by:
            return replace(charge, state=ChargeState.REFUSED, taken_minor=0)
        case Said.WAITING | Said.NOT_FOUND if charge.state is ChargeState.ASKED:
            return silent(charge)
        case _:
            return charge


def silent(charge: Charge) -> Charge:
    """Return the charge after no answer came: a time-out, a cut line, a program that was killed."""
    return replace(charge, state=ChargeState.UNKNOWN) if charge.state is ChargeState.ASKED else charge


def found_at_start(charge: Charge) -> Charge:
    """Return what a charge is that the program finds when it starts: what was never asked is given up."""
    if charge.state is ChargeState.MEANT:
        return replace(charge, state=ChargeState.CLOSED)
    return silent(charge)


def decided(charge: Charge, staff_id: str, *, taken: bool, reference: str = "") -> Charge:
    """Return the charge as a person decided on it, who looked at the customer's phone or the terminal's slip.

    Raises:
        Refused: ``charge.not_unknown {charge_id}`` where the provider has said what became of it.
    """
    if charge.state is not ChargeState.UNKNOWN:
        raise Refused("charge.not_unknown", charge_id=charge.charge_id)
    if taken:
        state, minor = ChargeState.TAKEN, charge.amount_minor
    else:
        state, minor = ChargeState.CLOSED, 0
    return replace(charge, state=state, taken_minor=minor, reference=reference, decided_by=staff_id)


def check_counted(charges: Iterable[Charge], tenders: Iterable[TenderAsked], *, may_wait: bool) -> None:
    """Refuse to settle something with money taken for it that is none of its tenders.

    Args:
        charges: those of the sale or top-up.
        may_wait: whether it may be settled while nobody knows what becomes of one: a customer pays otherwise and goes.

    Raises:
        Refused: ``charge.stands {amount_minor}``, ``charge.pending {charge_id}``.
    """
    counted = {(tender.kind, tender.reference) for tender in tenders}
    for charge in charges:
        if charge.is_open and not may_wait:
            raise Refused("charge.pending", charge_id=charge.charge_id)
        if charge.state is ChargeState.TAKEN and (not charge.pays or (charge.kind, charge.reference) not in counted):
            raise Refused("charge.stands", amount_minor=charge.taken_minor)


def standing(charges: Iterable[Charge]) -> Charge | None:
    """Return the first charge that was taken or may have been: its sale cannot be given up with it."""
    return next((charge for charge in charges if charge.is_open or charge.state is ChargeState.TAKEN), None)


def finding(charge: Charge, *, counted: bool) -> Finding | None:
    """Return what somebody has to look at, None for nothing; ``counted`` says whether a paid sale counts on it."""
    if charge.is_open:
        return Finding.PENDING
    if charge.state is not ChargeState.TAKEN:
        return Finding.MISSING if counted else None
    if not charge.pays:
        return Finding.OTHER_AMOUNT
    return None if counted else Finding.LATE
