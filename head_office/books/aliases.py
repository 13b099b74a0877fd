"""Aliases of members as the database has them, and the lock that keeps them still."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among
from head_office.store.database import Overtaken
from pos_app.domain.merging import Alias, Aliases

_ALIAS, _MEMBER = schema.member_alias.c, schema.member.c
_OF_LOSERS = sa.select(schema.member_alias).where(among(_ALIAS.loser, "losers")).order_by(_ALIAS.alias_no)
_OF_SURVIVORS = (
    sa.select(schema.member_alias)
    .where(among(_ALIAS.survivor, "survivors"), _ALIAS.undone_at_ms.is_(None))
    .order_by(_ALIAS.alias_no)
)
_LOCKED = (
    sa.select(schema.member).where(among(_MEMBER.member_id, "members")).order_by(_MEMBER.member_id).with_for_update()
)


def read_aliases(connection: sa.Connection, member_ids: Iterable[str]) -> Aliases:
    """Return the aliases that lead on from these members, also through others."""
    in_force: dict[str, Alias] = {}
    ever: set[tuple[str, str]] = set()
    seen: set[str] = set()
    fresh = set(member_ids)
    while fresh:
        seen |= fresh
        rows = connection.execute(_OF_LOSERS, {"losers": fresh}).all()
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
        rows = connection.execute(_OF_SURVIVORS, {"survivors": fresh}).all()
        for row in rows:
            root[row.loser] = root[row.survivor]
            found[root[row.loser]].append(_alias(row))
        fresh = {row.loser for row in rows}
    return dict(found)


def locked_members(connection: sa.Connection, member_ids: Collection[str]) -> tuple[Aliases, list[sa.Row[Any]]]:
    """Lock these members and whom they lead to, in the order of their ids; return aliases and rows.

    Aliases are read under the locks once more. Where they lead to somebody else by now, who is not locked, the
    transaction runs again, so that nobody ever waits for a lower id while holding a higher one.
    """
    named = set(member_ids)
    if not named:
        return Aliases(), []
    wanted = _led_to(read_aliases(connection, named), named)
    rows = connection.execute(_LOCKED, {"members": wanted}).all()
    aliases = read_aliases(connection, named)
    needed = _led_to(aliases, named)
    if not needed <= wanted:
        raise Overtaken("a merge")
    return aliases, [row for row in rows if row.member_id in needed]


def _led_to(aliases: Aliases, named: Collection[str]) -> set[str]:
    """Return these members and all whom they lead to."""
    return {*named, *(alias.survivor for member_id in named for alias in aliases.path(member_id))}


def _alias(row: sa.Row[Any]) -> Alias:
    return Alias(row.alias_no, row.loser, row.survivor, row.at_ms)
