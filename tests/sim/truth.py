"""What really happened, kept outside the system: every fact as it was committed, what members earned, what goods left.

Head office's books are read as a second, independent ledger: balances are summed from the transfers, never asked for.
A broken invariant is named as in the protocol's test plan: V1 … V19.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pos_app.domain.events import GrantsInstalled, LogEvent, RightsReleased, Sale
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset
from pos_app.domain.posting import POINTS, RECOVERY_SUSPENSE, RISK
from pos_app.errors import Damaged
from pos_app.sync.wire import event_codec

Life = tuple[str, str]  # terminal, epoch
MOST_FUTURE = date(2090, 1, 1)
MEMBERS_OWN = frozenset({"available", "escrow"})


class Violation(AssertionError):
    """An invariant does not hold."""

    def __init__(self, invariant: str, **facts: object) -> None:
        super().__init__(f"{invariant}: " + ", ".join(f"{name}={value!r}" for name, value in facts.items()))
        self.invariant = invariant


def demand(holds: bool, invariant: str, **facts: object) -> None:
    """Raise Violation unless the invariant holds."""
    if not holds:
        raise Violation(invariant, **facts)


@dataclass(frozen=True, slots=True)
class Said:
    """One fact as a disk committed it."""

    life: Life
    seq: int
    kind: str
    hash: bytes
    body: bytes
    earned: tuple[tuple[str, int], ...] = ()  # member, points
    spent: tuple[tuple[str, int], ...] = ()
    out: tuple[tuple[str, int], ...] = ()  # gid, amount: redeemed or released
    into: tuple[str, ...] = ()  # gids that became holdings
    installed: int = 0  # points of head office's grants among them
    sound: bool = True  # False for a fact made up to be wrong


def said(life: Life, event: LogEvent) -> Said:
    """Return what an event says, decoded anew from its bytes."""
    seq, kind = event.seq, event.kind
    try:
        fact, at = event_codec.decode(event.body)
    except Damaged:
        return Said(life, seq, kind, event.hash, event.body, sound=False)
    if at.business_date > MOST_FUTURE:
        return Said(life, seq, kind, event.hash, event.body, sound=False)
    match fact:
        case Sale(member_id=str(member_id)):
            spent = sum(spend.amount for spend in fact.spends)
            return Said(
                life,
                seq,
                kind,
                event.hash,
                event.body,
                () if fact.earned is None else ((member_id, fact.earned.amount),),
                ((member_id, spent),) if spent else (),
                tuple((spend.gid, spend.amount) for spend in fact.spends),
                () if fact.earned is None else (fact.earned.gid,),
            )
        case RightsReleased():
            out = tuple((release.gid, release.amount) for release in fact.releases)
            return Said(life, seq, kind, event.hash, event.body, out=out)
        case GrantsInstalled():
            gids = tuple(grant.gid for grant in fact.grants)
            points = sum(grant.amount for grant in fact.grants if grant.asset is Asset.POINTS)
            return Said(life, seq, kind, event.hash, event.body, into=gids, installed=points)
        case _:
            return Said(life, seq, kind, event.hash, event.body)


@dataclass
class Branch:
    """One disk's history: the facts it holds, in order. ``is_true`` until the disk is an old or a second copy."""

    life: Life
    facts: list[Said] = field(default_factory=list)
    is_true: bool = True

    def copy(self) -> "Branch":
        return Branch(self.life, list(self.facts), self.is_true)

    def after(self, seq: int) -> Sequence[Said]:
        return self.facts[seq:]


class Truth:
    """All facts ever committed, and what members really earned and spent."""

    def __init__(self, opening: dict[str, int]) -> None:
        self.opening = opening
        self.earned: Counter[str] = Counter()
        self.spent: Counter[str] = Counter()
        self.by_hash: dict[bytes, Said] = {}
        self.receipts: dict[str, str] = {}
        self.people: dict[str, frozenset[str]] = {}
        self.tainted: set[Life] = set()  # a disk of this life was lost, copied or rolled back
        self.exposure = 0  # points that lost, copied and fenced disks may spend beyond what was earned

    def person(self, member_id: str) -> frozenset[str]:
        """Return everybody who was ever merged with the member: one person, or two who were held to be one."""
        return self.people.get(member_id, frozenset({member_id}))

    def merged(self, loser: str, survivor: str) -> None:
        """Take two members for one from now on, also when that is taken back: what was spent together stays spent."""
        both = self.person(loser) | self.person(survivor)
        self.people |= dict.fromkeys(both, both)

    def left(self, member_id: str) -> int:
        """Return what the person ought to have."""
        return sum(self.opening.get(each, 0) + self.earned[each] - self.spent[each] for each in self.person(member_id))

    def heard(self, branch: Branch, events: Iterable[LogEvent]) -> None:
        """Take what a disk has committed since it was last looked at."""
        for event in events:
            demand(event.seq == len(branch.facts) + 1, "V9", life=branch.life, seq=event.seq)
            before = branch.facts[-1].hash if branch.facts else event_codec.GENESIS
            origin = Origin(*branch.life, event.seq)
            demand(event_codec.chain_hash(origin, before, event.body) == event.hash, "V8 chain", seq=event.seq)
            fact = said(branch.life, event)
            branch.facts.append(fact)
            self.by_hash[fact.hash] = fact
            if not branch.is_true:
                self.exposure += fact.installed
            for member_id, points in fact.earned:
                self.earned[member_id] += points
            for member_id, points in fact.spent:
                self._spend(member_id, points)

    def _spend(self, member_id: str, points: int) -> None:
        """V5, V6: goods never exceed what was earned, but by what lost and copied disks could still spend."""
        self.spent[member_id] += points
        if self.left(member_id) < 0:
            excess = sum(max(0, -self.left(min(person))) for person in {self.person(each) for each in self.spent})
            demand(excess <= self.exposure, "V6" if self.exposure else "V5", excess=excess, exposure=self.exposure)

    def printed(self, receipt_no: str, sale_id: str, branch: Branch) -> None:
        """Take a receipt that came out of a printer."""
        known = self.receipts.setdefault(receipt_no, sale_id)
        demand(known == sale_id or not branch.is_true, "V9 receipt", receipt_no=receipt_no)


@dataclass
class Account:
    """An account as head office names it."""

    ledger: str
    kind: str
    owner: str
    holder: str
    floored: bool


class Books:
    """Head office's books, read again from the transfers alone as they come."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.accounts: dict[int, Account] = {}
        self.balances: Counter[int] = Counter()
        self.totals: Counter[tuple[str, str]] = Counter()  # (ledger, member): available and escrow
        self.owed: Counter[str] = Counter()  # points of a member that a restore has to find again
        self.risky: Counter[tuple[int, int]] = Counter()  # (life, seq): points of a fact that the merchant bears
        self.expected: Counter[str] = Counter(truth.opening)  # points of a member by the facts that head office holds
        self.lives: dict[int, Life] = {}
        self.held: defaultdict[Life, list[Said]] = defaultdict(list)  # what head office has of each life
        self.posted: Counter[Life] = Counter()
        self.transfers = self.inbox = self.postings = self.aliases = 0  # rows read so far
        self.loose: set[str] = set()  # members whose books a fact that was not sound has touched

    def copy(self) -> "Books":
        other = Books(self._truth)
        other.accounts = dict(self.accounts)
        other.balances, other.totals = Counter(self.balances), Counter(self.totals)
        other.owed, other.expected = Counter(self.owed), Counter(self.expected)
        other.lives, other.posted = dict(self.lives), Counter(self.posted)
        other.held = defaultdict(list, {life: list(facts) for life, facts in self.held.items()})
        other.transfers, other.inbox, other.postings = self.transfers, self.inbox, self.postings
        other.aliases = self.aliases
        other.loose = set(self.loose)
        return other

    def read(self, raw: Any) -> set[Life]:
        """Read what was committed since, check it, and return the lives whose logs have grown."""
        members = self._read_transfers(raw)
        self._read_inbox(raw)
        grown, named = self._read_posting(raw)
        self._read_aliases(raw)
        for person in {self._truth.person(member_id) for member_id in members | named}:
            if not person & self.loose:
                have = sum(self.totals[POINTS, each] - self.owed[each] for each in person)
                want = sum(self.expected[each] for each in person)
                demand(have == want, "V2" if len(person) == 1 else "V15", person=sorted(person), books=have, facts=want)
        return grown

    def _read_aliases(self, raw: Any) -> None:
        rows = raw.execute(
            "SELECT alias_no, loser, survivor FROM member_alias WHERE alias_no > ? ORDER BY alias_no", [self.aliases]
        ).fetchall()
        for alias_no, loser, survivor in rows:
            self.aliases = alias_no
            self._truth.merged(loser, survivor)

    def _read_transfers(self, raw: Any) -> set[str]:
        rows = raw.execute(
            "SELECT rowid, debit_no, credit_no, amount, ledger, life_no, seq FROM transfer"
            " WHERE rowid > ? ORDER BY rowid",
            [self.transfers],
        ).fetchall()
        if not rows:
            return set()
        self._read_accounts(raw)
        touched: set[int] = set()
        members: set[str] = set()
        self.risky.clear()
        for rowid, debit_no, credit_no, amount, ledger, life_no, seq in rows:
            debit, credit = self.accounts[debit_no], self.accounts[credit_no]
            demand(amount > 0 and debit.ledger == credit.ledger == ledger, "V3", transfer=rowid)
            for number, change in ((debit_no, -amount), (credit_no, amount)):
                self.balances[number] += change
                touched.add(number)
            if debit.kind in MEMBERS_OWN:
                self.totals[ledger, debit.owner] -= amount
                members.add(debit.owner)
            if credit.kind in MEMBERS_OWN:
                self.totals[ledger, credit.owner] += amount
                members.add(credit.owner)
            members |= self._lose(debit, credit, amount, (life_no, seq))
        self.transfers = rows[-1][0]
        self._check_accounts(raw, touched)
        return members

    def _lose(self, debit: Account, credit: Account, amount: int, cause: tuple[int, int]) -> set[str]:
        """Note what the merchant bears, and what members owe while a restored head office learns again."""
        if debit.ledger != POINTS:
            return set()
        if debit.kind == RECOVERY_SUSPENSE:
            self.owed[debit.owner] += amount
        if credit.kind == RECOVERY_SUSPENSE:
            self.owed[credit.owner] -= amount
        if debit.kind == RISK and credit.kind == RECOVERY_SUSPENSE:
            self.expected[credit.owner] += amount
        elif debit.kind == RISK and credit.kind in MEMBERS_OWN:
            # A replaced till installed this before head office forgot it, and nobody waited for it.
            self.expected[credit.owner] += amount
            self._truth.exposure += amount
        elif debit.kind == RISK:
            self.risky[cause] += amount
        return {each.owner for each in (debit, credit) if each.kind == RECOVERY_SUSPENSE}

    def _read_accounts(self, raw: Any) -> None:
        newest = max(self.accounts, default=0)
        rows = raw.execute(
            "SELECT account_no, ledger, kind, owner, holder, min_zero FROM account WHERE account_no > ?", [newest]
        )
        for number, *named, floored in rows:
            self.accounts[number] = Account(*named, bool(floored))

    def _check_accounts(self, raw: Any, touched: set[int]) -> None:
        marks = ", ".join(map(str, touched))
        for number, balance in raw.execute(
            f"SELECT account_no, credit - debit FROM account WHERE account_no IN ({marks})"
        ):
            account = self.accounts[number]
            demand(balance == self.balances[number], "V3", account=account, says=balance, sum=self.balances[number])
            demand(balance >= 0 or not account.floored, "V1", account=account, balance=balance)

    def _read_inbox(self, raw: Any) -> None:
        """V8: head office holds, of every life, the beginning of what one disk of it said."""
        rows = raw.execute(
            "SELECT rowid, life_no, seq, hash, body FROM inbox WHERE rowid > ? ORDER BY rowid", [self.inbox]
        ).fetchall()
        for rowid, life_no, seq, digest, body in rows:
            self.inbox = rowid
            life = self._life(raw, life_no)
            fact = self._truth.by_hash.get(bytes(digest))
            demand(fact is not None, "V8 made up", life=life, seq=seq)
            assert fact is not None
            demand((fact.life, fact.seq, fact.body) == (life, seq, bytes(body)), "V8", life=life, seq=seq)
            demand(seq == len(self.held[life]) + 1, "V8 prefix", life=life, seq=seq, held=len(self.held[life]))
            self.held[life].append(fact)

    def _read_posting(self, raw: Any) -> tuple[set[Life], set[str]]:
        """V7: what is held is posted in its order, each fact once."""
        rows = raw.execute(
            "SELECT rowid, life_no, seq, status, code FROM posting WHERE rowid > ? ORDER BY rowid", [self.postings]
        ).fetchall()
        grown: set[Life] = set()
        members: set[str] = set()
        for rowid, life_no, seq, status, code in rows:
            self.postings = rowid
            life = self._life(raw, life_no)
            demand(seq == self.posted[life] + 1, "V7 order", life=life, seq=seq, posted=self.posted[life])
            demand(seq <= len(self.held[life]), "V7 not held", life=life, seq=seq)
            self.posted[life] = seq
            grown.add(life)
            members |= self._post(self.held[life][seq - 1], status, code, self.risky[life_no, seq])
        return grown, members

    def _post(self, fact: Said, status: str, code: str, risk: int) -> set[str]:
        """Count what a fact moved; one that was not posted makes its members' books loose.

        ``risk`` is what the merchant bears of it, because its life is fenced.
        """
        members = {member_id for member_id, _ in (*fact.earned, *fact.spent)}
        if status != "posted":
            demand(not fact.sound, "V7 refused", life=fact.life, seq=fact.seq, kind=fact.kind, code=code)
            self.loose |= members
            return set()
        for member_id, points in fact.earned:
            self.expected[member_id] += points
        for member_id, points in fact.spent:
            self.expected[member_id] -= points - risk
        return members

    def _life(self, raw: Any, life_no: int) -> Life:
        if life_no not in self.lives:
            self.lives[life_no] = raw.execute(
                "SELECT terminal_id, epoch FROM life WHERE life_no = ?", [life_no]
            ).fetchone()
        return self.lives[life_no]


def check_holdings(raw: Any, disk: Any, branch: Branch, held: int, *, at_rest: bool = False) -> None:
    """V4 for one living holder: what the books say it has is what it has, plus what it has not yet told.

    ``at_rest`` nothing is under way any more: what was granted has arrived.
    """
    terminal_id, epoch = branch.life
    books = {
        gid: (remaining, amount)
        for gid, remaining, amount in raw.execute(
            "SELECT gid, remaining, amount FROM rights_grant WHERE life_no ="
            " (SELECT life_no FROM life WHERE terminal_id = ? AND epoch = ?)",
            [terminal_id, epoch],
        )
    }
    here = dict(disk.execute("SELECT gid, remaining FROM holding"))
    untold: Counter[str] = Counter()
    news: set[str] = set()
    for fact in branch.after(held):
        for gid, amount in fact.out:
            untold[gid] += amount
        news.update(fact.into)
    for gid, (remaining, amount) in books.items():
        if gid in here:
            demand(
                remaining == here[gid] + untold[gid], "V4", gid=gid, books=remaining, here=here[gid], out=untold[gid]
            )
        else:
            # A restored head office withdraws what was granted before it was backed up and never arrived.
            demand(remaining in (0, amount), "V4 spent before installed", gid=gid, books=remaining)
            demand(not (at_rest and remaining), "V16 never installed", gid=gid, life=branch.life)
    for gid in here.keys() - books.keys():
        demand(gid in news, "V4 unknown to the books", gid=gid, life=branch.life)


def audit(raw: Any, books: Books) -> None:
    """Read the whole of head office's books once more, from their rows alone."""
    sums: dict[str, int] = dict(raw.execute("SELECT ledger, sum(credit - debit) FROM account GROUP BY ledger"))
    demand(not any(sums.values()), "V3", ledgers=sums)
    by_day = raw.execute(
        "SELECT t.ledger, t.business_date, sum(t.amount) FROM transfer AS t"
        " JOIN account AS d ON d.account_no = t.debit_no JOIN account AS c ON c.account_no = t.credit_no"
        " WHERE d.ledger <> c.ledger GROUP BY 1, 2"
    ).fetchall()
    demand(not by_day, "V3", crossing=by_day)
    for number, balance in raw.execute("SELECT account_no, credit - debit FROM account"):
        demand(balance == books.balances[number], "V3", account=number)
    short = raw.execute("SELECT gid, remaining FROM rights_grant WHERE remaining < 0 OR remaining > amount").fetchall()
    demand(not short, "V1", grants=short)
    (held,) = raw.execute("SELECT count(*) FROM inbox").fetchone()
    (posted,) = raw.execute("SELECT count(*) FROM posting").fetchone()
    demand(held == sum(map(len, books.held.values())), "V8", held=held)
    demand(posted == sum(books.posted.values()), "V7", posted=posted)
    escrow: dict[tuple[str, str], int] = defaultdict(int)
    for holder, owner, balance in raw.execute(
        "SELECT holder, owner, credit - debit FROM account WHERE kind = 'escrow' AND ledger = 'POINTS'"
    ):
        escrow[holder, owner] += balance
    granted: dict[tuple[str, str], int] = defaultdict(int)
    for terminal_id, epoch, member_id, remaining in raw.execute(
        "SELECT l.terminal_id, l.epoch, g.member_id, g.remaining FROM rights_grant AS g JOIN life AS l USING (life_no)"
        " WHERE g.asset = 'points'"
    ):
        granted[f"{terminal_id}/{epoch}", member_id] += remaining
    for key in escrow.keys() | granted.keys():
        demand(escrow[key] == granted[key], "V4 escrow", holder=key, escrow=escrow[key], grants=granted[key])
    check_feed(raw)
    check_aliases(raw)


def check_aliases(raw: Any) -> None:
    """V15: who was merged leads to one person, and never back to themselves."""
    rows = raw.execute("SELECT loser, survivor FROM member_alias WHERE undone_at_ms IS NULL").fetchall()
    into = dict(rows)
    demand(len(into) == len(rows), "V15", aliases=rows)
    for loser, survivor in into.items():
        seen, at = {loser}, survivor
        while at in into:
            demand(at not in seen, "V15 cycle", member=at)
            seen.add(at)
            at = into[at]


def check_feed(raw: Any) -> None:
    """V11: positions of every shard are contiguous up to its head."""
    for shard, lowest, highest, count, head, floor in raw.execute(
        "SELECT h.shard, min(f.pos), max(f.pos), count(f.pos), h.pos, h.floor_pos FROM feed_head AS h"
        " LEFT JOIN feed AS f USING (shard) GROUP BY h.shard"
    ):
        if count:
            demand(highest == head and highest - lowest + 1 == count, "V11", shard=shard, head=head, count=count)
        else:
            demand(head == floor, "V11", shard=shard, head=head, floor=floor)
