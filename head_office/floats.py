"""The float: points and stored value granted ahead of time to a member's home store, so that spending works offline.

Who visited last comes first. A lane gets the size of a usual redemption, at most its share of what the store may hold,
at most the cap of one redemption offline, and all members together at most a share of the terminal's cap. What is still
there is not granted again: a holding is refilled only when half of it is gone. Another store gets a part only of those
who came there lately, and only when it says hello.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from head_office import lives
from head_office.books.aliases import locked_members, losers_of
from head_office.books.holders import Wanted
from head_office.books.ledger import LedgerBook
from head_office.feed import publish
from head_office.office import Office
from head_office.rights import Granting, Terms, float_gids, outstanding_minor, tell_other_stores, terms_of
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import Asset
from pos_app.domain.members import Tier
from pos_app.domain.points import amount_worth, worth_of
from pos_app.domain.posting import AVAILABLE, holder_name
from pos_app.domain.programme import BASIS_POINTS

MAX_MEMBERS = 2_000
OBSERVED = 1_000  # the newest redemptions of a tier that its usual size is read from
FEWEST_OBSERVED = 30
MAX_GUESTS = 500
GUEST_DAYS = 90  # after their last visit
GUEST_SHARE_BP = 2_500  # of what they have, for all lanes of the store that is not theirs
QUANTILE = 0.9
# Until enough redemptions of a tier were seen.
USUAL_POINTS = {Tier.NORMAL: 1_000, Tier.SILVER: 2_000, Tier.GOLD: 3_000, Tier.PLATINUM: 5_000}

_MEMBER, _LIFE, _ACCOUNT, _REDEMPTION = schema.member.c, schema.life.c, schema.account.c, schema.redemption.c
_TIE = schema.member_tie.c
_TIERS = sa.select(_MEMBER.member_id, _MEMBER.tier).where(among(_MEMBER.member_id, "members"))
_HAS_SOMETHING = sa.exists().where(
    _ACCOUNT.owner == _MEMBER.member_id, _ACCOUNT.kind == AVAILABLE, _ACCOUNT.credit > _ACCOUNT.debit
)
_NEWEST = (
    sa.select(_REDEMPTION.points)
    .where(_REDEMPTION.tier == sa.bindparam("tier"))
    .order_by(_REDEMPTION.redemption_no.desc())
    .limit(OBSERVED)
)
_HOMED = _TIERS.where(_MEMBER.home_store_id == sa.bindparam("store_id")).order_by(_MEMBER.member_id)
_VISITORS = (
    sa.select(_MEMBER.member_id, _MEMBER.tier)
    .where(_MEMBER.home_store_id == sa.bindparam("store_id"), _MEMBER.last_visit_on.is_not(None), _HAS_SOMETHING)
    .order_by(_MEMBER.last_visit_on.desc(), _MEMBER.member_no)
    .limit(MAX_MEMBERS)
)
_GUESTS = (
    sa.select(_MEMBER.member_id, _MEMBER.tier)
    .join(schema.member_tie, _TIE.member_id == _MEMBER.member_id)
    .where(_TIE.store_id == sa.bindparam("store_id"), _TIE.last_visit_on >= sa.bindparam("since"))
    .where(_MEMBER.home_store_id != sa.bindparam("store_id"), _HAS_SOMETHING)
    .order_by(_TIE.last_visit_on.desc(), _MEMBER.member_no)
    .limit(MAX_GUESTS)
)
_LANES = (
    sa.select(_LIFE.terminal_id, _LIFE.epoch)
    .where(_LIFE.store_id == sa.bindparam("store_id"), _LIFE.status == lives.LIVE)
    .order_by(_LIFE.life_no)
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whom a store expects, and how much of what they have it may hold, in basis points."""

    member_id: str
    tier: Tier
    share_bp: int = BASIS_POINTS
    merged: tuple[str, ...] = ()  # other ids of the person

    @property
    def names(self) -> tuple[str, ...]:
        """Return all ids of the person."""
        return self.member_id, *self.merged


class FloatDesk:
    """Gives a terminal its float when it says hello."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def greet(self, caller: Caller) -> None:
        """Top up the holdings of the members whose home store this is."""
        self._office.database.write(lambda connection: self._fill(connection, caller))
        self._office.bell.ring()

    def _fill(self, connection: sa.Connection, caller: Caller) -> None:
        terms = terms_of(self._office, connection, lives.locked(connection, caller.life_no))
        guests = _recent_guests(connection, caller.store_id, terms.today)
        top_up(connection, terms, [*_recent_visitors(connection, caller.store_id), *guests])


def top_up(connection: sa.Connection, terms: Terms, visitors: Sequence[Visitor]) -> None:
    """Bring the caller's holdings of members, most deserving first, to their usual size, if it may hold any.

    The caller's life is locked.
    """
    if not visitors or not terms.may_hold:
        return
    members = [visitor.member_id for visitor in visitors]
    locked_members(connection, members)
    visitors = _united(connection, visitors)
    filling = _Filling(connection, terms, _lanes(connection, terms.caller.store_id))
    filling.ledger.load([name for visitor in visitors for name in visitor.names], filling.lanes)
    usual = {tier: usual_points(connection, tier) for tier in {visitor.tier for visitor in visitors}}
    rules = terms.programme
    for visitor in visitors:
        filling.fill(visitor, Asset.POINTS, min(usual[visitor.tier], rules.offline_redemption_cap_points))
        filling.fill(visitor, Asset.VALUE, rules.offline_value_cap_minor)
        filling.fill(visitor, Asset.GIFT, rules.offline_value_cap_minor)
    filling.ledger.write()
    filling.granting.write("float")
    moved = {grant.member_id for grant in filling.granting.grants}
    publish(connection, tell_other_stores(connection, moved, terms))


class _Filling:
    """Grants floats to one terminal life until its share of the terminal's cap is used up."""

    def __init__(self, connection: sa.Connection, terms: Terms, lanes: Sequence[str]) -> None:
        self._terms = terms
        self.lanes = lanes
        self.ledger = LedgerBook(connection)
        self.granting = Granting(connection, terms, self.ledger)
        rules = terms.programme
        most_minor = rules.terminal_outstanding_cap_minor * rules.float_share_bp // BASIS_POINTS
        self._left_minor = most_minor - outstanding_minor(connection, terms.caller.life_no, terms)

    def fill(self, visitor: Visitor, asset: Asset, usual: int) -> None:
        """Bring one asset of a member here to ``usual``, or to this lane's share of what there is."""
        terms, rules = self._terms, self._terms.programme
        wanted, ledger = Wanted(visitor.member_id, asset), terms.ledger(asset)
        available = self.granting.available(wanted)
        if available == 0:
            return
        held = {
            lane: sum(self.ledger.held(name, lane, terms.today, ledger) for name in visitor.names)
            for lane in {terms.holder, *self.lanes}
        }
        mine, here = held[terms.holder], sum(held[lane] for lane in self.lanes)
        store = (available + here) * visitor.share_bp // BASIS_POINTS
        target = min(store // max(1, len(self.lanes)), usual)
        amount = min(target - mine, available, amount_worth(asset, self._left_minor, rules))
        if amount <= 0 or mine * 2 >= target:
            return
        self.granting.draw(wanted, amount, float_gids(terms))
        self._left_minor -= worth_of(asset, amount, rules)


def _united(connection: sa.Connection, visitors: Sequence[Visitor]) -> list[Visitor]:
    """Return the visitors with whoever was merged into them: theirs is the highest tier."""
    losers = losers_of(connection, [visitor.member_id for visitor in visitors])
    merged = [alias.loser for aliases in losers.values() for alias in aliases]
    rows = connection.execute(_TIERS, {"members": merged}) if merged else ()
    tiers = {row.member_id: Tier(row.tier) for row in rows}
    united: list[Visitor] = []
    for visitor in visitors:
        others = tuple(alias.loser for alias in losers.get(visitor.member_id, ()))
        known = [visitor.tier, *(tiers[name] for name in others if name in tiers)]
        united.append(replace(visitor, tier=max(known, key=list(Tier).index), merged=others))
    return united


def usual_points(connection: sa.Connection, tier: Tier) -> int:
    """Return the 90th percentile of the tier's newest redemptions, or the preset one while few were seen."""
    seen = connection.execute(_NEWEST, {"tier": tier.value}).scalars().all()
    if len(seen) < FEWEST_OBSERVED:
        return USUAL_POINTS[tier]
    return int(sorted(seen)[int(QUANTILE * (len(seen) - 1))])


def homed_here(connection: sa.Connection, member_ids: Collection[str], store_id: str) -> list[Visitor]:
    """Return those of the members whose home store this is."""
    rows = connection.execute(_HOMED, {"members": member_ids, "store_id": store_id}) if member_ids else ()
    return [Visitor(row.member_id, Tier(row.tier)) for row in rows]


def _recent_visitors(connection: sa.Connection, store_id: str) -> list[Visitor]:
    """Return the members of this store who have something, last visit first."""
    return [Visitor(row.member_id, Tier(row.tier)) for row in connection.execute(_VISITORS, {"store_id": store_id})]


def _recent_guests(connection: sa.Connection, store_id: str, today: date) -> list[Visitor]:
    """Return members of other stores who have something and came here lately, last visit first."""
    since = (today - timedelta(days=GUEST_DAYS)).isoformat()
    found = connection.execute(_GUESTS, {"store_id": store_id, "since": since})
    return [Visitor(row.member_id, Tier(row.tier), GUEST_SHARE_BP) for row in found]


def _lanes(connection: sa.Connection, store_id: str) -> list[str]:
    """Return the live terminal lives of a store, as accounts name them."""
    found = connection.execute(_LANES, {"store_id": store_id})
    return [holder_name(row.terminal_id, row.epoch) for row in found]
