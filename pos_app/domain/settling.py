"""Settling: a person's word on a quarantined fact empties suspense by transfers of their own, fact by fact.

What was parked is led on, transfer by transfer; the parked transfers and the fact itself stay as they are. ``post``
takes the fact as said: afterwards the books are those in which it had been good. ``void`` takes it as not said: money
is led back, spent rights go back to their owner. Two things no word can undo, and the merchant carries them: rights
that a till holds of its own making, and rights that were spent without any.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from pos_app.domain.events import Fact, GrantsInstalled, RightsReleased, Sale, SaleRefunded, ToppedUp, TopUpRefunded
from pos_app.domain.posting import (
    AVAILABLE,
    EARNED,
    ESCROW,
    ISSUED,
    POINTS,
    RECEIVABLE,
    REDEEMED,
    RISK,
    ROUNDING,
    SALES,
    SETTLEMENT,
    STORED_VALUE,
    SUSPENSE,
    UNBACKED,
    USED,
    Account,
    Scene,
    Transfer,
    kept_points,
    promised,
)
from pos_app.domain.refunds import PUNCH, RETURNS
from pos_app.domain.topup_refunds import GIFT_PAID_FOR

Decision = Literal["post", "void"]
SETTLE = "settle"


def settle(fact: Fact, parked: Iterable[Transfer], scene: Scene, decision: Decision) -> tuple[Transfer, ...]:
    """Return the transfers that empty suspense of what ``fact`` parked there, each naming the one that it leads on."""
    led: list[Transfer] = []

    def lead(debit: Account, credit: Account, amount: int, link_id: str) -> None:
        if amount < 0:
            debit, credit, amount = credit, debit, -amount
        if amount and debit != credit:
            transfer_id = f"{scene.origin}/{SETTLE}{len(led)}"
            led.append(Transfer(transfer_id, debit, credit, amount, SETTLE, link_id))

    for transfer in parked:
        came_in = transfer.credit.kind == SUSPENSE
        suspense, other = (transfer.credit, transfer.debit) if came_in else (transfer.debit, transfer.credit)
        goal = _goal(fact, other, suspense, decision, came_in=came_in)
        debit, credit = (suspense, goal) if came_in else (goal, suspense)
        lead(debit, credit, transfer.amount, transfer.transfer_id)
        if other.kind == UNBACKED and goal != other:
            lead(_beside(suspense, RISK), other, transfer.amount, transfer.transfer_id)
    for debit, credit, amount in _unparked(fact, scene) if decision == "post" else ():
        lead(debit, credit, amount, "")
    return tuple(led)


def _unparked(fact: Fact, scene: Scene) -> Iterator[tuple[Account, Account, int]]:
    """Yield debit, credit and amount of what a fact moves besides what parking it books."""
    match fact:
        case Sale():
            worth = sum(line.redeemed_minor + line.basket_points_minor for line in fact.lines)
            yield scene.money(SALES), scene.money(ROUNDING), fact.rounding_minor
            yield scene.money(SETTLEMENT), scene.money(SALES), worth
            if fact.earned is None and fact.member_id is not None:
                yield scene.points(EARNED), scene.late_earned(fact.member_id), kept_points(fact)
        case ToppedUp():
            for part in fact.later:
                later = promised(fact.member_id, part.due_on, scene.currency)
                yield scene.contra(later.ledger, ISSUED), later, part.amount_minor
        case TopUpRefunded():
            yield scene.money(STORED_VALUE), scene.money(GIFT_PAID_FOR), fact.deducted_minor
            for part in fact.cancelled:
                later = promised(fact.member_id, part.due_on, scene.currency)
                yield later, scene.contra(later.ledger, ISSUED), part.amount_minor
        case _:
            pass


def _goal(fact: Fact, other: Account, suspense: Account, decision: Decision, *, came_in: bool) -> Account:
    """Return where suspense is led to (``came_in``) or from."""
    is_refund, is_topup = isinstance(fact, SaleRefunded), isinstance(fact, ToppedUp | TopUpRefunded)
    unused = isinstance(fact, TopUpRefunded)
    used = _beside(suspense, ISSUED if unused else REDEEMED if suspense.ledger == POINTS else USED)
    is_issued = is_topup or suspense.ledger == PUNCH
    made = _beside(suspense, ISSUED if is_issued else EARNED)
    gone = made if is_refund and suspense.ledger in (POINTS, PUNCH) else used  # a refund takes what was made
    if other.kind == ESCROW and came_in:  # rights that were spent, or handed back
        handed_back = decision == "void" or isinstance(fact, RightsReleased)
        return replace(other, kind=AVAILABLE, holder="") if handed_back else gone
    if other.kind == RECEIVABLE:  # the till set it off: the member has earned so much less of it
        return made
    if other.kind == ESCROW:  # rights that the till made for itself, or that head office had forgotten
        if isinstance(fact, GrantsInstalled):
            return _beside(suspense, RISK)
        return used if is_refund and not is_issued else made
    if decision == "void" or (other.kind == UNBACKED and isinstance(fact, RightsReleased)):
        return other  # nothing that was not there can be handed back
    if other.kind == AVAILABLE:  # what a life earned that holds nothing any more
        return used if is_refund and not is_issued else made
    if other.kind == UNBACKED:
        return gone
    return _beside(suspense, STORED_VALUE if is_topup else RETURNS if is_refund else SALES)


def _beside(suspense: Account, kind: str) -> Account:
    """Return the account ``kind`` of the same ledger, store and day."""
    return replace(suspense, kind=kind)
