"""Grants: rights that a terminal life holds, and what is left of each."""

import sys
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from head_office.branches import Branch, Stem, maker_of
from head_office.store import schema
from head_office.store.bulk import add_to_rows, among, insert_rows
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.errors import Damaged

_GRANT = schema.grant.c
_NAMED = sa.select(schema.grant).where(among(_GRANT.gid, "gids"))


@dataclass(slots=True)
class GrantBook:
    """The grants of one terminal life that a batch mentions, and those it makes: ``known`` by gid."""

    connection: sa.Connection
    life_no: int
    branch: Branch | None = None
    said_holder: str = ""
    known: dict[str, Grant] = field(default_factory=dict)
    _remaining: dict[str, int] = field(default_factory=dict)
    _foreign: set[str] = field(default_factory=set)
    _new: list[dict[str, object]] = field(default_factory=list)
    _stored: set[str] = field(default_factory=set)
    _spent: Counter[str] = field(default_factory=Counter)

    def load(self, gids: Collection[str]) -> None:
        """Read the grants named; those of another life are known as foreign."""
        if self.branch is not None:
            self._load_branch(gids, self.branch)
            return
        for row in self.connection.execute(_NAMED, {"gids": gids}) if gids else ():
            if row.life_no == self.life_no:
                self.known[row.gid] = grant_of(row)
                self._remaining[row.gid] = row.remaining
                self._stored.add(row.gid)
            else:
                self._foreign.add(row.gid)

    def _load_branch(self, gids: Collection[str], branch: Branch) -> None:
        """Read what this history knows: its own grants, and those that came before it left its stems."""
        whose = [*branch.stems, Stem(self.life_no, branch.suffix, sys.maxsize)]
        stored = {f"{gid}{stem.suffix}": (gid, stem) for gid in gids for stem in whose}
        for row in self.connection.execute(_NAMED, {"gids": stored.keys()}):
            gid, stem = stored[row.gid]
            if row.life_no != stem.life_no:
                self._foreign.add(gid)
            elif (maker_of(gid, self.said_holder) or 0) <= stem.upto:
                self.known[gid] = replace(grant_of(row), gid=gid)

    def left(self, gid: str) -> int:
        """Return what is left of a grant of this life; 0 for an unknown one."""
        return self._remaining.get(gid, 0)

    def is_foreign(self, gid: str) -> bool:
        """Say whether the grant belongs to another terminal life."""
        return gid in self._foreign

    def check_spend(self, spends: Iterable[Spend]) -> None:
        """Raise Damaged ``spend.over_grant`` when the spends take more than their grants have left."""
        wanted: Counter[str] = Counter()
        for spend in spends:
            wanted[spend.gid] += spend.amount
        for gid, amount in wanted.items():
            if amount > self.left(gid):
                raise Damaged("spend.over_grant", gid=gid, left=self.left(gid), wanted=amount)

    def take(self, gid: str, amount: int) -> None:
        """Take ``amount`` off a grant that has it."""
        assert 0 <= amount <= self._remaining[gid], (gid, amount)
        self._remaining[gid] -= amount
        self._spent[gid] -= amount

    def add(self, grant: Grant, source: str, *, held: bool = True) -> None:
        """Add a grant of this life: ``float``, ``request``, ``earned``, ``rebooked``; not ``held``: spent out."""
        self.known[grant.gid] = grant
        self._remaining[grant.gid] = grant.amount if held else 0
        row = grant_row(grant, self.life_no, source)
        if self.branch is not None:
            row["gid"] = f"{grant.gid}{self.branch.suffix}"
        self._new.append(row)

    def write(self) -> None:
        """Write new grants and what was taken off older ones."""
        for row in self._new:
            row["remaining"] = self._remaining.get(str(row["gid"]), 0)
        insert_rows(self.connection, schema.grant, self._new)
        spent: list[dict[str, object]] = [
            {"gid": gid, "remaining": change} for gid, change in self._spent.items() if gid in self._stored and change
        ]
        add_to_rows(self.connection, schema.grant, "gid", spent)
        self._new.clear()
        self._spent.clear()


def grant_row(grant: Grant, life_no: int, source: str) -> dict[str, object]:
    """Return a new grant as its row."""
    return {
        "gid": grant.gid,
        "life_no": life_no,
        "member_id": grant.member_id,
        "asset": grant.asset.value,
        "amount": grant.amount,
        "remaining": grant.amount,
        "expires_on": grant.expires_on.isoformat(),
        "lease_until_ms": grant.lease_until_ms,
        "source": source,
        "lot": grant.lot,
        "usable_from": None if grant.usable_from is None else grant.usable_from.isoformat(),
    }


def grant_of(row: sa.Row[tuple[object, ...]]) -> Grant:
    """Return a row as the grant it holds."""
    last, first = date.fromisoformat(row.expires_on), row.usable_from and date.fromisoformat(row.usable_from)
    return Grant(row.gid, row.member_id, Asset(row.asset), row.amount, last, row.lease_until_ms, row.lot, first)
