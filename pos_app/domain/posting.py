"""Posting: one fact of a terminal becomes a balanced set of transfers whose identities derive from the fact.

Pure double entry. ``post`` raises Damaged when a fact contradicts itself; ``park`` then books what it says it moved
against suspense, so that tills and books still agree and a person can look at it. Retries cannot differ: the n-th
transfer of a fact has the identity ``origin.part("transfer", n)``.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pos_app.domain import tax
from pos_app.domain.cash import NOT_SENT, CashKind
from pos_app.domain.events import (
    AtRisk,
    CashMoved,
    DayClosed,
    DayOpened,
    Fact,
    GrantsInstalled,
    RefundedLine,
    RightsReleased,
    Sale,
    SaleLine,
    SaleRefunded,
    ShiftHandedOver,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend, dated
from pos_app.domain.price_steps import is_tax
from pos_app.domain.punch_cards import card_of, in_all, lot_of, taken_of
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged

MAX_AMOUNT = 2**53

# Each asset has a ledger of its own; stored value is money, so its ledger also names the currency.
POINTS = "POINTS"

# Accounts of one member, coupon, punch card or sold line: never below zero. ``dated`` is the last day to spend it.
AVAILABLE = "available"  # held by head office
ESCROW = "escrow"  # held by one terminal life
# Accounts of one store and business date (``dated``), or of the whole chain for opening.
EARNED = "points_expense"
REDEEMED = "points_redeemed"
USED = "used"  # what REDEEMED is for points: value, coupons, punch cards, refund rights that were spent
SUSPENSE = "suspense"
RISK = "risk"  # the merchant pays: of a store and day, what a fenced life spent all the same; of a lot, see ``owed_by``
RECOVERY_SUSPENSE = "recovery_suspense"  # of one lot: re-booked before the release that funded it came again
UNBACKED = "unbacked"
OPENING = "opening"
ISSUED = "issued"  # of a store and day, or of the whole chain: what members were given
STORED_VALUE = "stored_value"  # likewise: money that members paid for stored value, owed to them in goods
EXPIRED = "expired"  # of one lot of a member: what head office held of it when its last day was over
PROMISED = "promised"  # of a member, ``dated`` the day on which it falls due: gifts that come in parts
SALES = "sales"
TENDER = "tender:"
DRAWER = TENDER + TenderKind.CASH
CASHLIKE = (TenderKind.CASH, TenderKind.FOREIGN)  # notes were handed over, and change came back
ROUNDING = "rounding"
RECEIVABLE = "clawback_receivable"  # of a member: points earned by what came back, spent before; later ones repay it
SETTLEMENT = "points_settlement"
TAX = "tax:"  # owed to the state, of a store and day; the rate in basis points follows
CASH_OFFICE = "cash_office"
KEPT = "kept_float"  # lies in a drawer overnight: credited by an opening, debited by a close
EXPENSES = "expenses"  # what the shop spent out of the drawer
OVER_SHORT = "over_short"

FLOORED = frozenset({AVAILABLE, ESCROW})
OF_LOTS = FLOORED | {RECOVERY_SUSPENSE, RISK}


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """The name of an account. ``dated`` is a lot's ``ledger.dated``, or a business date, ISO; empty for neither."""

    ledger: str
    kind: str
    owner: str
    holder: str = ""
    dated: str = ""

    @property
    def never_negative(self) -> bool:
        """Say whether credits minus debits may not fall below zero."""
        return self.kind in FLOORED


@dataclass(frozen=True, slots=True)
class Transfer:
    """``amount`` (1 or more) from ``debit`` to ``credit``, both of one ledger; ``link_id`` names a related transfer."""

    transfer_id: str
    debit: Account
    credit: Account
    amount: int
    code: str
    link_id: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fact was said, and what the books know of the grants it mentions.

    ``grants`` holds the grants of this terminal life by gid. ``earn_lot`` is the last day (and ``earn_from`` the first,
    if there is one) of points that were earned by a card the till did not know (``Sale.earned`` is None): they go to
    head office's holding. ``kin`` gives one name to all members that were ever merged: rights of one may be spent for
    another. ``holds_nothing``: this life was fenced or salvaged, so what it spends is the merchant's risk, and what it
    earns goes to head office's holding. ``said_as`` is the origin that the terminal itself gave the fact, where that is
    another one (a salvaged branch).
    """

    origin: Origin
    store_id: str
    business_date: date
    grants: Mapping[str, Grant]
    earn_lot: date
    currency: str = "CNY"
    kin: Callable[[str], str] = str
    holds_nothing: bool = False
    said_as: Origin | None = None
    earn_from: date | None = None

    @property
    def holder(self) -> str:
        """Return the name of this terminal life as a holder of rights."""
        return holder_name(self.origin.terminal_id, self.origin.epoch)

    def points(self, kind: str) -> Account:
        """Return the points account ``kind`` of this store and day."""
        return self.contra(POINTS, kind)

    def money(self, kind: str) -> Account:
        """Return the money account ``kind`` of this store and day."""
        return self.contra(f"MONEY:{self.currency}", kind)

    def contra(self, ledger: str, kind: str) -> Account:
        """Return the account ``kind`` of this store and day in any ledger."""
        return Account(ledger, kind, self.store_id, dated=self.business_date.isoformat())

    def ledger(self, grant: Grant) -> str:
        """Return the ledger that the grant's asset moves in."""
        return ledger_of(grant.asset, self.currency)

    def escrow(self, grant: Grant) -> Account:
        """Return what this terminal life holds of the grant's lot."""
        return Account(self.ledger(grant), ESCROW, grant.owner, self.holder, grant.dated)

    def late_earned(self, member_id: str) -> Account:
        """Return what holds the points of a member whose card the till did not know."""
        return available(member_id, self.earn_lot, usable_from=self.earn_from)

    def spent_from(self, grant: Grant) -> Account:
        """Return what a spend of the grant debits."""
        return self.contra(self.ledger(grant), RISK) if self.holds_nothing else self.escrow(grant)

    def earned_into(self, grant: Grant) -> Account:
        """Return what a self-grant credits."""
        return self.available(grant) if self.holds_nothing else self.escrow(grant)

    def is_own(self, grant: Grant) -> bool:
        """Say whether a self-grant carries the identity of the fact that made it."""
        return grant.gid.startswith(f"{self.said_as or self.origin}/")

    def available(self, grant: Grant) -> Account:
        """Return what head office holds of the grant's lot."""
        return available(grant.owner, grant.expires_on, self.ledger(grant), grant.usable_from)

    def spent(self, grant: Grant) -> Account:
        """Return where spent rights of the grant's asset go, of this store and day."""
        return self.contra(self.ledger(grant), REDEEMED if grant.asset is Asset.POINTS else USED)


def holder_name(terminal_id: str, epoch: str) -> str:
    """Return how accounts name a terminal life."""
    return f"{terminal_id}/{epoch}"


def ledger_of(asset: Asset, currency: str) -> str:
    """Return the name of an asset's ledger: ``POINTS``, ``VALUE:CNY``, ``COUPON`` …"""
    name = asset.value.upper()
    return f"{name}:{currency}" if asset in (Asset.VALUE, Asset.GIFT) else name


def available(owner: str, expires_on: date, ledger: str = POINTS, usable_from: date | None = None) -> Account:
    """Return head office's holding of one lot of a member (or of a coupon, punch card, sold line: see ``Grant``)."""
    return Account(ledger, AVAILABLE, owner, dated=dated(expires_on, usable_from))


def owed_by(lot: str, ledger: str) -> Account:
    """Return what a coupon, punch card or sold line owes: what was taken of it without holding it.

    Whatever head office has of the lot, or comes to have, pays it first; the rest is the merchant's loss.
    """
    return Account(ledger, RISK, lot)


def receivable(member_id: str) -> Account:
    """Return what a member owes in points, below zero; above it: what was repaid twice, and goes back to them."""
    return Account(POINTS, RECEIVABLE, member_id)


def post(fact: Fact, scene: Scene) -> tuple[Transfer, ...]:
    """Return the transfers of a fact; none for a fact that moves nothing.

    Raises:
        Damaged: ``amount.range``, ``sale.line``, ``sale.steps``, ``sale.gains``, ``sale.tax``, ``sale.unbalanced``,
            ``sale.tender``, ``sale.points``, ``sale.repaid``, ``sale.earned``, ``sale.stamps``,
            ``spend.unknown_grant``, ``spend.other_member``,
            ``day.unbalanced``, ``day.kept``.
    """
    draft = Draft(scene)
    match fact:
        case Sale():
            _check_sale(fact, scene)
            _sale_money(draft, fact)
            _sale_points(draft, fact)
            _at_risk(draft, fact)
        case ToppedUp():
            _check_topup(fact, scene)
            _topup(draft, fact)
        case RightsReleased():
            for release in fact.releases:
                grant = grant_of(release, fact.member_id, scene)
                if not scene.holds_nothing:
                    draft.add(scene.escrow(grant), scene.available(grant), release.amount, "release")
        case DayOpened():
            _check_amounts((fact.float_minor, fact.kept_minor))
            draft.add(scene.money(DRAWER), scene.money(KEPT), fact.kept_minor, "float_kept")
            draft.add(scene.money(DRAWER), scene.money(CASH_OFFICE), fact.float_minor - fact.kept_minor, "float")
        case CashMoved():
            _cash_moved(draft, fact)
        case ShiftHandedOver():
            _over_short(draft, fact)
        case DayClosed():
            _day_close(draft, fact)
        case _:
            pass
    return tuple(draft.transfers)


def book_unknown_grants(
    fact: GrantsInstalled,
    scene: Scene,
    short: Callable[[Grant], Account | None],
    funds: Callable[[Account], tuple[Account, int]],
) -> tuple[Transfer, ...]:
    """Return the transfers that re-book grants which a restored head office forgot, from its holding of their lots.

    Args:
        short: where what head office does not hold is taken from; None takes all of it from its holding regardless.
        funds: the account that really has what one of head office's holding stands for, which several members that
            were merged share, and its balance.
    """
    draft = Draft(scene)
    taken: Counter[Account] = Counter()
    for grant in fact.grants:
        if grant.gid in scene.grants:
            continue
        if not grant.is_well_formed:
            raise Damaged("grant.lot", gid=grant.gid, lot=grant.lot)
        _check_amounts((grant.amount,))
        source, other = scene.available(grant), short(grant)
        real, held = funds(source)
        part = grant.amount if other is None else min(grant.amount, max(0, held - taken[real]))
        taken[real] += part
        draft.add(source, scene.escrow(grant), part, "grant")
        if other is not None:
            draft.add(other, scene.escrow(grant), grant.amount - part, "grant")
    return tuple(draft.transfers)


def park(fact: Fact, scene: Scene, left: Callable[[str], int]) -> tuple[Transfer, ...]:
    """Return what a fact that cannot be posted says it moved, booked against suspense of its store and day.

    A spend that its grant covers still leaves the escrow, since the goods have left; what nothing covers is
    ``unbacked``. Amounts out of range move nothing.

    Args:
        left: what the books still have of a grant of this life, by gid; 0 for an unknown one.
    """
    draft = Draft(scene)
    match fact:
        case Sale():
            for tender in fact.tenders:
                draft.park(scene.money(TENDER + tender.kind), scene.money(SUSPENSE), tender.amount_minor)
            _park_spends(draft, fact.spends, left)
            _park_self_grants(draft, fact)
        case ToppedUp():
            for tender in fact.tenders:
                draft.park(scene.money(TENDER + tender.kind), scene.money(SUSPENSE), tender.amount_minor)
            _park_self_grants(draft, fact)
        case SaleRefunded():
            for tender in fact.tenders:
                draft.park(scene.money(SUSPENSE), scene.money(TENDER + tender.kind), tender.amount_minor)
            _park_spends(draft, spends_of(fact), left, {spend.gid for spend in fact.spends})
            _park_self_grants(draft, fact)
        case TopUpRefunded():
            for tender in fact.tenders:
                draft.park(scene.money(SUSPENSE), scene.money(TENDER + tender.kind), tender.amount_minor)
            _park_spends(draft, fact.spends, left)
        case RightsReleased() if not scene.holds_nothing:
            _park_spends(draft, fact.releases, left)
        case _:
            pass
    return tuple(draft.transfers)


def covered(spends: Iterable[Spend], left: Callable[[str], int]) -> tuple[Spend, ...]:
    """Return as much of the spends as their grants have left; ``left`` is 0 for an unknown grant."""
    taken: dict[str, int] = {}
    parts: list[Spend] = []
    for spend in spends:
        before = taken.get(spend.gid, 0)
        amount = min(spend.amount, left(spend.gid) - before) if spend.amount <= MAX_AMOUNT else 0
        if amount > 0:
            taken[spend.gid] = before + amount
            parts.append(Spend(spend.gid, amount))
    return tuple(parts)


def is_amount(amount: int) -> bool:
    """Say whether something was moved, and no more than books can hold."""
    return 0 < amount <= MAX_AMOUNT


def parkable(fact: Fact, scene: Scene) -> tuple[Grant, ...]:
    """Return the self-grants of a fact that is not trusted that may stand: its own, new, and in range."""
    kinds = (Asset.VALUE, Asset.GIFT) if isinstance(fact, ToppedUp) else (Asset.POINTS, Asset.PUNCH)
    found: dict[str, Grant] = {}
    for grant in self_grants_of(fact):
        is_theirs = grant.asset in kinds and grant.is_well_formed and scene.is_own(grant)
        if is_theirs and grant.gid not in scene.grants and is_amount(grant.amount):
            found.setdefault(grant.gid, grant)
    return tuple(found.values())


def spends_of(fact: Fact) -> tuple[Spend, ...]:
    """Return what a fact takes from grants of its terminal life."""
    match fact:
        case Sale() | TopUpRefunded():
            return fact.spends
        case SaleRefunded():
            return fact.spends + fact.taken_back + fact.unstamped
        case RightsReleased():
            return fact.releases
        case _:
            return ()


def self_grants_of(fact: Fact) -> tuple[Grant, ...]:
    """Return the grants that a fact gives its own terminal life.

    Points earned or given back, stamps, stored value bought.
    """
    match fact:
        case Sale(earned=Grant() as grant):
            return (grant, *fact.stamped)
        case Sale():
            return fact.stamped
        case SaleRefunded():
            return fact.given_back
        case ToppedUp():
            return fact.granted
        case _:
            return ()


def _park_self_grants(draft: "Draft", fact: Fact) -> None:
    scene = draft.scene
    for grant in parkable(fact, scene):
        draft.park(scene.contra(scene.ledger(grant), SUSPENSE), scene.earned_into(grant), grant.amount)
    if isinstance(fact, Sale) and fact.member_id is not None:  # what it set off instead of granting it
        draft.park(scene.points(SUSPENSE), receivable(fact.member_id), fact.repaid_points)


def _park_spends(
    draft: "Draft", spends: Iterable[Spend], left: Callable[[str], int], refund_gids: Container[str] = ()
) -> None:
    """Book spends against suspense of their grants' ledgers; an unknown grant counts as points, or as refund right."""
    scene = draft.scene
    unbacked: Counter[str] = Counter()
    for spend in spends:
        grant = scene.grants.get(spend.gid)
        unknown = ledger_of(Asset.REFUND, "") if spend.gid in refund_gids else POINTS
        unbacked[unknown if grant is None else scene.ledger(grant)] += spend.amount if is_amount(spend.amount) else 0
    for part in covered(spends, left):
        grant = scene.grants[part.gid]
        draft.park(scene.escrow(grant), scene.contra(scene.ledger(grant), SUSPENSE), part.amount)
        unbacked[scene.ledger(grant)] -= part.amount
    for ledger, amount in unbacked.items():
        draft.park(scene.contra(ledger, UNBACKED), scene.contra(ledger, SUSPENSE), amount)


class Draft:
    """Collects transfers and numbers them."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.transfers: list[Transfer] = []

    def add(self, debit: Account, credit: Account, amount: int, code: str) -> None:
        """Add a transfer unless it moves nothing; a negative amount turns it round."""
        if amount == 0:
            return
        if amount < 0:
            debit, credit = credit, debit
        transfer_id = self.scene.origin.part("transfer", len(self.transfers))
        self.transfers.append(Transfer(transfer_id, debit, credit, abs(amount), code))

    def park(self, debit: Account, credit: Account, amount: int) -> None:
        """Add a transfer of a fact that is not trusted: out of range moves nothing."""
        if is_amount(amount):
            self.add(debit, credit, amount, "suspense")

    def index(self, debited: Account) -> int:
        """Return where the first transfer is that debits an account, which there is."""
        return next(n for n, transfer in enumerate(self.transfers) if transfer.debit == debited)

    def link(self, first: int, second: int) -> None:
        """Make the transfer at index ``second`` name the one at ``first``."""
        linked = replace(self.transfers[second], link_id=self.transfers[first].transfer_id)
        self.transfers[second] = linked


def _at_risk(draft: Draft, sale: Sale) -> None:
    for risk in sale.at_risk:
        ledger = _risk_ledger(risk, draft.scene)
        draft.add(owed_by(risk.lot, ledger), draft.scene.contra(ledger, USED), risk.amount, "at_risk")


def _sale_money(draft: Draft, sale: Sale) -> None:
    scene = draft.scene
    for tender in sale.tenders:
        draft.add(scene.money(TENDER + tender.kind), scene.money(SALES), tender.amount_minor, "tender")
    _foreign_notes(draft, sale.tenders)
    draft.add(scene.money(SALES), scene.money(ROUNDING), sale.rounding_minor, "rounding")
    for bp, tax_minor in tax_by_rate(sale.lines):
        draft.add(scene.money(SALES), scene.money(f"{TAX}{bp}"), tax_minor, "tax")


def tax_by_rate(lines: Iterable[SaleLine | RefundedLine]) -> tuple[tuple[int, int], ...]:
    """Return the tax inside lines by its rate in basis points."""
    found = Counter[int]()
    for line in lines:
        found[line.tax_bp] += line.tax_minor
    return tuple(sorted(found.items()))


def _sale_points(draft: Draft, sale: Sale) -> None:
    scene = draft.scene
    first = None
    for spend in sale.spends:
        grant = grant_of(spend, sale.member_id or "", scene)
        draft.add(scene.spent_from(grant), scene.spent(grant), spend.amount, "redeem")
        if grant.asset is Asset.POINTS and first is None:
            first = len(draft.transfers) - 1
        if grant.asset in (Asset.VALUE, Asset.GIFT):
            draft.link(draft.index(scene.money(TENDER + grant.asset.value)), len(draft.transfers) - 1)
    worth = sum(line.redeemed_minor + line.basket_points_minor for line in sale.lines)
    if worth:
        draft.add(scene.money(SETTLEMENT), scene.money(SALES), worth, "redeem_worth")
        if first is not None:
            draft.link(first, len(draft.transfers) - 1)
    if sale.member_id is not None:
        draft.add(scene.points(EARNED), receivable(sale.member_id), sale.repaid_points, "repay")
    if sale.earned is not None:
        draft.add(scene.points(EARNED), scene.earned_into(sale.earned), sale.earned.amount, "earn")
    elif sale.member_id is not None:
        draft.add(scene.points(EARNED), scene.late_earned(sale.member_id), kept_points(sale), "earn")
    for grant in sale.stamped:
        draft.add(scene.contra(scene.ledger(grant), ISSUED), scene.earned_into(grant), grant.amount, "stamp")


def kept_points(sale: Sale) -> int:
    """Return what a sale earned, less what of it repaid points that the member owed."""
    return sum(line.earned_points for line in sale.lines) - sale.repaid_points


def _cash_moved(draft: Draft, moved: CashMoved) -> None:
    scene = draft.scene
    if not is_amount(moved.amount_minor):
        raise Damaged("amount.range", amount=moved.amount_minor)
    if moved.kind in NOT_SENT:
        other = scene.money(TENDER + NOT_SENT[moved.kind])
    else:
        other = scene.money(EXPENSES if moved.kind is CashKind.EXPENSE else CASH_OFFICE)
    debit, credit = (scene.money(DRAWER), other) if moved.kind.is_in else (other, scene.money(DRAWER))
    draft.add(debit, credit, moved.amount_minor, f"cash_{moved.kind}")


def _over_short(draft: Draft, counted: ShiftHandedOver | DayClosed) -> None:
    scene = draft.scene
    _check_amounts((counted.counted_cash_minor, counted.float_minor))
    _check_amounts((counted.expected_cash_minor, counted.over_short_minor), signed=True)
    if counted.counted_cash_minor - counted.expected_cash_minor != counted.over_short_minor:
        raise Damaged("day.unbalanced", over_short_minor=counted.over_short_minor)
    draft.add(scene.money(DRAWER), scene.money(OVER_SHORT), counted.over_short_minor, "over_short")


def promised(member_id: str, due_on: date, currency: str) -> Account:
    """Return what head office gives a member of a gift when it falls due."""
    return Account(ledger_of(Asset.GIFT, currency), PROMISED, member_id, dated=due_on.isoformat())


def _topup(draft: Draft, fact: ToppedUp) -> None:
    """Book the money as owed, and what was bought and given to this till's holding; nothing of it is revenue."""
    scene = draft.scene
    for tender in fact.tenders:
        draft.add(scene.money(TENDER + tender.kind), scene.money(STORED_VALUE), tender.amount_minor, "topup")
    _foreign_notes(draft, fact.tenders)
    for grant in fact.granted:
        draft.add(scene.contra(scene.ledger(grant), ISSUED), scene.earned_into(grant), grant.amount, "topup")
        if grant.asset is Asset.VALUE:
            draft.link(0, len(draft.transfers) - 1)
    for part in fact.later:
        later = promised(fact.member_id, part.due_on, scene.currency)
        draft.add(scene.contra(later.ledger, ISSUED), later, part.amount_minor, "promise")


def _check_topup(fact: ToppedUp, scene: Scene) -> None:
    _check_amounts((fact.paid_minor, *(part.amount_minor for part in fact.later)))
    for tender in fact.tenders:
        _check_tender(tender)
        if tender.kind in (TenderKind.VALUE, TenderKind.GIFT):
            raise Damaged("topup.tender", kind=tender.kind)
    if sum(tender.amount_minor for tender in fact.tenders) != fact.paid_minor or not fact.paid_minor:
        raise Damaged("topup.unbalanced", paid_minor=fact.paid_minor)
    bought = [grant.amount for grant in fact.granted if grant.asset is Asset.VALUE]
    given = [grant.amount for grant in fact.granted if grant.asset is Asset.GIFT]
    if bought != [fact.paid_minor] or len(given) != len(fact.granted) - 1:
        raise Damaged("topup.granted", paid_minor=fact.paid_minor, bought=bought)
    if parkable(fact, scene) != fact.granted or {grant.member_id for grant in fact.granted} != {fact.member_id}:
        raise Damaged("topup.granted", topup_id=fact.topup_id)


def _foreign_notes(draft: Draft, tenders: Iterable[Tender]) -> None:
    """Book the notes in their own currency, and the change that left the drawer in the shop's own."""
    scene = draft.scene
    for tender in tenders:
        if tender.kind == TenderKind.FOREIGN:
            draft.add(scene.money(TENDER + tender.kind), scene.money(DRAWER), tender.change_minor, "foreign_change")
            notes = f"MONEY:{tender.currency}"
            draft.add(scene.contra(notes, DRAWER), scene.contra(notes, SALES), tender.foreign_minor, "foreign_notes")


def _check_tender(tender: Tender) -> None:
    _check_amounts((tender.amount_minor, tender.given_minor, tender.change_minor, tender.foreign_minor))
    if (tender.kind == TenderKind.FOREIGN) != bool(tender.currency and tender.foreign_minor):
        raise Damaged("sale.tender", kind=tender.kind)
    if tender.kind in CASHLIKE and tender.given_minor - tender.change_minor != tender.amount_minor:
        raise Damaged("sale.tender", kind=tender.kind)


def _day_close(draft: Draft, closed: DayClosed) -> None:
    scene = draft.scene
    _over_short(draft, closed)
    if not 0 <= closed.kept_minor <= closed.counted_cash_minor:
        raise Damaged("day.kept", kept_minor=closed.kept_minor)
    handed_in = closed.counted_cash_minor - closed.kept_minor
    draft.add(scene.money(CASH_OFFICE), scene.money(DRAWER), handed_in, "drawer_emptied")
    draft.add(scene.money(KEPT), scene.money(DRAWER), closed.kept_minor, "float_kept")


def grant_of(spend: Spend, member_id: str, scene: Scene) -> Grant:
    """Return the grant that a spend of ``member_id`` takes from; raises Damaged ``spend.*``, ``amount.range``."""
    _check_amounts((spend.amount,))
    grant = scene.grants.get(spend.gid)
    if grant is None:
        raise Damaged("spend.unknown_grant", gid=spend.gid)
    if scene.kin(grant.member_id) != scene.kin(member_id):
        raise Damaged("spend.other_member", gid=spend.gid, member_id=member_id)
    return grant


def _check_sale(sale: Sale, scene: Scene) -> None:
    for line in sale.lines:
        _check_amounts((line.quantity, line.list_minor, line.net_minor, line.redeemed_points, line.redeemed_minor))
        _check_amounts((line.basket_points, line.basket_points_minor, line.paid_minor, line.earned_points))
        if line.net_minor != line.redeemed_minor + line.basket_points_minor + line.paid_minor:
            raise Damaged("sale.line", line_no=line.line_no)
        _check_steps(line)
        _check_tax(line)
    for tender in sale.tenders:
        _check_tender(tender)
    _check_behind(sale)
    _check_amounts(use.times for use in sale.uses)
    _check_amounts((sale.rounding_minor,), signed=True)
    paid = sum(line.paid_minor for line in sale.lines)
    tendered = sum(tender.amount_minor for tender in sale.tenders) - sale.rounding_minor
    if not paid == sale.due_minor == tendered:
        raise Damaged("sale.unbalanced", paid_minor=paid, due_minor=sale.due_minor, tendered_minor=tendered)
    _check_sale_points(sale, scene)
    _check_stamps(sale, scene)


def _check_stamps(sale: Sale, scene: Scene) -> None:
    """Check that the stamps of the lines, and no others, were given, and that cards paid for what they gave."""
    _check_amounts(stamps.count for line in sale.lines for stamps in line.stamps)
    if not {grant.gid for grant in sale.stamped}.isdisjoint(scene.grants):
        raise Damaged("sale.stamps", sale_id=sale.sale_id)
    given = Counter[str]()
    for grant in sale.stamped:
        is_theirs = sale.member_id is not None and scene.kin(grant.member_id) == scene.kin(sale.member_id)
        is_card = grant.asset is Asset.PUNCH and grant.lot == lot_of(card_of(grant.lot), grant.member_id)
        if not (is_theirs and is_card and scene.is_own(grant) and is_amount(grant.amount)):
            raise Damaged("sale.stamps", gid=grant.gid)
        given[card_of(grant.lot)] += grant.amount
    rewards = in_all((line.reward,) for line in sale.lines if line.reward is not None)
    paid = taken_of(sale.spends, scene.grants.values())
    if given != in_all(line.stamps for line in sale.lines) or (rewards and paid != rewards):
        raise Damaged("sale.stamps", given=dict(given), paid=paid)


def _check_behind(sale: Sale) -> None:
    """Check that what is behind goods that paid comes to what they paid; a sale of before says nothing of it."""
    _check_amounts((*(each.amount_minor for each in sale.behind), *(each.amount for each in sale.behind_spends)))
    behind = sum(tender.amount_minor for tender in sale.behind)
    if sale.behind and behind != sum(each.amount_minor for each in sale.tenders if each.kind == TenderKind.EXCHANGE):
        raise Damaged("sale.behind", behind_minor=behind)


def _check_steps(line: SaleLine) -> None:
    """Check that a line's steps explain all of its price and of its points; a line without any explains nothing."""
    for step in line.steps:
        _check_amounts((step.minor,), signed=True)
    _check_amounts(gain.points for gain in line.gains)
    if line.steps and sum(step.minor for step in line.steps) != line.list_minor - line.net_minor:
        raise Damaged("sale.steps", line_no=line.line_no)
    if line.gains and sum(gain.points for gain in line.gains) != line.earned_points:
        raise Damaged("sale.gains", line_no=line.line_no)


def _check_tax(line: SaleLine) -> None:
    """Check that a line holds the tax of its rate, and that none was put on top at another."""
    rules = {step.rule for step in line.steps if is_tax(step.rule)}
    if not 0 <= line.tax_bp <= tax.WHOLE_BP or not rules <= {tax.rule_of(line.tax_bp)}:
        raise Damaged("sale.tax", line_no=line.line_no, tax_bp=line.tax_bp)
    if line.tax_minor != tax.within(line.net_minor, line.tax_bp) or tax.added(line.steps) not in (0, line.tax_minor):
        raise Damaged("sale.tax", line_no=line.line_no, tax_minor=line.tax_minor)


def _check_sale_points(sale: Sale, scene: Scene) -> None:
    spent = Counter[Asset]()
    for spend in sale.spends:
        spent[_asset(spend, scene)] += spend.amount
    points = sum(line.redeemed_points + line.basket_points for line in sale.lines)
    if spent[Asset.POINTS] != points:
        raise Damaged("sale.points", points=points)
    for asset, kind in ((Asset.VALUE, TenderKind.VALUE), (Asset.GIFT, TenderKind.GIFT)):
        tendered = sum(tender.amount_minor for tender in sale.tenders if tender.kind == kind)
        if spent[asset] != tendered:
            raise Damaged("sale.stored_value", asset=asset, spent=spent[asset], tendered_minor=tendered)
    if Asset.REFUND in spent or any(spend.amount < 1 for spend in sale.spends):
        raise Damaged("sale.spend", sale_id=sale.sale_id)
    _check_earned(sale, scene)


def _check_earned(sale: Sale, scene: Scene) -> None:
    most = sum(line.earned_points for line in sale.lines) if sale.member_id is not None else 0
    if not 0 <= sale.repaid_points <= most:
        raise Damaged("sale.repaid", points=sale.repaid_points, earned=most)
    earned = sale.earned
    if earned is None:
        return
    if earned.asset is not Asset.POINTS or earned.lot:
        raise Damaged("sale.earned", gid=earned.gid, asset=earned.asset)
    is_theirs = sale.member_id is not None and scene.kin(earned.member_id) == scene.kin(sale.member_id)
    if not is_theirs or not scene.is_own(earned) or earned.gid in scene.grants:
        raise Damaged("sale.earned", gid=earned.gid)
    if earned.amount <= 0 or earned.amount != kept_points(sale):
        raise Damaged("sale.earned", amount=earned.amount)


def _asset(spend: Spend, scene: Scene) -> Asset:
    """Return what a spend takes; an unknown grant counts as points, and is refused when it is looked for."""
    grant = scene.grants.get(spend.gid)
    return Asset.POINTS if grant is None else grant.asset


def _risk_ledger(risk: AtRisk, scene: Scene) -> str:
    if risk.asset not in (Asset.COUPON, Asset.PUNCH) or not risk.lot or not is_amount(risk.amount):
        raise Damaged("sale.at_risk", asset=risk.asset, lot=risk.lot, amount=risk.amount)
    return ledger_of(risk.asset, scene.currency)


def _check_amounts(amounts: Iterable[int], *, signed: bool = False) -> None:
    lowest = -MAX_AMOUNT if signed else 0
    for amount in amounts:
        if not lowest <= amount <= MAX_AMOUNT:
            raise Damaged("amount.range", amount=amount)
