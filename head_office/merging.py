"""Merging duplicate members: by rule where there is no doubt, else by a person; and taking a merge back.

A merge is a fact of head office. It adds an alias and moves what head office holds of the loser to the survivor; no
row is re-keyed, and grants that terminals hold stay valid. Both people's rows are locked, in the order of their ids,
and whom they lead to is read again under the lock.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from head_office.acts import keep, record
from head_office.books.aliases import losers_of
from head_office.books.debts import repayments
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook, alias_version
from head_office.books.tiers import restate
from head_office.feed import Change, publish, store_shard
from head_office.flags import FLAG, close_flags, raise_flag
from head_office.office import Office
from head_office.programmes import in_force
from head_office.store import schema
from pos_app.domain.merging import MERGE, UNMERGE, Alias, is_same_person
from pos_app.domain.posting import AVAILABLE, Account, Transfer, receivable
from pos_app.errors import Refused
from pos_app.sync.wire.messages import Tombstone

_T = TypeVar("_T")

RULE = "rule"  # who merged, where no person had to
KEPT = "merge.kept"  # an undone merge could not give everything back
KEEP_APART = "keep-apart"
OPEN, MERGED, APART = "open", "merged", "apart"
_ALIAS, _CANDIDATE = schema.member_alias.c, schema.merge_candidate.c
_TIE, _TRANSFER, _ACCOUNT = schema.member_tie.c, schema.transfer.c, schema.account.c


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two members with one phone: who joined later, and who was there."""

    member_id: str
    other_id: str
    at_ms: int
    state: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a merge back returned to the loser, and what was no longer there, by ledger."""

    returned: dict[str, int]
    kept: dict[str, int]


class MergeDesk:
    """Decides on candidates."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def candidates(self, state: str = OPEN) -> list[Candidate]:
        """Return the pairs in this state, oldest first."""
        wanted = sa.select(schema.merge_candidate).where(_CANDIDATE.state == state)
        with self._office.database.read() as connection:
            rows = connection.execute(wanted.order_by(_CANDIDATE.at_ms, _CANDIDATE.member_id, _CANDIDATE.other_id))
            return [Candidate(row.member_id, row.other_id, row.at_ms, row.state, row.decided_by) for row in rows]

    def settle_by_rule(self, joined: Collection[str] | None = None) -> int:
        """Merge the open pairs that leave no doubt, of these later ones or all; return how many."""
        pairs = [pair for pair in self.candidates() if joined is None or pair.member_id in joined]
        return sum(self._settle(pair) for pair in pairs)

    def merge(self, loser: str, survivor: str, by: str, at_ms: int | None = None) -> Alias:
        """Make ``loser`` the same person as ``survivor``, or as whom that one was merged into.

        Args:
            at_ms: when it was decided, if not now.

        Raises:
            Refused: ``member.unknown``, ``merge.already {survivor}`` for a loser that is merged, ``merge.same_person``
                where they lead to one person.
        """

        def work(connection: sa.Connection) -> Alias:
            alias = self._merge(connection, loser, survivor, by)
            self._record(connection, MERGE, loser, {"loser": loser, "survivor": survivor, "by": by}, at_ms)
            return alias

        return self._done(work)

    def unmerge(self, loser: str, by: str, at_ms: int | None = None) -> Undone:
        """Let ``loser`` stand alone again and return what its merge moved, as far as that is still there.

        Args:
            at_ms: when it was decided, if not now.

        Raises:
            Refused: ``merge.none`` for a member who is not merged.
        """

        def work(connection: sa.Connection) -> Undone:
            undone = self._unmerge(connection, loser, by)
            self._record(connection, UNMERGE, loser, {"loser": loser, "by": by}, at_ms)
            return undone

        return self._done(work)

    def keep_apart(self, member_id: str, other_id: str, by: str, at_ms: int | None = None) -> None:
        """Say that two members with one phone are two people; raises Refused ``merge.no_candidate``."""

        def work(connection: sa.Connection) -> None:
            if not _decide(connection, {member_id, other_id}, APART, by):
                raise Refused("merge.no_candidate", member_id=member_id, other_id=other_id)
            pair = {"member_id": member_id, "other_id": other_id, "by": by}
            self._record(connection, KEEP_APART, f"{member_id}/{other_id}", pair, at_ms)

        self._done(work)

    def _record(
        self, connection: sa.Connection, kind: str, who: str, body: Mapping[str, str], at_ms: int | None
    ) -> None:
        """Write down what a person decided; what the rule merges, it merges again when the facts come again."""
        when_ms = self._office.clock.now_ms() if at_ms is None else at_ms
        record(connection, kind, f"{kind}/{who}/{when_ms}", when_ms, body)

    def _done(self, work: Callable[[sa.Connection], _T]) -> _T:
        answer = self._office.database.write(work)
        keep(self._office)
        self._office.bell.ring()
        return answer

    def _settle(self, pair: Candidate) -> bool:
        def work(connection: sa.Connection) -> bool:
            members = MemberBook(connection)
            members.load([pair.member_id, pair.other_id])
            later, earlier = members.get(pair.member_id), members.get(pair.other_id)
            if later is None or earlier is None or pair.member_id in members.aliases.in_force:
                return False
            if not is_same_person(later.member, earlier.member):
                return False
            if members.aliases.root(pair.other_id) != pair.member_id:
                self._merge(connection, pair.member_id, pair.other_id, RULE)
            return True

        return self._done(work)

    def _merge(self, connection: sa.Connection, loser: str, survivor: str, by: str) -> Alias:
        members = MemberBook(connection)
        members.load([loser, survivor])
        for member_id in (loser, survivor):
            if members.get(member_id) is None:
                raise Refused("member.unknown", member_id=member_id)
        if loser in members.aliases.in_force:
            raise Refused("merge.already", survivor=members.aliases.root(loser))
        root = members.aliases.root(survivor)
        if root == loser:
            raise Refused("merge.same_person", member_id=loser)
        now_ms = self._office.clock.now_ms()
        row = {"loser": loser, "survivor": root, "at_ms": now_ms, "merged_by": by, "undone_by": ""}
        born = connection.execute(sa.insert(schema.member_alias).values(row).returning(_ALIAS.alias_no))
        alias = Alias(int(born.scalar_one()), loser, root, now_ms)
        self._move(connection, alias)
        _decide(connection, {loser, survivor, root}, MERGED, by)
        close_flags(connection, by, now_ms, FLAG.code == KEPT, FLAG.entity_id == loser)
        self._tell(connection, [loser, root])
        return alias

    def _move(self, connection: sa.Connection, alias: Alias) -> None:
        """Move what head office holds of the loser, and what the loser owes; one's points pay the other's debt."""
        ledger = LedgerBook(connection)
        ledger.load([alias.loser, alias.survivor], [])
        transfers = [
            Transfer(
                f"{alias.link_id}/{n}", account, replace(account, owner=alias.survivor), balance, MERGE, alias.link_id
            )
            for n, (account, balance) in enumerate(ledger.every_lot(alias.loser))
        ]
        debt = receivable(alias.loser)
        owed, name = -ledger.balance(debt), f"{alias.link_id}/debt"
        if owed > 0:
            transfers.append(Transfer(name, receivable(alias.survivor), debt, owed, UNMERGE, alias.link_id))
        today = self._office.clock.today()
        cause = Cause(today, today)
        ledger.book(transfers, cause)
        ledger.book(repayments(ledger, alias.survivor, cause, alias.link_id), cause)
        ledger.write()

    def _unmerge(self, connection: sa.Connection, loser: str, by: str) -> Undone:
        members = MemberBook(connection)
        members.load([loser])
        path = members.aliases.path(loser)
        if not path:
            raise Refused("merge.none", member_id=loser)
        alias, root, now_ms = path[0], path[-1].survivor, self._office.clock.now_ms()
        ledger = LedgerBook(connection)
        ledger.load([loser], [])
        moved = _moved(connection, alias)
        back, today = _back(ledger, path, moved), self._office.clock.today()
        ledger.book(back, Cause(today, today))
        ledger.write()
        changed = {"undone_at_ms": now_ms, "undone_by": by}
        connection.execute(sa.update(schema.member_alias).where(_ALIAS.alias_no == alias.alias_no).values(changed))
        _decide(connection, {loser, *(hop.survivor for hop in path)}, APART, by, before=MERGED)
        returned = _by_ledger(
            (each.credit.ledger, each.amount) for each in back if each.code == UNMERGE and each.credit.owner == loser
        )
        due = _by_ledger((account.ledger, amount) for account, amount in moved.items() if amount > 0)
        kept = {name: amount - returned.get(name, 0) for name, amount in due.items() if amount > returned.get(name, 0)}
        if kept:
            facts = {"survivor": root, "kept": kept, "returned": returned}
            raise_flag(connection, now_ms, KEPT, entity_id=loser, facts=facts)
        self._tell(connection, [loser, root], undone=alias)
        return Undone(returned, kept)

    def _tell(self, connection: sa.Connection, member_ids: Sequence[str], undone: Alias | None = None) -> None:
        """Have every store that knows one of the people know them all, and tell it who they are now."""
        others = {alias.loser for aliases in losers_of(connection, member_ids).values() for alias in aliases}
        everybody = sorted(others.union(member_ids))
        wanted = sa.select(_TIE.store_id, sa.func.max(_TIE.last_visit_on)).where(_TIE.member_id.in_(everybody))
        ties = connection.execute(wanted.group_by(_TIE.store_id).order_by(_TIE.store_id)).all()
        members = MemberBook(connection)
        members.load(member_ids)
        for store_id, last_visit_on in ties:
            for member_id in everybody:
                members.tie(store_id, member_id, date.fromisoformat(last_visit_on))
        today = self._office.clock.today()
        restate(connection, members, member_ids, in_force(connection, today), today)
        changes = members.write(today, self._office.clock.now_ms())
        publish(connection, [*(_gone(store_id, undone) for store_id, _ in ties if undone is not None), *changes])


def _gone(store_id: str, alias: Alias) -> Change:
    tombstone = Tombstone("alias", alias_version(alias.alias_no, undone=True))
    return Change(store_shard(store_id), "tombstone", alias.loser, msgspec.json.encode(tombstone))


def _moved(connection: sa.Connection, alias: Alias) -> dict[Account, int]:
    """Return what went along an alias, less what came back, by the loser's accounts; debts are negative."""
    signed = sa.case((_TRANSFER.code == MERGE, _TRANSFER.amount), else_=-_TRANSFER.amount)
    rows = connection.execute(
        sa.select(_ACCOUNT.ledger, _ACCOUNT.kind, _ACCOUNT.dated, sa.func.sum(signed))
        .join(schema.transfer, _TRANSFER.debit_no == _ACCOUNT.account_no)
        .where(sa.literal_column("transfer.code").in_([sa.literal_column(f"'{code}'") for code in (MERGE, UNMERGE)]))
        .where(_TRANSFER.link_id == alias.link_id)
        .group_by(_ACCOUNT.ledger, _ACCOUNT.kind, _ACCOUNT.dated)
        .order_by(_ACCOUNT.ledger, _ACCOUNT.kind, _ACCOUNT.dated)
    )
    return {Account(ledger, kind, alias.loser, dated=dated): int(amount) for ledger, kind, dated, amount in rows}


def _back(ledger: LedgerBook, path: Sequence[Alias], moved: Mapping[Account, int]) -> list[Transfer]:
    """Return the transfers, hop by hop, that bring back as much of it as whoever has it now still has."""
    back: list[Transfer] = []
    for n, (account, amount) in enumerate(moved.items()):
        there = ledger.balance(replace(account, owner=path[-1].survivor))
        part = max(0, min(amount, there)) if account.kind == AVAILABLE else min(0, max(amount, there))
        for hop, alias in enumerate(reversed(path)) if part else ():
            upper, lower = replace(account, owner=alias.survivor), replace(account, owner=alias.loser)
            name = f"{path[0].link_id}/back/{n}/{hop}"
            if part > 0:
                back.append(Transfer(name, upper, lower, part, UNMERGE, alias.link_id))
            else:
                back.append(Transfer(name, lower, upper, -part, MERGE, alias.link_id))
    return back


def _by_ledger(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    summed: Counter[str] = Counter()
    for name, amount in amounts:
        summed[name] += amount
    return dict(summed)


def _decide(connection: sa.Connection, member_ids: Collection[str], state: str, by: str, *, before: str = OPEN) -> bool:
    """Note what was decided on candidates among these members; say whether there were any."""
    wanted = sorted(member_ids)
    among = sa.and_(_CANDIDATE.member_id.in_(wanted), _CANDIDATE.other_id.in_(wanted), _CANDIDATE.state == before)
    decided = sa.update(schema.merge_candidate).where(among).values(state=state, decided_by=by)
    return connection.execute(decided).rowcount > 0
