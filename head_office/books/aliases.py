"""Aliases of members as the database has them, and the lock that keeps them still."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from head_office.store import schema
from pos_app.domain.merging import Alias, Aliases
from pos_app.errors import Unavailable

_ALIAS, _MEMBER = schema.member_alias.c, schema.member.c
AT_ONCE = 1_000
MAX_TRIES = 8


def read_aliases(connection: sa.Connection, member_ids: Iterable[str]) -> Aliases:
    """Return the aliases that lead on from these members, also through others."""
    in_force: dict[str, Alias] = {}
    ever: set[tuple[str, str]] = set()
    seen: set[str] = set()
    fresh = set(member_ids)
    while fresh:
        seen |= fresh
        rows = [row for some in _slices(fresh) for row in connection.execute(_from(_ALIAS.loser.in_(some)))]
        ever.update((row.loser, row.survivor) for row in rows)
        in_force.update({row.loser: _alias(row) for row in rows if row.undone_at_ms is None})
        fresh = {row.survivor for row in rows} - seen
    return Aliases(in_force, tuple(sorted(ever)))


def are_one(connection: sa.Connection, one: str, other: str) -> bool:
    """Say whether two members are, or ever were, one person."""
    aliases = read_aliases(connection, [one, other])
    return aliases.kin(one) == aliases.kin(other)


def names_of(connection: sa.Connection, member_id: str) -> list[str]:
    """Return all ids of the person that a member is today, the survivor's first."""
    root = read_aliases(connection, [member_id]).root(member_id)
    return [root, *(alias.loser for alias in losers_of(connection, [root]).get(root, ()))]


def losers_of(connection: sa.Connection, member_ids: Collection[str]) -> dict[str, list[Alias]]:
    """Return by each of these members the aliases in force that lead to them, nearest first."""
    root = {member_id: member_id for member_id in member_ids}
    found: dict[str, list[Alias]] = defaultdict(list)
    fresh = set(member_ids)
    while fresh:
        rows = [
            row
            for some in _slices(fresh)
            for row in connection.execute(_from(sa.and_(_ALIAS.survivor.in_(some), _ALIAS.undone_at_ms.is_(None))))
        ]
        for row in rows:
            root[row.loser] = root[row.survivor]
            found[root[row.loser]].append(_alias(row))
        fresh = {row.loser for row in rows}
    return dict(found)


def locked_members(connection: sa.Connection, member_ids: Collection[str]) -> tuple[Aliases, list[sa.Row[Any]]]:
    """Lock these members and whom they lead to, in the order of their ids; return aliases and rows.

    A merge that commits while this waits is seen: then the locks are let go and taken anew, so that nobody ever waits
    for a lower id while holding a higher one.

    Raises:
        Unavailable: ``database.busy`` when merges never stop.
    """
    named = set(member_ids)
    for _ in range(MAX_TRIES):
        aliases = read_aliases(connection, named)
        wanted = named | {alias.survivor for member_id in named for alias in aliases.path(member_id)}
        with connection.begin_nested() as locks:
            rows = [row for some in _slices(wanted) for row in connection.execute(_locking(some))]
            if connection.dialect.name != "postgresql" or read_aliases(connection, named) == aliases:
                return aliases, rows
            locks.rollback()
    raise Unavailable("database.busy", cause="merges")


def _locking(member_ids: Collection[str]) -> sa.Select[Any]:
    wanted = sa.select(schema.member).where(_MEMBER.member_id.in_(member_ids))
    return wanted.order_by(_MEMBER.member_id).with_for_update()


def _from(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(schema.member_alias).where(which).order_by(_ALIAS.alias_no)


def _alias(row: sa.Row[Any]) -> Alias:
    return Alias(row.alias_no, row.loser, row.survivor, row.at_ms)


def _slices(member_ids: Collection[str]) -> Iterable[list[str]]:
    ordered = sorted(member_ids)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))
