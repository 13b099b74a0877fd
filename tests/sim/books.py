"""Head office's books as a second, independent ledger: balances are summed from the transfers, never asked for."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from head_office.branches import MARK, said_epoch
from pos_app.domain.ids import Origin
from pos_app.domain.posting import AVAILABLE, ISSUED, RECEIVABLE, RECOVERY_SUSPENSE, RISK
from pos_app.domain.refunds import REFUND, REFUNDABLE
from pos_app.sync.wire.event_codec import chain_hash
from tests.sim.truth import USED_ONCE, Life, Pot, Said, Truth, demand

MEMBERS_OWN = frozenset({"available", "escrow"})
GIVEN_BY = frozenset({ISSUED, REFUNDABLE})  # where head office takes from what it gives
WAITS = "event.waits"


@dataclass(slots=True)
class Account:
    """An account as head office names it."""

    ledger: str
    kind: str
    owner: str
    holder: str
    dated: str
    floored: bool

    @property
    def pot(self) -> Pot:
        return self.ledger, self.owner

    @property
    def is_debt(self) -> bool:
        """Say whether this is what a member owes, or a lot that was taken at risk."""
        return self.kind == RECEIVABLE or (self.kind == RISK and not self.dated)


class Books:
    """Head office's books, read again from the transfers alone as they come."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.accounts: dict[int, Account] = {}
        self.balances: Counter[int] = Counter()
        self.totals: Counter[Pot] = Counter()  # available and escrow
        self.debts: Counter[Pot] = Counter()  # of members and of lots, below zero
        self.owed: Counter[Pot] = Counter()  # what a restore has to find again
        self.given: Counter[Pot] = Counter()  # issued, or opened as a refund right
        self.risky: Counter[tuple[int, int, str]] = Counter()  # (life, seq, ledger): what of a fact the merchant bears
        self.expected: Counter[Pot] = Counter(truth.opening)  # by the facts that head office has posted
        self.lives: dict[int, Life] = {}
        self.held: defaultdict[Life, list[Said]] = defaultdict(list)  # what head office has of each life
        self.posted: Counter[Life] = Counter()
        self.shared: Counter[Life] = Counter()  # how much of a branch is its stem's
        self.waiting: dict[tuple[int, int], Said] = {}  # (life, seq): deferred until something comes again
        self.transfers = self.inbox = self.postings = self.aliases = 0  # rows read so far
        self.loose: set[Pot] = set()  # books that a fact that was not sound has touched
        self.days: set[tuple[str, str]] = set()  # store, date: moved since they were last looked at
        self.sealed: dict[tuple[str, str], tuple[Any, ...]] = {}  # store, date: the row as it was sealed
        self.facts: Counter[tuple[str, str, str]] = Counter()  # store, date, kind: posted

    def copy(self) -> "Books":
        other = Books(self._truth)
        other.accounts = dict(self.accounts)
        for name in (
            "balances",
            "totals",
            "debts",
            "owed",
            "given",
            "expected",
            "posted",
            "facts",
            "shared",
        ):
            setattr(other, name, Counter(getattr(self, name)))
        other.lives, other.waiting = dict(self.lives), dict(self.waiting)
        other.held = defaultdict(list, {life: list(facts) for life, facts in self.held.items()})
        other.transfers, other.inbox, other.postings = self.transfers, self.inbox, self.postings
        other.aliases = self.aliases
        other.loose, other.days, other.sealed = set(self.loose), set(self.days), dict(self.sealed)
        return other

    def read(self, raw: Any) -> set[Life]:
        """Read what was committed since, check it, and return the lives whose logs have grown."""
        self._read_inbox(raw)
        touched = self._read_transfers(raw)
        grown, named = self._read_posting(raw)
        if self.waiting:
            named |= self._read_waiting(raw)
        self._read_aliases(raw)
        for ledger, person in {(ledger, self._truth.person(owner)) for ledger, owner in touched | named}:
            self._check_pot(ledger, person)
        return grown

    def _check_pot(self, ledger: str, person: frozenset[str]) -> None:
        """V2, V15: what a person has is what head office gave them, and what posted facts say. V14: a lot pays."""
        pots = [(ledger, each) for each in person]
        for pot in pots if ledger in USED_ONCE else ():
            demand(not self.debts[pot] or not self._has(pot), "V14 still there", pot=pot, owed=self.debts[pot])
        if not self.loose.isdisjoint(pots):
            return
        have = sum(self.totals[pot] + self.debts[pot] - self.owed[pot] for pot in pots)
        want = sum(self.expected[pot] for pot in pots)
        name = "V2" if len(person) == 1 else "V15"
        demand(have == want, name, ledger=ledger, person=sorted(person), books=have, facts=want)

    def _has(self, pot: Pot) -> int:
        """Return what head office has of a lot."""
        mine = [number for number, each in self.accounts.items() if each.pot == pot and each.kind == AVAILABLE]
        return sum(self.balances[number] for number in mine)

    def given_to_members(self) -> Counter[Pot]:
        """Return what head office has issued, refund rights left out: they are nobody's gift."""
        return Counter({pot: amount for pot, amount in self.given.items() if amount and pot[0] != REFUND})

    def waiting_of(self, life: Life) -> set[int]:
        """Return which facts of a life are held back until something comes again."""
        return {seq for (life_no, seq) in self.waiting if self.lives[life_no] == life}

    def _read_aliases(self, raw: Any) -> None:
        rows = raw.execute(
            "SELECT alias_no, loser, survivor FROM member_alias WHERE alias_no > ? ORDER BY alias_no", [self.aliases]
        ).fetchall()
        for alias_no, loser, survivor in rows:
            self.aliases = alias_no
            self._truth.merged(loser, survivor)

    def _read_transfers(self, raw: Any) -> set[Pot]:
        rows = raw.execute(
            "SELECT rowid, debit_no, credit_no, amount, ledger, life_no, seq FROM transfer"
            " WHERE rowid > ? ORDER BY rowid",
            [self.transfers],
        ).fetchall()
        if not rows:
            return set()
        self._read_accounts(raw)
        touched: set[int] = set()
        pots: set[Pot] = set()
        self.risky.clear()
        for rowid, debit_no, credit_no, amount, ledger, life_no, seq in rows:
            debit, credit = self.accounts[debit_no], self.accounts[credit_no]
            demand(amount > 0 and debit.ledger == credit.ledger == ledger, "V3", transfer=rowid)
            touched |= {debit_no, credit_no}
            for number, account, change in ((debit_no, debit, -amount), (credit_no, credit, amount)):
                self.balances[number] += change
                self._move(account, change, pots)
            self._give(debit, credit, amount)
            self._lose(debit, credit, amount, (life_no, seq, ledger))
        self.transfers = rows[-1][0]
        self._check_accounts(raw, touched)
        return pots

    def _move(self, account: Account, change: int, pots: set[Pot]) -> None:
        if account.kind in MEMBERS_OWN:
            self.totals[account.pot] += change
        elif account.is_debt:
            self.debts[account.pot] += change
        elif account.kind == RECOVERY_SUSPENSE:
            self.owed[account.pot] -= change
        else:
            if account.dated:
                self.days.add((account.owner, account.dated))
            return
        pots.add(account.pot)

    def _give(self, debit: Account, credit: Account, amount: int) -> None:
        """Note what head office gives of its own."""
        if debit.kind in GIVEN_BY:
            self.given[credit.pot] += amount
            self.expected[credit.pot] += amount

    def _lose(self, debit: Account, credit: Account, amount: int, cause: tuple[int, int, str]) -> None:
        """Note what the merchant bears for good: not what a lot owes, which is the lot's."""
        if debit.kind != RISK or debit.is_debt:
            return
        if credit.kind == RECOVERY_SUSPENSE:
            self.expected[credit.pot] += amount
        elif credit.kind in MEMBERS_OWN:
            # A replaced till installed this before head office forgot it, and nobody waited for it.
            life = self.lives[cause[0]]
            demand(not self._truth.is_healthy(life), "V6 given twice", life=life, pot=credit.pot, amount=amount)
            self.expected[credit.pot] += amount
        else:
            self.risky[cause] += amount

    def _read_accounts(self, raw: Any) -> None:
        newest = next(reversed(self.accounts), 0)
        rows = raw.execute(
            "SELECT account_no, ledger, kind, owner, holder, dated, min_zero FROM account WHERE account_no > ?"
            " ORDER BY account_no",
            [newest],
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
            said = (life[0], said_epoch(life[1]))
            demand((fact.life, fact.seq, fact.body) == (said, seq, bytes(body)), "V8", life=life, seq=seq)
            if MARK in life[1] and not self.held[life]:
                self._graft(life, fact)
            demand(seq == len(self.held[life]) + 1, "V8 prefix", life=life, seq=seq, held=len(self.held[life]))
            self.held[life].append(fact)

    def _graft(self, life: Life, first: Said) -> None:
        """Let a branch begin with what it shares with the life, or the branch, that it grew from."""
        before = first.seq - 1
        kin = [facts for stem, facts in self.held.items() if (stem[0], said_epoch(stem[1])) == first.life]
        for facts in kin:
            known = facts[before - 1].hash if len(facts) >= before > 0 else b""
            if known and chain_hash(Origin(*first.life, first.seq), known, first.body) == first.hash:
                self.held[life] = list(facts[:before])
                break
        demand(len(self.held[life]) == before, "V8 branch", life=life, seq=first.seq)
        self.posted[life] = self.shared[life] = before

    def _read_posting(self, raw: Any) -> tuple[set[Life], set[Pot]]:
        """V7: what is held is posted in its order, each fact once."""
        rows = raw.execute(
            "SELECT rowid, life_no, seq, status, code, store_id, business_date, kind FROM posting"
            " WHERE rowid > ? ORDER BY rowid",
            [self.postings],
        ).fetchall()
        grown: set[Life] = set()
        pots: set[Pot] = set()
        for rowid, life_no, seq, status, code, *day in rows:
            self.postings = rowid
            life = self._life(raw, life_no)
            demand(seq == self.posted[life] + 1, "V7 order", life=life, seq=seq, posted=self.posted[life])
            demand(seq <= len(self.held[life]), "V7 not held", life=life, seq=seq)
            self.posted[life] = seq
            grown.add(life)
            fact = self.held[life][seq - 1]
            if status == "deferred" and code == WAITS and fact.sound:
                self.waiting[life_no, seq] = fact
            else:
                pots |= self._post(fact, status, code, life_no)
            if status == "posted":
                self.facts[day[0], day[1], day[2]] += 1
            self.days.add((day[0], day[1]))
        return grown, pots

    def _read_waiting(self, raw: Any) -> set[Pot]:
        """Look at what waited: a fact that depends on one that a restore forgot."""
        pots: set[Pot] = set()
        for (life_no, seq), fact in sorted(self.waiting.items()):
            row = raw.execute(
                "SELECT status, code, store_id, business_date, kind FROM posting WHERE life_no = ? AND seq = ?",
                [life_no, seq],
            ).fetchone()
            demand(row is not None, "V7 lost", life=fact.life, seq=seq)
            status, code, store_id, on, kind = row
            if status != "deferred":
                del self.waiting[life_no, seq]
                pots |= self._post(fact, status, code, life_no)
                self.facts[store_id, on, kind] += status == "posted"
                self.days.add((store_id, on))
        return pots

    def _post(self, fact: Said, status: str, code: str, life_no: int) -> set[Pot]:
        """Count what a fact moved; one that was not posted makes its owners' books loose."""
        if status != "posted":
            is_branch = MARK in self.lives[life_no][1]  # what it took back, or was given after they parted, waits
            refused = {"life": self.lives[life_no], "seq": fact.seq, "kind": fact.kind, "code": code}
            demand(not fact.sound or is_branch, "V7 refused", **refused)
            self.loose |= fact.pots
            return set()
        for ledger, owner, amount in fact.earned:
            self.expected[ledger, owner] += amount
        for ledger, owner, amount in fact.spent:
            risk = min(amount, self.risky[life_no, fact.seq, ledger])  # its life is fenced: the merchant bears it
            self.risky[life_no, fact.seq, ledger] -= risk
            self.expected[ledger, owner] -= amount - risk
        for ledger, lot, amount in fact.risked:
            self.expected[ledger, lot] -= amount
        return fact.pots

    def _life(self, raw: Any, life_no: int) -> Life:
        if life_no not in self.lives:
            self.lives[life_no] = raw.execute(
                "SELECT terminal_id, epoch FROM life WHERE life_no = ?", [life_no]
            ).fetchone()
        return self.lives[life_no]
