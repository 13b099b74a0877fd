"""All that a till knows of one member (会员全知道), out of facts and what head office published: nothing is guessed.

Whoever may not see the whole history is given a day ``since`` which it begins: what lies before is left out, and only
the sums that a balance needs are kept of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pos_app.domain.calls import Call, CallState
from pos_app.domain.catalogue import Item
from pos_app.domain.consumption import run_outs
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import Circumstances, ConsentChanged, Fact, MemberRegistered, Sale, SaleLine, SaleRefunded
from pos_app.domain.explaining import RuleName
from pos_app.domain.ledger import Asset, Grant, Holding, days_of
from pos_app.domain.members import MAX_PURCHASES, Consent, Member, Purchase
from pos_app.domain.tax import added, paid_for_goods

REPURCHASE_WITHIN = timedelta(days=90)  # RN3: what a repeated purchase is
MOST_USUAL = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A fact of this terminal with its place in the log and its circumstances."""

    seq: int
    fact: Fact
    at: Circumstances


# ---- at one glance


@dataclass(frozen=True, slots=True)
class Glance:
    """Visits since ``since`` (both stores and days count), and what was spent at this till since then.

    ``is_whole`` is false where head office's short list of purchases may have left out older visits of the time.
    ``repeated`` is the newest visit and the one before it, None without two; ``is_repeat`` says that they are no more
    than 90 days apart, which is what RN3 counts.
    """

    since: date
    last_visit_on: date | None
    visits: int
    spent_minor: int
    is_whole: bool
    repeated: tuple[date, date] | None

    @property
    def is_repeat(self) -> bool:
        """Say whether the newest visit came within 90 days of the one before."""
        return self.repeated is not None and self.repeated[0] - self.repeated[1] <= REPURCHASE_WITHIN


def glance(known: KnownMember, said: Iterable[Said], today: date) -> Glance:
    """Return what a member's visits come to over the last 90 days."""
    since = today - REPURCHASE_WITHIN
    sales = [one for one in said if isinstance(one.fact, Sale)]
    days = {purchase.bought_on for purchase in known.purchases} | {one.at.business_date for one in sales}
    newest = sorted((day for day in days if day <= today), reverse=True)
    places = {(purchase.bought_on, purchase.store_id) for purchase in known.purchases if purchase.bought_on >= since}
    bought_on = {day for day, _store in places}
    places |= {(one.at.business_date, "") for one in sales if since <= one.at.business_date not in bought_on}
    oldest = min((purchase.bought_on for purchase in known.purchases), default=since)
    return Glance(
        since=since,
        last_visit_on=known.last_visit_on,
        visits=len(places),
        spent_minor=sum(
            one.fact.due_minor for one in sales if isinstance(one.fact, Sale) and one.at.business_date >= since
        ),
        is_whole=len(known.purchases) < MAX_PURCHASES or oldest < since,
        repeated=next(pairwise(newest), None),
    )


# ---- what they usually buy


@dataclass(frozen=True, slots=True)
class Usual:
    """An item bought on ``times`` days. ``every_days`` is the mean of the gaps, None for one day.

    ``next_on`` is when it runs out by the household's use, or when the gap has passed again.
    """

    item_id: int
    times: int
    last_on: date
    every_days: int | None
    next_on: date | None


def usual(purchases: Iterable[Purchase], items: Mapping[int, Item], today: date) -> tuple[Usual, ...]:
    """Return what a household buys most often, then most lately, at most three items."""
    days: dict[int, set[date]] = {}
    for purchase in purchases:
        days.setdefault(purchase.item_id, set()).add(purchase.bought_on)
    ends = {out.item.item_id: out.runs_out_on for out in run_outs(purchases, items, today)}
    found = [_usual(item_id, sorted(on), ends.get(item_id)) for item_id, on in days.items() if item_id in items]
    return tuple(sorted(found, key=lambda one: (-one.times, -one.last_on.toordinal(), one.item_id))[:MOST_USUAL])


def _usual(item_id: int, days: Sequence[date], ends_on: date | None) -> Usual:
    last, times = days[-1], len(days)
    every = round((last - days[0]).days / (times - 1)) if times > 1 else None
    following = None if every is None else last + timedelta(days=every)
    return Usual(item_id, times, last, every, ends_on or following)


# ---- the time line


@dataclass(frozen=True, slots=True)
class Joined:
    """A member joined at ``store_id``; ``merged`` says that it is the other record of the same person."""

    member: Member
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class BoughtElsewhere:
    """What head office's short list tells of one visit: items and pieces, no money."""

    store_id: str
    purchases: tuple[Purchase, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Purposes that were answered together."""

    consents: tuple[Consent, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was settled, as its newest version tells."""

    call: Call


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened on a day, at an instant (UTC milliseconds, None where only the day is known).

    ``what`` is a fact of this terminal or what head office tells; ``seq`` its place in this log, 0 for none.
    """

    on: date
    at_ms: int | None
    what: Fact | Joined | BoughtElsewhere | Answered | Called
    staff_id: str = ""
    seq: int = 0


def timeline(
    known: KnownMember, said: Iterable[Said], calls: Iterable[Call], since: date, day_of: Mapping[int, date]
) -> tuple[Moment, ...]:
    """Return what happened since a day, newest first; what both this till and head office tell is told once.

    Args:
        known: the member, with every answer to a purpose. ``said``: this terminal's facts about them.
        calls: of any store, those that are settled are told.
        day_of: the local day of each instant of a consent.
    """
    told = [one for one in said if not isinstance(one.fact, ConsentChanged)]
    moments = [
        _moment(one, Joined(one.fact.member) if isinstance(one.fact, MemberRegistered) else one.fact) for one in told
    ]
    moments += _elsewhere(known.purchases, [one for one in told if isinstance(one.fact, Sale)])
    joined_here = {one.fact.member.member_id for one in told if isinstance(one.fact, MemberRegistered)}
    moments += [
        Moment(one.joined_on, None, Joined(one, is_merged=one in known.merged))
        for one in (known.member, *known.merged)
        if one.member_id not in joined_here
    ]
    moments += _answers(known.member.consents, day_of)
    here = {getattr(one.fact, "call_id", "") for one in told}
    moments += [
        Moment(call.due_on, None, Called(call))
        for call in calls
        if call.state is CallState.DONE and call.call_id not in here
    ]
    in_time = [moment for moment in moments if moment.on >= since]
    return tuple(sorted(in_time, key=lambda moment: (moment.on, moment.at_ms or 0, moment.seq), reverse=True))


def _moment(said: Said, what: Fact | Joined) -> Moment:
    return Moment(said.at.business_date, said.at.wall_utc_ms, what, said.at.staff_id, said.seq)


def _elsewhere(purchases: Iterable[Purchase], sales: Sequence[Said]) -> list[Moment]:
    """Return the visits that are not sales of this terminal: its own pieces of a day are counted off first."""
    own: Counter[tuple[date, int]] = Counter()
    for one in sales:
        assert isinstance(one.fact, Sale)
        own.update(Counter({(one.at.business_date, line.item_id): line.quantity for line in one.fact.lines}))
    visits: dict[tuple[date, str], list[Purchase]] = {}
    for purchase in purchases:
        key = (purchase.bought_on, purchase.item_id)
        if own[key] >= purchase.quantity:
            own[key] -= purchase.quantity
        else:
            visits.setdefault((purchase.bought_on, purchase.store_id), []).append(purchase)
    return [Moment(on, None, BoughtElsewhere(store, tuple(bought))) for (on, store), bought in visits.items()]


def _answers(consents: Iterable[Consent], day_of: Mapping[int, date]) -> list[Moment]:
    together: dict[tuple[int, str], list[Consent]] = {}
    for consent in consents:
        together.setdefault((consent.at_ms, consent.staff_id), []).append(consent)
    return [
        Moment(day_of[at_ms], at_ms, Answered(tuple(answers)), staff_id)
        for (at_ms, staff_id), answers in together.items()
    ]


# ---- points, explained


@dataclass(frozen=True, slots=True)
class PointsLine:
    """What one line of a paper did to the points: ``earned`` and ``spent`` (both turned round on a refund).

    A sold line earned on ``paid_minor``: what was paid for its goods, without tax that was put on top.
    """

    name: str
    quantity: int
    paid_minor: int
    earned: int
    spent: int
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One fact in points: ``points`` is what it changed here.

    ``lot_until`` is the last day of what came in. ``later`` are points that head office books and this till does not
    count: earned before the till knew the card. ``paid_for`` are points that should have gone back with what a refund
    took back, and for which the customer paid instead. ``points + later == sum(earned - spent) + paid_for``.
    ``names`` are those of campaigns among the rules of its lines.
    """

    seq: int
    at: Circumstances
    paper_no: str
    is_refund: bool
    points: int
    lines: tuple[PointsLine, ...]
    lot_until: date | None
    later: int = 0
    paid_for: int = 0
    names: tuple[RuleName, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that may be spent until ``until``, and from ``usable_from`` on where that is not None."""

    until: date
    points: int
    usable_from: date | None = None


def lot_of(dated: str, points: int) -> Lot:
    """Return a lot whose accounts are ``dated`` so, see ``ledger.dated``."""
    until, usable_from = days_of(dated)
    return Lot(until, points, usable_from)


@dataclass(frozen=True, slots=True)
class PointsLedger:
    """Why a balance is what it is: all parts sum to ``total``.

    ``office_points`` is head office's figure of ``as_of_ms`` (None and 0: it has none yet); ``entries`` are what this
    till did since, newest first, ``earlier_points`` the sum of those that may not be shown; ``ahead_points`` is what
    head office has granted here beyond its own figure, which is older; ``repaid_points`` went to debts since, or, below
    zero, became one. ``ended`` is what of all that has reached its last day since, by that day. ``inside`` are this
    till's entries that head office's figure has in it. ``lots`` are held here, soonest to end first.
    """

    office_points: int
    as_of_ms: int | None
    entries: tuple[PointsEntry, ...]
    earlier_points: int
    ahead_points: int
    repaid_points: int
    inside: tuple[PointsEntry, ...]
    lots: tuple[Lot, ...]
    ended: tuple[Lot, ...] = ()

    @property
    def total(self) -> int:
        """Return the sum of the parts."""
        own = sum(entry.points for entry in self.entries)
        over = sum(lot.points for lot in self.ended)
        return self.office_points + own + self.earlier_points + self.ahead_points - self.repaid_points - over


def points_ledger(
    known: KnownMember,
    said: Iterable[Said],
    applied_seq: int,
    held: Sequence[Holding],
    since: date,
    ended: Mapping[date, int] | None = None,
    owed: int = 0,
) -> PointsLedger:
    """Return a member's points with what made them.

    Args:
        known: with head office's balance. ``said``: this terminal's facts about the member, newest first.
        applied_seq: the last of them that head office's figure has in it.
        held: what can be spent here now or later.
        since: the first day whose entries may be shown.
        ended: what of head office's figure, and of the facts behind it, had its last day before today, by that day.
        owed: what the member owes now, as known here.
    """
    told = list(said)
    names = {
        (one.fact.sale_id, line.line_no): line.name
        for one in told
        if isinstance(one.fact, Sale)
        for line in one.fact.lines
    }
    every = [entry for entry in (points_entry(one, names) for one in told) if entry is not None]
    own = [entry for entry in every if entry.seq > applied_seq]
    office = 0 if known.balance is None else known.balance.points
    repaid = (0 if known.balance is None else known.balance.owed_points) - owed
    here = sum(holding.remaining for holding in held)
    over = tuple(Lot(day, points) for day, points in sorted((ended or {}).items()))
    there = office + sum(entry.points for entry in own) - repaid - sum(lot.points for lot in over)
    lots = Counter[str]()
    for holding in held:
        lots[holding.grant.dated] += holding.remaining
    return PointsLedger(
        office_points=office,
        as_of_ms=None if known.balance is None else known.balance.as_of_ms,
        entries=tuple(entry for entry in own if entry.at.business_date >= since),
        earlier_points=sum(entry.points for entry in own if entry.at.business_date < since),
        ahead_points=max(0, here - there),
        repaid_points=repaid,
        inside=tuple(entry for entry in every if entry.seq <= applied_seq and entry.at.business_date >= since),
        lots=tuple(lot_of(dated, points) for dated, points in sorted(lots.items())),
        ended=over,
    )


def points_entry(said: Said, names: Mapping[tuple[str, int], str]) -> PointsEntry | None:
    """Return what a fact did to the points held here, line by line; None for one that left them alone.

    ``names`` tells what a line of a sale (by its id) was called.
    """
    match said.fact:
        case Sale() as sale:
            return _sold(said, sale)
        case SaleRefunded() as refund:
            return _refunded(said, refund, names)
        case _:
            return None


def _sold(said: Said, sale: Sale) -> PointsEntry | None:
    lines = tuple(_line(line) for line in sale.lines if line.earned_points or _spent(line))
    earned = sum(line.earned for line in lines)
    credited = sale.repaid_points + _amount(sale.earned)
    if not lines:
        return None
    spent = sum(line.spent for line in lines)
    until = None if sale.earned is None else sale.earned.expires_on
    return PointsEntry(
        said.seq,
        said.at,
        sale.receipt_no,
        False,
        credited - spent,
        lines,
        until,
        later=earned - credited,
        names=sale.names,
    )


def _refunded(said: Said, refund: SaleRefunded, names: Mapping[tuple[str, int], str]) -> PointsEntry | None:
    lines = tuple(
        PointsLine(
            names.get((refund.sale_id, line.line_no), ""),
            line.quantity,
            -line.paid_minor,
            -line.earned_points,
            -line.points,
        )
        for line in refund.lines
        if line.earned_points or line.points
    )
    until = min((grant.expires_on for grant in refund.given_back), default=None)
    moved = sum(line.earned - line.spent for line in lines) + refund.deducted_points
    if not lines:
        return None
    paid_for = refund.deducted_points
    return PointsEntry(said.seq, said.at, refund.refund_no, True, moved, lines, until, paid_for=paid_for)


def _line(line: SaleLine) -> PointsLine:
    rules = tuple(step.rule for step in line.gains)
    goods_minor = paid_for_goods(line.paid_minor, line.net_minor, added(line.steps))
    return PointsLine(line.name, line.quantity, goods_minor, line.earned_points, _spent(line), rules)


def _spent(line: SaleLine) -> int:
    return line.redeemed_points + line.basket_points


def _amount(grant: Grant | None) -> int:
    return grant.amount if grant is not None and grant.asset is Asset.POINTS else 0
