"""Which facts an auditor looks for: who did what beside plain selling, and to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter

from pos_app.domain.events import (
    BasketVoided,
    CardReplaced,
    CashMoved,
    Circumstances,
    ClockStepped,
    ConsentChanged,
    DayClosed,
    DayOpened,
    DayPaperReprinted,
    DrawerOpened,
    Fact,
    MemberAmended,
    MemberPinSet,
    MemberRegistered,
    MergeAsked,
    Overridden,
    PhoneRevealed,
    ProfileOpened,
    ReceiptReprinted,
    Sale,
    SaleRefunded,
    ShiftHandedOver,
    SlipsPrinted,
    StaffHandedOver,
    StaffLockedOut,
    StaffPinWrong,
    StaffSignedIn,
    StaffSignedOut,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.price_steps import ALL_BY_HAND


class Part(StrEnum):
    """What an audit can be filtered by."""

    PEOPLE = "people"
    APPROVALS = "approvals"
    PRICES = "prices"
    VOIDS = "voids"
    REFUNDS = "refunds"
    CASH = "cash"
    REPRINTS = "reprints"
    PROFILES = "profiles"
    DAYS = "days"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Noted:
    """Where a fact is found: by its part, and by what it was done to (receipt, person, member), empty for nothing."""

    part: Part
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for. A field that is None or empty filters nothing; ``subject`` is found whole."""

    on: date | None = None
    staff_id: str = ""
    part: Part | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One fact as it stands in the log, and the name of whose doing it was."""

    seq: int
    fact: Fact
    at: Circumstances
    staff_name: str


# The part of each kind, and the field that says what it was done to.
_NOTED: Mapping[type[Fact], tuple[Part, str]] = {
    StaffSignedIn: (Part.PEOPLE, "name"),
    StaffHandedOver: (Part.PEOPLE, "name"),
    StaffSignedOut: (Part.PEOPLE, "name"),
    StaffPinWrong: (Part.PEOPLE, "name"),
    StaffLockedOut: (Part.PEOPLE, "name"),
    Overridden: (Part.APPROVALS, "subject"),
    BasketVoided: (Part.VOIDS, "sale_id"),
    SaleRefunded: (Part.REFUNDS, "refund_no"),
    DrawerOpened: (Part.CASH, ""),
    CashMoved: (Part.CASH, ""),
    ReceiptReprinted: (Part.REPRINTS, "receipt_no"),
    DayPaperReprinted: (Part.REPRINTS, ""),
    ToppedUp: (Part.CASH, "topup_no"),
    TopUpRefunded: (Part.REFUNDS, "refund_no"),
    MemberRegistered: (Part.PROFILES, "member.member_id"),
    ConsentChanged: (Part.PROFILES, "member_id"),
    SlipsPrinted: (Part.PROFILES, "run_id"),
    MemberAmended: (Part.PROFILES, "member_id"),
    MemberPinSet: (Part.PROFILES, "member_id"),
    CardReplaced: (Part.PROFILES, "member_id"),
    MergeAsked: (Part.PROFILES, "member_id"),
    ProfileOpened: (Part.PROFILES, "member_id"),
    PhoneRevealed: (Part.PROFILES, "member_id"),
    DayOpened: (Part.DAYS, ""),
    ShiftHandedOver: (Part.DAYS, ""),
    DayClosed: (Part.DAYS, ""),
    ClockStepped: (Part.CLOCK, ""),
}


def noted(fact: Fact) -> Noted | None:
    """Return where an auditor finds a fact, None for what is plain selling."""
    if isinstance(fact, Sale):
        return Noted(Part.PRICES, fact.receipt_no) if by_hand(fact) else None
    found = _NOTED.get(type(fact))
    if found is None:
        return None
    part, name = found
    return Noted(part, str(attrgetter(name)(fact)) if name else "")


def by_hand(sale: Sale) -> int:
    """Return what was taken off a sale by hand, minor units; 0 where nobody changed a price."""
    steps = (step for line in sale.lines for step in line.steps)
    return sum(step.minor for step in steps if step.rule.partition("@")[0] in ALL_BY_HAND)
