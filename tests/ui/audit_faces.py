"""A day's entries as an auditor finds them, for pictures and for the tests of their words."""

from datetime import UTC, date, datetime, timedelta

from pos_app.domain.audit import AuditEntry
from pos_app.domain.cash import CashKind
from pos_app.domain.events import (
    BasketVoided,
    CashMoved,
    Circumstances,
    ClockStepped,
    ConsentChanged,
    DayOpened,
    DrawerOpened,
    Fact,
    MemberRegistered,
    Overridden,
    PhoneRevealed,
    ProfileOpened,
    ReceiptReprinted,
    Sale,
    SaleLine,
    SlipsPrinted,
    StaffHandedOver,
    StaffLockedOut,
    StaffPinWrong,
    StaffSignedIn,
    StaffSignedOut,
)
from pos_app.domain.members import Consent, Member, Purpose, Tier
from pos_app.domain.price_steps import REDUCTION, PriceStep
from pos_app.domain.tenders import Tender, TenderKind

NOW_MS = int(datetime(2026, 11, 22, 10, 26).astimezone(UTC).timestamp() * 1000)
ON = date(2026, 11, 22)
LINE = SaleLine(1, 1, "6900000000011", "优伴 奶粉 2段", 1, 31_800, 25_000, 0, 0, 0, 0, 25_000, 0, (),
                (PriceStep(f"{REDUCTION}@p1", 6_800),))  # fmt: skip
PAID = (Tender(TenderKind.CASH, 25_000, 25_000, 0, ""),)
CHANGED = Sale("s1", "0001-1-A1-000037", None, (LINE,), PAID, 25_000, 0, (), None, (), "p1")
LONG = Sale("s2", "0001-1-A1-000038", None, (LINE,) * 30, PAID, 750_000, 0, (), None, (), "p1")
JOINED = Member(
    "7f3a91c2d4", "260000000017", "+8613800006627", "陈雨婷", "cyt", Tier.NORMAL, "S01", ON,
    consents=(Consent(Purpose.MEMBERSHIP, granted=True, text_version="2026-1", at_ms=NOW_MS, staff_id="E1",
                      method="screen"),),
)  # fmt: skip
FACTS: tuple[tuple[Fact, str, str], ...] = (
    (Overridden("refund", "0001-1-A1-000031", "allergy", "E2", 29_800, "赵强"), "E1", "李敏"),
    (CHANGED, "E1", "李敏"),
    (Overridden("set_price", "优伴 奶粉 2段", "damaged", "E2", 25_000, "赵强"), "E1", "李敏"),
    (StaffHandedOver("李敏", "E2", "赵强", "s1"), "E1", "李敏"),
    (DrawerOpened("change"), "E2", "赵强"),
    (CashMoved(CashKind.HANDED_IN, 120_000, "bank", 3), "E2", "赵强"),
    (ReceiptReprinted("0001-1-A1-000036", 2), "E1", "李敏"),
    (BasketVoided("s0", 3, 18_240), "E1", "李敏"),
    (PhoneRevealed("7f3a91c2d4"), "E3", "王芳"),
    (ProfileOpened("7f3a91c2d4"), "E3", "王芳"),
    (SlipsPrinted("r7", ("c1", "c2", "c3")), "E3", "王芳"),
    (
        ConsentChanged(
            "7f3a91c2d4",
            Consent(Purpose.CALL, granted=False, text_version="2026-1", at_ms=NOW_MS, staff_id="E3", method="screen"),
        ),
        "E3",
        "王芳",
    ),
    (MemberRegistered(JOINED), "E1", "李敏"),
    (StaffLockedOut("E3", "王芳"), "", ""),
    (StaffPinWrong("E3", "王芳", 4), "", ""),
    (ClockStepped(NOW_MS, NOW_MS - 3_600_000), "E1", "李敏"),
    (StaffSignedOut("王芳", 14), "E3", "王芳"),
    (DayOpened(12, 50_000), "E1", "李敏"),
    (StaffSignedIn("李敏"), "E1", "李敏"),
)


def entries() -> tuple[AuditEntry, ...]:
    """The day's entries, newest first."""
    return tuple(AuditEntry(12_408 - n, fact, _at(n, staff_id), name) for n, (fact, staff_id, name) in enumerate(FACTS))


def long_entry() -> AuditEntry:
    """A sale of thirty lines, each changed by hand."""
    return AuditEntry(12_409, LONG, _at(0, "E1"), "李敏")


def _at(n: int, staff_id: str) -> Circumstances:
    at_ms = NOW_MS - int(timedelta(minutes=7 * n).total_seconds()) * 1_000
    return Circumstances(ON, staff_id, at_ms, at_ms, "boot1")
