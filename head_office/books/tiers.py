"""What members bought by day and the terms they hold, and the tier that follows from it.

The day a thing was bought is the day it counts for, also what comes back of it; so the books say the same in whatever
order facts arrive. A member who was merged keeps their own days; the person's tier follows from all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import msgspec
import sqlalchemy as sa

from head_office.books.aliases import losers_of
from head_office.books.members import KnownMember, MemberBook
from head_office.books.refunds import Sold
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain import tiers
from pos_app.domain.ages import add_months
from pos_app.domain.events import Sale, SaleRefunded
from pos_app.domain.members import NO_FACTS, Month, Tier, TierChange, TierFacts, TierTerm
from pos_app.domain.programme import Programme
from pos_app.domain.tiers import RANK, Reason

GIVEN_MONTHS = 12  # how long a tier stands that a member came with
_DAY, _TERM = schema.tier_day.c, schema.tier_term.c
_MONTH = sa.func.substr(_DAY.business_date, 1, 7)
_MONTHS = (
    sa.select(
        _DAY.member_id,
        _MONTH.label("month"),
        sa.func.sum(_DAY.spend_minor).label("spend_minor"),
        sa.func.sum(sa.case((_DAY.spend_minor > 0, 1), else_=0)).label("visits"),
    )
    .where(among(_DAY.member_id, "members"), _DAY.business_date >= sa.bindparam("since"))
    .group_by(_DAY.member_id, _MONTH)
    .order_by(_DAY.member_id, _MONTH.desc())
)
_TERMS = (
    sa.select(schema.tier_term)
    .where(among(_TERM.member_id, "members"), _TERM.months > 0)
    .order_by(_TERM.member_id, _TERM.term_id)
)
_FACTS = msgspec.json.Decoder(TierFacts)


@dataclass(slots=True)
class TierBook:
    """What a batch's facts change about tiers."""

    connection: sa.Connection
    _days: Counter[tuple[str, str]] = field(default_factory=Counter)
    _terms: list[dict[str, object]] = field(default_factory=list)
    _returned: Counter[str] = field(default_factory=Counter)  # months of terms
    _said: dict[str, Tier] = field(default_factory=dict)  # tiers that tills said were reached
    _touched: set[str] = field(default_factory=set)

    def sold(self, member_id: str, sale: Sale, on: date) -> None:
        """Count a sale for its member."""
        bought = tiers.counting_minor(sale.lines)
        if bought:
            self._days[member_id, on.isoformat()] += bought
        self._terms += [term_row(member_id, line.term) for line in sale.lines if line.term is not None]
        if sale.raised is not None:
            self._said[member_id] = sale.raised.tier
        self._touched.add(member_id)

    def given(self, member_id: str, tier: Tier, on: date) -> None:
        """Let a member keep the tier that they came with."""
        if tier is not Tier.NORMAL:
            self._terms.append(term_row(member_id, given_term(member_id, tier, on)))
            self._touched.add(member_id)

    def came_back(self, sold: Sold, fact: SaleRefunded) -> None:
        """Take what came back off the day that it was bought on, and terms off what they granted."""
        member_id = sold.sale.member_id
        if member_id is None:
            return
        minor, months = tiers.counting_back(sold.sale, fact.lines)
        if minor:
            self._days[member_id, sold.on.isoformat()] -= minor
        self._returned.update(months)
        self._touched.add(member_id)

    def write(self, members: MemberBook, programme: Programme, today: date) -> None:
        """Write what changed, and bring the tiers of whom it concerns up to date; all of them are locked."""
        days: list[dict[str, object]] = [
            {"member_id": member_id, "business_date": on, "spend_minor": minor}
            for (member_id, on), minor in sorted(self._days.items())
        ]
        insert_rows(self.connection, schema.tier_day, days, clash="add")
        insert_rows(self.connection, schema.tier_term, self._terms, clash="ignore")
        for term_id, months in sorted(self._returned.items()):
            less = sa.update(schema.tier_term).where(_TERM.term_id == term_id)
            self.connection.execute(less.values(months=_TERM.months - months))
        said = {members.aliases.root(member_id): tier for member_id, tier in self._said.items()}
        restate(self.connection, members, self._touched, programme, today, said)


def given_term(member_id: str, tier: Tier, on: date) -> TierTerm:
    """Return the term of a tier that a member came with."""
    return TierTerm(f"given/{member_id}", tier, on, GIVEN_MONTHS, is_bought=False)


def term_row(member_id: str, term: TierTerm) -> dict[str, object]:
    """Return a term as its stored row."""
    return {
        "term_id": term.term_id,
        "member_id": member_id,
        "tier": term.tier.value,
        "from_on": term.from_on.isoformat(),
        "months": term.months,
        "is_bought": term.is_bought,
    }


def restate(
    connection: sa.Connection,
    members: MemberBook,
    member_ids: Collection[str],
    programme: Programme,
    today: date,
    said: Mapping[str, Tier] | None = None,
) -> Counter[tuple[Tier, Tier]]:
    """Work out anew the facts of these members, who are loaded, and the tiers of the people that they are.

    Args:
        said: the tiers that tills said were reached, by person.

    Returns:
        How many people went from which tier to which.
    """
    known = {name: found for name in member_ids if (found := members.get(name)) is not None}
    roots = {members.aliases.root(name) for name in known}
    if not known:
        return Counter()
    losers = {root: [alias.loser for alias in found] for root, found in losers_of(connection, roots).items()}
    everybody = {*known, *roots, *(name for names in losers.values() for name in names)}
    facts = read_facts(connection, everybody, programme, today)
    for name, one in known.items():
        if name not in roots:
            members.put_facts(name, encoded(facts.get(name, NO_FACTS)), one.tier, None)
    changes: Counter[tuple[Tier, Tier]] = Counter()
    for root in sorted(roots):
        person = members.get(root)
        if person is not None:
            own = facts.get(root, NO_FACTS)
            whole = tiers.united(own, [facts[name] for name in losers.get(root, ()) if name in facts])
            told = (said or {}).get(root, Tier.NORMAL)
            was = Tier(person.tier)
            tier = _restate_one(members, person, (own, whole), told, programme, today)
            if tier is not was:
                changes[was, tier] += 1
    return changes


def _restate_one(
    members: MemberBook,
    person: KnownMember,
    facts: tuple[TierFacts, TierFacts],
    said: Tier,
    programme: Programme,
    today: date,
) -> Tier:
    """Bring one person up to date; ``facts`` are their own and those of all their records."""
    own, whole = facts
    joined_on, was = person.member.joined_on, Tier(person.tier)
    now = tiers.standing(whole, joined_on, programme, today)
    before = _FACTS.decode(person.facts)
    changed = before.changed
    if RANK[now.tier] > RANK[was]:
        changed = TierChange(today, was, now.reason)
    elif RANK[now.tier] < RANK[was]:
        changed = TierChange(today, was, tiers.why_lower(was, before, joined_on, programme, today))
    elif RANK[said] > RANK[now.tier]:
        changed = TierChange(today, said, Reason.COUNTED)
    again_on = tiers.looked_at_again_on(whole, joined_on, programme, today)
    facts_now = replace(own, changed=changed)
    oldest = since(programme, today)
    kept = replace(before, months=tuple(month for month in before.months if month.month >= oldest))
    told = person.facts if kept == facts_now else encoded(facts_now)  # nobody is told that a month lies too far back
    members.put_facts(person.member_id, told, now.tier.value, again_on)
    return now.tier


def read_facts(
    connection: sa.Connection, member_ids: Iterable[str], programme: Programme, today: date
) -> dict[str, TierFacts]:
    """Return what members bought by month, as far back as the rules ask, and their terms; of who has none, nothing."""
    names = set(member_ids)
    oldest = since(programme, today).isoformat()
    months: dict[str, list[Month]] = defaultdict(list)
    for row in connection.execute(_MONTHS, {"members": names, "since": oldest}):
        month = Month(date.fromisoformat(f"{row.month}-01"), int(row.spend_minor), int(row.visits))
        if month.spend_minor or month.visits:
            months[row.member_id].append(month)
    terms: dict[str, list[TierTerm]] = defaultdict(list)
    for row in connection.execute(_TERMS, {"members": names}):
        term = TierTerm(row.term_id, Tier(row.tier), date.fromisoformat(row.from_on), row.months, row.is_bought)
        terms[row.member_id].append(term)
    return {name: TierFacts(tuple(months[name]), tuple(terms[name])) for name in {*months, *terms}}


def since(programme: Programme, today: date) -> date:
    """Return the first day of the oldest month that the rules can ask for."""
    return add_months(today.replace(day=1), 1 - tiers.kept_months(programme))


def encoded(facts: TierFacts) -> bytes:
    """Return facts as they are stored and told."""
    return b"{}" if facts == NO_FACTS else msgspec.json.encode(facts)
