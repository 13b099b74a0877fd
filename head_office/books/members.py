"""Members: who they are, what they bought last, which stores know them, and how each change is published.

A member's row lock guards the member's accounts; rows are locked in the order of their ids.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office.books.aliases import locked_members, losers_of
from head_office.books.debts import debts_of
from head_office.books.ledger import Share, shares_of
from head_office.books.lots import lots_of
from head_office.feed import Change, store_shard
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain import tiers
from pos_app.domain.campaigns import added_up
from pos_app.domain.ledger import LOTTED, Asset
from pos_app.domain.member_facts import AboutMember, after_fact
from pos_app.domain.members import (
    MAX_LOTS,
    MAX_PURCHASES,
    Balance,
    CampaignUsed,
    Ending,
    HeldElsewhere,
    Member,
    MemberAlias,
    MemberLot,
    Purchase,
    Tier,
    TierFacts,
    Vesting,
)
from pos_app.domain.merging import Alias, Aliases, united
from pos_app.domain.posting import holder_name

_MEMBER, _TIE, _LIFE = schema.member.c, schema.member_tie.c, schema.life.c
_STORE, _TERMINAL = schema.store.c, schema.terminal.c
SILENT_AFTER_MS = 10 * 60_000

_LOCK_PHONES = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended(phone, 0)) FROM unnest(CAST(:phones AS text[])) AS phone"
)
_OF_PHONES = (
    sa.select(_MEMBER.phone, _MEMBER.member_id).where(among(_MEMBER.phone, "phones")).order_by(_MEMBER.member_no)
)
_MEMBERS = sa.select(schema.member).where(among(_MEMBER.member_id, "members"))
_TIES = sa.select(_TIE.member_id, _TIE.store_id).where(among(_TIE.member_id, "members")).order_by(_TIE.store_id)
_LIVES = (
    sa.select(
        _LIFE.terminal_id,
        _LIFE.epoch,
        _LIFE.store_id,
        _LIFE.status,
        _LIFE.posted_seq,
        _LIFE.last_heard_ms,
        _STORE.name,
        _STORE.name_en,
        _TERMINAL.lane,
    )
    .join(schema.store, _STORE.store_id == _LIFE.store_id)
    .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
    .where(sa.or_(among(_LIFE.store_id, "stores"), among(_LIFE.terminal_id, "terminals")))
)
_MEMBER_JSON = msgspec.json.Decoder(Member)
_FACTS_JSON = msgspec.json.Decoder(TierFacts)
_USES_JSON = msgspec.json.Decoder(tuple[CampaignUsed, ...])
_PURCHASES_JSON = msgspec.json.Decoder(tuple[Purchase, ...])


@dataclass(slots=True)
class KnownMember:
    """A member's row as one transaction changes it: what no fact touches stays the JSON that is stored."""

    member_id: str
    card_no: str
    phone: str
    home_store_id: str
    tier: str
    last_visit_on: str | None
    version: int
    body: bytes
    bought: bytes
    member_no: int = 0
    facts: bytes = b"{}"
    tier_due: str | None = None
    uses: bytes = b"[]"

    @property
    def member(self) -> Member:
        """Return who they are."""
        return _MEMBER_JSON.decode(self.body)

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        """Return what they bought, newest first."""
        return _PURCHASES_JSON.decode(self.bought)

    @property
    def used(self) -> tuple[CampaignUsed, ...]:
        """Return how often they used campaigns with a cap."""
        return _USES_JSON.decode(self.uses)

    def keep_newest(self, purchases: Iterable[Purchase]) -> None:
        """Keep the newest of these purchases."""
        newest = sorted(purchases, key=lambda purchase: purchase.bought_on, reverse=True)
        self.bought = msgspec.json.encode(newest[:MAX_PURCHASES])


class Told(msgspec.Struct, frozen=True):
    """A ``MemberRecord`` as it is written: of the parts that are stored as JSON it takes the bytes."""

    member: msgspec.Raw
    balance: Balance
    last_visit_on: str | None
    purchases: msgspec.Raw
    version: int
    facts: msgspec.Raw
    uses: msgspec.Raw


def new_member(
    member: Member, purchases: Sequence[Purchase] = (), last_visit_on: str | None = None, version: int = 0
) -> KnownMember:
    """Return a member who has no row yet."""
    return KnownMember(
        member.member_id,
        member.card_no,
        member.phone,
        member.home_store_id,
        member.tier.value,
        last_visit_on,
        version,
        msgspec.json.encode(member),
        msgspec.json.encode(purchases),
    )


def known_member(row: sa.Row[tuple[object, ...]]) -> KnownMember:
    """Return a stored row as the member it holds."""
    return KnownMember(
        row.member_id,
        row.card_no,
        row.phone,
        row.home_store_id,
        row.tier,
        row.last_visit_on,
        row.version,
        row.body,
        row.purchases,
        row.member_no,
        row.facts,
        row.tier_due,
        row.uses,
    )


class MemberBook:
    """The members that a batch mentions and whom they lead to, locked. What is said of a loser stays with the loser."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.aliases = Aliases()
        self._known: dict[str, KnownMember] = {}
        self._changed: set[str] = set()
        self._new: set[str] = set()
        self._due: set[str] = set()  # of whom only the day changed on which to look at the tier again
        self._rephoned: set[str] = set()
        self._ties: dict[tuple[str, str], date] = {}

    def load(self, member_ids: Collection[str]) -> None:
        """Lock and read these members; unknown ones are passed over."""
        self.aliases, rows = locked_members(self._connection, member_ids)
        self._known = {row.member_id: known_member(row) for row in rows}

    def get(self, member_id: str) -> KnownMember | None:
        """Return a loaded member."""
        return self._known.get(member_id)

    def register(self, member: Member, store_id: str, on: date) -> None:
        """Add somebody who joined at ``store_id``."""
        self._known[member.member_id] = new_member(member)
        self._new.add(member.member_id)
        self.tie(store_id, member.member_id, on)
        self.tie(member.home_store_id, member.member_id, on)

    def take(self, fact: AboutMember) -> None:
        """Change a member as a fact says."""
        known = self._known[fact.member_id]
        before, after = known.member, after_fact(known.member, fact)
        known.body = msgspec.json.encode(after)
        known.card_no, known.phone = after.card_no, after.phone
        if after.phone != before.phone:
            self._rephoned.add(fact.member_id)
        self._change(fact.member_id)

    def visited(self, member_id: str, store_id: str, on: date, bought: Iterable[Purchase]) -> None:
        """Note a visit and what was bought, newest first."""
        known = self._known[member_id]
        known.keep_newest((*bought, *known.purchases))
        known.last_visit_on = max(on.isoformat(), known.last_visit_on or "")
        self.tie(store_id, member_id, on)

    def put_facts(self, member_id: str, facts: bytes, tier: str, due: date | None) -> None:
        """Keep the facts of a member's tier, the tier, and the day on which time alone may change it."""
        known = self._known[member_id]
        if (facts, tier) != (known.facts, known.tier):
            self._change(member_id)
        self._due.add(member_id)
        known.facts, known.tier_due = facts, None if due is None else due.isoformat()
        if tier != known.tier:
            known.tier = tier
            known.body = msgspec.json.encode(replace(known.member, tier=Tier(tier)))

    def put_uses(self, member_id: str, uses: tuple[CampaignUsed, ...]) -> None:
        """Keep how often a member used campaigns with a cap."""
        self._known[member_id].uses = msgspec.json.encode(uses)
        self._change(member_id)

    def of_people(self, roots: Collection[str]) -> dict[str, list[KnownMember]]:
        """Return every record of these people, who are loaded, as this transaction has changed them."""
        losers = {root: [alias.loser for alias in found] for root, found in losers_of(self._connection, roots).items()}
        unread = {name for names in losers.values() for name in names} - self._known.keys()
        rows = self._connection.execute(_MEMBERS, {"members": unread}) if unread else ()
        others = {row.member_id: known_member(row) for row in rows}
        everybody = {**others, **self._known}
        return {root: [everybody[one] for one in (root, *losers.get(root, ())) if one in everybody] for root in roots}

    def touch(self, member_ids: Iterable[str]) -> None:
        """Have these members published again, for their balance changed."""
        for member_id in member_ids:
            self._change(member_id)

    def same_phone(self) -> set[tuple[str, str]]:
        """Return who joined, or took a phone, in this batch that somebody else has: candidates for a merge."""
        told = self._new | self._rephoned
        phones = sorted({self._known[member_id].phone for member_id in told})
        if not phones:
            return set()
        if self._connection.dialect.name == "postgresql":
            # Two tills that sign up one phone at the same moment must not overlook each other.
            self._connection.execute(_LOCK_PHONES, {"phones": phones}).all()
        by_phone: dict[str, list[str]] = defaultdict(list)
        for row in self._connection.execute(_OF_PHONES, {"phones": phones}):
            by_phone[row.phone].append(row.member_id)
        pairs: set[tuple[str, str]] = set()
        for member_id in sorted(told):
            others = by_phone[self._known[member_id].phone]
            pairs.update((member_id, other) for other in others if other != member_id)
            others.append(member_id)
        return pairs

    def write_unpublished(self) -> None:
        """Write what changed where no store was told of these members yet."""
        rows = [member_row(self._known[member_id]) for member_id in sorted(self._due | self._changed | self._new)]
        insert_rows(self._connection, schema.member, rows, clash="update", key=("member_id",))

    def write(self, today: date, now_ms: int) -> list[Change]:
        """Write what changed and return what the tied stores are told."""
        changed = sorted(self._changed | self._new)
        for member_id in changed:
            self._known[member_id].version += 1
        self.write_unpublished()
        ties: list[dict[str, object]] = [
            {"store_id": store_id, "member_id": member_id, "last_visit_on": on.isoformat()}
            for (store_id, member_id), on in sorted(self._ties.items())
        ]
        insert_rows(self._connection, schema.member_tie, ties, clash="update")
        publisher = Publisher(self._connection, today, now_ms)
        people = [member_id for member_id in changed if member_id not in self.aliases.in_force]
        return publisher.changes({member_id: self._known[member_id] for member_id in people})

    def tie(self, store_id: str, member_id: str, on: date) -> None:
        """Have a store know a member, and whom they lead to."""
        for one in self._with_survivors(member_id):
            self._ties[(store_id, one)] = max(on, self._ties.get((store_id, one), on))
        self._change(member_id)

    def _change(self, member_id: str) -> None:
        self._changed.update(one for one in self._with_survivors(member_id) if one in self._known)

    def _with_survivors(self, member_id: str) -> list[str]:
        return [member_id, *(alias.survivor for alias in self.aliases.path(member_id))]


@dataclass(frozen=True, slots=True)
class Person:
    """A member who stands for themselves, united with whoever was merged into them, and all that they have."""

    member_id: str
    known: KnownMember
    shares: tuple[Share, ...]
    merged: tuple[tuple[Alias, KnownMember], ...]
    owed_points: int = 0

    @property
    def aliases(self) -> tuple[MemberAlias, ...]:
        """Return how the stores are told who was merged."""
        return tuple(
            MemberAlias(alias.loser, alias.survivor, alias_version(alias.alias_no)) for alias, _ in self.merged
        )


def alias_version(alias_no: int, *, undone: bool = False) -> int:
    """Return the version of an alias: every merge, and every undoing of one, is newer than all before."""
    return 2 * alias_no + undone


def _united(own: KnownMember, merged: Sequence[tuple[Alias, KnownMember]]) -> KnownMember:
    if not merged:
        return own
    everybody = [own, *(known for _, known in merged)]
    visits = [known.last_visit_on for known in everybody if known.last_visit_on]
    member = united(own.member, [(known.member, alias.at_ms) for alias, known in merged])
    facts = tiers.united(_FACTS_JSON.decode(own.facts), [_FACTS_JSON.decode(known.facts) for _, known in merged])
    person = replace(
        own,
        last_visit_on=max(visits, default=None),
        body=msgspec.json.encode(member),
        facts=msgspec.json.encode(facts),
        uses=msgspec.json.encode(added_up(use for known in everybody for use in known.used)),
    )
    person.keep_newest(purchase for known in everybody for purchase in known.purchases)
    return person


def member_row(known: KnownMember) -> dict[str, object]:
    """Return a member as its stored row, for ``insert_rows``."""
    return {
        "member_id": known.member_id,
        "card_no": known.card_no,
        "phone": known.phone,
        "home_store_id": known.home_store_id,
        "tier": known.tier,
        "last_visit_on": known.last_visit_on,
        "version": known.version,
        "body": known.body,
        "purchases": known.bought,
        "facts": known.facts,
        "tier_due": known.tier_due,
        "uses": known.uses,
    }


class Publisher:
    """Writes members down as one store is told of them: with the balance, and how far each of its tills is in it."""

    def __init__(self, connection: sa.Connection, today: date, now_ms: int) -> None:
        self._connection = connection
        self._today = today
        self._now_ms = now_ms
        self._met: set[str] = set()  # stores and terminals whose lives were read
        self._holders: dict[str, Any] = {}  # rows of lives by the holder's name
        self._applied: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)

    def changes(self, members: Mapping[str, KnownMember]) -> list[Change]:
        """Return one change for each of these people and tied store, and with it whoever was merged into them."""
        if not members:
            return []
        ties = self._ties(members)
        return [
            change
            for person in self.people(members, {store_id for tied in ties.values() for store_id in tied})
            for store_id in ties[person.member_id]
            for change in self._changes_of(store_id, person)
        ]

    def people(self, members: Mapping[str, KnownMember], stores: Collection[str]) -> Iterator["Person"]:
        """Yield what members who stand for themselves are, together with those that were merged into them.

        ``stores`` are all those that will be told of them.
        """
        losers = losers_of(self._connection, members)
        known = {**self._rows(alias.loser for aliases in losers.values() for alias in aliases), **members}
        lots = lots_of(self._connection, known)
        held = shares_of(self._connection, [*known, *(lot for given in lots.values() for lot in given)], self._today)
        debts = debts_of(self._connection, known)
        self._meet(
            stores, {share.holder.rpartition("/")[0] for each in held.values() for share in each if share.holder}
        )
        for member_id, own in members.items():
            merged = [(alias, known[alias.loser]) for alias in losers.get(member_id, ()) if alias.loser in known]
            names = [member_id, *(alias.loser for alias, _ in merged)]
            owners = [owner for name in names for owner in (name, *lots.get(name, ()))]
            together = tuple(share for owner in owners for share in held.get(owner, ()))
            owed = sum(debts.get(name, 0) for name in names)
            yield Person(member_id, _united(own, merged), together, tuple(merged), owed)

    def _rows(self, member_ids: Iterable[str]) -> dict[str, KnownMember]:
        wanted = set(member_ids)
        rows = self._connection.execute(_MEMBERS, {"members": wanted}) if wanted else ()
        return {row.member_id: known_member(row) for row in rows}

    def _meet(self, stores: Collection[str], terminals: Collection[str]) -> None:
        """Read the lives of stores and terminals that were not read yet."""
        fresh = {*stores, *terminals} - self._met
        if not fresh:
            return
        self._met |= fresh
        for life in self._connection.execute(_LIVES, {"stores": fresh, "terminals": fresh}):
            self._holders[holder_name(life.terminal_id, life.epoch)] = life
            if life.status == "live":
                self._applied[life.store_id][life.terminal_id] = (life.epoch, life.posted_seq)

    def _changes_of(self, store_id: str, person: "Person") -> Iterator[Change]:
        shard = store_shard(store_id)
        for known, told in self.told(store_id, person):
            yield Change(shard, "member", known.member_id, msgspec.json.encode(told))
        for alias in person.aliases:
            yield Change(shard, "alias", alias.loser, msgspec.json.encode(alias))

    def told(self, store_id: str, person: "Person") -> Iterator[tuple[KnownMember, Told]]:
        """Yield what a store is told: of the person, and of those by whose card or phone they can be found too."""
        yield person.known, self._record(store_id, person.known, person.shares, person.owed_points)
        for _, known in person.merged:
            yield known, self._record(store_id, known, ())

    def _ties(self, members: Collection[str]) -> dict[str, list[str]]:
        ties: dict[str, list[str]] = defaultdict(list)
        for row in self._connection.execute(_TIES, {"members": set(members)}):
            ties[row.member_id].append(row.store_id)
        return ties

    def _record(self, store_id: str, known: KnownMember, shares: Sequence[Share], owed_points: int = 0) -> Told:
        """Return a member as ``store_id`` is told."""
        totals: Counter[Asset] = Counter()
        for share in shares:
            totals[share.asset] += share.amount
        vesting = {each: day for each in shares if (day := each.usable_from) is not None and day > self._today}
        balance = Balance(
            points=totals[Asset.POINTS],
            as_of_ms=self._now_ms,
            applied=self._applied.get(store_id, {}),
            held_elsewhere=self._holdings([share for share in shares if share not in vesting], Asset.POINTS),
            value_minor=totals[Asset.VALUE],
            gift_minor=totals[Asset.GIFT],
            value_elsewhere=self._holdings(shares, Asset.VALUE, Asset.GIFT),
            lots=self._lots(shares),
            vesting=tuple(Vesting(each.amount, first, each.holder) for each, first in vesting.items()),
            ending=_ending(shares, Asset.POINTS),
            owed_points=owed_points,
            gift_ending=_ending(shares, Asset.GIFT),
        )
        member, purchases = msgspec.Raw(known.body), msgspec.Raw(known.bought)
        facts, uses = msgspec.Raw(known.facts), msgspec.Raw(known.uses)
        return Told(member, balance, known.last_visit_on, purchases, known.version, facts, uses)

    def _lots(self, shares: Sequence[Share]) -> tuple[MemberLot, ...]:
        by_lot: dict[tuple[date, Asset, str], list[Share]] = defaultdict(list)
        for share in shares:
            if share.asset in LOTTED:
                by_lot[share.expires_on, share.asset, share.owner].append(share)
        return tuple(
            MemberLot(asset, lot, sum(share.amount for share in parts), expires_on, self._holdings(parts, asset))
            for (expires_on, asset, lot), parts in sorted(by_lot.items())[:MAX_LOTS]
        )

    def _holdings(self, shares: Sequence[Share], *assets: Asset) -> tuple[HeldElsewhere, ...]:
        """Return which terminals hold how much of these assets."""
        held: Counter[str] = Counter()
        for share in shares:
            if share.asset in assets:
                held[share.holder] += share.amount
        return tuple(
            self._held_by(holder, self._holders[holder], amount)
            for holder, amount in sorted(held.items())
            if holder in self._holders
        )

    def _held_by(self, holder: str, life: Any, amount: int) -> HeldElsewhere:  # noqa: ANN401 - a row
        heard_ms = life.last_heard_ms or 0
        silent = heard_ms if heard_ms < self._now_ms - SILENT_AFTER_MS else None
        return HeldElsewhere(life.name, amount, silent, life.lane, life.name_en, holder)


def _ending(shares: Sequence[Share], asset: Asset) -> tuple[Ending, ...]:
    """Return what there is of an asset by last day, the soonest first."""
    by_day: Counter[date] = Counter()
    for share in shares:
        if share.asset is asset:
            by_day[share.expires_on] += share.amount
    return tuple(Ending(amount, last_day) for last_day, amount in sorted(by_day.items()))


def candidate_row(member_id: str, other_id: str, at_ms: int) -> dict[str, object]:
    """Return the row of two members with one phone, for a rule or a person to decide on."""
    return {"member_id": member_id, "other_id": other_id, "at_ms": at_ms, "state": "open", "decided_by": ""}
