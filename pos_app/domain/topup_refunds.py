"""Refunds of top-ups: what comes back of the principal, what becomes of the gift, and how it is posted.

1. What comes back was bought and not spent: principal is given for principal, and gift is never money.
2. The gift follows its principal by largest remainder: parts that did not fall due are cancelled, last first, then what
   is left is forfeited; what is spent of it costs money or nothing, as the published rule says.
3. Only the till that sold a top-up gives it back, so nobody has to be asked whether somebody else did.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.events import ToppedUp, TopUpRefunded
from pos_app.domain.ledger import Asset
from pos_app.domain.money_back import ELECTRONIC
from pos_app.domain.posting import (
    ISSUED,
    MAX_AMOUNT,
    RISK,
    STORED_VALUE,
    TENDER,
    Account,
    Draft,
    Scene,
    Transfer,
    grant_of,
    promised,
)
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import share
from pos_app.domain.stored_value import GiftPart, SpentGift, ValueParts
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged, Refused

GIFT_PAID_FOR = "gift_paid_for"  # of a store and day: gifts spent before their principal came back, paid for in money


@dataclass(frozen=True, slots=True)
class TopUpQuote:
    """A refund of a top-up worked out; ``gift_minor`` is forfeited, ``forgiven_minor`` was spent and costs nothing.

    The other fields are those of ``TopUpRefunded``.
    """

    principal_minor: int
    gift_minor: int
    cancelled: tuple[GiftPart, ...]
    deducted_minor: int
    forgiven_minor: int
    tenders: tuple[Tender, ...]
    is_undo: bool

    @property
    def given_minor(self) -> int:
        """Return the money that leaves the shop, in whatever form."""
        return sum(tender.amount_minor for tender in self.tenders)

    @property
    def cash_minor(self) -> int:
        """Return the notes and coins to hand over."""
        return sum(tender.amount_minor for tender in self.tenders if tender.kind is TenderKind.CASH)


def gift_of(topup: ToppedUp) -> int:
    """Return all that was given or promised with a top-up."""
    given = sum(grant.amount for grant in topup.granted if grant.asset is Asset.GIFT)
    return given + sum(part.amount_minor for part in topup.later)


def left_of(topup: ToppedUp, before: Iterable[TopUpRefunded]) -> int:
    """Return what of the principal did not come back yet, spent or not."""
    return topup.paid_minor - sum(fact.principal_minor for fact in before)


def gift_back(topup: ToppedUp, principal_minor: int, before: Sequence[TopUpRefunded]) -> int:
    """Return the gift that goes with so much of the principal: all refunds of a top-up come to its whole gift."""
    return share(gift_of(topup), principal_minor, topup.paid_minor, topup.paid_minor - left_of(topup, before))


def work_out(
    topup: ToppedUp,
    before: Sequence[TopUpRefunded],
    have: ValueParts,
    programme: Programme,
    today: date,
    *,
    is_same_day: bool = False,
    in_cash: bool = False,
) -> TopUpQuote:
    """Work out the refund of all that is left of a top-up and not spent, as far as it can be paid in cash.

    Args:
        topup: what was sold. ``before``: its refunds so far.
        have: the stored value that the member has.
        programme: the rules of today. ``today``: the business date; parts of the gift due later are not given yet.
        is_same_day: the day on which it was sold is not closed.
        in_cash: give back in cash what was paid by card or wallet; only where the rules allow it.

    Raises:
        Refused: ``topup.all_back``; ``topup.all_spent`` where nothing is left that could come back;
            ``refund.not_in_cash``.
    """
    if in_cash and not programme.refund_in_cash:
        raise Refused("refund.not_in_cash")
    left = left_of(topup, before)
    if left <= 0:
        raise Refused("topup.all_back", topup_no=topup.topup_no)
    for principal in range(min(left, have.value), 0, -1):
        gift, cancelled, missing = _gift(topup, principal, before, have.gift, today)
        deducted = min(missing, principal) if programme.spent_gift is SpentGift.DEDUCT else 0
        tenders = _tenders(topup, before, principal - deducted, in_cash=in_cash)
        if _cash(tenders) % max(1, programme.cash_rounding_minor) == 0:
            is_undo = is_same_day and not before and principal == topup.paid_minor and not missing
            return TopUpQuote(principal, gift, cancelled, deducted, missing - deducted, tenders, is_undo)
    raise Refused("topup.all_spent", topup_no=topup.topup_no)


def post_topup_refund(
    fact: TopUpRefunded,
    topup: ToppedUp,
    scene: Scene,
    before: Sequence[TopUpRefunded],
    left: Callable[[Account], int],
) -> tuple[Transfer, ...]:
    """Return the transfers of a refund of a top-up.

    Args:
        fact: the refund. ``topup``: what it refers to, as the books know it. ``before``: its refunds so far.
        scene: where it was said; its ``grants`` hold what it spends.
        left: the balance of an account of what the member is promised. A part that was given before its cancellation
            came is the shop's loss.

    Raises:
        Damaged: ``topup_refund.other``, ``topup_refund.amount``, ``topup_refund.too_much``, ``topup_refund.gift``,
            ``topup_refund.tender``, ``amount.range``, ``spend.unknown_grant``, ``spend.other_member``.
    """
    _check(fact, topup, scene, before)
    draft = Draft(scene)
    for tender in fact.tenders:
        draft.add(scene.money(STORED_VALUE), scene.money(TENDER + tender.kind), tender.amount_minor, "topup_refund")
    draft.add(scene.money(STORED_VALUE), scene.money(GIFT_PAID_FOR), fact.deducted_minor, "gift_deducted")
    for spend in fact.spends:
        grant = grant_of(spend, fact.member_id, scene)
        draft.add(scene.spent_from(grant), scene.contra(scene.ledger(grant), ISSUED), spend.amount, "topup_refund")
    for part in fact.cancelled:
        later = promised(topup.member_id, part.due_on, scene.currency)
        kept = min(part.amount_minor, max(0, left(later)))
        issued = scene.contra(later.ledger, ISSUED)
        draft.add(later, issued, kept, "promise_cancelled")
        draft.add(scene.contra(later.ledger, RISK), issued, part.amount_minor - kept, "promise_cancelled")
    return tuple(draft.transfers)


def _gift(
    topup: ToppedUp, principal: int, before: Sequence[TopUpRefunded], have: int, today: date
) -> tuple[int, tuple[GiftPart, ...], int]:
    """Return what is forfeited of the gift that is held, what is cancelled of what falls due, and what is spent."""
    owed = gift_back(topup, principal, before)
    cancelled = []
    for part in reversed(topup.later):
        left = part.amount_minor - _cancelled(before, part.due_on)
        if part.due_on > today and owed and left:
            cancelled.append(GiftPart(min(owed, left), part.due_on))
            owed -= cancelled[-1].amount_minor
    gift = min(owed, have)
    return gift, tuple(cancelled), owed - gift


def _cancelled(before: Iterable[TopUpRefunded], due_on: date) -> int:
    return sum(part.amount_minor for fact in before for part in fact.cancelled if part.due_on == due_on)


def _tenders(topup: ToppedUp, before: Sequence[TopUpRefunded], minor: int, *, in_cash: bool) -> tuple[Tender, ...]:
    """Return how money goes back: first to where it can be sent, then in cash, each way what came by it at most."""
    tenders = []
    for (kind, reference), amount in _left(topup, before).items() if not in_cash else ():
        part = min(minor, amount)
        if kind in ELECTRONIC and part > 0:
            tenders.append(Tender(kind, part, reference=reference))
            minor -= part
    return (*tenders, Tender(TenderKind.CASH, minor, given_minor=minor)) if minor else tuple(tenders)


def _left(topup: ToppedUp, before: Iterable[TopUpRefunded]) -> Counter[tuple[TenderKind, str]]:
    """Return what did not go back yet of each way in which a top-up was paid."""
    left = Counter[tuple[TenderKind, str]]()
    for tender in topup.tenders:
        left[tender.kind, tender.reference] += tender.amount_minor
    for tender in (tender for fact in before for tender in fact.tenders):
        left[tender.kind, tender.reference] -= tender.amount_minor
    return left


def _cash(tenders: Iterable[Tender]) -> int:
    return sum(tender.amount_minor for tender in tenders if tender.kind is TenderKind.CASH)


def _check(fact: TopUpRefunded, topup: ToppedUp, scene: Scene, before: Sequence[TopUpRefunded]) -> None:
    if fact.topup_id != topup.topup_id or scene.kin(fact.member_id) != scene.kin(topup.member_id):
        raise Damaged("topup_refund.other", topup_id=fact.topup_id)
    amounts = [*(tender.amount_minor for tender in fact.tenders), *(part.amount_minor for part in fact.cancelled)]
    if any(not 0 < amount <= MAX_AMOUNT for amount in (*amounts, fact.principal_minor)):
        raise Damaged("amount.range")
    given = sum(tender.amount_minor for tender in fact.tenders)
    if fact.deducted_minor < 0 or given + fact.deducted_minor != fact.principal_minor:
        raise Damaged("topup_refund.amount", principal_minor=fact.principal_minor, given_minor=given)
    if fact.principal_minor > left_of(topup, before):
        raise Damaged("topup_refund.too_much", principal_minor=fact.principal_minor)
    _check_gift(fact, topup, scene, before)
    left = _left(topup, before)
    for tender in fact.tenders:
        left[tender.kind, tender.reference] -= tender.amount_minor
        is_sent = tender.kind in ELECTRONIC and left[tender.kind, tender.reference] >= 0
        if tender.kind is not TenderKind.CASH and not is_sent:
            raise Damaged("topup_refund.tender", kind=tender.kind)


def _check_gift(fact: TopUpRefunded, topup: ToppedUp, scene: Scene, before: Sequence[TopUpRefunded]) -> None:
    """Check that principal and gift leave their own holdings, and no more gift than goes with the principal."""
    taken = {Asset.VALUE: 0, Asset.GIFT: 0}
    for spend in fact.spends:
        grant = grant_of(spend, fact.member_id, scene)
        if grant.asset not in taken or spend.amount < 1:
            raise Damaged("topup_refund.gift", gid=spend.gid)
        taken[grant.asset] += spend.amount
    cancelled = sum(part.amount_minor for part in fact.cancelled)
    gift = taken[Asset.GIFT] + cancelled + fact.deducted_minor
    if taken[Asset.VALUE] != fact.principal_minor or gift > gift_back(topup, fact.principal_minor, before):
        raise Damaged("topup_refund.gift", principal_minor=fact.principal_minor, gift_minor=gift)
    promised_then = {part.due_on: part.amount_minor for part in topup.later}
    for part in fact.cancelled:
        if part.amount_minor > promised_then.get(part.due_on, 0) - _cancelled(before, part.due_on):
            raise Damaged("topup_refund.gift", due_on=str(part.due_on))
