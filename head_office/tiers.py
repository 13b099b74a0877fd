"""Tiers as time goes by: whose grace, term or year is over is looked at again; under new rules everybody is.

What is bought and what comes back changes a tier when it is posted. Only time is left to look for, and each member's
row says the first day on which it may matter, so that a night looks at few of many.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import msgspec
import sqlalchemy as sa

from head_office.books.aliases import losers_of
from head_office.books.members import MemberBook
from head_office.books.tiers import read_facts, restate
from head_office.feed import publish
from head_office.office import Office
from head_office.programmes import in_force
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain import tiers
from pos_app.domain.members import NO_FACTS, Member, Tier
from pos_app.domain.programme import Programme

AT_ONCE = 1_000  # people in one transaction
_MEMBER, _ALIAS, _META = schema.member.c, schema.member_alias.c, schema.meta.c
RULES_SEEN = "tiers.rules"  # the version of the rules under which everybody was looked at
_IS_LOSER = sa.exists().where(_ALIAS.loser == _MEMBER.member_id, _ALIAS.undone_at_ms.is_(None))
_PEOPLE = (
    sa.select(_MEMBER.member_no, _MEMBER.member_id)
    .where(_MEMBER.member_no > sa.bindparam("after"), ~_IS_LOSER)
    .order_by(_MEMBER.member_no)
    .limit(AT_ONCE)
)
_DUE = _PEOPLE.where(_MEMBER.tier_due <= sa.bindparam("today"))
_BODIES = sa.select(_MEMBER.member_id, _MEMBER.tier, _MEMBER.body).where(among(_MEMBER.member_id, "members"))
_MEMBER_JSON = msgspec.json.Decoder(Member)

Moves = Counter[tuple[Tier, Tier]]


@dataclass(frozen=True, slots=True)
class Restated:
    """How many people were looked at, and how many went, or would go, from which tier to which."""

    looked_at: int
    moves: Moves
    is_everybody: bool


class TierDesk:
    """Brings tiers up to date."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def preview(self, *, everybody: bool = False, rules: Programme | None = None) -> Restated:
        """Return what ``restate`` would change, and change nothing.

        Args:
            everybody: look at all members, not only at those whom time may have changed.
            rules: rules to try instead of those in force; then everybody is looked at.
        """
        today = self._office.clock.today()
        with self._office.database.read() as connection:
            programme = rules or in_force(connection, today)
            everybody = everybody or rules is not None or not self._has_seen(connection, programme)
            moves: Moves = Counter()
            looked_at = 0
            for names in _slices(connection, today, everybody=everybody):
                looked_at += len(names)
                moves += _moves(connection, names, programme, today)
        return Restated(looked_at, moves, everybody)

    def restate(self, *, everybody: bool = False) -> Restated:
        """Work out the tiers that time may have changed, or everybody's under new rules; tell the stores.

        Each slice is a transaction of its own; whoever was looked at is not due again, so that a run that was broken
        off is simply started again.
        """
        database, today = self._office.database, self._office.clock.today()
        with database.read() as connection:
            programme = in_force(connection, today)
            everybody = everybody or not self._has_seen(connection, programme)
            slices = list(_slices(connection, today, everybody=everybody))
        moves: Moves = Counter()
        for names in slices:
            moves += database.write(partial(self._restate, names=names))
            self._office.bell.ring()
        if everybody:
            database.write(lambda connection: _see(connection, programme))
        return Restated(sum(map(len, slices)), moves, everybody)

    def _restate(self, connection: sa.Connection, names: Sequence[str]) -> Moves:
        today = self._office.clock.today()
        members = MemberBook(connection)
        members.load(names)
        moves = restate(connection, members, names, in_force(connection, today), today)
        publish(connection, members.write(today, self._office.clock.now_ms()))
        return moves

    def _has_seen(self, connection: sa.Connection, programme: Programme) -> bool:
        seen = connection.execute(sa.select(_META.v).where(_META.k == RULES_SEEN)).scalar()
        return seen == programme.version.encode()


def slices_of_everybody(connection: sa.Connection) -> Iterator[list[str]]:
    """Yield all people, each once, by their numbers."""
    return _slices(connection, date.min, everybody=True)


def _slices(connection: sa.Connection, today: date, *, everybody: bool) -> Iterator[list[str]]:
    """Yield the people to look at, each once, by their numbers."""
    after = 0
    while True:
        rows = connection.execute(_PEOPLE if everybody else _DUE, {"after": after, "today": today.isoformat()}).all()
        if not rows:
            return
        after = rows[-1].member_no
        yield [row.member_id for row in rows]


def _moves(connection: sa.Connection, names: Sequence[str], programme: Programme, today: date) -> Moves:
    losers = {root: [alias.loser for alias in found] for root, found in losers_of(connection, names).items()}
    facts = read_facts(connection, {*names, *(one for many in losers.values() for one in many)}, programme, today)
    moves: Moves = Counter()
    for row in connection.execute(_BODIES, {"members": set(names)}):
        whole = tiers.united(
            facts.get(row.member_id, NO_FACTS), [facts[one] for one in losers.get(row.member_id, ()) if one in facts]
        )
        tier = tiers.standing(whole, _MEMBER_JSON.decode(row.body).joined_on, programme, today).tier
        if tier != row.tier:
            moves[Tier(row.tier), tier] += 1
    return moves


def _see(connection: sa.Connection, programme: Programme) -> None:
    connection.execute(sa.delete(schema.meta).where(_META.k == RULES_SEEN))
    connection.execute(sa.insert(schema.meta).values(k=RULES_SEEN, v=programme.version.encode()))
