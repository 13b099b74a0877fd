"""Training mode: six tasks that a newcomer does on a till whose sales are none, and who plays the customers.

What is done is read from the facts of the training till; nothing keeps a tick of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pos_app.domain.ages import add_months
from pos_app.domain.calls import Bought, Call
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import call_code, make_card_no
from pos_app.domain.events import CallRecorded, Fact, Sale, SaleRefunded
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.members import Balance, Child, Consent, Member, MemberRecord, Purpose, Sex, Tier
from pos_app.domain.till import Identity

STORE_NO = 0  # head office counts stores from 1, so a training receipt's number says what it is
EPOCH = "1.0"
FIRST_CARD = 990_000_000
BORN_MONTHS_AGO = 6
CALL_AFTER = timedelta(days=3)
# What a published programme says otherwise: a training till never meets head office, and must redeem all the same.
FOR_EVER_OFFLINE: dict[str, Any] = {  # Any: fields of a Programme
    "offline_redemption_cap_points": 10**9,
    "unsent_stop_hours": 10**6,
    "unsent_value_cap_minor": 10**12,
    "idle_release_hours": 10**6,
    "require_contact_after_boot": False,
}


class Task(StrEnum):
    """What to do, in the order that it is taught."""

    SELL = "sell"  # goods for cash, to nobody in particular
    SERVE = "serve"  # a sale to a member
    REDEEM = "redeem"  # points for something
    SPLIT = "split"  # two tenders for one sale
    REFUND = "refund"  # goods come back
    CALL = "call"  # the outcome of a follow-up


@dataclass(frozen=True, slots=True)
class Progress:
    """Which tasks are done; ``next`` is the first that is not, None when all are."""

    done: frozenset[Task]

    @property
    def next(self) -> Task | None:
        """Return the task at hand."""
        return next((task for task in Task if task not in self.done), None)


@dataclass(frozen=True, slots=True)
class Cast:
    """The customers of the training till: what is published of them, what it holds for them, the call that is due."""

    records: tuple[MemberRecord, ...]
    grants: tuple[Grant, ...]
    calls: tuple[Call, ...]


def progress(facts: Iterable[Fact]) -> Progress:
    """Return what the facts of a training till show to be done."""
    return Progress(frozenset(task for fact in facts for task in _shown_by(fact)))


def identity(real: Identity) -> Identity:
    """Return who the training till is: this shop and lane, and nobody that head office ever enrolled."""
    return Identity(
        terminal_id="training",
        epoch=EPOCH,
        certificate=b"",
        head_office_key=b"",
        store_id=real.store_id,
        store_no=STORE_NO,
        store_name=real.store_name,
        store_name_en=real.store_name_en,
        lane=real.lane,
    )


def is_training_receipt(receipt_no: str) -> bool:
    """Say whether a receipt was printed by a training till."""
    return receipt_no.startswith(f"{STORE_NO:04d}-")


def cast(store_id: str, today: date, now_ms: int, items: Iterable[Item], code_keys: tuple[str, str, str]) -> Cast:
    """Return the customers.

    Args:
        today: the date that ages and the due call count from. ``now_ms`` (UTC) dates consents and balances.
        items: of the catalogue, any with advice: the first was bought three days ago and is asked about.
        code_keys: a secret (hex) for each customer's dynamic code.
    """
    born = add_months(today, -BORN_MONTHS_AGO)
    agreed = tuple(Consent(purpose, True, "training", now_ms, "", "screen") for purpose in Purpose)
    people = (
        ("陈小培", "cxp", Tier.GOLD, (Child("糖糖", born, sex=Sex.GIRL),), agreed, 12_860),
        ("林学习", "lxx", Tier.NORMAL, (Child("豆豆", add_months(today, -1)),), agreed, 300),
        ("周练练", "zll", Tier.SILVER, (), agreed[:1], 4_200),
    )
    records: list[MemberRecord] = []
    grants: list[Grant] = []
    for n, (name, initials, tier, children, consents, points) in enumerate(people, 1):
        member = Member(
            member_id=f"{n:032x}",
            card_no=make_card_no(FIRST_CARD + n),
            phone=f"+8613800000{n:03d}",
            name=name,
            initials=initials,
            tier=tier,
            home_store_id=store_id,
            joined_on=today,
            children=children,
            consents=consents,
            code_key=code_keys[n - 1],
        )
        records.append(MemberRecord(member, Balance(points, now_ms, {}), None, (), 1))
        expires_on = date(today.year + 1, 12, 31)
        grants.append(Grant(f"ho1/training/{n}", member.member_id, Asset.POINTS, points, expires_on))
    return Cast(tuple(records), tuple(grants), _calls(store_id, records[0].member, today, items))


def _calls(store_id: str, member: Member, today: date, items: Iterable[Item]) -> tuple[Call, ...]:
    item = next(iter(items), None)
    if item is None:
        return ()
    call_id = f"{store_id}/training/1"
    bought = (Bought(item.item_id, item.name, 1, item.advice),)
    return (Call(call_id, call_code(call_id), member.member_id, store_id, today - CALL_AFTER, today, bought),)


def _shown_by(fact: Fact) -> set[Task]:
    match fact:
        case Sale():
            shown = {Task.SELL} if fact.member_id is None else {Task.SERVE}
            if any(line.redeemed_points or line.basket_points for line in fact.lines):
                shown.add(Task.REDEEM)
            if len(fact.tenders) > 1:
                shown.add(Task.SPLIT)
            return shown
        case SaleRefunded():
            return {Task.REFUND}
        case CallRecorded():
            return {Task.CALL}
        case _:
            return set()
