"""What really happened, kept outside the system: every fact as it was committed, what people earned, what goods left.

What somebody owns is a pot: a ledger, and who owns it there (a member; of coupons and refund rights the lot). A broken
invariant is named as in the protocol's test plan: V1 … V19.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pos_app.domain.events import DayClosed, Fact, GrantsInstalled, LogEvent, RightsReleased, Sale, SaleRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.posting import POINTS, ledger_of, self_grants_of, spends_of
from pos_app.domain.refunds import REFUND, STORED, lot_of
from pos_app.errors import Damaged
from pos_app.sync.wire import event_codec

Life = tuple[str, str]  # terminal, epoch
Pot = tuple[str, str]  # ledger, owner
Change = tuple[str, str, int]  # ledger, owner, amount
MOST_FUTURE = date(2090, 1, 1)
CURRENCY = "CNY"
COUPON = ledger_of(Asset.COUPON, CURRENCY)
USED_ONCE = frozenset({REFUND, COUPON})  # what V14 is about


class Violation(AssertionError):
    """An invariant does not hold."""

    def __init__(self, invariant: str, **facts: object) -> None:
        super().__init__(f"{invariant}: " + ", ".join(f"{name}={value!r}" for name, value in facts.items()))
        self.invariant = invariant


def demand(holds: bool, invariant: str, **facts: object) -> None:
    """Raise Violation unless the invariant holds."""
    if not holds:
        raise Violation(invariant, **facts)


def ledger_name(asset: Asset) -> str:
    """Return the ledger that an asset moves in."""
    return ledger_of(asset, CURRENCY)


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as a disk committed it."""

    life: Life
    seq: int
    kind: str
    hash: bytes
    body: bytes
    earned: tuple[Change, ...] = ()  # what came into being with it
    spent: tuple[Change, ...] = ()  # what was used up, or earned before and taken back
    owed: tuple[Change, ...] = ()  # of that, what the till did not have
    sold: tuple[Change, ...] = ()  # refund rights that a sale gives its till
    risked: tuple[Change, ...] = ()  # coupons that were taken without holding them
    out: tuple[tuple[str, int], ...] = ()  # gid, amount: left the holdings here
    into: tuple[str, ...] = ()  # gids that became holdings
    installed: tuple[Change, ...] = ()  # head office's grants among them
    sound: bool = True  # False for a fact made up to be wrong
    business_date: str = ""
    fact: Fact | None = None  # sales and refunds, which others refer to

    @property
    def pots(self) -> set[Pot]:
        """Return whose it moved."""
        return {(ledger, owner) for ledger, owner, _ in (*self.earned, *self.spent, *self.risked)}


@dataclass
class Branch:
    """One disk's history: the facts it holds, in order. ``is_true`` until the disk is an old or a second copy.

    ``grants`` are all that it was ever given, or gave itself; ``own`` the pieces that it may take back by its own
    right: sold in a day that it has not closed.
    """

    life: Life
    facts: list[Said] = field(default_factory=list)
    is_true: bool = True
    grants: dict[str, Grant] = field(default_factory=dict)
    own: Counter[str] = field(default_factory=Counter)
    today: list[Said] = field(default_factory=list)  # the sales of that day

    def copy(self) -> "Branch":
        whole = (list(self.facts), self.is_true, dict(self.grants), Counter(self.own), list(self.today))
        return Branch(self.life, *whole)

    def after(self, seq: int) -> Sequence[Said]:
        return self.facts[seq:]

    def taken_back(self, after: int) -> int:
        """Return the pieces that came back by this till's own right after a fact."""
        facts = [each.fact for each in self.after(after)]
        own = [fact for fact in facts if isinstance(fact, SaleRefunded) and not fact.spends]
        return sum(line.quantity for fact in own for line in fact.lines)

    def hear(self, event: LogEvent) -> Said:
        """Add the next fact, decoded anew from its bytes."""
        plain = Said(self.life, event.seq, event.kind, event.hash, event.body)
        try:
            fact, at = event_codec.decode(event.body)
        except Damaged:
            heard = _with(plain, sound=False)
        else:
            sound = at.business_date <= MOST_FUTURE
            heard = self._read(plain, fact, at.business_date) if sound else _with(plain, sound=False)
        self.facts.append(heard)
        return heard

    def _read(self, plain: Said, fact: Fact, on: date) -> Said:
        given = fact.grants if isinstance(fact, GrantsInstalled) else ()
        new = given or self_grants_of(fact)
        self.grants.update((grant.gid, grant) for grant in new)
        out = tuple((spend.gid, spend.amount) for spend in spends_of(fact))
        more: dict[str, object] = {}
        match fact:
            case Sale():
                more = self._sale(fact)
            case SaleRefunded():
                more = self._refund(fact)
            case DayClosed():
                self.own.clear()
            case _:
                pass
        return _with(
            plain,
            out=out,
            into=tuple(grant.gid for grant in new),
            installed=tuple((ledger_name(grant.asset), grant.owner, grant.amount) for grant in given),
            business_date=on.isoformat(),
            **more,
        )

    def _sale(self, sale: Sale) -> dict[str, object]:
        earned: tuple[Change, ...] = ()
        if sale.earned is not None:
            earned = ((POINTS, sale.earned.member_id, sale.earned.amount),)
        elif sale.member_id is not None:
            points = sum(line.earned_points for line in sale.lines)
            earned = ((POINTS, sale.member_id, points),) if points else ()
        sold = tuple((REFUND, lot_of(sale.sale_id, line.line_no), line.quantity) for line in sale.lines)
        self.own.update({lot: pieces for _, lot, pieces in sold})
        risked = tuple((ledger_name(risk.asset), risk.lot, risk.amount) for risk in sale.at_risk)
        return {"earned": earned, "spent": self._taken(sale), "sold": sold, "risked": risked, "fact": sale}

    def _refund(self, fact: SaleRefunded) -> dict[str, object]:
        member_id = fact.member_id or ""
        pieces = tuple((REFUND, lot_of(fact.sale_id, line.line_no), line.quantity) for line in fact.lines)
        rights: tuple[Change, ...] = ()
        if not fact.spends:
            rights = pieces
            self.own.subtract({lot: count for _, lot, count in pieces})
        points = sum(line.points for line in fact.lines)
        back = [(POINTS, member_id, points)] if points else []
        for tender in fact.tenders:
            asset = STORED.get(tender.kind)
            if asset is not None:
                back.append((ledger_name(asset), member_id, tender.amount_minor))
        owed = ((POINTS, member_id, fact.owed_points),) if fact.owed_points else ()
        spent = (*rights, *self._taken(fact), *owed)
        return {"earned": tuple(back), "spent": spent, "owed": owed, "fact": fact}

    def _taken(self, fact: Fact) -> tuple[Change, ...]:
        """Return what a fact took from grants, whose it was."""
        if isinstance(fact, RightsReleased):
            return ()
        taken = [(self.grants[spend.gid], spend.amount) for spend in spends_of(fact)]
        return tuple((ledger_name(grant.asset), grant.owner, amount) for grant, amount in taken)


def _with(plain: Said, **more: object) -> Said:
    return Said(plain.life, plain.seq, plain.kind, plain.hash, plain.body, **more)


class Truth:
    """All facts ever committed, and what people really earned, were given, and spent."""

    def __init__(self, opening: dict[str, int]) -> None:
        self.opening = {(POINTS, member_id): points for member_id, points in opening.items()}
        self.had: Counter[Pot] = Counter(self.opening)
        self.spent: Counter[Pot] = Counter()
        self.owed: Counter[Pot] = Counter()
        self.risked: Counter[Pot] = Counter()  # coupons that tills took without holding them
        self.issued: Counter[Pot] = Counter()  # what head office gave members
        self.by_hash: dict[bytes, Said] = {}
        self.sales: list[Said] = []
        self.closed: list[Said] = []  # of days that their till has closed
        self.receipts: dict[str, str] = {}
        self.people: dict[str, frozenset[str]] = {}
        self.newest: dict[str, str] = {}  # terminal to the last epoch that head office gave out
        self.tainted: set[Life] = set()  # a disk of this life was lost, copied or rolled back
        self.revoked: set[Life] = set()
        self.exposure: Counter[str] = Counter()  # of each ledger: what such disks may spend beyond what there was

    def person(self, owner: str) -> frozenset[str]:
        """Return everybody who was ever merged with the owner: one person, or two who were held to be one."""
        return self.people.get(owner, frozenset({owner}))

    def merged(self, loser: str, survivor: str) -> None:
        """Take two members for one from now on, also when that is taken back: what was spent together stays spent."""
        both = self.person(loser) | self.person(survivor)
        self.people |= dict.fromkeys(both, both)

    def is_healthy(self, life: Life) -> bool:
        """Say whether a life was never replaced, and no disk of it lost, copied or rolled back."""
        return self.newest.get(life[0]) == life[1] and life not in self.tainted and life not in self.revoked

    def left(self, pot: Pot) -> int:
        """Return what the person ought to have; below zero, what they owe, or what a coupon was used too often."""
        ledger, owner = pot
        pots = [(ledger, each) for each in self.person(owner)]
        return sum(self.had[each] - self.spent[each] - self.risked[each] for each in pots)

    def issue(self, pot: Pot, amount: int) -> None:
        """Take down what head office gave somebody."""
        self.had[pot] += amount
        self.issued[pot] += amount

    def heard(self, branch: Branch, events: Iterable[LogEvent]) -> None:
        """Take what a disk has committed since it was last looked at."""
        for event in events:
            demand(event.seq == len(branch.facts) + 1, "V9", life=branch.life, seq=event.seq)
            before = branch.facts[-1].hash if branch.facts else event_codec.GENESIS
            origin = Origin(*branch.life, event.seq)
            demand(event_codec.chain_hash(origin, before, event.body) == event.hash, "V8 chain", seq=event.seq)
            fact = branch.hear(event)
            self.by_hash[fact.hash] = fact
            self._note(branch, fact)

    def _note(self, branch: Branch, fact: Said) -> None:
        if not branch.is_true:
            self.expose(fact.installed)
        if not branch.is_true or branch.life in self.tainted:
            self.expose(fact.sold)
        if fact.sold:
            self.sales.append(fact)
            branch.today.append(fact)
        if fact.kind == "day_closed":
            self.closed += branch.today
            branch.today.clear()
        for ledger, owner, amount in (*fact.earned, *fact.sold):
            self.had[ledger, owner] += amount
        for ledger, owner, amount in fact.owed:
            self.owed[ledger, owner] += amount
        for ledger, lot, amount in fact.risked:
            self.risked[ledger, lot] += amount
        for ledger, owner, amount in fact.spent:
            self.spent[ledger, owner] += amount
        for ledger, owner, _ in fact.spent:
            self._check_spent(ledger, owner)

    def expose(self, changes: Iterable[Change]) -> None:
        """Let so much be spent beyond what there was."""
        for ledger, _, amount in changes:
            self.exposure[ledger] += amount

    def _check_spent(self, ledger: str, owner: str) -> None:
        """V5, V6, V14: goods never exceed what there was, but by what lost and copied disks could still spend.

        What a member owes for goods that came back is no goods: it was spent before, and is a receivable.
        """
        if self._beyond(ledger, self.person(owner)) <= 0:
            return
        people = {self.person(each) for name, each in self.spent if name == ledger}
        excess = sum(max(0, self._beyond(ledger, person)) for person in people)
        bound = self.exposure[ledger]
        name = "V14" if ledger in USED_ONCE else "V6" if bound else "V5"
        demand(excess <= bound, name, ledger=ledger, owner=owner, excess=excess, exposure=bound)

    def _beyond(self, ledger: str, person: Iterable[str]) -> int:
        return sum(self.spent[ledger, each] - self.owed[ledger, each] - self.had[ledger, each] for each in person)

    def printed(self, receipt_no: str, sale_id: str, branch: Branch) -> None:
        """Take a receipt that came out of a printer."""
        known = self.receipts.setdefault(receipt_no, sale_id)
        demand(known == sale_id or not branch.is_true, "V9 receipt", receipt_no=receipt_no)
