"""The float: rights granted ahead of time to the terminals of a member's home store, so that redeeming works offline.

Who visited last comes first. A lane gets the size of a usual redemption, at most its share of what the store may hold,
at most the cap of one redemption offline, and all members together at most a share of the terminal's cap. What is still
there is not granted again: a holding is refilled only when half of it is gone.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from head_office import lives
from head_office.books.aliases import locked_members
from head_office.books.holders import Wanted
from head_office.books.ledger import LedgerBook
from head_office.feed import publish
from head_office.office import Office
from head_office.rights import Granting, Terms, float_gids, outstanding_minor, tell_other_stores, terms_of
from head_office.sessions import Caller
from head_office.store import schema
from pos_app.domain.members import Tier
from pos_app.domain.points import points_worth
from pos_app.domain.posting import AVAILABLE, holder_name
from pos_app.domain.programme import BASIS_POINTS

MAX_MEMBERS = 2_000
OBSERVED = 1_000  # the newest redemptions of a tier that its usual size is read from
FEWEST_OBSERVED = 30
QUANTILE = 0.9
# Until enough redemptions of a tier were seen.
USUAL_POINTS = {Tier.NORMAL: 1_000, Tier.SILVER: 2_000, Tier.GOLD: 3_000, Tier.PLATINUM: 5_000}

_MEMBER, _LIFE, _ACCOUNT, _REDEMPTION = schema.member.c, schema.life.c, schema.account.c, schema.redemption.c


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
        top_up(connection, terms, _recent_visitors(connection, caller.store_id))


def top_up(connection: sa.Connection, terms: Terms, visitors: Sequence[tuple[str, str]]) -> None:
    """Bring the caller's holdings of members (id, tier; most deserving first) to their usual size, if it may hold any.

    The caller's life is locked. Members whose home store is another one are the business of whoever chose them.
    """
    if not visitors or not terms.may_hold:
        return
    locked_members(connection, [member_id for member_id, _ in visitors])
    lanes = _lanes(connection, terms.caller.store_id)
    ledger = LedgerBook(connection)
    ledger.load([member_id for member_id, _ in visitors], lanes)
    granting = Granting(connection, terms, ledger)
    rules = terms.programme
    most_minor = rules.terminal_outstanding_cap_minor * rules.float_share_bp // BASIS_POINTS
    left_minor = most_minor - outstanding_minor(connection, terms.caller.life_no, terms)
    budget = points_worth(left_minor, rules)
    usual = {tier: usual_points(connection, tier) for tier in {Tier(tier) for _, tier in visitors}}
    for member_id, tier in visitors:
        points = Wanted(member_id)
        available = granting.available(points)
        if available == 0:
            continue
        mine = ledger.held(member_id, terms.holder, terms.today)
        here = sum(ledger.held(member_id, lane, terms.today) for lane in lanes)
        share = (available + here) // max(1, len(lanes))
        target = min(share, usual[Tier(tier)], terms.programme.offline_redemption_cap_points)
        amount = min(target - mine, available, budget)
        if amount <= 0 or mine * 2 >= target:
            continue
        granting.draw(points, amount, float_gids(terms))
        budget -= amount
    ledger.write()
    granting.write("float")
    publish(connection, tell_other_stores(connection, {grant.member_id for grant in granting.grants}, terms))


def usual_points(connection: sa.Connection, tier: Tier) -> int:
    """Return the 90th percentile of the tier's newest redemptions, or the preset one while few were seen."""
    newest = sa.select(_REDEMPTION.points).where(_REDEMPTION.tier == tier.value)
    seen = connection.execute(newest.order_by(_REDEMPTION.redemption_no.desc()).limit(OBSERVED)).scalars().all()
    if len(seen) < FEWEST_OBSERVED:
        return USUAL_POINTS[tier]
    return int(sorted(seen)[int(QUANTILE * (len(seen) - 1))])


def homed_here(connection: sa.Connection, member_ids: Collection[str], store_id: str) -> list[tuple[str, str]]:
    """Return those of the members whose home store this is, with their tiers."""
    found = sa.select(_MEMBER.member_id, _MEMBER.tier).where(
        _MEMBER.member_id.in_(member_ids), _MEMBER.home_store_id == store_id
    )
    return [(row.member_id, row.tier) for row in connection.execute(found.order_by(_MEMBER.member_id))]


def _recent_visitors(connection: sa.Connection, store_id: str) -> list[tuple[str, str]]:
    has_points = sa.exists().where(
        _ACCOUNT.owner == _MEMBER.member_id, _ACCOUNT.kind == AVAILABLE, _ACCOUNT.credit > _ACCOUNT.debit
    )
    found = (
        sa.select(_MEMBER.member_id, _MEMBER.tier)
        .where(_MEMBER.home_store_id == store_id, _MEMBER.last_visit_on.is_not(None), has_points)
        .order_by(_MEMBER.last_visit_on.desc(), _MEMBER.member_no)
        .limit(MAX_MEMBERS)
    )
    return [(row.member_id, row.tier) for row in connection.execute(found)]


def _lanes(connection: sa.Connection, store_id: str) -> list[str]:
    """Return the live terminal lives of a store, as accounts name them."""
    found = sa.select(_LIFE.terminal_id, _LIFE.epoch).where(_LIFE.store_id == store_id, _LIFE.status == lives.LIVE)
    return [holder_name(row.terminal_id, row.epoch) for row in connection.execute(found.order_by(_LIFE.life_no))]
