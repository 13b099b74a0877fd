"""Refunds: what comes back of a paid sale, and how it is posted.

Every piece of a sold line may come back once. The right to take it back starts with the till that sold and moves to
head office when that till closes the day, so two stores without a line cannot refund one receipt.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pos_app.domain import punch_cards
from pos_app.domain.events import RefundedLine, Sale, SaleLine, SaleRefunded
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.money_back import NOTHING_YET, SoFar, lots_back, paid_with
from pos_app.domain.posting import (
    EARNED,
    ISSUED,
    MAX_AMOUNT,
    REDEEMED,
    ROUNDING,
    SETTLEMENT,
    TAX,
    TENDER,
    USED,
    Account,
    Draft,
    Scene,
    Transfer,
    available,
    grant_of,
    is_amount,
    ledger_of,
    owed_by,
    receivable,
    tax_by_rate,
)
from pos_app.domain.price_steps import lent
from pos_app.domain.punch_cards import Stamps, card_of, in_all
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged, Refused

REFUND = ledger_of(Asset.REFUND, "")
PUNCH = ledger_of(Asset.PUNCH, "")
REFUNDABLE = "refundable"  # of a store: pieces sold, opened when the first of a line comes back or moves
RETURNS = "returns"  # of a store and day: sales taken back
REMAINDER = "refund_remainder"  # of a store and day: what rounding down kept of shares, the exact ones being known here
PAID_FOR = "points_paid_for"  # of a store and day: points spent before they were taken back, paid for in money
STORED = {TenderKind.VALUE: Asset.VALUE, TenderKind.GIFT: Asset.GIFT}
NO_END = date.max  # a refund right has no last day


def lot_of(sale_id: str, line_no: int) -> str:
    """Return how a sold line is named as a lot of refund rights."""
    return f"{sale_id}#{line_no}"


def sold_line(lot: str) -> tuple[str, int] | None:
    """Return the sale and line that a lot names; None for a lot of something else."""
    sale_id, mark, line_no = lot.rpartition("#")
    return (sale_id, int(line_no)) if mark and line_no.isascii() and line_no.isdecimal() else None


def share(total: int, pieces: int, of: int, before: int | None = None) -> int:
    """Return what ``pieces`` of ``of`` are worth of ``total``, after ``before`` others that came back.

    With ``before`` all shares sum to the whole, whatever the parts. Where it is not known (None) the share is rounded
    down: so part refunds, made in any order and at any stores, never give back more than there was.
    """
    done = before or 0
    return total * (done + pieces) // of - total * done // of


def refunded(line: SaleLine, quantity: int, before: int | None = None) -> RefundedLine:
    """Return what ``quantity`` pieces of a sold line are worth, ``before`` as in ``share``.

    Raises Refused ``refund.quantity``, also for pieces beyond what was sold.
    """
    if not 0 < quantity <= line.quantity - (before or 0) or (before or 0) < 0:
        raise Refused("refund.quantity", line_no=line.line_no, quantity=quantity, sold=line.quantity)
    paid, points, worth, earned, tax = (share(total, quantity, line.quantity, before) for total in _worths(line))
    stamps = (Stamps(each.card_id, share(each.count, quantity, line.quantity, before)) for each in line.stamps)
    given = tuple(each for each in stamps if each.count)
    return RefundedLine(line.line_no, quantity, paid, points, worth, earned, before, line.tax_bp, tax, given)


def on_gifts(sold: SaleLine, line: RefundedLine) -> int:
    """Return what of the price of pieces that come back stands on gifts; negative: what they bear as gifts."""
    return share(lent(sold.steps), line.quantity, sold.quantity, line.before)


def _worths(line: SaleLine) -> tuple[int, int, int, int, int]:
    """Return what a whole line was worth: money, points and their worth, earned points, and the tax inside."""
    points, minor = line.redeemed_points + line.basket_points, line.redeemed_minor + line.basket_points_minor
    return line.paid_minor, points, minor, line.earned_points, line.tax_minor


def right_of(sale: Sale, line_no: int) -> tuple[Account, int]:
    """Return the account of the refund right of a sold line while nobody was granted it, and the pieces sold.

    Raises Damaged ``refund.line`` for a line that the sale does not have.
    """
    for line in sale.lines:
        if line.line_no == line_no:
            return available(lot_of(sale.sale_id, line_no), NO_END, REFUND), line.quantity
    raise Damaged("refund.line", line_no=line_no)


def post_refund(
    fact: SaleRefunded,
    sale: Sale,
    scene: Scene,
    lots: Mapping[str, Grant],
    before: SoFar = NOTHING_YET,
    *,
    at_risk: bool,
    is_whole: bool = False,
) -> tuple[Transfer, ...]:
    """Return the transfers of a refund.

    What rounding down kept of a line's share stands in ``REMAINDER``: when all pieces are back it is what the store
    still has of them.

    Args:
        fact: the refund. ``sale``: what it refers to, as the books know it.
        scene: where it was said; its ``grants`` hold the refund rights and points that it spends.
        lots: the grants that the sale was paid with, by gid, whoever held them: their last days date what comes back.
        before: what the books have of earlier refunds of the sale.
        at_risk: the pieces came back whether there was a right or not: the sold line owes it. Else there must be one.
        is_whole: with it all of the sale is back, by the books.

    Raises:
        Damaged: ``amount.range``, ``refund.other_sale``, ``refund.line``, ``refund.amount``, ``refund.rights``,
            ``refund.unbalanced``, ``refund.points``, ``refund.stamps``, ``spend.unknown_grant``,
            ``spend.other_member``.
    """
    _check(fact, sale, scene, before)
    draft = Draft(scene)
    _rights(draft, fact, sale, at_risk=at_risk)
    for tender in fact.tenders:
        draft.add(scene.money(RETURNS), scene.money(TENDER + tender.kind), tender.amount_minor, "refund")
        spent = _spent(sale, lots, STORED.get(tender.kind))
        _stored_value_back(draft, fact, tender, spent, _given(sale, before, tender.kind))
    draft.add(scene.money(RETURNS), scene.money(ROUNDING), -fact.rounding_minor, "refund_rounding")
    draft.add(scene.money(RETURNS), scene.money(SETTLEMENT), fact.deducted_minor, "refund_deducted")
    _points_back(draft, fact, _spent(sale, lots, Asset.POINTS), before.points)
    _taken_back(draft, fact)
    _remainder(draft, fact, sale, before)
    _tax_back(draft, fact, sale, before)
    _unstamped(draft, fact)
    _coupons_back(draft, fact, sale, lots, is_whole=is_whole)
    return tuple(draft.transfers)


def _check(fact: SaleRefunded, sale: Sale, scene: Scene, before: SoFar) -> None:
    if fact.sale_id != sale.sale_id or scene.kin(fact.member_id or "") != scene.kin(sale.member_id or ""):
        raise Damaged("refund.other_sale", sale_id=fact.sale_id)
    sold = {line.line_no: line for line in sale.lines}
    numbers = [line.line_no for line in fact.lines]
    if not numbers or len(set(numbers)) != len(numbers) or not sold.keys() >= set(numbers):
        raise Damaged("refund.line", lines=numbers)
    if fact.is_whole and not before.comes_to(sale, {line.line_no: line.quantity for line in fact.lines}):
        raise Damaged("refund.line", lines=numbers)
    for line in fact.lines:
        _check_line(line, sold[line.line_no], before)
    amounts = [*(tender.amount_minor for tender in fact.tenders), fact.deducted_minor, fact.deducted_points]
    if any(not 0 <= amount <= MAX_AMOUNT for amount in amounts):
        raise Damaged("amount.range")
    due = sum(line.paid_minor for line in fact.lines)
    back = sum(tender.amount_minor for tender in fact.tenders) + fact.deducted_minor
    if fact.refund_minor != due or back != due + fact.rounding_minor:
        raise Damaged("refund.unbalanced", refund_minor=fact.refund_minor, due_minor=due)
    if fact.rounding_minor + min(0, before.rounding_minor) > 0:  # more than earlier refunds rounded off
        raise Damaged("refund.unbalanced", rounding_minor=fact.rounding_minor, before_minor=before.rounding_minor)
    if all(before.pieces.get(line.line_no, 0) + line.quantity <= sold[line.line_no].quantity for line in fact.lines):
        _check_tenders(fact, sale, before)


def _check_tenders(fact: SaleRefunded, sale: Sale, before: SoFar) -> None:
    """Raise Damaged where more comes back of a tender than was paid with it; a refund of before does not say."""
    if not fact.by_tender:
        return
    paid = [tender.amount_minor for tender in paid_with(sale)]
    gone = (*before.by_tender, *(0,) * (len(paid) - len(before.by_tender)))
    back = sum(tender.amount_minor for tender in fact.tenders) + fact.deducted_minor
    is_fair = len(fact.by_tender) == len(paid) and all(
        0 <= given <= most - was for given, most, was in zip(fact.by_tender, paid, gone, strict=True)
    )
    if not is_fair or sum(fact.by_tender) != back:
        raise Damaged("refund.unbalanced", by_tender=fact.by_tender)


def _check_line(line: RefundedLine, sold: SaleLine, before: SoFar) -> None:
    """Raise Damaged where a line is not worth what it says, or comes to more than is left of what was paid."""
    try:
        right = refunded(sold, line.quantity, line.before)
    except Refused as refused:
        raise Damaged(refused.code, **refused.facts) from refused
    gone = before.pieces.get(line.line_no, 0)
    is_left = gone + line.quantity <= sold.quantity  # else there is no right to it, which the books find
    left = sold.paid_minor - before.paid_minor.get(line.line_no, 0)
    if line != right or (line.before or 0) > gone or (is_left and line.paid_minor > left):
        raise Damaged("refund.amount", line_no=line.line_no)


def _remainder(draft: Draft, fact: SaleRefunded, sale: Sale, before: SoFar) -> None:
    """Book the difference between the exact shares and what the refund says."""
    scene, sold = draft.scene, {line.line_no: line for line in sale.lines}
    kept = Counter[str]()
    for line in fact.lines:
        exact = refunded(sold[line.line_no], line.quantity, _gone(line, sold, before))
        kept["money"] += exact.paid_minor - line.paid_minor
        kept["points"] += exact.points - line.points
        kept["worth"] += exact.points_minor - line.points_minor
        kept["earned"] += exact.earned_points - line.earned_points
    draft.add(scene.money(RETURNS), scene.money(REMAINDER), kept["money"] + kept["worth"], "refund_remainder")
    draft.add(scene.points(REDEEMED), scene.points(REMAINDER), kept["points"], "refund_remainder")
    if fact.member_id:
        draft.add(scene.points(REMAINDER), scene.points(EARNED), kept["earned"], "refund_remainder")


def _tax_back(draft: Draft, fact: SaleRefunded, sale: Sale, before: SoFar) -> None:
    """Take back what is not owed to the state any more: the exact shares, so that of all pieces nothing is left."""
    sold = {line.line_no: line for line in sale.lines}
    exact = (refunded(sold[line.line_no], line.quantity, _gone(line, sold, before)) for line in fact.lines)
    for bp, tax_minor in tax_by_rate(exact):
        draft.add(draft.scene.money(f"{TAX}{bp}"), draft.scene.money(RETURNS), tax_minor, "refund_tax")


def _gone(line: RefundedLine, sold: Mapping[int, SaleLine], before: SoFar) -> int:
    """Return how many pieces of a line the books know to have come back before these."""
    return min(before.pieces.get(line.line_no, 0), sold[line.line_no].quantity - line.quantity)


def unparked(
    fact: SaleRefunded,
    sale: Sale,
    scene: Scene,
    lots: Mapping[str, Grant],
    before: SoFar = NOTHING_YET,
    *,
    is_whole: bool = False,
) -> tuple[Transfer, ...]:
    """Return what a refund moves besides what ``posting.park`` books: for a person's word that it happened as said.

    Arguments and errors are those of ``post_refund``.
    """
    own = {grant.gid for grant in fact.given_back}
    scene = replace(scene, grants={gid: grant for gid, grant in scene.grants.items() if gid not in own})
    tenders = {scene.money(TENDER + tender.kind) for tender in fact.tenders}
    into = {scene.earned_into(grant) for grant in fact.given_back}

    def is_parked(transfer: Transfer) -> bool:
        if transfer.code == "refund_right":
            return bool(fact.spends)
        return transfer.code == "take_back" or transfer.credit in tenders or transfer.credit in into

    whole = post_refund(fact, sale, scene, lots, before, at_risk=True, is_whole=is_whole)
    rest = [transfer for transfer in whole if not is_parked(transfer)]
    return tuple(replace(each, transfer_id=f"{scene.origin}/settled{n}", link_id="") for n, each in enumerate(rest))


def _rights(draft: Draft, fact: SaleRefunded, sale: Sale, *, at_risk: bool) -> None:
    """Use the rights up: those granted for the asking, else the one that the sale itself gave."""
    scene = draft.scene
    if at_risk or not fact.spends:
        for line in fact.lines:
            account, _sold = right_of(sale, line.line_no)
            source = owed_by(account.owner, REFUND) if at_risk else account
            draft.add(source, scene.contra(REFUND, USED), line.quantity, "refund_right")
        return
    wanted = {lot_of(sale.sale_id, line.line_no): line.quantity for line in fact.lines}
    for spend in fact.spends:
        grant = grant_of(spend, sale.member_id or "", scene)
        if grant.asset is not Asset.REFUND or grant.lot not in wanted:
            raise Damaged("refund.rights", gid=spend.gid)
        wanted[grant.lot] -= spend.amount
        draft.add(scene.spent_from(grant), scene.spent(grant), spend.amount, "refund_right")
    if any(wanted.values()):
        raise Damaged("refund.rights", lots=wanted)


def _spent(sale: Sale, lots: Mapping[str, Grant], asset: Asset | None) -> list[tuple[Spend, Grant]]:
    """Return what a sale, or the goods that paid for it, took of an asset, with the grants that are known."""
    spends = (*sale.behind_spends, *sale.spends)
    return [(spend, lots[spend.gid]) for spend in spends if spend.gid in lots and lots[spend.gid].asset is asset]


def _given(sale: Sale, before: SoFar, kind: TenderKind) -> int:
    """Return what came back before of a kind of tender."""
    return sum(given for tender, given in zip(paid_with(sale), before.by_tender, strict=False) if tender.kind is kind)


def _by_day(spent: Sequence[tuple[Spend, Grant]], amount: int, before: int, default: date) -> dict[date, int]:
    """Return how much comes back into the lot of each day, ``default`` for what no known lot accounts for."""
    grants = {spend.gid: grant for spend, grant in spent}
    found = Counter[date]()
    for back in lots_back([spend for spend, _ in spent], amount, before):
        found[grants[back.gid].expires_on] += back.amount
    found[default] += amount - found.total()
    return +found


def _stored_value_back(
    draft: Draft, fact: SaleRefunded, tender: Tender, spent: Sequence[tuple[Spend, Grant]], before: int
) -> None:
    """Give stored value back to the member's balance at head office; other money is handed over at the counter."""
    asset = STORED.get(tender.kind)
    if asset is None or not tender.amount_minor:
        return
    if not fact.member_id:
        raise Damaged("refund.unbalanced", kind=tender.kind)
    scene, ledger = draft.scene, ledger_of(asset, draft.scene.currency)
    default = NO_END if asset is Asset.VALUE else scene.earn_lot
    money = len(draft.transfers) - 1
    for day, amount in sorted(_by_day(spent, tender.amount_minor, before, default).items()):
        into = available(fact.member_id, day, ledger)
        draft.add(scene.contra(ledger, USED), into, amount, "return")
        draft.link(money, len(draft.transfers) - 1)


def _points_back(draft: Draft, fact: SaleRefunded, spent: Sequence[tuple[Spend, Grant]], before: int) -> None:
    """Give back the points that the lines were taken with: to holdings of the till, or to head office's."""
    scene = draft.scene
    points = sum(line.points for line in fact.lines)
    first = len(draft.transfers)
    if fact.given_back:
        _check_points(fact, scene, spent, points)
        for back in fact.given_back:
            draft.add(scene.points(REDEEMED), scene.earned_into(back), back.amount, "return")
    elif points:
        for day, amount in sorted(_by_day(spent, points, before, scene.earn_lot).items()):
            draft.add(scene.points(REDEEMED), available(fact.member_id or "", day), amount, "return")
    worth = sum(line.points_minor for line in fact.lines)
    draft.add(scene.money(RETURNS), scene.money(SETTLEMENT), worth, "return_worth")
    if points and worth:
        draft.link(first, len(draft.transfers) - 1)


def _check_points(fact: SaleRefunded, scene: Scene, spent: Sequence[tuple[Spend, Grant]], points: int) -> None:
    """Raise Damaged unless points go back to their member, all of them, and into no better lots than they came from."""
    gids = [back.gid for back in fact.given_back]
    for back in fact.given_back:
        is_theirs = scene.kin(back.member_id) == scene.kin(fact.member_id or "")
        is_new = scene.is_own(back) and back.gid not in scene.grants and gids.count(back.gid) == 1
        if back.asset is not Asset.POINTS or back.lot or back.amount <= 0 or not is_theirs or not is_new:
            raise Damaged("refund.points", gid=back.gid, amount=back.amount)
    if sum(back.amount for back in fact.given_back) != points:
        raise Damaged("refund.points", points=points)
    for day in {back.expires_on for back in fact.given_back}:
        later = sum(spend.amount for spend, grant in spent if grant.expires_on >= day)
        if sum(back.amount for back in fact.given_back if back.expires_on >= day) > later:
            raise Damaged("refund.points", expires_on=day)


def spent_back(
    sale: Sale, lines: Iterable[RefundedLine], lots: Mapping[str, Grant], *, is_whole: bool
) -> tuple[tuple[Grant, int], ...]:
    """Return the uses of coupons and the stamps that a refund gives back, with the grants that they were spent from.

    Coupons of a sale of which nothing is kept, where their rule gives them back, those taken at risk being nobody's;
    stamps where what the full card gave comes back. ``lots`` are what the sale was paid with, by gid.
    """
    back = {line.line_no for line in lines}
    rewards = {line.line_no: line.reward.card_id for line in sale.lines if line.reward is not None}
    came = {card_id for line_no, card_id in rewards.items() if line_no in back}
    found = []
    for spend in sale.spends:
        grant = lots.get(spend.gid)
        if grant is None or (grant.asset is Asset.COUPON and sale.keeps_coupon):
            continue
        card_id = card_of(grant.lot) if grant.asset is Asset.PUNCH else ""
        is_other = grant.asset in (Asset.COUPON, Asset.PUNCH) and card_id not in rewards.values()
        if card_id in came or (is_whole and is_other):
            found.append((grant, spend.amount))
    return tuple(found)


def _coupons_back(draft: Draft, fact: SaleRefunded, sale: Sale, lots: Mapping[str, Grant], *, is_whole: bool) -> None:
    for grant, amount in spent_back(sale, fact.lines, lots, is_whole=is_whole):
        ledger = draft.scene.ledger(grant)
        draft.add(draft.scene.contra(ledger, USED), draft.scene.available(grant), amount, "return")


def _unstamped(draft: Draft, fact: SaleRefunded) -> None:
    """Take back the stamps that the lines gave: from holdings here; the card owes the rest."""
    scene, given = draft.scene, Counter(in_all(line.stamps for line in fact.lines))
    issued = scene.contra(PUNCH, ISSUED)
    for spend in fact.unstamped:
        grant = grant_of(spend, fact.member_id or "", scene)
        if grant.asset is not Asset.PUNCH:
            raise Damaged("refund.stamps", gid=spend.gid)
        given[card_of(grant.lot)] -= spend.amount
        draft.add(scene.spent_from(grant), issued, spend.amount, "take_back")
    for owed in fact.owed_stamps:
        if not is_amount(owed.count):
            raise Damaged("amount.range", amount=owed.count)
        given[owed.card_id] -= owed.count
        lot = punch_cards.lot_of(owed.card_id, fact.member_id or "")
        draft.add(owed_by(lot, PUNCH), issued, owed.count, "owe")
    if any(given.values()):
        raise Damaged("refund.stamps", missing=dict(given))


def _taken_back(draft: Draft, fact: SaleRefunded) -> None:
    """Take back what the lines earned: from holdings here; the member owes the rest."""
    scene = draft.scene
    for spend in fact.taken_back:
        grant = grant_of(spend, fact.member_id or "", scene)
        if grant.asset is not Asset.POINTS:
            raise Damaged("refund.points", gid=spend.gid)
        draft.add(scene.spent_from(grant), scene.points(EARNED), spend.amount, "take_back")
    earned = sum(line.earned_points for line in fact.lines) if fact.member_id else 0
    taken = sum(spend.amount for spend in fact.taken_back) + fact.owed_points + fact.deducted_points
    if fact.owed_points < 0 or taken != earned or (fact.deducted_minor and not fact.deducted_points):
        raise Damaged("refund.points", earned=earned, owed=fact.owed_points)
    draft.add(scene.points(PAID_FOR), scene.points(EARNED), fact.deducted_points, "deducted")
    draft.add(receivable(fact.member_id or ""), scene.points(EARNED), fact.owed_points, "owe")
